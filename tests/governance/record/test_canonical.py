"""Canonical JSON: the same value, the same bytes; and a reader gets back the value."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.record.canonical import canonical_bytes, timestamp

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
# Whole numbers beyond 2^53 come back from a JSON reader as integers, which are refused.
NUMBERS = st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(-(2**53) + 1, 2**53 - 1)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


@given(value=JSON)
def test_a_reader_gets_back_the_value_and_writes_the_same_bytes(value: Any) -> None:
    written = canonical_bytes(value)
    read = json.loads(written)
    assert read == value
    assert canonical_bytes(read) == written


@given(value=st.dictionaries(TEXT, NUMBERS, min_size=2, max_size=6), seed=st.randoms())
def test_the_order_of_keys_does_not_matter(value: dict[str, Any], seed: Any) -> None:
    keys = list(value)
    seed.shuffle(keys)
    assert canonical_bytes({key: value[key] for key in keys}) == canonical_bytes(value)


def test_keys_are_ordered_by_utf16_units_and_nothing_is_padded() -> None:
    assert canonical_bytes({"\ufb33": 1, "\U0001f602": 2, "a": [1.0, "é"]}) == (
        '{"a":[1,"é"],"\U0001f602":2,"\ufb33":1}'.encode()
    )


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), 2**53, -(2**53), "\ud800", {1: 2}, {"a": {1}}, [b"x"]]
)
def test_what_json_cannot_say_exactly_is_refused(value: Any) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the message is the library's
        canonical_bytes(value)


def test_times_are_utc_in_whole_seconds() -> None:
    berlin = timezone(timedelta(hours=1))
    assert timestamp(datetime(2026, 11, 20, 13, 0, 5, 999, tzinfo=berlin)) == "2026-11-20T12:00:05Z"
    assert timestamp(datetime(2026, 11, 20, tzinfo=UTC)) == "2026-11-20T00:00:00Z"
    with pytest.raises(ValueError, match="zone"):
        timestamp(datetime(2026, 11, 20))  # noqa: DTZ001 - what is refused
