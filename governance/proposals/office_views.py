"""The pages of offices and of elections: who sits where, and who stands."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from governance.proposals import actions, kinds, nomination_stages, permissions, stages
from governance.proposals.elections import candidates_needed
from governance.proposals.kind_forms import NominateForm, StandForm
from governance.proposals.models import Nomination, Proposal, Seat
from kernel.refusal import Refused
from members.models import Person, RoleGrant


@login_not_required
@require_safe
def offices(request: HttpRequest) -> HttpResponse:
    """Who holds which office, until when, and by which vote."""
    today = timezone.now().date()
    held: dict[str, list[dict[str, Any]]] = {role: [] for role in RoleGrant.Role.values}
    grants = RoleGrant.objects.on(today).select_related("person", "seat__election")
    for grant in grants.order_by("starts_on", "pk"):
        # Whoever was appointed a moment ago has no seat yet, and no term.
        seat: Seat | None = getattr(grant, "seat", None)
        caretaker = seat is None or seat.is_caretaker(today)
        held[grant.role].append({"grant": grant, "seat": seat, "caretaker": caretaker})
    elections = {kind.elects: kind for kind in kinds.registered() if kind.elects}
    running = Proposal.objects.to_show().exclude(stage__in=sorted(stages.FINISHED))
    context = {
        "offices": [
            {
                "label": RoleGrant.Role(role).label,
                "seats": seats,
                "election": elections.get(role),
                "caretakers": any(one["caretaker"] for one in seats),
            }
            for role, seats in held.items()
        ],
        "elections": running.filter(kind__in=[kind.name for kind in elections.values()]),
    }
    return render(request, "proposals/offices.html", context)


@login_not_required
@require_safe
def candidates(request: HttpRequest, pk: str) -> HttpResponse:
    """Who stands in an election, and how to stand or to nominate somebody."""
    return _candidates_page(request, _election_or_404(pk))


@login_not_required
@never_cache
@require_safe
def candidates_file(request: HttpRequest, pk: str) -> JsonResponse:
    """The names behind the options of an election, as far as they were not erased.

    The hash of each entry is in the poll's manifest, so that anyone can check them.
    """
    election = _election_or_404(pk)
    frozen = election.nominations.standing().filter(erased_at=None).exclude(sha256="")
    return JsonResponse(
        {"candidates": [{**one.as_json(), "textSha256": one.sha256} for one in frozen]}
    )


@require_POST
def stand(request: HttpRequest, pk: str) -> HttpResponse:
    """Stand in an election, or change what one wrote."""
    election = _election_or_404(pk)
    form = StandForm(request.POST)
    if not form.is_valid():
        return _candidates_page(request, election, HTTPStatus.UNPROCESSABLE_ENTITY, stand_form=form)
    try:
        actions.stand(proposal=election, **form.cleaned_data, by=_me(request), at=timezone.now())
    except Refused as refusal:
        form.add_error(None, refusal.sentence)
        return _candidates_page(request, election, HTTPStatus.CONFLICT, stand_form=form)
    messages.success(request, _("You stand in this election."))
    return redirect("candidates", pk)


@require_POST
def nominate(request: HttpRequest, pk: str) -> HttpResponse:
    """Ask somebody to stand."""
    election = _election_or_404(pk)
    form = NominateForm(request.POST)
    if not form.is_valid():
        return _candidates_page(
            request, election, HTTPStatus.UNPROCESSABLE_ENTITY, nominate_form=form
        )
    try:
        actions.nominate(proposal=election, **form.cleaned_data, by=_me(request), at=timezone.now())
    except Refused as refusal:
        form.add_error(None, refusal.sentence)
        return _candidates_page(request, election, HTTPStatus.CONFLICT, nominate_form=form)
    messages.success(request, _("If a member who can stand has this address, we have asked them."))
    return redirect("candidates", pk)


@require_POST
def decline(request: HttpRequest, pk: str) -> HttpResponse:
    """Say no to a nomination."""
    return _answer(request, pk, actions.decline, _("You have declined. Nobody else is told."))


@require_POST
def step_back(request: HttpRequest, pk: str) -> HttpResponse:
    """Stand no longer."""
    return _answer(request, pk, actions.step_back, _("You stand no longer."))


def _answer(request: HttpRequest, pk: str, action: Any, said: str) -> HttpResponse:
    election = _election_or_404(pk)
    mine = get_object_or_404(Nomination, proposal=election, nominee=_me(request))
    try:
        action(nomination=mine, by=_me(request), at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
        return _candidates_page(request, election, HTTPStatus.CONFLICT)
    messages.success(request, said)
    return redirect("candidates", pk)


def _candidates_page(
    request: HttpRequest,
    election: Proposal,
    status: HTTPStatus = HTTPStatus.OK,
    *,
    stand_form: StandForm | None = None,
    nominate_form: NominateForm | None = None,
) -> HttpResponse:
    at = timezone.now()
    me = _me(request) if request.user.is_authenticated else None
    mine = Nomination.objects.filter(proposal=election, nominee=me).first() if me else None
    if stand_form is None:
        written = {"statement": mine.statement, "interests": mine.interests} if mine else {}
        stand_form = StandForm(initial=written)
    seats = election.wording.content["seats"]
    context = {
        "proposal": election,
        "candidates": election.nominations.standing().select_related("nominee"),
        "seats": seats,
        "needed": candidates_needed(seats),
        "open": election.stage == stages.DISCUSSION,
        "mine": mine,
        "asked": mine is not None and mine.stage == nomination_stages.ASKED,
        "standing": mine is not None and mine.stage == nomination_stages.STANDING,
        "may_stand": me is not None and permissions.can_stand(election, me, at=at),
        "stand_form": stand_form,
        "nominate_form": nominate_form or NominateForm(),
    }
    return render(request, "proposals/candidates.html", context, status=status)


def _election_or_404(pk: str) -> Proposal:
    found = get_object_or_404(Proposal.objects.to_show(), pk=pk)
    if not kinds.get(found.kind).elects:
        raise Http404
    return found


def _me(request: HttpRequest) -> Person:
    return cast(Person, request.user)
