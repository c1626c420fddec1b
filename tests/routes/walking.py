"""One visit to one address, taken back afterwards: what was answered, and what was written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.routes.doors import Door
from tests.routes.scene import SIGNED_IN, TOKENS, Role, Scene, challenged, confirmed

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
_WRITE = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM|REPLACE INTO)\s+"?(\w+)', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sent:
    """A request's body, with what it says it is."""

    body: bytes = b""
    kind: str = JSON


@dataclass(frozen=True, slots=True)
class Visit:
    """What a request was answered, and the tables it wrote to."""

    response: Any
    wrote: frozenset[str]

    @property
    def status(self) -> int:
        status: int = self.response.status_code
        return status

    @property
    def kind(self) -> str:
        """The media type of the answer."""
        return str(self.response.headers.get("Content-Type", "")).partition(";")[0]

    @property
    def to_login(self) -> bool:
        """Whether it was the way to the sign-in page."""
        location = self.response.headers.get("Location", "")
        return self.status == 302 and location.startswith(f"{reverse('account_login')}?next=")

    @property
    def wrote_more_than_sessions(self) -> bool:
        return bool(self.wrote - {"django_session"})

    def __str__(self) -> str:
        raised = getattr(self.response, "exc_info", None)
        why = f" {raised[0].__name__}: {raised[1]}" if raised else ""
        return f"{self.status}{why}"


class Walker:
    """Somebody in one role, with a browser or a program of their own."""

    def __init__(self, role: Role, scene: Scene, *, checks_csrf: bool = False) -> None:
        self.role = role
        self._client = Client(enforce_csrf_checks=checks_csrf, raise_request_exception=False)
        if role in TOKENS:
            secret = scene.secrets[role]
            self._client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
        elif role is Role.HALFWAY:
            Client.post(self._client, reverse("account_login"), {"login": scene.person(role).email})
        elif role in SIGNED_IN:
            self._client.force_login(scene.person(role), backend=BACKEND)
        if role is Role.HALFWAY or role in SIGNED_IN:
            session = self._client.session
            person = scene.person(role)
            session.update(confirmed(person) if role in SIGNED_IN else challenged())
            session.save()
        self._cookies = {name: morsel.value for name, morsel in self._client.cookies.items()}

    def visit(
        self,
        method: str,
        address: str,
        sent: Sent | None = None,
        headers: dict[str, str] | None = None,
    ) -> Visit:
        """Go there; afterwards nothing has happened."""
        cache.clear()
        self._client.cookies = SimpleCookie(self._cookies)
        wrote: set[str] = set()
        sent = sent or Sent(kind=FORM)
        with undone(), noting(wrote):
            response = self._client.generic(
                method, address, sent.body, sent.kind, headers=headers or {}
            )
        return Visit(response, frozenset(wrote))


@contextmanager
def undone() -> Iterator[None]:
    """Take back what is written inside; durable blocks may stand in it, as in a ``TestCase``."""
    block = transaction.atomic()
    block._from_testcase = True  # type: ignore[attr-defined]
    with block:
        yield
        transaction.set_rollback(True)


@contextmanager
def noting(wrote: set[str]) -> Iterator[None]:
    """Note in ``wrote`` each table of which rows are written inside, also if that is undone."""

    def note(execute: Any, sql: str, *rest: Any) -> Any:
        result = execute(sql, *rest)
        # What changes no row is a question. SQLite counts what is RETURNING once it is read.
        changed = "RETURNING" in sql or getattr(result, "rowcount", 1) != 0
        if changed and (found := _WRITE.match(sql)):
            wrote.add(found[1])
        return result

    with connection.execute_wrapper(note):
        yield


def address_of(route: str, door: Door, scene: Scene, **other: object) -> str:
    """Where the door is; ``other`` parameters take the place of the scene's."""
    path = reverse(route, kwargs={**door.to(scene), **other})
    asked = door.asks(scene)
    return f"{path}?{urlencode(asked)}" if asked else path


def sent_to(route: str, content: Any) -> Sent:
    """``content`` as the route takes it: bytes as they are, JSON for the API, else a form."""
    if isinstance(content, bytes):
        return Sent(content)
    if is_api(route):
        # As a client might: lone surrogates go out as they are written in JSON.
        return Sent(json.dumps(content).encode() if content else b"")
    return Sent(encode_multipart(BOUNDARY, content), MULTIPART_CONTENT)


def is_api(route: str) -> bool:
    """Whether programs are answered there: the description for people is a page."""
    return route.startswith("api-") and route != "api-reference"


def every_route() -> Iterator[tuple[str, URLPattern]]:
    """Every route by its name, however deep it is included."""

    def inside(patterns: list[URLPattern | URLResolver]) -> Iterator[tuple[str, URLPattern]]:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                assert not pattern.namespace, pattern
                yield from inside(pattern.url_patterns)
            else:
                assert pattern.name, f"{pattern} has no name"
                yield pattern.name, pattern

    return inside(get_resolver().url_patterns)
