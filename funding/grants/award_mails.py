"""What we write to projects about their award: subject and body, in the recipient's language."""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from funding.grants.mails import Mail
from funding.grants.models import Award, Milestone
from kernel.money import Money


def committed(award: Award) -> Mail:
    return _about(award), _page(
        award,
        _(
            "{amount} is set aside for “{title}”. Next we write the agreement, and you read and "
            "accept it. Please also name the account that the money goes to."
        ).format(amount=_amount(award.amount), title=award.title),
    )


def offered(award: Award) -> Mail:
    return _about(award), _page(
        award, _("The agreement about your award is written. Please read it, and accept it there.")
    )


def agreed(award: Award) -> Mail:
    return _about(award), _page(
        award,
        _("You and we have accepted the agreement. Your milestones and their days are there."),
    )


def sent_back(milestone: Milestone, *, reasons: str) -> Mail:
    return _about(milestone.award), _page(
        milestone.award,
        _("Something is missing for “{title}”:\n\n{reasons}").format(
            title=milestone.title, reasons=reasons
        ),
    )


def accepted(milestone: Milestone) -> Mail:
    return _about(milestone.award), _page(
        milestone.award,
        _("“{title}” is reached. Two people now approve its payment.").format(title=milestone.title)
        if milestone.minor
        else _("“{title}” is accepted. Thank you.").format(title=milestone.title),
    )


def amendment_decided(milestone: Milestone, *, accepted: bool, answer: str) -> Mail:
    said = (
        _("What you asked to change in “{title}” is changed.")
        if accepted
        else _("What you asked to change in “{title}” stays as it was agreed.")
    ).format(title=milestone.title)
    return _about(milestone.award), _page(milestone.award, f"{said}\n\n{answer}".strip())


def due_soon(milestone: Milestone) -> Mail:
    return _about(milestone.award), _page(
        milestone.award,
        _(
            "“{title}” is due on {day}. If you need longer, ask for it there before that day."
        ).format(title=milestone.title, day=_day(milestone.due_on)),
    )


def overdue(milestone: Milestone) -> Mail:
    return _about(milestone.award), _page(
        milestone.award,
        _(
            "“{title}” was due on {day}, and you have not shown it yet. Show what there is, or "
            "ask for more time: a word from you is enough for us to talk about it."
        ).format(title=milestone.title, day=_day(milestone.due_on)),
    )


def confirm_account(*, masked: str, link: str, until: datetime) -> Mail:
    return _("Is this your account?"), _(
        "Somebody signed in as you named this account for money from Customer Commons:\n\n"
        "{masked}\n\n"
        "If that was you, confirm it by {until}:\n{link}\n\n"
        "Nothing is paid to it before you do, and for three days after. If it was not you, please "
        "answer this mail at once.\n"
    ).format(masked=masked, link=link, until=date_format(until, "j F Y"))


def account_confirmed(*, masked: str, payable_from: datetime) -> Mail:
    return _("Your account is confirmed"), _(
        "The account {masked} is confirmed. Money can be paid to it from {day} on. If you did not "
        "do this, please answer this mail at once: that is what the days in between are for.\n"
    ).format(masked=masked, day=date_format(payable_from, "j F Y, H:i"))


def paid(award: Award, *, milestone: Milestone, on: date, reference: str) -> Mail:
    return _("Money is on your account"), _page(
        award,
        _(
            "We paid {amount} for “{title}” on {day}. Our bank calls it {reference}. Keep this "
            "mail as your receipt."
        ).format(
            amount=_amount(milestone.amount),
            title=milestone.title,
            day=_day(on),
            reference=reference,
        ),
    )


def came_back(award: Award, *, milestone: Milestone) -> Mail:
    return _about(award), _page(
        award,
        _(
            "Our payment for “{title}” came back to us from your bank. Please look whether the "
            "account that you named is right; then we pay again."
        ).format(title=milestone.title),
    )


def ended(award: Award, *, reason: str) -> Mail:
    return _about(award), _page(
        award, _("Your award has ended before its time:\n\n{reason}").format(reason=reason)
    )


def closed(award: Award) -> Mail:
    return _about(award), _page(
        award, _("Everything is delivered, paid and reported. Thank you for building this.")
    )


def _about(award: Award) -> str:
    return _("Your award from “{round}”").format(round=award.application.round.title)


def _page(award: Award, said: str) -> str:
    address = f"{settings.SITE_ORIGIN}{award.get_absolute_url()}"
    return f"{said}\n\n{_('Your award is here:')}\n{address}\n"


def _amount(amount: Money) -> str:
    return amount.format(get_language() or "en")


def _day(day: date) -> str:
    return date_format(day, "j F Y")
