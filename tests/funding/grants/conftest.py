"""A grant round with its people, and how an application gets as far as a test needs it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings

from funding.grants import actions
from funding.grants.actions import Call
from funding.grants.models import Application, Round
from funding.grants.rubric import Criterion
from kernel.money import Money
from members.models import Person
from tests.conftest import NOW, TEST

REACH = Criterion("reach", "Who it helps", "1: nobody, 5: many", 60)
CRAFT = Criterion("craft", "Whether it can be done", "1: hardly, 5: surely", 40)
CALL = Call(
    title="Receipts",
    purpose="Small tools with which customers keep their own receipts.",
    small=False,
    budget=Money(1_000_000, "EUR"),
    smallest=Money(10_000, "EUR"),
    largest=Money(500_000, "EUR"),
    criteria=(REACH, CRAFT),
    hold_back=10,
    opens_at=NOW,
    closes_at=NOW + timedelta(days=20),
    hear_by=NOW + timedelta(days=40),
    vote_days=7,
    vote_quorum="1/10",
    sponsors_needed=2,
)
OPEN = NOW + timedelta(days=1)
READING = NOW + timedelta(days=21)
SCORES = {"reach": 4, "craft": 3}
DRAFT: dict[str, Any] = {
    "title": "Receipts one owns",
    "summary": "A wallet for receipts.",
    "who": "Whoever shops.",
    "how": "Two of us, in the evenings.",
    "ask": "2500",
    "done": "Ten shops send receipts to it.",
    "done_by": "2027-06-30",
    "budget": [{"what": "Work", "amount": "2500"}],
    "milestones": [
        {"title": "Ship", "criteria": "Ten shops", "due": "2027-06-30", "amount": "2500"}
    ],
}

Persons = Callable[..., Person]
Opened = Callable[..., Round]
Sent = Callable[..., Application]


@pytest.fixture
def sam(make_person: Persons) -> Person:
    """A steward."""
    return make_person("Sam", role="steward")


@pytest.fixture
def sue(make_person: Persons) -> Person:
    """Another steward."""
    return make_person("Sue", role="steward")


@pytest.fixture
def rex(make_person: Persons) -> Person:
    """Reviews."""
    return make_person("Rex")


@pytest.fixture
def rhea(make_person: Persons) -> Person:
    """Reviews too."""
    return make_person("Rhea")


@pytest.fixture
def pia(make_person: Persons) -> Person:
    """Applies, and is no member."""
    return make_person("Pia", standing=False)


@pytest.fixture
def opened(sam: Person, rex: Person, rhea: Person) -> Opened:
    """``opened()``: a round that takes applications, with two reviewers."""

    def make(**changes: Any) -> Round:
        number = Round.objects.count()
        round = actions.open_round(
            call=replace(CALL, **changes),
            basis=f"{settings.PUBLIC_ORIGIN}/proposals/{number}/",
            by=TEST,
            at=NOW - timedelta(days=2),
        )
        round = actions.begin_call(round=round, by=TEST, at=NOW)
        for person in (rex, rhea):
            actions.name_reviewer(round=round, person=person, by=sam, at=NOW)
        return round

    return make


@pytest.fixture
def round(opened: Opened) -> Round:
    return opened()


def write(application: Application, at: datetime = OPEN, **changes: Any) -> int:
    """Type a whole application; answers the number of the draft."""
    seen = application.draft.number
    draft = actions.save_draft(
        application=application,
        content={**DRAFT, **changes},
        seen=seen,
        by=application.applicant,
        at=at,
    )
    application.draft = draft
    return draft.number


@pytest.fixture
def sent(round: Round) -> Sent:
    """``sent(pia)``: an application that was sent; ``title=`` and so on change what it says."""

    def make(person: Person, *, to: Round | None = None, **changes: Any) -> Application:
        begun = actions.begin_application(round=to or round, by=person, at=OPEN)
        actions.submit_application(
            application=begun, seen=write(begun, **changes), by=person, at=OPEN
        )
        return Application.objects.with_version().get(pk=begun.pk)

    return make


def end_call(round: Round) -> None:
    """The call is over, and what was sent is screened."""
    actions.end_call(round=round, by=TEST, at=READING)
    for application in round.applications.filter(stage="submitted"):
        actions.begin_screening(application=application, by=TEST, at=READING)


def declare(application: Application, *people: Person) -> None:
    """Say of each that they have no interest."""
    for person in people:
        actions.declare_interest(
            application=application, conflicted=False, why="", by=person, at=READING
        )


def to_review(application: Application, steward: Person) -> None:
    actions.find_eligible(application=application, reasons="It fits.", by=steward, at=READING)


def reviewed(application: Application, *people: Person) -> None:
    for person in people:
        actions.review(
            application=application, scores=SCORES, comment="Good.", by=person, at=READING
        )
