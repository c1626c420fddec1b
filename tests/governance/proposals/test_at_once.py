"""Two people, or two workers, make the same move at the same moment: one of them makes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from governance.proposals import actions, stages
from governance.proposals.kind_forms import ElectionContent
from governance.proposals.models import Event, Nomination, Proposal, Reopening, Step
from governance.voting.sweeps import close_due, open_due
from members.models import Person
from tests.conftest import NOW, TEST
from tests.governance.proposals.conftest import MakePerson, advance, fresh, resolve, support
from tests.governance.proposals.deciding import adopt_all_rules, cast, poll_of, propose
from tests.governance.voting.test_concurrency import at_once

pytestmark = pytest.mark.django_db(transaction=True)

Move = Callable[..., Proposal]


@pytest.fixture
def people(transactional_db: None, make_person: MakePerson, tmp_path: Path) -> list[Person]:
    adopt_all_rules(tmp_path, at=NOW - timedelta(days=1))
    return [make_person(f"Member {number}") for number in range(6)]


def twice(move: Move, proposal: Proposal, at: datetime, *, by: Any = TEST) -> list[Any]:
    return at_once([partial(move, proposal=proposal, by=by, at=at) for _ in range(2)])


def one_won(answers: list[Any]) -> bool:
    made = [answer for answer in answers if isinstance(answer, Proposal)]
    refused = [answer for answer in answers if isinstance(answer, str)]
    return (len(made), len(refused)) == (1, 1)


@pytest.mark.parametrize("to", [stages.DISCUSSION, stages.FINAL, stages.VOTING])
def test_the_program_moves_a_proposal_on_once(people: list[Person], to: str) -> None:
    ada, bob, cyd, *_others = people
    before = {
        stages.DISCUSSION: stages.IDEA,
        stages.FINAL: stages.DISCUSSION,
        stages.VOTING: stages.FINAL,
    }[to]
    proposal = resolve(ada)
    if to == stages.DISCUSSION:
        Proposal.objects.filter(pk=proposal.pk).update(sponsors_needed=9)
        support(proposal, bob, cyd)
        Proposal.objects.filter(pk=proposal.pk).update(sponsors_needed=2)
    else:
        proposal = advance(proposal, before, sponsors=(bob, cyd))
    move = {
        stages.DISCUSSION: actions.begin_discussion,
        stages.FINAL: actions.freeze,
        stages.VOTING: actions.open_vote,
    }[to]
    proposal = fresh(proposal)
    assert proposal.stage == before
    assert proposal.ends_at
    at = NOW if to == stages.DISCUSSION else proposal.ends_at
    assert one_won(twice(move, proposal, at))
    assert fresh(proposal).stage == to
    assert Step.objects.filter(proposal=proposal, stage=to).count() == 1
    assert Event.objects.filter(verb=f"proposal.{to}").count() == 1


def test_an_idea_is_withdrawn_once_and_never_while_it_lapses(people: list[Person]) -> None:
    ada, *_others = people
    assert one_won(twice(actions.withdraw, resolve(ada), NOW, by=ada))
    idea = resolve(ada)
    assert idea.ends_at
    ends_at = idea.ends_at
    answers = at_once(
        [
            partial(actions.withdraw, proposal=idea, by=ada, at=ends_at),
            partial(actions.lapse, proposal=idea, by=TEST, at=ends_at),
        ]
    )
    assert one_won(answers)
    assert fresh(idea).steps.count() == 2


def test_a_result_is_carried_out_once(people: list[Person]) -> None:
    ada, bob, cyd, *others = people
    election = support(propose("elect_stewards", ada, ElectionContent(1, 365)), bob, cyd)
    for person in (bob, cyd):
        actions.stand(proposal=election, statement="Me", interests="None", by=person, at=NOW)
    for move in (actions.freeze, actions.open_vote):
        election = fresh(election)
        assert election.ends_at
        move(proposal=election, by=TEST, at=election.ends_at)
    election = fresh(election)
    open_due(election.since)
    poll = poll_of(election)
    option = Nomination.objects.get(nominee=bob).option
    for person in (ada, *others[:2]):
        cast(poll, person, option, at=poll.opens_at)
    close_due(poll.closes_at)
    assert one_won(twice(actions.decide, election, poll.closes_at))
    assert election.seats.count() == 1
    assert bob.role_grants.count() == 1


def test_nominations_are_opened_anew_once_and_a_nomination_is_answered_once(
    people: list[Person],
) -> None:
    ada, bob, cyd, dan, *_others = people
    election = support(propose("elect_stewards", ada, ElectionContent(1, 365)), bob, cyd)
    actions.nominate(proposal=election, email=dan.email, by=ada, at=NOW)
    asked = Nomination.objects.get()
    answers = at_once(
        [partial(actions.decline, nomination=asked, by=dan, at=NOW) for _ in range(2)]
    )
    assert sorted(answers, key=str) == [None, "nomination-answered"]
    assert election.ends_at
    assert one_won(twice(actions.reopen_nominations, election, election.ends_at))
    assert Reopening.objects.count() == 1
