"""Leaving while one stands for an office: what holds one back, and what is left of a candidate."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.mail import EmailMessage

from governance.proposals import actions, stages
from governance.proposals.kind_forms import ElectionContent
from governance.proposals.models import Nomination, Proposal
from kernel.refusal import Refused
from members import actions as members
from members import export, leaving
from members.models import Person
from tests.conftest import NOW
from tests.governance.proposals.conftest import MakePerson, fresh, support
from tests.governance.proposals.deciding import adopt_all_rules, cast, poll_of, propose, work
from tests.members.test_leaving import CANARY, go, where_is

DAY = timedelta(days=1)


@pytest.fixture
def candidate(make_person: MakePerson) -> Person:
    person = make_person("Dan")
    Person.objects.filter(pk=person.pk).update(
        email=f"{CANARY}@example.org", display_name=CANARY.title()
    )
    person.refresh_from_db()
    return person


@pytest.fixture
def election(
    db: None, tmp_path: Path, ada: Person, bob: Person, cyd: Person, candidate: Person
) -> Proposal:
    """An election in which three stand; one of them is planted everywhere a candidate can be."""
    adopt_all_rules(tmp_path, at=NOW - DAY)
    made = propose("elect_stewards", ada, ElectionContent(seats=1, term_days=365))
    support(made, bob, cyd)
    for person in (bob, cyd, candidate):
        actions.stand(
            proposal=made,
            statement=f"I am {person} and I read every account.",
            interests=f"The shop of {person}.",
            by=person,
            at=NOW,
        )
    return fresh(made)


def test_who_stands_steps_back_before_leaving(
    election: Proposal, candidate: Person, mailoutbox: list[EmailMessage]
) -> None:
    [open_] = leaving.duties(candidate, NOW)
    assert open_ == "You stand in “Election of stewards”. Step back there first."
    with pytest.raises(Refused) as refused:
        members.send_leaving_code(person=candidate, by=candidate, at=NOW)
    assert refused.value.code == "duties-open"
    nomination = Nomination.objects.get(nominee=candidate)
    told = export.everything(candidate, NOW)["parts"]["proposals"]["candidacies"]
    assert [one["statement"] for one in told] == [nomination.statement]
    actions.step_back(nomination=nomination, by=candidate, at=NOW)
    go(candidate, mailoutbox)
    assert where_is(CANARY) == set()


def test_nothing_names_a_candidate_who_has_left_and_the_election_goes_on(
    election: Proposal,
    bob: Person,
    candidate: Person,
    make_person: MakePerson,
    mailoutbox: list[EmailMessage],
) -> None:
    voters = [make_person(f"Voter {number}") for number in range(3)]
    while fresh(election).stage != stages.VOTING:
        ends_at = fresh(election).ends_at
        assert ends_at
        work(ends_at)
    poll = poll_of(election)
    work(poll.opens_at)
    poll = poll_of(election)
    by_person = {one.nominee: one for one in election.nominations.all()}
    for voter in voters:
        cast(poll, voter, by_person[candidate].option, by_person[bob].option, at=poll.opens_at)
    settled = by_person[candidate].sha256
    assert settled in str(poll.manifest)
    assert where_is(CANARY) >= {
        f"proposals_nomination.{column}" for column in ("name", "statement", "interests")
    }

    go(candidate, mailoutbox, poll.opens_at)
    assert where_is(CANARY) == set()
    left = Nomination.objects.get(pk=by_person[candidate].pk)
    assert (left.sha256, left.salt, left.erased_at) == (settled, "", poll.opens_at)

    work(poll.closes_at)
    decided = fresh(election)
    assert decided.stage == stages.ADOPTED
    # Members elected whoever has left: nobody is seated in their place, and no count is redone.
    assert not decided.seats.exists()
    labels = {option.label for option in poll_of(election).choices}
    assert labels == {"Bob", "Cyd", "somebody whose name was erased"}
