"""What polls write to the public record."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from governance.record.registry import (
    COUNT,
    FRACTION,
    PATH,
    SHA256,
    TIMESTAMP,
    UUID,
    EntryType,
    closed,
    listed,
    one_of,
    register,
)
from governance.voting.faults import FAULTS
from governance.voting.tally.outcome import DEFAULT, ELECTED, NOBODY
from governance.voting.tally.yes_no import ADOPTED, NO_QUORUM, REJECTED

# A hash is 67 bytes of an entry, and an entry has at most 65,535.
MOST_HASHES = 900

OPENED = register(
    EntryType(
        name="poll.opened",
        schema=closed(
            {
                "poll": UUID,
                "manifestSha256": SHA256,
                "method": PATH,
                "quorum": FRACTION,
                "majority": FRACTION,
                "seats": COUNT,
                "opensAt": TIMESTAMP,
                "closesAt": TIMESTAMP,
                "rollSize": COUNT,
                "rollRoot": SHA256,
                "issuerKeys": listed(SHA256),
                "seedSha256": SHA256,
            },
            optional=("majority", "seats"),
        ),
        summary=_("A vote opened for the %(rollSize)s people on its roll."),
    )
)

BALLOTS_COMMITTED = register(
    EntryType(
        name="poll.ballots-committed",
        schema=closed(
            {
                "poll": UUID,
                "hashes": {
                    "type": "array",
                    "items": SHA256,
                    "minItems": 1,
                    "maxItems": MOST_HASHES,
                    "uniqueItems": True,
                },
            }
        ),
        summary=_("Ballots of a vote were sealed: from here on none of them can change or go."),
    )
)

CLOSED = register(
    EntryType(
        name="poll.closed",
        schema=closed(
            {
                "poll": UUID,
                "manifestSha256": SHA256,
                "eligible": COUNT,
                "issued": COUNT,
                "cast": COUNT,
                "counts": closed({"yes": COUNT, "no": COUNT, "abstain": COUNT}),
                "winners": listed(PATH),
                "outcome": one_of(ADOPTED, REJECTED, NO_QUORUM, ELECTED, DEFAULT, NOBODY),
                "resultSha256": SHA256,
                "bundleSha256": SHA256,
                "keysDestroyed": {"type": "boolean"},
            },
            # Counts where the question was yes or no, winners where there was a choice.
            optional=("counts", "winners"),
        ),
        summary=_("A vote closed: %(cast)s of %(eligible)s people cast a ballot."),
    )
)

CANCELLED = register(
    EntryType(
        name="poll.cancelled",
        schema=closed(
            {
                "poll": UUID,
                "manifestSha256": SHA256,
                "fault": one_of(*FAULTS),
                "sentenceSha256": SHA256,
                "keysDestroyed": {"type": "boolean"},
            }
        ),
        summary=_("Two scrutineers cancelled an open vote for a fault they named: %(fault)s."),
    )
)

OBJECTIONS = register(
    EntryType(
        name="poll.objections",
        schema=closed({"poll": UUID, "tookNone": COUNT, "tookOne": COUNT, "receiptMissing": COUNT}),
        summary=_("The time to object to the count of a vote ended."),
    )
)
