"""The record: pages for people, and what monitors and verifiers read (C2SP tlog-tiles)."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from governance.record import consistency as consistent
from governance.record import merkle, reads, registry, samples, signing, sums
from governance.record.canonical import canonical_bytes
from governance.record.filters import EntryFilter
from governance.record.forms import ChooseForm, KeptForm
from governance.record.models import Checkpoint, Entry, Pending
from kernel.refusal import Refused

ON_A_PAGE = 25
LEAF_HASH = re.compile("[0-9a-f]{64}")
# Every number of entries there can be has fewer digits.
_PLACE = re.compile("[0-9]{1,18}")
_SIZE = re.compile("0|[1-9][0-9]{0,17}")

TEXT = "text/plain; charset=utf-8"
BYTES = "application/octet-stream"


# For people


@login_not_required
@require_safe
def record(request: HttpRequest) -> HttpResponse:
    size = reads.published_size()
    found = EntryFilter(request.GET, queryset=Entry.objects.within(size))
    before = request.GET.get("before", str(size))
    if not found.is_valid() or not _PLACE.fullmatch(before):
        raise Http404("no such part of the record")
    entries = list(found.qs.filter(index__lt=int(before)).order_by("-index")[: ON_A_PAGE + 1])
    context = {
        "size": size,
        "checkpoint": reads.published_at(),
        "filter": found,
        "kind": found.form.cleaned_data["type"],
        "entries": entries[:ON_A_PAGE],
        "older": entries[ON_A_PAGE - 1] if len(entries) > ON_A_PAGE else None,
        "newer": "before" in request.GET,
        "waiting": Pending.objects.count(),
        "origin": settings.SITE_ORIGIN,
        "identity": settings.PUBLIC_ORIGIN,
        "verifiers": reads.verifiers(),
    }
    return render(request, "record/index.html", context)


@login_not_required
@require_safe
def entry(request: HttpRequest, leaf_hash: str) -> HttpResponse:
    current = reads.published()
    found = Entry.objects.filter(leaf_hash=leaf_hash).first()
    said = found or Pending.objects.filter(leaf_hash=leaf_hash).first()
    if said is None:
        raise Http404("no such entry")
    context: dict[str, Any] = {
        "entry": said,
        "leaf_hash": leaf_hash,
        "facts": _facts(said.content),
        "canonical": bytes(said.data).decode(),
    }
    if current and found and found.index < current.head.size:
        proof = reads.inclusion(found, current)
        context |= {
            "size": current.head.size,
            "number": found.index + 1,
            "path": [node.hex() for node in proof.hashes],
            "note": current.note,
            "checkpoint": reads.published_at(),
        }
    return render(request, "record/entry.html", context)


@login_not_required
@require_safe
def types(request: HttpRequest) -> HttpResponse:
    described = []
    for known in registry.registered():
        sample = samples.sample(known, settings.PUBLIC_ORIGIN)
        described.append(
            {
                "type": known,
                "sentence": known.sentence(sample),
                "sample": json.dumps(sample, indent=2, ensure_ascii=False),
                "schema": known.document(settings.PUBLIC_ORIGIN).decode(),
            }
        )
    return render(request, "record/types.html", {"types": described})


@csrf_exempt  # it writes nothing, for nobody: a cookie would only follow the reader
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def consistency(request: HttpRequest) -> HttpResponse:
    """Whether an earlier checkpoint, chosen or pasted, is the beginning of the record of now."""
    current = reads.published()
    choose = ChooseForm(
        request.GET if "old" in request.GET else None,
        offered=Checkpoint.objects.offered(current.head.size if current else 0),
    )
    kept = KeptForm(request.POST if request.method == "POST" else None)
    growth, status = None, 200
    if kept.is_bound:
        status = 422
        try:
            if kept.is_valid():
                growth, status = consistent.since(kept.cleaned_data["checkpoint"]), 200
        except consistent.NoSuchCheckpoint as error:
            kept.add_error("checkpoint", str(error))
        except Refused as refusal:
            kept.add_error("checkpoint", str(refusal.sentence))
            status = 409
    elif choose.is_bound:
        growth, status = (choose.growth, 200) if choose.is_valid() else (None, 422)
    context = {
        "current": current,
        "choose": choose,
        "kept": kept,
        "growth": growth,
        "described": growth and _described(growth),
        "refused": status == 409,
        "checked": kept if kept.is_bound else choose,
    }
    return render(request, "record/consistency.html", context, status=status)


def _facts(content: dict[str, Any]) -> list[dict[str, str]]:
    """What an entry says, field by field; addresses of ours with the path they lead to."""
    facts = []
    for name, value in content.items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        ours = text.startswith(f"{settings.PUBLIC_ORIGIN}/")
        facts.append(
            {
                "name": name,
                "text": text,
                "path": text.removeprefix(settings.PUBLIC_ORIGIN) if ours else "",
            }
        )
    return facts


# For programs


@login_not_required
@require_safe
def checkpoint(request: HttpRequest) -> HttpResponseBase:
    current = reads.published()
    if current is None:
        raise Http404("nothing is published yet")
    return _open(request, current.note.encode(), TEXT)


@login_not_required
@require_safe
def past_checkpoint(request: HttpRequest, size: str) -> HttpResponseBase:
    note = reads.signed_at(int(size))
    if note is None:
        raise Http404("no checkpoint of that size is published")
    return _open(request, note.encode(), TEXT, immutable=True)


@login_not_required
@require_safe
def tile(
    request: HttpRequest, level: str, number: str, width: str | None = None
) -> HttpResponseBase:
    place, wide = _tile_place(number, width)
    hashes = reads.tile(int(level), place, wide)
    if hashes is None:
        raise Http404("the tree does not reach there")
    return _open(request, hashes, BYTES, immutable=True)


@login_not_required
@require_safe
def entry_bundle(request: HttpRequest, number: str, width: str | None = None) -> HttpResponseBase:
    bundle = reads.entry_bundle(*_tile_place(number, width))
    if bundle is None:
        raise Http404("the tree does not reach there")
    return _open(request, bundle, BYTES, immutable=True)


@login_not_required
@require_safe
def entry_bytes(request: HttpRequest, leaf_hash: str) -> HttpResponseBase:
    found = Entry.objects.within(reads.published_size()).filter(leaf_hash=leaf_hash).first()
    if found is None:
        raise Http404("no such entry")
    return _open(request, bytes(found.data), "application/json", immutable=True)


@login_not_required
@require_safe
def proof(request: HttpRequest) -> HttpResponseBase:
    leaf_hash = request.GET.get("hash", "")
    if not LEAF_HASH.fullmatch(leaf_hash):
        return HttpResponseBadRequest(
            "hash: the leaf hash of an entry, 64 hexadecimal digits in lower case\n",
            content_type=TEXT,
        )
    text = reads.proof_for(leaf_hash)
    if text is None:
        raise Http404("no such entry, or not yet under a checkpoint")
    response = _open(request, text.encode(), TEXT)
    response.headers["Content-Disposition"] = f'inline; filename="{leaf_hash}.tlog-proof"'
    return response


@login_not_required
@require_safe
def consistency_proof(request: HttpRequest) -> HttpResponseBase:
    old, new = request.GET.get("old", ""), request.GET.get("new", "")
    if not _SIZE.fullmatch(old) or not _SIZE.fullmatch(new or "0"):
        return HttpResponseBadRequest(
            "old, new: how many entries two checkpoints have; without new, the published one\n",
            content_type=TEXT,
        )
    try:
        growth = consistent.between(int(old), int(new) if new else None)
    except consistent.NoSuchCheckpoint as error:
        raise Http404(str(error)) from None
    return _open(request, canonical_bytes(_described(growth)), "application/json")


@login_not_required
@require_safe
def schema(request: HttpRequest, name: str) -> HttpResponseBase:
    try:
        known = registry.entry_type(name)
    except registry.UnknownType:
        raise Http404("no such type of entry") from None
    return _open(request, known.document(settings.PUBLIC_ORIGIN), "application/schema+json")


@login_not_required
@require_safe
def did(request: HttpRequest) -> HttpResponseBase:
    return _open(request, canonical_bytes(signing.did_document()), "application/did+json")


def _described(growth: consistent.Growth) -> dict[str, Any]:
    """Two checkpoints and the proof between them, for programs."""
    return {
        "origin": growth.new.head.origin,
        **{
            name: {
                "size": signed.head.size,
                "root": b64encode(signed.head.root).decode(),
                "checkpoint": signed.note,
            }
            for name, signed in (("old", growth.old), ("new", growth.new))
        },
        "proof": [b64encode(node).decode() for node in growth.proof],
    }


def _tile_place(number: str, width: str | None) -> tuple[int, int]:
    """A tile's number and width, from their spellings in the address."""
    try:
        place = merkle.parse_tile_number(number)
    except ValueError:
        raise Http404("not a tile's number") from None
    return place, merkle.TILE_WIDTH if width is None else int(width)


def _open(
    request: HttpRequest, content: bytes, content_type: str, *, immutable: bool = False
) -> HttpResponseBase:
    """Published bytes, for any page of any site to read; 304 for a reader who has them."""
    etag = f'"{sums.digest(content)}"'
    whole = HttpResponse(content, content_type=content_type)
    response = get_conditional_response(request, etag=etag, response=whole) or whole
    response.headers["ETag"] = etag
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cache-Control"] = (
        "public, max-age=31536000, immutable" if immutable else "public, no-cache"
    )
    return response
