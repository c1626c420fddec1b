"""The whole path of a decision: from an idea, by sweeps alone, to what follows from the vote."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from pytest_django import DjangoCaptureOnCommitCallbacks

from governance.proposals import actions, stages
from governance.proposals.models import Proposal, Reservation, Step
from governance.proposals.sweeps import move
from governance.record.models import Pending
from governance.terms import actions as terms
from governance.terms.models import Version
from governance.voting.sweeps import close_due, open_due
from kernel.refusal import Refused
from members.models import OutgoingMail, Person
from tests.conftest import NOW, TEST
from tests.governance.proposals.conftest import (
    MakePerson,
    WriteRules,
    advance,
    fresh,
    propose_term,
    resolve,
    revise,
    support,
    term,
    vote,
)

DAY = timedelta(days=1)
People = Callable[[int], list[Person]]


@pytest.fixture(autouse=True)
def _public_root(tmp_path: Any, settings: Any) -> None:
    settings.PUBLIC_ROOT = tmp_path / "public"


@pytest.fixture
def people(make_person: MakePerson) -> People:
    return lambda count: [make_person(f"Member {number}") for number in range(count)]


def work(at: datetime) -> None:
    """What the worker does at one moment."""
    move(at)
    open_due(at)
    close_due(at)
    move(at)


def entries(type_: str) -> list[dict[str, Any]]:
    """What waits for the public record, of one type."""
    return [
        json.loads(bytes(row.data)) for row in Pending.objects.filter(type=type_).order_by("pk")
    ]


def decide_with(
    proposal: Proposal, *, voters: list[Person], yes: int, no: int, at: datetime
) -> Proposal:
    """Let a proposal that is being voted on be decided by so many votes."""
    open_due(at)
    proposal = fresh(proposal)
    assert proposal.poll
    poll = type(proposal.poll).objects.get(pk=proposal.poll.pk)
    for number, person in enumerate(voters[: yes + no]):
        vote(poll, person, "yes" if number < yes else "no", at=at)
    work(poll.closes_at)
    return fresh(proposal)


def test_an_idea_becomes_a_published_term(
    rules: None,
    ada: Person,
    people: People,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    voters = people(30)
    proposal = propose_term(ada)
    assert proposal.wording.title == "No stalking"
    support(proposal, *voters[:2])

    began = NOW
    work(began + 14 * DAY - timedelta(seconds=1))
    assert fresh(proposal).stage == stages.DISCUSSION
    work(began + 14 * DAY)
    assert fresh(proposal).stage == stages.FINAL
    work(began + 17 * DAY - timedelta(seconds=1))
    assert fresh(proposal).stage == stages.FINAL
    opened = began + 17 * DAY
    work(opened)
    now = fresh(proposal)
    assert now.stage == stages.VOTING
    assert now.poll
    assert (now.poll.stage, now.poll.roll_size) == ("open", 31)
    assert (now.poll.roll_from, now.poll.cutoff) == (began.date(), opened.date())
    assert now.poll.founding_minimum is None

    with django_capture_on_commit_callbacks(execute=True):
        now = decide_with(proposal, voters=voters, yes=6, no=4, at=opened + DAY)
    assert (now.stage, now.ends_at) == (stages.ADOPTED, None)
    version = Version.objects.get()
    assert (version.term_id, version.version) == ("no-stalking", "1.0.0")
    assert now.poll
    result = type(now.poll).objects.get(pk=now.poll.pk)
    assert version.adoption == {
        "poll": f"{settings.PUBLIC_ORIGIN}/polls/{result.pk}/",
        "method": "yes_no",
        "eligible": 31,
        "cast": 10,
        "result": {"counts": {"yes": 6, "no": 4, "abstain": 0}, "outcome": "adopted"},
        "manifestSha256": result.manifest_sha256,
        "resultSha256": result.result_sha256,
    }
    assert not Reservation.objects.exists()

    recorded = {step.stage: step.record_hash for step in Step.objects.filter(proposal=proposal)}
    leaf = dict(Pending.objects.values_list("leaf_hash", "type"))
    assert {stage: leaf.get(hash_) for stage, hash_ in recorded.items()} == {
        "idea": None,
        "discussion": "proposal.discussion-began",
        "final": "proposal.frozen",
        "voting": None,
        "adopted": "proposal.decided",
    }
    [decided] = entries("proposal.decided")
    assert decided["textSha256"] == now.wording.sha256
    assert decided["outcome"] == "adopted"
    assert ada.display_name not in json.dumps(decided)
    mail = OutgoingMail.objects.get(person=ada)
    assert "voted" in mail.subject


@pytest.mark.parametrize(
    ("yes", "no", "stage"),
    [(3, 3, stages.REJECTED), (2, 0, stages.NO_QUORUM), (4, 3, stages.REJECTED)],
)
def test_a_term_that_does_not_carry_is_not_published(
    rules: None, ada: Person, people: People, yes: int, no: int, stage: str
) -> None:
    voters = people(30)
    now = advance(propose_term(ada), stages.VOTING, sponsors=(voters[0], voters[1]))
    now = decide_with(now, voters=voters, yes=yes, no=no, at=now.since)
    assert now.stage == stage
    assert not Version.objects.exists()
    assert not Reservation.objects.exists()
    assert OutgoingMail.objects.filter(person=ada).count() == 1


def test_in_the_founding_three_votes_in_favour_are_enough_and_needed(
    rules: None, ada: Person, people: People
) -> None:
    voters = people(10)
    for yes, stage in ((2, stages.NO_QUORUM), (3, stages.ADOPTED)):
        now = advance(resolve(ada), stages.VOTING, sponsors=(voters[0], voters[1]))
        assert now.poll
        assert (now.poll.founding_minimum, now.poll.min_days) == (3, 0)
        assert decide_with(now, voters=voters, yes=yes, no=0, at=now.since).stage == stage


def test_after_the_founding_days_in_standing_are_asked_of_voters(
    rules: None, ada: Person, people: People, make_person: MakePerson
) -> None:
    voters = people(24)
    now = advance(resolve(ada), stages.VOTING, sponsors=(voters[0], voters[1]))
    assert now.poll
    assert (now.poll.founding_minimum, now.poll.min_days) == (None, 20)


def test_a_rule_change_governs_the_next_proposal_and_not_the_running_one(
    rules: None, write_rules: WriteRules, ada: Person, bob: Person, cyd: Person
) -> None:
    running = support(resolve(ada), bob, cyd)
    write_rules('discussion = "P14D"', 'discussion = "P1D"', at=NOW + DAY)
    following = resolve(ada, at=NOW + 2 * DAY)
    following = support(following, bob, cyd, at=NOW + 2 * DAY)
    assert (running.ends_at, following.ends_at) == (NOW + 14 * DAY, NOW + 3 * DAY)
    work(NOW + 3 * DAY)
    assert fresh(running).stage == stages.DISCUSSION
    assert fresh(following).stage == stages.FINAL
    assert running.rule != following.rule


def test_a_text_changed_in_discussion_waits_for_its_sponsors_and_then_lapses(
    rules: None, ada: Person, bob: Person, cyd: Person
) -> None:
    proposal = support(resolve(ada), bob, cyd)
    assert proposal.ends_at
    over = proposal.ends_at
    revise(proposal, "Open, and minuted.", by=ada, at=over - timedelta(seconds=1))
    support(proposal, bob, at=over)
    work(over)
    assert fresh(proposal).stage == stages.DISCUSSION
    with pytest.raises(Refused, match="1 more sponsor"):
        actions.check_ready_to_freeze(fresh(proposal), at=over)
    with pytest.raises(Refused) as refused:
        actions.lapse(proposal=proposal, by=TEST, at=over + 29 * DAY)
    assert refused.value.code == "too-early"

    work(over + 30 * DAY)
    assert fresh(proposal).stage == stages.LAPSED
    [lapsed] = entries("proposal.lapsed")
    assert Step.objects.get(stage=stages.LAPSED).record_hash
    assert lapsed["textSha256"] == fresh(proposal).wording.sha256


def test_a_text_confirmed_by_its_sponsors_goes_on(
    rules: None, ada: Person, bob: Person, cyd: Person
) -> None:
    proposal = support(resolve(ada), bob, cyd)
    assert proposal.ends_at
    revise(proposal, "Open, and minuted.", by=ada, at=NOW + DAY)
    proposal = support(proposal, bob, cyd, at=NOW + 2 * DAY)
    work(NOW + 14 * DAY)
    assert fresh(proposal).stage == stages.FINAL
    [frozen] = entries("proposal.frozen")
    assert frozen["textSha256"] == fresh(proposal).wording.sha256


@pytest.mark.parametrize("stage", [stages.FINAL, stages.VOTING])
def test_a_frozen_text_and_its_sponsors_stay(
    rules: None, ada: Person, bob: Person, cyd: Person, stage: str
) -> None:
    now = advance(propose_term(ada), stage, sponsors=(bob, cyd))
    assert now.draft
    for attempt in (
        lambda: actions.revise(
            proposal=now,
            summary="A",
            problem="B",
            content=term(plain="Other words."),
            by=ada,
            at=now.since,
        ),
        lambda: actions.withdraw_support(proposal=now, by=bob, at=now.since),
    ):
        with pytest.raises(Refused) as refused:
            attempt()
        assert refused.value.code == "text-frozen"
    with pytest.raises(Refused) as refused:
        terms.revise_draft(draft=now.draft, content=term(plain="Other"), by=ada, at=now.since)
    assert refused.value.code == "draft-frozen"


def test_a_draft_changed_behind_the_proposals_back_is_not_frozen(
    rules: None, ada: Person, bob: Person, cyd: Person
) -> None:
    now = support(propose_term(ada), bob, cyd)
    assert now.draft
    assert now.ends_at
    terms.revise_draft(draft=now.draft, content=term(plain="Not what they read."), by=ada, at=NOW)
    with pytest.raises(Refused) as refused:
        actions.freeze(proposal=now, by=TEST, at=now.ends_at)
    assert refused.value.code == "draft-differs"
    assert not type(now.draft).objects.get().frozen


@pytest.mark.parametrize(
    "other",
    [
        {"plain": "The same term, otherwise said."},
        {"slug": "not-followed", "title": "Not followed"},
    ],
)
def test_of_two_proposals_that_would_collide_one_waits_for_the_other(
    rules: None, ada: Person, bob: Person, cyd: Person, other: dict[str, str]
) -> None:
    first = support(propose_term(ada), bob, cyd)
    second = support(propose_term(ada, **other), bob, cyd)
    assert first.ends_at
    actions.freeze(proposal=first, by=TEST, at=first.ends_at)
    with pytest.raises(Refused) as refused:
        actions.freeze(proposal=second, by=TEST, at=first.ends_at)
    assert refused.value.code == "subject-taken"
    assert fresh(second).stage == stages.DISCUSSION


def test_a_term_that_another_vote_has_overtaken_cannot_be_frozen(
    rules: None, ada: Person, people: People
) -> None:
    voters = people(10)
    late = support(propose_term(ada, plain="Later."), voters[0], voters[1])
    now = advance(propose_term(ada), stages.VOTING, sponsors=(voters[0], voters[1]))
    now = decide_with(now, voters=voters, yes=5, no=0, at=now.since)
    assert now.stage == stages.ADOPTED
    with pytest.raises(Refused) as refused:
        actions.freeze(proposal=late, by=TEST, at=now.since)
    assert refused.value.code == "version-not-newer"

    actions.revise(
        proposal=late,
        summary=late.wording.summary,
        problem=late.wording.problem,
        content=term(version="1.1.0", plain="Later."),
        by=ada,
        at=now.since,
    )
    support(late, voters[0], voters[1], at=now.since)
    assert actions.freeze(proposal=late, by=TEST, at=now.since).stage == stages.FINAL


def test_no_move_is_made_before_its_time(
    rules: None, ada: Person, bob: Person, cyd: Person
) -> None:
    second = timedelta(seconds=1)
    proposal = resolve(ada)
    for sponsors, attempt, code in (
        ((), actions.begin_discussion, "too-few-sponsors"),
        ((bob, cyd), actions.freeze, "too-early"),
    ):
        proposal = support(proposal, *sponsors)
        assert proposal.ends_at
        with pytest.raises(Refused) as refused:
            attempt(proposal=proposal, by=TEST, at=proposal.ends_at - second)
        assert refused.value.code == code
    assert proposal.ends_at
    proposal = actions.freeze(proposal=proposal, by=TEST, at=proposal.ends_at)
    assert proposal.ends_at
    with pytest.raises(Refused) as refused:
        actions.open_vote(proposal=proposal, by=TEST, at=proposal.ends_at - second)
    assert refused.value.code == "too-early"
    proposal = actions.open_vote(proposal=proposal, by=TEST, at=proposal.ends_at)
    with pytest.raises(Refused) as refused:
        actions.decide(proposal=proposal, by=TEST, at=proposal.since)
    assert refused.value.code == "vote-not-over"


def test_a_proposal_that_cannot_be_moved_holds_up_no_other(
    rules: None,
    ada: Person,
    bob: Person,
    cyd: Person,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    broken = support(propose_term(ada), bob, cyd)
    sound = support(resolve(ada), bob, cyd)

    def fail(**about: Any) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(terms, "freeze_draft", fail)
    assert move(NOW + 14 * DAY) == 1
    assert fresh(sound).stage == stages.FINAL
    assert fresh(broken).stage == stages.DISCUSSION
    assert "could not be moved" in caplog.text
