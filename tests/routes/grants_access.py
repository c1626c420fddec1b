"""Who may do what at which address of grants: part of the walk's table."""

from __future__ import annotations

from collections.abc import Callable

from tests.routes.doors import (
    API_READERS,
    EVERYBODY,
    OWNER,
    STEWARDS,
    Doors,
    Parameters,
    codes,
    form,
    nothing,
    posts,
    reads,
)
from tests.routes.scene import SIGNED_IN, Role, Scene


def _of(name: str) -> Callable[[Scene], Parameters]:
    """The address of a round or an application of the scene, by its name there."""
    return lambda scene: {"pk": getattr(scene.grants, name).pk}


def _file(scene: Scene) -> Parameters:
    return {"pk": scene.grants.draft.pk, "file": scene.grants.file.pk}


_DRAFT = _of("draft")

GRANTS: dict[str, Doors] = {
    # For everybody
    "grants": reads(EVERYBODY),
    "grant-round": reads(EVERYBODY, _of("read")),
    "grant-application": reads(EVERYBODY, _of("standing")),
    # Who applies: nobody has to be a member
    "grant-mine": reads(SIGNED_IN),
    "grant-apply": posts(SIGNED_IN, _of("open")),
    "grant-write": form(OWNER, lambda s: s.grants.answers, _DRAFT, answers=(302, 409)),
    "grant-save": posts(OWNER, _DRAFT, sends=lambda s: s.grants.answers, answers=codes(200)),
    "grant-preview": form(
        OWNER, lambda s: {"seen": str(s.grants.draft.draft.number)}, _DRAFT, answers=(302,)
    ),
    "grant-team": form(OWNER, lambda s: s.grants.team, _DRAFT),
    "grant-files": form(OWNER, lambda s: {"file": "no file"}, _DRAFT, answers=(422,)),
    "grant-file": reads(OWNER, _file),
    "grant-file-remove": posts(OWNER, _file),
    "grant-import": form(
        OWNER, lambda s: {"url": "https://127.0.0.1/funding.json"}, _DRAFT, answers=(409,)
    ),
    "grant-withdraw": form(OWNER, nothing, _DRAFT),
    "grant-correct": form(OWNER, lambda s: {"text": "It is for shoppers."}, _of("declined")),
    "grant-ask-members": posts(OWNER, _of("declined")),
    # Whoever has no standing is told so on the page they come back to.
    "grant-sponsor": posts(SIGNED_IN, _of("standing")),
    # Who looks after it
    "grant-desk": reads(STEWARDS),
    "grant-board": reads(STEWARDS, _of("read")),
    "grant-table": reads(STEWARDS, _of("read")),
    "grant-table-csv": reads(STEWARDS, _of("read")),
    "grant-history": reads(STEWARDS, _of("reviewed")),
    "grant-interests": form(
        STEWARDS,
        lambda s: {"application": str(s.grants.undeclared.pk), "interest": "none", "why": ""},
    ),
    "grant-panel": form(
        STEWARDS, lambda s: {"what": "find_eligible", "reasons": "It fits."}, _of("screened")
    ),
    "grant-review": form(
        STEWARDS,
        lambda s: {"score-reach": "4", "score-craft": "3", "comment": "Good."},
        _of("reviewed"),
    ),
    # Its reviewers talk once their own review is in, and nothing of it waits for an answer.
    "grant-remark": posts(
        STEWARDS, _of("reviewed"), sends=lambda s: {"text": "Let us talk."}, answers=codes(409)
    ),
    "grant-answer": posts(
        STEWARDS,
        _of("reviewed"),
        sends=lambda s: {"upheld": "yes", "answer": "You are right."},
        answers=codes(409),
    ),
    "grant-confirm": posts(STEWARDS, _of("reviewed"), answers=codes(409)),
    "grant-reviewers": form(STEWARDS, lambda s: {"email": s.grants.reviewer.email}, _of("open")),
    # Programs
    "api-grant-rounds": reads(API_READERS),
    "api-grant-round": reads(API_READERS, _of("read")),
    "api-grant-projects": reads(API_READERS),
    "api-grant-project": reads(API_READERS, _of("standing")),
    # The member applies to the same round, so it concerns them too.
    "api-grant-sponsor": posts(STEWARDS, _of("standing"), answers=codes(201)),
    "api-grant-applications": reads(SIGNED_IN | {Role.FULL}),
    "grant-vote": form(STEWARDS, nothing, _of("read"), answers=(302, 409)),
}

# What a route reads from its query string.
_CURSOR = ("cursor", "page_size")
_TABLE = ("stage", "mine", "least", "order")
ASKED_OF_GRANTS: dict[str, tuple[str, ...]] = {
    "grants": ("page",),
    "grant-desk": ("page",),
    "grant-table": (*_TABLE, "page"),
    "grant-table-csv": _TABLE,
    "api-grant-rounds": ("stage", "closes_after", "closes_before", *_CURSOR),
    "api-grant-projects": ("round", "stage", *_CURSOR),
    "api-grant-applications": ("round", "stage", *_CURSOR),
}
