"""What has been proposed already and sounds like what somebody types."""

from __future__ import annotations

from governance.proposals.models import Proposal
from governance.proposals.search_words import stems_in

MOST = 5


def like(text: str) -> list[Proposal]:
    """The proposals most like ``text``, none where it says too little. At most one query."""
    if not stems_in(text):
        return []
    return list(Proposal.objects.shown().similar(text).select_related("wording")[:MOST])
