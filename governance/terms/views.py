"""Terms for people, and terms for programs. Published bytes are served as they were made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_POST, require_safe

from governance.record import reads, signing
from governance.record.canonical import canonical_bytes, timestamp
from governance.terms import document, schema, words
from governance.terms.document import JSON, JSON_LD, Site
from governance.terms.filters import VersionFilter
from governance.terms.forms import editor_for
from governance.terms.http import (
    A_DAY,
    ASK_FIRST,
    MINUTES,
    Link,
    open_to_all,
    published,
    published_json,
)
from governance.terms.models import Rendition, Term, Version
from governance.terms.rulebook import DraftContent

SNIPPETS = Path(__file__).parent / "snippets"
# What the bare address of a version answers in, the first where a reader has no preference.
FORMATS = {
    JSON: "json",
    JSON_LD: "jsonld",
    "text/html": "html",
    "text/markdown": "md",
    "text/plain": "txt",
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A version as its page shows it."""

    version: Version
    content: DraftContent
    rules: list[tuple[str, str]]
    glance: list[words.Glance]
    poll_path: str
    counts: list[tuple[str, int]]

    @property
    def stops(self) -> list[str]:
        """What the term forbids, in words."""
        return [sentence for kind, sentence in self.rules if kind == "prohibition"]

    @property
    def more(self) -> int:
        """How many more things it stops than a card of the roster names."""
        return max(0, len(self.stops) - 3)

    @property
    def opening(self) -> str:
        """The first paragraph of the plain text, without the marks of Markdown."""
        return self.content.plain.partition("\n\n")[0].strip("#*_> ")


def _sheet(version: Version) -> Sheet:
    content = version.revision.content
    counts = version.adoption["result"].get("counts", {})
    return Sheet(
        version=version,
        content=content,
        rules=[(rule.kind, words.sentence(rule)) for rule in content.rules],
        glance=words.glance(content.rules),
        poll_path=urlsplit(version.adoption["poll"]).path,
        counts=list(counts.items()) if isinstance(counts, dict) else [],
    )


# For people


@login_not_required
@require_safe
def roster(request: HttpRequest) -> HttpResponse:
    versions = Version.objects.with_status().newest().select_related("revision")
    found = VersionFilter(request.GET, queryset=versions.order_by("term_id"))
    context = {
        "filter": found,
        "sheets": [_sheet(version) for version in found.qs] if found.is_valid() else [],
        "empty": not Term.objects.exists(),
    }
    return render(request, "terms/roster.html", context)


@login_not_required
@require_safe
def term(request: HttpRequest, slug: str) -> HttpResponse:
    version = get_object_or_404(Version.objects.to_show().newest(), term=slug)
    return _page(request, version)


@login_not_required
@require_safe
def version_page(request: HttpRequest, slug: str, version: str) -> HttpResponse:
    return _page(request, _version(slug, version))


def _page(request: HttpRequest, version: Version) -> HttpResponse:
    signer, _key = signing.signer("terms")
    context = {
        "sheet": _sheet(version),
        "version": version,
        "versions": Version.objects.with_status().filter(term=version.term).newest_first(),
        "origin": request.build_absolute_uri("/").rstrip("/"),
        "document_path": _address(version, "json"),
        "signer": f"{signing.did()}#{signer}",
        "formats": [(suffix, kind) for kind, suffix in FORMATS.items() if suffix != "html"],
    }
    response = render(request, "terms/term.html", context)
    response.headers["Link"] = ", ".join(map(str, _links(version)))
    return response


@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """What an editor's form amounts to: a piece of page for htmx, a page without it."""
    piece = request.headers.get("HX-Request") == "true"
    context = {"preview": editor_for(None, request.POST).preview}
    return render(request, "terms/_preview.html" if piece else "terms/preview.html", context)


@login_not_required
@require_safe
def developers(request: HttpRequest) -> HttpResponse:
    context = {
        "origin": request.build_absolute_uri("/").rstrip("/"),
        "snippets": {path.stem: path.read_text("utf-8") for path in SNIPPETS.glob("*.sh")},
    }
    return render(request, "terms/developers.html", context)


# For programs


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
            "document": _address(version, "json"),
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
    found = _version(slug, version)
    kind = request.get_preferred_type(list(FORMATS)) if request.headers.get("Accept") else JSON
    if kind == "text/html":
        page = _page(request, found)
        patch_vary_headers(page, ["Accept"])
        return page
    if kind is None:
        offers = "\n".join(f"{offer}: {_address(found, end)}" for offer, end in FORMATS.items())
        refusal = HttpResponse(
            f"This term can be had in these formats, each at an address of its own:\n{offers}\n",
            status=406,
            content_type=document.TEXT,
        )
        return open_to_all(refusal, links=_links(found), negotiated=True)
    return _sheet_bytes(request, found, FORMATS[kind], negotiated=True)


@login_not_required
@require_safe
def version_in(request: HttpRequest, slug: str, version: str, suffix: str) -> HttpResponseBase:
    """A version in one format: its document (json, jsonld), or the term on one sheet (txt, md)."""
    return _sheet_bytes(request, _version(slug, version), suffix)


def _sheet_bytes(
    request: HttpRequest, version: Version, suffix: str, *, negotiated: bool = False
) -> HttpResponseBase:
    if suffix in ("json", "jsonld"):
        body, media_type = bytes(version.document), JSON if suffix == "json" else JSON_LD
    else:
        rendition = version.renditions.get(name=suffix)
        body, media_type = bytes(rendition.body), rendition.media_type
    return published(
        request, body, media_type=media_type, links=_links(version), negotiated=negotiated
    )


@login_not_required
@require_safe
def part(request: HttpRequest, slug: str, version: str, name: str) -> HttpResponseBase:
    """A part that the document links to by hash: the policy or a text."""
    renditions = Rendition.objects.filter(version__term=slug, version__version=version)
    found = get_object_or_404(renditions, name=name)
    links = [Link("canonical", _identifier(slug, version) + f"/{name}")]
    return published(request, bytes(found.body), media_type=found.media_type, links=links)


@login_not_required
@require_safe
def status(request: HttpRequest, slug: str, version: str) -> HttpResponseBase:
    """What became of a version, signed, as of this hour or of its last change if that is later.

    Within an hour the same bytes: the time is rounded down, and Ed25519 signs the same alike.
    """
    found = _version(slug, version)
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
    text = reads.proof_for(_version(slug, version).record_hash)
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
    response = HttpResponseRedirect(_address(version, suffix))
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


def _version(slug: str, version: str) -> Version:
    return get_object_or_404(Version.objects.to_show(), term=slug, version=version)


def _address(version: Version, suffix: str) -> str:
    here = reverse("term-version", args=[version.term_id, version.version])
    return f"{here}.{suffix}" if suffix else here


def _identifier(slug: str, version: str) -> str:
    return Site(settings.PUBLIC_ORIGIN).term(slug, version)


def _links(version: Version) -> list[Link]:
    links = [
        Link("canonical", _identifier(version.term_id, version.version)),
        *(Link("alternate", _address(version, end), kind) for kind, end in FORMATS.items()),
        Link("latest-version", reverse("term-latest", args=[version.term_id])),
    ]
    if version.replaces:
        links.append(Link("predecessor-version", _address(version.replaces, "")))
    if after := getattr(version, "replaced_by", None):
        links.append(Link("successor-version", _address(after, "")))
    return links


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)
