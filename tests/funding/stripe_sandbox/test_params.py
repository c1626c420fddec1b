"""Stripe's form encoding, both ways."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stripe._encode import _api_encode

from funding.stripe_sandbox.errors import ApiError
from funding.stripe_sandbox.params import decode

names = st.text(alphabet="abcdefgh_", min_size=1, max_size=6)
values: st.SearchStrategy[Any] = st.recursive(
    st.text(max_size=8),
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3)
        | st.dictionaries(names, inner, min_size=1, max_size=3)
    ),
    max_leaves=8,
)


def numbered(value: Any) -> Any:
    """Lists as they look when decoded: dicts by position."""
    if isinstance(value, list):
        return {str(place): numbered(entry) for place, entry in enumerate(value)}
    if isinstance(value, dict):
        return {key: numbered(entry) for key, entry in value.items()}
    return value


@settings(deadline=None)
@given(st.dictionaries(names, values, max_size=4))
def test_what_the_sdk_encodes_is_decoded(params: dict[str, Any]) -> None:
    assert decode(list(_api_encode(params))) == numbered(params)


def test_empty_brackets_count_up() -> None:
    pairs = [("expand[]", "a"), ("expand[]", "b")]
    assert decode(pairs) == {"expand": {"0": "a", "1": "b"}}


@pytest.mark.parametrize(
    "pairs", [[("a", "1"), ("a", "2")], [("a", "1"), ("a[b]", "2")], [("a[b]", "1"), ("a[b]", "2")]]
)
def test_contradictions_are_refused(pairs: list[tuple[str, str]]) -> None:
    with pytest.raises(ApiError):
        decode(pairs)
