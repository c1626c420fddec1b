"""What is filled in about awards and payments: values out, nothing is saved here."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from funding.dues.models import BankLine
from funding.grants.models import SanctionsCheck

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_AREA = forms.Textarea(attrs={"rows": 5})
_DAY = forms.DateInput(attrs={"type": "date"})
_YES, _NO = "yes", "no"


class _YesOrNo(forms.TypedChoiceField):
    """Two answers, neither chosen beforehand; a boolean comes out."""

    def __init__(self, *, label: StrOrPromise, yes: StrOrPromise, no: StrOrPromise) -> None:
        super().__init__(
            label=label,
            choices=[(_YES, yes), (_NO, no)],
            coerce=lambda value: value == _YES,
            widget=forms.RadioSelect,
        )


class OfferForm(forms.Form):
    """The agreement's text."""

    text = forms.CharField(
        label=_("What is agreed"), widget=forms.Textarea(attrs={"rows": 24}), max_length=40_000
    )


class AcceptForm(forms.Form):
    """That exactly this text is accepted."""

    sha256 = forms.CharField(widget=forms.HiddenInput, max_length=64)


class NothingForm(forms.Form):
    """A decision that needs no words."""


class EvidenceForm(forms.Form):
    """What shows that a milestone is reached: a link or a file."""

    url = forms.CharField(
        label=_("A link to it"),
        required=False,
        max_length=400,
        help_text=_("Begins with https://. Everybody sees the link once the milestone is reached."),
    )
    file = forms.FileField(
        label=_("Or a file"),
        required=False,
        help_text=_("A PDF, a picture or plain text of at most 10 MB, without names in it."),
    )
    note = forms.CharField(label=_("What it shows"), widget=_AREA, required=False, max_length=8_000)


class JudgeForm(forms.Form):
    """Whether what was shown meets the criteria."""

    accepted = _YesOrNo(
        label=_("Are the criteria met?"), yes=_("Yes, it is reached"), no=_("Something is missing")
    )
    reasons = forms.CharField(label=_("Reasons"), widget=_AREA, max_length=8_000)


class AmendForm(forms.Form):
    """What should change in a milestone."""

    criteria = forms.CharField(label=_("By what it is shown"), widget=_AREA, max_length=8_000)
    due_on = forms.DateField(label=_("By which day"), widget=_DAY)
    reason = forms.CharField(label=_("Why"), widget=_AREA, max_length=8_000)


class DecideForm(forms.Form):
    """Yes or no to a change that a project asks for."""

    accepted = _YesOrNo(
        label=_("Should it be changed so?"), yes=_("Yes"), no=_("No, it stays as it was agreed")
    )
    answer = forms.CharField(
        label=_("Your answer to the project"), widget=_AREA, required=False, max_length=8_000
    )


class AccountForm(forms.Form):
    """The account that money goes to, and where its owner lives: banks ask for both."""

    name = forms.CharField(label=_("Name on the account"), max_length=140)
    iban = forms.CharField(
        label=_("IBAN"), max_length=42, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    bic = forms.CharField(
        label=_("BIC, if your bank is outside of the EU"), max_length=11, required=False
    )
    street = forms.CharField(label=_("Street"), max_length=140, required=False)
    building = forms.CharField(label=_("House number"), max_length=16, required=False)
    postcode = forms.CharField(label=_("Postcode"), max_length=16, required=False)
    town = forms.CharField(label=_("Town"), max_length=70)
    country = forms.CharField(
        label=_("Country, as two letters"), max_length=2, help_text=_("Such as DE or NL")
    )


class ApproveForm(forms.Form):
    """That exactly what the page showed is meant."""

    fingerprint = forms.CharField(widget=forms.HiddenInput, max_length=64)


class TransferForm(ApproveForm):
    """A transfer that was made by hand."""

    reference = forms.CharField(label=_("What the bank calls the transfer"), max_length=120)


class CheckForm(forms.Form):
    """A look in the sanctions lists."""

    lists = forms.ChoiceField(label=_("Which lists did you look in?"), choices=SanctionsCheck.LISTS)
    found = _YesOrNo(
        label=_("Did you find the payee, or somebody who may be them?"),
        yes=_("Yes, or I am not sure"),
        no=_("No"),
    )


class BankFileForm(forms.Form):
    """Which approved payments go into one file, and when the bank carries them out."""

    payments = forms.MultipleChoiceField(label=_("Payments"), widget=forms.CheckboxSelectMultiple)
    execute_on = forms.DateField(label=_("Carry them out on"), widget=_DAY)

    def __init__(self, *args: object, choices: list[tuple[str, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["payments"].choices = choices  # type: ignore[attr-defined]


class ExtendForm(forms.Form):
    """Until when there should be time, and nothing else."""

    due_on = forms.DateField(label=_("Until which day"), widget=_DAY)
    reason = forms.CharField(label=_("Why"), widget=_AREA, max_length=8_000)


class ReasonForm(forms.Form):
    """Why an award is ended before its time."""

    reason = forms.CharField(
        label=_("Why it should end"),
        widget=_AREA,
        max_length=8_000,
        help_text=_("This becomes public, on the page of the project: never a name in it."),
    )


class LineForm(forms.Form):
    """One of the bank's lines that may be it."""

    line = forms.TypedChoiceField(
        label=_("Which line of the bank’s is it?"),
        coerce=uuid.UUID,
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose a line.")},
    )

    def __init__(self, *args: Any, lines: Iterable[BankLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["line"]).choices = [
            (str(one.pk), _described(one)) for one in lines
        ]


class ReversalForm(LineForm):
    """The line with which a payment came back, and why."""

    reason = forms.CharField(
        label=_("Why it came back"),
        max_length=200,
        help_text=_("This is published with the entry in the books: never a name in it."),
    )


def _described(line: BankLine) -> str:
    """A line of the bank's in a list of them."""
    parts = [date_format(line.booked_on, "j F Y"), line.amount.format(), line.reference, line.text]
    return " · ".join(part for part in parts if part)
