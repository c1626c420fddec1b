"""Only the table's moves can be made, by actions and in the database, and each of them once."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from governance.proposals import actions, stages
from governance.proposals.models import AdoptedRule, Comment, Proposal, Step, Wording
from governance.proposals.stages import MOVES, STAGES
from governance.proposals.sweeps import move
from governance.voting import actions as voting
from governance.voting.models import Poll
from governance.voting.rule import Option, PollRule, text_sha256
from kernel.refusal import Refused
from members.models import Person
from tests.conftest import NOW, TEST
from tests.governance.proposals.conftest import (
    MakePerson,
    advance,
    fresh,
    propose_term,
    resolve,
    support,
)

VERBS: dict[str, Callable[..., Any]] = {
    "begin_discussion": actions.begin_discussion,
    "withdraw": actions.withdraw,
    "lapse": actions.lapse,
    "freeze": actions.freeze,
    "open_vote": actions.open_vote,
    "vote_again": actions.vote_again,
    "reopen_nominations": actions.reopen_nominations,
    "adopt": actions.decide,
    "reject": actions.decide,
    "miss_quorum": actions.decide,
}
ALLOWED = {(move_.name, move_.source) for move_ in MOVES}
PAIRS = {(move_.source, move_.target) for move_ in MOVES}
LATER = NOW + timedelta(days=1000)


def put_in(stage: str, author: Person) -> Proposal:
    """A proposal that stands in ``stage``, written straight into the database."""
    idea = resolve(author)
    voted = stage in (stages.VOTING, stages.ADOPTED, stages.REJECTED, stages.NO_QUORUM)
    wording = Wording.objects.get(proposal=idea)
    row = Proposal(
        kind="resolution",
        author=author,
        stage=stage,
        wording_id=wording.pk,
        rule=AdoptedRule.objects.get(kind="resolution"),
        poll=_poll() if voted else None,
        opened_at=NOW,
        since=NOW,
        ends_at=None if stage in stages.FINISHED else NOW + timedelta(days=1),
    )
    copy = Wording(
        proposal=row,
        number=1,
        title=wording.title,
        summary=wording.summary,
        problem=wording.problem,
        content=wording.content,
        sha256=wording.sha256,
        at=NOW,
    )
    row.wording_id = copy.pk
    row.save(force_insert=True)
    copy.save(force_insert=True)
    return row


def _poll() -> Poll:
    return voting.schedule_poll(
        title="Meet in the open",
        question_text="Shall we?",
        options=[Option(name, name, text_sha256(name)) for name in ("yes", "no", "abstain")],
        rule=PollRule(method="yes_no", quorum="1/10", majority="1/2"),
        opens_at=NOW,
        closes_at=NOW + timedelta(days=1),
        roll_from=NOW.date(),
        cutoff=NOW.date(),
        min_days=0,
        subject_url="/proposals/",
        by=TEST,
        at=NOW,
    )


def test_every_move_of_the_table_has_its_verb() -> None:
    assert set(VERBS) == {name for name, _source in ALLOWED}


@pytest.mark.parametrize(
    ("name", "source"),
    [pair for pair in itertools.product(VERBS, STAGES) if pair not in ALLOWED],
)
def test_a_move_that_is_not_in_the_table_is_refused(
    rules: None, ada: Person, name: str, source: str
) -> None:
    proposal = put_in(source, ada)
    by = ada if name == "withdraw" else TEST
    with pytest.raises(Refused) as refused:
        VERBS[name](proposal=proposal, by=by, at=LATER)
    assert refused.value.code in {"stage-passed", "not-yours-alone"}
    assert fresh(proposal).stage == source
    assert not Step.objects.filter(proposal=proposal).exists()


@pytest.mark.parametrize("source", STAGES)
def test_the_database_refuses_a_move_that_is_not_in_the_table(
    rules: None, ada: Person, source: str
) -> None:
    proposal = put_in(source, ada)
    for target in STAGES:
        if target != source and (source, target) not in PAIRS:
            with pytest.raises(IntegrityError, match="refused"), transaction.atomic():
                Proposal.objects.filter(pk=proposal.pk).update(stage=target)
    assert fresh(proposal).stage == source


def test_what_is_settled_stays(rules: None, ada: Person, bob: Person, cyd: Person) -> None:
    now = advance(resolve(ada), stages.FINAL, sponsors=(bob, cyd))
    assert now.rule
    other = resolve(ada, title="Another")
    changes: tuple[dict[str, Any], ...] = (
        {"wording": other.wording},
        {"author": bob},
        {"kind": "adopt_term"},
        {"rule": AdoptedRule.objects.exclude(pk=now.rule.pk).get()},
        {"opened_at": LATER},
    )
    for change in changes:
        with pytest.raises(IntegrityError, match="refused"), transaction.atomic():
            Proposal.objects.filter(pk=now.pk).update(**change)
    for remove in (
        Proposal.objects.filter(pk=other.pk),
        Wording.objects.filter(proposal=other),
        Step.objects.filter(proposal=other),
        AdoptedRule.objects.all(),
    ):
        with pytest.raises(IntegrityError, match="refused"), transaction.atomic():
            remove._raw_delete(remove.db)


def test_a_comment_changes_only_by_being_hidden(proposal: Proposal, bob: Person) -> None:
    said = actions.comment(proposal=proposal, body="Well said.", by=bob, at=NOW)
    rows = Comment.objects.filter(pk=said.pk)
    for attempt in (lambda: rows.update(body="Never said."), rows.delete):
        with pytest.raises(IntegrityError, match="refused"), transaction.atomic():
            attempt()


def test_a_proposal_in_a_vote_has_a_poll_and_a_rule(proposal: Proposal) -> None:
    for stage in (stages.DISCUSSION, stages.LAPSED):
        with pytest.raises(IntegrityError), transaction.atomic():
            Proposal.objects.filter(pk=proposal.pk).update(stage=stage)


# A vote that was cancelled


def test_a_cancelled_vote_is_held_again_on_the_same_text(
    rules: None, ada: Person, bob: Person, cyd: Person, make_person: MakePerson
) -> None:
    scrutineers = [make_person(name, role="scrutineer") for name in ("Sol", "Tia")]
    proposal = advance(resolve(ada), stages.VOTING, sponsors=(bob, cyd))
    at = proposal.since
    first = proposal.poll
    assert first
    with pytest.raises(Refused) as refused:
        actions.vote_again(proposal=proposal, by=TEST, at=at)
    assert refused.value.code == "vote-stands"
    voting.open_poll(poll=first, at=at, by=TEST)
    # The author and those who stand behind it are concerned, whatever else they are.
    assert {one.person for one in first.concerns.all()} == {ada, bob, cyd}
    named = voting.name_fault(
        poll=first, fault="wrong-roll", sentence="Two are missing.", by=scrutineers[0], at=at
    )
    later = at + timedelta(hours=1)
    assert move(later) == 0
    voting.confirm_fault(named=named, by=scrutineers[1], at=later)
    assert move(later) == 1
    assert move(later) == 0

    now = fresh(proposal)
    assert now.stage == stages.VOTING
    assert now.poll
    assert now.poll != first
    first.refresh_from_db()
    frozen = ("title", "question_text", "options", "method", "quorum", "majority", "roll_from")
    for column in frozen:
        assert getattr(now.poll, column) == getattr(first, column), column
    assert now.poll.closes_at - now.poll.opens_at == first.closes_at - first.opens_at
    assert now.ends_at == now.poll.closes_at
    assert now.cancelled_votes.get().poll == first
    voting.open_poll(poll=now.poll, at=later, by=TEST)
    voting.close_poll(poll=now.poll, at=now.poll.closes_at, by=TEST)
    assert move(now.poll.closes_at) == 1
    assert fresh(proposal).stage == stages.NO_QUORUM


def test_a_vote_that_stands_cannot_be_replaced(
    rules: None, ada: Person, bob: Person, cyd: Person
) -> None:
    proposal = advance(resolve(ada), stages.VOTING, sponsors=(bob, cyd))
    for poll in (_poll(), None):
        with pytest.raises(IntegrityError, match="keeps its poll"), transaction.atomic():
            Proposal.objects.filter(pk=proposal.pk).update(poll=poll)


# Several at once


def at_once(attempts: list[Callable[[], Any]]) -> list[Any]:
    """What each attempt answered or refused, all begun at the same moment."""
    barrier = Barrier(len(attempts))

    def run(attempt: Callable[[], Any]) -> Any:
        try:
            barrier.wait()
            return attempt()
        except Refused as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(attempts)) as pool:
        return list(pool.map(run, attempts))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("stage", "verb"),
    [
        (stages.IDEA, actions.withdraw),
        (stages.DISCUSSION, actions.freeze),
        (stages.FINAL, actions.open_vote),
    ],
)
def test_a_move_made_by_several_at_once_is_made_once(
    rules: None, ada: Person, bob: Person, cyd: Person, stage: str, verb: Callable[..., Any]
) -> None:
    now = resolve(ada)
    if stage != stages.IDEA:
        now = advance(now, stage, sponsors=(bob, cyd))
    at, by = now.ends_at, ada if verb is actions.withdraw else TEST
    answers = at_once([lambda: verb(proposal=now, by=by, at=at)] * 4)
    refusals = [answer.code for answer in answers if isinstance(answer, Refused)]
    assert refusals == ["stage-passed"] * 3
    assert Step.objects.filter(proposal=now, stage=fresh(now).stage).count() == 1
    assert Poll.objects.count() == (1 if verb is actions.open_vote else 0)


@pytest.mark.django_db(transaction=True)
def test_the_last_sponsors_at_once_begin_one_discussion(
    rules: None, ada: Person, make_person: MakePerson
) -> None:
    now = resolve(ada)
    people = [make_person(f"Sponsor {number}") for number in range(4)]
    sha256 = now.wording.sha256
    at_once(
        [
            lambda person=person: actions.support(  # type: ignore[misc]
                proposal=now, text_sha256=sha256, by=person, at=NOW
            )
            for person in people
        ]
    )
    assert fresh(now).stage == stages.DISCUSSION
    assert Step.objects.filter(proposal=now, stage=stages.DISCUSSION).count() == 1
    assert now.supports.count() == 4


@pytest.mark.django_db(transaction=True)
def test_one_person_pressing_twice_sponsors_once(rules: None, ada: Person, bob: Person) -> None:
    now = resolve(ada)
    sha256 = now.wording.sha256
    answers = at_once(
        [lambda: actions.support(proposal=now, text_sha256=sha256, by=bob, at=NOW)] * 3
    )
    assert sorted(isinstance(answer, Refused) for answer in answers) == [False, True, True]
    assert now.supports.count() == 1


@pytest.mark.django_db(transaction=True)
def test_several_workers_move_each_proposal_once(
    rules: None, ada: Person, bob: Person, cyd: Person
) -> None:
    several = [support(resolve(ada, title=f"Number {number}"), bob, cyd) for number in range(3)]
    over = NOW + timedelta(days=14)
    assert sum(at_once([lambda: move(over)] * 3)) == len(several)
    assert Step.objects.filter(stage=stages.FINAL).count() == len(several)


@pytest.mark.django_db(transaction=True)
def test_of_two_that_would_collide_at_once_one_is_frozen(
    rules: None, ada: Person, bob: Person, cyd: Person
) -> None:
    both = [support(propose_term(ada, plain=text), bob, cyd) for text in ("One.", "Two.")]
    over = NOW + timedelta(days=14)
    answers = at_once(
        [
            lambda one=one: actions.freeze(proposal=one, by=TEST, at=over)  # type: ignore[misc]
            for one in both
        ]
    )
    assert [a.code for a in answers if isinstance(a, Refused)] == ["subject-taken"]
    assert sorted(fresh(one).stage for one in both) == [stages.DISCUSSION, stages.FINAL]
