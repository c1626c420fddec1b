"""What waits for a steward: each kind of case, and the two or three things one can do about it.

Nobody is expelled, and no book is changed, because a program saw something: it opens a case.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


@dataclass(frozen=True, slots=True)
class Way:
    """Something a steward can do, always with a reason. ``closes``: the case is over then.

    ``mails`` says that the people whom the case is about are written to, with the reason.
    """

    name: str
    label: StrPromise
    closes: bool = True
    mails: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of case: its title, and what was seen, in a sentence with the details in it."""

    name: str
    title: StrPromise
    seen: StrPromise
    ways: tuple[Way, ...]
    # Whether a refund, or ending the membership, may be what follows.
    may_refund: bool = False
    may_end: bool = False


DISPUTE = "dispute"
ONE_CARD = "one-card"
BUSINESS = "business"
ATTESTATION = "attestation"
REFUND_FAILED = "refund-failed"
UNBOOKED = "unbooked"
CHANGED = "changed"
BALANCE = "balance"
DEAD_LETTER = "dead-letter"
VERSION = "api-version"
PAYOUT_LATE = "payout-late"
PAYOUT_FAILED = "payout-failed"
BANK_LINE = "bank-line"

_EXPLAINED = Way("explained", _("It is all right: close it with the reason"))
_ASK = Way("ask", _("Write to them and ask"), closes=False, mails=True)
_DONE = Way("done", _("It was put right at Stripe or in the books: close it"))
_AGAIN = Way("try-again", _("Ask Stripe again and apply what it says"))

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            DISPUTE,
            _("A bank takes a payment back"),
            _("The payer's bank disputes %(amount)s, and Stripe holds it back meanwhile."),
            (
                Way("answered", _("Evidence was sent at Stripe"), closes=False),
                Way("accepted", _("We do not contest it: close it with the reason")),
                _ASK,
            ),
        ),
        Kind(
            ONE_CARD,
            _("One card pays for several members"),
            _("The same card has paid for %(members)s members."),
            (_EXPLAINED, _ASK),
            may_end=True,
        ),
        Kind(
            BUSINESS,
            _("A business may be paying"),
            _("The name or the tax number of a business was given with a payment."),
            (_EXPLAINED, _ASK),
            may_refund=True,
            may_end=True,
        ),
        Kind(
            ATTESTATION,
            _("A yearly confirmation is missing"),
            _("It was last confirmed on %(last)s, and two months have passed since we asked."),
            (_EXPLAINED, _ASK),
            may_end=True,
        ),
        Kind(
            REFUND_FAILED,
            _("A refund did not go through"),
            _("%(amount)s could not be returned. The money is with us."),
            (_DONE, _ASK),
            may_refund=True,
        ),
        Kind(
            UNBOOKED,
            _("Money moved at Stripe that is not in the books"),
            _("Stripe's balance has a line (%(category)s, %(amount)s) that no entry books."),
            (
                _AGAIN,
                Way("book-as-fee", _("Book it as a fee of Stripe's")),
                _DONE,
            ),
        ),
        Kind(
            CHANGED,
            _("Stripe says something else than before"),
            _("Stripe's line %(transaction)s is %(now)s; the books have %(before)s."),
            (_DONE, _EXPLAINED),
        ),
        Kind(
            BALANCE,
            _("Stripe's balance is not what the books say"),
            _("Stripe holds %(stripe)s for us; the books say %(books)s, with nothing on its way."),
            (_DONE, _EXPLAINED),
        ),
        Kind(
            DEAD_LETTER,
            _("Something from Stripe could not be applied"),
            _("%(object)s was tried %(attempts)s times. The last problem: %(error)s"),
            (_AGAIN, _EXPLAINED),
        ),
        Kind(
            VERSION,
            _("Stripe writes in another version than we read"),
            _("An event came in version %(theirs)s; this program reads %(ours)s."),
            (_DONE, _EXPLAINED),
        ),
        Kind(
            PAYOUT_LATE,
            _("A payout has not reached the bank"),
            _("%(amount)s should have been in the bank on %(day)s, and no statement shows it."),
            (_DONE, _EXPLAINED),
        ),
        Kind(
            PAYOUT_FAILED,
            _("A payout failed"),
            _("The bank did not take %(amount)s; it is back in Stripe's balance."),
            (_DONE, _EXPLAINED),
        ),
        Kind(
            BANK_LINE,
            _("A line of the bank's that nothing explains"),
            _("On %(day)s the bank booked %(amount)s, and nothing in the books is that."),
            (
                Way("match", _("Look again for what it belongs to"), closes=False),
                _EXPLAINED,
            ),
        ),
    )
}
