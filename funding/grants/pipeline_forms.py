"""Turn what somebody asks of a round's table into values."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from funding.grants import application_stages as stages
from funding.grants import rubric
from funding.grants.models import Application
from funding.grants.pipeline import Asked, orders


def _stages() -> list[tuple[str, Any]]:
    known = [(stage, label) for stage, label in Application.Stage.choices if stage != stages.DRAFT]
    return [("", _("every stage")), *known]


class PipelineForm(forms.Form):
    """By stage, by whether it waits for them, by the least score; and in which order."""

    stage = forms.ChoiceField(label=_("Stage"), choices=_stages, required=False)
    mine = forms.ChoiceField(
        label=_("Waits for"),
        choices=[("", _("anybody")), ("true", _("me"))],
        required=False,
    )
    least = forms.TypedChoiceField(
        label=_("Least score"),
        choices=[
            ("", _("any")),
            *((str(score), str(score)) for score in range(rubric.LOWEST, rubric.HIGHEST + 1)),
        ],
        coerce=int,
        empty_value=None,
        required=False,
    )
    order = forms.ChoiceField(label=_("Order"), choices=orders, required=False)

    def asked(self) -> Asked:
        """What is asked for; what cannot be understood is not asked for."""
        self.is_valid()
        given = self.cleaned_data
        return Asked(
            stage=given.get("stage") or "",
            mine=given.get("mine") == "true",
            least=given.get("least"),
            order=given.get("order") or "stage",
        )
