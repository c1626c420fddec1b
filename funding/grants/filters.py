"""How lists of rounds and applications are searched."""

from __future__ import annotations

from uuid import UUID

import django_filters
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field

from funding.grants.models import Application, ApplicationQuerySet, Round
from governance.record.filters import InstantFilter


class RoundFilter(django_filters.FilterSet):  # type: ignore[misc] # it has no types
    """By stage, and by when they close."""

    stage = django_filters.ChoiceFilter(label=_("Stage"), choices=Round.Stage.choices)
    closes_after = InstantFilter(label=_("Closes after"), field_name="closes_at", lookup_expr="gte")
    closes_before = InstantFilter(
        label=_("Closes before"), field_name="closes_at", lookup_expr="lt"
    )

    class Meta:
        model = Round
        fields: list[str] = []


class ApplicationFilter(django_filters.FilterSet):  # type: ignore[misc] # it has no types
    """By round and stage."""

    round = django_filters.UUIDFilter(label=_("Round"), method="in_round")
    stage = django_filters.ChoiceFilter(label=_("Stage"), choices=Application.Stage.choices)

    class Meta:
        model = Application
        fields: list[str] = []

    @extend_schema_field({"anyOf": [{"type": "string", "format": "uuid"}, {"const": ""}]})
    def in_round(
        self, queryset: ApplicationQuerySet, name: str, value: UUID
    ) -> ApplicationQuerySet:
        return queryset.filter(round=value)
