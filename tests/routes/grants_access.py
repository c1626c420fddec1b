"""Who may do what at which address of grants: part of the walk's table."""

from __future__ import annotations

from tests.routes.doors import Doors

GRANTS: dict[str, Doors] = {}

# What a route reads from its query string.
ASKED_OF_GRANTS: dict[str, tuple[str, ...]] = {}
