"""What stands around every view."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.http import ConditionalGetMiddleware

from config.api.documents import API_ROUTES, ROUTES

Respond = Callable[[HttpRequest], HttpResponseBase]

# What a reader may send besides what every page may.
PREFLIGHT_HEADERS = "Accept, If-Match, If-Modified-Since, If-None-Match, If-Range, Range"
ALLOWED = "GET, HEAD, OPTIONS"

ASKED = ROUTES | API_ROUTES

_CASTING = re.compile(r"/api/v1/polls/[^/]+/cast")
_OURS_ALONE = {"cookie", "accept-language"}


def published_bytes(respond: Respond) -> Respond:
    """Keep what is published for all the same for all.

    Bytes that any origin may read (``Access-Control-Allow-Origin: *``) do not depend on who asks or
    in which language, but the middlewares below say that everything does; caches would believe it.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = respond(request)
        if response.headers.get("Access-Control-Allow-Origin") == "*":
            names = [name.strip() for name in response.headers.get("Vary", "").split(",")]
            kept = [name for name in names if name and name.lower() not in _OURS_ALONE]
            response.headers.pop("Vary", None)
            response.headers.pop("Content-Language", None)
            if kept:
                response.headers["Vary"] = ", ".join(kept)
        return response

    return middleware


def casting_is_nobodys(respond: Respond) -> Respond:
    """Keep whoever casts a ballot from every layer below: no cookie is read, so none is answered.

    Our own page sends none; a program might, and a session that is read says who cast when.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if _CASTING.fullmatch(request.path_info):
            for name in ("HTTP_COOKIE", "HTTP_AUTHORIZATION"):
                request.META.pop(name, None)
        return respond(request)

    return middleware


class Documents:
    """What any origin may read and nobody writes to: other methods are refused before any view.

    A page of another site that sends ``If-None-Match`` asks first whether it may (a preflight).
    """

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.respond(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        route = request.resolver_match.url_name if request.resolver_match else None
        asks = request.method == "OPTIONS"
        # The rest of what the API says to OPTIONS is its own: what it takes and answers.
        preflight = asks and "Access-Control-Request-Method" in request.headers
        if request.method in ("GET", "HEAD") or route not in (ASKED if preflight else ROUTES):
            return None
        answer = HttpResponse(status=200 if asks else 405)
        answer.headers["Allow"] = ALLOWED
        answer.headers["Access-Control-Allow-Origin"] = "*"
        answer.headers["Content-Length"] = "0"
        if asks:
            answer.headers["Access-Control-Allow-Methods"] = ALLOWED
            answer.headers["Access-Control-Allow-Headers"] = PREFLIGHT_HEADERS
            answer.headers["Access-Control-Max-Age"] = "86400"
        return answer


def api_validators(respond: Respond) -> Respond:
    """Give what the API answers an ETag, and whoever sends it back 304 while nothing changed."""
    conditional = ConditionalGetMiddleware(respond)

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = respond(request)
        if not request.path.startswith("/api/v1/"):
            return response
        return conditional.process_response(request, response)

    return middleware
