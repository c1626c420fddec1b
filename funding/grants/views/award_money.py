"""Pages of money that goes out: what is to be prepared, approved and sent; never to who it is for.

Whoever a project concerns sees nothing of its payments here, in lists or by address.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from http import HTTPStatus
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from funding.grants import (
    award_permissions,
    award_stages,
    milestone_stages,
    payment_stages,
    permissions,
)
from funding.grants.actions import payees, paying
from funding.grants.award_forms import (
    ApproveForm,
    BankFileForm,
    CheckForm,
    NothingForm,
    TransferForm,
)
from funding.grants.award_reads import file_open_to
from funding.grants.models import (
    Application,
    BankFile,
    GrantPayment,
    Milestone,
)
from kernel.refusal import Refused
from members.models import Person, RoleGrant

_FORMS = ["GET", "HEAD", "POST"]
_OFFICES = (RoleGrant.Role.STEWARD, RoleGrant.Role.TREASURER, RoleGrant.Role.SCRUTINEER)
_LATEST = 20


@never_cache
@require_http_methods(_FORMS)
def payments(request: HttpRequest) -> HttpResponse:
    """What is to be prepared, approved and sent; a file for the bank is made here."""
    me, now = _officer(request), timezone.now()
    mine = GrantPayment.objects.all().open_to(me, now.date()).to_show()
    approved = list(mine.filter(stage=payment_stages.APPROVED).order_by("prepared_at", "pk"))
    choices = [
        (str(one.pk), f"{one.milestone.award.title}: {one.amount.format()}") for one in approved
    ]
    form = BankFileForm(request.POST or None, choices=choices, initial={"execute_on": now.date()})
    status = HTTPStatus.OK
    if request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            chosen = [one for one in approved if str(one.pk) in form.cleaned_data["payments"]]
            try:
                made = paying.make_bank_file(
                    payments=chosen, execute_on=form.cleaned_data["execute_on"], by=me, at=now
                )
            except Refused as refusal:
                form.add_error(None, str(refusal.sentence))
                status = HTTPStatus.CONFLICT
            else:
                messages.success(request, _("The file is made. Give it to the bank now."))
                return redirect("grant-bank-file-page", pk=made.pk)
    reached = (
        Milestone.objects.filter(
            stage=milestone_stages.ACCEPTED, minor__gt=0, award__stage=award_stages.AGREED
        )
        .exclude(payments__stage__in=payment_stages.LIVE)
        .exclude(award__application__in=Application.objects.conflicting(me).values("pk"))
        .select_related("award__application__version")
        .order_by("due_on", "pk")
    )
    context = {
        "reached": reached,
        "waiting": mine.waiting(),
        "approved": approved,
        "sent": mine.sent(),
        "paid": mine.paid()[:_LATEST],
        "form": form,
    }
    return render(request, "grants/payments.html", context, status=status)


@never_cache
@require_http_methods(_FORMS)
def payment_new(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Request the payment of a milestone that is reached."""
    me, now = _officer(request), timezone.now()
    within = Milestone.objects.exclude(
        award__application__in=Application.objects.conflicting(me).values("pk")
    ).select_related("award__application__version", "award__application__applicant")
    found = get_object_or_404(within, pk=pk)
    form = NothingForm(request.POST if request.method == "POST" else None)
    status = HTTPStatus.OK
    if request.method == "POST":
        form.is_valid()
        try:
            made = paying.prepare_payment(milestone=found, by=me, at=now)
        except Refused as refusal:
            form.add_error(None, str(refusal.sentence))
            status = HTTPStatus.CONFLICT
        else:
            messages.success(request, _("It waits for two others to approve it."))
            return redirect(made)
    account = found.award.application.applicant.payee_accounts.current().first()
    context = {"milestone": found, "award": found.award, "account": account, "form": form}
    return render(request, "grants/payment_new.html", context, status=status)


@never_cache
@require_http_methods(_FORMS)
def payment(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One payment: what exactly is approved, by whom it was, and what one can do about it."""
    me, now = _officer(request), timezone.now()
    mine = GrantPayment.objects.all().open_to(me, now.date())
    found = get_object_or_404(mine.to_show().select_related("reversal"), pk=pk)
    data, do = request.POST, request.POST.get("do", "")
    same = {"fingerprint": found.fingerprint}
    forms: dict[str, Form] = {
        "approve": ApproveForm(data if do == "approve" else None, initial=same),
        "check": CheckForm(data if do == "check" else None),
        "transfer": TransferForm(data if do == "transfer" else None, initial=same),
        "change": ApproveForm(data if do == "change" else None, initial=same),
        "cancel": NothingForm(data if do == "cancel" else None),
        "fail": NothingForm(data if do == "fail" else None),
    }
    status, refusal_said = HTTPStatus.OK, ""
    if request.method == "POST":
        if do not in forms:
            raise Http404("no such form is on the page")
        form, status = forms[do], HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            try:
                said = _do_with_payment(found, do, form.cleaned_data, me, now)
            except Refused as refusal:
                refusal_said, status = str(refusal.sentence), HTTPStatus.CONFLICT
            else:
                messages.success(request, said)
                return redirect(found)
    context = {
        "payment": found,
        "award": found.milestone.award,
        "approvals": found.approvals.filter(fingerprint=found.fingerprint)
        .select_related("by", "checked__by")
        .order_by("at", "pk"),
        "checked": found.account.sanctions_checks.select_related("by")
        .order_by("-at", "-pk")
        .first(),
        "payable": found.account.is_payable(now),
        "decides": permissions.can_decide(found.milestone.award.application, me, now),
        "may_approve": award_permissions.can_approve(found, me, now),
        "may_send": award_permissions.can_send(found, me, now),
        "may_prepare": award_permissions.can_prepare(found.milestone.award.application, me, now),
        "forms": forms,
        "refusal": refusal_said,
    }
    return render(request, "grants/payment.html", context, status=status)


def _do_with_payment(
    found: GrantPayment, do: str, given: dict[str, Any], me: Person, now: datetime
) -> str:
    """One of the things the page offers; answers what to say. Raises ``Refused``."""
    about: dict[str, Any] = {"payment": found, "by": me, "at": now}
    if do == "approve":
        approved = paying.approve_payment(**about, **given)
        if approved.stage == payment_stages.APPROVED:
            return _("Approved by two people. It can be sent.")
        return _("Approved. A second person is needed.")
    if do == "transfer":
        paying.record_transfer(**about, **given)
        return _("Noted. It is paid once the bank's statement shows it.")
    if do == "change":
        paying.change_payment(**about, **given)
        return _("Prepared anew, to the account that the project names now.")
    if do == "cancel":
        paying.cancel_payment(**about)
        return _("Cancelled. Nothing happened.")
    if do == "fail":
        paying.fail_payment(**about)
        return _("Noted. It has to be approved anew.")
    payees.note_sanctions_check(
        award=found.milestone.award, account=found.account, **given, by=me, at=now
    )
    return _("Your look in the lists is noted.")


@never_cache
@require_safe
def bank_file_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One file for the bank: what is in it, and where to take it from."""
    found = _file(request, pk)
    context = {"file": found, "payments": found.payments.all().to_show().order_by("pk")}
    return render(request, "grants/bank_file.html", context)


@never_cache
@require_safe
def bank_file(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The file itself, for who prepares payments and is free of conflicts with all of it."""
    found = _file(request, pk)
    answer = HttpResponse(found.content(), content_type="application/xml")
    answer["Content-Disposition"] = f'attachment; filename="{found.message}.xml"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _file(request: HttpRequest, pk: uuid.UUID) -> BankFile:
    """A file none of whose payments concerns whoever asks; it names accounts."""
    me = _officer(request)
    if not _holds(me, RoleGrant.Role.STEWARD, RoleGrant.Role.TREASURER):
        raise PermissionDenied("the treasurer and the stewards send payments")
    found = file_open_to(me, pk, timezone.now().date())
    if found is None:
        raise Http404("a payment in it concerns whoever asks")
    return found


def _officer(request: HttpRequest) -> Person:
    me = cast(Person, request.user)
    if not _holds(me, *_OFFICES):
        raise PermissionDenied("only who prepares, approves or sends payments")
    return me


def _holds(me: Person, *roles: str) -> bool:
    day = timezone.now().date()
    return RoleGrant.objects.on(day).filter(person=me, role__in=roles).exists()
