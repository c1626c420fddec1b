"""The API's door for stewards: cases, and what can be done about them; refunds."""

from __future__ import annotations

import uuid
from typing import Any, cast

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from funding.dues import actions
from funding.dues import steward_permissions as permissions
from funding.dues.case_serializers import CaseOut, RefundIn, RefundOut, SettleIn
from funding.dues.models import Case, Payment, Refund
from kernel.money import Money
from members.models import Person
from members.permissions import HasScope

_SCOPE = "cases:settle"


class CaseList(ListAPIView[Case]):
    """What waits for a steward. What concerns oneself is not in it."""

    permission_classes = [HasScope(_SCOPE)]
    serializer_class = CaseOut
    ordering = ("opened_at", "pk")

    @extend_schema(operation_id="cases_list", summary="The cases that wait for a steward")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Case]:
        if getattr(self, "swagger_fake_view", False):
            return Case.objects.none()
        return Case.objects.open().seen_by(_steward(self.request)).order_by(*self.ordering)


class CaseDetail(APIView):
    permission_classes = [HasScope(_SCOPE)]

    @extend_schema(operation_id="cases_retrieve", summary="One case", responses=CaseOut)
    def get(self, request: Request, pk: uuid.UUID) -> Response:
        return Response(CaseOut(_case(request, pk)).data)


class AskAboutCase(APIView):
    """The answer is in the case a few seconds later."""

    permission_classes = [HasScope(_SCOPE)]

    @extend_schema(
        operation_id="cases_ask",
        summary="Have Stripe asked what it says now about a case",
        request=None,
        responses=CaseOut,
    )
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        case = _case(request, pk)
        actions.ask_about_case(case=case, by=_steward(request), at=timezone.now())
        case.refresh_from_db()
        return Response(CaseOut(case).data)


class SettleCase(APIView):
    permission_classes = [HasScope(_SCOPE)]

    @extend_schema(
        operation_id="cases_settle",
        summary="Do one of the things that can be done about a case, with a reason",
        request=SettleIn,
        responses=CaseOut,
    )
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        case = _case(request, pk)
        said = SettleIn(data=request.data)
        said.is_valid(raise_exception=True)
        actions.do_about_case(
            case=case, **said.validated_data, by=_steward(request), at=timezone.now()
        )
        case.refresh_from_db()
        return Response(CaseOut(case).data)


class RefundList(APIView):
    permission_classes = [HasScope(_SCOPE)]

    @extend_schema(
        operation_id="refunds_create",
        summary="Return a payment, or a part of it; a large sum waits for a second steward",
        request=RefundIn,
        responses={status.HTTP_201_CREATED: RefundOut},
    )
    def post(self, request: Request, payment: uuid.UUID) -> Response:
        me = _steward(request)
        paid = get_object_or_404(Payment.objects.exclude(person=me), uuid=payment)
        said = RefundIn(data=request.data)
        said.is_valid(raise_exception=True)
        refund = actions.propose_refund(
            payment=paid,
            amount=Money(said.validated_data["minor"], paid.currency),
            reason=said.validated_data["reason"],
            by=me,
            at=timezone.now(),
        )
        return Response(RefundOut(refund).data, status=status.HTTP_201_CREATED)


class ApproveRefund(APIView):
    permission_classes = [HasScope(_SCOPE)]

    @extend_schema(
        operation_id="refunds_approve",
        summary="Approve a refund that another steward proposed",
        request=None,
        responses=RefundOut,
    )
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        me = _steward(request)
        known = Refund.objects.select_related("payment").exclude(payment__person=me)
        refund = get_object_or_404(known, pk=pk)
        actions.approve_refund(refund=refund, by=me, at=timezone.now())
        refund.refresh_from_db()
        return Response(RefundOut(refund).data)


def _case(request: Request, pk: uuid.UUID) -> Case:
    me = _steward(request)
    return get_object_or_404(Case.objects.seen_by(me), pk=pk)


def _steward(request: Request) -> Person:
    """Who asks, if they are a steward. Raises ``Refused``."""
    me = cast(Person, request.user)
    permissions.check_can_see_cases(me, timezone.now())
    return me
