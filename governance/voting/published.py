"""Find what is published of a poll, at an address or in a folder, and read the record on it.

No Django, and no database. What is read is the poll's three files, and every entry of the record up
to a signed checkpoint: so that no entry on the poll can be kept from whoever verifies.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from governance.record import merkle, multikey, notes
from governance.record.copies import CHECKPOINT, DID, canonical_object
from governance.record.sources import Folder, Site, Unreadable
from governance.voting.findings import Faults
from governance.voting.recorded import Recorded, read_entries

# A million ballots are 1.5 GB.
LONGEST = 8 * 2**30
_UUID = "[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
_PAGE = re.compile(rf"(?P<above>.*)/polls/(?P<poll>{_UUID})(?:/(?:[a-z-]+|ballots\.json)?/?)?")

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Copy:
    """The files of one poll: ``folder`` is where they are under ``source``, with a slash, or "".

    ``record`` is where a record is that goes with them, if one does.
    """

    source: Folder | Site
    folder: str
    record: Folder | Site | None

    def json(self, name: str) -> object:
        """A file as JSON; raises ``Unreadable`` where it is missing or none."""
        content = self.read(name)
        if content is None:
            raise Unreadable(f"{self.folder}{name} is missing")
        try:
            return json.loads(content)
        except (ValueError, RecursionError) as error:
            raise Unreadable(f"{self.folder}{name} is not JSON: {error}") from error

    def read(self, name: str) -> bytes | None:
        return self.source.read(f"{self.folder}{name}")

    def ballots(self) -> Iterator[bytes]:
        """ballots.json, piece by piece. Raises ``Unreadable`` before the first or later."""
        return self.source.pieces(f"{self.folder}ballots.json", LONGEST)


def find(where: str) -> Copy:
    """The poll at an address (its page, or any file of it), in a folder, or beside a file.

    Raises ``Unreadable`` where there is none.
    """
    if "://" not in where:
        return _in_folder(Path(where))
    parts = urlsplit(where)
    match = _PAGE.fullmatch(parts.path)
    if match is None:
        raise Unreadable(f"{where} is not the address of a vote: …/polls/<id>/")
    try:
        site = Site(f"{parts.scheme}://{parts.netloc}{match['above']}")
    except ValueError as error:
        raise Unreadable(str(error)) from error
    return Copy(site, f"polls/{match['poll']}/", site)


def open_record(where: str) -> Folder | Site:
    """The record at an address, or an exported copy in a folder. Raises ``Unreadable``."""
    if "://" not in where:
        if not Path(where, CHECKPOINT).is_file():
            raise Unreadable(f"{where} is no copy of a record: it has no {CHECKPOINT}")
        return Folder(Path(where))
    try:
        return Site(where)
    except ValueError as error:
        raise Unreadable(str(error)) from error


def read_record(
    source: Folder | Site, poll: str, faults: Faults, progress: Progress = lambda done, total: None
) -> Recorded:
    """What the record says of ``poll``, every entry of it read, under a checkpoint that verifies.

    Raises ``Unreadable`` where something is missing; what does not hold is added to ``faults``.
    """
    head = _head(source)
    tree = merkle.Frontier()
    entries = []
    for number in range(-(-head.size // merkle.TILE_WIDTH)):
        for data in _bundle(source, number, merkle.tile_width(head.size, 0, number)):
            tree.push(merkle.leaf_hash(data))
            if poll.encode() in data:
                entries.append(data)
        progress(tree.size, head.size)
    if tree.root() != head.root:
        faults.add("record-altered")
    # Each was hashed into the root, so none is named by a hash of its own.
    said = read_entries(poll, (("", data) for data in entries), faults)
    said.sentence = f"the record of {head.origin}, {head.size:,} entries under one signed root"
    return said


def _head(source: Folder | Site) -> notes.TreeHead:
    """The checkpoint, if a key of did.json signed it."""
    document = canonical_object(_needed(source, DID)) or {}
    did = str(document.get("id", ""))
    origin = f"{did.removeprefix('did:web:').replace('%3A', ':')}/record"
    verifiers = []
    for method in document.get("verificationMethod") or []:
        try:
            if str(method["id"]).startswith(f"{did}#record-"):
                key = multikey.decode_public(method["publicKeyMultibase"])
                verifiers.append(notes.Verifier(origin, key))
        except (KeyError, TypeError, ValueError) as error:
            raise Unreadable(f"a key of {DID} cannot be read") from error
    try:
        text = _needed(source, CHECKPOINT).decode()
        head = notes.parse_tree_head(notes.verify(text, verifiers))
    except (UnicodeDecodeError, notes.NoteInvalid) as error:
        raise Unreadable(f"{CHECKPOINT} does not verify: {error}") from error
    if head.origin != origin:
        raise Unreadable(f"{CHECKPOINT} is of the log {head.origin}, not of {origin}")
    return head


def _bundle(source: Folder | Site, number: int, width: int) -> list[bytes]:
    path = f"record/{merkle.tile_path('entries', number, width)}"
    content = source.read(path)
    if content is None:
        # It has grown full since the checkpoint was fetched.
        path = f"record/{merkle.tile_path('entries', number, merkle.TILE_WIDTH)}"
        content = _needed(source, path)
    try:
        return merkle.unbundle(content)[:width]
    except ValueError as error:
        raise Unreadable(f"{path}: {error}") from error


def _needed(source: Folder | Site, path: str) -> bytes:
    content = source.read(path)
    if content is None:
        raise Unreadable(f"{path} is missing")
    return content


def _in_folder(where: Path) -> Copy:
    folder = where if where.is_dir() else where.parent
    if not where.exists():
        raise Unreadable(f"{where} is not there")
    if where.is_file() and where.name != "ballots.json":
        raise Unreadable(f"{where} is not called ballots.json")
    source = Folder(folder)
    record = source if (folder / CHECKPOINT).is_file() else None
    if (folder / "ballots.json").is_file():
        return Copy(source, "", record)
    polls = sorted(folder.glob("polls/*/ballots.json"))
    if len(polls) != 1:
        has = "several votes" if polls else "no ballots.json"
        raise Unreadable(f"{where} has {has}")
    return Copy(source, f"polls/{polls[0].parent.name}/", record)
