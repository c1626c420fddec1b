"""What a row of the walk's tables is made of: doors, and who may go through them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.routes.scene import Role, Scene

EVERYBODY = frozenset(Role)
# A token that has ended opens nothing of the API, not even what needs none.
API_READERS = EVERYBODY - {Role.REVOKED}
MEMBERS = frozenset({Role.MEMBER, Role.STEWARD})
# What is the member's own: others, signed in or not, do not find it.
OWNER = frozenset({Role.MEMBER})
STEWARDS = frozenset({Role.STEWARD})
NOBODY: frozenset[Role] = frozenset()

Parameters = dict[str, object]


def nothing(scene: Scene) -> dict[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class Door:
    """One method of a route: who may, what the address names, what is sent, what is answered."""

    may: frozenset[Role]
    to: Callable[[Scene], Parameters] = nothing
    asks: Callable[[Scene], dict[str, str]] = nothing
    # A form for a page, JSON for the API; with it, whoever may gets one of ``answers``.
    sends: Callable[[Scene], Any] = nothing
    headers: Callable[[Scene], dict[str, str]] = nothing
    answers: frozenset[int] = frozenset({200})
    # The tables that a safe method may write to.
    keeps: frozenset[str] = frozenset()
    # Nobody's session is believed here, so no token against forgery is asked for.
    csrf: bool = True
    # A sheet as it was printed: it brings its style, which the policy names by its hash.
    styled: bool = False


Doors = dict[str, Door]


def reads(may: frozenset[Role], to: Callable[[Scene], Parameters] = nothing) -> Doors:
    return {"GET": Door(may, to)}


def posts(may: frozenset[Role], to: Callable[[Scene], Parameters] = nothing, **more: Any) -> Doors:
    return {"POST": Door(may, to, **{"answers": codes(302), **more})}


def form(
    may: frozenset[Role],
    sends: Callable[[Scene], Any],
    to: Callable[[Scene], Parameters] = nothing,
    *,
    answers: tuple[int, ...] = (302,),
    shows: tuple[int, ...] = (200,),
    keeps: tuple[str, ...] = (),
) -> Doors:
    """A page with a form that posts to itself."""
    return {
        "GET": Door(may, to, answers=codes(*shows), keeps=frozenset(keeps)),
        "POST": Door(may, to, sends=sends, answers=codes(*answers)),
    }


def entrance(
    sends: Callable[[Scene], Any], *, answers: tuple[int, ...] = (200, 302), keeps: bool = False
) -> Doors:
    """A page of signing in: whoever has no business there, or is signed in, is sent on."""
    sessions = ("django_session",) if keeps else ()
    return form(EVERYBODY, sends, answers=answers, shows=(200, 302), keeps=sessions)


def codes(*codes: int) -> frozenset[int]:
    return frozenset(codes)
