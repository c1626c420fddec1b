"""Every entry gets its place once, in order, whatever is killed; and the log never forks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from governance.record import actions, merkle, notes, reads, signing, sweeps
from governance.record.actions import WouldFork
from governance.record.models import Checkpoint, Entry, Pending, Tile
from governance.record.registry import (
    SHA256,
    URL,
    BodyInvalid,
    EntryType,
    UnknownType,
    closed,
    listed,
    register,
)
from tests.conftest import NOW

Count = Callable[..., list[Pending]]
Sequence = Callable[[], int]


def numbers() -> list[int]:
    return [entry.content["number"] for entry in Entry.objects.order_by("index")]


def by_place(places: range) -> list[bytes]:
    rows = Entry.objects.filter(index__in=places).order_by("index")
    return [bytes(data) for data in rows.values_list("data", flat=True)]


def naive_root() -> bytes:
    """The root over all entries, from their bytes alone."""
    leaves = [
        merkle.leaf_hash(bytes(data))
        for data in Entry.objects.order_by("index").values_list("data", flat=True)
    ]

    def read(height: int, number: int) -> bytes:
        if height == 0:
            return leaves[number]
        return merkle.node_hash(read(height - 1, 2 * number), read(height - 1, 2 * number + 1))

    return merkle.tree_root(len(leaves), read)


def check_published(root: Path, size: int) -> None:
    """What is published verifies from the files alone, as a monitor would read them."""
    note = (root / "record/checkpoint").read_text()
    head = notes.parse_tree_head(notes.verify(note, reads.verifiers()))
    assert head == notes.TreeHead("localhost:8000/record", size, naive_root())

    def load(level: int, number: int, width: int) -> bytes:
        return (root / "record" / merkle.tile_path(level, number, width)).read_bytes()

    assert merkle.tree_root(size, merkle.TileReader(size, load)) == head.root
    read = 0
    for number in range((size + 255) // 256):
        width = merkle.tile_width(size, 0, number)
        path = root / "record" / merkle.tile_path("entries", number, width)
        entries = merkle.unbundle(path.read_bytes())
        assert b"".join(map(merkle.leaf_hash, entries)) == load(0, number, width)
        read += len(entries)
    assert read == size


@pytest.mark.django_db
def test_the_empty_record_has_a_checkpoint_too(sequence: Sequence, record_of_its_own: Path) -> None:
    assert sequence() == 0
    check_published(record_of_its_own, 0)


def test_entries_get_their_places_in_the_order_they_came(
    count: Count, sequence: Sequence, record_of_its_own: Path
) -> None:
    count(3)
    assert sequence() == 3
    count(2, start=3)
    assert sequence() == 2
    assert sequence() == 0
    assert numbers() == [0, 1, 2, 3, 4]
    assert not Pending.objects.exists()
    assert list(Checkpoint.objects.order_by("size").values_list("size", flat=True)) == [3, 5]
    check_published(record_of_its_own, 5)


def test_an_entry_is_its_canonical_bytes(count: Count, sequence: Sequence) -> None:
    [pending] = count(1)
    assert bytes(pending.data) == (
        b'{"at":"2026-11-20T12:00:00Z","number":0,"type":"test.counted"}'
    )
    assert pending.leaf_hash == merkle.leaf_hash(bytes(pending.data)).hex()
    sequence()
    entry = Entry.objects.get()
    assert (entry.leaf_hash, bytes(entry.data)) == (pending.leaf_hash, bytes(pending.data))
    assert (entry.index, entry.type, entry.at) == (0, "test.counted", NOW)
    assert entry.sentence == "The number 0 was counted."


def test_the_same_entry_twice_is_recorded_once(count: Count, sequence: Sequence) -> None:
    first, again = count(1) + count(1)
    assert first.leaf_hash == again.leaf_hash
    count(1, start=1)
    count(1)
    assert sequence() == 4
    count(2)
    assert sequence() == 2
    assert numbers() == [0, 1]


def test_filled_tiles_are_stored_and_nothing_is_hashed_anew(
    count: Count, sequence: Sequence, record_of_its_own: Path
) -> None:
    """Through one level of tiles and into the next, however the batches fall."""
    for start, many in ((0, 100), (100, 156), (256, 1), (257, 400), (657, 111)):
        count(many, start=start)
        assert sequence() == many
        check_published(record_of_its_own, start + many)
    assert list(Tile.objects.order_by("level", "number").values_list("level", "number")) == [
        (0, 0),
        (0, 1),
        (0, 2),
    ]
    for tile in Tile.objects.all():
        places = range(tile.number * 256, tile.number * 256 + 256)
        hashes = b"".join(merkle.leaf_hash(data) for data in by_place(places))
        assert bytes(tile.hashes) == hashes
        assert bytes(tile.root) == merkle.tile_root(hashes)
    # What a tile was while it grew is gone once it is full.
    tiles = record_of_its_own / "record/tile"
    assert sorted(str(path.relative_to(tiles)) for path in tiles.rglob("*") if path.is_file()) == [
        "0/000",
        "0/001",
        "0/002",
        *(["1/000.p/1"]),
        "1/000.p/2",
        "1/000.p/3",
        "entries/000",
        "entries/001",
        "entries/002",
    ]


def test_a_long_queue_is_taken_in_batches_under_one_checkpoint(
    count: Count, sequence: Sequence, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "BATCH", 4)
    count(10)
    upto = actions.newest_waiting()
    assert upto
    count(1, start=10)
    assert [actions.integrate(upto=upto) for _ in range(4)] == [4, 4, 2, 0]
    assert numbers() == list(range(10))
    assert sequence() == 1
    assert list(Checkpoint.objects.values_list("size", flat=True)) == [11]


@pytest.mark.parametrize(
    "broken",
    [
        "governance.record.models.EntryQuerySet.bulk_create",
        "governance.record.actions._store_full_tiles",
        "django.db.models.query.QuerySet.delete",
        "governance.record.actions.signer",
        "governance.record.models.CheckpointQuerySet.create",
        "governance.record.actions.write_public",
        "governance.record.actions.replace_public",
    ],
)
@pytest.mark.django_db(transaction=True)
def test_stopped_at_any_step_nothing_is_lost_or_doubled(
    broken: str,
    count: Count,
    sequence: Sequence,
    record_of_its_own: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    count(2)
    sequence()
    published = (record_of_its_own / "record/checkpoint").read_bytes()
    waiting = count(3, start=2)

    class Killed(Exception):
        pass

    def stop(*args: Any, **kwargs: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(broken, stop)
        with pytest.raises(Killed):
            sequence()
    # Nothing unfinished was published, and each entry is in exactly one place.
    assert (record_of_its_own / "record/checkpoint").read_bytes() == published
    hashes = {row.leaf_hash for row in waiting}
    in_record = set(Entry.objects.within(10**6).values_list("leaf_hash", flat=True)) & hashes
    in_queue = set(Pending.objects.values_list("leaf_hash", flat=True))
    assert in_record | in_queue == hashes
    assert not in_record & in_queue
    sequence()
    assert numbers() == [0, 1, 2, 3, 4]
    check_published(record_of_its_own, 5)


@pytest.mark.django_db(transaction=True)
def test_an_entry_submitted_in_a_transaction_that_rolls_back_never_was(
    count: Count, sequence: Sequence
) -> None:
    with transaction.atomic():
        count(1)
        transaction.set_rollback(True)
    assert sequence() == 0
    assert not Entry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_many_sequencers_and_submitters_at_once_are_harmless(
    sequence: Sequence, record_of_its_own: Path
) -> None:
    submitters, sequencers, each = 3, 3, 40
    start = threading.Barrier(submitters + sequencers)
    failures: list[BaseException] = []

    def run(work: Callable[[], None]) -> None:
        start.wait()
        try:
            work()
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    def submit(first: int) -> Callable[[], None]:
        def work() -> None:
            for number in range(first, first + each):
                actions.submit(type="test.counted", body={"number": number}, at=NOW)

        return work

    def sequence_often() -> None:
        for _ in range(15):
            sweeps.sequence(NOW)

    threads = [
        threading.Thread(target=run, args=[work])
        for work in (
            *(submit(worker * 1000) for worker in range(submitters)),
            *[sequence_often] * sequencers,
        )
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    sequence()
    found = numbers()
    assert sorted(found) == [
        worker * 1000 + number for worker in range(submitters) for number in range(each)
    ]
    for worker in range(submitters):
        own = [number for number in found if number // 1000 == worker]
        assert own == sorted(own), "one submitter's entries changed their order"
    check_published(record_of_its_own, submitters * each)


@pytest.mark.django_db(transaction=True)
def test_a_checkpoint_is_not_signed_inside_somebody_elses_transaction() -> None:
    """It would leave the house before the commit."""
    for act in (lambda: actions.integrate(upto=1), lambda: actions.sign(at=NOW)):
        with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
            act()


# No fork, even after a restore


def sign_head(size: int, root: bytes, origin: str = "localhost:8000/record") -> str:
    _, key = signing.signer("record")
    head = notes.TreeHead(origin, size, root)
    return notes.sign(head.text, name="localhost:8000/record", key=key)


@pytest.mark.parametrize(
    ("published", "why"),
    [
        (lambda: sign_head(3, bytes(32)), "does not fit this database"),
        (lambda: sign_head(2, bytes(32)), "does not fit this database"),
        (lambda: sign_head(9, bytes(32)), "has 9 entries, and this database has 3"),
        (lambda: sign_head(3, naive_root(), "example.org/record"), "of the log example.org/record"),
        (lambda: sign_head(3, naive_root()).replace("\n3\n", "\n2\n"), "cannot be verified"),
        (lambda: "garbage", "cannot be verified"),
        (lambda: "", "cannot be verified"),
    ],
)
def test_what_does_not_go_on_from_the_published_checkpoint_is_not_recorded(
    published: Callable[[], str],
    why: str,
    count: Count,
    sequence: Sequence,
    record_of_its_own: Path,
) -> None:
    """As after restoring a database that is older than, or other than, what was published."""
    count(3)
    sequence()
    altered = published()
    (record_of_its_own / "record/checkpoint").write_text(altered)
    count(2, start=3)
    for _ in range(2):
        with pytest.raises(WouldFork, match=why):
            sequence()
    assert numbers() == [0, 1, 2]
    assert Pending.objects.count() == 2
    assert Checkpoint.objects.count() == 1
    assert (record_of_its_own / "record/checkpoint").read_text() == altered


def test_a_restored_database_is_noticed_before_anything_new_comes(
    count: Count, sequence: Sequence, record_of_its_own: Path
) -> None:
    count(3)
    sequence()
    (record_of_its_own / "record/checkpoint").write_text(sign_head(4, bytes(32)))
    with pytest.raises(WouldFork, match="4 entries are published"):
        sequence()


def test_a_tree_that_does_not_go_on_from_the_last_checkpoint_is_not_signed(
    count: Count, sequence: Sequence, record_of_its_own: Path
) -> None:
    """Even with the published files lost."""
    Checkpoint.objects.create(size=2, root="00" * 32, note="", at=NOW)
    count(3)
    with pytest.raises(WouldFork, match="the last checkpoint has 2 entries"):
        sequence()
    Entry.objects.bulk_create(
        Entry(index=index, type="x", at=NOW, data=b"", leaf_hash=f"{index:064}")
        for index in range(2)
    )
    with pytest.raises(WouldFork, match="the last checkpoint does not fit"):
        sequence()


def test_published_files_that_were_lost_come_back(
    count: Count, sequence: Sequence, record_of_its_own: Path
) -> None:
    count(300)
    sequence()
    checkpoint = record_of_its_own / "record/checkpoint"
    note = checkpoint.read_bytes()
    for path in sorted(record_of_its_own.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    sequence()
    assert checkpoint.read_bytes() == note
    check_published(record_of_its_own, 300)


def test_other_bytes_where_a_tile_belongs_keep_the_checkpoint_in(
    count: Count, sequence: Sequence, record_of_its_own: Path
) -> None:
    (record_of_its_own / "record/tile/0/000.p").mkdir(parents=True)
    (record_of_its_own / "record/tile/0/000.p/2").write_bytes(b"other")
    count(2)
    with pytest.raises(Exception, match="other bytes"):
        sequence()
    assert not (record_of_its_own / "record/checkpoint").exists()


# What the tables refuse


@pytest.mark.parametrize(("model", "column"), [(Entry, "type"), (Tile, "root"), (Checkpoint, "at")])
def test_rows_of_the_record_are_neither_changed_nor_removed(
    model: Any, column: str, count: Count, sequence: Sequence
) -> None:
    count(256)
    sequence()
    before = list(model.objects.values())
    assert before
    with pytest.raises(IntegrityError, match="refused"), transaction.atomic():
        model.objects.update(**{column: before[0][column]})
    with pytest.raises(IntegrityError, match="refused"), transaction.atomic():
        model.objects.all().delete()
    assert list(model.objects.values()) == before


def test_what_waits_is_not_altered_on_the_way(count: Count) -> None:
    count(1)
    with pytest.raises(IntegrityError, match="refused"), transaction.atomic():
        Pending.objects.update(data=b"{}")


def test_no_two_entries_share_a_place_or_a_hash(count: Count, sequence: Sequence) -> None:
    count(1)
    sequence()
    entry = Entry.objects.get()
    for index, leaf in ((0, "ff" * 32), (1, entry.leaf_hash)):
        with pytest.raises(IntegrityError), transaction.atomic():
            Entry.objects.create(index=index, type="x", at=NOW, data=b"", leaf_hash=leaf)


# What may be submitted


def test_only_what_fits_its_type_may_wait(db: None) -> None:
    with pytest.raises(UnknownType):
        actions.submit(type="test.unknown", body={}, at=NOW)
    with pytest.raises(BodyInvalid, match="number"):
        actions.submit(type="test.counted", body={"number": "one"}, at=NOW)
    assert not Pending.objects.exists()


def test_a_newline_cannot_hide_at_the_end_of_a_text(db: None) -> None:
    """Python's ``$`` matches before it; other readers of the schema would not."""
    with pytest.raises(BodyInvalid, match="control"):
        actions.submit(type="test.kept", body={"slug": "no-stalking\n"}, at=NOW)


def test_an_address_is_ours_or_is_refused(db: None) -> None:
    register(EntryType("test.linked", closed({"urls": listed(URL)}), "Linked."))
    actions.submit(type="test.linked", body={"urls": ["http://localhost:8000/polls/1"]}, at=NOW)
    for url in ("https://example.org/", "http://localhost/", "https://localhost:8000/"):
        with pytest.raises(BodyInvalid, match="not under"):
            actions.submit(type="test.linked", body={"urls": [url]}, at=NOW)


def test_an_entry_has_at_most_65535_bytes(db: None) -> None:
    register(EntryType("test.long", closed({"hashes": listed(SHA256)}), "Long."))
    hashes = [f"{number:064x}" for number in range(977)]
    actions.submit(type="test.long", body={"hashes": hashes}, at=NOW)
    with pytest.raises(BodyInvalid, match="65535 is the most"):
        actions.submit(type="test.long", body={"hashes": [*hashes, "f" * 64]}, at=NOW)


def test_submitting_takes_one_query(db: None, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):  # the insert: no lock, no look-up
        actions.submit(type="test.counted", body={"number": 1}, at=NOW)


def test_a_quiet_sweep_is_cheap(
    count: Count, sequence: Sequence, django_assert_num_queries: Any
) -> None:
    count(1)
    sequence()
    # What waits; in a savepoint (and on PostgreSQL under the lock) how many entries there are and
    # the newest checkpoint; the newest checkpoint again, to publish.
    with django_assert_num_queries(7 if connection.vendor == "postgresql" else 6):
        sequence()


def test_what_is_published_can_be_made_again_from_the_database(
    count: Count, sequence: Sequence, record_of_its_own: Path
) -> None:
    size = 0
    for grown in (3, 200, 255, 257, 300, 513):
        count(grown - size, start=size)
        size = grown
        sequence()
        files = {
            path.relative_to(record_of_its_own).as_posix(): path.read_bytes()
            for path in record_of_its_own.rglob("*")
            if path.is_file()
        }
        assert dict(reads.public_files()) == files, f"at {size} entries"
