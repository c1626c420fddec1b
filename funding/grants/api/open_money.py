"""The API's door to the money of grants: what everybody may read of it."""

from __future__ import annotations

from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from funding.grants import open_filters, open_reads, open_serializers
from funding.grants.models import AgreementVersion, Award, Fund, GrantPayment, Milestone, Movement


def _awards() -> QuerySet[Award]:
    accepted = AgreementVersion.objects.filter(award=OuterRef("pk")).order_by("-number")
    return (
        open_reads.given()
        .to_show()
        .select_related("application__determination")
        .defer("application__version__content")
        .prefetch_related("movements")
        .annotate(agreement_sha256=Subquery(accepted.values("sha256")[:1]))
    )


class AwardList(ListAPIView[Award]):
    """Every project that was given money; what its applicant did not take is not in it."""

    permission_classes = [AllowAny]
    serializer_class = open_serializers.OpenAward
    filterset_class = open_filters.AwardFilter
    ordering = ("-committed_at", "pk")

    @extend_schema(operation_id="grant_awards_list", summary="Awards, the latest first")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Award]:
        return _awards()


class AwardDetail(RetrieveAPIView[Award]):
    permission_classes = [AllowAny]
    serializer_class = open_serializers.OpenAward

    @extend_schema(operation_id="grant_awards_retrieve", summary="One award")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Award]:
        return _awards()


class MilestoneList(ListAPIView[Milestone]):
    """Milestones of awards: those that are reached with what showed it, a link or a fingerprint."""

    permission_classes = [AllowAny]
    serializer_class = open_serializers.OpenMilestone
    filterset_class = open_filters.MilestoneFilter
    ordering = ("due_on", "pk")

    @extend_schema(
        operation_id="grant_milestones_list", summary="Milestones, those that are due first first"
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Milestone]:
        found = open_reads.milestones().select_related("award").prefetch_related("evidence")
        return found.order_by(*self.ordering)


class PaidList(ListAPIView[GrantPayment]):
    """What the bank's statements show, each with its entry in the books and in the record."""

    permission_classes = [AllowAny]
    serializer_class = open_serializers.OpenPayment
    filterset_class = open_filters.PaidFilter
    ordering = ("-paid_on", "pk")

    @extend_schema(
        operation_id="grant_paid_list", summary="What was paid to projects, the latest first"
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[GrantPayment]:
        found = open_reads.payments().select_related(
            "milestone__award__application__version", "entry__seal"
        )
        return found.defer("milestone__award__application__version__content")

    def paginate_queryset(self, queryset: Any) -> Any:
        page = super().paginate_queryset(queryset)
        self.proofs = open_reads.proofs(page or [])
        return page

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "proofs": getattr(self, "proofs", {})}


class FundList(ListAPIView[Fund]):
    """The money of each round. What was not promised is what is left of its budget."""

    permission_classes = [AllowAny]
    serializer_class = open_serializers.OpenFund
    filterset_class = open_filters.FundFilter
    ordering = ("-opened_at", "pk")

    @extend_schema(operation_id="grant_funds_list", summary="Funds of rounds, the latest first")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Fund]:
        return Fund.objects.select_related("round").order_by(*self.ordering)


class MovementList(ListAPIView[Movement]):
    """What moved the funds. The movements of a fund sum to what it says is promised and paid."""

    permission_classes = [AllowAny]
    serializer_class = open_serializers.OpenMovement
    filterset_class = open_filters.MovementFilter
    ordering = ("-at", "-pk")

    @extend_schema(
        operation_id="grant_movements_list", summary="What moved the funds, the latest first"
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Movement]:
        return Movement.objects.select_related("entry__seal").order_by(*self.ordering)
