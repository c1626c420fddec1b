"""What awaits somebody: a charge to mend, a statement to confirm."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time

from django.urls import reverse
from django.utils.translation import gettext as _

from funding.dues import actions
from funding.dues.models import FAILING_STATUSES, Subscription
from members.awaiting import Waiting
from members.models import Person, StandingPeriod


def dues_waiting(person: Person, at: datetime) -> Iterable[Waiting]:
    """Nothing, for almost everybody at almost any time."""
    yield from _to_mend(person, at)
    if actions.is_attestation_due(person, at):
        yield Waiting(_("Confirm what you said on joining"), reverse("attest-again"))


def _to_mend(person: Person, at: datetime) -> Iterable[Waiting]:
    failing = Subscription.objects.filter(
        person=person, status__in=FAILING_STATUSES, surplus=False
    ).prefetch_related("cancellations")
    if not any(not subscription.is_ending for subscription in failing):
        return
    grace = person.standing_periods.filter(kind=StandingPeriod.Kind.GRACE, ends_on__gt=at.date())
    ends = grace.order_by("-ends_on").values_list("ends_on", flat=True).first()
    due = datetime.combine(ends, time.min, UTC) if ends else None
    yield Waiting(_("Your card was refused: name another one"), reverse("my-dues"), due)
