"""How lists of polls are searched: one declaration for the page and the API."""

from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy as _

from governance.record.filters import InstantFilter
from governance.voting import words
from governance.voting.models import Poll


class PollFilter(django_filters.FilterSet):  # type: ignore[misc] # it has no types
    """By stage and method, and by when they open and close."""

    stage = django_filters.ChoiceFilter(
        label=_("Stage"), choices=Poll.Stage.choices, empty_label=_("any stage")
    )
    method = django_filters.ChoiceFilter(
        label=_("Way of voting"),
        choices=list(words.METHODS.items()),
        empty_label=_("any way"),
    )
    opens_after = InstantFilter(label=_("Opens after"), field_name="opens_at", lookup_expr="gte")
    opens_before = InstantFilter(label=_("Opens before"), field_name="opens_at", lookup_expr="lt")
    closes_after = InstantFilter(label=_("Closes after"), field_name="closes_at", lookup_expr="gte")
    closes_before = InstantFilter(
        label=_("Closes before"), field_name="closes_at", lookup_expr="lt"
    )

    class Meta:
        model = Poll
        fields: list[str] = []
