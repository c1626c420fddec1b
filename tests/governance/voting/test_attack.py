"""Planted votes, copies of everything after every minute, and an attacker who tries every join.

From any one copy, and from all of them together without comparing them, the attacker finds no more
votes than chance. Comparing successive copies narrows each vote down to those of the same minute,
and no further. The same attacker finds the votes of a system that leaks: else this would prove
nothing.
"""

from __future__ import annotations

import json
import logging
import random
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import datetime, timedelta
from functools import partial
from math import sqrt
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from time_machine import travel

from governance.record import sweeps as record
from governance.voting import actions, sweeps
from governance.voting.actions import closing
from governance.voting.models import Intake, Poll, RollEntry
from governance.voting.voter import Voter
from members.models import Person
from tests.conftest import TEST
from tests.governance.voting.attacker import (
    FEW,
    WAYS,
    Copy,
    Found,
    Score,
    Tries,
    attempts,
    read,
    take_dump,
)
from tests.governance.voting.conftest import manifest_of

pytestmark = pytest.mark.django_db(transaction=True)

MINUTE = timedelta(minutes=1)


class Planted:
    """A poll in which it is known who voted what, and the copies that were taken of it."""

    def __init__(self, voters: int, minutes: int) -> None:
        self.chance = random.Random(20261120)  # noqa: S311 - the same poll in every run
        self.voters, self.minutes = voters, minutes
        self.copies: list[Copy] = []
        self.truth: dict[str, str] = {}
        self.choices: dict[str, str] = {}

    def hold(
        self,
        poll: Poll,
        people: list[Person],
        now: datetime,
        logs: Callable[[], bytes],
        *,
        together: bool = False,
        after_each: Callable[[str, str], None] = lambda member, ballot: None,
        copy_when: Callable[[], bool] = lambda: True,
    ) -> None:
        """Let them vote, in an order of their own, over the minutes; copy everything after each.

        ``together``: a program that marks and stores in one transaction.
        """
        order = list(people)
        self.chance.shuffle(order)
        when = sorted(self.chance.randrange(self.minutes) for _ in order)
        cast = reverse("api-poll-cast", args=[poll.pk])
        document = manifest_of(poll)
        with travel(now, tick=False) as clock:
            for minute in range(self.minutes):
                at = now + minute * MINUTE
                for number, person in enumerate(
                    one for one, its in zip(order, when, strict=True) if its == minute
                ):
                    clock.move_to(at + timedelta(seconds=number % 60))
                    choice = self.chance.choice(["yes", "no"])
                    voter = Voter(document)

                    with transaction.atomic() if together else nullcontext():
                        voter.take(
                            actions.issue(poll=poll, blinded=voter.blinded, by=person, at=at)
                        )
                        ballot = voter.ballot(choice)
                        answer = Client().post(cast, json.dumps(ballot), "application/json")
                        assert answer.status_code == 201
                        hashed = answer.json()["ballot"]
                    self.truth[person.pk.hex] = hashed
                    self.choices[hashed] = choice
                    after_each(person.pk.hex, hashed)
                clock.move_to(at + MINUTE)
                sweeps.commit_waiting(at + MINUTE)
                record.sequence(at + MINUTE)
                if copy_when():
                    self.copies.append(read(take_dump(everything_else(logs()))))

    def attack(self) -> dict[str, Found]:
        """Every join on every copy by itself."""
        return self._try(attempts(self.copies))

    def compare(self) -> dict[str, Found]:
        """Every join on what is new in each copy since the one before."""
        return self._try(attempts(self.copies, compared=True))

    def _try(self, tried: Iterator[tuple[str, Tries]]) -> dict[str, Found]:
        found = {}
        for name, tries in tried:
            score = Score()
            for links, most in tries:
                score.add(links, most, self.truth)
            if score.seen:
                found[name] = score.ends(self.choices, self.truth)
        return found

    def caught(self, found: dict[str, Found]) -> dict[str, Found]:
        """The joins that are right more often than chance allows."""
        return {name: one for name, one in found.items() if one.hits > one.limit}

    def betrayed(self, found: dict[str, Found]) -> dict[str, Found]:
        """The joins that guess *what* members voted better than by the result alone.

        By the result each guess is right with the share of the commoner choice. More than five and
        a half standard deviations above it are no chance, of a few thousand joins.
        """
        votes = list(self.choices.values())
        share = max(votes.count(choice) for choice in set(votes)) / len(votes)
        return {
            name: one
            for name, one in found.items()
            if one.right > one.guessed * share + 5.5 * sqrt(one.guessed * share * (1 - share)) + 1
        }


def everything_else(logs: bytes) -> dict[str, bytes]:
    """What there is besides tables: public files, the logs, this process's cache, the database."""
    files = {
        f"public:{path.name}": path.read_bytes()
        for path in sorted(Path(settings.PUBLIC_ROOT).rglob("*"))
        if path.is_file() and path.suffix != ".json"
    }
    files["logs"] = logs
    files["cache"] = repr(getattr(cache, "_cache")).encode()  # noqa: B009 - as it lies in memory
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        files["database file"] = Path(str(connection.settings_dict["NAME"])).read_bytes()
    return files


def is_of(name: str, members: str, ballots: str) -> bool:
    """Whether a join of this name lines these two orders up."""
    of_members, _joined, rest = name.partition(" ~ ")
    of_ballots = next((rest.removesuffix(f" {way}") for way in WAYS if rest.endswith(way)), rest)
    return members in of_members.split(" = ") and ballots in of_ballots.split(" = ")


def times_tried(name: str) -> int:
    """How many joins a name stands for: orders that never differ are tried once."""
    of_members, _joined, of_ballots = name.partition(" ~ ")
    return len(of_members.split(" = ")) * len(of_ballots.split(" = "))


Hold = Callable[..., Planted]


@pytest.fixture
def hold(
    make_poll: Callable[..., Poll],
    people: Callable[[int], list[Person]],
    now: datetime,
    caplog: pytest.LogCaptureFixture,
) -> Hold:
    """Hold a poll of so many votes in so many minutes."""

    def make(voters: int, minutes: int, **leaks: Any) -> Planted:
        caplog.set_level(logging.INFO)
        members = people(voters)
        poll = make_poll()
        actions.open_poll(poll=poll, at=now, by=TEST)
        planted = Planted(voters, minutes)
        planted.hold(poll, members, now, lambda: caplog.text.encode(), **leaks)
        return planted

    return make


def check_nothing_is_found(planted: Planted) -> None:
    scores = planted.attack()
    assert sum(map(times_tried, scores)) > 100, "hardly anything was tried"
    assert max(score.by_chance for score in scores.values()) > 0.9
    assert planted.caught(scores) == {}
    assert planted.betrayed(scores) == {}


def test_one_hundred_and_fifty_votes_keep_their_secret(hold: Hold) -> None:
    planted = hold(150, 12)
    check_nothing_is_found(planted)
    check_copies_narrow_to_the_minute(planted)


@pytest.mark.soak
def test_a_thousand_votes_keep_their_secret(hold: Hold, capsys: pytest.CaptureFixture[str]) -> None:
    planted = hold(1000, 60)
    check_nothing_is_found(planted)
    said = check_copies_narrow_to_the_minute(planted)
    with capsys.disabled():
        print(said)  # noqa: T201 - for whoever runs it


def check_copies_narrow_to_the_minute(planted: Planted) -> str:
    """Successive copies tell the minute: a vote is one of those that were new in it, no more."""
    scores = planted.compare()
    assert planted.caught(scores) == {}
    best = max(scores.values(), key=lambda one: one.hits)
    return (
        f"compared minute by minute, the best of {sum(map(times_tried, scores))} joins found "
        f"{best.hits} of "
        f"{planted.voters} votes; chance within the minute alone finds {best.by_chance:.0f}"
    )


# Systems that leak: the attacker must find them.


def test_ballots_that_stay_in_the_order_they_came_are_found(
    hold: Hold, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeps, "commit_waiting", lambda at: 0)
    planted = hold(100, 6)
    caught = planted.caught(planted.attack())
    assert max(one.hits for one in caught.values()) == 100


def test_marks_that_are_not_rewritten_while_ballots_wait_are_found(
    hold: Hold, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One voter at a time, and the newest mark lies apart: whose ballot waits is plain."""
    monkeypatch.setattr(closing, "rewrite_marks", lambda poll, **given: None)
    # Small batches, so that one or two wait often.
    monkeypatch.setattr(actions, "commit_ballots", partial(actions.commit_ballots, least=8))
    planted = hold(200, 200, copy_when=lambda: 0 < Intake.objects.count() <= FEW)
    [found] = (
        one
        for name, one in planted.attack().items()
        if is_of(name, "voting_issuemark.place", "voting_intake.place") and name.endswith(" few")
    )
    assert found.hits > found.limit, found


def test_a_time_beside_each_is_found(hold: Hold) -> None:
    """A column of times on either side, in whatever order the rows lie."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE leak_mark (person char(32), at integer)")
        cursor.execute("CREATE TABLE leak_ballot (hash char(64), at integer)")
    try:
        seen: list[tuple[str, str]] = []

        def note(member: str, ballot: str) -> None:
            seen.append((member, ballot))
            with connection.cursor() as cursor:
                cursor.execute("INSERT INTO leak_mark VALUES (%s, %s)", [member, len(seen)])
                cursor.execute("INSERT INTO leak_ballot VALUES (%s, %s)", [ballot, len(seen)])

        planted = hold(60, 4, after_each=note)
        found = planted.attack()
        assert any(is_of(name, "leak_mark.at", "leak_ballot.at") for name in planted.caught(found))
        assert planted.betrayed(found)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE leak_mark")
            cursor.execute("DROP TABLE leak_ballot")


def test_a_log_that_names_both_is_found(hold: Hold) -> None:
    log = logging.getLogger("governance.voting.leak")

    def note(member: str, ballot: str) -> None:
        log.info("%s cast %s", member, ballot)

    planted = hold(60, 4, after_each=note)
    assert any(is_of(name, "logs", "logs") for name in planted.caught(planted.attack()))


def test_one_transaction_for_both_is_found(hold: Hold, monkeypatch: pytest.MonkeyPatch) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite keeps no number of the transaction that wrote a row")
    monkeypatch.setattr(sweeps, "commit_waiting", lambda at: 0)
    planted = hold(60, 2, together=True)
    caught = planted.caught(planted.attack())
    assert any(name.startswith("a value of a mark") for name in caught)


def test_the_roll_itself_is_in_an_order_that_tells_nothing(hold: Hold) -> None:
    """Its numbers follow the salted hashes, which nobody chose."""
    planted = hold(30, 2)
    [*entries] = RollEntry.objects.order_by("pk").values_list("person", flat=True)
    assert len(entries) == planted.voters
    assert [one.hex for one in entries] != sorted(one.hex for one in entries)
