"""Rounds and applications for the walk: one that takes applications, one that is being read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from funding.grants import actions
from funding.grants.actions import Call
from funding.grants.models import Application, Attachment, Round
from funding.grants.rubric import Criterion
from kernel.money import Money
from members.models import Person, Program, RoleGrant

_BY = Program("test")
_PLAN = b"%PDF-1.7 a plan"
_SCORES = {"reach": 4, "craft": 3}


@dataclass(frozen=True, slots=True)
class Grants:
    """What the member applies for, and what the steward looks after without having an interest.

    ``draft`` is the member's in ``open``; ``declined`` theirs in ``read``. The others are in
    ``read`` too: ``undeclared`` the steward has said nothing of, ``screened`` waits to be checked,
    ``reviewed`` for their review, and ``standing`` asks members to put it on the ballot.
    """

    open: Round
    read: Round
    draft: Application
    file: Attachment
    declined: Application
    undeclared: Application
    screened: Application
    reviewed: Application
    standing: Application
    reviewer: Person

    @property
    def answers(self) -> dict[str, Any]:
        """What the member would type into their draft."""
        return {
            **{name: value for name, value in typed("250").items() if isinstance(value, str)},
            "seen": str(self.draft.draft.number),
            **_rows("budget", ("what", "amount"), ("Work", "250")),
            **_rows(
                "milestones",
                ("title", "criteria", "due", "amount"),
                ("Ship", "It runs", "2099-06-30", "250"),
            ),
        }

    @property
    def team(self) -> dict[str, Any]:
        """Whom the member would name."""
        row = ("Tom", "tom@example.org", "writes")
        return _rows("team", ("name", "email", "role"), row)


def typed(ask: str, title: str = "Receipts one owns") -> dict[str, Any]:
    return {
        "title": title,
        "summary": "A wallet for receipts.",
        "who": "Whoever shops.",
        "how": "Two of us, in the evenings.",
        "ask": ask,
        "website": "https://example.org/receipts",
        "budget": [{"what": "Work", "amount": ask}],
        "milestones": [
            {"title": "Ship", "criteria": "It runs", "due": "2099-06-30", "amount": ask}
        ],
    }


def set_grants(member: Person, steward: Person, others: list[Person], now: datetime) -> Grants:
    """``others`` are members without an office; the first of them is a steward from here on."""
    colleague, reviewer, second, *applicants = others
    RoleGrant.objects.get_or_create(
        person=colleague, role="steward", basis="grants", defaults={"starts_on": now.date()}
    )
    taking = _round("Receipts", now - timedelta(days=2), now + timedelta(days=20), now)
    read = _round("Prices", now - timedelta(days=30), now - timedelta(days=1), now)
    at = now - timedelta(days=2)
    for person in (steward, second):
        actions.name_reviewer(round=read, person=person, by=colleague, at=now)
    draft = actions.begin_application(round=taking, by=member, at=now)
    draft.draft = actions.save_draft(
        application=draft, content=typed("250"), seen=1, by=member, at=now
    )
    file = actions.attach_file(application=draft, name="plan.pdf", data=_PLAN, by=member, at=now)
    names = ("Undeclared", "Screened", "Reviewed")
    sent = [
        _sent(read, person, f"{name} project", at)
        for person, name in zip(applicants, names, strict=False)
    ]
    standing = _sent(read, applicants[0], "A project that stands", at)
    declined = _sent(read, member, "A project of the member's", at)
    actions.end_call(round=read, by=_BY, at=now)
    for application in (*sent, standing, declined):
        actions.begin_screening(application=application, by=_BY, at=now)
    for application in (*sent[1:], standing, declined):
        for person in (colleague, second, steward):
            _free(application, person, now)
    for application in (sent[2], standing):
        actions.find_eligible(application=application, reasons="It fits.", by=colleague, at=now)
        actions.review(application=application, scores=_SCORES, comment="Good.", by=second, at=now)
    actions.review(application=standing, scores=_SCORES, comment="Good.", by=steward, at=now)
    actions.decline(application=standing, reasons="Too small.", by=colleague, at=now)
    actions.ask_members(application=standing, by=standing.applicant, at=now)
    actions.find_ineligible(application=declined, reasons="For shops.", by=colleague, at=now)
    undeclared, screened, reviewed = sent
    return Grants(
        open=taking,
        read=read,
        draft=draft,
        file=file,
        declined=declined,
        undeclared=undeclared,
        screened=screened,
        reviewed=reviewed,
        standing=standing,
        reviewer=reviewer,
    )


def _round(title: str, opens_at: datetime, closes_at: datetime, now: datetime) -> Round:
    euros = settings.CURRENCY
    round = actions.open_round(
        call=Call(
            title=title,
            purpose="Small tools with which customers keep what is theirs.",
            small=False,
            budget=Money(1_000_000, euros),
            smallest=Money(10_000, euros),
            largest=Money(500_000, euros),
            criteria=(
                Criterion("reach", "Who it helps", "1: nobody, 5: many", 60),
                Criterion("craft", "Whether it can be done", "1: hardly, 5: surely", 40),
            ),
            hold_back=10,
            opens_at=opens_at,
            closes_at=closes_at,
            hear_by=now + timedelta(days=30),
            vote_days=7,
            vote_quorum="1/10",
            sponsors_needed=3,
        ),
        basis=f"{settings.PUBLIC_ORIGIN}/proposals/{title.lower()}/",
        by=_BY,
        at=opens_at,
    )
    return actions.begin_call(round=round, by=_BY, at=opens_at)


def _sent(round: Round, person: Person, title: str, at: datetime) -> Application:
    begun = actions.begin_application(round=round, by=person, at=at)
    draft = actions.save_draft(
        application=begun, content=typed("250", title), seen=1, by=person, at=at
    )
    actions.submit_application(application=begun, seen=draft.number, by=person, at=at)
    return Application.objects.with_version().get(pk=begun.pk)


def _free(application: Application, person: Person, at: datetime) -> None:
    actions.declare_interest(application=application, conflicted=False, why="", by=person, at=at)


def _rows(prefix: str, names: tuple[str, ...], row: tuple[str, ...]) -> dict[str, str]:
    return {
        f"{prefix}-TOTAL_FORMS": "1",
        f"{prefix}-INITIAL_FORMS": "0",
        **{f"{prefix}-0-{name}": value for name, value in zip(names, row, strict=True)},
    }
