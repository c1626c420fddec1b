"""What apps register with members: what awaits, parts of leaving, kinds of mail, the digest."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from members import awaiting, digest, leaving, mail_kinds
from members.awaiting import Followed, Waiting
from members.models import Person
from tests.conftest import NOW

ADA = Person(email="ada@example.org")


@pytest.fixture(autouse=True)
def _empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(awaiting, "_finders", {})
    monkeypatch.setattr(awaiting, "_followed", {})
    monkeypatch.setattr(leaving, "_parts", {})
    monkeypatch.setattr(mail_kinds, "_kinds", {})
    monkeypatch.setattr(digest, "_sections", {})


def finds(*waiting: Waiting) -> awaiting.Find:
    return lambda person, at: waiting


def test_every_app_is_asked_about_the_person_and_the_time() -> None:
    asked: list[tuple[Person, datetime]] = []

    def ask(person: Person, at: datetime) -> list[Waiting]:
        asked.append((person, at))
        return [Waiting("Vote", "/polls/1/")]

    awaiting.register("votes", ask)
    awaiting.register("texts", finds(Waiting("Read", "/proposals/1/")))
    assert [w.sentence for w in awaiting.awaiting(ADA, NOW)] == ["Vote", "Read"]
    assert asked == [(ADA, NOW)]


def test_what_is_followed_comes_from_every_app_and_a_name_is_taken_once() -> None:
    def texts(person: Person) -> list[Followed]:
        return [Followed(f"What {person.email} reads", "open", "/texts/1/")]

    awaiting.register_followed("texts", texts)
    awaiting.register_followed("texts", texts)
    assert [one.name for one in awaiting.followed(ADA)] == ["What ada@example.org reads"]
    with pytest.raises(ValueError, match="called texts"):
        awaiting.register_followed("texts", lambda person: [])


@given(st.lists(st.one_of(st.none(), st.integers(0, 50))))
def test_what_ends_first_is_first_and_what_does_not_end_comes_last(days: list[int | None]) -> None:
    waiting = [
        Waiting(str(n), "/", None if day is None else NOW + timedelta(days=day))
        for n, day in enumerate(days)
    ]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(awaiting, "_finders", {"one": finds(*waiting)})
        found = awaiting.awaiting(ADA, NOW)
    dues = [w.due for w in found if w.due is not None]
    assert dues == sorted(dues)
    assert all(w.due is None for w in found[len(dues) :])
    assert sorted(w.sentence for w in found) == sorted(w.sentence for w in waiting)
    lasting = [w.sentence for w in waiting if w.due is None]
    assert [w.sentence for w in found if w.due is None] == lasting


def a_part(name: str, *duties: str) -> leaving.Part:
    return leaving.Part(
        name=name,
        label=name,
        export=lambda person: {},
        stays="Nothing.",
        duties=lambda person, at: list(duties),
    )


def test_the_part_of_members_comes_last_so_that_the_others_still_know_who_leaves() -> None:
    for name in ("members", "voting", "dues"):
        leaving.register(a_part(name))
    assert [part.name for part in leaving.parts()] == ["dues", "voting", "members"]


def test_open_duties_are_those_of_every_part() -> None:
    leaving.register(a_part("voting", "Finish counting."))
    leaving.register(a_part("dues", "Pay back.", "Say where."))
    assert leaving.duties(ADA, NOW) == ["Pay back.", "Say where.", "Finish counting."]


def test_a_part_that_says_no_more_has_no_duty_and_is_ready() -> None:
    part = leaving.Part(name="x", label="x", export=lambda person: [], stays="Nothing.")
    assert part.duties(ADA, NOW) == []
    assert part.ready(ADA)
    part.prepare(person=ADA, by=ADA, at=NOW)
    part.erase(person=ADA, by=ADA, at=NOW)


@pytest.mark.parametrize("again", [True, False])
@pytest.mark.parametrize("registry", ["awaiting", "leaving", "mail_kinds", "digest"])
def test_a_name_is_one_thing_and_the_same_thing_again_changes_nothing(
    registry: str, again: bool
) -> None:
    register: dict[str, Callable[[int], None]] = {
        "awaiting": lambda n: awaiting.register("one", _FINDS[n]),
        "leaving": lambda n: leaving.register(_PARTS[n]),
        "mail_kinds": lambda n: mail_kinds.register("one", f"{n}", "", optional=True),
        "digest": lambda n: digest.register("one", "One", _GATHERS[n]),
    }
    register[registry](0)
    if again:
        register[registry](0)
        return
    with pytest.raises(ValueError, match="called one"):
        register[registry](1)


_FINDS = [finds(), finds()]
_PARTS = [a_part("one"), a_part("one", "Another.")]


def _says(*lines: digest.Line) -> digest.Gather:
    return lambda person, since, until: lines


_GATHERS = [_says(), _says()]


def test_kinds_of_mail_are_told_apart() -> None:
    mail_kinds.register("receipts", "Receipts", "When you paid.", optional=False)
    mail_kinds.register("votes", "Votes", "Near its end.", optional=True, wanted=False)
    assert [kind.name for kind in mail_kinds.kinds()] == ["receipts", "votes"]
    assert [kind.name for kind in mail_kinds.optional_kinds()] == ["votes"]
    assert mail_kinds.get("receipts").wanted
    with pytest.raises(LookupError, match="spam"):
        mail_kinds.get("spam")
    with pytest.raises(ValueError, match="cannot be declined"):
        mail_kinds.register("odd", "Odd", "Never.", optional=False, wanted=False)


def test_a_section_of_the_digest_that_has_nothing_to_say_is_not_there() -> None:
    digest.register("quiet", "Quiet", _says())
    digest.register("votes", "Votes", _says(("One opened", "/polls/1/")))
    assert digest.compose(ADA, NOW, NOW) == [
        digest.Section("Votes", (("One opened", "/polls/1/"),))
    ]
