"""What we write to people about their dues: subject and body, in the language that is active.

Subjects say nothing about how somebody is a member. Every mail about a renewal has a link that
stops it without signing in.
"""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from typing import Protocol

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from funding.dues import links
from funding.dues.links import Purpose
from funding.dues.plans import Interval
from kernel.money import Money
from members.models import Person


class Short(Protocol):
    """A mail that says the same to everybody."""

    def __call__(self) -> tuple[str, str]: ...


def welcome(
    *, gross: Money, starts_on: date, ends_on: date, subscription: uuid.UUID, at: datetime
) -> tuple[str, str]:
    """The first payment is confirmed: a welcome, and the receipt for it."""
    body = _(
        "Thank you. Your payment of {amount} is confirmed, and you are a member of "
        "Customer Commons.\n"
        "\n"
        "{days}\n"
        "\n"
        "You can propose and discuss terms now. Your payments, your receipts and the next renewal "
        "are here:\n"
        "{page}\n"
    )
    return _("You are a member"), body.format(
        amount=_amount(gross), days=_days(starts_on, ends_on), page=_page("my-dues")
    ) + _how_to_stop(subscription, at)


def receipt(
    *, gross: Money, starts_on: date, ends_on: date, subscription: uuid.UUID, at: datetime
) -> tuple[str, str]:
    """A renewal is paid."""
    body = _(
        "Thank you. Your dues of {amount} are paid.\n"
        "\n"
        "{days}\n"
        "\n"
        "Your payments, your receipts and the next renewal are here:\n"
        "{page}\n"
    )
    return _("Your dues are paid"), body.format(
        amount=_amount(gross), days=_days(starts_on, ends_on), page=_page("my-dues")
    ) + _how_to_stop(subscription, at)


def failed_charge(
    *, number: int, until: date, subscription: uuid.UUID, at: datetime
) -> tuple[str, str]:
    """A renewal could not be charged: the first, second and last mail about it."""
    first = _(
        "Your card was not charged for the renewal of your membership: the bank said no. This "
        "happens when a card has expired or been replaced, and it is quickly mended.\n"
        "\n"
        "Nothing changes for now: you stay a member up to {until} while the charge is tried again. "
        "Here you can pay, or name another card. You need not sign in:\n"
        "{mend}\n"
    )
    second = _(
        "The charge for your membership has still not gone through. You stay a member up to "
        "{until}, and we would be glad to keep you.\n"
        "\n"
        "Here you can pay, or name another card. You need not sign in:\n"
        "{mend}\n"
        "\n"
        "If money is short at the moment, that is no reason to go. You can choose a smaller "
        "amount, or be a member without dues, and nobody asks why:\n"
        "{waiver}\n"
    )
    last = _(
        "In a few days, on {until}, your membership ends, because the charge for it has not gone "
        "through. This is our last mail about it.\n"
        "\n"
        "Here you can pay, or name another card. You need not sign in:\n"
        "{mend}\n"
        "\n"
        "If money is short at the moment, you can be a member without dues, and nobody asks why:\n"
        "{waiver}\n"
    )
    body = (first, second, last)[number - 1].format(
        until=day(until - timedelta(days=1)),
        mend=link(Purpose.MEND, subscription, at),
        waiver=_page("dues-waiver"),
    )
    subject = _("Your membership ends soon") if number == 3 else _("Your dues could not be charged")
    return subject, body + _how_to_stop(subscription, at)


def needs_confirmation(*, until: date, subscription: uuid.UUID, at: datetime) -> tuple[str, str]:
    """The bank wants the card's holder to confirm the renewal (3-D Secure)."""
    body = _(
        "Your bank asks you to confirm the renewal of your membership yourself. Nothing is wrong "
        "with your card.\n"
        "\n"
        "Here you can do that. You need not sign in, and it takes a minute:\n"
        "{mend}\n"
        "\n"
        "Until then you stay a member, up to {until}.\n"
    )
    return _("Please confirm your dues with your bank"), body.format(
        until=day(until - timedelta(days=1)), mend=link(Purpose.MEND, subscription, at)
    ) + _how_to_stop(subscription, at)


def granted(*, starts_on: date, ends_on: date) -> tuple[str, str]:
    """Somebody is a member without dues: the subject is that of everybody's welcome."""
    body = _(
        "You are a member of Customer Commons, with the same rights as everybody else.\n"
        "\n"
        "{days} There is nothing to pay, and nobody can see that you do not.\n"
        "\n"
        "When it ends, you can ask again, here:\n"
        "{page}\n"
    )
    return _("You are a member"), body.format(days=_days(starts_on, ends_on), page=_page("my-dues"))


def waiver_there_is() -> tuple[str, str]:
    """Somebody wanted to be told when there is a waiver again."""
    body = _(
        "You asked us to write when there is a membership without dues again. There is one now: "
        "\n"
        "{page}\n"
        "\n"
        "Others who asked have been written to as well. If somebody was faster, ask to be told "
        "again there.\n"
    )
    return _("News about your membership"), body.format(page=_page("dues-waiver"))


def ending(*, ends_on: date) -> tuple[str, str]:
    """A membership that does not renew by itself ends soon."""
    body = _(
        "Your membership lasts to {last}. Nothing renews by itself.\n"
        "\n"
        "To stay, choose here what you pay; there is a way without paying, too:\n"
        "{page}\n"
    )
    return _("Your membership ends next month"), body.format(
        last=day(ends_on - timedelta(days=1)), page=_page("my-dues")
    )


def pot_thanks(*, gross: Money) -> tuple[str, str]:
    """Something was put into the pot."""
    body = _(
        "Thank you. Your {amount} are in the pay-it-forward pot. They let people be members whose "
        "money is short. Who they are, nobody is told.\n"
        "\n"
        "Your receipt is here:\n"
        "{page}\n"
    )
    return _("Thank you for paying it forward"), body.format(
        amount=_amount(gross), page=_page("my-dues")
    )


def gift_thanks(*, gross: Money, until: datetime) -> tuple[str, str]:
    """A gift is paid, and its recipient is being written to."""
    body = _(
        "Thank you. Your payment of {amount} is confirmed, and we have written to the person your "
        "gift is for. They have until {until} to accept it.\n"
        "\n"
        "You see what has become of it, and can take it back until then, here:\n"
        "{page}\n"
    )
    return _("Your gift is on its way"), body.format(
        amount=_amount(gross), until=day(until.date()), page=_page("my-dues")
    )


def gift_accepted() -> tuple[str, str]:
    """For the giver."""
    body = _("Your gift was accepted. Thank you for bringing somebody along.\n\n{page}\n")
    return _("Your gift was accepted"), body.format(page=_page("my-dues"))


def gift_back() -> tuple[str, str]:
    """For the giver: the money comes back. The refund itself is told when it is on its way."""
    body = _(
        "Your gift was not accepted, so the money goes back to the card you paid with. Perhaps the "
        "mail was never read. You can give it again at any time:\n"
        "{page}\n"
    )
    return _("Your gift comes back to you"), body.format(page=_page("dues-gift"))


def gift_passed_on() -> tuple[str, str]:
    """For the giver: the money went to the pot."""
    body = _(
        "Your gift was not accepted, so the money is in the pay-it-forward pot, as you chose. It "
        "will help somebody else to be a member.\n\n{page}\n"
    )
    return _("Your gift helps somebody else"), body.format(page=_page("dues-pot"))


def gift_begins(*, starts_on: date, ends_on: date) -> tuple[str, str]:
    """For the recipient, once it is accepted."""
    body = _(
        "You are a member of Customer Commons, with the same rights as everybody else.\n"
        "\n"
        "{days} There is nothing to pay, and nothing renews by itself.\n"
        "\n"
        "{page}\n"
    )
    return _("You are a member"), body.format(days=_days(starts_on, ends_on), page=_page("my-dues"))


def gift_letter(
    *, giver: str, message: str, length: str, gift: uuid.UUID, until: datetime, at: datetime
) -> tuple[str, str]:
    """For whoever a gift is for, who may never have heard of us."""
    words = _("They wrote: “{message}”\n\n").format(message=message) if message else ""
    body = _(
        "{giver} gives you {length} of membership in Customer Commons: people who buy things, and "
        "who decide together which terms they ask of companies.\n"
        "\n"
        "{words}Here you can accept it, or say no. It costs you nothing, now or later:\n"
        "{link}\n"
        "\n"
        "You have until {until}. If you do nothing, nothing happens, and we do not write again.\n"
    )
    return _("{giver} has a gift for you").format(giver=giver), body.format(
        giver=giver,
        length=length,
        words=words,
        link=link(Purpose.GIFT, gift, at),
        until=day(until.date()),
    )


def confirm_attestation(*, person: Person, text: str, at: datetime) -> tuple[str, str]:
    """A year has passed since somebody attested what all members do."""
    body = _(
        "Once a year every member confirms this:\n"
        "\n"
        "“{text}”\n"
        "\n"
        "If it is still so, confirm it here with one tap. You need not sign in:\n"
        "{link}\n"
        "\n"
        "If it is no longer so, answer this mail.\n"
    )
    return _("Once a year: is this still so?"), body.format(
        text=text, link=link(Purpose.ATTEST, person.pk, at)
    )


def change_refused() -> tuple[str, str]:
    """A change of plan could not be made."""
    body = _(
        "Your plan stays as it was: the payment provider did not make the change. Nothing was "
        "charged for it. Perhaps your card was refused; you can name another one, and choose "
        "again, here:\n"
        "{page}\n"
    )
    return _("Your plan stays as it was"), body.format(page=_page("my-dues"))


def link(purpose: Purpose, key: uuid.UUID, at: datetime) -> str:
    """An address that works without signing in."""
    token = links.token(purpose, key, at)
    return f"{settings.SITE_ORIGIN}{reverse(f'dues-link-{purpose}', args=[token])}"


def length(interval: str) -> str:
    """How long one payment of a plan lasts."""
    return _("a year") if interval == Interval.YEAR else _("a month")


def day(date: date) -> str:
    """A day as we write it."""
    return date_format(date, "j F Y")


def _page(name: str) -> str:
    return f"{settings.SITE_ORIGIN}{reverse(name)}"


def _how_to_stop(subscription: uuid.UUID, at: datetime) -> str:
    return "\n" + _("To stop the renewal, without signing in:\n{link}\n").format(
        link=link(Purpose.CANCEL, subscription, at)
    )


def _amount(money: Money) -> str:
    return money.format(get_language() or "en")


def _days(starts_on: date, ends_on: date) -> str:
    return _("It covers {first} to {last}.").format(
        first=day(starts_on), last=day(ends_on - timedelta(days=1))
    )
