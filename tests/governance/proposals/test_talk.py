"""What is said: threads, history, what helps, questions, and a tone that members look after."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from governance.proposals import actions
from governance.proposals.kinds import ResolutionText
from governance.proposals.models import Comment, Flag, HiddenIdea, Proposal
from governance.record.models import Pending
from governance.voting.sweeps import close_due, open_due
from kernel.refusal import Refused
from members.models import Person
from tests.conftest import NOW
from tests.governance.proposals.conftest import MakePerson, advance, resolve, support, vote

LATER = NOW + timedelta(hours=1)


def say(proposal: Proposal, by: Person, body: str = "I think so.", **more: object) -> Comment:
    return actions.comment(proposal=proposal, body=body, by=by, at=NOW, **more)  # type: ignore[arg-type] # what a test passes on


def test_answers_stand_in_the_thread_they_belong_to(
    proposal: Proposal, ada: Person, bob: Person, cyd: Person
) -> None:
    root = say(proposal, bob, stance="question")
    first = say(proposal, cyd, parent=root)
    second = say(proposal, ada, parent=first)
    assert (second.thread, second.parent) == (root, first)
    assert list(root.replies.order_by("at", "pk")) == sorted([first, second], key=lambda c: c.pk)
    assert not Comment.objects.unanswered()  # Ada wrote the proposal and has answered
    with pytest.raises(Refused, match="remark"):
        say(proposal, cyd, parent=root, stance="for")
    with pytest.raises(Refused, match="another proposal"):
        say(resolve(ada, title="Another"), cyd, parent=root)
    with pytest.raises(IntegrityError), transaction.atomic():
        Comment.objects.create(proposal=proposal, author=bob, body="x", at=NOW, thread=root)


def test_a_question_waits_until_an_author_answers(
    proposal: Proposal, ada: Person, bob: Person, cyd: Person
) -> None:
    asked = say(proposal, bob, stance="question")
    say(proposal, cyd, parent=asked)
    assert list(Comment.objects.unanswered()) == [asked]
    say(proposal, ada, parent=asked)
    assert not Comment.objects.unanswered().exists()


def test_words_change_and_what_they_were_stays(
    proposal: Proposal, bob: Person, ada: Person
) -> None:
    said = say(proposal, bob, "One.")
    actions.edit_comment(comment=said, body="Two.", by=bob, at=LATER)
    actions.edit_comment(comment=said, body="Three.", by=bob, at=LATER)
    said.refresh_from_db()
    assert (said.body, said.edited_at) == ("Three.", LATER)
    assert [edit.body for edit in said.edits.order_by("number")] == ["One.", "Two."]
    for by, body in ((ada, "Mine."), (bob, "Three."), (bob, "\u200b")):
        with pytest.raises(Refused):
            actions.edit_comment(comment=said, body=body, by=by, at=LATER)


def test_the_database_forgets_no_words(proposal: Proposal, bob: Person) -> None:
    said = say(proposal, bob, "One.")
    with pytest.raises(DatabaseError), transaction.atomic():
        Comment.objects.filter(pk=said.pk).update(body="Something else.")
    with pytest.raises(DatabaseError), transaction.atomic():
        Comment.objects.filter(pk=said.pk).update(stance="for")
    actions.edit_comment(comment=said, body="Two.", by=bob, at=LATER)
    with pytest.raises(DatabaseError), transaction.atomic():
        said.edits.update(body="Never said.")


def test_each_finds_a_comment_helpful_once_and_not_their_own(
    proposal: Proposal, ada: Person, bob: Person
) -> None:
    said = say(proposal, bob)
    actions.react(comment=said, by=ada, at=NOW)
    for by in (ada, bob):
        with pytest.raises(Refused):
            actions.react(comment=said, by=by, at=NOW)
    assert Comment.objects.to_show(ada).get().agree == 1
    actions.withdraw_reaction(comment=said, by=ada, at=NOW)
    assert Comment.objects.to_show(ada).get().i_agree is False


def test_the_talk_about_what_is_finished_stays_as_it_is(
    proposal: Proposal, ada: Person, bob: Person, cyd: Person
) -> None:
    said = say(proposal, bob)
    actions.react(comment=said, by=cyd, at=NOW)
    actions.withdraw(proposal=proposal, by=ada, at=NOW)
    said = Comment.objects.get(pk=said.pk)
    for refused_act in (
        lambda: actions.react(comment=said, by=ada, at=LATER),
        lambda: actions.withdraw_reaction(comment=said, by=cyd, at=LATER),
        lambda: actions.edit_comment(comment=said, body="Other words.", by=bob, at=LATER),
        lambda: say(proposal, cyd),
    ):
        with pytest.raises(Refused) as refused:
            refused_act()
        assert refused.value.code == "discussion-over"
    assert Comment.objects.to_show(None).get().agree == 1
    # What breaks the rules can be flagged however late, for it can still be read.
    actions.flag(proposal=proposal, comment=said, reason="unkind", by=ada, at=LATER)


def test_a_steward_decides_for_everybody_who_flagged(
    proposal: Proposal, ada: Person, bob: Person, cyd: Person, make_person: MakePerson
) -> None:
    steward = make_person("Eve", role="steward")
    said = say(proposal, bob, "Buy my pills.")
    flags = [
        actions.flag(proposal=proposal, comment=said, reason="spam", by=by, at=NOW)
        for by in (ada, cyd)
    ]
    with pytest.raises(Refused, match="asked already"):
        actions.flag(proposal=proposal, comment=said, reason="spam", by=cyd, at=NOW)
    with pytest.raises(Refused):
        actions.flag(proposal=proposal, comment=said, reason="spam", by=bob, at=NOW)
    actions.hide_comment(comment=said, reason="It advertises.", by=steward, at=LATER)
    assert set(Flag.objects.values_list("outcome", flat=True)) == {"hidden"}
    with pytest.raises(Refused, match="decided on this flag"):
        actions.keep(flag=flags[0], by=steward, at=LATER)


def test_nobody_decides_about_what_they_flagged_or_back(
    proposal: Proposal, bob: Person, make_person: MakePerson
) -> None:
    flagging = make_person("Eve", role="steward")
    sponsoring = make_person("Fay", role="steward")
    said = say(proposal, bob)
    flag = actions.flag(proposal=proposal, comment=said, reason="other", by=flagging, at=NOW)
    actions.support(proposal=proposal, text_sha256=proposal.wording.sha256, by=sponsoring, at=NOW)
    for steward in (flagging, sponsoring):
        with pytest.raises(Refused, match="another steward") as refused:
            actions.keep(flag=flag, by=steward, at=NOW)
        assert refused.value.code == "own-cause"
        with pytest.raises(Refused, match="another steward"):
            actions.hide_comment(comment=said, reason="So.", by=steward, at=NOW)


def test_an_idea_can_be_hidden_and_no_longer_once_it_is_discussed(
    proposal: Proposal, ada: Person, bob: Person, cyd: Person, make_person: MakePerson
) -> None:
    steward = make_person("Eve", role="steward")
    other = resolve(ada, title="Something else")
    actions.hide_idea(proposal=other, reason="It names a private address.", by=steward, at=NOW)
    hidden = Proposal.objects.to_show().get(pk=other.pk)
    assert hidden.hidden
    assert other not in Proposal.objects.shown()
    for act in (
        lambda: support(other, bob),
        lambda: actions.echo(proposal=other, by=bob, at=NOW),
        lambda: say(other, bob),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.code == "idea-hidden"
    discussed = support(proposal, bob, cyd)
    with pytest.raises(Refused, match="not hidden"):
        actions.hide_idea(proposal=discussed, reason="I do not like it.", by=steward, at=NOW)
    with pytest.raises(Refused):
        actions.flag(proposal=discussed, reason="other", by=make_person("Gus"), at=NOW)


def test_members_resolve_to_show_again_what_was_hidden(
    proposal: Proposal, ada: Person, bob: Person, cyd: Person, make_person: MakePerson
) -> None:
    steward = make_person("Eve", role="steward")
    said = say(proposal, bob, "The steward's brother sells that.")
    actions.hide_comment(comment=said, reason="It is unkind.", by=steward, at=NOW)
    appeal = actions.propose(
        kind="resolution",
        title="Show it again",
        summary="What Bob said is shown again.",
        problem="It was true.",
        content=ResolutionText("Show it again.", str(said.pk)),
        by=ada,
        at=NOW,
    )
    polled = advance(appeal, "voting", sponsors=(bob, cyd))
    assert polled.poll
    at = polled.since + timedelta(hours=1)
    open_due(polled.since)
    polled.poll.refresh_from_db()
    for person in (ada, bob, cyd):
        vote(polled.poll, person, "yes", at=at)
    assert polled.ends_at
    close_due(polled.ends_at)
    actions.decide(proposal=polled, by=steward, at=polled.ends_at)
    said.refresh_from_db()
    assert not said.hidden
    assert said.restored_by == appeal
    assert said.hidden_reason == "It is unkind."
    assert Pending.objects.filter(type="moderation.shown-again").count() == 1
    actions.restore(what=str(said.pk), resolution=appeal, by=steward, at=at)
    assert Pending.objects.filter(type="moderation.shown-again").count() == 1
    with pytest.raises(DatabaseError), transaction.atomic():
        Comment.objects.filter(pk=said.pk).update(restored_at=None, restored_by=None)


def test_nothing_hidden_nothing_to_show_again(ada: Person, proposal: Proposal) -> None:
    with pytest.raises(Refused, match="Nothing is hidden"):
        actions.check_can_be_restored(str(proposal.pk))
    assert not HiddenIdea.objects.exists()
