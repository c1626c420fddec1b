"""Polls in each stage, and people who vote in them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from governance.voting import actions
from governance.voting.ballots import Receipt
from governance.voting.models import Poll
from governance.voting.rule import Option, PollRule, text_sha256
from governance.voting.voter import Voter
from members.models import Person, Program

TEST = Program("test")
OPTIONS = [
    Option(id=name, label=name.capitalize(), text_sha256=text_sha256(name))
    for name in ("yes", "no", "abstain")
]


@pytest.fixture
def make_poll(db: None, now: datetime) -> Callable[..., Poll]:
    """A scheduled poll whose window begins now and lasts three days."""

    def make(**changes: Any) -> Poll:
        given: dict[str, Any] = {
            "title": "Adopt No stalking 1.0.0",
            "question_text": "Shall we publish this term?",
            "options": OPTIONS,
            "rule": PollRule(method="yes_no", quorum="1/4", majority="1/2"),
            "opens_at": now,
            "closes_at": now + timedelta(days=3),
            "roll_from": now.date() - timedelta(days=14),
            "cutoff": now.date(),
            "min_days": 0,
            "subject_url": "/proposals/",
            "by": TEST,
            "at": now - timedelta(days=14),
        }
        return actions.schedule_poll(**(given | changes))

    return make


@pytest.fixture
def people(make_person: Callable[..., Person]) -> Callable[[int], list[Person]]:
    """So many people in standing."""

    def make(number: int) -> list[Person]:
        return [make_person(f"Member {one}") for one in range(number)]

    return make


@pytest.fixture
def make_open(make_poll: Callable[..., Poll], now: datetime) -> Callable[..., Poll]:
    """An open poll; whoever is in standing by then is on its roll."""

    def make(**changes: Any) -> Poll:
        poll = make_poll(**changes)
        actions.open_poll(poll=poll, at=max(now, poll.opens_at), by=TEST)
        return poll

    return make


def take(poll: Poll, person: Person, at: datetime) -> Voter:
    """A voter with ``person``'s token in ``poll``."""
    voter = Voter(poll.manifest)
    voter.take(actions.issue(poll=poll, prepared=voter.prepared, by=person, at=at))
    return voter


def vote(poll: Poll, person: Person, choice: str, at: datetime) -> tuple[Voter, Receipt]:
    """Take a ballot as ``person`` and cast it."""
    voter = take(poll, person, at)
    ballot = voter.ballot(choice)
    receipt = actions.cast(poll_id=poll.pk, ballot=ballot, at=at)
    voter.check_receipt(ballot, receipt)
    return voter, receipt


def days(number: int) -> timedelta:
    return timedelta(days=number)


def day_before(day: date, number: int) -> date:
    return day - timedelta(days=number)
