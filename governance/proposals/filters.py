"""How lists of proposals are searched: one declaration for the pages and the API."""

from __future__ import annotations

from decimal import Decimal

import django_filters
from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field

from governance.proposals import kinds
from governance.proposals.domain_names import NoDomain, normalised
from governance.proposals.models import (
    Acceptance,
    AcceptanceQuerySet,
    Comment,
    CommentQuerySet,
    Organisation,
    OrganisationQuerySet,
    Proposal,
    ProposalQuerySet,
    Stage,
)
from governance.record.filters import InstantFilter

_NUMBERS = {"minimum": 1, "maximum": 1_000_000}


class _Day(forms.DateInput):
    input_type = "date"


def _kinds() -> list[tuple[str, str]]:
    return [(kind.name, str(kind.label)) for kind in kinds.registered()]


class ProposalFilter(django_filters.FilterSet):  # type: ignore[misc] # it has no types
    """By stage, kind, words, author, term, and when they were opened."""

    q = django_filters.CharFilter(
        label=_("Words"), method="about", max_length=100, widget=forms.SearchInput()
    )
    stage = django_filters.ChoiceFilter(
        label=_("Stage"), choices=Stage.choices, empty_label=_("any stage")
    )
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=_kinds, empty_label=_("any kind"))
    author = django_filters.CharFilter(
        label=_("Author's name"),
        field_name="author__display_name",
        lookup_expr="iexact",
        max_length=80,
    )
    term = django_filters.CharFilter(
        label=_("Term, by its short name"), method="of_term", max_length=60
    )
    opened_after = InstantFilter(
        label=_("Opened after"), field_name="opened_at", lookup_expr="gte", widget=_Day
    )
    opened_before = InstantFilter(
        label=_("Opened before"), field_name="opened_at", lookup_expr="lt", widget=_Day
    )

    class Meta:
        model = Proposal
        fields: list[str] = []

    def about(self, queryset: ProposalQuerySet, name: str, value: str) -> ProposalQuerySet:
        return queryset.about(value)

    def of_term(self, queryset: ProposalQuerySet, name: str, value: str) -> ProposalQuerySet:
        """Those that would adopt a version of this term, or do something else to it."""
        return queryset.filter(
            Q(wording__revision__slug=value) | Q(wording__content__version__startswith=f"{value}/")
        )


class CommentFilter(django_filters.FilterSet):  # type: ignore[misc] # it has no types
    """By the amendment they are about, and by what they are: a remark, a reason, a question."""

    amendment = django_filters.NumberFilter(
        label=_("Amendment, by its number"),
        method="about",
        min_value=_NUMBERS["minimum"],
        max_value=_NUMBERS["maximum"],
    )
    stance = django_filters.ChoiceFilter(label=_("What it is"), choices=Comment.Stance.choices)

    class Meta:
        model = Comment
        fields: list[str] = []

    @extend_schema_field({"type": "integer", **_NUMBERS})
    def about(self, queryset: CommentQuerySet, name: str, value: Decimal) -> CommentQuerySet:
        return queryset.filter(amendment__number=int(value))


class OrganisationFilter(django_filters.FilterSet):  # type: ignore[misc] # it has no types
    """By the term that is accepted, and by words in the name or the domain."""

    q = django_filters.CharFilter(
        label=_("Name or domain"), method="called", max_length=100, widget=forms.SearchInput()
    )
    term = django_filters.CharFilter(
        label=_("Term, by its short name"), method="of_term", max_length=60
    )

    class Meta:
        model = Organisation
        fields: list[str] = []

    def called(self, queryset: OrganisationQuerySet, name: str, value: str) -> OrganisationQuerySet:
        try:
            domain = normalised(value)
        except NoDomain:
            domain = value
        return queryset.filter(Q(name__icontains=value) | Q(domain__icontains=domain))

    def of_term(
        self, queryset: OrganisationQuerySet, name: str, value: str
    ) -> OrganisationQuerySet:
        """Those that accept a version of this term now."""
        now = Acceptance.objects.current().filter(version__term=value)
        return queryset.filter(pk__in=now.values("organisation"))


class AcceptanceFilter(django_filters.FilterSet):  # type: ignore[misc] # it has no types
    """By term, by domain, whether it lasts, and when it began."""

    term = django_filters.CharFilter(
        label=_("Term, by its short name"), field_name="version__term", max_length=60
    )
    domain = django_filters.CharFilter(label=_("Domain"), method="at_domain", max_length=300)
    current = django_filters.ChoiceFilter(
        label=_("Whether it lasts"),
        choices=[("true", _("yes")), ("false", _("no"))],
        method="lasting",
    )
    since_after = InstantFilter(label=_("Began after"), field_name="since", lookup_expr="gte")
    since_before = InstantFilter(label=_("Began before"), field_name="since", lookup_expr="lt")

    class Meta:
        model = Acceptance
        fields: list[str] = []

    def lasting(self, queryset: AcceptanceQuerySet, name: str, value: str) -> AcceptanceQuerySet:
        return queryset.filter(until__isnull=value == "true")

    def at_domain(self, queryset: AcceptanceQuerySet, name: str, value: str) -> AcceptanceQuerySet:
        try:
            return queryset.filter(organisation__domain=normalised(value))
        except NoDomain:
            return queryset.none()
