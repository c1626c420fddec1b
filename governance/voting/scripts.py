"""The programs that a ballot page loads, by their hashes, so that what ran can be named."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.templatetags.static import static

# In the order in which the page loads them: what a module imports stands before it.
NAMES = (
    "vendor/blindrsa-0.4.4.min.js",
    "ballot-protocol.js",
    "ballot-storage.js",
    "ballot-ranking.js",
    "ballot-choices.js",
    "vote.js",
)


@cache
def hashes() -> dict[str, str]:
    """SHA-256 in hex of each of :data:`NAMES`, as it was when this process first asked."""
    return {name: hashlib.sha256(_path(name).read_bytes()).hexdigest() for name in NAMES}


def import_map() -> str:
    """Where the modules are that import one another by name, as the JSON of an import map.

    Static files are served under names with a hash in them, and their bytes stay what the manifest
    names. A browser that knows no import maps is served the plain names, which stand beside them.
    """
    return json.dumps({"imports": {f"{settings.STATIC_URL}{name}": static(name) for name in NAMES}})


def _path(name: str) -> Path:
    found = finders.find(name)
    if not isinstance(found, str):
        raise FileNotFoundError(f"the ballot page's script {name} is not among the static files")
    return Path(found)
