"""Pages of polls: the list, the ballot, the result, and the files anyone can recount from."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import condition, require_safe

from governance.record.canonical import canonical_bytes
from governance.record.public_files import read_public
from governance.voting import (
    ballot_page,
    exports,
    permissions,
    reads,
    result_page,
    stages,
    words,
)
from governance.voting.actions import publish_bundle, publish_exports
from governance.voting.filters import PollFilter
from governance.voting.models import Poll
from governance.voting.option_names import name_persons
from members.models import Person

ON_A_PAGE = 25
# On a roll smaller than this, the result may tell how somebody voted.
FEW = 20


@login_not_required
@require_safe
def poll_list(request: HttpRequest) -> HttpResponse:
    """Every poll, those one can vote in first."""
    polls = Poll.objects.to_list()
    if isinstance(request.user, Person):
        polls = polls.seen_by(request.user)
    found = PollFilter(request.GET, queryset=polls)
    page = Paginator(found.qs, ON_A_PAGE).get_page(request.GET.get("page"))
    page.object_list = list(page.object_list)
    name_persons(page.object_list)
    return render(
        request,
        "voting/poll_list.html",
        {"filter": found, "page": page, "now": timezone.now()},
    )


@login_not_required
@require_safe
def poll(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The question, then the ballot while it is open, or the result once it has closed."""
    shown = get_object_or_404(Poll, pk=pk)
    now = timezone.now()
    context: dict[str, Any] = {
        "poll": shown,
        "now": now,
        "open": shown.takes_ballots(now),
    }
    if shown.roll_size is not None:
        context["few"] = shown.roll_size < FEW
        context["needed"] = shown.rule.needed(shown.roll_size)
    if isinstance(request.user, Person):
        context["place"] = reads.place_of(request.user, shown, now)
        context["voter_tag"] = reads.voter_tag(request.user, shown)
        context |= ballot_page.context(shown)
        if context["open"] and permissions.can_name_fault(shown, request.user, at=now):
            named = shown.named_faults.select_related("proposed_by")
            context["named_faults"] = named.order_by("proposed_at", "pk")
    if shown.was_cancelled_open:
        faults = shown.named_faults.confirmed().select_related("proposed_by", "confirmed_by")
        context["cancelled_for"] = faults.get()
    if shown.stage == stages.CLOSED:
        context |= result_page.context(shown)
    return render(request, "voting/poll.html", context)


@login_not_required
@require_safe
def manifest(request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
    """The manifest's canonical bytes, from the opening on."""
    shown = get_object_or_404(Poll, pk=pk, manifest__isnull=False)
    return _published(request, canonical_bytes(shown.manifest or {}))


@login_not_required
@require_safe
def ballots(request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Every ballot, once the poll has closed."""
    shown = get_object_or_404(Poll, pk=pk, stage=stages.CLOSED)
    path = f"polls/{pk}/ballots.json"
    if (content := read_public(path)) is None:
        publish_bundle(shown)
        content = read_public(path)
    if content is None:
        raise Http404
    return _published(request, content)


@login_not_required
@require_safe
def result(request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
    """The result's canonical bytes, once the poll has closed."""
    shown = get_object_or_404(Poll, pk=pk, stage=stages.CLOSED)
    return _published(request, canonical_bytes(shown.result or {}))


@login_not_required
@require_safe
def export(request: HttpRequest, pk: uuid.UUID, ending: str) -> HttpResponseBase:
    """The ballots that count of a closed poll, in a format that others read."""
    shown = get_object_or_404(Poll, pk=pk)
    there = exports.ENDINGS[shown.method]
    if shown.stage != stages.CLOSED or ending not in there:
        return HttpResponse(_no_export(shown, there), status=404, content_type=exports.MEDIA_TYPE)
    path = f"polls/{pk}/ballots.{ending}"
    if (content := read_public(path)) is None:
        publish_exports(shown)
        content = read_public(path)
    if content is None:
        raise Http404
    return _published(request, content, exports.MEDIA_TYPE)


def _no_export(shown: Poll, there: Sequence[str]) -> str:
    if shown.stage != stages.CLOSED:
        return _("The ballots are published once this vote has closed.\n")
    names = words.listed([f"ballots.{ending}" for ending in there])
    return _("The ballots of this vote can be had as ballots.json and {names}.\n").format(
        names=names
    )


def _published(
    request: HttpRequest, content: bytes, content_type: str = "application/json"
) -> HttpResponseBase:
    """Bytes that never change, under their hash as the strong ETag, for anyone to read."""
    etag = f'"{hashlib.sha256(content).hexdigest()}"'

    @condition(etag_func=lambda _request: etag)
    def answer(_request: HttpRequest) -> HttpResponse:
        return HttpResponse(content, content_type=content_type)

    response: HttpResponseBase = answer(request)
    # A 304 says it too: for how long it is good, and to whom.
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
