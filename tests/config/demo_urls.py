"""The addresses of a site in demo mode."""

from django.urls import include, path

from config.urls import handler404, handler500, urlpatterns

__all__ = ["handler404", "handler500", "urlpatterns"]

urlpatterns = [*urlpatterns, path("demo/", include("config.demo.urls"))]
