"""Dues and books in the API: both open to all."""

from __future__ import annotations

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from funding.dues.models import Plan
from funding.dues.serializers import LedgerSummarySerializer, PlanSerializer
from funding.dues.summary import summarise


class PlanList(ListAPIView[Plan]):
    """What membership costs: every plan on offer, the cheapest first."""

    permission_classes = [AllowAny]
    serializer_class = PlanSerializer
    ordering = ("minor", "pk")

    def get_queryset(self) -> QuerySet[Plan]:
        return Plan.objects.filter(retired_at=None)


class LedgerSummary(APIView):
    """Where the money came from and where it is: totals, months, payers, the chain's head."""

    permission_classes = [AllowAny]

    @extend_schema(operation_id="ledger_summary", responses=LedgerSummarySerializer)
    def get(self, request: Request) -> Response:
        return Response(
            LedgerSummarySerializer(summarise(settings.CURRENCY, at=timezone.now())).data
        )
