"""Pages that let people check a poll: all of it, their roll entry, their receipt; and object."""

from __future__ import annotations

import json
import uuid
from http import HTTPStatus
from typing import Any, cast

from csp.constants import SELF
from csp.decorators import csp_update
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from governance.voting import actions, reads, roll_proof, stages
from governance.voting.findings import SENTENCES
from governance.voting.forms import ObjectionForm
from governance.voting.models import Poll
from governance.voting.rule import APPROVAL, SCHULZE, YES_NO
from kernel.refusal import Refused
from members.models import Person

# What the page in the browser counts by itself; for the others it names the command.
COUNTED_IN_BROWSER = (YES_NO, APPROVAL, SCHULZE)


@login_not_required
@csp_update({"worker-src": [SELF]})  # type: ignore[arg-type] # a view may take more
@require_safe
def verify(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Check a closed poll in one's own browser."""
    poll = get_object_or_404(Poll, pk=pk)
    context: dict[str, Any] = {
        "poll": poll,
        "command": reads.verify_command(poll),
        "counted": poll.method in COUNTED_IN_BROWSER,
    }
    if poll.stage == stages.CLOSED:
        context["job"] = _job(poll)
    return render(request, "voting/verify.html", context)


def _job(poll: Poll) -> dict[str, Any]:
    """What the page's program needs: where everything is, and the words for what it may find."""
    hashes = [
        poll.record_hash_opened,
        *poll.commitments.order_by("at", "pk").values_list("record_hash", flat=True),
        poll.record_hash_result,
    ]
    return {
        "worker": static("poll-verify-worker.js"),
        "tally": static("poll-tally.js"),
        "urls": {
            "manifest": reverse("poll-manifest", args=[poll.pk]),
            "ballots": reverse("poll-ballots", args=[poll.pk]),
            "result": reverse("poll-result", args=[poll.pk]),
            "entries": [
                {"hash": one, "url": reverse("record-entry-bytes", args=[one])} for one in hashes
            ],
        },
        "sentences": {code: _(sentence) for code, sentence in SENTENCES.items()},
    }


@require_safe
def my_roll_entry(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One's own place on the frozen roll, and the hashes that prove it."""
    poll = get_object_or_404(Poll, pk=pk)
    proof = None
    if poll.roll_size is not None:
        proof = roll_proof.proof_for(poll, cast(Person, request.user))
    context = {"poll": poll, "proof": proof}
    return _own(render(request, "voting/my_roll_entry.html", context))


@require_safe
def my_roll_entry_file(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The same as a file, for whoever is on the roll."""
    poll = get_object_or_404(Poll, pk=pk, roll_size__isnull=False)
    proof = roll_proof.proof_for(poll, cast(Person, request.user))
    if proof is None:
        raise Http404("not on this roll")
    response = HttpResponse(json.dumps(proof, indent=2) + "\n", content_type="application/json")
    name = f"roll-entry-{str(pk)[:8]}.json"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return _own(response)


@login_not_required
@require_safe
def receipt(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Whether one's ballot was counted: the receipt never leaves the browser."""
    poll = get_object_or_404(Poll, pk=pk)
    return render(request, "voting/receipt.html", {"poll": poll})


@require_http_methods(["GET", "HEAD", "POST"])
def objection(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Object to what a closed poll says of one's ballot."""
    poll = get_object_or_404(Poll, pk=pk, stage=stages.CLOSED)
    person, now = cast(Person, request.user), timezone.now()
    place = reads.place_of(person, poll, now)
    form = ObjectionForm(request.POST or None, took_ballot=place.took_ballot)
    status = HTTPStatus.OK
    if request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            try:
                actions.object_to(poll=poll, **form.cleaned_data, by=person, at=now)
            except Refused as refusal:
                form.add_error(None, refusal.sentence)
                status = HTTPStatus.CONFLICT
            else:
                messages.success(request, _("You objected. It is counted, and nobody is named."))
                return redirect("poll", pk=poll.pk)
    context = {
        "poll": poll,
        "place": place,
        "form": form,
        "objected": reads.has_objected(person, poll),
        "over": poll.objections_until is not None and now >= poll.objections_until,
    }
    return _own(render(request, "voting/objection.html", context, status=status))


def _own(response: HttpResponse) -> HttpResponse:
    """For this person alone: kept nowhere."""
    patch_cache_control(response, private=True, no_store=True)
    return response
