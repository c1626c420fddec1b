"""How the desk is narrowed, on the page, as CSV and in the API alike."""

from __future__ import annotations

from typing import Any

import django_filters
from django.utils.translation import gettext_lazy as _

from members import desk
from members.desk import Wish
from members.models import Claim


def _kinds() -> list[tuple[str, Any]]:
    return list(desk.kinds().items())


class DeskFilter(django_filters.FilterSet):  # type: ignore[misc] # it has no types
    """By kind, by who has it in hand, and by whether its day has passed.

    What stands on a desk is put together from many tables, so this narrows no query: it checks what
    is asked for, and :attr:`wish` is that as a plain value.
    """

    kind = django_filters.ChoiceFilter(
        label=_("Kind"), choices=_kinds, empty_label=_("every kind"), method="narrows_nothing"
    )
    whose = django_filters.ChoiceFilter(
        label=_("In whose hand"),
        choices=[(desk.MINE, _("mine")), (desk.FREE, _("nobody’s yet"))],
        empty_label=_("anybody’s"),
        method="narrows_nothing",
    )
    overdue = django_filters.ChoiceFilter(
        label=_("Its day"),
        choices=[("true", _("has passed"))],
        empty_label=_("any"),
        method="narrows_nothing",
    )

    class Meta:
        model = Claim
        fields: list[str] = []

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, queryset=Claim.objects.none())

    def narrows_nothing(self, queryset: Any, name: str, value: str) -> Any:
        return queryset

    @property
    def wish(self) -> Wish:
        """What is asked for; what cannot be understood is not asked for."""
        self.form.is_valid()
        asked = self.form.cleaned_data
        return Wish(
            kind=asked.get("kind") or "",
            whose=asked.get("whose") or desk.ALL,
            overdue=asked.get("overdue") == "true",
        )
