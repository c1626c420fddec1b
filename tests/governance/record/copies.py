"""A copy of a record in memory, to be damaged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from governance.record import sums
from governance.record.findings import Findings
from governance.record.verification import verify


@dataclass(frozen=True, slots=True)
class Copy:
    """Files by their paths, as :class:`governance.record.sources.Folder` reads them."""

    files: dict[str, bytes]

    @classmethod
    def of(cls, folder: Path) -> Copy:
        paths = [path for path in folder.rglob("*") if path.is_file()]
        return cls({path.relative_to(folder).as_posix(): path.read_bytes() for path in paths})

    def read(self, path: str) -> bytes | None:
        return self.files.get(path)

    def names(self) -> Iterator[str]:
        return iter(sorted(self.files))

    def having(self, path: str, content: bytes | None) -> Copy:
        """This copy with another file at ``path``, or none."""
        files = {**self.files, path: content or b""}
        if content is None:
            del files[path]
        return Copy(files)

    def summed(self) -> Copy:
        """This copy with a list of sums that fits it, as whoever forges a copy would make it."""
        digests = {at: sums.digest(data) for at, data in self.files.items() if at != sums.SUMS}
        return self.having(sums.SUMS, sums.text(digests))

    def verified(self) -> Findings:
        return verify(self)


def flipped(content: bytes, at: int, bit: int) -> bytes:
    """``content`` with one bit turned."""
    return content[:at] + bytes([content[at] ^ (1 << bit)]) + content[at + 1 :]
