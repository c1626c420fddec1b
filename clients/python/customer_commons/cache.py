"""Keeping what was fetched, with the ETag that asks whether it is still so.

A cache may be lost, stale or damaged without harm: what it answers is verified as anything fetched
is. Freshness is the server's to say: only what it calls ``immutable`` is not asked for again.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

_SUFFIX = ".kept"


@dataclass(frozen=True)
class Kept:
    """An answer that was kept; ``immutable`` if the server said that it never changes."""

    body: bytes
    etag: str
    immutable: bool


class Cache(Protocol):
    """Anything that keeps answers by their address. It must bear being used by many at once."""

    def get(self, url: str) -> Kept | None: ...

    def put(self, url: str, kept: Kept) -> None: ...

    def drop(self, url: str) -> None: ...


class MemoryCache:
    """Keeps answers for as long as the program runs."""

    def __init__(self) -> None:
        self._kept: dict[str, Kept] = {}
        self._lock = threading.Lock()

    def get(self, url: str) -> Kept | None:
        with self._lock:
            return self._kept.get(url)

    def put(self, url: str, kept: Kept) -> None:
        with self._lock:
            self._kept[url] = kept

    def drop(self, url: str) -> None:
        with self._lock:
            self._kept.pop(url, None)


class FileCache:
    """Keeps each answer as one file in a folder, for every program that names the same folder.

    A file is written under another name and then renamed, so that a reader sees the old one or the
    new one and never half of either. A damaged file counts as none.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)

    def get(self, url: str) -> Kept | None:
        try:
            head, _, body = self._file(url).read_bytes().partition(b"\n")
            said = json.loads(head)
            if said["url"] != url or said["sha256"] != hashlib.sha256(body).hexdigest():
                return None
            return Kept(body, str(said["etag"]), said["immutable"] is True)
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def put(self, url: str, kept: Kept) -> None:
        said = {
            "url": url,
            "etag": kept.etag,
            "immutable": kept.immutable,
            "sha256": hashlib.sha256(kept.body).hexdigest(),
        }
        self.path.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self.path, prefix=".", suffix=".new")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(json.dumps(said).encode() + b"\n" + kept.body)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, self._file(url))
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

    def drop(self, url: str) -> None:
        self._file(url).unlink(missing_ok=True)

    def clear(self) -> int:
        """Forget everything; answers how many there were."""
        files = list(self._files())
        for file in files:
            file.unlink(missing_ok=True)
        return len(files)

    def count(self) -> tuple[int, int]:
        """How many answers are kept, and their bytes on disk."""
        sizes = [file.stat().st_size for file in self._files()]
        return len(sizes), sum(sizes)

    def _files(self) -> list[Path]:
        return sorted(self.path.glob(f"*{_SUFFIX}"))

    def _file(self, url: str) -> Path:
        return self.path / (hashlib.sha256(url.encode()).hexdigest() + _SUFFIX)
