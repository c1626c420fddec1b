"""Objecting to the count of a closed poll, and counting who did."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from governance.record.actions import submit
from governance.voting import stages
from governance.voting.models import (
    Event,
    IssueMark,
    Objection,
    ObjectionCount,
    Poll,
    RollEntry,
)
from governance.voting.permissions import check_can_take_ballot
from kernel.refusal import Refused
from members.models import Author, Person, subject_of

# How the record names each kind.
_RECORDED = {
    Objection.Kind.TOOK_NONE: "tookNone",
    Objection.Kind.TOOK_ONE: "tookOne",
    Objection.Kind.RECEIPT_MISSING: "receiptMissing",
}


@transaction.atomic
def object_to(*, poll: Poll, kind: str, by: Person, at: datetime) -> Objection:
    """Object to what ``poll`` says of ``by``'s ballot, once and for good.

    ``kind`` is one of ``Objection.Kind``. Only that somebody objected, and to what, is kept: no
    ballot's hash and nothing of a choice. Raises ``Refused``: "poll-not-closed",
    "objections-over" after the time for it, "not-on-roll", "objection-does-not-fit" where the poll
    says of them what they say too, "already-objected".
    """
    # The count of objections waits for this lock, or this for it.
    held = Poll.objects.select_for_update().get(pk=poll.pk)
    if held.stage != stages.CLOSED or held.objections_until is None:
        raise Refused("poll-not-closed", _("You can object once the vote has closed."))
    if at >= held.objections_until or ObjectionCount.objects.filter(poll=held).exists():
        raise Refused("objections-over", _("The time to object to this vote is over."))
    check_can_take_ballot(held, by)
    entry = RollEntry.objects.get(poll=held, person=by)
    took = IssueMark.objects.filter(entry=entry).exists()
    if took == (kind == Objection.Kind.TOOK_ONE):
        raise Refused(
            "objection-does-not-fit",
            _("We say that you took a ballot.") if took else _("We say that you took no ballot."),
        )
    try:
        with transaction.atomic():
            objection = Objection.objects.create(entry=entry, kind=kind, at=at)
    except IntegrityError:
        raise Refused("already-objected", _("You have objected to this vote.")) from None
    Event.record("poll.objected", subject=subject_of(held), by=by, at=at)
    return objection


@transaction.atomic
def count_objections(*, poll: Poll, at: datetime, by: Author) -> None:
    """Write to the record how many objected, by kind, once the time for it has ended.

    Raises ``Refused`` ("objections-not-over") before that, and where it was done.
    """
    Poll.objects.select_for_update().get(pk=poll.pk)
    if not Poll.objects.objections_over(at).filter(pk=poll.pk).exists():
        raise Refused("objections-not-over", _("These objections cannot be counted now."))
    given = Counter(Objection.objects.filter(entry__poll=poll).values_list("kind", flat=True))
    counts = {name: given[kind] for kind, name in _RECORDED.items()}
    pending = submit(type="poll.objections", body={"poll": str(poll.pk), **counts}, at=at)
    ObjectionCount.objects.create(poll=poll, counts=counts, record_hash=pending.leaf_hash, at=at)
    Event.record("poll.objections-counted", subject=subject_of(poll), by=by, at=at)
