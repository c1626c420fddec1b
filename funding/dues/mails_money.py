"""What we write to people about money that moves back: subject and body, in the active language."""

from __future__ import annotations

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kernel.money import Money


def refunded(*, amount: Money, reason: str, until: date | None, page: str) -> tuple[str, str]:
    """Money is on its way back; ``until`` is the last day of membership where that ends now."""
    body = _(
        "We have sent {amount} back to the card you paid with. It arrives in five to ten days.\n"
    ).format(amount=_amount(amount))
    if reason:
        body += "\n" + _("Why: {reason}\n").format(reason=reason)
    if until:
        body += "\n" + _(
            "This was all you had paid for the current period, so your membership lasts up to "
            "{until}. Votes whose roll you are already on stay open to you.\n"
        ).format(until=date_format(until, "j F Y"))
    body += "\n" + _("Every payment and refund is listed here:\n{page}\n").format(page=page)
    return _("Your money is on its way back"), body


def refund_failed(*, amount: Money, page: str) -> tuple[str, str]:
    """The bank did not take a refund."""
    body = _(
        "We tried to send {amount} back to your card, and your bank did not take it. The money is "
        "with us, and nothing is lost.\n"
        "\n"
        "Please answer this mail, so that we can find another way. Your payments are here:\n"
        "{page}\n"
    )
    return _("Your refund did not go through"), body.format(amount=_amount(amount), page=page)


def disputed(*, amount: Money, page: str) -> tuple[str, str]:
    """The member's bank takes a payment back."""
    body = _(
        "Your bank asks us to give back {amount} that you paid for your membership. Perhaps you "
        "did not recognise the line on your statement; then please tell your bank that it is in "
        "order.\n"
        "\n"
        "If you want the money back, you need no dispute: answer this mail and we return it. "
        "Nothing changes for your membership while this is open. Your payments are here:\n"
        "{page}\n"
    )
    return _("Your bank disputes a payment to us"), body.format(amount=_amount(amount), page=page)


def dispute_over(*, amount: Money, kept: bool, until: date | None, page: str) -> tuple[str, str]:
    """A dispute has ended: the payment stays with us, or went back to the member."""
    if kept:
        body = _("The dispute about {amount} is over, and your payment stands.\n")
    else:
        body = _("The dispute about {amount} is over, and your bank has returned it to you.\n")
    body = body.format(amount=_amount(amount))
    if until:
        body += "\n" + _(
            "Your membership lasts up to {until}. You can join again any day.\n"
        ).format(until=date_format(until, "j F Y"))
    body += "\n" + _("Your payments are here:\n{page}\n").format(page=page)
    return _("A dispute is over"), body


def question(words: str) -> tuple[str, str]:
    """A steward asks something about a payment."""
    body = _(
        "A steward has looked at how your membership is paid and asks:\n"
        "\n"
        "{words}\n"
        "\n"
        "Please answer this mail. Nothing has changed for your membership.\n"
    )
    return _("A question about your dues"), body.format(words=words)


def standing_ended(*, reason: str, refund: Money | None, rules: str) -> tuple[str, str]:
    """Two stewards have ended a membership."""
    body = _("Two stewards have ended your membership. The reason they give:\n\n{reason}\n").format(
        reason=reason
    )
    if refund:
        body += "\n" + _(
            "What you paid for the current period, {amount}, is on its way back.\n"
        ).format(amount=_amount(refund))
    body += "\n" + _(
        "You can appeal. The members decide: any member can propose a resolution that lifts this, "
        "and if it is adopted you can join again. Votes whose roll you are already on stay open to "
        "you. How a resolution is proposed:\n"
        "{rules}\n"
    ).format(rules=rules)
    return _("Your membership has been ended"), body


def ending_lifted(*, page: str) -> tuple[str, str]:
    """The members lifted the ending of a membership."""
    body = _(
        "The members have decided that you can be a member again. You are welcome back here:\n"
        "{page}\n"
    )
    return _("You can join again"), body.format(page=page)


def _amount(money: Money) -> str:
    return money.format(get_language() or "en")
