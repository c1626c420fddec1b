"""A move that people make, tried by everybody at every door: what is allowed, and what is not.

A test names the moves of one table, brings its subject to a stage, and has each of the cast try
each move by the action, the page and the API. What the table does not have, and who may not, is
refused with a code, and leaves every table of the database as it was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse

from funding.grants.models import Application, Interest, PayoutMark, Relation, TeamMember
from kernel.refusal import Refused
from members.models import Person
from tests.conftest import NOW
from tests.routes.walking import noting, undone

Cast = dict[str, Person | None]
# Stewards whom the application concerns, by what made it so.
RECUSED = ("own word", "team", "relation", "shared account")


def make_cast(make_person: Callable[..., Person], application: Application) -> Cast:
    """Everybody who might try: each office, each way to be recused, and whoever has none."""
    applicant = application.applicant
    cast: Cast = {
        "anonymous": None,
        "newcomer": make_person("Nadia", standing=False),
        "member": make_person("Mia"),
        "applicant": applicant,
        "colleague": make_person("Cole"),
        "steward": make_person("Stella", role="steward"),
        "silent": make_person("Silvia", role="steward"),
        "scrutineer": make_person("Cy", role="scrutineer"),
        "treasurer": make_person("Tom", role="treasurer"),
        "own word": make_person("Ona", role="steward"),
        "team": make_person("Tess", role="steward"),
        "relation": make_person("Rosa", role="steward"),
        "shared account": make_person("Asha", role="steward"),
    }
    people = {name: person for name, person in cast.items() if person is not None}
    for name in ("member", "steward", "scrutineer", "treasurer", "team", "relation"):
        _declared(application, people[name])
    _declared(application, people["shared account"])
    _declared(application, people["own word"], conflicted=True)
    for name in ("colleague", "team"):
        person = people[name]
        TeamMember.objects.create(
            application=application, name=name, email=person.email, person=person
        )
    Relation.objects.create(application=application, person=people["relation"], what="A cousin")
    for person in (applicant, people["shared account"]):
        PayoutMark.objects.create(person=person, fingerprint="f" * 64, marked_at=NOW)
    return cast


def _declared(application: Application, person: Person, *, conflicted: bool = False) -> None:
    Interest.objects.create(
        application=application, person=person, conflicted=conflicted, declared_at=NOW
    )


@dataclass(frozen=True, slots=True)
class Move:
    """One move: who may make it, from which stages it leads where, and its three doors.

    ``page`` and ``api`` answer an address and what is sent there; ``method`` is the API's.
    ``prepare`` makes, in a stage, what the move needs besides it.
    """

    name: str
    may: frozenset[str]
    leads: dict[str, str]
    act: Callable[[Person], object]
    page: Callable[[], tuple[str, dict[str, Any]]]
    api: Callable[[], tuple[str, dict[str, Any]]]
    prepare: Callable[[str], object] = field(default=lambda stage: None)


@dataclass(slots=True)
class Outcome:
    """What came of one attempt; of an action that was refused, the refusal."""

    done: bool = False
    refused: Refused | None = None


@dataclass(slots=True)
class Trial:
    """A subject whose stage can be set and read, the moves of its table, and who tries them."""

    cast: Cast
    stages: list[str]
    moves: list[Move]
    put: Callable[[str, Move], None]
    stage_now: Callable[[], str]
    tried: int = 0
    before: dict[str, str] = field(default_factory=dict)

    def actions(self) -> None:
        """Every move in every stage by everybody, as an action."""
        for move, stage in ((move, stage) for move in self.moves for stage in self.stages):
            with undone():
                self.put(stage, move)
                move.prepare(stage)
                self.before = everything()
                for who, person in self.cast.items():
                    if person is not None:
                        self._by_action(move, stage, who, person)

    def doors(self) -> None:
        """Every move by everybody, at its page and in the API, where it leads on and where not."""
        clients = {who: _browser(person) for who, person in self.cast.items()}
        for move in self.moves:
            elsewhere = next(stage for stage in self.stages if stage not in move.leads)
            for stage in (next(iter(move.leads)), elsewhere):
                with undone():
                    self.put(stage, move)
                    move.prepare(stage)
                    self.before = everything()
                    for who, client in clients.items():
                        self._by_page(move, stage, who, client)
                        self._by_api(move, stage, who, client)

    def _by_action(self, move: Move, stage: str, who: str, person: Person) -> None:
        where = f"{move.name} in {stage} by {who}"
        with undone(), self._expecting(move, stage, who, where) as outcome:
            try:
                move.act(person)
                outcome.done = True
            except Refused as refused:
                outcome.refused = refused

    def _by_page(self, move: Move, stage: str, who: str, client: Client) -> None:
        where = f"{move.name} in {stage} by {who}, on its page"
        with undone(), self._expecting(move, stage, who, where) as outcome:
            cache.clear()
            address, fields = move.page()
            answer = client.post(address, fields)
            outcome.done = answer.status_code == 302 and not self._turned_away(answer)
            if not outcome.done:
                # What is refused says why on the page that comes next, or is not there at all.
                assert answer.status_code in (302, 403, 404, 409, 422), (where, answer.status_code)

    def _turned_away(self, answer: Any) -> bool:
        """Whether a redirect leads to signing in, or to a page that says why not."""
        if answer["Location"].startswith(reverse("account_login")):
            return True
        said = [message.level_tag for message in answer.wsgi_request._messages]
        return "error" in said

    def _by_api(self, move: Move, stage: str, who: str, client: Client) -> None:
        where = f"{move.name} in {stage} by {who}, in the API"
        with undone(), self._expecting(move, stage, who, where) as outcome:
            cache.clear()
            address, sent = move.api()
            answer = client.post(address, sent, content_type="application/json")
            outcome.done = answer.status_code in (200, 201)
            if not outcome.done:
                assert answer.status_code in (401, 403, 404, 409), (where, answer.content)
                assert answer["Content-Type"] == "application/problem+json", where
                assert answer.json()["code"], where

    @contextmanager
    def _expecting(self, move: Move, stage: str, who: str, where: str) -> Iterator[Outcome]:
        """What is done inside has to be what the table says, and else nothing at all."""
        outcome, wrote = Outcome(), set[str]()
        with noting(wrote):
            yield outcome
        allowed = who in move.may and stage in move.leads
        assert outcome.done == allowed, f"{where}: done is {outcome.done}, {outcome.refused}"
        if outcome.refused:
            assert outcome.refused.code, where
            assert str(outcome.refused.sentence), where
        if allowed:
            assert wrote, f"{where}: nothing was written"
            assert self.stage_now() == move.leads[stage], where
        elif wrote:
            # Whoever writes nothing changes nothing; what was written may have been taken back.
            assert everything() == self.before, f"{where}: refused, and something changed"
        self.tried += 1


def everything() -> dict[str, str]:
    """What every table holds, but who is signed in."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table != "django_session":
                cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - the name of a table
                rows = sorted(repr(row) for row in cursor.fetchall())
                found[table] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found


def _browser(person: Person | None) -> Client:
    client = Client(raise_request_exception=True)
    if person is not None:
        client.force_login(person)
    return client
