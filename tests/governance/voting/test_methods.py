"""A poll in each method, from its scheduling to a result that everybody counts alike."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from governance.record.models import Pending
from governance.voting import actions
from governance.voting.models import Poll
from governance.voting.recount import recount
from governance.voting.rule import METHODS, Option, PollRule, text_sha256
from kernel.refusal import Refused
from members.models import Person
from tests.conftest import TEST
from tests.governance.voting.conftest import manifest_of, result_of, take

pytestmark = pytest.mark.django_db

MakePoll = Callable[..., Poll]
People = Callable[[int], list[Person]]


def options(*ids: str, cost: int | None = None) -> list[Option]:
    return [
        Option(
            id=one,
            label=f"Option {one}",
            text_sha256=text_sha256(f"All of {one}."),
            text=f"All of {one}.",
            cost=cost,
        )
        for one in ids
    ]


RULES = {
    "approval": PollRule(method="approval", quorum="1/10", seats=2),
    "schulze": PollRule(method="schulze", quorum="1/10", majority="1/2", default="further"),
    "stv": PollRule(method="stv", quorum="1/10", seats=2),
    "equal_shares": PollRule(method="equal_shares", quorum="1/10", budget=7000, currency="EUR"),
}
BALLOTS: dict[str, list[list[str]]] = {
    "approval": [["a", "b"], ["a"], ["b", "c"], ["abstain"], ["a"]],
    "schulze": [["a", "b=c"], ["b", "a"], ["a", "further"], ["c", "a", "b"], ["abstain"]],
    "stv": [["a"], ["a", "b"], ["a", "b"], ["b", "c"], ["abstain"]],
    "equal_shares": [["a", "b"], ["a", "b"], ["a"], ["c"], ["abstain"]],
}
WINNERS = {
    "approval": ["a", "b"],
    "schulze": ["a"],
    "stv": ["a", "b"],
    "equal_shares": ["a", "b"],
}


def offered(method: str) -> list[Option]:
    if method == "equal_shares":
        return options("a", "b", "c", cost=3000)
    return options("a", "b", "c", *(["further"] if method == "schulze" else []))


@pytest.fixture
def run(make_open: MakePoll, people: People, now: datetime) -> Callable[[str], Poll]:
    """A closed poll of one method, with its five ballots."""

    def make(method: str) -> Poll:
        members = people(5)
        poll = make_open(rule=RULES[method], options=offered(method))
        for person, choices in zip(members, BALLOTS[method], strict=True):
            cast(poll, person, choices, now)
        actions.close_poll(poll=poll, at=poll.closes_at, by=TEST)
        return poll

    return make


def cast(poll: Poll, person: Person, choices: Sequence[str], at: datetime) -> None:
    ballot = take(poll, person, at).ballot(*choices)
    actions.cast(poll_id=poll.pk, ballot=ballot, at=at)


def test_there_is_a_rule_here_for_each_method() -> None:
    assert {"yes_no", *RULES} == set(METHODS)


@pytest.mark.parametrize("method", RULES)
def test_a_vote_is_counted_by_its_method(run: Callable[[str], Poll], method: str) -> None:
    poll = run(method)
    result = result_of(poll)
    assert (result["method"], result["outcome"]) == (method, "elected")
    assert result["winners"] == WINNERS[method]
    assert (result["eligible"], result["cast"], result["abstained"]) == (5, 5, 1)
    entry = Pending.objects.get(type="poll.closed").content
    assert (entry["winners"], entry["outcome"]) == (WINNERS[method], "elected")
    assert "counts" not in entry


@pytest.mark.parametrize("method", RULES)
def test_what_is_published_recounts_and_the_command_counts_alike(
    run: Callable[[str], Poll], method: str, capsys: pytest.CaptureFixture[str]
) -> None:
    poll = run(method)
    folder = Path(settings.PUBLIC_ROOT, "polls", str(poll.pk))
    ballots, manifest = (
        json.loads((folder / f"{name}.json").read_bytes()) for name in ("ballots", "manifest")
    )
    checked = recount(
        ballots,
        manifest,
        manifest_sha256=poll.manifest_sha256,
        recorded_result=result_of(poll),
    )
    assert checked.holds, checked.faults
    call_command("count", str(folder / "ballots.json"), "--method", method, "--json")
    counted = json.loads(capsys.readouterr().out)
    assert [winner["id"] for winner in counted["winners"]] == WINNERS[method]
    assert counted["rounds"] == result_of(poll)["rounds"]


@pytest.mark.parametrize("method", RULES)
def test_the_manifest_says_what_the_method_takes(make_open: MakePoll, method: str) -> None:
    manifest = manifest_of(make_open(rule=RULES[method], options=offered(method)))
    taken = {
        "approval": {"quorum", "seats"},
        "schulze": {"quorum", "majority", "default"},
        "stv": {"quorum", "seats"},
        "equal_shares": {"quorum", "budget", "currency"},
    }
    assert manifest["rule"].keys() == taken[method]
    assert all(("cost" in one) == (method == "equal_shares") for one in manifest["options"])
    # Texts and names stay out of it.
    assert "Option a" not in json.dumps(manifest)
    assert "All of a" not in json.dumps(manifest)


@pytest.mark.parametrize(
    ("method", "choices"),
    [
        ("approval", ["b", "a"]),
        ("approval", ["a=b"]),
        ("schulze", ["c=b"]),
        ("stv", ["a=b"]),
        ("stv", ["a", "abstain"]),
        ("equal_shares", ["z"]),
    ],
)
def test_what_is_no_vote_of_the_method_is_refused(
    make_open: MakePoll, people: People, now: datetime, method: str, choices: list[str]
) -> None:
    [person] = people(1)
    poll = make_open(rule=RULES[method], options=offered(method))
    with pytest.raises(Refused) as refused:
        cast(poll, person, choices, now)
    assert refused.value.code == "unknown-choice"


def rule(method: str, **changes: Any) -> PollRule:
    return dataclasses.replace(RULES[method], **changes)


@pytest.mark.parametrize(
    ("rule", "offered", "says"),
    [
        (rule("stv", seats=4), options("a", "b", "c"), "4 seats and 3 to choose from"),
        (rule("stv", majority="1/2"), options("a", "b"), "asks for no majority"),
        (rule("approval", default="a"), options("a", "b"), "measure the others by"),
        (rule("schulze", default="z"), options("a", "b"), "none of the options"),
        (rule("schulze", default=""), options("a", "b"), "need an option to measure"),
        (rule("schulze", seats=2), options("a", "further"), "fills no seats"),
        (rule("schulze"), options("further"), "something to choose from"),
        (rule("approval"), options("a", "b", "abstain"), "Every ballot can abstain"),
        (rule("approval"), options("a", "a", "b"), "same short name"),
        (rule("approval", budget=5), options("a", "b"), "Only a vote that divides money"),
        (rule("approval"), options("a", "b", cost=5), "Only a vote that divides money"),
        (rule("equal_shares", budget=None), options("a", cost=5), "needs a budget"),
        (rule("equal_shares", currency=""), options("a", cost=5), "needs a budget"),
        (rule("equal_shares"), options("a"), "needs a cost"),
        (rule("equal_shares"), options("a", cost=7001), "more than the whole budget"),
        (PollRule(method="yes_no", quorum="0/1", majority="1/2"), options("a", "b"), "exactly"),
    ],
)
def test_what_does_not_go_together_is_refused_in_a_sentence(
    make_poll: MakePoll, rule: PollRule, offered: list[Option], says: str
) -> None:
    with pytest.raises(Refused, match=says) as refused:
        make_poll(rule=rule, options=offered)
    assert refused.value.code == "poll-options"
    assert not Poll.objects.exists()


@pytest.mark.parametrize("method", RULES)
def test_the_pages_of_each_method_open(
    run: Callable[[str], Poll], make_person: Callable[..., Person], method: str
) -> None:
    poll = run(method)
    shown = Client().get(reverse("poll", args=[poll.pk])).content.decode()
    for winner in WINNERS[method]:
        assert f"Option {winner}" in shown
    answered = Client().get(reverse("api-poll", args=[poll.pk])).json()
    assert answered["result"]["winners"] == WINNERS[method]
