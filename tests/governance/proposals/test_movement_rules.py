"""The pure parts of movement and of being kept in touch."""

from __future__ import annotations

import json
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from governance.proposals import acceptance_file, looking
from governance.proposals.acceptance_file import Named, NoStatement, read
from governance.proposals.concentration import FEWEST, middle, spread
from governance.proposals.domain_names import NoDomain, normalised, shown
from governance.proposals.mentions import MOST, mentioned
from tests.conftest import NOW

TERM = "https://commons.example/terms/no-stalking/1.0.0"
FILE: dict[str, Any] = {
    "format": "customer-commons/1",
    "organisation": {"name": "Bäckerei Löw", "contact": "mailto:hello@loew.example"},
    "accepts": [{"term": TERM, "sha256": "a" * 64}],
}


# Domains


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Shop.Example", "shop.example"),
        (" https://shop.example/start?a=1 ", "shop.example"),
        ("shop.example.", "shop.example"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("BÜCHER.example", "xn--bcher-kva.example"),
        ("shop。example", "shop.example"),
    ],
)
def test_one_domain_has_one_form(typed: str, kept: str) -> None:
    assert normalised(typed) == kept
    assert normalised(shown(kept)) == kept


@pytest.mark.parametrize(
    "typed",
    [
        *("", ".", "shop", "127.0.0.1", "0x7f.1", "2130706433", "[::1]", "shop.example:8443"),
        *("ada@shop.example", "a b.example", "shop..example", "-shop.example", "localhost"),
        *("printer.local", "a" * 64 + ".example", "a." * 70 + "example", "shop%2eexample"),
        "xn--\u202e.example",
    ],
)
def test_what_is_no_domain_of_anybody_is_refused(typed: str) -> None:
    with pytest.raises(NoDomain):
        normalised(typed)


@given(st.text(max_size=80))
def test_any_text_is_a_domain_or_none_and_kept_once(typed: str) -> None:
    try:
        kept = normalised(typed)
    except NoDomain:
        return
    assert kept.isascii()
    assert len(kept) <= 120
    assert normalised(kept) == kept


def test_a_name_that_looks_like_another_is_shown_as_it_is() -> None:
    # The first letter is Cyrillic.
    kept = normalised("аpple.example")
    assert shown(kept) == kept
    assert shown("xn--bcher-kva.example") == "bücher.example"


# The file


def test_a_file_says_who_accepts_what() -> None:
    statement = read(json.dumps(FILE).encode())
    assert statement.name == "Bäckerei Löw"
    assert statement.accepts == (Named(TERM, "a" * 64),)
    assert read(b"\xef\xbb\xbf" + json.dumps(FILE | {"later": 1}).encode()) == statement


def test_the_example_fits_its_schema() -> None:
    schema = acceptance_file.document_schema("https://commons.example")
    Draft202012Validator.check_schema(schema)
    example = acceptance_file.example("Example Ltd", {TERM: "b" * 64})
    Draft202012Validator(schema).validate(json.loads(example))
    assert read(example.encode()).accepts == (Named(TERM, "b" * 64),)


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (b"", ""),
        (b"<html>", ""),
        (b"\xff\xfe", ""),
        (b"[" * 50_000, ""),
        (b'{"a":' * 5_000, ""),
        (b"null", ""),
        (b"{}", "format"),
        (b'{"accepts": [{}], "format": 1}', "accepts.0.term"),
        (json.dumps(FILE | {"format": "customer-commons/2"}).encode(), "format"),
        (json.dumps(FILE | {"organisation": {"name": "  "}}).encode(), "organisation.name"),
        (json.dumps(FILE | {"accepts": [{"term": TERM, "sha256": "A"}]}).encode(), "accepts.0"),
        (
            json.dumps(FILE | {"accepts": [{"term": "file:///etc", "sha256": "a" * 64}]}).encode(),
            "accepts.0.term",
        ),
        (json.dumps(FILE | {"accepts": [FILE["accepts"][0]] * 201}).encode(), "accepts"),
    ],
)
def test_any_other_file_is_refused_and_says_where(body: bytes, where: str) -> None:
    with pytest.raises(NoStatement) as refused:
        read(body)
    assert refused.value.where.startswith(where)
    assert bool(refused.value.where) == bool(where)


@given(st.binary(max_size=200) | st.text().map(lambda text: json.dumps(text).encode()))
def test_no_bytes_do_more_than_be_refused(body: bytes) -> None:
    with pytest.raises(NoStatement):
        read(body)


def test_a_name_turns_no_line_around() -> None:
    said = FILE | {"organisation": {"name": "Evil \u202e gro\n.elpmaxe"}}
    assert read(json.dumps(said).encode()).name == "Evil gro.elpmaxe"


# How often we look


@given(st.integers(min_value=1, max_value=10_000))
def test_we_look_again_later_and_never_more_than_a_day_later(failures: int) -> None:
    wait = looking.after_failure(NOW, failures) - NOW
    assert timedelta(minutes=10) <= wait <= looking.EVERY
    assert wait <= looking.after_failure(NOW, failures + 1) - NOW


def test_a_site_has_days_before_what_it_accepted_ends() -> None:
    assert not looking.has_ended(NOW, NOW + timedelta(days=2, hours=23))
    assert looking.has_ended(NOW, NOW + timedelta(days=3))
    assert not looking.gives_up(NOW, NOW + timedelta(days=13))
    assert looking.gives_up(NOW, NOW + timedelta(days=14))


# Mentions


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("@Ann what do you think?", {"Ann"}),
        ("(@ann)", {"Ann"}),
        ("@Ann Lee, hello", {"Ann Lee"}),
        ("@Ann  Lee", {"Ann Lee"}),
        ("@Anna", set()),
        ("mail ann@ann.example", set()),
        ("Ann", set()),
        ("@Zoë!", {"Zoë"}),
        ("@Zoe\u0308!", {"Zoë"}),
        ("@a.b*c", {"a.b*c"}),
        ("@Ann and @Zoë", {"Ann", "Zoë"}),
    ],
)
def test_who_is_mentioned(text: str, who: set[str]) -> None:
    assert mentioned(text, ["Ann", "Ann Lee", "Zoë", "a.b*c", ""]) == who


def test_one_comment_calls_no_crowd() -> None:
    names = [f"P{number:03}" for number in range(100)]
    assert len(mentioned(" ".join(f"@{name}" for name in names), names)) == MOST


# Concentration


def test_even_work_is_even_and_one_persons_is_not() -> None:
    even = spread([3] * 20)
    assert even is not None
    assert (even.gini, even.top_tenth) == (Fraction(0), Fraction(1, 10))
    one = spread([1] * 19 + [1_000])
    assert one is not None
    assert one.gini > Fraction(9, 10)
    assert one.top_tenth > Fraction(9, 10)


@given(st.lists(st.integers(min_value=0, max_value=50), max_size=60))
def test_few_people_are_not_spoken_of(counts: list[int]) -> None:
    found = spread(counts)
    active = [count for count in counts if count]
    if len(active) < FEWEST:
        assert found is None
        return
    assert found is not None
    assert (found.people, found.total) == (len(active), sum(active))
    assert 0 <= found.gini < 1
    assert Fraction(1, 10) <= found.top_tenth <= 1
    # By its definition: the mean difference between any two, over twice the mean.
    differences = sum(abs(one - other) for one in active for other in active)
    assert found.gini == Fraction(differences, 2 * len(active) * sum(active))


def test_the_middle_is_a_day_that_there_was() -> None:
    assert (middle([]), middle([9, 1, 5]), middle([1, 3])) == (None, 5, 1)
