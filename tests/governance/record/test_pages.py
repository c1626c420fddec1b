"""The record as people read it."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from django.test import Client

from governance.record import actions
from governance.record.models import Entry, Pending
from governance.record.registry import URL, EntryType, closed, register
from tests.conftest import NOW

Count = Callable[..., list[Pending]]
Sequence = Callable[[], int]


def text_of(client: Client, path: str, status: int = 200) -> str:
    """A page's words, without its tags."""
    response = client.get(path)
    assert response.status_code == status
    words = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(words.split())


def headings(client: Client, path: str) -> list[int]:
    return [int(level) for level in re.findall(r"<h([1-6])", client.get(path).content.decode())]


def test_the_record_of_a_new_site_says_what_it_is_and_what_comes(
    client: Client, sequence: Sequence
) -> None:
    assert "Nothing is signed yet" in text_of(client, "/record/")
    sequence()
    page = text_of(client, "/record/")
    assert "0 entries, under one signature" in page
    assert "No entries yet" in page


def test_the_newest_entries_come_first_each_as_a_sentence(
    client: Client, count: Count, sequence: Sequence
) -> None:
    count(30)
    sequence()
    count(2, start=30)
    page = text_of(client, "/record/")
    assert "30 entries, under one signature. Last signed: 20 November 2026, 12:00" in page
    assert "2 entries wait for the next signature" in page
    shown = [int(number) for number in re.findall(r"The number (\d+) was counted", page)]
    assert shown == list(range(29, 4, -1))
    older = text_of(client, "/record/?before=5")
    shown = [int(number) for number in re.findall(r"The number (\d+) was counted", older)]
    assert shown == [4, 3, 2, 1, 0]
    assert "Older entries" in page
    assert "?before=5" in client.get("/record/").content.decode()


def test_entries_are_filtered_by_kind(client: Client, count: Count, sequence: Sequence) -> None:
    count(1)
    assert "No entry of this kind yet" in text_of(client, "/record/?type=test.kept")
    actions.submit(type="test.kept", body={"slug": "no-stalking"}, at=NOW)
    sequence()
    page = text_of(client, "/record/?type=test.kept")
    assert "“no-stalking” was kept." in page
    assert "was counted" not in page


@pytest.mark.parametrize(
    "query",
    ["before=-1", "before=x", "before=", "before=" + "9" * 30, "type=test.unknown", "type=%00"],
)
def test_a_part_of_the_record_that_there_is_not_is_not_found(
    query: str, client: Client, count: Count, sequence: Sequence
) -> None:
    count(1)
    sequence()
    assert client.get(f"/record/?{query}").status_code == 404
    assert client.get("/record/?before=" + "9" * 18).status_code == 200


def test_an_entry_shows_what_it_says_and_how_it_is_proven(
    client: Client, count: Count, sequence: Sequence
) -> None:
    submitted = count(3)
    sequence()
    page = text_of(client, f"/record/entry/{submitted[1].leaf_hash}")
    for part in (
        "The number 1 was counted.",
        "Entry 2 of 3 in the public record",
        submitted[0].leaf_hash,  # its neighbour in the tree
        submitted[1].leaf_hash,
        submitted[2].leaf_hash,
        "localhost:8000/record 3",
        "Download the proof",
        "{&quot;at&quot;:&quot;2026-11-20T12:00:00Z&quot;,&quot;number&quot;:1,",
    ):
        assert part in page, part


def test_an_entry_that_waits_says_so(client: Client, count: Count) -> None:
    [pending] = count(1)
    page = text_of(client, f"/record/entry/{pending.leaf_hash}")
    assert "waits for its place" in page
    assert "Download the proof" not in page


def test_addresses_of_ours_lead_there(client: Client, sequence: Sequence) -> None:
    register(EntryType("test.linked", closed({"poll": URL}), "Linked."))
    url = "http://localhost:8000/polls/1"
    pending = actions.submit(type="test.linked", body={"poll": url}, at=NOW)
    sequence()
    page = client.get(f"/record/entry/{pending.leaf_hash}").content.decode()
    assert f'<a href="/polls/1">{url}</a>' in page


def test_an_entry_of_a_type_nobody_knows_any_more_is_still_shown(
    client: Client, sequence: Sequence
) -> None:
    data = b'{"at":"2026-11-20T12:00:00Z","type":"old.kind"}'
    Entry.objects.create(index=0, type="old.kind", at=NOW, data=data, leaf_hash="a" * 64)
    sequence()
    assert "old.kind" in text_of(client, "/record/")
    assert "Entry 1 of 1" in text_of(client, f"/record/entry/{'a' * 64}")


def test_every_type_is_described_with_its_schema(client: Client, db: None) -> None:
    page = text_of(client, "/record/types/")
    assert re.search(r"The number [0-9]+ was counted\.", page)
    assert "&quot;additionalProperties&quot;: false" in page
    assert "/schemas/record/test.kept.json" in client.get("/record/types/").content.decode()


def test_headings_are_in_order(client: Client, count: Count, sequence: Sequence) -> None:
    [pending] = count(1)
    sequence()
    for path in ("/record/", "/record/types/", f"/record/entry/{pending.leaf_hash}"):
        levels = headings(client, path)
        assert levels.count(1) == 1
        assert levels[0] == 1
        for above, below in pairwise(levels):
            assert below <= above + 1, path


def test_no_page_makes_a_query_per_entry(
    client: Client, count: Count, sequence: Sequence, django_assert_num_queries: Any
) -> None:
    count(40)
    sequence()
    with django_assert_num_queries(3):  # the checkpoint's time, the entries, how many wait
        client.get("/record/")
    leaf = Entry.objects.get(index=7).leaf_hash
    with django_assert_num_queries(3):  # the entry, the leaves of its tile, the checkpoint's time
        client.get(f"/record/entry/{leaf}")
    with django_assert_num_queries(0):
        client.get("/record/types/")
