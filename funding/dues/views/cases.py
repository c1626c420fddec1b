"""Pages of stewards: cases, refunds, endings, and what could not be applied."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, cast

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from funding.dues import actions, refund_stages
from funding.dues import steward_permissions as permissions
from funding.dues.case_forms import EndingForm, FindPayerForm, LiftForm, RefundForm, SettleForm
from funding.dues.models import Case, Ending, InboxObject, Payment, Refund
from kernel.refusal import Refused
from members.models import Person

_CLOSED_SHOWN = 20


@require_safe
def cases(request: HttpRequest) -> HttpResponse:
    """What waits for a steward, the oldest first; one's own cases are others' to see."""
    me = _steward(request)
    mine = Case.objects.seen_by(me)
    context = {
        "open": mine.open().prefetch_related("people"),
        "closed": mine.exclude(closed_at=None).order_by("-closed_at")[:_CLOSED_SHOWN],
        "refunds_waiting": Refund.objects.filter(state=refund_stages.PROPOSED)
        .exclude(payment__person=me)
        .count(),
        "endings_waiting": Ending.objects.filter(state=Ending.PROPOSED).exclude(person=me).count(),
        "dead_waiting": InboxObject.objects.dead().count(),
    }
    return render(request, "dues/cases.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def case(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One case: what was seen, what Stripe says now, and what one can do, with a reason."""
    me, found = _steward(request), _case(request, pk)
    form = SettleForm(request.POST or None, case=found)
    status = HTTPStatus.OK
    if request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            given = form.cleaned_data
            try:
                actions.do_about_case(
                    case=found, way=given["way"], reason=given["reason"], by=me, at=timezone.now()
                )
            except Refused as refusal:
                form.add_error(None, refusal.sentence)
                status = HTTPStatus.CONFLICT
            else:
                messages.success(request, _("Done, with your reason."))
                return redirect("case", pk=found.pk)
    return render(request, "dues/case.html", _about(found, form), status=status)


@require_POST
def ask(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Have Stripe asked; the page shows the answer as soon as it is there."""
    me, found = _steward(request), _case(request, pk)
    try:
        actions.ask_about_case(case=found, by=me, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal.sentence))
    return redirect("case", pk=found.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def find_payer(request: HttpRequest) -> HttpResponse:
    """Somebody's payments, for whoever has to return one. An address is never in ours."""
    me = _steward(request)
    form = FindPayerForm(request.POST or None)
    context: dict[str, Any] = {"form": form}
    status = HTTPStatus.OK
    if request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            payer = Person.objects.filter(email__iexact=form.cleaned_data["email"]).first()
            if payer is None:
                form.add_error("email", _("Nobody has this address here."))
            elif payer == me:
                form.add_error("email", _("These are your own: another steward looks at them."))
            else:
                context |= {"payer": payer, "payments": Payment.objects.of(payer)}
                status = HTTPStatus.OK
    return render(request, "dues/find_payer.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def refund(request: HttpRequest, payment: uuid.UUID) -> HttpResponse:
    """Return a payment, or a part of it."""
    me = _steward(request)
    payments = Payment.objects.select_related("person", "subscription__plan", "one_off")
    paid = get_object_or_404(payments.exclude(person=me), uuid=payment)
    left = paid.gross - Refund.objects.counting(paid)
    form = RefundForm(request.POST or None, payment=paid, left=left)

    def do(given: dict[str, Any]) -> HttpResponse:
        made = actions.propose_refund(
            payment=paid, amount=form.money(), reason=given["reason"], by=me, at=timezone.now()
        )
        if made.state == refund_stages.PROPOSED:
            messages.success(request, _("Proposed. Another steward approves it."))
        else:
            messages.success(request, _("It is on its way. Whoever paid is told."))
        return redirect("refunds")

    context = {
        "payment": paid,
        "left": left,
        "refunds": paid.refunds.order_by("proposed_at", "pk"),
    }
    return _fill_in(request, form, do, "dues/refund.html", context)


@require_safe
def refunds(request: HttpRequest) -> HttpResponse:
    """What waits for a second steward, and what became of the latest."""
    me = _steward(request)
    known = Refund.objects.select_related("payment__person", "proposed_by").exclude(
        payment__person=me
    )
    waiting = known.filter(state=refund_stages.PROPOSED).order_by("proposed_at", "pk")
    context = {
        "waiting": [
            (row, permissions.can_approve_refund(row, me, at=timezone.now())) for row in waiting
        ],
        "others": known.exclude(state=refund_stages.PROPOSED).order_by("-proposed_at")[
            :_CLOSED_SHOWN
        ],
    }
    return render(request, "dues/refunds.html", context)


@require_POST
def decide_refund(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Approve what another steward proposed, or withdraw it."""
    me = _steward(request)
    found = get_object_or_404(
        Refund.objects.select_related("payment").exclude(payment__person=me), pk=pk
    )
    decide = actions.withdraw_refund if "withdraw" in request.POST else actions.approve_refund
    try:
        decide(refund=found, by=me, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal.sentence))
    return redirect("refunds")


@require_http_methods(["GET", "HEAD", "POST"])
def propose_ending(request: HttpRequest, person: uuid.UUID) -> HttpResponse:
    """Propose to another steward that a membership ends."""
    me = _steward(request)
    member = get_object_or_404(Person.objects.exclude(pk=me.pk), pk=person, is_active=True)
    form = EndingForm(request.POST or None)

    def do(given: dict[str, Any]) -> HttpResponse:
        made = actions.propose_ending(person=member, **given, by=me, at=timezone.now())
        messages.success(request, _("Proposed. Nothing changes unless another steward confirms."))
        return redirect("ending", pk=made.pk)

    return _fill_in(request, form, do, "dues/propose_ending.html", {"member": member})


@require_safe
def endings(request: HttpRequest) -> HttpResponse:
    """Memberships that two stewards ended, or may end."""
    me = _steward(request)
    known = Ending.objects.select_related("person").exclude(person=me)
    return render(request, "dues/endings.html", {"endings": known.order_by("-proposed_at")})


@require_http_methods(["GET", "HEAD", "POST"])
def ending(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One ending: confirm it as the second steward, withdraw it, or lift it by a resolution."""
    me, now = _steward(request), timezone.now()
    found = get_object_or_404(
        Ending.objects.select_related("person", "proposed_by").exclude(person=me), pk=pk
    )
    form = LiftForm(request.POST if "lift" in request.POST else None)

    def do(given: dict[str, Any]) -> HttpResponse:
        actions.lift_ending(ending=found, resolution=given["resolution"], by=me, at=now)
        messages.success(request, _("Lifted. The member is told that they can join again."))
        return redirect("ending", pk=found.pk)

    context = {
        "ending": found,
        "may_confirm": permissions.can_confirm_ending(found, me, at=now),
    }
    if request.method == "POST" and "lift" not in request.POST:
        decide = actions.confirm_ending if "confirm" in request.POST else actions.withdraw_ending
        try:
            decide(ending=found, by=me, at=now)
        except Refused as refusal:
            context |= {"form": form, "refusal": refusal.sentence}
            return render(request, "dues/ending.html", context, status=HTTPStatus.CONFLICT)
        return redirect("ending", pk=found.pk)
    return _fill_in(request, form, do, "dues/ending.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def dead_letters(request: HttpRequest) -> HttpResponse:
    """What could not be applied however often it was tried, and trying it again."""
    me = _steward(request)
    if request.method == "POST":
        id = request.POST.get("object", "")[:120].replace("\x00", "")
        if actions.revive_object(stripe_id=id, by=me, at=timezone.now()):
            messages.success(request, _("It is tried again now."))
        else:
            messages.error(request, _("Nothing of this waits any more."))
        return redirect("dead-letters")
    return render(request, "dues/dead_letters.html", {"dead": InboxObject.objects.dead()})


def _about(found: Case, form: Form) -> dict[str, Any]:
    return {
        "case": found,
        "form": form,
        "people": found.people.all(),
        "answer": list(found.answer.items()),
    }


def _fill_in(
    request: HttpRequest,
    form: Form,
    do: Callable[[dict[str, Any]], HttpResponse],
    template: str,
    context: dict[str, Any],
) -> HttpResponse:
    """A form that posts to its own page: what was refused comes back filled in."""
    status = HTTPStatus.OK
    if request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            try:
                return do(form.cleaned_data)
            except Refused as refusal:
                form.add_error(None, refusal.sentence)
                status = HTTPStatus.CONFLICT
    return render(request, template, {**context, "form": form}, status=status)


def _case(request: HttpRequest, pk: uuid.UUID) -> Case:
    """A case that is not the visitor's own; nobody finds theirs."""
    known = Case.objects.select_related("payment", "closed_by").seen_by(cast(Person, request.user))
    return get_object_or_404(known, pk=pk)


def _steward(request: HttpRequest) -> Person:
    """Who is signed in, if they are a steward; nobody else finds these pages."""
    me = cast(Person, request.user)
    if not permissions.can_see_cases(me, at=timezone.now()):
        raise Http404
    return me
