"""The desk without a database: the registry, the order of the list, and who has what in hand."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from members import csv_lines, desk
from members.desk import FREE, MINE, Item, Place, Row, Source, Wish
from members.models import Person
from tests.conftest import NOW

ADA = Person(email="ada@example.org")
A, B, C = (UUID(int=number) for number in (1, 2, 3))


@pytest.fixture(autouse=True)
def _empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "_sources", {})
    monkeypatch.setattr(desk, "_places", {})


def an_item(key: str, days: int | None = None, since: int = 0) -> Item:
    due = None if days is None else NOW + timedelta(days=days)
    return Item(key, key, "/", NOW - timedelta(days=since), due)


def a_row(item: Item, holder: UUID | None = None, *, mine: bool = False) -> Row:
    overdue = item.due is not None and item.due < NOW
    return Row(item, holder, holder, "", "", mine, overdue)


def a_source(name: str, *items: Item) -> Source:
    return Source(name, {item.kind: item.kind for item in items}, lambda person, at: items)


def test_everything_that_waits_comes_from_every_source() -> None:
    desk.register(a_source("dues", an_item("case:1"), an_item("case:2")))
    desk.register(a_source("talk", an_item("flag:1")))
    assert {item.key for item in desk.gather(ADA, NOW)} == {"case:1", "case:2", "flag:1"}
    assert desk.kinds() == {"case": "case", "flag": "flag"}
    found = desk.find_one("case:2", ADA, NOW)
    assert found is not None
    assert found.key == "case:2"
    assert desk.find_one("case:3", ADA, NOW) is None
    assert desk.find_one("nothing", ADA, NOW) is None


def test_one_thing_is_looked_for_in_its_own_source_alone() -> None:
    def fail(person: Person, at: datetime) -> list[Item]:
        raise AssertionError("not asked")

    desk.register(Source("other", {"flag": "flag"}, fail))
    desk.register(a_source("dues", an_item("case:1")))
    assert desk.find_one("case:1", ADA, NOW) is not None


def test_a_name_and_a_kind_are_taken_once() -> None:
    one = a_source("dues", an_item("case:1"))
    desk.register(one)
    desk.register(one)
    with pytest.raises(ValueError, match="called dues"):
        desk.register(a_source("dues", an_item("case:1")))
    with pytest.raises(ValueError, match="called case"):
        desk.register(a_source("more", an_item("case:2")))

    def books(person: Person, at: datetime) -> list[Place]:
        return [Place("Books", "journal", "/books/")]

    desk.register_places("books", books)
    desk.register_places("books", books)
    assert [place.label for place in desk.places(ADA, NOW)] == ["Books"]
    with pytest.raises(ValueError, match="called books"):
        desk.register_places("books", lambda person, at: [])


@given(st.lists(st.tuples(st.none() | st.integers(-50, 50), st.integers(0, 50))))
def test_what_is_due_first_is_first_and_then_what_waits_longest(
    days: list[tuple[int | None, int]],
) -> None:
    rows = [a_row(an_item(f"case:{n}", due, since)) for n, (due, since) in enumerate(days)]
    items = [row.item for row in sorted(rows, key=lambda row: row.place)]
    dues = [item.due for item in items if item.due is not None]
    lasting = [item.since for item in items if item.due is None]
    assert dues == sorted(dues)
    assert [item.due for item in items[: len(dues)]] == dues
    assert lasting == sorted(lasting)
    assert len({row.place for row in rows}) == len(rows)


def test_a_time_with_and_one_without_fractions_are_in_their_order() -> None:
    whole = datetime(2026, 11, 22, 12, tzinfo=UTC)
    later = whole.replace(microsecond=1)
    rows = [a_row(Item(f"a:{n}", "", "/", NOW, when)) for n, when in enumerate((later, whole))]
    assert [row.item.due for row in sorted(rows, key=lambda row: row.place)] == [whole, later]


def test_the_list_is_narrowed() -> None:
    free, mine = a_row(an_item("case:1", -1)), a_row(an_item("flag:1"), A, mine=True)
    others, personal = (
        a_row(an_item("case:2"), B),
        Row(Item("review:1", "", "/", NOW, personal=True), None, None, "", "", True, False),
    )
    rows = [free, mine, others, personal]

    def fits(wish: Wish) -> list[str]:
        return [row.item.key for row in rows if wish.fits(row)]

    assert fits(Wish()) == ["case:1", "flag:1", "case:2", "review:1"]
    assert fits(Wish(kind="case")) == ["case:1", "case:2"]
    assert fits(Wish(whose=MINE)) == ["flag:1", "review:1"]
    assert fits(Wish(whose=FREE)) == ["case:1"]
    assert fits(Wish(overdue=True)) == ["case:1"]


def holder(
    away: dict[UUID, UUID | None], *, here: set[UUID] | None = None, sees: set[UUID] | None = None
) -> UUID | None:
    """Who has in hand what A claimed."""
    there = {A, B, C} if here is None else here
    may = {A, B, C} if sees is None else sees
    return desk.holder(A, here=there.__contains__, away=away, sees=may.__contains__)


def test_whoever_claimed_it_has_it_until_they_are_away() -> None:
    assert holder({}) == A
    assert holder({B: None}) == A
    assert holder({A: None}) is None
    assert holder({A: B}) == B
    # A stand-in who is away, who holds no office, or who may not see it has nothing.
    assert holder({A: B, B: C}) is None
    assert holder({A: B}, here={A, C}) is None
    assert holder({A: B}, sees={A, C}) is None
    # Nor has anybody whose office has ended.
    assert holder({}, here={B, C}) is None


@given(st.lists(st.text()))
def test_no_cell_of_csv_is_a_formula(cells: list[str]) -> None:
    written = csv_lines.line(cells)
    read = next(iter(csv.reader(io.StringIO(written, newline=""))), [])
    assert not any(cell[:1] in ("=", "+", "-", "@", "\t", "\r") for cell in read)
    assert [cell.removeprefix("'") for cell in read] == [cell.removeprefix("'") for cell in cells]
