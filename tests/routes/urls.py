"""Every address there can be: those of the site, and those that a demonstration adds."""

from __future__ import annotations

from django.urls import include, path

from config import urls

urlpatterns = [*urls.urlpatterns, path("demo/", include("config.demo.urls"))]

handler400 = urls.handler400
handler403 = urls.handler403
handler404 = urls.handler404
handler500 = urls.handler500
