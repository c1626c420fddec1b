"""The page that compares an earlier checkpoint with the record of now, and what programs get."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from governance.record import actions, merkle, notes, picture, reads, registry, samples, signing
from governance.record.models import Checkpoint, Pending, Tile
from governance.record.registry import EntryType, closed, listed, register
from tests.conftest import NOW

Count = Callable[..., list[Pending]]
Sequence = Callable[[], int]
ORIGIN = "localhost:8000/record"
PAGE = "/record/consistency"


def words(response: Any) -> str:
    """A page's words, without its tags and its script's data."""
    page = re.sub(r"<script.*?</script>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def note_at(size: int) -> str:
    note = reads.signed_at(size)
    assert note
    return note


def signed(size: int, root: bytes, origin: str = ORIGIN) -> str:
    """A checkpoint by our own key that our record never made."""
    _, key = signing.signer("record")
    return notes.sign(notes.TreeHead(origin, size, root).text, name=origin, key=key)


@pytest.fixture
def grown(count: Count, sequence: Sequence) -> None:
    """Checkpoints of 3, 5, 8 and 300 entries."""
    for size, more in ((0, 3), (3, 2), (5, 3), (8, 292)):
        count(more, start=size)
        sequence()


def test_an_empty_site_says_that_there_is_nothing_to_compare(client: Client, db: None) -> None:
    page = client.get(PAGE)
    assert page.status_code == 200
    assert "Nothing is signed yet" in words(page)
    assert b"<form method" not in page.content
    assert client.get(f"{PAGE}?old=0").status_code == 422
    assert client.post(PAGE, {"checkpoint": "x\n0\ny\n\n"}).status_code == 422


def test_a_first_checkpoint_has_none_before_it(
    client: Client, count: Count, sequence: Sequence
) -> None:
    count(3)
    sequence()
    assert "There is only one checkpoint so far" in words(client.get(PAGE))


@pytest.mark.parametrize("old", [3, 5, 8])
def test_one_of_our_checkpoints_is_chosen_and_compared(
    client: Client, grown: None, old: int
) -> None:
    chosen = client.get(PAGE)
    assert f'<option value="{old}">' in chosen.content.decode()
    page = client.get(f"{PAGE}?old={old}")
    assert page.status_code == 200
    said = words(page)
    assert f"Yes. The record of then, with {old} entries, is the beginning of this one" in said
    assert f"{300 - old} entries were added after it" in said
    for node in merkle.consistency_proof(old, 300, merkle.TileReader(300, Tile.objects.hashes)):
        assert node.hex() in said
    for line in (*note_at(old).splitlines(), *note_at(300).splitlines()):
        assert line in said


def test_between_two_earlier_ones_and_with_itself(client: Client, grown: None) -> None:
    assert "with 5 entries, is the beginning of this one, with 8" in words(
        client.get(f"{PAGE}?old=5&new=8")
    )
    assert "Both are the same record, of 300 entries" in words(client.get(f"{PAGE}?old=300"))


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("old=", "This field is required"),
        ("old=x", "give its number of entries"),
        ("old=-1", "give its number of entries"),
        ("old=03", "give its number of entries"),
        ("old=" + "9" * 40, "give its number of entries"),
        ("old=٣", "give its number of entries"),
        ("old=4", "We signed no checkpoint of 4 entries. The nearest before it has 3."),
        ("old=2", "We signed no checkpoint of 2 entries."),
        ("old=301", "A record of 301 entries does not come before one of 300."),
        ("old=8&new=5", "A record of 8 entries does not come before one of 5."),
        ("old=8&new=9", "We signed no checkpoint of 9 entries. The nearest before it has 8."),
        ("old=8&new=400", "We signed no checkpoint of 400 entries."),
        ("old=%00", "give its number of entries"),
    ],
)
def test_what_we_never_signed_is_said_to_be_so(
    client: Client, grown: None, query: str, why: str
) -> None:
    page = client.get(f"{PAGE}?{query}")
    assert page.status_code == 422
    assert why in words(page)


def test_a_checkpoint_that_was_kept_is_compared(client: Client, grown: None) -> None:
    kept = note_at(5)
    for pasted in (kept, f"\n\n  {kept.strip()}", kept.replace("\n", "\r\n"), kept.strip() + "  "):
        page = client.post(PAGE, {"checkpoint": pasted})
        assert page.status_code == 200, pasted
        assert "with 5 entries, is the beginning of this one, with 300" in words(page)
    empty = signed(0, merkle.EMPTY_ROOT)
    assert "with 0 entries" in words(client.post(PAGE, {"checkpoint": empty}))
    assert "Set-Cookie" not in client.post(PAGE, {"checkpoint": kept}).headers


def test_a_checkpoint_that_cannot_be_ours_is_refused_in_words(client: Client, grown: None) -> None:
    kept = note_at(5)
    text = kept.rpartition("\n\n")[0]
    stranger = signed(5, bytes(32), origin="example.org/log")
    for pasted, why in (
        ("", "This field is required"),
        ("hello", "This is not a checkpoint"),
        (text, "This is not a checkpoint"),
        ("x" * 30_000, "Ensure this value has at most 20000 characters"),
        ("a\nb\nc\n\n— d e", "its first three lines are not those of a checkpoint"),
        (stranger, "a checkpoint of another record, “example.org/log”. Ours is “localhost:8000"),
        (kept.replace("\n5\n", "\n6\n"), "no key of ours signed it as it stands here"),
        (kept[:-20], "no key of ours signed it as it stands here"),
        (text + "\n\n— somebody AAAAAAAAAAAAAAAA", "no key of ours signed it as it stands here"),
        ("\x00", "Null characters are not allowed"),
    ):
        page = client.post(PAGE, {"checkpoint": pasted})
        assert page.status_code == 422, pasted
        assert why in words(page), pasted
        if pasted.isprintable() and len(pasted) < 1000:
            assert pasted in page.content.decode()  # nothing that was typed is lost


def test_a_file_is_no_checkpoint(client: Client, grown: None) -> None:
    page = client.post(PAGE, {"checkpoint": ContentFile(b"x", name="checkpoint")})
    assert page.status_code == 422


def test_a_checkpoint_that_the_record_does_not_go_on_from_is_a_conflict(
    client: Client, grown: None
) -> None:
    for pasted, why in (
        (signed(301, bytes(32)), "We signed this checkpoint of 301 entries, and the record has"),
        (signed(10**17, bytes(32)), "entries were taken away"),
        (signed(5, bytes(32)), "an entry among its first 5 was changed, taken out or put in"),
        (signed(6, bytes(32)), "the record of now does not begin with it"),
        (signed(300, bytes(32)), "the record of now does not begin with it"),
        (signed(0, bytes(32)), "the record of now does not begin with it"),
    ):
        page = client.post(PAGE, {"checkpoint": pasted})
        assert page.status_code == 409
        assert why in words(page)
        assert "Yes." not in words(page)


def test_programs_get_the_same_as_json(client: Client, grown: None) -> None:
    response = client.get("/record/consistency.json?old=5&new=8")
    assert response.headers["Content-Type"] == "application/json"
    answer = response.json()
    assert answer["origin"] == ORIGIN
    assert answer["old"]["checkpoint"] == note_at(5)
    assert answer["new"]["checkpoint"] == note_at(8)
    merkle.verify_consistency(
        old=answer["old"]["size"],
        old_root=base64.b64decode(answer["old"]["root"]),
        new=answer["new"]["size"],
        new_root=base64.b64decode(answer["new"]["root"]),
        proof=[base64.b64decode(node) for node in answer["proof"]],
    )
    assert client.get("/record/consistency.json?old=5").json()["new"]["size"] == 300
    for query in ("", "old=", "old=x", "old=5&new=x", "old=05", "new=5", "old=" + "9" * 30):
        bad = client.get(f"/record/consistency.json?{query}")
        assert bad.status_code == 400, query
        assert "how many entries" in bad.content.decode()
    for query in ("old=4", "old=5&new=7", "old=8&new=5", "old=301", "old=5&new=301"):
        assert client.get(f"/record/consistency.json?{query}").status_code == 404, query


def test_comparing_takes_few_queries(
    client: Client, grown: None, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(2):  # the checkpoints to choose from: the newest, the first
        client.get(PAGE)
    with django_assert_num_queries(5):  # those; the one asked for; a full tile, and one that grows
        client.get(f"{PAGE}?old=5")


def test_the_list_offers_the_newest_and_the_first(count: Count, sequence: Sequence) -> None:
    for size in range(25):
        count(1, start=size)
        sequence()
    offered = [one.size for one in Checkpoint.objects.offered(25)]
    assert offered == [*range(24, 4, -1), 1]
    assert [one.size for one in Checkpoint.objects.offered(3)] == [2, 1]
    assert Checkpoint.objects.offered(0) == []


@given(st.data())
def test_the_picture_has_a_part_for_each_hash_and_all_entries(data: Any) -> None:
    new = data.draw(st.integers(2, 10**7))
    old = data.draw(st.integers(1, new - 1))
    proof = [f"hash {at}" for at in range(1, len(merkle.consistency_ranges(old, new)) + 1)]
    drawn = picture.draw(old, new, old_root="root of then", proof=proof)
    at = 0
    for part in drawn.parts:
        assert part.first == at + 1
        assert part.then == (part.last <= old)
        assert part.hash == (f"hash {part.number}" if part.number else "root of then")
        at = part.last
    assert at == new
    assert max(part.last for part in drawn.parts if part.then) == old
    assert sorted(part.number for part in drawn.parts if part.number) == [*range(1, len(proof) + 1)]
    # A tree in which each node has two below it.
    assert len(drawn.dots) == len(drawn.parts) - 1
    assert len(drawn.lines) == 2 * len(drawn.dots)
    assert drawn.top in drawn.dots
    assert all(0 < x < drawn.width and 0 < y < drawn.height for x, y in drawn.dots)
    with pytest.raises(ValueError, match="argument"):
        picture.draw(old, new, old_root="", proof=[*proof, "more"])


def test_each_kind_of_entry_has_a_sample_that_fits(db: None) -> None:
    register(EntryType("test.many", closed({"all": listed(registry.LANGUAGE)}), "Many."))
    for known in registry.registered():
        sample = samples.sample(known, "http://localhost:8000")
        body = {name: value for name, value in sample.items() if name not in ("type", "at")}
        known.check(body)
        pending = actions.submit(type=known.name, body=body, at=NOW)
        assert pending.sentence
        assert "…" not in pending.sentence


# In a browser, which checks it by itself

NewBrowser = Callable[..., BrowserContext]


def open_page(page: Page, live_server: LiveServer, query: str = "") -> None:
    # Browsers compute hashes in secure contexts alone: under the name, not the bare address.
    page.goto(f"{live_server.url.replace('127.0.0.1', 'localhost')}{PAGE}{query}")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_browser_checks_it_by_itself(
    live_server: LiveServer, new_browser: NewBrowser, grown: None
) -> None:
    page = new_browser().new_page()
    checked = page.locator("#browser li:visible")
    for query, found in (
        ("?old=5", "It computed both roots from the hashes below"),
        ("?old=8", "It computed both roots from the hashes below"),
        ("?old=300", "It compared the two checkpoints"),
    ):
        open_page(page, live_server, query)
        expect(checked).to_have_count(3)
        expect(checked.nth(0)).to_contain_text(found)
        expect(checked.nth(1)).to_contain_text("It verified our signature on both checkpoints")
        expect(checked.nth(2)).to_contain_text("On trust, from us")
    page.get_by_label("A checkpoint you kept").fill(note_at(3))
    page.get_by_role("button", name="Compare with what I kept").click()
    expect(page.get_by_text("Yes. The record of then, with 3 entries")).to_be_visible()
    expect(checked.nth(0)).to_contain_text("It computed both roots")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_browser_does_not_take_our_word(
    live_server: LiveServer, new_browser: NewBrowser, grown: None
) -> None:
    """What the server says is changed on its way: a root, a hash, a signature, the keys."""
    page = new_browser().new_page()
    fault = page.locator("#browser li strong:visible")

    def lie(pattern: str, replacement: str) -> None:
        def answer(route: Any) -> None:
            response = route.fetch()
            route.fulfill(
                response=response, body=re.sub(pattern, replacement, response.text(), count=1)
            )

        page.unroute_all(behavior="ignoreErrors")
        page.route(re.compile(r"/record/consistency\?|/\.well-known/did\.json"), answer)

    for pattern, replacement, said in (
        (r'"proof": \["..', '"proof": ["AA', "do not lead to the roots"),
        (r'"proof": \["[^"]*", ', '"proof": [', "do not lead to the roots"),
        (r'"size": 300', '"size": 301', "does not verify with any key"),
        (r"u2014 localhost:8000/record ......", "u2014 localhost:8000/record AAAAAA", "verify"),
        (r"z6Mk..", "z6Mk11", "does not verify with any key"),
    ):
        lie(pattern, replacement)
        open_page(page, live_server, "?old=5")
        expect(fault.first).to_contain_text(said)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_without_scripts_the_server_answers(
    live_server: LiveServer, new_browser: NewBrowser, grown: None
) -> None:
    page = new_browser(java_script_enabled=False).new_page()
    open_page(page, live_server)
    page.get_by_label("The record as it was").select_option("5")
    page.get_by_role("button", name="Compare with this one").click()
    expect(page.get_by_text("Yes. The record of then, with 5 entries")).to_be_visible()
    expect(page.locator("#browser")).to_be_hidden()
