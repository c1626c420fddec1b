"""The part of a proposal's form in which somebody plans a grant round."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from funding.dues.forms import MoneyField
from funding.grants import round_plans, rubric
from funding.grants.actions import seed_fund
from funding.grants.round_plans import LONGEST_DAYS, RoundPlan
from funding.grants.rubric import Criterion
from governance.proposals.models import Wording

_CRITERIA = 4
_SHORT = forms.Textarea(attrs={"rows": 2})


def _days(label: Any, least: int, **more: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=least, max_value=LONGEST_DAYS, **more)


class RoundEditor(forms.Form):
    """A whole round: what it is for, how much, by which criteria, and when."""

    rearranged = False

    title = forms.CharField(label=gettext_lazy("What the round is called"), max_length=100)
    purpose = forms.CharField(
        label=gettext_lazy("What its money is for, and who may apply"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    form = forms.ChoiceField(
        label=gettext_lazy("What applicants are asked"),
        widget=forms.RadioSelect,
        choices=[
            ("small", gettext_lazy("Five questions; the award is paid at once")),
            ("large", gettext_lazy("Team, budget, milestones and files; paid by milestones")),
        ],
    )
    budget = MoneyField(label=gettext_lazy("Budget in all"))
    smallest = MoneyField(label=gettext_lazy("Smallest award"))
    largest = MoneyField(label=gettext_lazy("Largest award"))
    hold_back = forms.IntegerField(
        label=gettext_lazy("Held back until the final report, in parts of a hundred"),
        min_value=0,
        max_value=50,
        initial=0,
    )
    opens_after = _days(gettext_lazy("Days from adoption until the call opens"), 0, initial=7)
    open_days = _days(gettext_lazy("Days for which the call is open"), 1, initial=30)
    hear_days = _days(gettext_lazy("Days after that by which applicants hear"), 1, initial=21)
    vote_days = _days(gettext_lazy("Days for which members choose"), 1, initial=14)
    quorum = forms.IntegerField(
        label=gettext_lazy("How many of a hundred members have to vote"),
        min_value=0,
        max_value=100,
        initial=10,
    )
    sponsors_needed = forms.IntegerField(
        label=gettext_lazy("Members who together can put a project on the ballot"),
        min_value=1,
        max_value=1000,
        initial=5,
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        wording: Wording | None = None,
        about: str = "",
    ) -> None:
        plan = round_plans.read(wording.content) if wording else None
        super().__init__(data, initial=_as_initial(plan) if plan else None)
        left = seed_fund.left_for_new_rounds(settings.CURRENCY)
        self.fields["budget"].help_text = _(
            "At most {left} today: what has settled and is promised to nobody."
        ).format(left=left.format())
        for place in range(1, _CRITERIA + 1):
            asked = place == 1
            self.fields[f"criterion_{place}"] = forms.CharField(
                label=_("Criterion %(place)s") % {"place": place}, max_length=120, required=asked
            )
            self.fields[f"guidance_{place}"] = forms.CharField(
                label=_("What a score from 1 to 5 means, for criterion %(place)s")
                % {"place": place},
                max_length=400,
                required=asked,
                widget=_SHORT,
            )
            self.fields[f"weight_{place}"] = forms.IntegerField(
                label=_("What criterion %(place)s counts, of 100") % {"place": place},
                min_value=1,
                max_value=100,
                required=asked,
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            try:
                rubric.check(self._criteria(cleaned))
            except rubric.Unfit as unfit:
                raise ValidationError(_(unfit.sentence).format(**unfit.values)) from None
            if not cleaned["smallest"].minor <= cleaned["largest"].minor <= cleaned["budget"].minor:
                raise ValidationError(
                    _("The smallest award is at most the largest, and that at most the budget.")
                )
        return cleaned

    def content(self) -> RoundPlan:
        given = self.cleaned_data
        return RoundPlan(
            title=given["title"],
            purpose=given["purpose"],
            small=given["form"] == "small",
            budget=given["budget"],
            smallest=given["smallest"],
            largest=given["largest"],
            criteria=self._criteria(given),
            hold_back=given["hold_back"],
            opens_after=given["opens_after"],
            open_days=given["open_days"],
            hear_days=given["hear_days"],
            vote_days=given["vote_days"],
            vote_quorum=f"{given['quorum']}/100",
            sponsors_needed=given["sponsors_needed"],
        )

    def _criteria(self, given: Mapping[str, Any]) -> tuple[Criterion, ...]:
        """The criteria that anything was written of."""
        found = []
        for place in range(1, _CRITERIA + 1):
            title, guidance, weight = (
                given.get(f"{name}_{place}") for name in ("criterion", "guidance", "weight")
            )
            if title or guidance or weight:
                found.append(Criterion(f"c{place}", title or "", guidance or "", weight or 0))
        return tuple(found)


def _as_initial(plan: RoundPlan) -> dict[str, Any]:
    numerator, _slash, denominator = plan.vote_quorum.partition("/")
    criteria = {
        f"{name}_{place}": value
        for place, criterion in enumerate(plan.criteria, 1)
        for name, value in (
            ("criterion", criterion.title),
            ("guidance", criterion.guidance),
            ("weight", criterion.weight),
        )
    }
    return {
        **plan.as_content(),
        "form": "small" if plan.small else "large",
        "budget": plan.budget.major,
        "smallest": plan.smallest.major,
        "largest": plan.largest.major,
        "quorum": int(numerator) * 100 // int(denominator),
        **criteria,
    }
