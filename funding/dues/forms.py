"""What somebody fills in to join: a name, a statement, a plan."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from funding.dues import attestation
from funding.dues.models import Plan
from funding.dues.plans import Interval, Level


class JoinForm(forms.Form):
    """Display name, attestation and plan; the standard plan by the year is chosen already."""

    display_name = forms.CharField(
        label=_("Display name"),
        max_length=60,
        help_text=_("What others see. A pseudonym is welcome."),
        widget=forms.TextInput(attrs={"autocomplete": "nickname"}),
    )
    plan = forms.ModelChoiceField(
        queryset=Plan.objects.none(),
        label=_("What you pay"),
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": _("Please choose one of the plans below.")},
    )
    attested = forms.BooleanField(
        label=_("I confirm this statement."),
        error_messages={"required": _("Please read and confirm the statement.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["plan"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Plan.objects.on_offer()
        field.initial = next(
            (
                plan.pk
                for plan in field.queryset
                if (plan.level, plan.interval) == (Level.STANDARD, Interval.YEAR)
            ),
            None,
        )

    @property
    def statement(self) -> str:
        return str(attestation.TEXT)

    @cached_property
    def scale(self) -> list[tuple[str, list[tuple[Plan, bool]]]]:
        """The plans by interval, in words, each with whether it is the chosen one."""
        chosen = str(self["plan"].value() or "")
        plans: dict[str, list[tuple[Plan, bool]]] = {}
        for plan in self.fields["plan"].queryset:  # type: ignore[attr-defined]
            plans.setdefault(plan.get_interval_display(), []).append((plan, str(plan.pk) == chosen))
        return list(plans.items())
