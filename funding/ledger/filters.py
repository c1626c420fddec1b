"""How the journal is searched: one declaration for the page, its CSV and the API."""

from __future__ import annotations

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from funding.ledger.chart import CHART
from funding.ledger.models import Entry, EntryQuerySet

ACCOUNTS = [(spec.code, spec.name) for spec in CHART]


class DayFilter(django_filters.DateFilter):  # type: ignore[misc] # it has no types
    """A day, chosen from a calendar where the browser has one."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}), **kwargs)


class JournalFilter(django_filters.FilterSet):  # type: ignore[misc] # it has no types
    """By days, account and words."""

    q = django_filters.CharFilter(
        label=_("Words"),
        field_name="description",
        lookup_expr="icontains",
        max_length=100,
        widget=forms.SearchInput(),
    )
    account = django_filters.ChoiceFilter(
        label=_("Account"), choices=ACCOUNTS, empty_label=_("any account"), method="on_account"
    )
    since = DayFilter(label=_("From"), field_name="effective_on", lookup_expr="gte")
    until = DayFilter(label=_("To"), field_name="effective_on", lookup_expr="lte")

    class Meta:
        model = Entry
        fields: list[str] = []

    def on_account(self, queryset: EntryQuerySet, name: str, value: str) -> EntryQuerySet:
        return queryset.filter(legs__account=value).distinct()
