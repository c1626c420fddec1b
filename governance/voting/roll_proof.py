"""A place on a poll's roll that its holder can verify without us: for their eyes alone."""

from __future__ import annotations

from typing import Any

from governance.record import merkle
from governance.voting import roll
from governance.voting.models import Poll, RollEntry
from members.models import Person

TYPE = "RollEntry"


def proof_for(poll: Poll, person: Person) -> dict[str, Any] | None:
    """``person``'s own entry with its salt, and the hashes that lead from it to the roll's root.

    ``{"type", "poll", "member", "salt", "index", "size", "path", "root"}``, bytes in hex; None for
    whoever is not on the roll. The salt hides them from everybody else: hand this to nobody else.
    """
    own, leaves = None, []
    entries = RollEntry.objects.filter(poll=poll).values_list("person_id", "salt")
    for member, salt in entries.iterator():
        leaf = roll.leaf(poll=str(poll.pk), person=str(member), salt=bytes(salt))
        leaves.append(leaf)
        if member == person.pk:
            own = leaf, bytes(salt)
    if own is None:
        return None
    leaf, salt = own
    leaves.sort()
    index, levels = leaves.index(leaf), roll.levels(leaves)
    path = merkle.inclusion_proof(index, len(leaves), lambda height, at: levels[height][at])
    return {
        "type": TYPE,
        "poll": str(poll.pk),
        "member": str(person.pk),
        "salt": salt.hex(),
        "index": index,
        "size": len(leaves),
        "path": [node.hex() for node in path],
        "root": roll.root(leaves).hex(),
    }
