"""What an award agreement says: the steps of the money, and the hash of the text. Pure.

The milestones are those that members voted on. What the round holds back is taken off each of them
and is paid with the final report, so that the parts always sum to the award.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

# How long after the last milestone the final report is due.
REPORT_WITHIN = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Promise:
    """A milestone as the application asked for it."""

    title: str
    criteria: str
    due_on: date
    minor: int


@dataclass(frozen=True, slots=True)
class Step:
    """A milestone as it is agreed: what is paid once its criteria are met.

    One that is ``on_award`` is paid as soon as both have accepted. The ``final`` one is the report;
    it pays what was held back, which may be nothing.
    """

    title: str
    criteria: str
    due_on: date
    minor: int
    on_award: bool = False
    final: bool = False


def steps(
    promises: Sequence[Promise], *, hold_back: int, on_award: bool, report: Step
) -> tuple[Step, ...]:
    """The steps of an award, whose minor units sum to those of ``promises``.

    ``hold_back`` are hundredths; of each milestone so much is paid as is left of it, rounded down.
    ``report`` says in words what the final report is; its day and what it pays are found here.
    Raises ``ValueError`` for no promises and for a hold-back outside of 0 to 100.
    """
    if not promises or not 0 <= hold_back <= 100:
        raise ValueError("an award has milestones, and holds back between nothing and all")
    parts = [promise.minor * (100 - hold_back) // 100 for promise in promises]
    held = sum(promise.minor for promise in promises) - sum(parts)
    last = max(promise.due_on for promise in promises)
    agreed = [
        Step(
            title=promise.title,
            criteria=promise.criteria,
            due_on=promise.due_on,
            minor=part,
            on_award=on_award,
        )
        for promise, part in zip(promises, parts, strict=True)
    ]
    final = Step(
        title=report.title,
        criteria=report.criteria,
        due_on=_report_day(last),
        minor=held,
        final=True,
    )
    return (*agreed, final)


def digest(text: str) -> str:
    """SHA-256 in hex of the text as it is stored: with ``\\n`` for line ends."""
    return hashlib.sha256(tidy(text).encode()).hexdigest()


def tidy(text: str) -> str:
    """The text as it is stored, hashed and shown."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip() + "\n"


def _report_day(last: date) -> date:
    try:
        return last + REPORT_WITHIN
    except OverflowError:
        return date.max
