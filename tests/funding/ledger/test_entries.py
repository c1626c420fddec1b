"""What balances, what mirrors, and how the chain shows tampering. No database."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funding.ledger.entries import (
    GENESIS,
    LegSpec,
    Link,
    Unbalanced,
    breaks,
    check_balanced,
    mirrored,
)
from kernel.money import Money

CURRENCIES = st.sampled_from(["EUR", "USD", "JPY"])
AMOUNTS = st.integers(-(10**12), 10**12).filter(bool)
CODES = st.sampled_from(["stripe", "bank", "dues", "payment-fees", "opening"])
DAYS = st.dates(date(2020, 1, 1), date(2040, 1, 1))


@st.composite
def balanced(draw: st.DrawFn) -> tuple[LegSpec, ...]:
    """Legs that balance in each of one to three currencies."""
    legs: list[LegSpec] = []
    for currency in draw(st.lists(CURRENCIES, min_size=1, max_size=3, unique=True)):
        amounts = draw(st.lists(AMOUNTS, min_size=1, max_size=4).filter(sum))
        legs += [LegSpec(draw(CODES), Money(minor, currency)) for minor in amounts]
        legs.append(LegSpec(draw(CODES), Money(-sum(amounts), currency)))
    return tuple(draw(st.permutations(legs)))


@given(balanced())
def test_balanced_legs_and_their_mirror_are_entries(legs: tuple[LegSpec, ...]) -> None:
    check_balanced(legs)
    check_balanced(mirrored(legs))
    assert mirrored(mirrored(legs)) == legs


@given(balanced(), st.data())
def test_changing_one_amount_unbalances(legs: tuple[LegSpec, ...], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(legs) - 1))
    other = data.draw(AMOUNTS.filter(lambda minor: minor != legs[place].amount.minor))
    changed = list(legs)
    changed[place] = LegSpec(legs[place].account, Money(other, legs[place].amount.currency))
    with pytest.raises(Unbalanced):
        check_balanced(changed)


@pytest.mark.parametrize(
    "legs",
    [
        [],
        [LegSpec("bank", Money(5, "EUR"))],
        [LegSpec("bank", Money(0, "EUR")), LegSpec("dues", Money(0, "EUR"))],
        [LegSpec("bank", Money(5, "EUR")), LegSpec("dues", Money(-5, "USD"))],
        [LegSpec("bank", Money(5, "EUR")), LegSpec("dues", Money(-4, "EUR"))],
    ],
)
def test_what_is_not_an_entry(legs: list[LegSpec]) -> None:
    with pytest.raises(Unbalanced):
        check_balanced(legs)


@st.composite
def chains(draw: st.DrawFn) -> list[tuple[Link, str]]:
    """A whole chain of one to six entries, each with its hash."""
    links: list[tuple[Link, str]] = []
    previous = GENESIS
    for legs in draw(st.lists(balanced(), min_size=1, max_size=6)):
        link = Link(len(links) + 1, previous, draw(DAYS), draw(st.text("abcé ", max_size=9)), legs)
        previous = link.hash
        links.append((link, previous))
    return links


@given(chains())
def test_a_whole_chain_has_no_break(links: list[tuple[Link, str]]) -> None:
    assert list(breaks(links)) == []


def moved(leg: LegSpec) -> LegSpec:
    return LegSpec(f"not-{leg.account}", leg.amount)


@given(chains(), st.data())
def test_an_entry_changed_after_sealing_is_found_where_it_is(
    links: list[tuple[Link, str]], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(links) - 1))
    link, stored = links[place]
    changed = data.draw(
        st.sampled_from(
            [
                dataclasses.replace(link, effective_on=date(1999, 1, 1)),
                dataclasses.replace(link, description=link.description + "!"),
                dataclasses.replace(link, legs=(*link.legs, *link.legs)),
                dataclasses.replace(link, legs=tuple(moved(leg) for leg in link.legs)),
                dataclasses.replace(link, reverses="f" * 64),
            ]
        )
    )
    links[place] = (changed, stored)
    assert [found.position for found in breaks(links)] == [place + 1]


@given(chains().filter(lambda links: len(links) > 1), st.data())
def test_an_entry_dropped_or_moved_is_found(
    links: list[tuple[Link, str]], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(links) - 2))
    dropped = links[:place] + links[place + 1 :]
    moved = [*links[:place], links[place + 1], links[place], *links[place + 2 :]]
    assert list(breaks(dropped))
    assert list(breaks(moved))


def test_the_hash_is_the_one_written_down_here() -> None:
    """A change of the formula would orphan every chain there is: this fails first."""
    link = Link(
        position=1,
        previous=GENESIS,
        effective_on=date(2026, 11, 20),
        description="Dues paid",
        legs=(LegSpec("stripe", Money(500, "EUR")), LegSpec("dues", Money(-500, "EUR"))),
    )
    assert link.hash == HASH
    swapped = dataclasses.replace(link, legs=tuple(reversed(link.legs)))
    assert swapped.hash == link.hash


# printf '%s' '{"description":"Dues paid","effectiveOn":"2026-11-20","legs":[{"account":"dues",
# "currency":"EUR","minor":-500},{"account":"stripe","currency":"EUR","minor":500}],"position":1,
# "previous":"0000…0000","reverses":null}' | sha256sum, in one line and with all 64 zeros
HASH = "a7269087454a7f211527358734635f16fcb6349080f362a199bde08c2f95d7b1"
