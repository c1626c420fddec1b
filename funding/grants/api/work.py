"""The API's lists for who looks after grants: reviews, payments, accounts.

What concerns whoever asks is in none of them, by the same reads as the pages.
"""

from __future__ import annotations

from typing import Any, cast

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from funding.grants import award_stages, open_filters, open_serializers
from funding.grants.models import (
    Application,
    Award,
    GrantPayment,
    PayeeAccount,
    Review,
    SanctionsCheck,
)
from members.models import Person, RoleGrant
from members.permissions import HasScope

_OFFICES = (RoleGrant.Role.STEWARD, RoleGrant.Role.TREASURER, RoleGrant.Role.SCRUTINEER)


class Pays(BasePermission):
    """Stewards, treasurers and scrutineers: who prepares, approves and sends payments."""

    code = "not-for-you"

    def has_permission(self, request: Request, view: APIView) -> bool:
        person, day = request.user, timezone.now().date()
        return (
            isinstance(person, Person)
            and RoleGrant.objects.on(day).filter(person=person, role__in=_OFFICES).exists()
        )


class ReviewList(ListAPIView[Application]):
    """How far the reviews are of what one looks after and may read. What they say is not in it."""

    permission_classes = [HasScope("read")]
    serializer_class = open_serializers.ReviewState
    filterset_class = open_filters.ReviewFilter
    ordering = ("begun_at", "pk")

    @extend_schema(
        operation_id="grant_reviews_list", summary="How far reviews are, the oldest first"
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Application]:
        if getattr(self, "swagger_fake_view", False):
            return Application.objects.none()
        me = cast(Person, self.request.user)
        mine = Review.objects.filter(application=OuterRef("pk"), reviewer=me)
        serving = Q(round__reviewers__ended_at=None, round__reviewers__isnull=False)
        return (
            Application.objects.all()
            .open_to(me, timezone.now().date())
            .with_version()
            .annotate(
                named=Count("round__reviewers", filter=serving, distinct=True),
                done=Count("reviews", distinct=True),
                mine=Exists(mine),
            )
            .order_by(*self.ordering)
        )


class PaymentList(ListAPIView[GrantPayment]):
    """What is to be approved and sent, and what was: the account is masked."""

    permission_classes = [HasScope("read"), Pays]
    serializer_class = open_serializers.PaymentState
    filterset_class = open_filters.PaymentFilter
    ordering = ("prepared_at", "pk")

    @extend_schema(
        operation_id="grant_payments_list",
        summary="Payments to approve and to send, the oldest first",
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[GrantPayment]:
        if getattr(self, "swagger_fake_view", False):
            return GrantPayment.objects.none()
        current = Q(approvals__fingerprint=F("fingerprint"))
        return (
            GrantPayment.objects.all()
            .open_to(cast(Person, self.request.user), timezone.now().date())
            .to_show()
            .annotate(approved=Count("approvals", filter=current, distinct=True))
            .order_by(*self.ordering)
        )


class AccountList(ListAPIView[Award]):
    """Of each award that is under way, where the account stands that its payments go to."""

    permission_classes = [HasScope("read"), Pays]
    serializer_class = open_serializers.AccountState
    filterset_class = open_filters.AccountFilter
    ordering = ("committed_at", "pk")

    @extend_schema(
        operation_id="grant_accounts_list",
        summary="Where the accounts stand that awards are paid into, the oldest award first",
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Award]:
        if getattr(self, "swagger_fake_view", False):
            return Award.objects.none()
        me = cast(Person, self.request.user)
        named = PayeeAccount.objects.all().current()
        accounts = Prefetch("application__applicant__payee_accounts", queryset=named)
        looked = Prefetch(
            "application__applicant__payee_accounts__sanctions_checks",
            queryset=SanctionsCheck.objects.order_by("at", "pk"),
        )
        conflicting = Application.objects.all().conflicting(me).values("pk")
        return (
            Award.objects.filter(stage__in=award_stages.LIVE)
            .exclude(application__in=conflicting)
            .to_show()
            .select_related("application__applicant")
            .prefetch_related(accounts, looked)
            .order_by(*self.ordering)
        )
