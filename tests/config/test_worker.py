"""The clockwork that runs the sweeps."""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime, timedelta

import pytest

from config.management.commands import worker
from kernel.sweeps import Sweep
from members.models import SweepRun


def a_sweep(run: object, every: timedelta = timedelta(hours=1)) -> Sweep:
    return Sweep(name="test.sweep", every=every, run=run)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def _nothing_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "_noted", {})


@pytest.mark.django_db
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


@pytest.mark.django_db
def test_that_a_sweep_ran_or_failed_is_written_down_for_the_desk() -> None:
    fails: list[bool] = []

    def work(at: datetime) -> int:
        if fails:
            raise RuntimeError("ada@example.org")
        return 0

    begin = datetime(2026, 11, 20, 12, tzinfo=UTC)

    def told(minutes: float) -> tuple[datetime | None, int, str]:
        worker.run(a_sweep(work), begin + timedelta(minutes=minutes))
        run = SweepRun.objects.get(name="test.sweep")
        return run.ran_at, run.failures, run.fault

    assert told(0) == (begin, 0, "")
    # About once a minute is enough, where nothing changes.
    assert told(0.5) == (begin, 0, "")
    assert told(1) == (begin + timedelta(minutes=1), 0, "")
    fails.append(True)
    # The kind of failure alone: what it says may name somebody.
    assert told(1.1) == (begin + timedelta(minutes=1), 1, "RuntimeError")
    assert told(1.2) == (begin + timedelta(minutes=1), 2, "RuntimeError")
    fails.clear()
    assert told(1.3) == (begin + timedelta(minutes=1.3), 0, "")


@pytest.mark.django_db
def test_a_sweep_runs_though_nothing_can_be_written_down(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(**about: object) -> None:
        raise RuntimeError("no database")

    monkeypatch.setattr(worker, "note_sweep", fail)
    assert worker.run(a_sweep(lambda at: 7), datetime.now(UTC)) == 7
    assert "could not be written down" in caplog.text
