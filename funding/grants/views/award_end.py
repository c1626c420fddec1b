"""Pages of what ends: an award before its time, by two people; a round's fund."""

from __future__ import annotations

import uuid
from http import HTTPStatus
from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from funding.grants import application_stages, award_stages, permissions
from funding.grants.actions import ending, next_in_line
from funding.grants.actions.moving import stage_passed
from funding.grants.award_forms import NothingForm, ReasonForm
from funding.grants.models import Award, Fund, GrantPayment, Round, Termination
from kernel.refusal import Refused
from members.models import Person

_FORMS = ["GET", "HEAD", "POST"]


def decided_by(request: HttpRequest, pk: uuid.UUID) -> tuple[Person, Award]:
    """An award that whoever asks decides about. To whom it concerns it is not there."""
    me, now = cast(Person, request.user), timezone.now()
    readable = Award.objects.all().visible_to(me, now.date())
    found = get_object_or_404(readable.to_show(), pk=pk)
    if not permissions.can_decide(found.application, me, now):
        raise PermissionDenied("only who decides about the project")
    return me, found


@never_cache
@require_http_methods(_FORMS)
def end(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """End an award before its time: one person proposes it with a reason, another confirms."""
    me, found = decided_by(request, pk)
    proposed = found.terminations.filter(confirmed_at=None, withdrawn_at=None).first()
    do = request.POST.get("do", "")
    data = request.POST if request.method == "POST" else None
    forms: dict[str, Form] = {
        "propose": ReasonForm(data if do == "propose" else None),
        "confirm": NothingForm(data if do == "confirm" else None),
        "withdraw": NothingForm(data if do == "withdraw" else None),
    }
    status, refused = HTTPStatus.OK, ""
    if request.method == "POST":
        if do not in forms:
            raise Http404("no such form is on the page")
        form, status = forms[do], HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            try:
                said = _do_about_end(found, proposed, form, do, me)
            except Refused as refusal:
                refused, status = str(refusal.sentence), HTTPStatus.CONFLICT
            else:
                messages.success(request, said)
                return redirect("grant-award" if do == "confirm" else "grant-award-end", pk=pk)
    context = {
        "award": found,
        "proposed": proposed,
        "mine": proposed is not None and proposed.proposed_by_id == me.pk,
        "under_way": found.stage in award_stages.sources_of("terminate"),
        "on_its_way": GrantPayment.objects.filter(milestone__award=found).sent().exists(),
        "forms": forms,
        "refusal": refused,
    }
    return render(request, "grants/award_end.html", context, status=status)


def _do_about_end(
    found: Award, proposed: Termination | None, form: Form, do: str, me: Person
) -> str:
    """One of the things the page offers; answers what to say. Raises ``Refused``."""
    now = timezone.now()
    if do == "propose":
        ending.propose_termination(award=found, **form.cleaned_data, by=me, at=now)
        return _("Proposed. Another person confirms it, or turns it down.")
    if proposed is None:
        raise stage_passed()
    if do == "withdraw":
        ending.withdraw_termination(termination=proposed, by=me, at=now)
        return _("The award goes on.")
    ending.confirm_termination(termination=proposed, by=me, at=now)
    return _("The award has ended. The project is told, and what was not paid is free again.")


@never_cache
@require_http_methods(_FORMS)
def fund(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """A round's money: what is set aside, promised and paid; what is free goes to later rounds."""
    me, round = cast(Person, request.user), get_object_or_404(Round, pk=pk)
    if not permissions.can_look_after(round, me, timezone.now()):
        raise PermissionDenied("only who looks after a round")
    found = Fund.objects.select_related("round").filter(round=round).first()
    form = NothingForm(request.POST if request.method == "POST" else None)
    status = HTTPStatus.OK
    if request.method == "POST":
        if found is None:
            raise Http404("this round has no fund")
        form.is_valid()
        try:
            free = next_in_line.close_fund(fund=found, by=me, at=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal.sentence))
            status = HTTPStatus.CONFLICT
        else:
            said = _("Closed. {amount} is free for later rounds.").format(amount=free.format())
            messages.success(request, said)
            return redirect("grant-fund", pk=pk)
    reserve = round.applications.filter(stage=application_stages.RESERVE, award=None)
    context = {"round": round, "fund": found, "waiting": reserve.count(), "form": form}
    return render(request, "grants/fund.html", context, status=status)
