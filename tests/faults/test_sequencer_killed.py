"""Sequencers killed by SIGKILL at every step, many at once, and a clock that goes backwards.

Nothing is lost, doubled or reordered, and whatever was published belongs to one log.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from governance.record import actions, merkle, notes, reads, registry, signing, sweeps
from governance.record.models import Checkpoint, Entry, Pending
from tests.conftest import NOW
from tests.faults import sequencers

ROOT = Path(__file__).resolve().parents[2]
# Entries in a batch of these sequencers, and before each kill: two batches, of which one is short.
BATCH, MORE = 8, 12

Run = Callable[..., list[int]]

COMMIT = "django.db.backends.base.base:BaseDatabaseWrapper.commit"
# What is called, and the how manieth call of one run is meant. Two batches and a look that finds
# no third make three commits; signing makes the fourth, publishing the fifth.
STEPS = [
    ("governance.record.models:EntryQuerySet.bulk_create", 1),
    ("governance.record.actions:_store_full_tiles", 1),
    ("django.db.models.query:QuerySet.delete", 1),
    (COMMIT, 1),
    ("governance.record.models:EntryQuerySet.bulk_create", 2),
    (COMMIT, 2),
    (COMMIT, 3),
    ("governance.record.actions:signer", 1),
    ("governance.record.notes:sign", 1),
    ("governance.record.models:CheckpointQuerySet.create", 1),
    (COMMIT, 4),
    ("governance.record.actions:write_public", 1),
    ("os:fsync", 1),
    ("os:link", 1),
    ("os:link", 2),
    ("governance.record.actions:write_public", 2),
    ("governance.record.actions:replace_public", 1),
    ("os:replace", 1),
    ("governance.record.actions:remember", 1),
    ("os:replace", 2),
    ("governance.record.actions:replace_public", 2),
    ("os:replace", 3),
    (COMMIT, 5),
]
# After these a step has been taken for good.
LASTING = (COMMIT, "os:link", "os:replace")
# Where a tile has filled.
TILE_STEPS = [
    ("governance.record.models:TileQuerySet.create", 1),
    ("governance.record.actions:write_public", 1),
    ("governance.record.actions:write_public", 3),
    ("governance.record.actions:remove_public", 1),
    ("governance.record.actions:remove_public", 2),
]


@pytest.fixture
def public_root(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keys and published files of this test's own, and a type of entry to write."""
    settings.PUBLIC_ROOT = tmp_path / "public"
    settings.KEYS_DIR = tmp_path / "keys"
    signing.make_keys(settings.KEYS_DIR)
    monkeypatch.setattr(registry, "_registry", dict(registry._registry))
    sequencers.counted()
    return tmp_path / "public"


@pytest.fixture
def run(transactional_db: None, public_root: Path, settings: Any) -> Iterator[Run]:
    """Do jobs at once, each in a process of its own; answers their exit codes."""
    database = str(connection.settings_dict["NAME"])
    with subprocess.Popen(
        [
            *(sys.executable, "-m", "tests.faults.sequencers"),
            *(database, str(public_root), str(settings.KEYS_DIR)),
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        stdin, stdout = process.stdin, process.stdout
        assert stdin
        assert stdout

        def jobs(*wanted: dict[str, Any]) -> list[int]:
            stdin.write(json.dumps([{"at": NOW.isoformat(), **job} for job in wanted]) + "\n")
            stdin.flush()
            codes: list[int] = json.loads(stdout.readline())
            return codes

        yield jobs
        stdin.close()
        assert process.wait(timeout=20) == 0


class Expected:
    """The log as it must come out: the hashes of its entries, in the order of their submission."""

    def __init__(self, public_root: Path) -> None:
        self.leaves: list[str] = []
        self.published = 0
        self._root = public_root
        self._numbers = 0

    def submit(self, many: int) -> None:
        for _ in range(many):
            body = {"number": self._numbers}
            row = actions.submit(type="test.counted", body=body, at=NOW)
            self.leaves.append(row.leaf_hash)
            self._numbers += 1

    def rotate(self, purpose: str) -> None:
        call_command("keys", "--rotate", purpose, stdout=StringIO())
        row = Pending.objects.latest("pk")
        assert row.type == "key.listed"
        self.leaves.append(row.leaf_hash)

    def check(self, why: str) -> None:
        """Each entry is in one place, in order; what is published is the beginning of this log."""
        entered = list(Entry.objects.order_by("index").values_list("leaf_hash", flat=True))
        waiting = list(Pending.objects.order_by("pk").values_list("leaf_hash", flat=True))
        assert entered + waiting == self.leaves, why
        assert Entry.objects.size() == len(entered), why
        size = self._check_published(why)
        assert self.published <= size <= len(entered), f"{why}: a checkpoint was taken back"
        self.published = size
        for checkpoint in Checkpoint.objects.filter(size__gte=size):
            assert checkpoint.root == root_over(self.leaves[: checkpoint.size]).hex(), why

    def _check_published(self, why: str) -> int:
        """The size that the published files show, from them alone."""
        try:
            note = (self._root / "record/checkpoint").read_text()
        except FileNotFoundError:
            return 0
        head = notes.parse_tree_head(notes.verify(note, reads.verifiers()))
        assert head.root == root_over(self.leaves[: head.size]), why

        def load(level: int, number: int, width: int) -> bytes:
            return (self._root / "record" / merkle.tile_path(level, number, width)).read_bytes()

        reader = merkle.TileReader(head.size, load)
        assert merkle.tree_root(head.size, reader) == head.root, why
        read: list[str] = []
        for number in range((head.size + 255) // 256):
            path = merkle.tile_path("entries", number, merkle.tile_width(head.size, 0, number))
            entries = merkle.unbundle((self._root / "record" / path).read_bytes())
            read += [merkle.leaf_hash(entry).hex() for entry in entries]
        assert read == self.leaves[: head.size], why
        return head.size


def root_over(leaves: Sequence[str]) -> bytes:
    """The root over leaf hashes, by RFC 6962's definition alone."""
    if len(leaves) < 2:
        return bytes.fromhex(leaves[0]) if leaves else merkle.EMPTY_ROOT
    left = 1 << ((len(leaves) - 1).bit_length() - 1)
    return merkle.node_hash(root_over(leaves[:left]), root_over(leaves[left:]))


def test_killed_at_every_step_nothing_is_lost_doubled_or_reordered(
    run: Run, public_root: Path
) -> None:
    """One log through all of it: the next sequencer goes on from where the last one died."""
    log = Expected(public_root)
    sweeps.keys(NOW)
    log.leaves += Pending.objects.order_by("pk").values_list("leaf_hash", flat=True)
    log.submit(5)
    assert run({"do": "sequence"}) == [0]
    log.check("before the first kill")
    for target, nth in (*STEPS, *TILE_STEPS):
        # Mostly, the end of one step is the beginning of the next.
        for when in ("before", "after") if target in LASTING else ("before",):
            point = f"killed {when} call {nth} of {target}"
            log.rotate("terms")  # so that did.json changes with the checkpoint
            log.submit(MORE - 1)
            if (target, nth) in TILE_STEPS:
                log.submit(-len(log.leaves) % merkle.TILE_WIDTH + 1)
            dying = {"do": "sequence", "batch": BATCH, "kill": [target, when, nth]}
            assert run(dying) == [-9], point
            log.check(point)
            assert run({"do": "sequence"}) == [0], f"{point}, and then"
            assert reads.published_size() == len(log.leaves), f"{point}, and then"
    log.check("at the end")
    call_command("publish", stdout=StringIO())  # every file is as the database has it


@pytest.mark.parametrize("many", [2, 8])
def test_many_sequencers_and_submitters_as_processes_at_once(
    many: int, run: Run, public_root: Path
) -> None:
    """Entries whose transaction rolled back never were; of the others each is there once."""
    each, submitters = 40, 3
    codes = run(
        *[{"do": "sequence", "rounds": 12}] * many,
        *[
            {"do": "submit", "first": 1000 * number, "many": each, "hold": 0.004}
            for number in range(submitters)
        ],
    )
    assert codes == [0] * (many + submitters)
    assert run({"do": "sequence"}) == [0]
    log = Expected(public_root)
    log.leaves = list(Entry.objects.order_by("index").values_list("leaf_hash", flat=True))
    log.check("after all of them")
    assert log.published == submitters * each
    numbers = [entry.content["number"] for entry in Entry.objects.order_by("index")]
    for submitter in range(submitters):
        own = [number for number in numbers if number // 1000 == submitter]
        assert own == list(range(1000 * submitter, 1000 * submitter + each))


def test_a_clock_that_goes_backwards_changes_no_order(run: Run, public_root: Path) -> None:
    log = Expected(public_root)
    for hours in (0, -30, 2, -400):
        log.submit(3)
        at = NOW + timedelta(hours=hours)
        assert run({"do": "sequence", "at": at.isoformat()}) == [0]
        log.check(f"sequenced {hours} hours from now")
        assert log.published == len(log.leaves)
        newest = Checkpoint.objects.newest()
        assert newest
        assert (newest.size, newest.at) == (len(log.leaves), at)
    assert Checkpoint.objects.count() == 4
