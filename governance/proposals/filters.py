"""How lists of proposals are searched: one declaration for the pages and the API."""

from __future__ import annotations

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from governance.proposals import kinds
from governance.proposals.models import Proposal, ProposalQuerySet, Stage
from governance.record.filters import InstantFilter


def _kinds() -> list[tuple[str, str]]:
    return [(kind.name, str(kind.label)) for kind in kinds.registered()]


class ProposalFilter(django_filters.FilterSet):  # type: ignore[misc] # it has no types
    """By stage, kind, words in title, sentence or problem, and when they were opened."""

    q = django_filters.CharFilter(
        label=_("Words"), method="about", max_length=100, widget=forms.SearchInput()
    )
    stage = django_filters.ChoiceFilter(
        label=_("Stage"), choices=Stage.choices, empty_label=_("any stage")
    )
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=_kinds, empty_label=_("any kind"))
    opened_after = InstantFilter(label=_("Opened after"), field_name="opened_at", lookup_expr="gte")
    opened_before = InstantFilter(
        label=_("Opened before"), field_name="opened_at", lookup_expr="lt"
    )

    class Meta:
        model = Proposal
        fields: list[str] = []

    def about(self, queryset: ProposalQuerySet, name: str, value: str) -> ProposalQuerySet:
        return queryset.about(value)
