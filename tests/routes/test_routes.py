"""Every route, in every role, by every method: who may, and what never happens."""

from __future__ import annotations

import base64
import copy
import json
import logging
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.urls import NoReverseMatch, URLPattern

from tests.routes.access import ACCESS, QUESTIONS, TIMES
from tests.routes.doors import Door
from tests.routes.pages import faults_of_page
from tests.routes.scene import SIGNED_IN, TOKENS, Role, Scene, set_scene
from tests.routes.walking import (
    FORM,
    JSON,
    Sent,
    Visit,
    Walker,
    address_of,
    every_route,
    is_api,
    sent_to,
)
from tests.world import World

pytestmark = pytest.mark.urls("tests.routes.urls")

SAFE = ("GET", "HEAD", "OPTIONS")
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")

# What stands in no address that leads anywhere, by parameter, or by route and parameter.
NOWHERE: dict[str, list[object]] = {
    "pk": [uuid.UUID(int=0)],
    "comment": [uuid.UUID(int=0)],
    "proposal": [uuid.UUID(int=0)],
    "poll": [uuid.UUID(int=0)],
    "fault": [uuid.UUID(int=0)],
    "file": [uuid.UUID(int=0)],
    "entry": [uuid.UUID(int=0)],
    "person": [uuid.UUID(int=0)],
    "slug": ["no-such-term", "a" * 3000],
    "kind": ["no-such-kind"],
    "guise": ["nobody"],
    "passkey": ["0" * 20, "a" * 3000],
    "version": ["9.9.9", "999999.999999.999999"],
    "leaf_hash": ["0" * 64],
    "digest": ["0" * 64],
    "level": ["63"],
    "size": ["999999999999999999"],
    "number": ["x999/999", "x999/x999/x999/x999/x999/x999/x999/999"],
    "width": ["255"],
    "name": ["no.such.type", "a\x00b", "a" * 3000],
    "uuid": [uuid.UUID(int=0)],
    "payment": [uuid.UUID(int=0)],
    "gift": [uuid.UUID(int=0)],
    "year": [0, 1999, 99_999, 10**30],
    "month": ["2998-12"],
    "ending": ["soc", "a" * 3000],
    "suffix": [],
    "domain": ["no.such.example", "a" * 3000],
    "token": ["x", "a" * 3000],
    "role": ["king", "a" * 3000],
    "page": ["no-such-page", "a" * 3000],
    "proposal-text.number": [0, 10**30],
    "amendment.number": [0, 10**30],
    "amendment-support.number": [0, 10**30],
    "amendment-decide.number": [0, 10**30],
    "api-amendment.number": [0, 10**30],
    "api-amendment-support.number": [0, 10**30],
    "api-amendment-decide.number": [0, 10**30],
    "flag": [uuid.UUID(int=0)],
    "invitation": [uuid.UUID(int=0)],
    "secret": ["no-such-secret", "a" * 3000],
    "books-list.name": ["no-such-list", "a" * 3000],
    "term-letter.domain": ["no name", "a" * 3000],
    "term-part.name": ["plain.zz", "legal.zz"],
}

# What nobody asks for in good faith: of anything, of times, and of cursors.
BAD_ANSWERS = ["", "a" * 10_000, "a\x00b", "\x80", "'\";--<b>", "-1", "9" * 40, "nan", "//a.test/"]
BAD_TIMES = [
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59.999999-14:00",
    "9999-12-31",
    "2026-02-30",
    "2026-11-20T12:00:00+99:99",
]
BAD_CURSORS = [
    *("p=", "p=%00", "p=x", "p=nan", "o=-1", f"o={'9' * 30}", f"r=1&p={'9' * 30}"),
    *(f"p={quote(time)}" for time in BAD_TIMES),
]

# What takes the place of each thing that a form or a JSON body says, one at a time.
BAD_TEXTS: list[Any] = ["", "\x00", "x" * 25_000, "-1", "9" * 40, "\u202e"]
BAD_DOCUMENTS = [
    "[]",
    "null",
    '{"response": null}',
    '{"response": {"userHandle": 1}}',
    '{"response": {"userHandle": "AA"}}',
    '{"id": 1, "rawId": [], "response": {"clientDataJSON": "AA", "attestationObject": "AA"}}',
    "[" * 5_000,
]
BAD_JSON = [*BAD_TEXTS, "\ud800", None, True, 10**30, 1e308, [], {}, {"a": [[]]}]
# And inside of JSON that stands in a form.
BAD_INSIDE: list[Any] = ["", "A", "\x00", "\u202e", "\ud800", None, -1, 10**30, [], {}]
BAD_BODIES = [
    Sent(),
    Sent(kind=FORM),
    Sent(b"\x00\xff\xfe{", JSON),
    Sent(b"{", JSON),
    Sent(b"null", JSON),
    Sent(b"[]", JSON),
    Sent(b"NaN", JSON),
    Sent(b'{"a": ' * 5_000, JSON),
    Sent(b"[" * 100_000, JSON),
    Sent(b"a=%00&b=%ff", FORM),
    Sent(b"&".join(b"a%d=1" % number for number in range(3_000)), FORM),
    Sent(b"--x\r\nnothing", "multipart/form-data; boundary=x"),
    Sent(b"x", "multipart/form-data"),
    Sent(b"x", "text/plain"),
    Sent(b"x", "application/json; charset=no-such"),
    Sent(b"x", "a/" + "b" * 3_000),
]


@pytest.fixture
def scene(world: World, settings: Any, tmp_path: Path, caplog: Any) -> Scene:
    settings.DEMO = True
    settings.DEMO_MAIL = tmp_path / "mail"
    # Thousands of refusals, none of which is news.
    caplog.set_level(logging.CRITICAL, logger="django")
    return set_scene(world)


def test_the_table_names_every_route_and_nothing_else() -> None:
    assert set(ACCESS) == {name for name, _pattern in every_route()}


def test_every_parameter_has_something_that_leads_nowhere() -> None:
    asked = {name for _route, pattern in every_route() for name in _parameters(pattern)}
    assert asked <= set(NOWHERE)


def test_lists_of_the_api_are_asked_everything_they_read() -> None:
    for route, pattern in every_route():
        view = getattr(pattern.callback, "cls", None)
        filters = getattr(view, "filterset_class", None)
        assert set(filters.base_filters if filters else ()) <= set(QUESTIONS.get(route, ())), route


def test_every_route_in_every_role_by_every_method(scene: Scene) -> None:
    _found_nothing(_walk_every_method(scene, _walkers(scene)))


def test_no_form_of_another_site_is_taken(scene: Scene) -> None:
    _found_nothing(_walk_without_csrf(scene))


def test_addresses_of_nothing_lead_nowhere(scene: Scene) -> None:
    _found_nothing(_walk_to_nowhere(scene, _walkers(scene)))


def test_nothing_that_is_sent_is_a_fault_of_ours(scene: Scene) -> None:
    _found_nothing(_walk_with_bad_bodies(scene, _walkers(scene)))


def test_nothing_that_is_asked_is_a_fault_of_ours(scene: Scene) -> None:
    _found_nothing(_walk_with_bad_questions(scene, _walkers(scene)))


def _walkers(scene: Scene) -> dict[Role, Walker]:
    return {role: Walker(role, scene) for role in Role}


def _found_nothing(faults: Iterator[str]) -> None:
    found = list(faults)
    assert not found, f"{len(found)} faults:\n" + "\n".join(found)


def _walk_every_method(scene: Scene, walkers: dict[Role, Walker]) -> Iterator[str]:
    for route, doors in ACCESS.items():
        for method in (*SAFE, *UNSAFE):
            door = doors.get("GET" if method == "HEAD" else method)
            there = door or next(iter(doors.values()))
            address = address_of(route, there, scene)
            sent = sent_to(route, there.sends(scene)) if method in UNSAFE else None
            for role, walker in walkers.items():
                visit = walker.visit(method, address, sent, there.headers(scene))
                expected = _expected(route, role, method, door, visit)
                for fault in (*expected, *_always(route, method, door, visit)):
                    yield f"{method} {address} as {role}: {fault} ({visit})"


def _expected(
    route: str, role: Role, method: str, door: Door | None, visit: Visit
) -> Iterator[str]:
    """What is wrong with the answer, for this role."""
    if method == "OPTIONS":
        if visit.status not in (200, 401, 403, 404, 405) and not visit.to_login:
            yield "no answer to OPTIONS"
    elif door is None:
        # Whom nothing is said there is told so first.
        if visit.status != 405 and not _refused(route, role, visit):
            yield "a method that the table does not name"
    elif role in door.may:
        if visit.status not in door.answers or visit.to_login:
            yield f"whoever may was not answered {sorted(door.answers)}"
    elif not _refused(route, role, visit):
        yield "whoever may not was not refused"
    if (door is None or role not in door.may) and visit.wrote_more_than_sessions:
        yield f"whoever may not wrote to {sorted(visit.wrote)}"


def _refused(route: str, role: Role, visit: Visit) -> bool:
    if is_api(route):
        known = role in SIGNED_IN or role is Role.FULL
        return visit.status in ((401, 403, 404, 409) if known else (401, 403))
    if role in SIGNED_IN:
        return visit.status in (403, 404, 409)
    return visit.to_login


def _always(route: str, method: str, door: Door | None, visit: Visit) -> Iterator[str]:
    """What is wrong with the answer, whoever it is for."""
    if visit.status >= 500:
        yield "a fault of ours"
    keeps = door.keeps if door else frozenset()
    if method in SAFE and visit.wrote - keeps:
        yield f"a safe method wrote to {sorted(visit.wrote - keeps)}"
    if is_api(route) and visit.status >= 400 and visit.kind != "application/problem+json":
        yield f"an error as {visit.kind}"
    if visit.kind == "text/html" and visit.response.content:
        policy = visit.response.headers.get("Content-Security-Policy", "")
        yield from faults_of_page(
            visit.response.content.decode(),
            policy,
            styled=visit.status == 200 and bool(door and door.styled),
        )


def _walk_without_csrf(scene: Scene) -> Iterator[str]:
    """Another site's form, sent by a browser of somebody who is signed in with us."""
    walkers = {role: Walker(role, scene, checks_csrf=True) for role in (Role.MEMBER, Role.FULL)}
    for route, doors in ACCESS.items():
        for method in UNSAFE:
            door = doors.get(method)
            there = door or next(iter(doors.values()))
            address = address_of(route, there, scene)
            sent = sent_to(route, there.sends(scene))
            for role, walker in walkers.items():
                visit = walker.visit(method, address, sent, there.headers(scene))
                where = f"{method} {address} as {role} without a CSRF token"
                if not there.csrf or (role in TOKENS and is_api(route)):
                    if door and role in door.may and visit.status not in door.answers:
                        yield f"{where}: not answered ({visit})"
                elif visit.status != 403 and not (door is None and visit.status == 405):
                    yield f"{where}: not refused ({visit})"
                elif visit.wrote:
                    yield f"{where}: wrote to {sorted(visit.wrote)}"


def _walk_to_nowhere(scene: Scene, walkers: dict[Role, Walker]) -> Iterator[str]:
    """Addresses of things that are not there."""
    for route, pattern in every_route():
        for parameter in _parameters(pattern):
            for value in NOWHERE.get(f"{route}.{parameter}", NOWHERE[parameter]):
                for method, door in ACCESS[route].items():
                    try:
                        address = address_of(route, door, scene, **{parameter: value})
                    except NoReverseMatch:
                        yield f"{route}: {parameter} cannot be {value!r}"
                        continue
                    sent = sent_to(route, door.sends(scene)) if method in UNSAFE else None
                    for role in (Role.ANONYMOUS, Role.MEMBER, Role.STEWARD, Role.FULL):
                        visit = walkers[role].visit(method, address, sent, door.headers(scene))
                        ok = visit.status in (404, 409) if role in door.may else True
                        if not ok or visit.status < 300 or visit.wrote_more_than_sessions:
                            yield f"{method} {address[:99]} as {role}: not 404 ({visit})"
                        for fault in _always(route, method, door, visit):
                            yield f"{method} {address[:99]} as {role}: {fault} ({visit})"


def _walk_with_bad_bodies(scene: Scene, walkers: dict[Role, Walker]) -> Iterator[str]:
    """What cannot be read, and forms with one thing wrong in them."""
    for route, doors in ACCESS.items():
        for method in (method for method in doors if method in UNSAFE):
            door = doors[method]
            address = address_of(route, door, scene)
            good = door.sends(scene)
            # Where nothing is sent there is nothing to read.
            bodies = BAD_BODIES if good else BAD_BODIES[:4]
            if isinstance(good, dict):
                bad = BAD_JSON if is_api(route) else BAD_TEXTS
                bodies = [*bodies, *(sent_to(route, body) for body in _spoilt(good, bad))]
            for body in bodies:
                for role in _those_who_try(route, door):
                    visit = walkers[role].visit(method, address, body)
                    for fault in _always(route, method, door, visit):
                        what = f"{body.kind[:40]} {body.body[:3000]!r}"
                        yield f"{method} {address} as {role}, {what}: {fault} ({visit})"


def _those_who_try(route: str, door: Door) -> list[Role]:
    """Of those who may: a program; or one who is signed in, and who is on the way to be."""
    if is_api(route):
        return [Role.FULL]
    known = next(role for role in (Role.NEWCOMER, Role.MEMBER, Role.STEWARD) if role in door.may)
    return [known, *sorted({Role.ANONYMOUS, Role.HALFWAY} & door.may)]


def _walk_with_bad_questions(scene: Scene, walkers: dict[Role, Walker]) -> Iterator[str]:
    """Query strings that nobody writes in good faith."""
    for route, doors in ACCESS.items():
        door = doors.get("GET")
        if door is None:
            continue
        address = address_of(route, door, scene).partition("?")[0]
        role = Role.ANONYMOUS if Role.ANONYMOUS in door.may else Role.MEMBER
        for question in _questions(QUESTIONS.get(route, ())):
            visit = walkers[role].visit("GET", f"{address}?{question}")
            for fault in _always(route, "GET", door, visit):
                yield f"GET {address}?{question[:200]} as {role}: {fault} ({visit})"


def _questions(names: tuple[str, ...]) -> Iterator[str]:
    yield "%00=%00&&==&a=1&a=2&a[]=3&%ff=%ff&x=" + "y" * 10_000
    for name in names:
        bad = [quote(answer, encoding="latin-1") for answer in BAD_ANSWERS]
        if name == "cursor":
            bad += [base64.b64encode(cursor.encode()).decode() for cursor in BAD_CURSORS]
        elif name in TIMES:
            bad += [quote(time) for time in BAD_TIMES]
        yield from (f"{name}={answer}" for answer in bad)
        yield f"{name}=1&{name}=2&{name}[]=3&{name}=%00"


def _spoilt(good: Any, bad: list[Any]) -> Iterator[Any]:
    """``good`` with one thing in it, at any depth, left out or replaced by each of ``bad``."""
    keys = list(good) if isinstance(good, dict) else range(len(good))
    for key in keys:
        if isinstance(good, dict):
            yield {name: value for name, value in good.items() if name != key}
        for value in _bad_for(good[key], bad):
            spoilt = copy.copy(good)
            spoilt[key] = value
            yield spoilt
        for inner in _spoilt_inside(good[key], bad):
            spoilt = copy.copy(good)
            spoilt[key] = inner
            yield spoilt


def _bad_for(value: Any, bad: list[Any]) -> list[Any]:
    return [*bad, *BAD_DOCUMENTS] if _is_document(value) else bad


def _spoilt_inside(value: Any, bad: list[Any]) -> Iterator[Any]:
    if isinstance(value, dict | list):
        yield from _spoilt(value, bad)
    elif _is_document(value):
        for inner in _spoilt(json.loads(value), BAD_INSIDE):
            yield json.dumps(inner)


def _is_document(value: Any) -> bool:
    """Whether it is JSON inside of a form."""
    return isinstance(value, str) and value.startswith("{")


def _parameters(pattern: URLPattern) -> set[str]:
    return {*pattern.pattern.converters, *pattern.pattern.regex.groupindex}
