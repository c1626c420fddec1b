"""What somebody fills in to join: a name, a plan, a statement."""

from __future__ import annotations

import uuid

from django import forms
from django.utils.translation import gettext_lazy as _

from funding.dues import attestation
from funding.dues.models import Plan
from funding.dues.plans import Interval, Level


def _usual_plan() -> uuid.UUID | None:
    usual = Plan.objects.on_offer().filter(level=Level.STANDARD, interval=Interval.YEAR)
    return usual.values_list("pk", flat=True).first()


class JoinForm(forms.Form):
    """Display name, plan and attestation; the standard plan by the year is chosen already."""

    display_name = forms.CharField(
        label=_("Display name"),
        max_length=60,
        help_text=_("What others see. A pseudonym is welcome."),
        widget=forms.TextInput(attrs={"autocomplete": "nickname"}),
    )
    plan = forms.ModelChoiceField(
        queryset=Plan.objects.on_offer(),
        initial=_usual_plan,
        label=_("What you pay"),
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": _("Please choose one of the plans below.")},
    )
    attested = forms.BooleanField(
        label=_("I confirm this statement."),
        error_messages={"required": _("Please read and confirm the statement.")},
    )

    @property
    def statement(self) -> str:
        return str(attestation.TEXT)

    def scale(self) -> list[tuple[str, list[tuple[Plan, bool]]]]:
        """The plans by interval, in words, each with whether it is the chosen one."""
        chosen = str(self["plan"].value() or "")
        plans: dict[str, list[tuple[Plan, bool]]] = {}
        for plan in Plan.objects.on_offer():
            plans.setdefault(plan.get_interval_display(), []).append((plan, str(plan.pk) == chosen))
        return list(plans.items())
