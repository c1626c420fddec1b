"""How lists of entries are narrowed, on the page and in the API alike."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import django_filters
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from governance.record.models import Entry
from governance.record.registry import registered


def _types() -> list[tuple[str, str]]:
    return [(entry_type.name, entry_type.name) for entry_type in registered()]


class InstantFilter(django_filters.IsoDateTimeFilter):  # type: ignore[misc] # it has no types
    """A time from 1970 to 9999: near the ends of the calendar none can be turned into UTC."""

    def __init__(self, **kwargs: Any) -> None:
        calendar = (
            MinValueValidator(datetime(1970, 1, 1, tzinfo=UTC)),
            MaxValueValidator(datetime(9999, 1, 1, tzinfo=UTC)),
        )
        super().__init__(validators=calendar, **kwargs)


class EntryFilter(django_filters.FilterSet):  # type: ignore[misc] # it has no types
    """``?type=term.published&since=2026-11-20&until=2026-11-21T12:00:00Z``, both ends included."""

    type = django_filters.ChoiceFilter(
        choices=_types, label=_("Kind of entry"), empty_label=_("Every kind")
    )
    since = InstantFilter(
        field_name="at",
        lookup_expr="gte",
        label=_("Recorded at or after"),
    )
    until = InstantFilter(
        field_name="at",
        lookup_expr="lte",
        label=_("Recorded at or before"),
    )

    class Meta:
        model = Entry
        fields = ("type", "since", "until")
