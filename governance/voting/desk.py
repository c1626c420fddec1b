"""What voting brings to the desk: a fault that a scrutineer named, for another to confirm."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.voting.models import Concern, NamedFault, Poll
from members.desk import Item, Source
from members.models import Person, RoleGrant


def faults(person: Person, at: datetime) -> Iterable[Item]:
    """For scrutineers whose own cause the vote is not, and who did not name the fault."""
    if not person.holds(RoleGrant.Role.SCRUTINEER, at.date()):
        return
    own = Concern.objects.filter(person=person).values("poll")
    named = (
        NamedFault.objects.filter(confirmed_at=None, poll__in=Poll.objects.taking_ballots(at))
        .exclude(proposed_by=person)
        .exclude(poll__in=own)
    )
    for fault in named.values("pk", "poll", "poll__title", "poll__closes_at", "proposed_at"):
        yield Item(
            key=f"fault:{fault['pk']}",
            what=_("Say whether “%(title)s” is cancelled for a fault")
            % {"title": fault["poll__title"]},
            url=reverse("poll-fault-confirm", args=[fault["poll"], fault["pk"]]),
            since=fault["proposed_at"],
            due=fault["poll__closes_at"],
        )


SOURCE = Source("voting", {"fault": gettext_lazy("fault of a vote")}, faults)
