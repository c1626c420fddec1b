"""The API's door to money that goes out: accounts, payments, approvals, the bank's files.

Whoever a project concerns finds none of its payments here.
"""

from __future__ import annotations

import uuid
from typing import Any, cast

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from funding.dues.models import BankLine
from funding.grants import award_permissions
from funding.grants.actions import payees, paying, reversing
from funding.grants.actions.moving import stage_passed
from funding.grants.award_reads import file_open_to, lines_come_back
from funding.grants.awarding_serializers import (
    AccountIn,
    AccountOut,
    BankFileIn,
    BankFileOut,
    CheckIn,
    CheckOut,
    FingerprintIn,
    LineOut,
    PayeeOut,
    PaymentInside,
    ReversalIn,
    TransferIn,
)
from funding.grants.models import Award, GrantPayment, Milestone
from funding.grants.models import Reversal as ReversalRow
from funding.grants.payee_details import Address
from kernel.refusal import Refused
from members.models import Person
from members.permissions import HasScope


class _Pay(APIView):
    permission_classes: list[type[BasePermission]] = [HasScope("grants:pay")]


class NameAccount(APIView):
    """Nothing is paid to it before a link in a mail confirmed it, and for three days after that."""

    permission_classes = [HasScope("grants:apply")]

    @extend_schema(
        operation_id="my_grants_account",
        summary="Name the account that one's awards are paid to",
        request=AccountIn,
        responses={201: AccountOut},
    )
    def post(self, request: Request) -> Response:
        given = _read(AccountIn(data=request.data))
        where = {
            name: given.pop(name) for name in ("street", "building", "postcode", "town", "country")
        }
        named = payees.name_account(
            **given, address=Address(**where), by=_me(request), at=timezone.now()
        )
        return Response(AccountOut(named).data, status=status.HTTP_201_CREATED)


class Prepare(_Pay):
    @extend_schema(
        operation_id="grant_milestones_pay",
        summary="Request the payment of a milestone that is reached",
        request=None,
        responses={201: PaymentInside},
    )
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        me, now = _me(request), timezone.now()
        found = get_object_or_404(Milestone.objects.all().payable_by(me, now.date()), pk=pk)
        made = paying.prepare_payment(milestone=found, by=me, at=now)
        return _told(request, made.pk, status.HTTP_201_CREATED)


class Payment(_Pay):
    @extend_schema(
        operation_id="grant_payments_retrieve",
        summary="One payment, with the fingerprint of what is approved",
        responses=PaymentInside,
    )
    def get(self, request: Request, pk: uuid.UUID) -> Response:
        return _told(request, pk)


class Change(_Pay):
    """Approvals of what it said count no longer."""

    @extend_schema(
        operation_id="grant_payments_change",
        summary="Prepare it anew, to the account that its project names now",
        request=FingerprintIn,
        responses=PaymentInside,
    )
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        found = _payment(request, pk)
        given = _read(FingerprintIn(data=request.data))
        paying.change_payment(payment=found, **given, by=_me(request), at=timezone.now())
        return _told(request, pk)


class Approve(_Pay):
    """Two people approve, neither of whom prepared it."""

    @extend_schema(
        operation_id="grant_payments_approve",
        summary="Approve exactly what the fingerprint stands for",
        request=FingerprintIn,
        responses=PaymentInside,
    )
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        found = _payment(request, pk)
        given = _read(FingerprintIn(data=request.data))
        paying.approve_payment(payment=found, **given, by=_me(request), at=timezone.now())
        return _told(request, pk)


class Cancel(_Pay):
    @extend_schema(
        operation_id="grant_payments_cancel",
        summary="Take a payment back before it is sent",
        request=None,
        responses=PaymentInside,
    )
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        paying.cancel_payment(payment=_payment(request, pk), by=_me(request), at=timezone.now())
        return _told(request, pk)


class Transferred(_Pay):
    """Whoever approved it does not send it."""

    @extend_schema(
        operation_id="grant_payments_transfer",
        summary="Note that an approved payment was transferred by hand",
        request=TransferIn,
        responses=PaymentInside,
    )
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        found = _payment(request, pk)
        given = _read(TransferIn(data=request.data))
        paying.record_transfer(payment=found, **given, by=_me(request), at=timezone.now())
        return _told(request, pk)


class Fail(_Pay):
    @extend_schema(
        operation_id="grant_payments_fail",
        summary="Note that the bank did not take it: it is approved anew",
        request=None,
        responses=PaymentInside,
    )
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        paying.fail_payment(payment=_payment(request, pk), by=_me(request), at=timezone.now())
        return _told(request, pk)


class Reversal(_Pay):
    @extend_schema(
        operation_id="grant_payments_reversal_lines",
        summary="Lines of the bank's that may be this payment coming back",
        responses=LineOut(many=True),
        filters=False,
    )
    def get(self, request: Request, pk: uuid.UUID) -> Response:
        found = _payment(request, pk)
        award_permissions.check_can_prepare(
            found.milestone.award.application, _me(request), timezone.now()
        )
        return Response(LineOut(lines_come_back(found)[:100], many=True).data)

    @extend_schema(
        operation_id="grant_payments_reverse",
        summary="Propose to undo a payment that came back, as a line of the bank's shows",
        request=ReversalIn,
        responses={201: PaymentInside},
    )
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        found, me, now = _payment(request, pk), _me(request), timezone.now()
        given = _read(ReversalIn(data=request.data))
        award_permissions.check_can_prepare(found.milestone.award.application, me, now)
        line = get_object_or_404(BankLine, pk=given["line"])
        reversing.propose_reversal(payment=found, line=line, reason=given["reason"], by=me, at=now)
        return _told(request, pk, status.HTTP_201_CREATED)

    @extend_schema(
        operation_id="grant_payments_reverse_withdraw",
        summary="Take back what was proposed to be undone, or turn it down",
        request=None,
        responses=PaymentInside,
    )
    def delete(self, request: Request, pk: uuid.UUID) -> Response:
        reversing.withdraw_reversal(
            reversal=_proposed(_payment(request, pk)), by=_me(request), at=timezone.now()
        )
        return _told(request, pk)


class ConfirmReversal(_Pay):
    @extend_schema(
        operation_id="grant_payments_reverse_confirm",
        summary="Undo the payment in the books, as the second person",
        request=None,
        responses=PaymentInside,
    )
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        reversing.confirm_reversal(
            reversal=_proposed(_payment(request, pk)), by=_me(request), at=timezone.now()
        )
        return _told(request, pk)


class BankFileList(_Pay):
    """From then on they are sent."""

    @extend_schema(
        operation_id="grant_bank_files_create",
        summary="Put approved payments into one file for the bank",
        request=BankFileIn,
        responses={201: BankFileOut},
    )
    @method_decorator(never_cache)
    def post(self, request: Request) -> Response:
        me, now = _me(request), timezone.now()
        given = _read(BankFileIn(data=request.data))
        mine = GrantPayment.objects.all().open_to(me, now.date()).to_show()
        chosen = list(mine.filter(pk__in=given["payments"]))
        if len(chosen) != len(set(given["payments"])):
            raise Refused("no-payments", _("Choose the payments that the file is to have."))
        made = paying.make_bank_file(payments=chosen, execute_on=given["execute_on"], by=me, at=now)
        return Response(BankFileOut(made).data, status=status.HTTP_201_CREATED)


class BankFileDetail(_Pay):
    """It names accounts: for who sends payments and has an interest in none of them."""

    @extend_schema(
        operation_id="grant_bank_files_retrieve",
        summary="A file for the bank, to be handed in",
        responses=BankFileOut,
    )
    @method_decorator(never_cache)
    def get(self, request: Request, pk: uuid.UUID) -> Response:
        found = file_open_to(_me(request), pk, timezone.now().date())
        if found is None:
            raise Http404("no file that whoever asks may see")
        return Response(BankFileOut(found).data)


class Check(_Pay):
    @extend_schema(
        operation_id="grant_awards_check",
        summary="Note a look for the payee in the sanctions lists",
        request=CheckIn,
        responses={201: CheckOut},
    )
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        found, me, now = _award(request, pk), _me(request), timezone.now()
        given = _read(CheckIn(data=request.data))
        account = found.application.applicant.payee_accounts.current().first()
        if account is None:
            raise Refused("no-account", _("The project has not named an account yet."))
        noted = payees.note_sanctions_check(award=found, account=account, **given, by=me, at=now)
        return Response(CheckOut(noted).data, status=status.HTTP_201_CREATED)


class Reveal(_Pay):
    """That one looked is noted. The account itself is in the bank's file alone."""

    @extend_schema(
        operation_id="grant_awards_payee",
        summary="The payee's name and address, for a look in the sanctions lists",
        request=None,
        responses=PayeeOut,
    )
    @method_decorator(never_cache)
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        found = _award(request, pk)
        details = payees.reveal_for_check(award=found, by=_me(request), at=timezone.now())
        return Response(PayeeOut(details).data)


def _read(given: Any) -> dict[str, Any]:
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


def _award(request: Request, pk: uuid.UUID) -> Award:
    readable = Award.objects.all().visible_to(_me(request), timezone.now().date())
    return get_object_or_404(readable.select_related("application__applicant"), pk=pk)


def _payment(request: Request, pk: uuid.UUID) -> GrantPayment:
    mine = GrantPayment.objects.all().open_to(_me(request), timezone.now().date())
    return get_object_or_404(mine.select_related("reversal", "account").to_show(), pk=pk)


def _proposed(payment: GrantPayment) -> ReversalRow:
    """What somebody proposed to undo. Raises ``Refused`` ("stage-passed") for nothing."""
    proposed = getattr(payment, "reversal", None)
    if proposed is None:
        raise stage_passed()
    reversal: ReversalRow = proposed
    return reversal


def _told(request: Request, pk: uuid.UUID, code: int = status.HTTP_200_OK) -> Response:
    return Response(PaymentInside(_payment(request, pk)).data, status=code)


def _me(request: Request) -> Person:
    return cast(Person, request.user)
