"""The pages of polls, as a visitor, a member on the roll and a member too new."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from time_machine import travel

from governance.record.canonical import canonical_bytes
from governance.record.public_files import public_path
from governance.voting import actions
from governance.voting.models import Poll
from governance.voting.rule import PollRule
from members.models import Person
from tests.conftest import TEST
from tests.governance.voting.conftest import manifest_of, result_of, take, vote

pytestmark = pytest.mark.django_db

MakePoll = Callable[..., Poll]
MakePerson = Callable[..., Person]
People = Callable[[int], list[Person]]


@pytest.fixture(autouse=True)
def clock(now: datetime) -> Iterator[None]:
    with travel(now, tick=False):
        yield


def page(address: str, person: Person | None = None, **asked: str) -> str:
    client = Client()
    if person is not None:
        client.force_login(person)
    answer = client.get(address, asked)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def ballot_page(poll: Poll, person: Person | None = None) -> str:
    return page(reverse("poll", args=[poll.pk]), person)


def closed(poll: Poll) -> Poll:
    actions.close_poll(poll=poll, at=poll.closes_at, by=TEST)
    return poll


# The list


def test_the_list_shows_open_votes_first(
    make_open: MakePoll, make_poll: MakePoll, make_person: MakePerson, now: datetime
) -> None:
    ada = make_person("Ada")
    closed(make_open(title="Settled", closes_at=now + timedelta(hours=1)))
    make_poll(title="Coming", opens_at=now + timedelta(days=1))
    make_open(title="Later", closes_at=now + timedelta(days=9))
    make_open(title="Sooner", closes_at=now + timedelta(days=2))
    shown = page(reverse("poll-list"), ada)
    order = [shown.index(title) for title in ("Sooner", "Later", "Coming", "Settled")]
    assert order == sorted(order)
    assert "you have not voted" in shown
    assert "0 of 1 voted" in shown
    assert "you have not voted" not in page(reverse("poll-list"))


def test_the_list_says_who_took_their_ballot(
    make_open: MakePoll, make_person: MakePerson, now: datetime
) -> None:
    ada, ben = make_person("Ada"), make_person("Ben")
    poll = make_open()
    take(poll, ada, now)
    assert "you took your ballot" in page(reverse("poll-list"), ada)
    assert "you have not voted" in page(reverse("poll-list"), ben)


def test_the_list_is_filtered_by_stage(make_open: MakePoll, make_poll: MakePoll) -> None:
    make_open(title="Running")
    make_poll(title="Coming")
    assert "Coming" not in page(reverse("poll-list"), stage="open")
    assert "No vote is at this stage" in page(reverse("poll-list"), stage="closed")


def test_an_empty_list_says_what_to_do_next(db: None) -> None:
    assert "No vote yet" in page(reverse("poll-list"))


def test_a_long_list_has_pages(make_poll: MakePoll) -> None:
    for number in range(26):
        make_poll(title=f"Question {number}")
    assert "Page 1 of 2" in page(reverse("poll-list"))
    assert "Page 2 of 2" in page(reverse("poll-list"), page="2")


def test_the_list_makes_no_query_per_row(
    make_open: MakePoll, make_poll: MakePoll, make_person: MakePerson
) -> None:
    ada = make_person("Ada")
    client = Client()
    client.force_login(ada)

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("poll-list"))
        return len(asked)

    make_open()
    few = queries()
    for _ in range(4):
        make_open()
        make_poll()
    assert queries() == few == 4  # the session, the person, how many polls, and the polls


# The ballot


def test_a_member_on_the_roll_gets_a_ballot(make_open: MakePoll, make_person: MakePerson) -> None:
    ada = make_person("Ada")
    shown = ballot_page(make_open(), ada)
    assert "How your vote stays secret" in shown
    assert "Nothing has been cast yet" in shown
    assert "<noscript>" in shown
    assert "vote.js" in shown
    assert 'data-taken="no"' in shown
    for choice in ("yes", "no", "abstain"):
        assert f'name="choice" value="{choice}"' in shown


def test_the_pass_is_offered_before_the_ballot_is_cast(
    make_open: MakePoll, make_person: MakePerson
) -> None:
    ada = make_person("Ada")
    shown = ballot_page(make_open(), ada)
    assert shown.index("your vote would be lost") < shown.index("Save my voting pass")
    assert shown.index("Save my voting pass") < shown.index("Cast my ballot")


@pytest.mark.parametrize(("on_the_roll", "warned"), [(19, True), (20, False)])
def test_a_small_roll_may_reveal_a_vote(
    make_open: MakePoll, people: People, on_the_roll: int, warned: bool
) -> None:
    members = people(on_the_roll)
    assert ("Fewer than 20" in ballot_page(make_open(), members[0])) is warned


def test_a_visitor_and_a_newcomer_get_no_ballot(
    make_open: MakePoll, make_person: MakePerson
) -> None:
    poll = make_open()
    assert "vote.js" not in ballot_page(poll)
    assert "Sign in" in ballot_page(poll)
    newcomer = make_person("Newcomer", standing=False)
    assert "vote.js" not in ballot_page(poll, newcomer)
    assert "Become a member" in ballot_page(poll, newcomer)


def test_a_member_too_new_is_told_the_cutoff_and_their_first_vote(
    make_open: MakePoll, make_poll: MakePoll, make_person: MakePerson, now: datetime
) -> None:
    poll = make_open()
    new = make_person("New", since=now.date() - timedelta(days=3))
    shown = ballot_page(poll, new)
    assert "The cut-off was" in shown
    assert "20 November 2026" in shown
    assert "the next one whose discussion begins while you are a member" in shown
    make_poll(title="Not yet theirs", opens_at=now + timedelta(days=1))
    first = make_poll(
        title="Their first",
        roll_from=now.date(),
        opens_at=now + timedelta(days=2),
        closes_at=now + timedelta(days=9),
    )
    shown = ballot_page(poll, new)
    assert f'<a href="/polls/{first.pk}/">Their first</a>' in shown
    assert "you will be able to vote here" in ballot_page(first, new)


def test_days_of_standing_are_said_where_they_are_asked(
    make_open: MakePoll, make_person: MakePerson
) -> None:
    shown = ballot_page(make_open(min_days=90), make_person("Ada"))
    assert "a member for at least 90 days" in shown


def test_a_window_that_ended_takes_the_ballot_away_before_any_sweep(
    make_open: MakePoll, make_person: MakePerson, now: datetime
) -> None:
    ada = make_person("Ada")
    poll = make_open()
    with travel(poll.closes_at, tick=False):
        shown = ballot_page(poll, ada)
    assert "being counted" in shown
    assert "vote.js" not in shown


def test_a_name_kept_in_the_browser_tells_nothing(
    make_open: MakePoll, make_person: MakePerson
) -> None:
    ada, ben = make_person("Ada"), make_person("Ben")
    one, two = make_open(), make_open()

    def tag(poll: Poll, person: Person) -> str:
        return ballot_page(poll, person).split('data-voter="')[1].split('"')[0]

    tags = {tag(poll, person) for poll in (one, two) for person in (ada, ben)}
    assert len(tags) == 4
    assert tag(one, ada) in tags
    assert not any(ada.pk.hex in name for name in tags)


def test_a_question_is_shown_safely(make_open: MakePoll, make_person: MakePerson) -> None:
    shown = ballot_page(
        make_open(title="<b>Bold</b>", question_text="<script>alert(1)</script> **yes**")
    )
    assert "<script>alert" not in shown
    assert "&lt;b&gt;Bold" in shown
    assert "<strong>yes</strong>" in shown


# The result


@pytest.mark.parametrize(
    ("votes", "sentence", "reason"),
    [
        (["yes", "yes", "no"], "Adopted: 2 in favour, 1 against.", "More voted yes than no."),
        (["no", "yes"], "Rejected: 1 in favour, 1 against.", "Yes did not outnumber no."),
        (["abstain"], "Not adopted: 0 voted in favour, and 1 were needed.", "Only 0 voted"),
    ],
)
def test_the_result_is_a_sentence_with_its_reasons(
    make_open: MakePoll,
    people: People,
    now: datetime,
    votes: list[str],
    sentence: str,
    reason: str,
) -> None:
    members = people(4)
    poll = make_open()
    for person, choice in zip(members, votes, strict=False):
        vote(poll, person, choice, now)
    shown = ballot_page(closed(poll))
    assert sentence in shown
    assert reason in shown
    assert f"{len(votes)} of 4 voted." in shown
    assert shown.count("<svg viewBox=") >= 3
    assert "verify_poll" in shown
    for hash_of in (poll.record_hash_opened, poll.record_hash_result):
        assert hash_of in shown
    assert poll.commitments.get().record_hash in shown


def test_a_two_thirds_majority_is_named(make_open: MakePoll, people: People, now: datetime) -> None:
    members = people(4)
    poll = make_open(rule=PollRule(method="yes_no", quorum="1/4", majority="2/3"))
    for person, choice in zip(members, ["yes", "yes", "no", "no"], strict=True):
        vote(poll, person, choice, now)
    assert "Yes did not reach 2/3" in ballot_page(closed(poll))


def test_people_on_the_roll_are_told_whether_they_took_a_ballot(
    make_open: MakePoll, people: People, now: datetime
) -> None:
    one, two = people(2)
    poll = make_open()
    vote(poll, one, "yes", now)
    closed(poll)
    assert "You took a ballot in this vote." in ballot_page(poll, one)
    assert "You did not take a ballot in this vote." in ballot_page(poll, two)


def test_a_poll_called_off_says_so(make_poll: MakePoll, now: datetime) -> None:
    poll = make_poll()
    actions.cancel_poll(poll=poll, by=TEST, at=now)
    assert "Called off before it opened" in ballot_page(poll)


# The files


def test_the_files_are_the_published_bytes_for_ever(
    make_open: MakePoll, people: People, now: datetime
) -> None:
    [person] = people(1)
    poll = make_open()
    vote(poll, person, "yes", now)
    closed(poll)
    client = Client()
    contents: dict[str, Any] = {}
    for name in ("manifest", "ballots", "result"):
        address = reverse(f"poll-{name}", args=[poll.pk])
        answer = client.get(address)
        contents[name] = answer.content
        assert answer["Content-Type"] == "application/json"
        assert answer["Access-Control-Allow-Origin"] == "*"
        assert "immutable" in answer["Cache-Control"]
        assert client.get(address, headers={"if-none-match": answer["ETag"]}).status_code == 304
        assert client.head(address).status_code == 200
    assert contents["manifest"] == canonical_bytes(manifest_of(poll))
    assert contents["result"] == canonical_bytes(result_of(poll))
    # The file is made again, the same, where it is missing.
    public_path(f"polls/{poll.pk}/ballots.json").unlink()
    assert client.get(reverse("poll-ballots", args=[poll.pk])).content == contents["ballots"]
    assert json.loads(contents["ballots"])["issued"] == 1


def test_there_is_no_manifest_before_the_opening(make_poll: MakePoll) -> None:
    assert Client().get(reverse("poll-manifest", args=[make_poll().pk])).status_code == 404


@pytest.mark.parametrize("name", ["poll", "poll-manifest", "poll-ballots", "poll-result"])
def test_a_poll_that_is_not_there_is_not_found(db: None, name: str) -> None:
    nowhere = "0" * 8 + "-0000-4000-8000-" + "0" * 12
    assert Client().get(reverse(name, args=[nowhere])).status_code == 404


@pytest.mark.parametrize("name", ["poll-list", "poll", "poll-manifest"])
def test_pages_are_only_read(make_open: MakePoll, name: str) -> None:
    arguments = [] if name == "poll-list" else [make_open().pk]
    assert Client().post(reverse(name, args=arguments)).status_code == 405
