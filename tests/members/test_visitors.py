"""A visitor's address is counted by a pseudonym that the next day forgets."""

from __future__ import annotations

from datetime import date, timedelta

from members.visitors import DailySalt, pseudonym

TODAY = date(2026, 11, 20)


def test_the_same_visitor_is_the_same_all_day() -> None:
    assert pseudonym("203.0.113.7", TODAY) == pseudonym("203.0.113.7", TODAY)
    assert pseudonym("203.0.113.7", TODAY) != pseudonym("203.0.113.8", TODAY)
    assert "203.0.113.7" not in pseudonym("203.0.113.7", TODAY)


def test_tomorrow_the_same_visitor_is_somebody_else() -> None:
    today = pseudonym("203.0.113.7", TODAY)
    assert pseudonym("203.0.113.7", TODAY + timedelta(days=1)) != today


def test_the_salt_of_a_day_that_is_over_does_not_come_back() -> None:
    salt = DailySalt()
    first = salt.on(TODAY)
    assert salt.on(TODAY) == first
    salt.on(TODAY + timedelta(days=1))
    assert salt.on(TODAY) != first


def test_addresses_of_one_ipv6_network_are_one_visitor() -> None:
    one, same, other = "2001:db8:0:1::1", "2001:db8:0:1:ffff::2", "2001:db8:0:2::1"
    assert pseudonym(one, TODAY) == pseudonym(same, TODAY) != pseudonym(other, TODAY)
