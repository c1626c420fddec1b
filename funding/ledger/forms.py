"""What people fill in for the books: a voucher, a reason, a stretch of days."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from babel.numbers import get_currency_precision
from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from funding.ledger import chart, vouchers
from funding.ledger.actions import Facts
from funding.ledger.calendar_months import Period, month_after
from funding.ledger.models import Voucher
from funding.ledger.vouchers import Kind
from kernel.money import Money

_SIDES = {
    Kind.EXPENSE: (gettext_lazy("What it was for"), gettext_lazy("Paid from, or still owed")),
    Kind.TRANSFER: (gettext_lazy("To"), gettext_lazy("From")),
    Kind.OPENING: (gettext_lazy("Debit"), gettext_lazy("Credit")),
}


class VoucherForm(forms.Form):
    """One voucher of a kind; ``existing`` is what is changed, whose document may stay."""

    description = forms.CharField(
        label=gettext_lazy("What it is"),
        max_length=200,
        help_text=gettext_lazy(
            "One line, which everybody who checks the books can read: no names of people."
        ),
    )
    on = forms.DateField(
        label=gettext_lazy("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    amount = forms.DecimalField()
    debit = forms.ChoiceField()
    credit = forms.ChoiceField()
    document = forms.FileField(
        label=gettext_lazy("Document"),
        max_length=200,
        help_text=gettext_lazy(
            "The bill or bank statement: PDF, PNG or JPEG, up to 10 MB. It is kept encrypted, and "
            "only the treasurer and the stewards can open it."
        ),
    )

    def __init__(
        self, kind: Kind, existing: Voucher | None = None, *args: Any, **kwargs: Any
    ) -> None:
        if existing:
            kwargs.setdefault(
                "initial",
                {
                    "description": existing.description,
                    "on": existing.on,
                    "amount": existing.amount.major,
                    "debit": existing.debit_id,
                    "credit": existing.credit_id,
                },
            )
        super().__init__(*args, **kwargs)
        self.kind = kind
        places = get_currency_precision(settings.CURRENCY)
        self.fields["amount"] = forms.DecimalField(
            label=_("Amount"),
            max_digits=12,
            # With it comes the check that refuses a fraction of a cent.
            decimal_places=places,
            help_text=_("In %(currency)s.") % {"currency": settings.CURRENCY},
        )
        for name, label, debit in (
            ("debit", _SIDES[kind][0], True),
            ("credit", _SIDES[kind][1], False),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
            field.label = label
            field.choices = [
                ("", _("Choose an account")),
                *(
                    (code, chart.BY_CODE[code].name)
                    for code in vouchers.account_codes(kind, debit=debit)
                ),
            ]
        if existing:
            self.fields["document"].required = False
            self.fields["document"].help_text = _(
                "Leave this empty to keep the document that is attached."
            )

    def clean_amount(self) -> Money:
        amount = self.cleaned_data["amount"]
        minor = int(amount.scaleb(get_currency_precision(settings.CURRENCY)))
        if amount <= 0 or minor <= 0:
            raise forms.ValidationError(_("The amount must be more than nothing."))
        return Money(minor, settings.CURRENCY)

    def clean_document(self) -> bytes | None:
        upload = self.cleaned_data["document"]
        if not upload:
            return None
        if upload.size > vouchers.LARGEST_DOCUMENT:
            raise forms.ValidationError(_("A document can have at most 10 MB."))
        data: bytes = upload.read()
        if not vouchers.document_type(data):
            raise forms.ValidationError(_("Please attach a PDF, a PNG or a JPEG."))
        return data

    @property
    def facts(self) -> Facts:
        """What was filled in, once it is valid."""
        return Facts(kind=self.kind, **self.cleaned_data)


class ReversalForm(forms.Form):
    """Why an entry is undone, and which day that counts for."""

    description = forms.CharField(
        label=gettext_lazy("Why it is undone"),
        max_length=200,
        help_text=gettext_lazy(
            "One line, which everybody who checks the books can read: no names of people."
        ),
    )
    on = forms.DateField(
        label=gettext_lazy("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class ApproveForm(forms.Form):
    """Which state of the voucher is approved."""

    fingerprint = forms.RegexField(r"^[0-9a-f]{64}$", widget=forms.HiddenInput)


class RejectForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=400,
        help_text=gettext_lazy("Who prepared it reads this, and can put it right."),
    )


class PeriodForm(forms.Form):
    """The first and the last day of what one wants to see: this month, if nothing is said."""

    since = forms.DateField(
        label=gettext_lazy("From"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    until = forms.DateField(
        label=gettext_lazy("To"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        for name in ("since", "until"):
            if values.get(name) and not 1970 <= values[name].year < 9999:
                self.add_error(name, _("Please give a day from 1970 on."))
        since, until = values.get("since"), values.get("until")
        if since and until and until < since:
            self.add_error("until", _("This is before the first day."))
        return values

    def period(self, today: date) -> Period:
        """What was asked for, once it is valid; from a day in ``today``'s month if not said."""
        since, until = self.cleaned_data["since"], self.cleaned_data["until"]
        first = since or (until or today).replace(day=1)
        return Period(first, until + timedelta(days=1) if until else month_after(max(first, today)))
