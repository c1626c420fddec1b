"""Who may do what at which address of what is public of grants: part of the walk's table."""

from __future__ import annotations

from tests.routes.doors import API_READERS, EVERYBODY, STEWARDS, Doors, reads
from tests.routes.scene import SIGNED_IN, Role, Scene


def _award(scene: Scene) -> dict[str, object]:
    return {"pk": scene.awards.award.pk}


OPEN_GRANTS: dict[str, Doors] = {
    "grant-money": reads(EVERYBODY),
    "grant-open-data": reads(EVERYBODY),
    "grant-feed-atom": reads(EVERYBODY),
    "grant-feed-json": reads(EVERYBODY),
    # Everybody's own
    "grant-my-share": reads(SIGNED_IN),
    "grant-my-share-csv": reads(SIGNED_IN),
    "api-grant-my-share": reads(SIGNED_IN | {Role.FULL}),
    # Programs
    "api-grant-awards": reads(API_READERS),
    "api-grant-award": reads(API_READERS, _award),
    "api-grant-milestones": reads(API_READERS),
    "api-grant-paid": reads(API_READERS),
    "api-grant-funds": reads(API_READERS),
    "api-grant-movements": reads(API_READERS),
    # Who looks after it
    "api-grant-reviews": reads(SIGNED_IN | {Role.FULL}),
    "api-grant-payments": reads(STEWARDS),
    "api-grant-accounts": reads(STEWARDS),
}

# What a route reads from its query string.
_CURSOR = ("cursor", "page_size")
_OF_AN_AWARD = ("award", "round")
TIMES_OF_OPEN_GRANTS = ("committed_after", "committed_before", "after", "before")
ASKED_OF_OPEN_GRANTS: dict[str, tuple[str, ...]] = {
    "grant-my-share": ("page",),
    "grant-feed-atom": ("page",),
    "grant-feed-json": ("page",),
    "api-grant-my-share": ("page",),
    "api-grant-awards": (
        *("round", "project", "stage", "committed_after", "committed_before"),
        *_CURSOR,
    ),
    "api-grant-milestones": (*_OF_AN_AWARD, "stage", "due_after", "due_before", *_CURSOR),
    "api-grant-paid": (*_OF_AN_AWARD, "paid_after", "paid_before", *_CURSOR),
    "api-grant-funds": ("open", *_CURSOR),
    "api-grant-movements": (*_OF_AN_AWARD, "kind", "after", "before", *_CURSOR),
    "api-grant-reviews": ("round", "stage", "mine", *_CURSOR),
    "api-grant-payments": (*_OF_AN_AWARD, "stage", *_CURSOR),
    "api-grant-accounts": ("round", *_CURSOR),
}
