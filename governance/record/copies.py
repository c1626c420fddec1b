"""A copy of the record: files laid out as their URLs, held to the copy's own list of sums. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Protocol

from governance.record import sums
from governance.record.canonical import canonical_bytes
from governance.record.findings import Findings

DID = ".well-known/did.json"
CHECKPOINT = "record/checkpoint"
CHECKPOINTS = "record/checkpoints"
SCHEMAS = "schemas/record"


class Source(Protocol):
    """A copy of the record, laid out as its URLs."""

    def read(self, path: str) -> bytes | None:
        """The file at ``path`` ("record/checkpoint"), or None if there is none."""

    def names(self) -> Iterator[str] | None:
        """The path of every file, in order; None where files cannot be listed."""


class Summed:
    """A source whose files are held to the copy's own ``SHA256SUMS`` as they are read."""

    def __init__(self, source: Source, findings: Findings) -> None:
        self._source, self._findings = source, findings
        self._unread: dict[str, str] = {}
        self._listed: dict[str, str] | None = None
        content = source.read(sums.SUMS)
        if content is None:
            if any(self._is_of_an_export(path) for path in source.names() or ()):
                findings.fault(sums.SUMS, "an exported copy has this file, and it is missing")
            return
        try:
            self._listed = sums.parse(content)
        except sums.SumsInvalid as error:
            findings.fault(sums.SUMS, str(error))
            return
        self._unread = dict(self._listed)

    def read(self, path: str) -> bytes | None:
        content = self._source.read(path)
        if expected := self._unread.pop(path, None):
            if content is None:
                self._findings.fault(path, f"{sums.SUMS} lists it, and it is missing")
            elif sums.digest(content) != expected:
                self._findings.fault(path, f"it is not the file that {sums.SUMS} lists")
            self._findings.files += 1
        return content

    def names(self) -> Iterator[str] | None:
        return iter(sorted(self._listed)) if self._listed is not None else self._source.names()

    def finish(self) -> None:
        """Read what nothing else has, and find what is not listed."""
        for path in sorted(self._unread):
            self.read(path)
        if self._listed is not None:
            for path in self._source.names() or ():
                if path not in self._listed and path != sums.SUMS:
                    self._findings.fault(path, f"{sums.SUMS} does not list it")

    @staticmethod
    def _is_of_an_export(path: str) -> bool:
        return path == "index.html" or path.startswith((f"{CHECKPOINTS}/", f"{SCHEMAS}/"))


def canonical_object(data: bytes) -> dict[str, Any] | None:
    """The JSON object that ``data`` is the canonical form of; None if it is of none."""
    try:
        content = json.loads(data)
        if isinstance(content, dict) and canonical_bytes(content) == data:
            return content
    except (ValueError, RecursionError):
        pass
    return None
