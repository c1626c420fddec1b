"""The clockwork that runs the sweeps."""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime, timedelta

import pytest

from config.management.commands import worker
from kernel.sweeps import Sweep


def a_sweep(run: object, every: timedelta = timedelta(hours=1)) -> Sweep:
    return Sweep(name="test.sweep", every=every, run=run)  # type: ignore[arg-type]


def test_a_failing_sweep_is_logged_and_does_not_stop_the_others(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(at: datetime) -> int:
        raise RuntimeError("no")

    assert worker.run(a_sweep(fail), datetime.now(UTC)) == 0
    assert "test.sweep failed" in caplog.text
    assert caplog.records[0].levelno == logging.ERROR


@pytest.mark.django_db
def test_each_sweep_runs_once_in_its_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    stopping = threading.Event()
    seldom: list[datetime] = []
    often: list[datetime] = []

    def often_run(at: datetime) -> int:
        often.append(at)
        if len(often) == 3:
            stopping.set()
        return 0

    def seldom_run(at: datetime) -> int:
        seldom.append(at)
        return 0

    sweeps = (a_sweep(seldom_run), a_sweep(often_run, every=timedelta(0)))
    monkeypatch.setattr(worker, "registered", lambda: sweeps)
    monkeypatch.setattr(worker, "close_old_connections", lambda: None)
    worker.turn(stopping)
    assert len(seldom) == 1
    assert len(often) == 3
    assert all(at.tzinfo for at in often)
