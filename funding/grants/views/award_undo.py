"""Pages of money that comes back, and of whom it goes to, for a look in the sanctions lists."""

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

from funding.grants import award_permissions, award_stages, payment_stages, permissions
from funding.grants.actions import ending, payees, reversing
from funding.grants.actions.moving import stage_passed
from funding.grants.award_forms import CheckForm, LineForm, NothingForm, ReversalForm
from funding.grants.award_reads import lines_come_back, lines_given_back, paid_of
from funding.grants.models import GrantPayment
from funding.grants.payee_details import Details
from funding.grants.views.award_end import decided_by
from kernel.refusal import Refused
from members.models import Person

_FORMS = ["GET", "HEAD", "POST"]
_MOST_LINES = 50


@never_cache
@require_http_methods(_FORMS)
def returns(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Note that a line of the bank's is money that a project gave back."""
    me, found = decided_by(request, pk)
    lines = list(lines_given_back(found)[:_MOST_LINES])
    form = LineForm(request.POST if request.method == "POST" else None, lines=lines)
    status = HTTPStatus.OK
    if request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            line = next(one for one in lines if one.pk == form.cleaned_data["line"])
            try:
                ending.take_back(award=found, line=line, by=me, at=timezone.now())
            except Refused as refusal:
                form.add_error(None, str(refusal.sentence))
                status = HTTPStatus.CONFLICT
            else:
                messages.success(request, _("Noted. It is free for other projects again."))
                return redirect("grant-award-returns", pk=pk)
    context = {
        "award": found,
        "paid": paid_of(found),
        "returned": found.returns.select_related("by").order_by("at", "pk"),
        "lines": lines,
        "form": form,
    }
    return render(request, "grants/award_returns.html", context, status=status)


@never_cache
@require_http_methods(_FORMS)
def payee(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Whom to look for in the sanctions lists: shown once when asked for, and noted."""
    me, found = decided_by(request, pk)
    account = found.application.applicant.payee_accounts.current().first()
    do = request.POST.get("do", "")
    forms: dict[str, Form] = {
        "reveal": NothingForm(request.POST if do == "reveal" else None),
        "check": CheckForm(request.POST if do == "check" else None),
    }
    status, refused = HTTPStatus.OK, ""
    details: Details | None = None
    if request.method == "POST":
        if do not in forms:
            raise Http404("no such form is on the page")
        form, status = forms[do], HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            try:
                if do == "reveal":
                    details = payees.reveal_for_check(award=found, by=me, at=timezone.now())
                    status = HTTPStatus.OK
                elif account is None:
                    raise stage_passed()
                else:
                    payees.note_sanctions_check(
                        award=found, account=account, **form.cleaned_data, by=me, at=timezone.now()
                    )
                    messages.success(request, _("Your look in the lists is noted."))
                    return redirect("grant-award-payee", pk=pk)
            except Refused as refusal:
                refused, status = str(refusal.sentence), HTTPStatus.CONFLICT
    context = {
        "award": found,
        "account": account,
        "details": details,
        "checked": account.sanctions_checks.select_related("by").order_by("-at", "-pk").first()
        if account
        else None,
        "forms": forms,
        "refusal": refused,
    }
    return render(request, "grants/award_payee.html", context, status=status)


@never_cache
@require_http_methods(_FORMS)
def reversal(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Undo a payment that came back: one person proposes it with the bank's line, another does."""
    me, now = cast(Person, request.user), timezone.now()
    mine = GrantPayment.objects.all().open_to(me, now.date())
    found = get_object_or_404(mine.select_related("reversal__line").to_show(), pk=pk)
    application = found.milestone.award.application
    prepares = award_permissions.can_prepare(application, me, now)
    decides = permissions.can_decide(application, me, now)
    if not (prepares or decides):
        raise PermissionDenied("only who prepares payments or decides about the project")
    proposed = getattr(found, "reversal", None)
    lines = list(lines_come_back(found)[:_MOST_LINES])
    do = request.POST.get("do", "")
    forms: dict[str, Form] = {
        "propose": ReversalForm(request.POST if do == "propose" else None, lines=lines),
        "confirm": NothingForm(request.POST if do == "confirm" else None),
        "withdraw": NothingForm(request.POST if do == "withdraw" else None),
    }
    status, refused = HTTPStatus.OK, ""
    if request.method == "POST":
        if do not in forms:
            raise Http404("no such form is on the page")
        form, status = forms[do], HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            try:
                if do == "propose":
                    given = form.cleaned_data
                    line = next(one for one in lines if one.pk == given["line"])
                    reversing.propose_reversal(
                        payment=found, line=line, reason=given["reason"], by=me, at=now
                    )
                    messages.success(request, _("Proposed. Another person confirms it."))
                elif proposed is None:
                    raise stage_passed()
                elif do == "withdraw":
                    reversing.withdraw_reversal(reversal=proposed, by=me, at=now)
                    messages.success(request, _("Nothing is undone. It can be proposed anew."))
                else:
                    reversing.confirm_reversal(reversal=proposed, by=me, at=now)
                    messages.success(
                        request, _("Undone in the books. The milestone can be paid anew.")
                    )
                return redirect("grant-payment-reversal", pk=pk)
            except Refused as refusal:
                refused, status = str(refusal.sentence), HTTPStatus.CONFLICT
    award = found.milestone.award
    under_way = award.stage == award_stages.AGREED
    context = {
        "payment": found,
        "award": award,
        "proposed": proposed,
        "mine": proposed is not None and proposed.proposed_by_id == me.pk,
        "paid": found.stage == payment_stages.PAID,
        "under_way": under_way,
        "prepares": prepares,
        "decides": decides,
        "lines": lines,
        "forms": forms,
        "refusal": refused,
    }
    return render(request, "grants/payment_reversal.html", context, status=status)
