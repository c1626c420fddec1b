"""A process whose children do one thing each and die by SIGKILL at a point: run by the tests.

Its arguments are the database and Stripe's address. Each line it reads is a task, ``{"do", "at",
"die_at", "body"?, "signature"?}``; the child that does it dies at its ``die_at``-th point, or not
at all if that is 0. It answers with the child's signal and, where that lived, its points' names.

The points are not written into the program: there is one before *every* statement that writes, one
on either side of every commit and of every call to Stripe. So no action can lack one between two of
its writes.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from typing import Any

import django
from django.conf import settings

settings.DATABASES["default"]["NAME"], settings.STRIPE_API_BASE = sys.argv[1:3]
django.setup()

from django.db import connection  # noqa: E402 - after the set-up
from django.db.backends.base.base import BaseDatabaseWrapper  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402

from funding.dues import stripe_gateway, sweeps  # noqa: E402

_WRITES = re.compile(r'(INSERT INTO|UPDATE|DELETE FROM) "?(\w+)')


class Points:
    """What a child has come past, and where it dies."""

    def __init__(self, die_at: int) -> None:
        self.names: list[str] = []
        self.die_at = die_at

    def reach(self, name: str) -> None:
        self.names.append(name)
        if len(self.names) == self.die_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def statement(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        if write := _WRITES.match(sql):
            self.reach(f"before {write[1]} {write[2]}")
        return execute(sql, params, many, context)

    def around(self, what: str, do: Callable[..., Any]) -> Callable[..., Any]:
        count = itertools.count(1)

        def points(*args: Any) -> Any:
            number = next(count)
            self.reach(f"before {what} {number}")
            done = do(*args)
            self.reach(f"after {what} {number}")
            return done

        return points


def child(task: dict[str, Any]) -> list[str]:
    points = Points(task["die_at"])
    connection.execute_wrappers.append(points.statement)
    BaseDatabaseWrapper._commit = points.around(  # type: ignore[attr-defined]
        "commit",
        BaseDatabaseWrapper._commit,  # type: ignore[attr-defined]
    )
    stripe_gateway._call = points.around("a call to Stripe", stripe_gateway._call)
    at = datetime.fromisoformat(task["at"])
    if task["do"] == "webhook":
        headers = {"Stripe-Signature": task["signature"]}
        answer = Client().post(
            reverse("dues-webhook"), task["body"], "application/json", headers=headers
        )
        assert answer.status_code == 200
    else:
        while getattr(sweeps, task["do"])(at):
            pass
    return points.names


def tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def serve() -> None:
    tell("ready")
    for line in sys.stdin:
        task = json.loads(line)
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(reading)
            os.write(writing, json.dumps(child(task)).encode())
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading, "rb") as names:
            told = names.read()
        _pid, status = os.waitpid(pid, 0)
        died_of = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        answer = {"signal": died_of, "code": os.waitstatus_to_exitcode(status)}
        tell(json.dumps({**answer, "points": json.loads(told or b"[]")}))


if __name__ == "__main__":
    serve()
