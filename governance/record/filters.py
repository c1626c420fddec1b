"""How lists of entries are narrowed, on the page and in the API alike."""

from __future__ import annotations

from datetime import UTC, datetime

import django_filters
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from governance.record.models import Entry
from governance.record.registry import registered


def _types() -> list[tuple[str, str]]:
    return [(entry_type.name, entry_type.name) for entry_type in registered()]


# Times near the ends of the calendar cannot be turned into UTC.
_CALENDAR = (
    MinValueValidator(datetime(1970, 1, 1, tzinfo=UTC)),
    MaxValueValidator(datetime(9999, 1, 1, tzinfo=UTC)),
)


class EntryFilter(django_filters.FilterSet):  # type: ignore[misc] # it has no types
    """``?type=term.published&since=2026-11-20&until=2026-11-21T12:00:00Z``, both ends included."""

    type = django_filters.ChoiceFilter(
        choices=_types, label=_("Kind of entry"), empty_label=_("Every kind")
    )
    since = django_filters.IsoDateTimeFilter(
        field_name="at",
        lookup_expr="gte",
        validators=_CALENDAR,
        label=_("Recorded at or after"),
    )
    until = django_filters.IsoDateTimeFilter(
        field_name="at",
        lookup_expr="lte",
        validators=_CALENDAR,
        label=_("Recorded at or before"),
    )

    class Meta:
        model = Entry
        fields = ("type", "since", "until")
