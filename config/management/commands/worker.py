"""Run the sweeps: ``manage.py worker``, one process with a clockwork."""

from __future__ import annotations

import logging
import signal
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import close_old_connections
from django.utils import timezone

from kernel.sweeps import Sweep, registered
from members.actions import note_sweep

log = logging.getLogger(__name__)

# A sweep that runs every few seconds is written down to have run this often.
NOTED_EVERY = timedelta(minutes=1)

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class Command(BaseCommand):
    help = "Run every sweep when it is due, until stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="run each sweep once, then end")

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        if once:
            for sweep in registered():
                run(sweep, timezone.now())
            return
        stopping = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopping.set())
        self.stdout.write(f"worker: {len(registered())} sweeps")
        turn(stopping)


def turn(stopping: threading.Event) -> None:
    """Run each sweep about once in its ``every`` until ``stopping`` is set."""
    last = dict.fromkeys(registered(), _LONG_AGO)
    while not stopping.wait(0.5):
        for sweep in registered():
            now = timezone.now()
            # A clock that was set back must not make a sweep wait until it catches up.
            if not last[sweep] <= now < last[sweep] + sweep.every and not stopping.is_set():
                last[sweep] = now
                run(sweep, now)
        close_old_connections()


def run(sweep: Sweep, at: datetime) -> int:
    """One run of one sweep. A sweep that fails is logged and does not stop the others."""
    try:
        moved = sweep.run(at)
    except Exception as failure:
        log.exception("the sweep %s failed and will run again", sweep.name)
        _note(sweep, at, type(failure).__name__)
        return 0
    _note(sweep, at)
    return moved


# When each sweep was last written down to have run; one that failed is always written down.
_noted: dict[str, datetime] = {}


def _note(sweep: Sweep, at: datetime, fault: str = "") -> None:
    """Write down for the stewards' desk that it ran, about once a minute, or that it failed."""
    last = _noted.get(sweep.name)
    if not fault and last is not None and last <= at < last + NOTED_EVERY:
        return
    try:
        note_sweep(name=sweep.name, fault=fault, at=at)
    except Exception:
        log.exception("that the sweep %s ran could not be written down", sweep.name)
        return
    if fault:
        _noted.pop(sweep.name, None)
    else:
        _noted[sweep.name] = at
