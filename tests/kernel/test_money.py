"""Money is exact, and never mixes currencies."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.money import Money

amounts = st.integers(min_value=-(10**15), max_value=10**15)


@given(amounts, amounts, amounts)
def test_addition_is_that_of_integers(a: int, b: int, c: int) -> None:
    x, y, z = (Money(minor, "EUR") for minor in (a, b, c))
    assert x + y == y + x == Money(a + b, "EUR")
    assert (x + y) + z == x + (y + z)
    assert x - y == x + -y
    assert bool(x) == (a != 0)


@given(amounts, st.sampled_from([("EUR", 2), ("JPY", 0), ("BHD", 3)]))
def test_major_units_lose_nothing(minor: int, currency: tuple[str, int]) -> None:
    code, places = currency
    major = Money(minor, code).major
    assert major * 10**places == minor
    assert -major.as_tuple().exponent == places  # type: ignore[operator]


@pytest.mark.parametrize(
    ("amount", "locale", "written"),
    [
        (Money(1250, "EUR"), "en", "€12.50"),
        (Money(-5, "EUR"), "en", "-€0.05"),
        (Money(123456789, "EUR"), "de", "1.234.567,89\xa0€"),
        (Money(500, "JPY"), "en", "¥500"),
        (Money(1, "EUR"), "en-gb", "€0.01"),
    ],
)
def test_money_is_written_as_people_write_it(amount: Money, locale: str, written: str) -> None:
    assert amount.format(locale) == written


def test_major_units_are_exact_decimals() -> None:
    assert Money(1250, "EUR").major == Decimal("12.50")


@pytest.mark.parametrize("operation", [Money.__add__, Money.__sub__])
def test_currencies_do_not_mix(operation: object) -> None:
    with pytest.raises(ValueError, match="USD"):
        operation(Money(1, "EUR"), Money(1, "USD"))  # type: ignore[operator]


@pytest.mark.parametrize("minor", [1.0, "1", None, True, Decimal(1)])
def test_minor_units_are_an_integer(minor: object) -> None:
    with pytest.raises(TypeError):
        Money(minor, "EUR")  # type: ignore[arg-type]


@pytest.mark.parametrize("code", ["", "eur", "EU", "EURO", "E1R", "ÄÖÜ"])
def test_a_currency_is_an_iso_code(code: str) -> None:
    with pytest.raises(ValueError, match="ISO 4217"):
        Money(1, code)


def test_money_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Money(1, "EUR").minor = 2  # type: ignore[misc]
