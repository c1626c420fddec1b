"""No entry, and nothing published, says who a member is: by the schemas, and in the demo's past."""

from __future__ import annotations

import copy
import json
import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from governance.record import actions, merkle, registry, samples
from governance.record.models import Entry, Pending
from governance.record.registry import BodyInvalid, EntryType
from governance.terms.models import Version
from governance.voting.models import Poll
from members.models import Person
from tests.conftest import NOW
from tests.world import World

Place = tuple[str | int, ...]

NAMES = st.from_regex(
    r"[A-ZÄÖÜŁĐА-Я][a-zäöüßłđа-я']{1,12}( [A-Z]\.)?( [A-ZÄÖÜ][a-zäöü]{1,14})?", fullmatch=True
)
LOCAL = st.from_regex(r"[A-Za-z0-9._+-]{1,20}", fullmatch=True)
DOMAINS = st.from_regex(r"[a-z0-9-]{1,12}(\.[a-z]{2,5}){1,2}", fullmatch=True)
EMAILS = st.builds("{}@{}".format, LOCAL, DOMAINS)
PHONES = st.from_regex(r"\+[0-9]{1,3}( [0-9]{2,5}){2,3}", fullmatch=True)
SENTENCES = st.lists(st.sampled_from(["we", "heard", "from", "her", "today"]), min_size=2).map(
    " ".join
)
HIDDEN = st.one_of(
    st.builds("{}?to={}".format, st.just(f"{settings.PUBLIC_ORIGIN}/terms/"), EMAILS),
    st.builds("mailto:{}".format, EMAILS),
    st.builds("no-stalking\n{}".format, NAMES),
    st.builds("{}-{}".format, st.just("no-stalking"), NAMES),
    st.builds("https://{}/".format, DOMAINS),
)
HOSTILE = st.one_of(EMAILS, NAMES, PHONES, SENTENCES, HIDDEN)
# What somebody might call the property that holds it.
PERSONAL = st.sampled_from(["email", "member", "memberId", "name", "displayName", "note", "x", ""])


def leaves(value: Any, path: Place = ()) -> Iterator[Place]:
    """Where the texts and numbers of a body stand."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, (*path, name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from leaves(inner, (*path, number))
    else:
        yield path


def objects(value: Any, path: Place = ()) -> Iterator[Place]:
    """Where the objects of a body stand, itself first."""
    if isinstance(value, dict):
        yield path
    inside = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, inner in inside:
        yield from objects(inner, (*path, key))


def at(body: Any, path: Place) -> Any:
    for step in path:
        body = body[step]
    return body


def body_of(entry_type: EntryType) -> dict[str, Any]:
    """A body with everything in it that the type takes."""
    body = samples.sample(entry_type, settings.PUBLIC_ORIGIN)
    del body["type"], body["at"]
    return body


def of_the_apps() -> list[str]:
    return [
        entry_type.name
        for entry_type in registry.registered()
        if not entry_type.name.startswith("test.")
    ]


def refused(name: str, body: dict[str, Any]) -> bool:
    """Whether the record refuses the body, before anything touches the database."""
    try:
        registry.entry_type(name).check(body)
        actions.submit(type=name, body=body, at=NOW)
    except BodyInvalid:
        return True
    return False


@pytest.mark.django_db
@pytest.mark.parametrize("name", of_the_apps())
def test_every_type_takes_its_sample(name: str) -> None:
    """So that what follows is refused for the hostile value, and for nothing else."""
    assert not refused(name, body_of(registry.entry_type(name)))


@pytest.mark.parametrize("name", of_the_apps())
@hypothesis_settings(max_examples=50)
@given(data=st.data())
def test_no_field_of_any_type_takes_a_name_an_address_or_a_sentence(
    name: str, data: st.DataObject
) -> None:
    body = body_of(registry.entry_type(name))
    path = data.draw(st.sampled_from(list(leaves(body))))
    hostile = data.draw(HOSTILE)
    changed = copy.deepcopy(body)
    at(changed, path[:-1])[path[-1]] = hostile
    assert refused(name, changed), f"{name} takes {hostile!r} as {path}"


@pytest.mark.parametrize("name", of_the_apps())
@hypothesis_settings(max_examples=50)
@given(data=st.data())
def test_no_object_of_any_type_takes_another_field(name: str, data: st.DataObject) -> None:
    body = body_of(registry.entry_type(name))
    place = at(body, data.draw(st.sampled_from(list(objects(body)))))
    extra = data.draw(PERSONAL)
    place[extra] = data.draw(st.one_of(HOSTILE, st.uuids().map(str), st.integers(), st.booleans()))
    assert refused(name, body), f"{name} takes {place}"


# In the demo's past


def strings(value: Any) -> Iterator[str]:
    """Every text within a JSON value, names of properties too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


def published() -> Iterator[tuple[str, bytes]]:
    """What left the house or waits to, piece by piece."""
    for row in (*Entry.objects.all(), *Pending.objects.all()):
        yield f"the entry {row.type}", bytes(row.data)
    for number in range((Entry.objects.size() + 255) // 256):
        width = merkle.tile_width(Entry.objects.size(), 0, number)
        yield f"the bundle {number}", merkle.bundle(Entry.objects.bundled(number, width))
    for version in Version.objects.all():
        yield from version.public_files()
    for poll in Poll.objects.exclude(manifest=None):
        yield f"the manifest of {poll.pk}", json.dumps(poll.manifest).encode()
    root = Path(settings.PUBLIC_ROOT)
    for file in sorted(root.rglob("*")):
        if file.is_file():
            yield file.relative_to(root).as_posix(), file.read_bytes()


def texts_of(name: str, content: bytes) -> Iterator[str]:
    """The texts that people or programs read there. A tile has none, only hashes."""
    if re.match("record/tile/[0-9]", name):
        return
    if name.startswith(("the bundle", "record/tile/entries")):
        for entry in merkle.unbundle(content):
            yield from strings(json.loads(entry))
        return
    text = content.decode()
    try:
        yield from strings(json.loads(text))
    except ValueError:
        yield text


def who_is_named(people: list[Person], pieces: Iterator[tuple[str, bytes]]) -> list[str]:
    """Where an e-mail address, the id or the display name of one of ``people`` stands."""
    needles = {
        needle.lower(): f"{what} of {person.email}"
        for person in people
        for what, needle in (
            ("the address", person.email.encode()),
            ("the id", str(person.pk).encode()),
            ("the id", person.pk.hex.encode()),
            ("the id", person.pk.bytes),
        )
    }
    names = "|".join(re.escape(person.display_name) for person in people if person.display_name)
    word = re.compile(rf"(?<!\w)({names})(?!\w)")
    found = []
    for piece, content in pieces:
        lowered = content.lower()
        found += [f"{what}: {piece}" for needle, what in needles.items() if needle in lowered]
        for text in texts_of(piece, content):
            found += [f"the name {match[1]}: {piece}" for match in word.finditer(text)]
    return found


def test_nothing_that_the_demo_published_names_anybody(world: World) -> None:
    people = list(Person.objects.all())
    assert len(people) > 40
    assert all(isinstance(person.pk, uuid.UUID) for person in people)
    pieces = list(published())
    kinds = {name.split("/")[0] for name, _content in pieces}
    assert kinds >= {"terms", "polls", "record", ".well-known", "the entry key.listed"}
    assert who_is_named(people, iter(pieces)) == []
    # It would have noticed.
    mia = world.member
    for planted in (
        {"note": f"asked by {mia.email.upper()}"},
        {"member": str(mia.pk)},
        {"member": mia.pk.hex},
        {"by": mia.display_name},
        {mia.display_name: 1},
    ):
        assert who_is_named(people, iter([("the entry x", json.dumps(planted).encode())]))
