"""Terms for programs. Published bytes are served as they were made."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Prefetch
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponsePermanentRedirect,
    HttpResponseRedirect,
)
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers

from governance.record import reads, signing
from governance.record.canonical import canonical_bytes, timestamp
from governance.terms import document, negotiation, schema
from governance.terms.document import JSON, JSON_LD, Site
from governance.terms.http import (
    A_DAY,
    ASK_FIRST,
    MINUTES,
    Link,
    for_programs,
    open_to_all,
    published,
    published_json,
)
from governance.terms.models import Rendition, Translation, Version
from governance.terms.views.addresses import (
    FORMATS,
    address,
    identifier,
    links,
    status_address,
    version_or_404,
)
from governance.terms.views.pages import page_of


@for_programs
def index(request: HttpRequest) -> HttpResponseBase:
    """Every version of every term, with its status; the newest of each term first."""
    versions = (
        Version.objects.with_history()
        .select_related("revision", "replaced_by")
        .prefetch_related(Prefetch("translations", Translation.objects.only("version", "language")))
        .defer("document", "replaced_by__document")
        .newest_first()
    )
    terms = [_listed(version) for version in versions]
    # The validator is that of the list: when it was asked for makes no difference to it.
    etag = f'W/"{document.sha256(canonical_bytes(terms))}"'
    body = canonical_bytes({"terms": terms, "generated": timestamp(timezone.now())})
    return published(request, body, media_type=JSON, caching=ASK_FIRST, etag=etag)


def _listed(version: Version) -> dict[str, Any]:
    translated = sorted(translation.language for translation in version.translations.all())
    row = {
        "slug": version.term_id,
        "version": version.version,
        "url": address(version, ""),
        "document": address(version, "json"),
        "sha256": version.sha256,
        "status": version.status,
        "since": timestamp(version.since),
        "title": {document.AUTHORITATIVE: version.revision.title},
        "languages": [document.AUTHORITATIVE, *translated],
        "issued": timestamp(version.issued),
    }
    if version.successor:
        row["successor"] = reverse("term-version", args=version.successor)
    return row


@for_programs
def version_negotiated(request: HttpRequest, slug: str, version: str) -> HttpResponseBase:
    """The bare address of a version: the document, or its page, as the reader prefers."""
    found = version_or_404(slug, version)
    kind = negotiation.preferred(request.headers.get("Accept", ""), list(FORMATS))
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


@for_programs
def version_in(request: HttpRequest, slug: str, version: str, suffix: str) -> HttpResponseBase:
    """A version in one format: its document (json, jsonld), or the term on one sheet (txt, md)."""
    return _sheet_bytes(request, version_or_404(slug, version), suffix)


def _sheet_bytes(
    request: HttpRequest, version: Version, suffix: str, *, negotiated: bool = False
) -> HttpResponseBase:
    if suffix in ("json", "jsonld"):
        body, media_type = bytes(version.document), JSON if suffix == "json" else JSON_LD
    else:
        rendition = get_object_or_404(version.renditions, name=suffix)
        body, media_type = bytes(rendition.body), rendition.media_type
    return published(
        request,
        body,
        media_type=media_type,
        links=links(version),
        negotiated=negotiated,
        outdated_since=version.outdated_since,
    )


@for_programs
def part(request: HttpRequest, slug: str, version: str, name: str) -> HttpResponseBase:
    """A part that the document links to by hash: the policy or a text."""
    renditions = Rendition.objects.to_serve()
    found = get_object_or_404(renditions, version__term=slug, version__version=version, name=name)
    return _part_bytes(
        request, found, links=[Link("canonical", f"{identifier(slug, version)}/{name}")]
    )


def _part_bytes(
    request: HttpRequest, part: Rendition, *, links: Iterable[Link] = ()
) -> HttpResponseBase:
    return published(
        request,
        bytes(part.body),
        media_type=part.media_type,
        links=links,
        outdated_since=part.outdated_since,
    )


@for_programs
def status(request: HttpRequest, slug: str, version: str) -> HttpResponseBase:
    """What became of a version, signed, as of this hour or of its last change if that is later.

    Within an hour the same bytes: the time is rounded down, and Ed25519 signs the same alike.
    """
    found = version_or_404(slug, version)
    translations = found.translations.select_related("plain", "legal").defer(
        "plain__body", "legal__body"
    )
    texts = {one.language: _translated(one) for one in translations.order_by("language")}
    changed = max([found.since, *(one.at for one in translations)])
    as_of = max(_hour(timezone.now()), changed)
    statement = document.status(
        site=Site(settings.PUBLIC_ORIGIN),
        slug=slug,
        version=version,
        digest=found.sha256,
        name=found.status,
        since=timestamp(found.since),
        successor=found.successor,
        reason=found.reason,
        latest=Version.objects.filter(latest_of=slug).values_list("version", flat=True)[0],
        translations=texts,
        record_hash=found.status_record,
        as_of=timestamp(as_of),
        expires=timestamp(as_of + timedelta(days=1)),
    )
    signed = signing.sign_document(statement, at=as_of)
    return published_json(request, signed, caching=MINUTES)


def _translated(one: Translation) -> document.Translated:
    return document.Translated(
        title=one.title,
        plain=one.plain.sha256,
        legal=one.legal.sha256,
        since=timestamp(one.at),
        record_hash=one.record_hash,
    )


@for_programs
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


@for_programs
def latest(request: HttpRequest, slug: str, suffix: str = "") -> HttpResponseBase:
    """To the newest version, wherever that is now. Where it is out of force, the answer says so."""
    newest = Version.objects.newest().with_history().select_related("replaced_by")
    version = get_object_or_404(newest.defer("document"), term=slug)
    response = HttpResponseRedirect(address(version, suffix), content_type=document.TEXT)
    response.headers["Cache-Control"] = ASK_FIRST
    if version.outdated_since:
        since = f"{version.since:%Y-%m-%d}"
        response.content = (
            f"Version {version.version}, the newest of this term, was {version.status} on {since}: "
            f"{version.reason}\n"
        ).encode()
    found = [Link("status", status_address(version), JSON)]
    if version.successor:
        found.append(Link("successor-version", reverse("term-version", args=version.successor)))
    return open_to_all(response, links=found, outdated_since=version.outdated_since)


@for_programs
def with_slash(request: HttpRequest, slug: str, version: str) -> HttpResponseBase:
    """The address of a version without the slash that does not belong there."""
    get_object_or_404(Version.objects.only("pk"), term=slug, version=version)
    there = reverse("term-version", args=[slug, version])
    return open_to_all(HttpResponsePermanentRedirect(there))


@for_programs
def by_hash(request: HttpRequest, digest: str) -> HttpResponseBase:
    """Published bytes by their SHA-256: a document, or any part of one."""
    version = Version.objects.to_show().filter(sha256=digest).first()
    if version:
        return _sheet_bytes(request, version, "json")
    found = Rendition.objects.to_serve().filter(sha256=digest).order_by("pk").first()
    if found is None:
        raise Http404("nothing of this hash was published")
    return _part_bytes(request, found)


@for_programs
def document_schema(request: HttpRequest) -> HttpResponseBase:
    described = schema.document_schema(settings.PUBLIC_ORIGIN)
    return published_json(request, described, caching=A_DAY, media_type="application/schema+json")


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)
