"""How many must stand, and how the names of candidates reach the ballot."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db.models import F, Q
from django.utils.translation import gettext as _

from governance.proposals.models import Nomination
from governance.voting.models import Poll
from governance.voting.option_names import Named

# There must be something to choose from.
LEAST_CANDIDATES = 2


def candidates_needed(seats: int) -> int:
    """How many must stand for so many seats."""
    return max(seats, LEAST_CANDIDATES)


def names_of_candidates(polls: Sequence[Poll]) -> dict[UUID, dict[str, Named]]:
    """Those who stand in each poll and were not erased, by option; one query for all polls."""
    keys = {poll.pk for poll in polls}
    standing = (
        Nomination.objects.standing()
        .filter(
            Q(proposal__poll__in=keys) | Q(proposal__cancelled_votes__poll__in=keys), erased_at=None
        )
        .annotate(cancelled=F("proposal__cancelled_votes__poll"))
        .select_related("proposal")
    )
    found: dict[UUID, dict[str, Named]] = {key: {} for key in keys}
    for one in standing:
        named = Named(
            label=one.name,
            text=_("%(statement)s\n\nInterests: %(interests)s")
            % {"statement": one.statement, "interests": one.interests},
        )
        for key in keys & {one.proposal.poll_id, getattr(one, "cancelled", None)}:
            found[key][one.option] = named
    return found
