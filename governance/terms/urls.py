"""Terms: their pages, the bytes that programs fetch, and their part of the API."""

from __future__ import annotations

from django.urls import path, register_converter

from governance.terms import api, converters, views

register_converter(converters.SlugConverter, "term")
register_converter(converters.VersionConverter, "semver")
register_converter(converters.SheetConverter, "sheet")
register_converter(converters.PartConverter, "part")
register_converter(converters.DigestConverter, "sha256")

urlpatterns = [
    # Pages
    path("terms/", views.roster, name="term-list"),
    path("terms/preview/", views.preview, name="term-preview"),
    path("terms/<term:slug>/", views.term, name="term"),
    path("terms/<term:slug>/<semver:version>.html", views.version_page, name="term-page"),
    path("developers/", views.developers, name="developers"),
    # Lists and lookups
    path("terms/index.json", views.index, name="term-index"),
    path("terms/by-hash/sha256/<sha256:digest>", views.by_hash, name="term-by-hash"),
    path("terms/<term:slug>/latest", views.latest, name="term-latest"),
    path("terms/<term:slug>/latest.json", views.latest, {"suffix": "json"}, "term-latest-json"),
    # One version: the bare address is negotiated, every format has its own
    path("terms/<term:slug>/<semver:version>", views.version_negotiated, name="term-version"),
    path(
        "terms/<term:slug>/<semver:version>.<sheet:suffix>",
        views.version_in,
        name="term-version-in",
    ),
    path("terms/<term:slug>/<semver:version>/<part:name>", views.part, name="term-part"),
    path("terms/<term:slug>/<semver:version>/status.json", views.status, name="term-status"),
    path("terms/<term:slug>/<semver:version>/proof.tlog-proof", views.proof, name="term-proof"),
    # What its words mean
    path("schemas/term/v1.json", views.document_schema, name="term-schema"),
    path("ns/terms/v1", views.context, name="term-context"),
]

api_urlpatterns = [
    path("terms/", api.VersionList.as_view(), name="api-terms"),
    path("terms/<term:slug>/", api.TermDetail.as_view(), name="api-term"),
]
