"""What verifying a copy of the record found. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from governance.record import notes

# Beyond these, faults are counted and no longer named.
MOST_FAULTS = 20


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that does not hold: in which file, and what."""

    path: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.path}: {self.sentence}"


@dataclass
class Findings:
    """What was checked, what was not, and every fault."""

    origin: str = ""
    head: notes.TreeHead | None = None
    note: str = ""
    entries: int = 0
    tiles: int = 0
    checkpoints: int = 0
    kept: int = 0
    documents: int = 0
    files: int = 0
    keys: int = 0
    remarks: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    unnamed: int = 0

    @property
    def holds(self) -> bool:
        return not self.faults

    def fault(self, path: str, sentence: str) -> None:
        found = Fault(path, sentence)
        if found in self.faults:
            return
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(found)
        else:
            self.unnamed += 1

    @property
    def sentence(self) -> str:
        """All of it in one sentence."""
        if self.faults:
            more = len(self.faults) + self.unnamed - 2
            named = "; ".join(map(str, self.faults[:2]))
            rest = f"; and {more:,} more" if more > 0 else ""
            whose = f" of {self.origin}" if self.origin else ""
            return f"The record{whose} does not hold: {named}{rest}."
        parts = [f"{_count(self.entries, 'entry', 'entries')} under one signed root"]
        for number, one, many in (
            (self.checkpoints, "checkpoint signed on the way", "checkpoints signed on the way"),
            (self.kept, "checkpoint that you kept", "checkpoints that you kept"),
            (self.documents, "document that entries name", "documents that entries name"),
            (self.files, "file by its sum", "files by their sums"),
        ):
            if number:
                parts.append(_count(number, one, many))
        *most, last = parts
        together = f"{', '.join(most)} and {last}" if most else last
        return f"The record of {self.origin} holds: {together}."


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
