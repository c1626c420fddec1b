"""Other texts: what they change, who decides on them, and what stands on the ballot."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from governance.proposals import actions, amendment_stages, stages
from governance.proposals.models import Amendment, Comment, Proposal
from governance.proposals.text_changes import SKIPPED, between
from governance.terms.models import Version
from governance.terms.rulebook import Rule
from governance.terms.text_diff import GONE, NEW
from governance.voting import actions as voting
from governance.voting.sweeps import close_due, open_due
from governance.voting.voter import Voter
from kernel.refusal import Refused
from members.awaiting import awaiting
from members.models import OutgoingMail, Person
from tests.conftest import NOW, TEST
from tests.governance.proposals.conftest import (
    MakePerson,
    fresh,
    propose_term,
    resolve,
    revise,
    support,
    term,
)
from tests.governance.proposals.test_pages import body, signed_in

LATER = NOW + timedelta(days=1)


@pytest.fixture
def discussed(proposal: Proposal, bob: Person, cyd: Person) -> Proposal:
    return support(proposal, bob, cyd)


def amend(proposal: Proposal, by: Person, text: str = "Closed.", **more: object) -> Amendment:
    return actions.amend(
        proposal=proposal,
        content=text,
        reason="It says it better.",
        base=fresh(proposal).wording.number,
        by=by,
        at=NOW,
        **more,  # type: ignore[arg-type] # what a test passes on
    )


def back(amendment: Amendment, *people: Person) -> None:
    for person in people:
        actions.support_amendment(
            amendment=amendment, text_sha256=amendment.wording.sha256, by=person, at=NOW
        )


def accept(amendment: Amendment, by: Person) -> None:
    actions.accept_amendment(
        amendment=amendment, text_sha256=amendment.wording.sha256, by=by, at=LATER
    )


def test_accepted_it_becomes_the_text_with_credit_and_sponsors_confirm(
    discussed: Proposal, ada: Person, bob: Person
) -> None:
    amendment = amend(discussed, bob)
    accept(amendment, ada)
    now = fresh(discussed)
    assert now.wording.content == {"text": "Closed."}
    assert now.wording.credit == amendment
    assert (now.wording.by, now.wording.number) == (ada, 3)
    assert now.supports.confirmed(NOW.date()).count() == 0
    subjects = set(OutgoingMail.objects.values_list("subject", flat=True))
    assert "Your amendment is part of the text: Meet in the open" in subjects
    assert "A text you stand behind has changed: Meet in the open" in subjects
    with pytest.raises(Refused, match="settled"):
        accept(amendment, ada)


def test_one_written_over_an_older_text_takes_nothing_back(
    discussed: Proposal, ada: Person, bob: Person
) -> None:
    amendment = amend(discussed, bob)
    back_then = discussed.wording.number
    revise(discussed, "Meetings are open, and minutes are kept.", by=ada, at=NOW)
    with pytest.raises(Refused) as refused:
        accept(amendment, ada)
    assert refused.value.code == "amendment-outdated"
    newer = amend(discussed, bob, "Closed, and minutes are kept.", replaces=amendment)
    amendment.refresh_from_db()
    assert (amendment.state, newer.replaces) == ("withdrawn", amendment)
    assert newer.base.number > back_then
    accept(newer, ada)


def test_who_may_and_when(
    proposal: Proposal, ada: Person, bob: Person, cyd: Person, make_person: MakePerson
) -> None:
    def refused(code: str, by: Person, text: str = "Closed.") -> None:
        with pytest.raises(Refused) as refusal:
            amend(proposal, by, text)
        assert refusal.value.code == code

    refused("not-in-discussion", bob)
    support(proposal, bob, cyd)
    refused("own-proposal", ada)
    refused("nothing-amended", bob, "Meetings of stewards are **open**.")
    refused("not-in-standing", make_person("Gus", standing=False))
    amendment = amend(proposal, bob)
    for act in (accept, lambda a, by: actions.leave_to_the_vote(amendment=a, by=by, at=NOW)):
        with pytest.raises(Refused) as refusal:
            act(amendment, cyd)
        assert refusal.value.code == "not-the-author"
    with pytest.raises(Refused, match="take it back"):
        actions.withdraw_amendment(amendment=amendment, by=cyd, at=NOW)
    with pytest.raises(Refused, match="own amendment"):
        back(amendment, bob)
    back(amendment, ada)
    with pytest.raises(Refused, match="already"):
        back(amendment, ada)


@pytest.mark.parametrize(("source", "target"), list(product(amendment_stages.STATES, repeat=2)))
def test_the_database_makes_only_the_moves_of_the_table(
    discussed: Proposal, bob: Person, source: str, target: str
) -> None:
    amendment = amend(discussed, bob)
    one = Amendment.objects.filter(pk=amendment.pk)
    if source != "open":
        if ("open", source) not in amendment_stages.MOVES:
            pytest.skip("nothing comes there")
        one.update(state=source, settled_at=NOW)
    allowed = source == target or (source, target) in amendment_stages.MOVES
    settled = None if target == "open" else NOW
    if allowed:
        one.update(state=target, settled_at=settled)
    else:
        with pytest.raises(DatabaseError), transaction.atomic():
            one.update(state=target, settled_at=settled)


def test_with_enough_sponsors_it_stands_on_the_ballot(
    discussed: Proposal, ada: Person, bob: Person, cyd: Person
) -> None:
    wanted, lonely = amend(discussed, bob), amend(discussed, cyd, "Ajar.")
    back(wanted, ada, cyd)
    back(lonely, bob)
    actions.leave_to_the_vote(amendment=wanted, answer="Let us see.", by=ada, at=NOW)
    assert discussed.ends_at
    final = actions.freeze(proposal=discussed, by=TEST, at=discussed.ends_at)
    states = dict(Amendment.objects.values_list("number", "state"))
    assert states == {1: "option", 2: "closed"}
    (option,) = actions.competing_options(final)
    assert (option.id, option.text_sha256) == ("amendment-1", wanted.wording.sha256)
    with pytest.raises(Refused, match="settled"):
        back(lonely, ada)


def test_members_choose_an_amended_term_and_that_is_published(
    rules: None, ada: Person, bob: Person, cyd: Person
) -> None:
    proposal = support(propose_term(ada), bob, cyd)
    amendment = actions.amend(
        proposal=proposal,
        content=term(legal="No organisation tracks anybody, anywhere."),
        reason="Nobody slips through.",
        base=1,
        by=bob,
        at=NOW,
    )
    back(amendment, ada, cyd)
    assert proposal.ends_at
    final = actions.freeze(proposal=proposal, by=TEST, at=proposal.ends_at)
    assert final.ends_at
    polled = actions.open_vote(proposal=final, by=TEST, at=final.ends_at)
    assert polled.poll
    open_due(polled.since)
    polled.poll.refresh_from_db()
    assert polled.poll.manifest
    at = polled.since + timedelta(hours=1)
    ids = [option["id"] for option in polled.poll.manifest["options"]]
    assert ids == ["text", "amendment-1", "as-it-is"]
    for person in (ada, bob, cyd):
        _rank(polled, person, ["amendment-1", "text", "as-it-is"], at)
    assert polled.ends_at
    close_due(polled.ends_at)
    decided = actions.decide(proposal=polled, by=TEST, at=polled.ends_at)
    assert decided.stage == stages.ADOPTED
    published = Version.objects.get()
    assert published.revision.legal == "No organisation tracks anybody, anywhere."
    assert published.revision == amendment.wording.revision


def _rank(proposal: Proposal, person: Person, order: list[str], at: object) -> None:
    assert proposal.poll
    assert proposal.poll.manifest
    voter = Voter(proposal.poll.manifest)
    voter.take(
        voting.issue(poll=proposal.poll, blinded=voter.blinded, by=person, at=at)  # type: ignore[arg-type] # a time
    )
    voting.cast(poll_id=proposal.poll.pk, ballot=voter.ballot(*order), at=at)  # type: ignore[arg-type] # a time


def test_words_and_rules_keep_step_or_say_so(
    rules: None, ada: Person, bob: Person, cyd: Person
) -> None:
    proposal = support(propose_term(ada), bob, cyd)

    def notes(**changes: object) -> tuple[str, ...]:
        amendment = actions.amend(
            proposal=proposal, content=term(**changes), reason="So.", base=1, by=bob, at=NOW
        )
        return between(amendment.base, amendment.wording).notes

    assert notes(legal="Nobody is tracked.") == (
        "It changes words, and none of the rules that programs read.",
        "It changes the legal text, and not the plain words.",
    )
    only_rules = notes(rules=(Rule("prohibition", "second", "profile"),))
    assert only_rules == (
        "It changes the rules that programs read, and not the legal text.",
        "It changes the rules that programs read, and not the plain words.",
    )
    assert not notes(
        plain="Do not profile me.",
        legal="No profiles.",
        rules=(Rule("prohibition", "second", "profile"),),
    )


def test_what_changed_stands_between_what_did_not(
    discussed: Proposal, ada: Person, bob: Person
) -> None:
    long = "It is as it was. " * 200
    revise(discussed, f"{long}We meet behind closed doors. {long}", by=ada, at=NOW)
    amendment = amend(discussed, bob, f"{long}We meet in the open. {long}")
    (part,) = between(amendment.base, amendment.wording).parts
    kinds = {stretch.kind for stretch in part.stretches}
    assert {GONE, NEW, SKIPPED} <= kinds
    shown = sum(len(stretch.text) for stretch in part.stretches if stretch.kind != SKIPPED)
    assert shown < 600
    old = "".join(stretch.text for stretch in part.stretches if stretch.kind != NEW)
    new = "".join(stretch.text for stretch in part.stretches if stretch.kind != GONE)
    assert old == amendment.base.content["text"]
    assert new == amendment.wording.content["text"]


def test_an_amendment_is_talked_about_on_its_own_page_with_the_rules_of_all_talk(
    discussed: Proposal, ada: Person, bob: Person, cyd: Person, make_person: MakePerson
) -> None:
    amendment, other = amend(discussed, bob), amend(discussed, cyd, "Ajar.")
    asked = actions.comment(
        proposal=discussed, amendment=amendment, body="Why?", stance="question", by=cyd, at=NOW
    )
    on_it = Comment.objects.about(discussed, amendment)
    assert [comment.pk for comment in on_it] == [asked.pk]
    assert not Comment.objects.about(discussed).exists()
    # A question about an amendment is its author's to answer, and not the proposal's.
    sentence = "Answer a question about “Meet in the open”"
    assert sentence in [waiting.sentence for waiting in awaiting(bob, NOW)]
    assert sentence not in [waiting.sentence for waiting in awaiting(ada, NOW)]
    for person, waits in ((ada, True), (bob, False)):
        answer = actions.comment(
            proposal=discussed, parent=asked, amendment=other, body="So.", by=person, at=NOW
        )
        # It is about what it answers, whatever else was sent.
        assert (answer.thread, answer.amendment) == (asked, amendment)
        assert Comment.objects.unanswered().filter(pk=asked.pk).exists() is waits
    elsewhere = resolve(ada, title="Elsewhere")
    with pytest.raises(Refused, match="another proposal"):
        actions.comment(proposal=elsewhere, amendment=amendment, body="Hm.", by=cyd, at=NOW)


def test_no_steward_hides_what_is_said_about_their_own_amendment(
    discussed: Proposal, cyd: Person, bob: Person, make_person: MakePerson
) -> None:
    sam, sue, max_ = (make_person(name, role="steward") for name in ("Sam", "Sue", "Max"))
    amendment = amend(discussed, sam)
    back(amendment, sue)
    said = actions.comment(proposal=discussed, amendment=amendment, body="No.", by=cyd, at=NOW)
    for steward in (sam, sue):
        with pytest.raises(Refused, match="another steward"):
            actions.hide_comment(comment=said, reason="Unkind.", by=steward, at=NOW)
    assert actions.hide_comment(comment=said, reason="Unkind.", by=max_, at=NOW).hidden


def test_the_database_keeps_a_thread_with_one_amendment(
    discussed: Proposal, ada: Person, bob: Person, cyd: Person
) -> None:
    amendment, other = amend(discussed, bob), amend(discussed, cyd, "Ajar.")
    said = actions.comment(proposal=discussed, amendment=amendment, body="Hm.", by=cyd, at=NOW)
    for moved in (None, other):
        with pytest.raises(DatabaseError), transaction.atomic():
            Comment.objects.filter(pk=said.pk).update(amendment=moved)
    elsewhere = resolve(ada, title="Elsewhere")
    for misplaced in (
        {"proposal": discussed, "amendment": other, "thread": said, "parent": said},
        {"proposal": discussed, "amendment": None, "thread": said, "parent": said},
        {"proposal": elsewhere, "amendment": None, "thread": said, "parent": said},
        {"proposal": elsewhere, "amendment": amendment},
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            Comment.objects.create(author=bob, body="Hm.", at=NOW, **misplaced)


def test_talk_about_an_amendment_through_the_page_and_the_api(
    discussed: Proposal, ada: Person, bob: Person, cyd: Person
) -> None:
    amendment = amend(discussed, bob)
    page = amendment.get_absolute_url()
    to = reverse("proposal-comment", args=[discussed.pk])
    with time_machine.travel(NOW, tick=False):
        client = signed_in(cyd)
        sent: dict[str, Any] = {"amendment": amendment.number, "stance": "against"}
        said = client.post(to, {**sent, "body": "It is **worse**."})
        assert said["Location"].startswith(f"{page}#comment-")
        assert "<strong>worse</strong>" in body(client.get(page))
        assert "worse" not in body(client.get(discussed.get_absolute_url()))
        assert "1 comment<" in body(client.get(reverse("amendment-list", args=[discussed.pk])))
        refused = client.post(to, {**sent, "body": " "})
        assert refused.status_code == 422
        assert "Amendment 1" in body(refused)
        assert 'value="against" selected' in body(refused)
        assert client.post(to, {"amendment": 77, "body": "?"}).status_code == 422
        # An answer that is refused comes back where it was written.
        (comment,) = Comment.objects.all()
        too_long = client.post(to, {"parent": comment.pk, "body": "x" * 10_001})
        assert too_long.status_code == 422
        assert "Your answer to" in body(too_long)
        assert "x" * 10_001 in body(too_long)
        comments = f"/api/v1/proposals/{discussed.pk}/comments/"
        api: dict[str, Any] = {"content_type": "application/json"}
        made = client.post(comments, {"body": "Yes.", "amendment": 1, "stance": "for"}, **api)
        assert (made.status_code, made.json()["amendment"]) == (201, 1)
        answer = client.post(comments, {"body": "So.", "parent": made.json()["id"]}, **api)
        assert answer.json()["amendment"] == 1
        assert client.post(comments, {"body": "?", "amendment": 9}, **api).status_code == 404
        actions.comment(proposal=discussed, body="Of the proposal.", by=bob, at=NOW)
        listed = client.get(f"{comments}?amendment=1&stance=for").json()["results"]
        assert [one["body"] for one in listed] == ["Yes."]
        (whole,) = [
            one for one in client.get(comments).json()["results"] if one["amendment"] is None
        ]
        assert whole["body"] == "Of the proposal."


def test_the_list_shows_what_waits_first_and_one_state_by_itself(
    discussed: Proposal, ada: Person, bob: Person, cyd: Person
) -> None:
    page = reverse("amendment-list", args=[discussed.pk])
    assert "Nobody has proposed another text." in body(Client().get(page))
    taken, waiting = amend(discussed, bob), amend(discussed, cyd, "Ajar.")
    back(taken, cyd)
    accept(taken, ada)
    shown = body(Client().get(page))
    assert shown.index("Amendment 2<") < shown.index("Amendment 1<")
    assert "accepted (1)" in shown
    only = body(Client().get(page, {"state": "accepted"}))
    assert "Amendment 1<" in only
    assert "Amendment 2<" not in only
    assert "No amendment is like this." in body(Client().get(page, {"state": "withdrawn"}))
    assert waiting.number == 2
