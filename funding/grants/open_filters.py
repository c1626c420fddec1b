"""How the API's lists of awards and of their money are searched."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field

from funding.grants.models import Application, Award, Fund, GrantPayment, Milestone, Movement
from funding.ledger.filters import DayFilter
from governance.record.filters import InstantFilter

_ID = {"anyOf": [{"type": "string", "format": "uuid"}, {"const": ""}]}


class AwardFilter(django_filters.FilterSet):  # type: ignore[misc] # it has no types
    """By round, project and stage, and by when the money was set aside."""

    round = django_filters.UUIDFilter(label=_("Round"), method="in_round")
    project = django_filters.UUIDFilter(label=_("Project"), method="of_project")
    stage = django_filters.ChoiceFilter(label=_("Stage"), choices=Award.STAGES)
    committed_after = InstantFilter(
        label=_("Set aside after"), field_name="committed_at", lookup_expr="gte"
    )
    committed_before = InstantFilter(
        label=_("Set aside before"), field_name="committed_at", lookup_expr="lt"
    )

    class Meta:
        model = Award
        fields: list[str] = []

    @extend_schema_field(_ID)
    def in_round(self, queryset: QuerySet[Award], name: str, value: UUID) -> QuerySet[Award]:
        return queryset.filter(fund=value)

    @extend_schema_field(_ID)
    def of_project(self, queryset: QuerySet[Award], name: str, value: UUID) -> QuerySet[Award]:
        return queryset.filter(application=value)


class _OfAnAward(django_filters.FilterSet):  # type: ignore[misc] # it has no types
    """By award and by round, for what belongs to an award. ``path`` leads to it."""

    path = "award"

    award = django_filters.UUIDFilter(label=_("Award"), method="of_award")
    round = django_filters.UUIDFilter(label=_("Round"), method="in_round")

    @extend_schema_field(_ID)
    def of_award(self, queryset: QuerySet[Any], name: str, value: UUID) -> QuerySet[Any]:
        return queryset.filter(**{self.path: value})

    @extend_schema_field(_ID)
    def in_round(self, queryset: QuerySet[Any], name: str, value: UUID) -> QuerySet[Any]:
        return queryset.filter(**{f"{self.path}__fund": value})


class MilestoneFilter(_OfAnAward):
    """By award, round and stage, and by when it is due."""

    stage = django_filters.ChoiceFilter(label=_("Stage"), choices=Milestone.STAGES)
    due_after = DayFilter(label=_("Due on or after"), field_name="due_on", lookup_expr="gte")
    due_before = DayFilter(label=_("Due before"), field_name="due_on", lookup_expr="lt")

    class Meta:
        model = Milestone
        fields: list[str] = []


class PaidFilter(_OfAnAward):
    """By award and round, and by the day on which the bank paid."""

    path = "milestone__award"

    paid_after = DayFilter(label=_("Paid on or after"), field_name="paid_on", lookup_expr="gte")
    paid_before = DayFilter(label=_("Paid before"), field_name="paid_on", lookup_expr="lt")

    class Meta:
        model = GrantPayment
        fields: list[str] = []


class PaymentFilter(_OfAnAward):
    """By award and round, and by where the payment stands."""

    path = "milestone__award"

    stage = django_filters.ChoiceFilter(label=_("Stage"), choices=GrantPayment.STAGES)

    class Meta:
        model = GrantPayment
        fields: list[str] = []


class FundFilter(django_filters.FilterSet):  # type: ignore[misc] # it has no types
    """By whether more can be promised of it."""

    open = django_filters.ChoiceFilter(
        label=_("Whether it is open"),
        choices=[("yes", _("yes")), ("no", _("no"))],
        method="is_open",
    )

    class Meta:
        model = Fund
        fields: list[str] = []

    def is_open(self, queryset: QuerySet[Fund], name: str, value: str) -> QuerySet[Fund]:
        return queryset.filter(closed_at__isnull=value == "yes")


class MovementFilter(_OfAnAward):
    """By award, round and kind, and by when it was booked."""

    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=Movement.KINDS)
    after = InstantFilter(label=_("Booked after"), field_name="at", lookup_expr="gte")
    before = InstantFilter(label=_("Booked before"), field_name="at", lookup_expr="lt")

    class Meta:
        model = Movement
        fields: list[str] = []


class ReviewFilter(django_filters.FilterSet):  # type: ignore[misc] # it has no types
    """By round and stage, and by whether one's own review is in."""

    round = django_filters.UUIDFilter(label=_("Round"), method="in_round")
    stage = django_filters.ChoiceFilter(label=_("Stage"), choices=Application.Stage.choices)
    mine = django_filters.ChoiceFilter(
        label=_("Whether my review is in"),
        choices=[("yes", _("yes")), ("no", _("no"))],
        method="is_mine",
    )

    class Meta:
        model = Application
        fields: list[str] = []

    @extend_schema_field(_ID)
    def in_round(
        self, queryset: QuerySet[Application], name: str, value: UUID
    ) -> QuerySet[Application]:
        return queryset.filter(round=value)

    def is_mine(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(mine=value == "yes")


class AccountFilter(django_filters.FilterSet):  # type: ignore[misc] # it has no types
    """By round."""

    round = django_filters.UUIDFilter(label=_("Round"), method="in_round")

    class Meta:
        model = Award
        fields: list[str] = []

    @extend_schema_field(_ID)
    def in_round(self, queryset: QuerySet[Award], name: str, value: UUID) -> QuerySet[Award]:
        return queryset.filter(fund=value)
