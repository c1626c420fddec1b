"""Every address of the site: each app lists its own."""

from importlib.util import find_spec

from django.conf import settings
from django.http import HttpResponse
from django.urls import URLPattern, URLResolver, include, path

from config import views
from config.api.views import api_root, reference, schema

APPS = (
    "members",
    "governance.record",
    "governance.terms",
    "governance.voting",
    "governance.proposals",
    "funding.ledger",
    "funding.dues",
)
_there = [app for app in APPS if find_spec(f"{app}.urls")]
_api = [
    pattern
    for app in _there
    for pattern in getattr(__import__(f"{app}.urls", fromlist=["x"]), "api_urlpatterns", [])
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("me/", views.me, name="me"),
    path("privacy/", views.privacy, name="privacy"),
    path("healthz", views.healthz, name="healthz"),
    *[path("", include(f"{app}.urls")) for app in _there],
    path("api/v1/", api_root, name="api-root"),
    path("api/v1/schema/", schema, name="api-schema"),
    path("api/v1/reference/", reference, name="api-reference"),
    path("api/v1/", include(_api)),
]
if settings.DEMO:
    urlpatterns.append(path("demo/", include("config.demo.urls")))
for _name, _app in {
    "account_login": "members",
    "account_signup": "members",
    "join": "funding.dues",
    "money": "funding.dues",
    "developers": "governance.terms",
    "record": "governance.record",
    "term-list": "governance.terms",
    "proposal-list": "governance.proposals",
    "poll-list": "governance.voting",
}.items():
    if _app not in _there:
        urlpatterns.append(path(f"missing/{_name}/", lambda request: HttpResponse(), name=_name))

handler400 = "config.views.bad_request"
handler403 = "config.views.permission_denied"
handler404 = "config.views.not_found"
handler500 = "config.views.server_error"
