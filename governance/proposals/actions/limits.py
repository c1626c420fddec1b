"""Refusing whoever writes much more than anybody reads."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from governance.proposals import rates
from kernel.refusal import Refused


def check_rate(what: str, done: Iterable[datetime], *, at: datetime) -> None:
    """Raise ``Refused`` ("too-many") where ``what`` was ``done`` too often just now."""
    free = rates.free_from(what, list(done), at)
    if free is not None and free > at:
        raise Refused(
            "too-many",
            _(
                "That is more than others can read. Please go on after %(when)s; "
                "nothing of what you wrote is lost."
            )
            % {"when": date_format(free, "H:i")},
        )
