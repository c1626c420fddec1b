"""A funding.json becomes a draft; nothing in it is believed and nothing typed is lost."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funding.grants import asking, funding_json
from funding.grants.funding_json import Unreadable

MANIFEST: dict[str, Any] = {
    "version": "v1.1.0",
    "entity": {"type": "individual", "name": "Ada", "email": "ada@example.org"},
    "projects": [
        {
            "guid": "receipts",
            "name": "Receipts one owns",
            "description": "A wallet for receipts.",
            "webpageUrl": {"url": "https://example.org/receipts"},
        },
        {"guid": "other", "name": "Something else", "description": "x" * 900},
    ],
    "funding": {
        "channels": [{"guid": "bank", "type": "bank", "address": "DE89 3704 0044 0532 0130 00"}],
        "plans": [
            {
                "name": "Work",
                "amount": 2000,
                "currency": "EUR",
                "frequency": "one-time",
                "status": "active",
            },
            {
                "name": "Server",
                "amount": 500.5,
                "currency": "EUR",
                "frequency": "one-time",
                "status": "active",
            },
            {"name": "Yearly", "amount": 9, "currency": "EUR", "frequency": "yearly"},
            {"name": "Dollars", "amount": 9, "currency": "USD", "frequency": "one-time"},
            {"name": "Any", "amount": 0, "currency": "EUR", "frequency": "one-time"},
        ],
    },
}


def test_a_project_brings_its_name_its_page_and_what_it_needs_money_for() -> None:
    first, second = funding_json.read(json.dumps(MANIFEST).encode(), "EUR")
    assert first.guid == "receipts"
    assert first.draft["title"] == "Receipts one owns"
    assert first.draft["summary"] == "A wallet for receipts."
    assert first.draft["website"] == "https://example.org/receipts"
    assert first.draft["budget"] == [
        {"what": "Work", "amount": "2000"},
        {"what": "Server", "amount": "500.5"},
    ]
    # What does not fit into the summary is kept.
    assert len(second.draft["summary"]) == asking.LONGEST_SUMMARY
    assert second.draft["how"] == "x" * 900


def test_nothing_that_names_a_person_or_an_account_is_taken() -> None:
    taken = repr(funding_json.read(json.dumps(MANIFEST).encode(), "EUR"))
    assert not any(secret in taken for secret in ("Ada", "ada@", "DE89"))


def test_what_was_typed_stays_and_what_is_empty_is_filled() -> None:
    [found, _other] = funding_json.read(json.dumps(MANIFEST).encode(), "EUR")
    merged = funding_json.merge({"title": "My own title", "who": "Shoppers"}, found.draft)
    assert (merged["title"], merged["who"]) == ("My own title", "Shoppers")
    assert merged["summary"] == "A wallet for receipts."


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"{",
        b"[]",
        b"null",
        b"{}",
        b'{"projects": {}}',
        b'{"projects": []}',
        b'{"projects": [{"name": " "}, 1]}',
        b"[" * 100_000,
        b'{"projects": [{"name": "a"}]}' + b" " * funding_json.LARGEST,
    ],
)
def test_what_is_no_such_file_says_what_it_lacks(data: bytes) -> None:
    with pytest.raises(Unreadable) as refused:
        funding_json.read(data, "EUR")
    assert refused.value.sentence


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=6,
)
PROJECT = st.dictionaries(
    st.sampled_from(["name", "guid", "description", "webpageUrl", "repositoryUrl"]), JSON
)
PLAN = st.dictionaries(
    st.sampled_from(["name", "amount", "currency", "frequency", "status"]),
    JSON | st.sampled_from(["EUR", "one-time"]),
)


@given(
    st.fixed_dictionaries(
        {
            "projects": st.lists(PROJECT | JSON, max_size=3),
            "funding": st.fixed_dictionaries({"plans": st.lists(PLAN | JSON, max_size=3)}) | JSON,
        }
    )
)
def test_whatever_stands_in_it_is_a_draft_or_a_reason(manifest: Any) -> None:
    try:
        projects = funding_json.read(json.dumps(manifest).encode(), "EUR")
    except Unreadable:
        return
    assert all(asking.typed(project.draft) == project.draft for project in projects)
