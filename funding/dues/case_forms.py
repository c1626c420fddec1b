"""What stewards and treasurers fill in: a reason, an amount to return, a bank's file."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from babel.numbers import get_currency_precision
from django import forms
from django.utils.translation import gettext_lazy as _

from funding.dues import bank_files
from funding.dues.models import Case, Payment
from kernel.money import Money


class SettleForm(forms.Form):
    """One of the things that can be done about a case, and why."""

    way = forms.ChoiceField(
        label=_("What to do"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose what to do.")},
    )
    reason = forms.CharField(
        label=_("Why"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Kept with the case. Where somebody is written to, this is what they read."),
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["way"].choices = [(way.name, way.label) for way in case.shape.ways]  # type: ignore[attr-defined]


class RefundForm(forms.Form):
    """How much of a payment to return, and the reason that whoever paid is told."""

    amount = forms.DecimalField(
        label=_("Amount"),
        min_value=Decimal("0.01"),
        max_digits=12,
        decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Whoever paid is told this, word for word."),
    )

    def __init__(self, *args: Any, payment: Payment, left: Money, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = payment.currency
        self.fields["amount"].initial = left.major
        self.fields["amount"].help_text = _("In %(currency)s; up to %(left)s.") % {
            "currency": payment.currency,
            "left": left.format(),
        }

    def money(self) -> Money:
        amount: Decimal = self.cleaned_data["amount"]
        return Money(int(amount.scaleb(get_currency_precision(self.currency))), self.currency)


class EndingForm(forms.Form):
    """Why a membership is to end."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("The member is told this, word for word. It is published nowhere."),
    )


class LiftForm(forms.Form):
    """Which resolution lifts an ending."""

    resolution = forms.UUIDField(
        label=_("The resolution"),
        help_text=_("The last part of its address: /proposals/…/"),
        error_messages={"invalid": _("That is not the id of a proposal.")},
    )


class FindPayerForm(forms.Form):
    """Whose payments to look at."""

    email = forms.EmailField(
        label=_("Their e-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )


class StatementForm(forms.Form):
    """A bank's file."""

    file = forms.FileField(
        label=_("The bank's file"),
        help_text=_(
            "camt.053 (XML), or CSV with the columns date, amount, currency, reference, text. Up "
            "to 5 MB."
        ),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > bank_files.MAX_BYTES:
            raise forms.ValidationError(_("The file is larger than 5 MB."))
        return file
