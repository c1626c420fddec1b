"""Run the sweeps: ``manage.py worker``, one process with a clockwork."""

from __future__ import annotations

import logging
import signal
import threading
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import close_old_connections
from django.utils import timezone

from kernel.sweeps import Sweep, registered

log = logging.getLogger(__name__)

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
        return sweep.run(at)
    except Exception:
        log.exception("the sweep %s failed and will run again", sweep.name)
        return 0
