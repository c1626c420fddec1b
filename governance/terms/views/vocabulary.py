"""The vocabulary: a page for people, a document for programs, and a feed of what changed."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from governance.terms import feeds, glossary, negotiation, schema
from governance.terms.document import JSON, JSON_LD, Site
from governance.terms.http import A_DAY, for_programs, published, published_json
from governance.terms.vocabulary_changes import CHANGES, VERSION, Change, Codes

HTML = "text/html"


@login_not_required
@require_safe
def vocabulary(request: HttpRequest) -> HttpResponse:
    return _page(request)


@for_programs
def namespace(request: HttpRequest) -> HttpResponseBase:
    """Where our identifiers lead: the page for a browser, the JSON-LD context for a program."""
    accept = request.headers.get("Accept", "")
    wants_page = negotiation.preferred(accept, [JSON_LD, JSON, HTML]) == HTML
    answer = _page(request) if wants_page else context(request)
    patch_vary_headers(answer, ["Accept"])
    return answer


@for_programs
def context(request: HttpRequest) -> HttpResponseBase:
    """The JSON-LD context at an address of its own: what the words of a document mean."""
    meaning = schema.context(Site(settings.PUBLIC_ORIGIN).namespace)
    return published_json(request, meaning, caching=A_DAY, media_type=JSON_LD)


@for_programs
def document(request: HttpRequest) -> HttpResponseBase:
    """Every code with its identifier and what is broader, for programs that compare terms."""
    words = glossary.document(Site(settings.PUBLIC_ORIGIN).namespace)
    return published_json(request, words, caching=A_DAY)


@for_programs
def changes_atom(request: HttpRequest) -> HttpResponseBase:
    body = feeds.atom(_news())
    return published(request, body, media_type=feeds.ATOM, caching=A_DAY)


@for_programs
def changes_json(request: HttpRequest) -> HttpResponseBase:
    news = feeds.json_feed(_news())
    return published_json(request, news, caching=A_DAY, media_type=feeds.JSON_FEED)


def _news() -> feeds.Feed:
    return glossary.news(f"{settings.PUBLIC_ORIGIN}{reverse('vocabulary')}")


def _page(request: HttpRequest) -> HttpResponse:
    ours = Site(settings.PUBLIC_ORIGIN).namespace
    shown = {
        "namespace": ours,
        "version": VERSION,
        "points": [
            (point, heading, about, glossary.lines(point, ours))
            for point, (heading, about) in glossary.HEADINGS.items()
        ],
        "properties": glossary.PROPERTIES.items(),
        "changes": [
            (change, glossary.change_anchor(change), parse_datetime(change.at), _groups(change))
            for change in CHANGES
        ],
    }
    return render(request, "terms/vocabulary.html", shown)


def _groups(change: Change) -> list[tuple[str, Codes]]:
    """The codes of a change by what was done to them, in words."""
    groups = [
        (_("%(count)d codes added"), change.added),
        (_("%(count)d codes clarified"), change.clarified),
    ]
    return [
        (words % {"count": sum(map(len, codes.values()))}, codes)
        for words, codes in groups
        if codes
    ]
