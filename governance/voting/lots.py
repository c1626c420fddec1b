"""The lot of a closed poll, drawn again for whoever wants to see its numbers."""

from __future__ import annotations

import uuid
from functools import lru_cache

from governance.voting.models import Ballot, Poll
from governance.voting.tally.ballots import merkle_root
from governance.voting.tally.ties import Lot
from kernel import sealed


def lot_of(poll: Poll) -> Lot:
    """What ties of a closed poll were broken with: its seed and the root of all its ballots."""
    return Lot(sealed.unseal(bytes(poll.seed or b"")), _root(poll.pk))


@lru_cache(maxsize=64)
def _root(poll: uuid.UUID) -> bytes:
    """The Merkle root over all ballots of a closed poll, which never changes again."""
    hashes = Ballot.objects.filter(poll=poll).order_by("hash").values_list("hash", flat=True)
    return merkle_root(bytes.fromhex(one) for one in hashes.iterator())
