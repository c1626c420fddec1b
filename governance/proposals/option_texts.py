"""What the options of a proposal's vote are hashes of: wordings, and what candidates wrote."""

from __future__ import annotations

from django.db.models import Q

from governance.proposals.models import Nomination, Wording
from governance.record.canonical import canonical_bytes
from governance.voting.models import Poll


def texts_of_options(poll: Poll) -> dict[str, str]:
    """The canonical JSON of each, by option; of whoever was erased there is none."""
    of_poll = Q(proposal__poll=poll) | Q(proposal__cancelled_votes__poll=poll)
    standing = Nomination.objects.standing().filter(of_poll, erased_at=None)
    by_hash: dict[str, Nomination | Wording] = {one.sha256: one for one in standing}
    wanted = {option["textSha256"] for option in poll.options} - by_hash.keys()
    if wanted:
        wordings = Wording.objects.filter(of_poll, sha256__in=wanted).select_related("revision")
        by_hash |= {one.sha256: one for one in wordings}
    return {
        option["id"]: canonical_bytes(by_hash[option["textSha256"]].as_json()).decode()
        for option in poll.options
        if option["textSha256"] in by_hash
    }
