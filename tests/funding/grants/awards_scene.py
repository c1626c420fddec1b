"""An award to try things on: a round that is decided, a fund that is filled, six people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from funding.grants import application_stages, asking, round_stages
from funding.grants.models import (
    Application,
    ApplicationVersion,
    Interest,
    Round,
)
from funding.ledger import actions as ledger
from funding.ledger import chart
from funding.ledger.entries import LegSpec
from kernel.money import Money
from members.models import Person, RoleGrant
from tests.conftest import NOW, TEST

IBAN = "DE89370400440532013000"
OTHER_IBAN = "NL91ABNA0417164300"
CRITERIA = [{"name": "use", "title": "Use", "weight": 100, "guidance": "1: none, 5: great"}]


@dataclass(frozen=True, slots=True)
class Scene:
    """Who there is. ``stewards`` have said of the application that they have no interest in it."""

    round: Round
    application: Application
    applicant: Person
    stewards: tuple[Person, Person, Person]
    treasurer: Person


def a_round(
    *,
    budget: int = 500_000,
    large: bool = False,
    hold_back: int = 0,
    title: str = "Seed grants",
) -> Round:
    """A round whose call is over; it counts as decided without a vote."""
    return Round.objects.create(
        title=title,
        purpose="Tools that people own.",
        form=Round.Form.LARGE if large else Round.Form.SMALL,
        stage=round_stages.DECIDED,
        budget_minor=budget,
        smallest_minor=1,
        largest_minor=budget,
        currency="EUR",
        criteria=CRITERIA,
        hold_back=hold_back,
        opens_at=NOW - timedelta(days=90),
        closes_at=NOW - timedelta(days=60),
        hear_by=NOW - timedelta(days=30),
        vote_days=14,
        vote_quorum="1/10",
        sponsors_needed=5,
        basis=f"https://example.org/proposals/{Round.objects.count()}/",
        adopted_at=NOW - timedelta(days=100),
        decided_at=NOW,
    )


def an_application(
    round: Round,
    applicant: Person,
    *,
    ask: int = 120_000,
    milestones: int = 1,
    title: str = "A wallet of one’s own",
) -> Application:
    """A project that was chosen: its version asks for ``ask`` in ``milestones`` equal parts."""
    parts = [ask // milestones] * milestones
    parts[-1] += ask - sum(parts)
    asked = asking.Ask(
        title=title,
        summary="A small tool.",
        answers={"who": "Us.", "how": "With care."},
        amount=Money(ask, round.currency),
        budget=(),
        milestones=tuple(
            asking.Milestone(f"Part {n + 1}", "It runs.", date(2027, 3 + n, 1), part)
            for n, part in enumerate(parts)
        ),
        terms=(),
    )
    application = Application.objects.create(
        round=round, applicant=applicant, begun_at=NOW - timedelta(days=70)
    )
    version = ApplicationVersion.objects.create(
        application=application,
        number=1,
        title=asked.title,
        summary=asked.summary,
        content=asked.as_content(),
        sha256=asked.sha256(application=str(application.pk), number=1),
        ask_minor=ask,
        currency=round.currency,
        sent_at=NOW - timedelta(days=65),
    )
    Application.objects.filter(pk=application.pk).update(
        version=version, stage=application_stages.AWARDED, named_at=NOW - timedelta(days=20)
    )
    application.refresh_from_db()
    return application


def declares_none(person: Person, application: Application) -> None:
    Interest.objects.create(
        application=application, person=person, conflicted=False, declared_at=NOW
    )


def fill_bank(minor: int, currency: str = "EUR", key: str = "test:settled") -> None:
    """Dues that have settled: earned, and in the bank by its statements."""
    amount = Money(minor, currency)
    ledger.post(
        source_key=key,
        description="Dues that reached the bank",
        legs=[LegSpec(chart.BANK, amount), LegSpec(chart.DUES, -amount)],
        effective_on=NOW.date(),
        by=TEST,
        at=NOW,
    )


def set_scene(
    make_person: Callable[..., Person],
    *,
    budget: int = 500_000,
    ask: int = 120_000,
    large: bool = False,
    milestones: int = 1,
    hold_back: int = 0,
    settled: int = 500_000,
    title: str = "A wallet of one’s own",
    round_title: str = "Seed grants",
) -> Scene:
    round = a_round(budget=budget, large=large, hold_back=hold_back, title=round_title)
    applicant = make_person("Noor", standing=False)
    stewards = (
        make_person("Sam", role=RoleGrant.Role.STEWARD),
        make_person("Sue", role=RoleGrant.Role.STEWARD),
        make_person("Sid", role=RoleGrant.Role.STEWARD),
    )
    treasurer = make_person("Tea", role=RoleGrant.Role.TREASURER)
    application = an_application(round, applicant, ask=ask, milestones=milestones, title=title)
    for steward in stewards:
        declares_none(steward, application)
    if settled:
        fill_bank(settled)
    return Scene(round, application, applicant, stewards, treasurer)
