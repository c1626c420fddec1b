"""Every address of the site: each app lists its own."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from config import views
from config.api.views import api_root, reference, schema
from funding.dues import urls as dues
from funding.grants import urls as grants
from funding.ledger import urls as ledger
from governance.proposals import urls as proposals
from governance.record import urls as record
from governance.terms import urls as terms
from governance.voting import urls as voting
from members import urls as members

APPS = (members, record, terms, voting, proposals, ledger, dues, grants)

api_urlpatterns: list[URLPattern | URLResolver] = [
    path("", api_root, name="api-root"),
    path("schema/", schema, name="api-schema"),
    path("reference/", reference, name="api-reference"),
    *[pattern for app in APPS for pattern in app.api_urlpatterns],
]

urlpatterns: list[URLPattern | URLResolver] = [
    # First and by itself, so that a program's question meets no page's address on its way.
    path("api/v1/", include(api_urlpatterns)),
    path("", views.home, name="home"),
    path("me/", views.me, name="me"),
    path("privacy/", views.privacy, name="privacy"),
    path("healthz", views.healthz, name="healthz"),
    *[path("", include(app.urlpatterns)) for app in APPS],
]
if settings.DEMO:
    urlpatterns.append(path("demo/", include("config.demo.urls")))

handler400 = "config.views.bad_request"
handler403 = "config.views.permission_denied"
handler404 = "config.views.not_found"
handler500 = "config.views.server_error"
