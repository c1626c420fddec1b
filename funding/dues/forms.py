"""What people fill in about dues: to join, to give, to be a member without, to change amounts."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from babel.numbers import get_currency_precision
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from funding.dues import attestation, plans
from funding.dues.actions import scale_in_force
from funding.dues.models import Gift, Plan
from funding.dues.plans import Interval, Level, ScaleSpec
from kernel.money import Money

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from governance.proposals.models import Wording


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
        return scale_of(self)


def scale_of(form: forms.Form) -> list[tuple[str, list[tuple[Plan, bool]]]]:
    """The plans that a form's field ``plan`` offers, by interval, and which of them is chosen."""
    chosen = str(form["plan"].value() or "")
    offered: dict[str, list[tuple[Plan, bool]]] = {}
    for plan in Plan.objects.on_offer():
        offered.setdefault(plan.get_interval_display(), []).append((plan, str(plan.pk) == chosen))
    return list(offered.items())


class MoneyField(forms.DecimalField):
    """An amount in the deployment's currency, typed in whole units; cleaned, a ``Money``."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            max_digits=9, decimal_places=get_currency_precision(settings.CURRENCY), **options
        )
        self.widget.attrs["inputmode"] = "decimal"

    def prepare_value(self, value: Any) -> Any:
        return value.major if isinstance(value, Money) else value

    def clean(self, value: Any) -> Any:
        number = super().clean(value)
        return None if number is None else from_major(number)


def from_major(number: Decimal) -> Money:
    """An amount in whole units as the deployment's money."""
    return Money(int(number.scaleb(get_currency_precision(settings.CURRENCY))), settings.CURRENCY)


class _Attesting(forms.Form):
    """A form that ends with a statement to confirm."""

    statement: StrOrPromise

    attested = forms.BooleanField(
        label=_("I confirm this statement."),
        error_messages={"required": _("Please read and confirm the statement.")},
    )


class PotForm(_Attesting):
    """How much somebody puts into the pot."""

    statement = attestation.GIVING

    amount = MoneyField(label=_("How much"))
    field_order = ("amount", "attested")


class GiftForm(_Attesting):
    """For whom, what, a word to them, and what happens if they do not want it."""

    statement = attestation.GIVING

    email = forms.EmailField(
        label=_("Their e-mail address"),
        help_text=_("We write to them once, with your display name, and they can say no."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    plan = forms.ModelChoiceField(
        queryset=Plan.objects.on_offer(),
        initial=_usual_plan,
        label=_("What you give"),
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": _("Please choose one of the plans below.")},
    )
    message = forms.CharField(
        label=_("A word to them, if you like"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    otherwise = forms.ChoiceField(
        label=_("If they do not accept it within 30 days"),
        choices=Gift.OTHERWISE,
        initial=Gift.RETURN,
        widget=forms.RadioSelect,
    )
    field_order = ("email", "plan", "message", "otherwise", "attested")

    def scale(self) -> list[tuple[str, list[tuple[Plan, bool]]]]:
        return scale_of(self)

    def clean_message(self) -> str:
        return " ".join(self.cleaned_data["message"].split())


class WithoutPayingForm(_Attesting):
    """Being a member by a waiver or a gift: a name and the statement, and nothing else."""

    statement = attestation.UNPAID

    display_name = forms.CharField(
        label=_("Display name"),
        max_length=60,
        help_text=_("What others see. A pseudonym is welcome."),
        widget=forms.TextInput(attrs={"autocomplete": "nickname"}),
    )
    field_order: tuple[str, ...] = ("display_name", "attested")


class AcceptGiftForm(WithoutPayingForm):
    """The same, and what becomes of a renewal of one's own."""

    stop_renewal = forms.BooleanField(
        label=_("Stop my own renewal, so that I do not pay as well."), required=False, initial=True
    )
    field_order = ("display_name", "attested", "stop_renewal")

    def __init__(self, *args: Any, renews: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if not renews:
            del self.fields["stop_renewal"]


class ChangeForm(forms.Form):
    """Which plan somebody changes to."""

    plan = forms.ModelChoiceField(
        queryset=Plan.objects.on_offer(),
        label=_("What you would pay"),
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": _("Please choose one of the plans below.")},
    )

    def scale(self) -> list[tuple[str, list[tuple[Plan, bool]]]]:
        return scale_of(self)


class AmountsEditor(forms.Form):
    """What each plan would cost, and how many waivers there would be: a whole scale at a time."""

    rearranged = False

    waivers = forms.IntegerField(
        label=_("Memberships without dues in a year, at most"),
        min_value=0,
        max_value=plans.MOST_WAIVERS,
        help_text=_("They are paid for by the pay-it-forward pot, while there is something in it."),
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        wording: Wording | None = None,
        about: str = "",
    ) -> None:
        scale = plans.read(wording.content) if wording else scale_in_force()
        super().__init__(data, initial=_as_initial(scale) if scale else None)
        names, intervals = dict(Plan.LEVELS), dict(Plan.INTERVALS)
        for interval in Interval:
            for level in Level:
                label = f"{names[level.value]}, {intervals[interval.value]}"
                self.fields[f"{interval}_{level}"] = MoneyField(label=label)
        self.order_fields([*(f"{i}_{n}" for i in Interval for n in Level), "waivers"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            try:
                plans.read(self._content(cleaned))
            except ValueError:
                raise ValidationError(
                    _(
                        "The amounts must rise from concession to solidarity, and nobody may be "
                        "asked for more in a year than one person may give."
                    )
                ) from None
        return cleaned

    def content(self) -> ScaleSpec:
        return plans.read(self._content(self.cleaned_data))

    def _content(self, cleaned: Mapping[str, Any]) -> dict[str, Any]:
        amounts = {str(i): {str(n): cleaned[f"{i}_{n}"].minor for n in Level} for i in Interval}
        return {**amounts, "waivers": {"each_year": cleaned["waivers"]}}


def _as_initial(scale: ScaleSpec) -> dict[str, Any]:
    initial: dict[str, Any] = {
        f"{i}_{n}": Money(scale.cost(n, i), settings.CURRENCY) for i in Interval for n in Level
    }
    return {**initial, "waivers": scale.waivers_each_year}
