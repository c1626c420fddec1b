"""What stands around every view."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

Respond = Callable[[HttpRequest], HttpResponseBase]

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
