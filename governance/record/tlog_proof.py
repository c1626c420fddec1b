"""Offline-verifiable proofs that an entry is in the record (c2sp.org/tlog-proof).

Ours carry the entry itself as ``extra`` data, so that nothing else need be fetched: the extra data
is believed because, and only if, it hashes to the leaf whose inclusion is proven.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass

from governance.record import merkle, notes

HEADER = "c2sp.org/tlog-proof@v1"
_INDEX = re.compile("index (0|[1-9][0-9]{0,18})")


class ProofInvalid(Exception):
    """Not a proof in this format, or one that does not prove it."""


@dataclass(frozen=True, slots=True)
class TlogProof:
    """The place of an entry, the hashes that lead to the root, the signed checkpoint, the extra."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: str
    extra: bytes | None = None

    def text(self) -> str:
        """The proof as a ``.tlog-proof`` file has it."""
        extra = [] if self.extra is None else [f"extra {_encode(self.extra)}"]
        lines = [HEADER, *extra, f"index {self.index}", *map(_encode, self.hashes), ""]
        return "\n".join(lines) + "\n" + self.checkpoint


def parse(text: str) -> TlogProof:
    """The proof that a ``.tlog-proof`` file has. Raises ``ProofInvalid``."""
    head, blank, checkpoint = text.partition("\n\n")
    lines = head.split("\n")
    if not blank or lines.pop(0) != HEADER:
        raise ProofInvalid("this is not a tlog-proof")
    extra = None
    if lines and lines[0].startswith("extra "):
        extra = _decode(lines.pop(0).removeprefix("extra "))
    index = _INDEX.fullmatch(lines.pop(0)) if lines else None
    if not index:
        raise ProofInvalid("the proof names no index")
    return TlogProof(int(index[1]), tuple(map(_decode, lines)), checkpoint, extra)


def verify(
    proof: TlogProof, *, leaf: bytes, origin: str, verifiers: Iterable[notes.Verifier]
) -> notes.TreeHead:
    """The tree head that ``proof`` shows the leaf hash ``leaf`` to be under.

    ``origin`` is the log's, ``verifiers`` its keys. Raises ``ProofInvalid`` naming what fails.
    """
    try:
        head = notes.parse_tree_head(notes.verify(proof.checkpoint, verifiers))
        if head.origin != origin:
            raise ProofInvalid(f"the checkpoint is of the log {head.origin}, not {origin}")
        merkle.verify_inclusion(
            leaf, index=proof.index, size=head.size, proof=proof.hashes, root=head.root
        )
    except (notes.NoteInvalid, merkle.DoesNotVerify) as error:
        raise ProofInvalid(str(error)) from error
    return head


def _encode(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ProofInvalid("a line of the proof is not base64") from None
