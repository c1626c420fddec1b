"""How published bytes travel: validators, caching, links, and who may read them (everyone)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers

from governance.record.canonical import canonical_bytes
from governance.terms.document import JSON, LICENCE, sha256

FOR_EVER = "public, max-age=31536000, immutable"
A_DAY = "public, max-age=86400"
MINUTES = "public, max-age=300"
ASK_FIRST = "no-cache"


@dataclass(frozen=True, slots=True)
class Link:
    """A web link (RFC 8288): a relation, where it leads, and what is there."""

    relation: str
    address: str
    media_type: str = ""

    def __str__(self) -> str:
        what = f'; type="{self.media_type.partition(";")[0]}"' if self.media_type else ""
        return f'<{self.address}>; rel="{self.relation}"{what}'


def published(
    request: HttpRequest,
    body: bytes,
    *,
    media_type: str,
    caching: str = FOR_EVER,
    links: Iterable[Link] = (),
    negotiated: bool = False,
    etag: str = "",
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
    return open_to_all(found, links=links, negotiated=negotiated)


def published_json(
    request: HttpRequest, value: Mapping[str, Any], *, caching: str, media_type: str = JSON
) -> HttpResponseBase:
    """A JSON value in canonical form, so that the same value has the same ETag."""
    return published(request, canonical_bytes(value), media_type=media_type, caching=caching)


def open_to_all(
    response: HttpResponseBase, *, links: Iterable[Link] = (), negotiated: bool = False
) -> HttpResponseBase:
    """Let pages of any origin read it, and say where else to look and under which licence."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = "ETag, Link"
    response.headers["Link"] = ", ".join(map(str, (*links, Link("license", LICENCE))))
    if negotiated:
        patch_vary_headers(response, ["Accept"])
    return response
