"""What only members decide about dues, by a vote: the amounts, and lifting an ending."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from funding.dues import actions, kindness_sweeps, plans
from funding.dues.models import Ending, Plan, Scale, Subscription
from governance.proposals import stages
from governance.proposals.models import Proposal
from governance.voting.models import Poll
from governance.voting.sweeps import open_due
from kernel.refusal import Refused
from members.models import OutgoingMail, Person
from tests.conftest import NOW
from tests.funding.dues.conftest import Till
from tests.governance.proposals.conftest import MakePerson, advance, fresh, resolve
from tests.governance.proposals.deciding import (
    adopt_all_rules,
    decide,
    entries,
    no,
    poll_of,
    propose,
    yes,
)

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def all_rules(db: None, tmp_path: Path) -> None:
    adopt_all_rules(tmp_path, at=NOW - DAY)


@pytest.fixture
def people(make_person: MakePerson) -> list[Person]:
    return [make_person(f"Member {number}") for number in range(12)]


def dearer() -> plans.ScaleSpec:
    """The amounts in force, with a standard month at six euros."""
    scale = actions.scale_in_force()
    assert scale
    content = scale.as_content()
    content["month"]["standard"] = 600
    return plans.read(content)


def standard_month() -> Plan:
    return Plan.objects.on_offer().get(level="standard", interval="month")


@pytest.mark.parametrize(("ayes", "noes", "stage"), [(6, 1, "adopted"), (1, 6, "rejected")])
def test_the_amounts_change_by_a_vote_and_who_pays_keeps_paying_what_they_chose(
    till: Till, people: list[Person], newcomer: Person, ayes: int, noes: int, stage: str
) -> None:
    till.join(newcomer, "standard", "month")
    before = standard_month()
    ada, bob, cyd, *others = people
    votes = yes(*others[:ayes]) + no(*others[ayes : ayes + noes])
    proposal = decide(propose("dues_amounts", ada, dearer()), votes, sponsors=(bob, cyd))
    assert proposal.stage == stage
    now = standard_month()
    assert now.minor == (600 if stage == stages.ADOPTED else 500)
    assert Subscription.objects.get().plan == before
    if stage == stages.ADOPTED:
        scale = Scale.objects.in_force()
        assert scale
        assert scale.basis == proposal.public_url
        # It is sold once Stripe has its price, which a sweep makes.
        assert kindness_sweeps.prices(proposal.since) == 1
        with pytest.raises(Refused) as refused:
            propose("dues_amounts", ada, dearer(), at=proposal.since)
        assert refused.value.code == "amounts-stand"


def ended(person: Person, stewards: list[Person], at: datetime) -> Ending:
    ending = actions.propose_ending(person=person, reason="A firm pays.", by=stewards[0], at=at)
    actions.confirm_ending(ending=ending, by=stewards[1], at=at)
    ending.refresh_from_db()
    return ending


def test_an_ending_is_lifted_by_what_members_adopted_after_it(
    till: Till, people: list[Person], newcomer: Person, make_person: MakePerson
) -> None:
    stewards = [make_person(f"Steward {number}", role="steward") for number in range(2)]
    ada, bob, cyd, *others = people
    earlier = decide(resolve(ada), yes(*others[:6]), sponsors=(bob, cyd))
    till.join(newcomer)
    late = earlier.since + DAY
    ending = ended(newcomer, stewards, late)

    def lift(resolution: Proposal) -> None:
        actions.lift_ending(ending=ending, resolution=resolution.pk, by=stewards[0], at=late)

    rejected = decide(resolve(ada, title="Lift it", at=late), no(*others[:6]), sponsors=(bob, cyd))
    for wrong in (earlier, rejected):
        with pytest.raises(Refused) as refused:
            lift(wrong)
        assert refused.value.code == "no-such-resolution"
    adopted = decide(
        resolve(ada, title="Lift it now", at=late), yes(*others[:6]), sponsors=(bob, cyd)
    )
    lift(adopted)
    ending.refresh_from_db()
    assert (ending.state, ending.resolution) == (Ending.LIFTED, adopted.pk)
    assert entries("standing.ending-lifted")[-1]["resolution"] == adopted.public_url
    assert OutgoingMail.objects.filter(key=f"ending-lifted:{ending.pk}").exists()
    for _twice in range(2):
        till.settle(late)
    assert till.begin(newcomer, at=late)
    with pytest.raises(Refused):
        lift(adopted)


def test_a_roll_that_is_frozen_stands_whatever_ends_after_it(
    people: list[Person], make_person: MakePerson
) -> None:
    stewards = [make_person(f"Steward {number}", role="steward") for number in range(2)]
    ada, bob, cyd, dan, *others = people
    proposal = advance(resolve(ada), stages.VOTING, sponsors=(bob, cyd))
    open_due(proposal.since)
    poll = poll_of(proposal)
    ended(dan, stewards, poll.opens_at)
    assert dan.standing_on(poll.opens_at.date() + DAY) is None
    decided = decide(fresh(proposal), yes(dan, *others[:5]))
    assert decided.stage == stages.ADOPTED
    assert Poll.objects.get(pk=poll.pk).manifest == poll.manifest
