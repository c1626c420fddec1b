"""Following proposals, mentions, mails about votes, feeds, and how members take part."""

from __future__ import annotations

import csv
import io
import xml.etree.ElementTree as ElementTree
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from governance.proposals import actions, news, stages
from governance.proposals.models import Comment, Follow, Mention, Proposal, VoteNews
from governance.proposals.participation import Turnout, turnout_csv
from governance.proposals.sweeps import move, tell
from governance.voting.models import Poll
from governance.voting.sweeps import close_due, open_due
from kernel.refusal import Refused
from members import awaiting, leaving
from members.actions import choose_mail
from members.models import OutgoingMail, Person
from tests.conftest import NOW
from tests.governance.proposals.conftest import MakePerson, advance, fresh, resolve, support

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(autouse=True)
def _clock() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


def following(person: Person) -> set[Proposal]:
    return set(Follow.objects.proposals_of(person))


def refusal(act: object, **about: object) -> str:
    with pytest.raises(Refused) as refused:
        act(**about)  # type: ignore[operator]
    return refused.value.code


def say(proposal: Proposal, body: str, by: Person) -> Comment:
    return actions.comment(proposal=proposal, body=body, by=by, at=NOW)


# Following


def test_whoever_takes_part_follows_until_they_say_otherwise(
    proposal: Proposal, ada: Person, bob: Person, cyd: Person, make_person: MakePerson
) -> None:
    dan = make_person("Dan")
    support(proposal, bob)
    say(proposal, "Which meetings?", cyd)
    assert all(following(person) == {proposal} for person in (ada, bob, cyd))
    assert set(Follow.objects.followers_of(proposal)) == {ada, bob, cyd}
    assert following(dan) == set()
    actions.follow(proposal=proposal, by=dan, at=NOW)
    assert refusal(actions.follow, proposal=proposal, by=dan, at=NOW) == "already-following"
    actions.unfollow(proposal=proposal, by=cyd, at=NOW)
    assert refusal(actions.unfollow, proposal=proposal, by=cyd, at=NOW) == "not-following"
    # To say something more is not to follow again.
    say(proposal, "I still do not know.", cyd)
    assert set(Follow.objects.followers_of(proposal)) == {ada, bob, dan}
    assert following(cyd) == set()


def test_whoever_amends_follows(proposal: Proposal, bob: Person, cyd: Person) -> None:
    support(proposal, bob, cyd)
    actions.unfollow(proposal=proposal, by=cyd, at=NOW)
    actions.amend(proposal=proposal, content="Ajar.", reason="Less.", base=1, by=cyd, at=NOW)
    # What one chose holds, whatever one does afterwards.
    assert following(cyd) == set()
    Follow.objects.filter(person=cyd).delete()
    actions.withdraw_support(proposal=proposal, by=cyd, at=NOW)
    assert following(cyd) == {proposal}
    assert cyd in Follow.objects.followers_of(proposal)


def test_ones_own_page_shows_what_one_follows_and_still_goes_on(
    proposal: Proposal,
    ada: Person,
    bob: Person,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(1):
        assert [one.name for one in awaiting.followed(ada)] == ["Meet in the open"]
    for number in range(8):
        actions.follow(proposal=resolve(ada, title=f"Number {number}"), by=bob, at=NOW)
    over = actions.withdraw(proposal=proposal, by=ada, at=NOW)
    actions.follow(proposal=over, by=bob, at=NOW)
    with django_assert_num_queries(1):
        names = [one.name for one in awaiting.followed(bob)]
    assert len(names) == 6
    assert "Meet in the open" not in names
    client = Client()
    client.force_login(bob)
    page = client.get(reverse("my-home")).content.decode()
    assert names[0] in page
    assert '<span class="tag">idea</span>' in page


def test_one_click_follows_and_another_does_not(proposal: Proposal, bob: Person) -> None:
    client = Client()
    url = reverse("proposal-follow", args=[proposal.pk])
    assert client.post(url).status_code == 302
    assert not Follow.objects.exists()
    client.force_login(bob)
    assert "Follow it" in client.get(proposal.get_absolute_url()).content.decode()
    client.post(url)
    assert following(bob) == {proposal}
    assert "No longer follow it" in client.get(proposal.get_absolute_url()).content.decode()
    assert proposal.wording.title in client.get(reverse("following")).content.decode()
    client.post(url, {"back": "1", "list": "1"})
    assert "You follow nothing yet." in client.get(reverse("following")).content.decode()
    api = reverse("api-follow", args=[proposal.pk])
    assert client.post(api).status_code == 204
    assert client.post(api).json()["code"] == "already-following"
    [row] = client.get(reverse("api-follow-list")).json()["results"]
    assert row["title"] == proposal.wording.title
    assert client.delete(api).status_code == 204
    assert client.delete(api).json()["code"] == "not-following"


# Mentions


def test_a_mention_tells_those_in_the_talk_once_and_nobody_else(
    proposal: Proposal, ada: Person, bob: Person, cyd: Person
) -> None:
    support(proposal, bob)
    said = say(proposal, "@Ada and @bob, what of @Cyd and @cyd@example.org?", bob)
    assert [mention.person for mention in Mention.objects.all()] == [ada]
    [mail] = OutgoingMail.objects.filter(kind="mentions")
    assert (mail.person, mail.subject) == (ada, "Bob mentions you: Meet in the open")
    assert said.get_absolute_url() in mail.body
    say(proposal, "I am here.", cyd)
    actions.edit_comment(comment=said, body="@Ada, @Cyd?", by=bob, at=NOW)
    assert {mention.person for mention in Mention.objects.all()} == {ada, cyd}
    assert OutgoingMail.objects.filter(kind="mentions").count() == 2
    client = Client()
    client.force_login(ada)
    assert "<bdi>Bob</bdi> in the talk about" in client.get(reverse("following")).content.decode()
    [row] = client.get(reverse("api-mention-list")).json()["results"]
    assert row["by"] == "Bob"
    assert [line for line, _url in news.mentions(ada, NOW - timedelta(1), NOW + timedelta(1))] == [
        "Bob mentions you in the talk about “Meet in the open”"
    ]


def test_what_is_hidden_mentions_nobody(
    proposal: Proposal, ada: Person, bob: Person, make_person: MakePerson
) -> None:
    support(proposal, bob)
    said = say(proposal, "@Ada is a fool", bob)
    steward = make_person("Sam", role="steward")
    actions.hide_comment(comment=said, reason="It is unkind.", by=steward, at=NOW)
    assert not list(news.mentions(ada, NOW - timedelta(1), NOW + timedelta(1)))
    client = Client()
    client.force_login(ada)
    assert "Bob in the talk" not in client.get(reverse("following")).content.decode()


# The digest


def test_the_digest_tells_what_one_follows_in_as_many_queries(
    proposal: Proposal,
    ada: Person,
    bob: Person,
    cyd: Person,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    advance(proposal, stages.DISCUSSION, sponsors=(bob, cyd))
    week = (NOW - timedelta(1), NOW + timedelta(1))
    for number in range(12):
        say(proposal, f"Remark {number}", bob)
    with django_assert_num_queries(2):  # steps; talk
        lines = [line for line, _url in news.followed(ada, *week)]
    assert lines == [
        "“Meet in the open” is being discussed",
        "12 new comments on “Meet in the open”",
    ]
    actions.unfollow(proposal=proposal, by=ada, at=NOW)
    assert not list(news.followed(ada, *week))
    assert [line for line, _url in news.new_ideas(bob, *week)] == ["Meet in the open"]
    assert not list(news.new_ideas(ada, *week))
    assert not list(news.accepted(ada, *week))


# Votes


def test_a_vote_is_told_to_its_roll_and_its_result_to_who_follows(
    proposal: Proposal, ada: Person, bob: Person, cyd: Person, make_person: MakePerson
) -> None:
    dan, eve = make_person("Dan"), make_person("Eve")
    choose_mail(person=eve, kind="vote-opened", wanted=False, by=eve, at=NOW)
    voting = advance(proposal, stages.VOTING, sponsors=(bob, cyd))
    assert voting.poll
    opened = voting.poll.opens_at
    assert tell(opened - timedelta(seconds=1)) == 0
    open_due(opened)
    assert tell(opened) == 4
    assert tell(opened) == 0
    told = OutgoingMail.objects.filter(kind="vote-opened")
    assert {mail.person for mail in told} == {ada, bob, cyd, dan}
    close = voting.poll.closes_at
    close_due(close)
    move(close)
    assert fresh(proposal).stage in stages.DECIDED
    actions.follow(proposal=proposal, by=dan, at=close)
    actions.unfollow(proposal=proposal, by=cyd, at=close)
    assert tell(close) == 2
    assert tell(close) == 0
    told = OutgoingMail.objects.filter(kind="vote-result")
    # Ada wrote it, and has a mail of her own.
    assert {mail.person for mail in told} == {bob, dan}
    assert "Too few members voted for a decision." in told[0].body


def test_news_goes_on_where_it_stopped_and_nobody_is_told_twice(
    proposal: Proposal, bob: Person, cyd: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("governance.proposals.actions.following.AT_ONCE", 1)
    voting = advance(proposal, stages.VOTING, sponsors=(bob, cyd))
    assert voting.poll
    at = voting.poll.opens_at
    open_due(at)
    assert [tell(at) for _run in range(5)] == [1, 1, 1, 0, 0]
    assert OutgoingMail.objects.filter(kind="vote-opened").count() == 3
    assert VoteNews.objects.get().told_at == at


def test_what_was_decided_long_ago_is_no_news(proposal: Proposal, bob: Person, cyd: Person) -> None:
    voting = advance(proposal, stages.VOTING, sponsors=(bob, cyd))
    assert voting.poll
    open_due(voting.poll.opens_at)
    close_due(voting.poll.closes_at)
    move(voting.poll.closes_at)
    assert tell(voting.poll.closes_at + timedelta(days=3)) == 0
    assert not VoteNews.objects.filter(what="result").exists()


# Feeds


def test_feeds_tell_what_happened_and_keep_what_is_hidden(
    proposal: Proposal,
    ada: Person,
    bob: Person,
    cyd: Person,
    make_person: MakePerson,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    advance(proposal, stages.FINAL, sponsors=(bob, cyd))
    hidden = resolve(bob, title="Buy my pills")
    steward = make_person("Sam", role="steward")
    actions.hide_idea(proposal=hidden, reason="It advertises.", by=steward, at=NOW)
    client = Client()
    with django_assert_num_queries(2):  # how many; what happened
        feed = client.get(reverse("proposal-feed-atom"))
    root = ElementTree.fromstring(feed.content)  # noqa: S314 - our own bytes
    titles = [entry.findtext(f"{ATOM}title") for entry in root.iter(f"{ATOM}entry")]
    assert titles == [
        f"“Meet in the open”: {name}" for name in ("final text", "discussion", "idea")
    ]
    assert (
        client.get(
            reverse("proposal-feed-atom"), headers={"If-None-Match": feed["ETag"]}
        ).status_code
        == 304
    )
    one = client.get(reverse("proposal-one-feed-json", args=[proposal.pk])).json()
    assert [item["title"] for item in one["items"]] == titles
    assert len({item["id"] for item in one["items"]}) == 3
    assert client.get(reverse("proposal-one-feed-atom", args=[hidden.pk])).status_code == 404
    for page in ("2", "0", "x", "9" * 40, "-1"):
        assert client.get(reverse("proposal-feed-json"), {"page": page}).status_code == 404


# How members take part


def test_figures_are_about_nobody(
    proposal: Proposal,
    bob: Person,
    cyd: Person,
    make_person: MakePerson,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    voting = advance(proposal, stages.VOTING, sponsors=(bob, cyd))
    assert voting.poll
    open_due(voting.poll.opens_at)
    close_due(voting.poll.closes_at)
    move(voting.poll.closes_at)
    poll = Poll.objects.get()
    assert poll.result
    with time_machine.travel(poll.closes_at, tick=False):
        client = Client()
        with django_assert_num_queries(5):  # votes; three activities; how long
            page = client.get(reverse("participation")).content.decode()
        rows = list(
            csv.DictReader(
                io.StringIO(client.get(reverse("participation-turnout")).content.decode())
            )
        )
        assert rows[0]["title"] == poll.title
        assert (rows[0]["eligible"], rows[0]["cast"]) == (str(poll.roll_size), "0")
        # Two have sponsored and one proposed: too few to say anything.
        assert page.count(">fewer than 10 people<") == 3
        spread = client.get(reverse("participation-activity")).content.decode()
        assert "proposals,,,," in spread
        api = client.get(reverse("api-participation")).json()
        assert [row["spread"] for row in api["activities"]] == [None, None, None]
        assert api["days_to_decision"]["decided"] == 1
        for text in (page, spread, str(api)):
            assert not any(name in text for name in ("Ada", "Bob", "Cyd"))


def test_a_title_is_no_formula(proposal: Proposal) -> None:
    row = Turnout("p", "=HYPERLINK(1)", NOW, 10, 5)
    assert "'=HYPERLINK(1)" in turnout_csv([row])
    assert (row.percent, row.length) == ("50.0", 300)


def test_whoever_leaves_follows_nothing(proposal: Proposal, bob: Person) -> None:
    actions.follow(proposal=proposal, by=bob, at=NOW)
    [part] = [part for part in leaving.parts() if part.name == "following"]
    assert part.export(bob)["follows"][0]["on"] is True
    part.erase(person=bob, by=bob, at=NOW)
    assert not Follow.objects.exists()
