"""Terms: their pages, the bytes that programs fetch, and their part of the API."""

from __future__ import annotations

from django.urls import path, register_converter

from governance.terms import api, api_compare, converters
from governance.terms.views import (
    choose,
    compare,
    developers,
    documents,
    feeds,
    pages,
    policy_import,
    shapes,
    use,
    vocabulary,
)

register_converter(converters.SlugConverter, "term")
register_converter(converters.VersionConverter, "semver")
register_converter(converters.SheetConverter, "sheet")
register_converter(converters.PartConverter, "part")
register_converter(converters.DigestConverter, "sha256")

urlpatterns = [
    # Pages
    path("terms/", pages.roster, name="term-list"),
    path("terms/choose/", choose.choose, name="term-choose"),
    path("terms/import/", policy_import.policy_import, name="term-import"),
    path("terms/preview/", pages.preview, name="term-preview"),
    path("terms/compare/", compare.terms, name="term-compare"),
    path("terms/<term:slug>/", pages.term, name="term"),
    path("terms/<term:slug>/compare/", compare.term_versions, name="term-compare-versions"),
    path("terms/<term:slug>/<semver:version>.html", pages.version_page, name="term-page"),
    path("developers/", developers.developers, name="developers"),
    path("developers/<slug:page>/", developers.page, name="developers-page"),
    # Lists and lookups
    path("terms/index.json", documents.index, name="term-index"),
    path("terms/feed.atom", feeds.atom, name="term-feed-atom"),
    path("terms/feed.json", feeds.json, name="term-feed-json"),
    path("terms/by-hash/sha256/<sha256:digest>", documents.by_hash, name="term-by-hash"),
    path("terms/<term:slug>/latest", documents.latest, name="term-latest"),
    path("terms/<term:slug>/latest.json", documents.latest, {"suffix": "json"}, "term-latest-json"),
    # One version: the bare address is negotiated, every format has its own
    path("terms/<term:slug>/<semver:version>", documents.version_negotiated, name="term-version"),
    path("terms/<term:slug>/<semver:version>/", documents.with_slash, name="term-version-slash"),
    path(
        "terms/<term:slug>/<semver:version>.<sheet:suffix>",
        documents.version_in,
        name="term-version-in",
    ),
    path("terms/<term:slug>/<semver:version>/<part:name>", documents.part, name="term-part"),
    path("terms/<term:slug>/<semver:version>/status.json", documents.status, name="term-status"),
    path("terms/<term:slug>/<semver:version>/proof.tlog-proof", documents.proof, name="term-proof"),
    # What to take away of it
    path("terms/<term:slug>/<semver:version>/badge.svg", use.badge_svg, name="term-badge"),
    path(
        "terms/<term:slug>/<semver:version>/badge-dark.svg",
        use.badge_svg,
        {"dark": True},
        "term-badge-dark",
    ),
    path("terms/<term:slug>/<semver:version>/qr.svg", use.qr_svg, name="term-qr"),
    # What its words mean
    path("schemas/term/v1.json", documents.document_schema, name="term-schema"),
    path("ns/terms/v1", vocabulary.namespace, name="term-context"),
    path("ns/terms/", vocabulary.vocabulary, name="vocabulary"),
    path("ns/terms/v1/shapes.ttl", shapes.shapes, name="term-shapes"),
    path("ns/terms/v1.jsonld", vocabulary.context, name="term-context-document"),
    path("ns/terms/vocabulary.json", vocabulary.document, name="vocabulary-document"),
    path("ns/terms/changes.atom", vocabulary.changes_atom, name="vocabulary-changes-atom"),
    path("ns/terms/changes.json", vocabulary.changes_json, name="vocabulary-changes-json"),
]

api_urlpatterns = [
    path("terms/", api.VersionList.as_view(), name="api-terms"),
    path("terms/compare/", api_compare.Comparison.as_view(), name="api-terms-compare"),
    path("terms/<term:slug>/", api.TermDetail.as_view(), name="api-term"),
    path(
        "terms/<term:slug>/<semver:version>/", api.VersionDetail.as_view(), name="api-term-version"
    ),
]
