"""Every move that is not in the table is refused: in every stage, to every role, at every door."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, reverse

from governance.proposals import actions, stages, urls
from governance.proposals.models import Proposal
from kernel.refusal import Refused
from members.models import Person
from tests.conftest import NOW, TEST
from tests.governance.proposals.conftest import MakePerson, advance, fresh, resolve, support
from tests.governance.proposals.deciding import decide, no, yes

THEN = NOW + timedelta(days=60)
LATER = timedelta(days=400)
# Which moves people make themselves, at which doors; all others are the program's.
WITHDRAW = ("proposal-withdraw", "api-proposal-withdraw")
SUPPORT = ("proposal-support", "api-proposal-support")
ACTIONS: dict[str, Callable[..., Any]] = {
    "begin_discussion": actions.begin_discussion,
    "lapse": actions.lapse,
    "freeze": actions.freeze,
    "reopen_nominations": actions.reopen_nominations,
    "open_vote": actions.open_vote,
    "vote_again": actions.vote_again,
    "adopt": actions.decide,
    "reject": actions.decide,
    "miss_quorum": actions.decide,
}


@pytest.fixture
def cast_of_roles(make_person: MakePerson) -> dict[str, Person | None]:
    return {
        "anonymous": None,
        "newcomer": make_person("Noor", standing=False),
        "author": make_person("Ada"),
        "sponsor": make_person("Bob"),
        "member": make_person("Dan"),
        "steward": make_person("Sam", role="steward"),
        "scrutineer": make_person("Sue", role="scrutineer"),
    }


@pytest.fixture
def one_in_each_stage(
    rules: None, cast_of_roles: dict[str, Person | None], make_person: MakePerson
) -> dict[str, Proposal]:
    """A resolution in every stage, all of one author and with one sponsor in common."""
    author, sponsor = cast_of_roles["author"], cast_of_roles["sponsor"]
    assert author
    assert sponsor
    other = make_person("Eve")
    crowd = [make_person(f"Voter {number}") for number in range(25)]
    both = (sponsor, other)
    made: dict[str, Proposal] = {}
    # What is finished first: the worker moves everything that is due while it is brought there.
    for stage, votes in (
        (stages.ADOPTED, yes(*crowd[:5])),
        (stages.REJECTED, yes(*crowd[:4]) + no(*crowd[4:8])),
        (stages.NO_QUORUM, yes(*crowd[:1])),
    ):
        made[stage] = decide(resolve(author), votes, sponsors=both)
    withdrawn, lapsed = resolve(author), resolve(author)
    made[stages.WITHDRAWN] = actions.withdraw(proposal=withdrawn, by=author, at=NOW)
    assert lapsed.ends_at
    made[stages.LAPSED] = actions.lapse(proposal=lapsed, by=TEST, at=lapsed.ends_at)
    made[stages.IDEA] = support(resolve(author, at=THEN), sponsor, at=THEN)
    for stage in (stages.DISCUSSION, stages.FINAL, stages.VOTING):
        made[stage] = advance(resolve(author, at=THEN), stage, sponsors=both, at=THEN)
    for stage, proposal in made.items():
        assert fresh(proposal).stage == stage
    assert made.keys() == stages.STAGES.keys()
    return made


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is done inside is not: the next attempt finds what this one found."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def test_the_actions_make_no_move_that_the_table_does_not_have(
    one_in_each_stage: dict[str, Proposal], cast_of_roles: dict[str, Person | None]
) -> None:
    allowed = {(move.name, move.source) for move in stages.MOVES}
    people = [person for person in cast_of_roles.values() if person]
    for stage, proposal in one_in_each_stage.items():
        for name, action in ACTIONS.items():
            if (name, stage) in allowed:
                continue
            with undone(), pytest.raises(Refused):
                action(proposal=proposal, by=TEST, at=NOW + LATER)
            assert fresh(proposal).stage == stage
        for person in people:
            if (stage, person) == (stages.IDEA, cast_of_roles["author"]):
                continue
            with undone(), pytest.raises(Refused):
                actions.withdraw(proposal=proposal, by=person, at=NOW + LATER)
            assert fresh(proposal).stage == stage


def doors() -> list[str]:
    """The name of every address of one proposal, on pages and in the API."""
    found = []
    for pattern in (*urls.urlpatterns, *urls.api_urlpatterns):
        assert isinstance(pattern, URLPattern)
        assert pattern.name
        if set(pattern.pattern.converters) == {"pk"} and "drafts" not in str(pattern.pattern):
            found.append(pattern.name)
    return found


def test_no_door_makes_a_move_that_the_table_does_not_have_for_anybody(
    one_in_each_stage: dict[str, Proposal], cast_of_roles: dict[str, Person | None]
) -> None:
    assert {*WITHDRAW, *SUPPORT} <= set(doors())
    moved: set[tuple[str, str, str, str]] = set()
    # Long before any time is over: what is refused is refused by stage and role alone.
    with time_machine.travel(THEN + timedelta(hours=1), tick=False):
        for role, person in cast_of_roles.items():
            client = Client()
            if person is not None:
                client.force_login(person)
            for stage, proposal in one_in_each_stage.items():
                for door in doors():
                    # What cannot move anything is tried by those who may do most.
                    if door not in (*WITHDRAW, *SUPPORT) and role != "author":
                        continue
                    after, status = knock(client, door, proposal)
                    assert status < 500, (door, role, stage)
                    if after != stage:
                        moved.add((door, role, stage, after))
                    elif door in WITHDRAW:
                        refused = (302,) if not door.startswith("api-") and person is None else ()
                        assert status in (401, 403, 409, *refused), (door, role, stage, status)
    assert moved == {
        *((door, "author", stages.IDEA, stages.WITHDRAWN) for door in WITHDRAW),
        *(
            (door, role, stages.IDEA, stages.DISCUSSION)
            for door in SUPPORT
            for role in ("member", "steward", "scrutineer")
        ),
    }


def knock(client: Client, door: str, proposal: Proposal) -> tuple[str, int]:
    """Send a POST with what would do; answers the stage it led to, and the status."""
    body = {
        "text_sha256": proposal.wording.sha256,
        "body": "A word.",
        "reason": "why",
        "text": "Other words.",
        "title": "Other",
        "summary": "Other",
        "problem": "Other",
    }
    as_json: dict[str, Any] = (
        {"content_type": "application/json"} if door.startswith("api-") else {}
    )
    with undone():
        response = client.post(reverse(door, args=[proposal.pk]), body, **as_json)
        return fresh(proposal).stage, response.status_code


def test_a_page_offers_whoever_looks_the_moves_that_the_table_has_for_them(
    one_in_each_stage: dict[str, Proposal], cast_of_roles: dict[str, Person | None]
) -> None:
    offered: set[tuple[str, str, str]] = set()
    with time_machine.travel(THEN + timedelta(hours=1), tick=False):
        for role, person in cast_of_roles.items():
            client = Client()
            if person is not None:
                client.force_login(person)
            for stage, proposal in one_in_each_stage.items():
                page = client.get(proposal.get_absolute_url())
                assert page.status_code == 200, (role, stage)
                for door in (WITHDRAW[0], SUPPORT[0]):
                    if f'action="{reverse(door, args=[proposal.pk])}"' in page.content.decode():
                        offered.add((door, role, stage))
    assert offered == {
        ("proposal-withdraw", "author", stages.IDEA),
        *(
            ("proposal-support", role, stage)
            for role in ("member", "steward", "scrutineer")
            for stage in (stages.IDEA, stages.DISCUSSION)
        ),
    }
