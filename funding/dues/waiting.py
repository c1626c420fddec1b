"""What awaits somebody: a charge to mend, a statement to confirm; a steward's cases."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from funding.dues import actions, refund_stages
from funding.dues.models import (
    FAILING_STATUSES,
    Case,
    Ending,
    InboxObject,
    Refund,
    Subscription,
)
from funding.dues.steward_permissions import can_see_cases
from members.awaiting import Waiting
from members.models import Person, StandingPeriod


def dues_waiting(person: Person, at: datetime) -> Iterable[Waiting]:
    """Nothing, for almost everybody at almost any time."""
    yield from _to_mend(person, at)
    if actions.is_attestation_due(person, at):
        yield Waiting(_("Confirm what you said on joining"), reverse("attest-again"))


def stewards_waiting(person: Person, at: datetime) -> Iterable[Waiting]:
    """What stewards look after, as one line of each kind; nothing that concerns themselves."""
    if not can_see_cases(person, at=at):
        return
    if cases := Case.objects.seen_by(person).open().count():
        yield Waiting(
            ngettext("Look at %(count)d case", "Look at %(count)d cases", cases) % {"count": cases},
            reverse("cases"),
        )
    refunds = Refund.objects.filter(state=refund_stages.PROPOSED)
    if refunds.exclude(proposed_by=person).exclude(payment__person=person).exists():
        yield Waiting(_("Approve a refund, or turn it down"), reverse("refunds"))
    endings = Ending.objects.filter(state=Ending.PROPOSED)
    if endings.exclude(proposed_by=person).exclude(person=person).exists():
        yield Waiting(_("Say whether a membership ends"), reverse("endings"))
    if InboxObject.objects.dead().exists():
        yield Waiting(_("See what of Stripe could not be applied"), reverse("dead-letters"))


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
