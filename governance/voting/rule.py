"""What a poll asks and what it takes to carry: options and the rule. Pure.

======================  ==========================================================================
``yes_no``              yes, no or abstain: quorum in favour, majority of yes among yes and no
``approval``            approve of any number; ``seats`` of them, each with quorum and majority
``schulze``             rank, equal ranks allowed; a ``default`` option, quorum and majority
                        against it
``stv``                 rank without equals; ``seats``; quorum is turnout
``equal_shares``        approve of any number of projects; each has a cost, together a ``budget``;
                        quorum is turnout
======================  ==========================================================================
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

YES_NO = "yes_no"
APPROVAL = "approval"
SCHULZE = "schulze"
STV = "stv"
EQUAL_SHARES = "equal_shares"
METHODS = (YES_NO, APPROVAL, SCHULZE, STV, EQUAL_SHARES)
# What a ballot of each is: a ranking, or those approved of.
RANKED = (SCHULZE, STV)
APPROVED = (APPROVAL, EQUAL_SHARES)
# An option of yes_no; in every other method the one choice of a ballot that takes part and chooses
# nothing, and the name of no option.
YES, NO, ABSTAIN = "yes", "no", "abstain"
MOST_OPTIONS = 100


def gettext_noop(text: str) -> str:
    """Mark a text for the translators; who raises it translates it."""
    return text


_ = gettext_noop

_OPTION_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_SHARE = re.compile(r"([0-9]{1,9})/([1-9][0-9]{0,8})")


def text_sha256(text: str) -> str:
    """SHA-256 of ``text`` in UTF-8, as 64 hex digits: how manifests name a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def share(written: str) -> Fraction:
    """The fraction written ``"p/q"``, between 0 and 1. Raises ``ValueError`` for anything else."""
    match = _SHARE.fullmatch(written)
    if match is None or int(match[1]) > int(match[2]):
        raise ValueError(f"not a share between 0 and 1 written p/q: {written!r}")
    return Fraction(int(match[1]), int(match[2]))


class Unfit(ValueError):
    """Options and rule do not go together. ``sentence`` may have ``{names}`` for ``values``."""

    def __init__(self, sentence: str, **values: str | int) -> None:
        super().__init__(sentence.format(**values))
        self.sentence = sentence
        self.values = values


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to choose: ``id`` is what a ballot holds, ``label`` what a person reads.

    An empty label stands for a person, whose name no poll holds: see ``option_names``.

    ``text_sha256`` is the hash of the exact text the option stands for; ``text`` that text, where
    voters are to read it beside the ballot. ``cost`` is in minor units, where money is divided.
    Raises ``ValueError`` for an id that is not lower-case letters, digits and hyphens, and for an
    ill-formed hash.
    """

    id: str
    label: str
    text_sha256: str
    text: str = ""
    cost: int | None = None

    def __post_init__(self) -> None:
        if not _OPTION_ID.fullmatch(self.id):
            raise ValueError(f"not an option id: {self.id!r}")
        if not _SHA256.fullmatch(self.text_sha256):
            raise ValueError(f"not a SHA-256 in hex: {self.text_sha256!r}")


@dataclass(frozen=True, slots=True)
class PollRule:
    """What it takes to carry. Shares are written ``"p/q"``; see ``tally`` for how each is applied.

    ``quorum`` is a share of the roll; ``founding_minimum``, where set, is the least number whatever
    the share. ``majority`` is empty where none is asked for, which ``yes_no`` always does.
    ``default`` is an option's id; ``budget`` is in minor units of ``currency``. Raises
    ``ValueError`` for an unknown method, a share outside 0 to 1, or a majority under a half.
    Whether rule and options go together, :func:`check_fit` says.
    """

    method: str
    quorum: str
    majority: str = ""
    founding_minimum: int | None = None
    seats: int = 1
    default: str = ""
    budget: int | None = None
    currency: str = ""

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise ValueError(f"no such method: {self.method!r}")
        share(self.quorum)
        if (self.majority or self.method == YES_NO) and share(self.majority) < Fraction(1, 2):
            raise ValueError(f"a majority is at least a half: {self.majority!r}")
        if self.founding_minimum is not None and self.founding_minimum < 1:
            raise ValueError("a founding minimum is at least one")

    def needed(self, eligible: int) -> int:
        """How many of a roll of ``eligible`` the quorum takes."""
        return max(ceil(share(self.quorum) * eligible), self.founding_minimum or 0)


def check_fit(rule: PollRule, options: Sequence[Option]) -> None:
    """Raise ``Unfit`` unless these options can be voted on under this rule."""
    ids = [option.id for option in options]
    if len(set(ids)) < len(ids):
        raise Unfit(_("Two options have the same short name."))
    if rule.method == YES_NO:
        if sorted(ids) != [ABSTAIN, NO, YES]:
            raise Unfit(_("This vote needs exactly the options yes, no and abstain."))
    elif ABSTAIN in ids:
        raise Unfit(_("Every ballot can abstain: no option is called so."))
    elif not (1 if rule.method == EQUAL_SHARES else 2) <= len(ids) <= MOST_OPTIONS:
        raise Unfit(
            _("There must be something to choose from, and at most {most} options."),
            most=MOST_OPTIONS,
        )
    for check in (_check_seats, _check_default, _check_majority, _check_money):
        check(rule, options)


def _check_seats(rule: PollRule, options: Sequence[Option]) -> None:
    if rule.method in (APPROVAL, STV):
        if not 1 <= rule.seats <= len(options):
            raise Unfit(
                _("There are {seats} seats and {options} to choose from."),
                seats=rule.seats,
                options=len(options),
            )
    elif rule.seats != 1:
        raise Unfit(_("This way of voting fills no seats."))


def _check_default(rule: PollRule, options: Sequence[Option]) -> None:
    if rule.method != SCHULZE:
        if rule.default:
            raise Unfit(_("Only a ranking of texts has an option to measure the others by."))
    elif rule.default and rule.default not in {option.id for option in options}:
        raise Unfit(_("The option to measure the others by is none of the options."))
    elif not rule.default and (share(rule.quorum) or rule.founding_minimum or _strict(rule)):
        raise Unfit(_("Quorum and majority need an option to measure the others by."))


def _check_majority(rule: PollRule, options: Iterable[Option]) -> None:
    if rule.majority and rule.method in (STV, EQUAL_SHARES):
        raise Unfit(_("This way of voting asks for no majority."))


def _check_money(rule: PollRule, options: Sequence[Option]) -> None:
    costs = {option.label: option.cost for option in options if option.cost is not None}
    if rule.method != EQUAL_SHARES:
        if rule.budget is not None or rule.currency or costs:
            raise Unfit(_("Only a vote that divides money has a budget and costs."))
        return
    if rule.budget is None or rule.budget < 1 or not re.fullmatch("[A-Z]{3}", rule.currency):
        raise Unfit(_("A vote that divides money needs a budget and its currency."))
    for option in options:
        if option.cost is None or option.cost < 1:
            raise Unfit(_("“{label}” needs a cost above nothing."), label=option.label)
        if option.cost > rule.budget:
            raise Unfit(_("“{label}” costs more than the whole budget."), label=option.label)


def _strict(rule: PollRule) -> bool:
    return bool(rule.majority) and share(rule.majority) > Fraction(1, 2)
