"""The pages of grants: who opens which, as part of the walk through every page."""

from __future__ import annotations

from collections.abc import Callable

from tests.functional.visiting import Visitor
from tests.world import World

# What answers with a file or only takes a form, and so is no page.
NO_PAGES: set[str] = set()
# Which pages each of them answers for, and how they get there.
OPENED: dict[str, set[str]] = {}
WALKS: dict[str, Callable[[Visitor, World], None]] = {}
