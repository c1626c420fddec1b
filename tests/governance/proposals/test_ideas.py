"""An idea finds sponsors for its exact words, or lapses, or is taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from governance.proposals import actions, stages
from governance.proposals.models import Event, Proposal, Step, Support, Wording
from governance.proposals.sweeps import move
from kernel.refusal import Refused
from members.models import OutgoingMail, Person
from tests.conftest import NOW, TEST
from tests.governance.proposals.conftest import (
    MakePerson,
    WriteRules,
    advance,
    fresh,
    resolve,
    revise,
    support,
)

DAY = timedelta(days=1)


def test_an_idea_is_written_down_word_for_word(proposal: Proposal, ada: Person) -> None:
    assert proposal.stage == stages.IDEA
    assert proposal.ends_at == NOW + 30 * DAY
    assert proposal.rule is None
    wording = Wording.objects.get()
    assert (wording.number, wording.title) == (1, "Meet in the open")
    assert wording.as_json() == {
        "title": "Meet in the open",
        "summary": "Every meeting of stewards is open to all members.",
        "problem": "Members hear of decisions after they were made.",
        "content": {"text": "Meetings of stewards are **open**."},
    }
    assert [(step.stage, step.at, step.record_hash) for step in Step.objects.all()] == [
        (stages.IDEA, NOW, "")
    ]
    assert Event.objects.get(verb="proposal.idea").by == ada


@pytest.mark.parametrize("missing", ["title", "summary", "problem", "content"])
def test_a_proposal_without_words_is_refused(rules: None, ada: Person, missing: str) -> None:
    words = {"title": "A", "summary": "B", "problem": "C", "content": "D", missing: "  \n "}
    with pytest.raises(Refused) as refused:
        actions.propose(kind="resolution", **words, by=ada, at=NOW)
    assert refused.value.code == "words-missing"
    assert not Proposal.objects.exists()


def test_a_kind_without_a_rule_cannot_be_proposed(ada: Person) -> None:
    with pytest.raises(Refused) as refused:
        resolve(ada)
    assert refused.value.code == "no-rule"


def test_an_unknown_kind_is_refused_with_the_known_ones(rules: None, ada: Person) -> None:
    with pytest.raises(Refused, match="adopt_term, new_version") as refused:
        actions.propose(
            kind="coup", title="A", summary="B", problem="C", content="D", by=ada, at=NOW
        )
    assert refused.value.code == "unknown-kind"


def test_without_standing_nobody_proposes_supports_or_comments(
    proposal: Proposal, make_person: MakePerson
) -> None:
    visitor = make_person("Vic", standing=False)
    for attempt in (
        lambda: resolve(visitor),
        lambda: support(proposal, visitor),
        lambda: actions.comment(proposal=proposal, body="Hello", by=visitor, at=NOW),
    ):
        with pytest.raises(Refused) as refused:
            attempt()
        assert refused.value.code == "not-in-standing"


def test_nobody_sponsors_their_own_proposal(proposal: Proposal, ada: Person) -> None:
    with pytest.raises(Refused) as refused:
        support(proposal, ada)
    assert refused.value.code == "own-proposal"
    assert not Support.objects.exists()


def test_discussion_begins_with_the_last_sponsor_needed(
    proposal: Proposal, bob: Person, cyd: Person
) -> None:
    assert support(proposal, bob).stage == stages.IDEA
    later = NOW + DAY
    now = support(proposal, cyd, at=later)
    assert (now.stage, now.since, now.ends_at) == (stages.DISCUSSION, later, later + 14 * DAY)
    assert now.rule is not None
    assert now.rule.sponsors == 2
    assert Step.objects.get(stage=stages.DISCUSSION).record_hash


def test_support_is_counted_once_for_each_person(proposal: Proposal, bob: Person) -> None:
    support(proposal, bob)
    with pytest.raises(Refused) as refused:
        support(proposal, bob)
    assert refused.value.code == "already-supported"
    assert fresh(proposal).stage == stages.IDEA
    assert Support.objects.count() == 1


def test_support_for_an_older_text_does_not_count_until_confirmed(
    proposal: Proposal, ada: Person, bob: Person, cyd: Person
) -> None:
    old = fresh(support(proposal, bob))
    revise(proposal, "Meetings are open, and minuted.", by=ada, at=NOW + DAY)
    with pytest.raises(Refused) as refused:
        actions.support(proposal=proposal, text_sha256=old.wording.sha256, by=cyd, at=NOW + DAY)
    assert refused.value.code == "text-changed"

    assert support(proposal, cyd, at=NOW + DAY).stage == stages.IDEA, "Bob has not confirmed"
    mail = OutgoingMail.objects.get()
    assert mail.person == bob
    assert str(proposal.pk) in mail.body

    assert support(proposal, bob, at=NOW + 2 * DAY).stage == stages.DISCUSSION
    assert Support.objects.count() == 2


def test_whoever_was_asked_and_has_not_answered_is_not_asked_again(
    proposal: Proposal, ada: Person, bob: Person
) -> None:
    support(proposal, bob)
    for number in range(3):
        revise(proposal, f"Text {number}", by=ada, at=NOW + DAY)
    assert OutgoingMail.objects.count() == 1


def test_a_text_that_returns_brings_its_support_back(
    proposal: Proposal, ada: Person, bob: Person, cyd: Person
) -> None:
    support(proposal, bob)
    revise(proposal, "Something else", by=ada, at=NOW)
    revise(proposal, "Meetings of stewards are **open**.", by=ada, at=NOW)
    assert fresh(proposal).wording.number == 3
    assert support(proposal, cyd).stage == stages.DISCUSSION


def test_a_change_of_title_or_problem_is_a_change_of_text(
    proposal: Proposal, ada: Person, bob: Person
) -> None:
    support(proposal, bob)
    words = proposal.wording
    actions.revise(
        proposal=proposal,
        title=words.title,
        summary=words.summary,
        problem="Something else is wrong.",
        content=words.content["text"],
        by=ada,
        at=NOW,
    )
    assert not Support.objects.confirmed(NOW.date()).exists()


def test_the_same_text_again_is_no_change(proposal: Proposal, ada: Person) -> None:
    with pytest.raises(Refused) as refused:
        revise(proposal, "Meetings of stewards are **open**.", by=ada, at=NOW)
    assert refused.value.code == "text-unchanged"
    assert Wording.objects.count() == 1


def test_only_the_author_changes_or_withdraws(proposal: Proposal, bob: Person) -> None:
    for attempt in (
        lambda: revise(proposal, "Bob's text", by=bob, at=NOW),
        lambda: actions.withdraw(proposal=proposal, by=bob, at=NOW),
    ):
        with pytest.raises(Refused) as refused:
            attempt()
        assert refused.value.code == "not-the-author"


def test_a_sponsor_takes_their_name_back(proposal: Proposal, bob: Person, cyd: Person) -> None:
    support(proposal, bob)
    actions.withdraw_support(proposal=proposal, by=bob, at=NOW)
    assert support(proposal, cyd).stage == stages.IDEA
    with pytest.raises(Refused) as refused:
        actions.withdraw_support(proposal=proposal, by=bob, at=NOW)
    assert refused.value.code == "not-supported"


def test_a_sponsor_whose_standing_has_ended_does_not_count(
    proposal: Proposal, make_person: MakePerson, bob: Person
) -> None:
    gone = make_person("Gus", until=(NOW + 5 * DAY).date())
    support(proposal, gone)
    assert support(proposal, bob, at=NOW + 5 * DAY).stage == stages.IDEA


def test_the_sweep_moves_an_idea_on_that_has_become_sponsored_enough(
    write_rules: WriteRules, rules: None, ada: Person, bob: Person, proposal: Proposal
) -> None:
    support(proposal, bob)
    assert move(NOW) == 0
    write_rules("sponsors = 2", "sponsors = 1", at=NOW + DAY)
    assert move(NOW) == 0, "the rule is not in force yet"
    assert move(NOW + DAY) == 1
    assert fresh(proposal).stage == stages.DISCUSSION


def test_an_idea_that_finds_too_few_sponsors_lapses(
    proposal: Proposal, ada: Person, bob: Person
) -> None:
    support(proposal, bob)
    assert proposal.ends_at
    assert move(proposal.ends_at - timedelta(seconds=1)) == 0
    assert move(proposal.ends_at) == 1
    lapsed = fresh(proposal)
    assert (lapsed.stage, lapsed.ends_at) == (stages.LAPSED, None)
    assert Step.objects.get(stage=stages.LAPSED).record_hash == "", "ideas are not in the record"
    mail = OutgoingMail.objects.get()
    assert mail.person == ada
    assert "lapsed" in mail.subject
    assert move(proposal.ends_at + DAY) == 0
    with pytest.raises(Refused) as refused:
        support(proposal, bob, at=proposal.ends_at)
    assert refused.value.code == "text-frozen"


def test_an_idea_with_enough_sponsors_does_not_lapse(
    write_rules: WriteRules, rules: None, proposal: Proposal, bob: Person
) -> None:
    support(proposal, bob)
    assert proposal.ends_at
    write_rules("sponsors = 2", "sponsors = 1", at=proposal.ends_at)
    with pytest.raises(Refused) as refused:
        actions.lapse(proposal=proposal, by=TEST, at=proposal.ends_at)
    assert refused.value.code == "can-move-on"


def test_the_author_takes_an_idea_back(proposal: Proposal, ada: Person, bob: Person) -> None:
    support(proposal, bob)
    assert actions.withdraw(proposal=proposal, by=ada, at=NOW).stage == stages.WITHDRAWN
    with pytest.raises(Refused) as refused:
        actions.withdraw(proposal=proposal, by=ada, at=NOW)
    assert refused.value.code == "stage-passed"
    for attempt in (
        lambda: revise(proposal, "Again", by=ada, at=NOW),
        lambda: support(proposal, bob),
        lambda: actions.withdraw_support(proposal=proposal, by=bob, at=NOW),
        lambda: actions.comment(proposal=proposal, body="Why?", by=bob, at=NOW),
    ):
        with pytest.raises(Refused):
            attempt()


@pytest.mark.parametrize("stage", [stages.DISCUSSION, stages.FINAL, stages.VOTING])
def test_what_others_stand_behind_is_not_the_authors_alone_to_withdraw(
    proposal: Proposal, ada: Person, bob: Person, cyd: Person, stage: str
) -> None:
    now = advance(proposal, stage, sponsors=(bob, cyd))
    with pytest.raises(Refused) as refused:
        actions.withdraw(proposal=now, by=ada, at=NOW)
    assert refused.value.code == "not-yours-alone"
    assert fresh(proposal).stage == stage
