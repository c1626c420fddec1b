"""What the public record says of one poll, read from its entries. Pure: bytes in, facts out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from governance.record.copies import canonical_object
from governance.record.merkle import leaf_hash
from governance.voting.findings import Faults

OPENED = "poll.opened"
COMMITTED = "poll.ballots-committed"
CLOSED = "poll.closed"


@dataclass
class Recorded:
    """The record's entries on one poll. ``committed`` holds each ballot hash as often as it is
    committed to; ``sentence`` says how the entries were found to be in the record."""

    opened: Mapping[str, Any] | None = None
    closed: Mapping[str, Any] | None = None
    committed: list[str] = field(default_factory=list)
    commitments: int = 0
    sentence: str = ""


def read_entries(poll: str, entries: Iterable[tuple[str, bytes]], faults: Faults) -> Recorded:
    """What entries say, each given with the leaf hash it is named by (empty: it is proven
    otherwise). Those of other polls and kinds are passed over; whatever is wrong is added to
    ``faults``.
    """
    said = Recorded()
    for named, data in entries:
        if named and leaf_hash(data).hex() != named:
            faults.add("record-altered", named)
            continue
        content = canonical_object(data)
        if content is None:
            faults.add("record-unreadable", named)
            continue
        if content.get("poll") != poll:
            continue
        _take(said, content, named, faults)
    if said.opened is None:
        faults.add("opened-missing")
    return said


def _take(said: Recorded, content: Mapping[str, Any], named: str, faults: Faults) -> None:
    kind = content.get("type")
    if kind == OPENED:
        if said.opened is not None:
            faults.add("entry-twice", named)
        said.opened = said.opened or content
    elif kind == CLOSED:
        if said.closed is not None:
            faults.add("entry-twice", named)
        said.closed = said.closed or content
    elif kind == COMMITTED:
        hashes = content.get("hashes")
        if not isinstance(hashes, list) or not all(isinstance(one, str) for one in hashes):
            faults.add("record-unreadable", named)
            return
        said.committed += hashes
        said.commitments += 1
