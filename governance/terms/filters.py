"""How lists of versions are narrowed, on the roster and in the API alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from governance.terms.models import PublishedRule, Status, Version, VersionQuerySet
from governance.terms.vocabulary import ACTIONS, DATA, KINDS, PURPOSES, Vocabulary

_OF_A_RULE = ("kind", "action", "purpose", "data")


def _choices(words: Vocabulary) -> Callable[[], list[tuple[str, Any]]]:
    """The choices when they are asked for: every request has a copy of what stands here."""
    return lambda: [(code, _(word.label)) for code, word in words.items()]


class VersionFilter(django_filters.FilterSet):  # type: ignore[misc] # untyped library
    """``?q=track&status=active&kind=prohibition&action=profile&purpose=marketing&data=health``

    ``kind``, ``action``, ``purpose`` and ``data`` are of one and the same rule.
    """

    q = django_filters.CharFilter(method="with_words", label=_("Words in it"))
    kind = django_filters.ChoiceFilter(
        choices=_choices(KINDS), method="by_rule", label=_("A rule that says"), empty_label=_("any")
    )
    action = django_filters.ChoiceFilter(
        choices=_choices(ACTIONS), method="by_rule", label=_("A rule about"), empty_label=_("any")
    )
    purpose = django_filters.ChoiceFilter(
        choices=_choices(PURPOSES), method="by_rule", label=_("For"), empty_label=_("any")
    )
    data = django_filters.ChoiceFilter(
        choices=_choices(DATA), method="by_rule", label=_("Of"), empty_label=_("any")
    )
    status = django_filters.ChoiceFilter(
        choices=lambda: Status.Name.choices, label=_("Status"), empty_label=_("any")
    )
    slug = django_filters.CharFilter(field_name="term_id", label=_("Short name"))

    class Meta:
        model = Version
        fields = ("q", "kind", "action", "purpose", "data", "status", "slug")

    def with_words(self, queryset: VersionQuerySet, name: str, value: str) -> VersionQuerySet:
        """Versions whose name, title or texts hold ``value``, in capitals or not."""
        return queryset.filter(
            Q(revision__slug__icontains=value)
            | Q(revision__title__icontains=value)
            | Q(revision__plain__icontains=value)
            | Q(revision__legal__icontains=value)
        )

    def by_rule(self, queryset: VersionQuerySet, name: str, value: str) -> VersionQuerySet:
        """Left to :meth:`filter_queryset`, which asks all of it of one rule."""
        return queryset

    def filter_queryset(self, queryset: VersionQuerySet) -> VersionQuerySet:
        found: VersionQuerySet = super().filter_queryset(queryset)
        points = {
            name: self.form.cleaned_data[name]
            for name in _OF_A_RULE
            if self.form.cleaned_data.get(name)
        }
        if not points:
            return found
        return found.filter(Exists(PublishedRule.objects.filter(version=OuterRef("pk"), **points)))
