"""Grants for programs: the file of the 360Giving Data Standard, and feeds."""

from __future__ import annotations

import hashlib
from http import HTTPStatus

from django.conf import settings
from django.http import Http404, HttpRequest, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _

from funding.grants import news, open_grants, open_reads
from governance.terms import feeds
from governance.terms.http import MINUTES, for_programs, open_to_all, published, published_json


@for_programs
def giving(request: HttpRequest) -> HttpResponseBase:
    """Every grant, sent as it is read; 404 while there is none, as the standard asks for one.

    Its ETag is of what it follows from, so that whoever has it is told so without reading it all.
    """
    state, publisher = open_reads.state(), open_reads.publisher()
    if not state.awards or state.last is None:
        problem = {
            "type": "about:blank",
            "title": "no grants",
            "status": HTTPStatus.NOT_FOUND,
            "detail": _("No grant has been given yet."),
            "code": "no-grants",
        }
        return open_to_all(
            JsonResponse(
                problem, status=HTTPStatus.NOT_FOUND, content_type="application/problem+json"
            )
        )
    source = f"{settings.PUBLIC_ORIGIN}{reverse('grant-open-data')}"
    follows_from = repr((open_grants.FORMAT, publisher, source, state))
    etag = f'"{hashlib.sha256(follows_from.encode()).hexdigest()}"'
    answer: HttpResponseBase | None = get_conditional_response(request, etag=etag)
    if answer is None:
        grants = (
            open_grants.grant(one, publisher, source=source) for one in open_reads.open_grants()
        )
        pieces = open_grants.package(
            grants,
            publisher,
            source=source,
            page=f"{settings.PUBLIC_ORIGIN}{reverse('grant-money')}",
            modified_at=state.last,
        )
        answer = StreamingHttpResponse(pieces, content_type=open_grants.MEDIA_TYPE)
    answer.headers["ETag"] = etag
    answer.headers["Cache-Control"] = MINUTES
    return open_to_all(answer)


@for_programs
def feed_atom(request: HttpRequest) -> HttpResponseBase:
    body = feeds.atom(_feed(request))
    return published(request, body, media_type=feeds.ATOM, caching=MINUTES)


@for_programs
def feed_json(request: HttpRequest) -> HttpResponseBase:
    said = feeds.json_feed(_feed(request))
    return published_json(request, said, caching=MINUTES, media_type=feeds.JSON_FEED)


def _feed(request: HttpRequest) -> feeds.Feed:
    asked = request.GET.get("page", "1")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 0
    found = news.feed(number)
    if found is None:
        raise Http404("the feed has no such page")
    return found
