"""The life of a checkout as one table. Pure. A page of the documentation is generated from it.

``STAGES`` says what each stage means; ``MOVES`` is every move there is, who makes it and when.
"""

from __future__ import annotations

from dataclasses import dataclass

PREPARED = "prepared"
OPEN = "open"
PAID = "paid"
REPLACED = "replaced"
EXPIRED = "expired"
FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage by name, with one sentence that says what it means."""

    name: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Move:
    """An allowed move from ``source`` to ``target``: who makes it and, in words, when."""

    name: str
    source: str
    target: str
    who: str
    when_in_words: str


STAGES: dict[str, Stage] = {
    stage.name: stage
    for stage in (
        Stage(PREPARED, "A plan is chosen; the payment page is not there yet."),
        Stage(OPEN, "The payment page can be paid on."),
        Stage(PAID, "The payment is confirmed and in the books."),
        Stage(REPLACED, "The person chose again; the payment page is being closed."),
        Stage(EXPIRED, "The payment page closed unpaid. Nothing was charged."),
        Stage(FAILED, "The payment page could not be made. Nothing was charged."),
    )
}

_PAID_AFTER_ALL = (
    "When Stripe says it is paid, whatever we thought: what happened to the money is the truth."
)

MOVES: tuple[Move, ...] = (
    Move("open", PREPARED, OPEN, "the program", "When Stripe has made the payment page."),
    Move("fail", PREPARED, FAILED, "the program", "When Stripe refuses to make one."),
    Move("choose again", PREPARED, REPLACED, "the person", "On choosing a plan anew."),
    Move("choose again", OPEN, REPLACED, "the person", "On choosing a plan anew."),
    Move("expire", OPEN, EXPIRED, "the program", "When Stripe says that it closed unpaid."),
    Move("pay", PREPARED, PAID, "the program", _PAID_AFTER_ALL),
    Move("pay", OPEN, PAID, "the program", "When Stripe says that the first invoice is paid."),
    Move("pay", REPLACED, PAID, "the program", _PAID_AFTER_ALL),
    Move("pay", EXPIRED, PAID, "the program", _PAID_AFTER_ALL),
    Move("pay", FAILED, PAID, "the program", _PAID_AFTER_ALL),
)


def sources_of(target: str) -> frozenset[str]:
    """Every stage from which ``target`` can be reached in one move."""
    return frozenset(move.source for move in MOVES if move.target == target)
