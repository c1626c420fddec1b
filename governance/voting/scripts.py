"""The programs that a ballot page loads, by their hashes, so that what ran can be named."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders

# In the order in which the page loads them.
NAMES = ("vendor/blindrsa-0.4.4.min.js", "vote.js")


@cache
def hashes() -> dict[str, str]:
    """SHA-256 in hex of each of :data:`NAMES`, as it was when this process first asked."""
    return {name: hashlib.sha256(_path(name).read_bytes()).hexdigest() for name in NAMES}


def _path(name: str) -> Path:
    found = finders.find(name)
    if not isinstance(found, str):
        raise FileNotFoundError(f"the ballot page's script {name} is not among the static files")
    return Path(found)
