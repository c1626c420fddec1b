"""Sequencers and submitters as processes of their own, some of which kill themselves.

``python -m tests.faults.sequencers DATABASE PUBLIC_ROOT KEYS_DIR`` starts Django once. Each line it
reads is a JSON list of jobs; it forks one process for each, all at once, and answers with the list
of their exit codes (-9: killed). What a job patches is gone with its process.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from datetime import datetime
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any

import django
from django.conf import settings


def sequence(
    *, at: str, rounds: int = 1, batch: int = 256, kill: tuple[str, str, int] | None = None
) -> None:
    """Run the sequencer; with ``kill``, until the n-th call of a function begins or has ended."""
    from governance.record import actions, sweeps  # Django is started by now

    actions.BATCH = batch

    if kill:
        die_at(*kill)
    for _ in range(rounds):
        sweeps.sequence(datetime.fromisoformat(at))


def submit(*, at: str, first: int, many: int, hold: float) -> None:
    """Submit ``many`` numbers, one a transaction that lasts ``hold`` seconds.

    After each, another is submitted in a transaction that rolls back: that entry never was.
    """
    from django.db import transaction

    from governance.record import actions

    counted()
    when = datetime.fromisoformat(at)
    for number in range(first, first + many):
        with transaction.atomic():
            actions.submit(type="test.counted", body={"number": number}, at=when)
            time.sleep(hold)
        with transaction.atomic():
            actions.submit(type="test.counted", body={"number": 10**6 + number}, at=when)
            transaction.set_rollback(True)


def counted() -> None:
    """Register the type of entry that is submitted here."""
    from governance.record.registry import COUNT, EntryType, closed, register

    register(EntryType("test.counted", closed({"number": COUNT}), "%(number)s was counted."))


JOBS: dict[str, Callable[..., None]] = {"sequence": sequence, "submit": submit}


def die_at(target: str, when: str, nth: int) -> None:
    """Have this process kill itself when the n-th call of a function begins or has ended."""
    module, _, path = target.partition(":")
    *owners, name = path.split(".")
    owner: Any = import_module(module)
    for each in owners:
        owner = getattr(owner, each)
    real, calls = getattr(owner, name), count(1)

    def deadly(*args: Any, **kwargs: Any) -> Any:
        this = next(calls) == nth
        if this and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        answer = real(*args, **kwargs)
        if this:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    setattr(owner, name, deadly)


def _fork(jobs: dict[str, Callable[..., None]], job: dict[str, Any]) -> int:
    child = os.fork()
    if child:
        return child
    try:
        jobs[job.pop("do")](**job)
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)


def serve(jobs: dict[str, Callable[..., None]]) -> None:
    """Do what is asked for on standard input, each job in a process of its own."""
    database, public_root, keys = sys.argv[1:]
    settings.DATABASES["default"]["NAME"] = database
    settings.PUBLIC_ROOT, settings.KEYS_DIR = Path(public_root), Path(keys)
    settings.SEALING_KEYS = [str(Path(keys, "sealing"))]
    django.setup()
    for line in sys.stdin:
        children = [_fork(jobs, job) for job in json.loads(line)]
        codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
        sys.stdout.write(json.dumps(codes) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve(JOBS)
