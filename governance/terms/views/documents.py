"""Terms for programs. Published bytes are served as they were made."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from governance.record import reads, signing
from governance.record.canonical import canonical_bytes, timestamp
from governance.terms import document, schema
from governance.terms.document import JSON, JSON_LD, Site
from governance.terms.http import (
    A_DAY,
    ASK_FIRST,
    MINUTES,
    Link,
    open_to_all,
    published,
    published_json,
)
from governance.terms.models import Rendition, Version
from governance.terms.views.addresses import FORMATS, address, identifier, links, version_or_404
from governance.terms.views.pages import page_of


@login_not_required
@require_safe
def index(request: HttpRequest) -> HttpResponseBase:
    """Every version of every term, with its status; the newest of each term first."""
    versions = Version.objects.with_status().select_related("revision").newest_first()
    terms = [
        {
            "slug": version.term_id,
            "version": version.version,
            "url": reverse("term-version", args=[version.term_id, version.version]),
            "document": address(version, "json"),
            "sha256": version.sha256,
            "status": version.status,
            "title": {"en": version.revision.title},
            "issued": timestamp(version.issued),
        }
        for version in versions.defer("document")
    ]
    # The validator is that of the list: when it was asked for makes no difference to it.
    etag = f'W/"{document.sha256(canonical_bytes(terms))}"'
    body = canonical_bytes({"terms": terms, "generated": timestamp(timezone.now())})
    return published(request, body, media_type=JSON, caching=ASK_FIRST, etag=etag)


@login_not_required
@require_safe
def version_negotiated(request: HttpRequest, slug: str, version: str) -> HttpResponseBase:
    """The bare address of a version: the document, or its page, as the reader prefers."""
    found = version_or_404(slug, version)
    kind = request.get_preferred_type(list(FORMATS)) if request.headers.get("Accept") else JSON
    if kind == "text/html":
        page = page_of(request, found)
        patch_vary_headers(page, ["Accept"])
        return page
    if kind is None:
        offers = "\n".join(f"{offer}: {address(found, end)}" for offer, end in FORMATS.items())
        refusal = HttpResponse(
            f"This term can be had in these formats, each at an address of its own:\n{offers}\n",
            status=406,
            content_type=document.TEXT,
        )
        return open_to_all(refusal, links=links(found), negotiated=True)
    return _sheet_bytes(request, found, FORMATS[kind], negotiated=True)


@login_not_required
@require_safe
def version_in(request: HttpRequest, slug: str, version: str, suffix: str) -> HttpResponseBase:
    """A version in one format: its document (json, jsonld), or the term on one sheet (txt, md)."""
    return _sheet_bytes(request, version_or_404(slug, version), suffix)


def _sheet_bytes(
    request: HttpRequest, version: Version, suffix: str, *, negotiated: bool = False
) -> HttpResponseBase:
    if suffix in ("json", "jsonld"):
        body, media_type = bytes(version.document), JSON if suffix == "json" else JSON_LD
    else:
        rendition = version.renditions.get(name=suffix)
        body, media_type = bytes(rendition.body), rendition.media_type
    return published(
        request, body, media_type=media_type, links=links(version), negotiated=negotiated
    )


@login_not_required
@require_safe
def part(request: HttpRequest, slug: str, version: str, name: str) -> HttpResponseBase:
    """A part that the document links to by hash: the policy or a text."""
    renditions = Rendition.objects.filter(version__term=slug, version__version=version)
    found = get_object_or_404(renditions, name=name)
    links = [Link("canonical", identifier(slug, version) + f"/{name}")]
    return published(request, bytes(found.body), media_type=found.media_type, links=links)


@login_not_required
@require_safe
def status(request: HttpRequest, slug: str, version: str) -> HttpResponseBase:
    """What became of a version, signed, as of this hour or of its last change if that is later.

    Within an hour the same bytes: the time is rounded down, and Ed25519 signs the same alike.
    """
    found = version_or_404(slug, version)
    now = found.statuses.select_related("successor").latest("pk")
    as_of = max(_hour(timezone.now()), now.at)
    statement = document.status(
        site=Site(settings.PUBLIC_ORIGIN),
        slug=slug,
        version=version,
        digest=found.sha256,
        name=now.status,
        since=timestamp(now.at),
        successor=now.successor.version if now.successor else "",
        reason=now.reason,
        latest=Version.objects.filter(latest_of=slug).values_list("version", flat=True)[0],
        record_hash=now.record_hash,
        as_of=timestamp(as_of),
        expires=timestamp(as_of + timedelta(days=1)),
    )
    signed = signing.sign_document(statement, at=as_of)
    return published_json(request, signed, caching=MINUTES)


@login_not_required
@require_safe
def proof(request: HttpRequest, slug: str, version: str) -> HttpResponseBase:
    """The proof that the version's entry is in the public record: it verifies offline."""
    text = reads.proof_for(version_or_404(slug, version).record_hash)
    if text is None:
        answer = HttpResponse(
            "The record has not taken its entry in yet. Ask again in a few seconds.\n",
            status=404,
            content_type=document.TEXT,
        )
        answer.headers["Cache-Control"] = ASK_FIRST
        return open_to_all(answer)
    return published(request, text.encode(), media_type=document.TEXT, caching=ASK_FIRST)


@login_not_required
@require_safe
def latest(request: HttpRequest, slug: str, suffix: str = "") -> HttpResponseBase:
    """To the newest version, wherever that is now."""
    version = get_object_or_404(Version.objects.newest().defer("document"), term=slug)
    response = HttpResponseRedirect(address(version, suffix))
    response.headers["Cache-Control"] = ASK_FIRST
    return open_to_all(response)


@login_not_required
@require_safe
def by_hash(request: HttpRequest, digest: str) -> HttpResponseBase:
    """Published bytes by their SHA-256: a document, or any part of one."""
    version = Version.objects.to_show().filter(sha256=digest).first()
    if version:
        return _sheet_bytes(request, version, "json")
    found = Rendition.objects.filter(sha256=digest).order_by("pk").first()
    if found is None:
        raise Http404("nothing of this hash was published")
    return published(request, bytes(found.body), media_type=found.media_type)


@login_not_required
@require_safe
def document_schema(request: HttpRequest) -> HttpResponseBase:
    described = schema.document_schema(settings.PUBLIC_ORIGIN)
    return published_json(request, described, caching=A_DAY, media_type="application/schema+json")


@login_not_required
@require_safe
def context(request: HttpRequest) -> HttpResponseBase:
    """The JSON-LD context: what the words of a document mean."""
    meaning = schema.context(Site(settings.PUBLIC_ORIGIN).namespace)
    return published_json(request, meaning, caching=A_DAY, media_type=JSON_LD)


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)
