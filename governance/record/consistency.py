"""Whether the record of then is the beginning of the record of now, with the proof."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _

from governance.record import merkle, notes, picture, reads
from governance.record.models import Checkpoint, Tile
from governance.record.notes import TreeHead
from governance.record.signing import log_origin
from kernel.refusal import Refused

# As long as a checkpoint with the signatures of a hundred witnesses.
LONGEST = 20_000


class NoSuchCheckpoint(ValueError):
    """It is not a checkpoint of ours: a sentence that says what it is instead."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A checkpoint, and what it says."""

    note: str
    head: TreeHead


@dataclass(frozen=True)
class Growth:
    """Two checkpoints, and the hashes that prove that the second's record begins as the first's."""

    old: Signed
    new: Signed
    proof: tuple[bytes, ...]

    @property
    def more(self) -> int:
        return self.new.head.size - self.old.head.size

    @cached_property
    def picture(self) -> picture.Picture | None:
        """The proof, drawn; None where there is nothing to prove."""
        if not self.proof:
            return None
        return picture.draw(
            self.old.head.size,
            self.new.head.size,
            old_root=self.old.head.root.hex(),
            proof=[node.hex() for node in self.proof],
        )


def between(old: int, new: int | None = None) -> Growth:
    """From our checkpoint of ``old`` entries to that of ``new``, by default the published one.

    Raises ``NoSuchCheckpoint`` for a size that we signed no checkpoint of.
    """
    now = _published() if new is None else _signed(new)
    if old > now.head.size:
        raise NoSuchCheckpoint(
            _("A record of %(old)s entries does not come before one of %(new)s.")
            % {"old": old, "new": now.head.size}
        )
    return _grown(_signed(old), now)


def since(note: str) -> Growth:
    """From a checkpoint that somebody kept to the published one.

    Raises ``NoSuchCheckpoint`` for what is not a checkpoint of ours, and ``Refused`` for one that
    is, and that the record does not go on from: "checkpoint-larger", "record-forked".
    """
    now, kept = _published(), _verified(note)
    size, found = kept.head.size, now.head.size
    if size > found:
        raise Refused(
            "checkpoint-larger",
            _(
                "We signed this checkpoint of %(size)s entries, and the record has only %(found)s "
                "now. Either you are ahead of this page by seconds, or entries were taken away. "
                "Keep the checkpoint and look again; if this stays, tell others."
            )
            % {"size": size, "found": found},
        )
    if kept.head.root != (reads.tree_root(size) if size else merkle.EMPTY_ROOT):
        raise Refused(
            "record-forked",
            _(
                "We signed this checkpoint, and the record of now does not begin with it: an entry "
                "among its first %(size)s was changed, taken out or put in. Keep the checkpoint. "
                "It proves this to anyone."
            )
            % {"size": size},
        )
    return _grown(kept, now)


def _grown(old: Signed, new: Signed) -> Growth:
    read = merkle.TileReader(new.head.size, Tile.objects.hashes)
    return Growth(old, new, tuple(merkle.consistency_proof(old.head.size, new.head.size, read)))


def _published() -> Signed:
    current = reads.published()
    if current is None:
        raise NoSuchCheckpoint(_("Nothing is signed yet."))
    return Signed(current.note, current.head)


def _signed(size: int) -> Signed:
    note = reads.signed_at(size)
    if note is None:
        raise NoSuchCheckpoint(_nearest(size))
    return Signed(note, notes.parse_tree_head(note.rpartition("\n\n")[0] + "\n"))


def _nearest(size: int) -> str:
    sizes = Checkpoint.objects.filter(size__lte=min(size, reads.published_size()))
    nearest = sizes.order_by("-size").values_list("size", flat=True).first()
    if nearest is None:
        return _("We signed no checkpoint of %(size)s entries.") % {"size": size}
    return _(
        "We signed no checkpoint of %(size)s entries. The nearest before it has %(nearest)s."
    ) % {"size": size, "nearest": nearest}


def _verified(note: str) -> Signed:
    """A checkpoint of ours, as it was kept."""
    text, blank, _signatures = note.rpartition("\n\n")
    if len(note) > LONGEST or not blank:
        raise NoSuchCheckpoint(
            _(
                "This is not a checkpoint. It begins with the record's name, the number of entries "
                "and a hash, and ends, after an empty line, with a line of signature."
            )
        )
    try:
        head = notes.parse_tree_head(f"{text}\n")
    except notes.NoteInvalid:
        raise NoSuchCheckpoint(
            _("This is signed text, but its first three lines are not those of a checkpoint.")
        ) from None
    if head.origin != log_origin():
        raise NoSuchCheckpoint(
            _("This is a checkpoint of another record, “%(theirs)s”. Ours is “%(ours)s”.")
            % {"theirs": head.origin, "ours": log_origin()}
        )
    try:
        notes.verify(note, reads.verifiers())
    except notes.NoteInvalid:
        raise NoSuchCheckpoint(
            _(
                "This names our record, but no key of ours signed it as it stands here. A letter "
                "may have been lost on the way: copy the whole checkpoint, to its last sign."
            )
        ) from None
    return Signed(note, head)
