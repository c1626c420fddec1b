"""However long the queue, the sequencer takes it in one go and holds one batch of it in memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from governance.record import actions, merkle, notes, reads, signing, sweeps
from governance.record.canonical import canonical_bytes
from governance.record.models import Entry, Pending
from tests.conftest import NOW

ROOT = Path(__file__).resolve().parents[2]

WORKER = """
import json, resource, sys, time
from datetime import datetime
from pathlib import Path
import django
from django.conf import settings
database, public_root, keys, at = sys.argv[1:]
settings.DATABASES["default"]["NAME"] = database
settings.PUBLIC_ROOT, settings.KEYS_DIR = Path(public_root), Path(keys)
django.setup()
from governance.record import sweeps
began = time.perf_counter()
taken = sweeps.sequence(datetime.fromisoformat(at))
seconds = time.perf_counter() - began
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"taken": taken, "seconds": seconds, "peak": peak}))
"""


def entries(many: int, start: int) -> Iterator[Pending]:
    """Entries of a kilobyte and a half, as large as a batch of ballots has them."""
    for number in range(start, start + many):
        hashes = [f"{number:064x}"] * 20
        data = canonical_bytes({"type": "test.long", "at": "2026-11-20T12:00:00Z", "all": hashes})
        leaf = merkle.leaf_hash(data).hex()
        yield Pending(type="test.long", at=NOW, data=data, leaf_hash=leaf)


def queue(many: int, *, start: int = 0) -> list[str]:
    """Have ``many`` entries wait; answers their hashes."""
    rows, hashes = entries(many, start), []
    while some := list(islice(rows, 500)):
        Pending.objects.bulk_create(some)
        hashes += [row.leaf_hash for row in some]
    return hashes


@pytest.fixture(autouse=True)
def public_root(tmp_path: Path, settings: Any) -> Path:
    settings.PUBLIC_ROOT = tmp_path / "public"
    settings.KEYS_DIR = tmp_path / "keys"
    signing.make_keys(settings.KEYS_DIR)
    return tmp_path / "public"


def peak_of_sequencing(many: int, *, start: int) -> int:
    """How many bytes Python holds at most while it sequences ``many`` entries."""
    queue(many, start=start)
    tracemalloc.start()
    try:
        assert sweeps.sequence(NOW) == many
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.django_db
def test_a_longer_queue_takes_no_more_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten times as many entries, the same peak; taken in one batch they would show."""
    monkeypatch.setattr(actions, "BATCH", 64)
    peak_of_sequencing(130, start=0)  # what is loaded once
    short = peak_of_sequencing(130, start=1_000)
    long = peak_of_sequencing(1_300, start=2_000)
    assert long < 1.5 * short, f"{short} bytes for 130, {long} for 1,300"
    monkeypatch.setattr(actions, "BATCH", 10_000)
    whole = peak_of_sequencing(1_300, start=10_000)
    assert whole > 2 * long, "this test would not notice"


@pytest.mark.soak
@pytest.mark.django_db(transaction=True)
def test_a_hundred_thousand_in_one_go_take_the_memory_of_ten_thousand(
    public_root: Path, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the peak of the process (RSS), as the operating system counts it."""
    leaves: list[str] = []
    peaks = []
    for many in (10_000, 100_000):
        leaves += queue(many, start=len(leaves))
        said = json.loads(
            subprocess.run(
                [
                    *(sys.executable, "-c", WORKER, str(connection.settings_dict["NAME"])),
                    *(str(public_root), str(settings.KEYS_DIR), NOW.isoformat()),
                ],
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                capture_output=True,
                text=True,
                check=True,
            ).stdout
        )
        assert said["taken"] == many
        peaks.append(said["peak"])
        with capsys.disabled():
            print(f"\n{many:,} entries: {said['seconds']:.1f} s, {said['peak']:,} kB at most")  # noqa: T201
    with capsys.disabled():
        print(f"ten times the queue, {peaks[1] / peaks[0]:.3f} times the memory")  # noqa: T201
    assert peaks[1] < 1.25 * peaks[0]
    assert list(Entry.objects.order_by("index").values_list("leaf_hash", flat=True)) == leaves
    note = (public_root / "record/checkpoint").read_text()
    head = notes.parse_tree_head(notes.verify(note, reads.verifiers()))
    assert (head.size, head.root) == (len(leaves), root_over(leaves))


def root_over(leaves: list[str]) -> bytes:
    """The root over leaf hashes, level by level: an odd node out goes up as it is."""
    level = [bytes.fromhex(leaf) for leaf in leaves]
    while len(level) > 1:
        pairs = [merkle.node_hash(*level[at : at + 2]) for at in range(0, len(level) - 1, 2)]
        level = pairs + level[len(pairs) * 2 :]
    return level[0]
