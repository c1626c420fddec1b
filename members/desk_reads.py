"""What stands on somebody's desk, who has it in hand, and who is away. Reads, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID

from members import desk
from members.desk import Item, Row
from members.models import Away, Claim, Person, RoleGrant


@dataclass(frozen=True, slots=True)
class Colleagues:
    """Who holds an office on a day, and who is away, with who stands in for them."""

    people: dict[UUID, Person]
    away: dict[UUID, UUID | None]

    def has(self, number: UUID) -> bool:
        return number in self.people

    def name(self, number: UUID | None) -> str:
        return str(self.people[number]) if number in self.people else ""

    def besides(self, person: Person) -> list[Person]:
        """Everybody else in office, by name."""
        others = [each for each in self.people.values() if each.pk != person.pk]
        return sorted(others, key=lambda each: (str(each).casefold(), each.pk))


def holds_office(person: Person, at: datetime) -> bool:
    """Whether ``person`` holds any office at ``at``: for them there is a desk."""
    if not person.is_active:
        return False
    return RoleGrant.objects.on(at.date()).filter(person=person).exists()


def colleagues(at: datetime) -> Colleagues:
    """Everybody in office, and who of them is away. Two queries."""
    held = RoleGrant.objects.on(at.date()).values("person")
    people = Person.objects.filter(pk__in=held, is_active=True)
    away = Away.objects.on(at.date()).order_by("first_on", "pk")
    return Colleagues(
        people={person.pk: person for person in people},
        away=dict(away.values_list("person_id", "stand_in_id")),
    )


def rows(person: Person, at: datetime, office: Colleagues | None = None) -> list[Row]:
    """Everything on the desk of ``person``, what is due first on top.

    As many queries as the sources ask, and three more. Only while somebody who is away has a
    stand-in, the sources are asked once more for each stand-in, so that nothing goes to whom it
    may not be shown to.
    """
    office = office or colleagues(at)
    items = desk.gather(person, at)
    claimed = dict(Claim.objects.values_list("key", "person_id")) if items else {}

    @cache
    def seen_by(number: UUID) -> frozenset[str]:
        return _keys(desk.gather(office.people[number], at))

    found = [_row(item, claimed.get(item.key), person, office, seen_by, at) for item in items]
    return sorted(found, key=lambda row: row.place)


def count(person: Person, at: datetime) -> int:
    """How many things stand on the desk of ``person``."""
    return len(desk.gather(person, at))


def row_of(key: str, person: Person, at: datetime, office: Colleagues | None = None) -> Row | None:
    """One thing on the desk of ``person``; None where nothing of that name is for them to see."""
    item = desk.find_one(key, person, at)
    if item is None:
        return None
    office = office or colleagues(at)
    claimed = Claim.objects.filter(key=key).values_list("person_id", flat=True).first()

    @cache
    def seen_by(number: UUID) -> frozenset[str]:
        there = desk.find_one(key, office.people[number], at)
        return _keys([there] if there else [])

    return _row(item, claimed, person, office, seen_by, at)


def _row(
    item: Item,
    claimed: UUID | None,
    person: Person,
    office: Colleagues,
    seen_by: Callable[[UUID], frozenset[str]],
    at: datetime,
) -> Row:
    has = None
    if claimed is not None and not item.personal:
        has = desk.holder(
            claimed,
            here=office.has,
            away=office.away,
            sees=lambda number: item.key in seen_by(number),
        )
    return Row(
        item=item,
        claimed_by=claimed,
        holder=has,
        holder_name=office.name(has),
        instead_of=office.name(claimed) if has and has != claimed else "",
        mine=item.personal or has == person.pk,
        overdue=item.due is not None and item.due < at,
    )


def _keys(items: Iterable[Item]) -> frozenset[str]:
    return frozenset(item.key for item in items)
