"""The Merkle tree of the record (RFC 6962 hashing, RFC 9162 proofs, C2SP tlog-tiles).

Nothing here reads or stores anything: functions that need hashes of a tree take a function that
answers them.
"""

from __future__ import annotations

import hashlib


def leaf_hash(data: bytes) -> bytes:
    """The hash of an entry: SHA-256(0x00 ‖ data) (RFC 6962, section 2.1)."""
    return hashlib.sha256(b"\x00" + data).digest()
