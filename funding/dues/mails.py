"""What we write to people about their dues: subject and body, in the language that is active."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kernel.money import Money


def welcome(*, gross: Money, starts_on: date, ends_on: date, page: str) -> tuple[str, str]:
    """The first payment is confirmed: a welcome, and the receipt for it."""
    body = _(
        "Thank you. Your payment of {amount} is confirmed, and you are a member of "
        "Customer Commons.\n"
        "\n"
        "{days}\n"
        "\n"
        "You can propose and discuss terms now. Your payments, the next renewal and how to "
        "cancel are here:\n"
        "{page}\n"
    )
    return _("You are a member"), body.format(
        amount=_amount(gross), days=_days(starts_on, ends_on), page=page
    )


def receipt(*, gross: Money, starts_on: date, ends_on: date, page: str) -> tuple[str, str]:
    """A renewal is paid."""
    body = _(
        "Thank you. Your dues of {amount} are paid.\n"
        "\n"
        "{days}\n"
        "\n"
        "Your payments, the next renewal and how to cancel are here:\n"
        "{page}\n"
    )
    return _("Your dues are paid"), body.format(
        amount=_amount(gross), days=_days(starts_on, ends_on), page=page
    )


def failed_charge(*, until: date, page: str) -> tuple[str, str]:
    """A renewal could not be charged; grace begins."""
    body = _(
        "Your card was not charged for the renewal of your membership: the bank said no. This "
        "happens when a card has expired or been replaced.\n"
        "\n"
        "Nothing changes for now: you stay a member up to {until} while the charge is tried again. "
        "If you would rather stop, or choose another plan, this is the place:\n"
        "{page}\n"
    )
    return _("Your dues could not be charged"), body.format(
        until=date_format(until, "j F Y"), page=page
    )


def _amount(money: Money) -> str:
    return money.format(get_language() or "en")


def _days(starts_on: date, ends_on: date) -> str:
    return _("It covers {first} to {last}.").format(
        first=date_format(starts_on, "j F Y"),
        last=date_format(ends_on - timedelta(days=1), "j F Y"),
    )
