"""What a reader prefers, however oddly it says so."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.terms.negotiation import preferred

OFFERS = ["application/json", "application/ld+json", "text/html", "text/plain"]


@pytest.mark.parametrize(
    ("accept", "found"),
    [
        # No preference
        ("", "application/json"),
        ("*/*", "application/json"),
        ("application/*", "application/json"),
        ("application/json, text/html", "application/json"),
        # A preference
        ("text/*", "text/html"),
        ("TEXT/HTML", "text/html"),
        ("text/html;q=0.5, text/plain;q=0.6", "text/plain"),
        ("text/html ; q=0.5 , text/plain ; Q=0.6", "text/plain"),
        ("application/json;q=0.999, text/plain", "text/plain"),
        ("*/*;q=0.1, text/plain", "text/plain"),
        ("text/*;q=0.3, text/html;q=0.2, */*;q=0.1", "text/plain"),
        ("image/png, text/plain;q=0.001", "text/plain"),
        ("text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8", "text/html"),
        # Parameters make no difference, commas within their quotes neither
        ('application/ld+json;profile="http://www.w3.org/ns/json-ld#flat"', "application/ld+json"),
        ('application/ld+json;profile="a,b;q=0"', "application/ld+json"),
        ("text/plain;charset=utf-8;q=1", "text/plain"),
        # What is refused
        ("application/json;q=0", None),
        ("*/*;q=0", None),
        ("application/pdf", None),
        ("*/*, application/json;q=0", "application/ld+json"),
        ("*/*, application/*;q=0.0", "text/html"),
        # What nobody can make sense of is as if it were not there
        (",", "application/json"),
        (",,text/plain,,", "text/plain"),
        ("garbage", "application/json"),
        ("*/json", "application/json"),
        ("/", "application/json"),
        ("text/", "application/json"),
        ("text/html/plain, text/plain;q=0.1", "text/plain"),
        ("text/plain;q=abc", "text/plain"),
        ("text/plain;q=nan, text/html;q=0.5", "text/plain"),
        ("text/plain;q=-1", "text/plain"),
        ('text/plain;a="', "text/plain"),
        ("text/plain," * 10_000, "text/plain"),
    ],
)
def test_the_most_wanted_is_found(accept: str, found: str | None) -> None:
    assert preferred(accept, OFFERS) == found


@given(st.text() | st.text(alphabet='*/,;q=01."\\ aetx', max_size=60))
def test_whatever_is_asked_there_is_an_answer(accept: str) -> None:
    assert preferred(accept, OFFERS) in (*OFFERS, None)


@given(st.lists(st.sampled_from(OFFERS), min_size=1, unique=True))
def test_the_order_of_equals_makes_no_difference(ranges: list[str]) -> None:
    assert preferred(", ".join(ranges), OFFERS) == min(ranges, key=OFFERS.index)
