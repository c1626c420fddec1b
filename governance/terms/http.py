"""How published bytes travel: validators, caching, links, and who may read them (everyone)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.views.decorators.http import require_http_methods

from governance.record.canonical import canonical_bytes
from governance.terms.document import JSON, LICENCE, sha256

FOR_EVER = "public, max-age=31536000, immutable"
A_DAY = "public, max-age=86400"
MINUTES = "public, max-age=300"
ASK_FIRST = "no-cache"

METHODS = ("GET", "HEAD", "OPTIONS")
EXPOSED = "ETag, Link, Deprecation"
# What a page of another origin may send beside what it may always send.
_ASKED_WITH = "Accept, If-Match, If-Modified-Since, If-None-Match, If-Range, Range"


@dataclass(frozen=True, slots=True)
class Link:
    """A web link (RFC 8288): a relation, where it leads, and what is there."""

    relation: str
    address: str
    media_type: str = ""

    def __str__(self) -> str:
        what = f'; type="{self.media_type.partition(";")[0]}"' if self.media_type else ""
        return f'<{self.address}>; rel="{self.relation}"{what}'


View = Callable[..., HttpResponseBase]


def for_programs(view: View) -> View:
    """A view that everybody may read, from a page of any origin too: GET, HEAD and OPTIONS.

    The question that a browser asks beforehand (a CORS preflight) is answered without looking
    anything up.
    """

    @login_not_required
    @require_http_methods(METHODS)
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method != "OPTIONS":
            return view(request, *args, **kwargs)
        response = open_to_all(HttpResponse(headers={"Allow": ", ".join(METHODS)}))
        response.headers["Content-Length"] = "0"
        response.headers["Access-Control-Allow-Methods"] = ", ".join(METHODS)
        response.headers["Access-Control-Allow-Headers"] = _ASKED_WITH
        response.headers["Access-Control-Max-Age"] = "86400"
        return response

    return answer


def published(
    request: HttpRequest,
    body: bytes,
    *,
    media_type: str,
    caching: str = FOR_EVER,
    links: Iterable[Link] = (),
    negotiated: bool = False,
    etag: str = "",
    outdated_since: datetime | None = None,
) -> HttpResponseBase:
    """Bytes as they are, or 304 where the reader has them.

    The ETag is strong, the digest of the bytes, unless another is given. ``negotiated`` says that
    this address answers in other formats too.
    """
    response = HttpResponse(body, content_type=media_type)
    etag = etag or f'"{sha256(body)}"'
    found = get_conditional_response(request, etag=etag, response=response) or response
    found.headers["ETag"] = etag
    found.headers["Cache-Control"] = caching
    return open_to_all(found, links=links, negotiated=negotiated, outdated_since=outdated_since)


def published_json(
    request: HttpRequest, value: Mapping[str, Any], *, caching: str, media_type: str = JSON
) -> HttpResponseBase:
    """A JSON value in canonical form, so that the same value has the same ETag."""
    return published(request, canonical_bytes(value), media_type=media_type, caching=caching)


def open_to_all(
    response: HttpResponseBase,
    *,
    links: Iterable[Link] = (),
    negotiated: bool = False,
    outdated_since: datetime | None = None,
) -> HttpResponseBase:
    """Let pages of any origin read it, and say where else to look and under which licence."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = EXPOSED
    response.headers["Link"] = ", ".join(map(str, (*links, Link("license", LICENCE))))
    say_outdated(response, outdated_since)
    if negotiated:
        patch_vary_headers(response, ["Accept"])
    return response


def say_outdated(response: HttpResponseBase, since: datetime | None) -> None:
    """Say since when a version is no longer in force (RFC 9745); nothing where it is.

    There is no ``Sunset`` (RFC 8594) beside it: no published address ever goes.
    """
    if since is not None:
        response.headers["Deprecation"] = f"@{int(since.timestamp())}"
