"""A record of its own for each test: keys, an empty public root, and two types of entry."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from governance.record import actions, registry, signing, sweeps
from governance.record.models import Pending
from governance.record.registry import COUNT, SHA256, SLUG, EntryType, closed
from tests.conftest import NOW


@pytest.fixture(autouse=True)
def record_of_its_own(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keys and published files under ``tmp_path``; answers the public root."""
    settings.PUBLIC_ROOT = tmp_path / "public"
    settings.KEYS_DIR = tmp_path / "keys"
    signing.make_keys(settings.KEYS_DIR)
    monkeypatch.setattr(registry, "_registry", dict(registry._registry))
    registry.register(
        EntryType("test.counted", closed({"number": COUNT}), "The number %(number)s was counted.")
    )
    registry.register(
        EntryType(
            "test.kept",
            closed({"slug": SLUG, "sha256": SHA256}, optional=("sha256",)),
            "“%(slug)s” was kept.",
        )
    )
    return tmp_path / "public"


@pytest.fixture
def count(db: None) -> Callable[..., list[Pending]]:
    """Submit numbers: ``count(3)`` submits 0, 1, 2; ``count(3, start=7)`` submits 7, 8, 9."""

    def submit(many: int, *, start: int = 0) -> list[Pending]:
        return [
            actions.submit(type="test.counted", body={"number": number}, at=NOW)
            for number in range(start, start + many)
        ]

    return submit


@pytest.fixture
def sequence(db: None) -> Callable[[], int]:
    """Run the sequencer, a second later each time."""
    times: list[datetime] = [NOW]

    def run() -> int:
        times.append(times[-1] + timedelta(seconds=1))
        return sweeps.sequence(times[-1])

    return run
