"""The pages: anyone reads, members write, refusals come back with what was filled in."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from governance.proposals import actions, stages
from governance.proposals.models import Comment, Proposal, Support, Wording
from governance.proposals.sweeps import move
from governance.proposals.talk_page import THREADS_PER_PAGE
from governance.terms import actions as terms
from governance.voting.sweeps import open_due
from members.models import Person
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
)

DAY = timedelta(days=1)
WORDS = {
    "title": "Meet in the open",
    "summary": "Every meeting is open.",
    "problem": "Members hear of decisions late.",
    "text": "Meetings are **open**.",
}
TERM = {
    "summary": "Companies would stop following people.",
    "problem": "Advertising follows people.",
    "term-title": "No stalking",
    "term-version": "1.0.0",
    "term-plain": "Do not follow me.",
    "term-legal": "The organisation does not track the individual.",
    "rules-TOTAL_FORMS": "1",
    "rules-INITIAL_FORMS": "0",
    "rules-0-kind": "prohibition",
    "rules-0-party": "second",
    "rules-0-action": "track",
}


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def body(response: Any) -> str:
    text: str = response.content.decode()
    return text


# Reading


def test_the_list_says_what_to_do_when_it_is_empty(client: Client, rules: None) -> None:
    page = client.get(reverse("proposal-list"))
    assert page.status_code == 200
    assert "Make the first proposal" in body(page)
    assert "No proposal fits" in body(client.get(reverse("proposal-list") + "?q=whales"))


def test_the_list_is_searched_by_stage_kind_and_words(
    client: Client, rules: None, ada: Person, bob: Person, cyd: Person
) -> None:
    resolve(ada, title="Meet in the open")
    advance(resolve(ada, title="Publish minutes"), stages.FINAL, sponsors=(bob, cyd))
    propose_term(ada)

    def found(query: str) -> set[str]:
        page = client.get(reverse("proposal-list") + query)
        return {shown.wording.title for shown in page.context["page"]}

    assert found("") == {"Meet in the open", "Publish minutes", "No stalking"}
    assert found("?stage=final") == {"Publish minutes"}
    assert found("?kind=adopt_term") == {"No stalking"}
    assert found("?q=MINUTES") == {"Publish minutes"}
    assert found("?q=advertising") == {"No stalking"}, "the problem is searched too"
    assert found("?stage=idea&kind=resolution") == {"Meet in the open"}
    assert client.get(reverse("proposal-list") + "?stage=nowhere").status_code == 200


def test_a_list_of_any_length_takes_the_same_queries(
    client: Client,
    rules: None,
    ada: Person,
    bob: Person,
    cyd: Person,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    resolve(ada)
    for count in (1, 12):
        for number in range(count - 1):
            at = NOW - timedelta(hours=2 * number)
            more = resolve(ada, title=f"More {number}", at=at)
            advance(more, stages.VOTING, sponsors=(bob, cyd))
        # 1 how many, 2 the proposals with author, wording, rule, poll and counts
        with django_assert_num_queries(2):
            assert client.get(reverse("proposal-list")).status_code == 200


def test_a_long_list_has_pages_that_keep_the_search(
    client: Client, rules: None, ada: Person
) -> None:
    for number in range(21):
        resolve(ada, title=f"Number {number}", at=NOW - timedelta(minutes=number))
    first = client.get(reverse("proposal-list") + "?q=number")
    assert "?q=number&amp;page=2" in body(first)
    second = client.get(reverse("proposal-list") + "?q=number&page=2")
    assert [shown.wording.title for shown in second.context["page"]] == ["Number 20"]


def test_the_page_of_a_proposal_in_each_stage(
    client: Client, rules: None, ada: Person, bob: Person, cyd: Person
) -> None:
    sentences = {
        stages.IDEA: "0 of the 2 it needs",
        stages.DISCUSSION: "In discussion until",
        stages.FINAL: "The vote opens on",
        stages.VOTING: "Members vote until",
    }
    proposal = resolve(ada)
    assert sentences[stages.IDEA] in body(client.get(proposal.get_absolute_url()))
    for stage in (stages.DISCUSSION, stages.FINAL, stages.VOTING):
        shown = advance(resolve(ada), stage, sponsors=(bob, cyd))
        page = body(client.get(shown.get_absolute_url()))
        assert sentences[stage] in page
        assert "Meetings of stewards are <strong>open</strong>." in page
    actions.withdraw(proposal=proposal, by=ada, at=NOW)
    assert "Withdrawn by its author" in body(client.get(proposal.get_absolute_url()))


def test_a_term_is_shown_in_words_rules_and_law(client: Client, rules: None, ada: Person) -> None:
    page = body(client.get(propose_term(ada).get_absolute_url()))
    assert "Do not <strong>follow</strong> me around." in page
    assert "The organisation may not" in page
    assert "The organisation does not track the individual." in page


def test_every_text_can_be_checked_against_its_hash(
    client: Client, rules: None, ada: Person
) -> None:
    for proposal in (resolve(ada), propose_term(ada)):
        page = client.get(reverse("proposal-text", args=[proposal.pk, 1]))
        assert page["Content-Type"] == "application/json"
        assert hashlib.sha256(page.content).hexdigest() == proposal.wording.sha256
    assert client.get(reverse("proposal-text", args=[proposal.pk, 2])).status_code == 404


def test_many_comments_take_no_more_queries(
    rules: None,
    ada: Person,
    bob: Person,
    make_person: MakePerson,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    proposal = support(resolve(ada), bob)
    client = signed_in(make_person("Dan"))
    for count in (1, 60):
        for number in range(count):
            at = NOW + timedelta(minutes=count + number)
            actions.comment(proposal=proposal, body=f"Number {number}", by=bob, at=at)
        # Whatever is said: session and person, the proposal and its path, who may what, a page of
        # threads with their first answers, reasons, texts, amendments.
        with django_assert_max_num_queries(30):
            page = client.get(proposal.get_absolute_url())
    assert len(page.context["threads"]) == THREADS_PER_PAGE
    assert len(client.get(proposal.get_absolute_url() + "?page=4").context["threads"]) == 1


def test_hostile_markdown_is_only_words(client: Client, rules: None, ada: Person) -> None:
    hostile = (
        "<script>alert(1)</script> <img src=x onerror=alert(2)> [click](javascript:alert(3)) "
        "![x](https://tracker.example/x.png) <a href='x' onclick='alert(4)'>a</a>"
    )
    proposal = actions.propose(
        kind="resolution",
        title="<script>alert(5)</script>",
        summary="<b>bold</b>",
        problem=hostile,
        content=hostile,
        by=ada,
        at=NOW,
    )
    actions.comment(proposal=proposal, body=hostile, by=ada, at=NOW)
    for url in (proposal.get_absolute_url(), reverse("proposal-list")):
        page = body(client.get(url))
        for bad in ("<script>alert", "<img", 'href="javascript', "<a href='x", "<b>bold"):
            assert bad not in page
    assert "&lt;script&gt;alert(5)" in page


# Writing


def test_only_who_is_signed_in_reaches_the_forms(client: Client, proposal: Proposal) -> None:
    for name, args in (
        ("proposal-new", []),
        ("proposal-write", ["resolution"]),
        ("proposal-edit", [proposal.pk]),
    ):
        page = client.get(reverse(name, args=args))
        assert (page.status_code, page["Location"].startswith("/login/")) == (302, True)
    page = client.post(reverse("proposal-comment", args=[proposal.pk]), {"body": "Hello"})
    assert page.status_code == 302
    assert not Comment.objects.exists()


@pytest.mark.parametrize("name", ["support", "withdraw-support", "withdraw", "comment"])
def test_reading_changes_nothing(proposal: Proposal, bob: Person, name: str) -> None:
    page = signed_in(bob).get(reverse(f"proposal-{name}", args=[proposal.pk]))
    assert page.status_code == 405


def test_a_member_proposes_a_resolution(rules: None, ada: Person) -> None:
    client = signed_in(ada)
    assert "Adopt a term" in body(client.get(reverse("proposal-new")))
    url = reverse("proposal-write", args=["resolution"])
    assert client.get(url).status_code == 200
    page = client.post(url, WORDS)
    opened = Proposal.objects.get()
    assert (page.status_code, page["Location"]) == (302, opened.get_absolute_url())
    assert opened.author == ada
    assert opened.wording.content == {"text": "Meetings are **open**."}
    assert client.get(reverse("proposal-write", args=["coup"])).status_code == 404


def test_a_member_proposes_a_term(rules: None, ada: Person) -> None:
    client = signed_in(ada)
    url = reverse("proposal-write", args=["adopt_term"])
    assert 'name="title"' not in body(client.get(url)), "the term's title is the proposal's"
    page = client.post(url, TERM)
    assert page.status_code == 302, body(page)
    opened = Proposal.objects.to_show().get()
    assert opened.wording.title == "No stalking"
    assert opened.draft
    assert opened.draft.latest_revision == opened.wording.revision


def test_adding_a_rule_keeps_what_was_written_and_sends_nothing(rules: None, ada: Person) -> None:
    client = signed_in(ada)
    page = client.post(reverse("proposal-write", args=["adopt_term"]), TERM | {"add_rule": "1"})
    assert page.status_code == 200
    assert TERM["problem"] in body(page)
    assert 'name="rules-1-kind"' in body(page)
    assert not Proposal.objects.exists()


def test_a_new_version_begins_with_the_one_in_force(
    rules: None, ada: Person, tmp_path: Path, settings: Any
) -> None:
    settings.PUBLIC_ROOT = tmp_path
    draft = terms.create_draft(content=term(), by=ada, at=NOW)
    terms.freeze_draft(draft=draft, by=TEST, at=NOW)
    adoption = {
        "poll": f"{settings.PUBLIC_ORIGIN}/polls/6f3c2a52-9a7e-4d61-8f0e-2f1f6f0a9b11/",
        "method": "yes_no",
        "eligible": 9,
        "cast": 5,
        "result": {},
        "manifestSha256": "a" * 64,
        "resultSha256": "b" * 64,
    }
    terms.publish(draft=draft, adoption=adoption, by=TEST, at=NOW)
    url = reverse("proposal-write", args=["adopt_term"])
    page = body(signed_in(ada).get(url + "?about=no-stalking"))
    assert 'value="no-stalking"' in page
    assert 'value="1.1.0"' in page
    assert term().legal in page
    assert 'value="1.0.0"' in body(signed_in(ada).get(url + "?about=unknown"))


def test_a_form_that_is_not_filled_in_names_every_field(rules: None, ada: Person) -> None:
    page = signed_in(ada).post(
        reverse("proposal-write", args=["resolution"]), {"title": "Kept words"}
    )
    assert page.status_code == 422
    for missing in ("In one sentence", "The problem behind it", "The text that members would"):
        assert f"{missing}" in body(page)
    assert body(page).count("This field is required") >= 3
    assert 'value="Kept words"' in body(page)


def test_a_refused_form_comes_back_filled_in(rules: None, make_person: MakePerson) -> None:
    client = signed_in(make_person("Vic", standing=False))
    page = client.post(reverse("proposal-write", args=["resolution"]), WORDS)
    assert page.status_code == 409
    assert "membership is current" in body(page)
    assert WORDS["problem"] in body(page)
    assert not Proposal.objects.exists()


def test_the_author_changes_the_text(proposal: Proposal, ada: Person, bob: Person) -> None:
    support(proposal, bob)
    client = signed_in(ada)
    url = reverse("proposal-edit", args=[proposal.pk])
    assert "Meetings of stewards are **open**." in body(client.get(url))
    assert client.post(url, WORDS).status_code == 302
    assert fresh(proposal).wording.number == 2
    assert "an older text, not confirmed" in body(client.get(proposal.get_absolute_url()))

    again = client.post(url, WORDS)
    assert again.status_code == 409
    assert "as it already stands" in body(again)
    assert client.post(url, WORDS | {"title": ""}).status_code == 422
    other = signed_in(bob).post(url, WORDS | {"title": "Mine"})
    assert other.status_code == 409
    assert "Only its author" in body(other)


def test_a_sponsor_stands_behind_confirms_and_leaves(
    proposal: Proposal, ada: Person, bob: Person
) -> None:
    client = signed_in(bob)
    url = proposal.get_absolute_url()
    first = proposal.wording.sha256
    assert "Sponsor this text" in body(client.get(url))
    sent = client.post(reverse("proposal-support", args=[proposal.pk]), {"text_sha256": first})
    assert (sent.status_code, sent["Location"]) == (302, url)
    assert "Take my name back" in body(client.get(url))

    revise(proposal, "Open, and minuted.", by=ada, at=NOW)
    assert "I stand behind the new text too" in body(client.get(url))
    stale = client.post(reverse("proposal-support", args=[proposal.pk]), {"text_sha256": first})
    assert stale.status_code == 409
    assert "The text has changed since you opened this page" in body(stale)

    left = client.post(reverse("proposal-withdraw-support", args=[proposal.pk]))
    assert left.status_code == 302
    assert not Support.objects.exists()
    again = client.post(reverse("proposal-withdraw-support", args=[proposal.pk]))
    assert again.status_code == 409
    assert "You do not stand behind this proposal" in body(again)
    nonsense = client.post(reverse("proposal-support", args=[proposal.pk]), {"text_sha256": "x"})
    assert nonsense.status_code == 422


def test_a_member_too_new_to_sponsor_is_told_from_when_and_may_comment(
    rules: None, ada: Person, make_person: MakePerson
) -> None:
    for number in range(25):
        make_person(f"Member {number}")
    new = make_person("Nia", since=(NOW - 9 * DAY).date())
    proposal = resolve(ada)
    client = signed_in(new)
    sentence = "You can sponsor from 10 December 2026 on."
    assert sentence in body(client.get(proposal.get_absolute_url()))
    assert "Sponsor this text" not in body(client.get(proposal.get_absolute_url()))
    refused = client.post(
        reverse("proposal-support", args=[proposal.pk]), {"text_sha256": proposal.wording.sha256}
    )
    assert refused.status_code == 409
    assert sentence in body(refused)
    said = client.post(reverse("proposal-comment", args=[proposal.pk]), {"body": "A *word*."})
    assert said.status_code == 302
    assert "A <em>word</em>." in body(client.get(proposal.get_absolute_url()))


def test_on_the_day_that_was_named_they_can_sponsor(
    clock: time_machine.Traveller, rules: None, ada: Person, make_person: MakePerson
) -> None:
    for number in range(25):
        make_person(f"Member {number}")
    client = signed_in(make_person("Nia", since=(NOW - 9 * DAY).date()))
    proposal = resolve(ada)
    for moment, status in ((NOW + 19 * DAY, 409), (NOW + 20 * DAY, 302)):
        clock.move_to(moment, tick=False)
        client.force_login(Person.objects.get(display_name="Nia"))
        sent = client.post(
            reverse("proposal-support", args=[proposal.pk]),
            {"text_sha256": proposal.wording.sha256},
        )
        assert sent.status_code == status


def test_in_the_founding_nobody_is_too_new(
    rules: None, ada: Person, make_person: MakePerson
) -> None:
    new = make_person("Nia", since=NOW.date())
    support(resolve(ada), new)
    assert Support.objects.get().person == new


def test_the_author_withdraws_an_idea_and_is_told_why_not_later(
    rules: None, ada: Person, bob: Person, cyd: Person
) -> None:
    client = signed_in(ada)
    idea, discussed = resolve(ada), support(resolve(ada), bob, cyd)
    assert "Withdraw this idea" in body(client.get(idea.get_absolute_url()))
    assert client.post(reverse("proposal-withdraw", args=[idea.pk])).status_code == 302
    assert fresh(idea).stage == stages.WITHDRAWN
    refused = client.post(reverse("proposal-withdraw", args=[discussed.pk]))
    assert refused.status_code == 409
    assert "no longer yours alone" in body(refused)


def test_a_comment_that_is_refused_comes_back(proposal: Proposal, ada: Person, bob: Person) -> None:
    url = reverse("proposal-comment", args=[proposal.pk])
    empty = signed_in(bob).post(url, {"body": ""})
    assert empty.status_code == 422
    actions.withdraw(proposal=proposal, by=ada, at=NOW)
    late = signed_in(bob).post(url, {"body": "A long and careful thought."})
    assert late.status_code == 409
    assert "A long and careful thought." in body(late)


def test_a_steward_hides_with_a_public_reason_and_never_in_their_own_cause(
    proposal: Proposal, ada: Person, bob: Person, make_person: MakePerson
) -> None:
    said = actions.comment(proposal=proposal, body="Ada lives at 5 Elm St", by=bob, at=NOW)
    url = reverse("comment-hide", args=[proposal.pk, said.pk])
    steward = make_person("Sue", role="steward")
    client = signed_in(steward)

    assert signed_in(bob).post(url, {"reason": "Mine"}).status_code == 409
    assert "Hide this comment" not in body(signed_in(bob).get(proposal.get_absolute_url()))
    assert "Hide this comment" in body(client.get(proposal.get_absolute_url()))
    assert client.post(url, {"reason": ""}).status_code == 422
    assert client.post(url, {"reason": "It says where somebody lives."}).status_code == 302
    page = body(client.get(proposal.get_absolute_url()))
    assert "5 Elm St" not in page
    assert "It says where somebody lives." in page
    assert Comment.objects.get().body == "Ada lives at 5 Elm St", "hidden, not deleted"
    again = client.post(url, {"reason": "Once more"})
    assert again.status_code == 409
    assert "This comment was hidden before" in body(again)


def test_no_steward_hides_in_their_own_cause(
    rules: None, ada: Person, make_person: MakePerson
) -> None:
    steward = make_person("Sue", role="steward")
    own, sponsored, other = resolve(steward), resolve(ada), resolve(ada)
    support(sponsored, steward)
    client = signed_in(steward)
    for proposal, author in ((own, ada), (sponsored, ada), (other, steward)):
        said = actions.comment(proposal=proposal, body="Nonsense.", by=author, at=NOW)
        url = reverse("comment-hide", args=[proposal.pk, said.pk])
        refused = client.post(url, {"reason": "I do not like it"})
        assert refused.status_code == 409
        assert "another steward has to decide" in body(refused)
        assert '<blockquote dir="auto">I do not like it</blockquote>' in body(refused)
    assert not Comment.objects.exclude(hidden_at=None).exists()


def test_what_to_do_next_is_the_only_filled_button(
    rules: None, ada: Person, bob: Person, cyd: Person
) -> None:
    idea = resolve(ada)
    voting = advance(resolve(ada), stages.VOTING, sponsors=(bob, cyd))
    open_due(voting.since)
    for client, proposal, label in (
        (Client(), idea, "Sign in to take part"),
        (signed_in(bob), idea, "Sponsor this text"),
        (signed_in(ada), idea, "Say it"),
        (signed_in(bob), voting, "Go to the vote"),
        (Client(), voting, "Go to the vote"),
    ):
        page = body(client.get(proposal.get_absolute_url()))
        main = page[page.index("<main") : page.index("</main>")]
        filled = [
            chunk.split(">", 1)[1].split("<", 1)[0]
            for tag in ("<button", '<a role="button"')
            for chunk in main.split(tag)[1:]
            if "class=" not in chunk.split(">", 1)[0]
        ]
        assert filled == [label]


def test_a_discussion_that_waits_says_for_what(
    clock: time_machine.Traveller,
    rules: None,
    ada: Person,
    bob: Person,
    cyd: Person,
    client: Client,
) -> None:
    first, second = (support(propose_term(ada, plain=text), bob, cyd) for text in ("A.", "B."))
    clock.move_to(NOW + 14 * DAY, tick=False)
    assert move(NOW + 14 * DAY) == 1
    waiting = next(one for one in (first, second) if fresh(one).stage == stages.DISCUSSION)
    page = body(client.get(waiting.get_absolute_url()))
    assert "Another proposal about the same thing is being voted on" in page


def test_the_rules_are_on_a_dated_page(
    client: Client, rules: None, write_rules: WriteRules, make_person: MakePerson
) -> None:
    page = body(client.get(reverse("decision-rules")))
    assert "2 members besides the author, within 30 days" in page
    assert "more than half" in page
    assert "at least 60 %" in page
    assert "still being founded" in page
    write_rules("sponsors = 2", "sponsors = 4", at=NOW)
    page = body(client.get(reverse("decision-rules")))
    assert "4 members besides the author" in page
    assert Wording.objects.count() == 0
    for number in range(25):
        make_person(f"Member {number}")
    assert "still being founded" not in body(client.get(reverse("decision-rules")))
