"""Who may do what at the desk of those who hold an office: part of the walk's table."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.routes.doors import STEWARDS, Door, Doors, Parameters, codes, form, posts, reads
from tests.routes.scene import Scene


def _key(scene: Scene) -> dict[str, Any]:
    return {"key": f"case:{scene.work.case.pk}"}


def _over(scene: Scene) -> dict[str, Any]:
    return {**_key(scene), "to": str(scene.work.refund.proposed_by_id)}


def _asked(scene: Scene) -> dict[str, str]:
    return _key(scene)


def _away(scene: Scene) -> Parameters:
    return {"pk": scene.world.steward.aways.get().pk}


def _days(scene: Scene) -> dict[str, Any]:
    first, last = (scene.now + timedelta(days=days) for days in (20, 30))
    return {"first_on": f"{first:%Y-%m-%d}", "last_on": f"{last:%Y-%m-%d}"}


DESK: dict[str, Doors] = {
    "desk": reads(STEWARDS),
    "desk-csv": reads(STEWARDS),
    "desk-claim": posts(STEWARDS, sends=_key),
    "desk-release": posts(STEWARDS, sends=_key),
    "desk-hand-over": {
        "GET": Door(STEWARDS, asks=_asked),
        "POST": Door(STEWARDS, sends=_over, answers=codes(302)),
    },
    "desk-away": form(STEWARDS, _days),
    "desk-away-end": posts(STEWARDS, _away),
    "desk-sweeps": reads(STEWARDS),
    "api-desk": reads(STEWARDS),
    "api-desk-claim": posts(STEWARDS, sends=_key, answers=codes(200)),
    # The steward has not taken it in hand.
    "api-desk-release": posts(STEWARDS, sends=_key, answers=codes(409)),
    "api-desk-hand-over": posts(STEWARDS, sends=_over, answers=codes(200)),
    "api-desk-colleagues": reads(STEWARDS),
    "api-desk-aways": reads(STEWARDS) | posts(STEWARDS, sends=_days, answers=codes(201)),
    "api-desk-away": {"DELETE": Door(STEWARDS, _away, answers=codes(204))},
}

_NARROWED = ("kind", "whose", "overdue")

# What a route reads from its query string.
ASKED_OF_DESK: dict[str, tuple[str, ...]] = {
    "desk": (*_NARROWED, "page"),
    "desk-csv": _NARROWED,
    "desk-hand-over": ("key",),
    "api-desk": (*_NARROWED, "cursor", "page_size"),
}
