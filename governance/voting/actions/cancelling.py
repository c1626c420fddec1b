"""Cancelling an open poll: two scrutineers together, for a fault they name publicly.

One names it, another confirms it; from that commit on no ballot is taken. Then keys and waiting
ballots go, and the record says so. That second part may be run again after a crash, by anybody.
"""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from governance.record.actions import submit
from governance.voting import keys, stages
from governance.voting.actions.closing import rewrite_marks
from governance.voting.faults import FAULTS, LONGEST_SENTENCE
from governance.voting.models import Event, Intake, NamedFault, Poll
from governance.voting.permissions import check_can_confirm_fault, check_can_name_fault
from governance.voting.record_types import CANCELLED
from kernel.refusal import Refused
from members.models import Author, Person, subject_of


@transaction.atomic
def name_fault(*, poll: Poll, fault: str, sentence: str, by: Person, at: datetime) -> NamedFault:
    """Propose, as a scrutineer, to cancel an open poll. Nothing happens unless another confirms it.

    ``fault`` is one of ``faults.FAULTS``, ``sentence`` says in public what is wrong. It lapses at
    the close. Raises ``Refused``: "not-a-scrutineer", "own-cause", "poll-closed" for a poll that
    takes no ballots, "fault-unnamed" for another fault or no sentence, "fault-named" a second time.
    """
    check_can_name_fault(poll, by, at=at)
    if not poll.takes_ballots(at):
        raise _not_open()
    sentence = " ".join(sentence.split())
    if fault not in FAULTS or not 0 < len(sentence) <= LONGEST_SENTENCE:
        raise Refused("fault-unnamed", _("Choose what is wrong, and say it in a sentence."))
    try:
        with transaction.atomic():
            named = NamedFault.objects.create(
                poll=poll, fault=fault, sentence=sentence, proposed_by=by, proposed_at=at
            )
    except IntegrityError:
        raise Refused(
            "fault-named",
            _("You named a fault in this vote already. Another scrutineer can confirm it."),
        ) from None
    Event.record("poll.fault-named", subject=subject_of(poll), by=by, at=at, fault=fault)
    return named


def confirm_fault(*, named: NamedFault, by: Person, at: datetime) -> None:
    """Cancel the poll, as a second scrutineer, for the fault that another one named.

    Its ballots are never published, and whoever scheduled it may ask again. Raises ``Refused``:
    "not-a-scrutineer", "own-cause", "same-person", "fault-confirmed" where somebody was first,
    "poll-closed" once its window has ended or it is closing.
    """
    check_can_confirm_fault(named, by, at=at)
    poll = named.poll
    try:
        with transaction.atomic():
            waiting = NamedFault.objects.filter(pk=named.pk, confirmed_at=None)
            if not waiting.update(confirmed_by=by, confirmed_at=at):
                raise _confirmed()
            taking = Poll.objects.taking_ballots(at).filter(pk=poll.pk)
            if not taking.update(stage=stages.CANCELLED, private_keys=None):
                raise _not_open()
            Event.record("poll.fault-confirmed", subject=subject_of(poll), by=by, at=at)
    except IntegrityError:
        raise _confirmed() from None
    conclude_cancellation(poll=poll, at=at, by=by)


def conclude_cancellation(*, poll: Poll, at: datetime, by: Author) -> None:
    """Destroy a cancelled poll's keys and waiting ballots, and record why it was cancelled.

    May be called again after a crash at any point, and by several workers: it is recorded once.
    ``poll`` is brought up to date.
    """
    poll.refresh_from_db()
    if not Poll.objects.due_to_clear().filter(pk=poll.pk).exists():
        return
    keys.destroy(poll.pk)
    with transaction.atomic():
        held = (
            NamedFault.objects.select_for_update()
            .confirmed()
            .filter(poll=poll, record_hash="")
            .first()
        )
        if held is None:
            return
        # Whoever was committing them at this moment may have put them back in another order.
        while Intake.objects.filter(poll=poll).exists():
            Intake.objects.filter(poll=poll).delete()
        rewrite_marks(poll, keep_fingerprints=False)
        pending = submit(
            type=CANCELLED.name,
            body={
                "poll": str(poll.pk),
                "manifestSha256": poll.manifest_sha256,
                "fault": held.fault,
                "sentenceSha256": held.sentence_sha256,
                "keysDestroyed": True,
            },
            at=at,
        )
        NamedFault.objects.filter(pk=held.pk).update(record_hash=pending.leaf_hash)
        Event.record("poll.cancelled", subject=subject_of(poll), by=by, at=at)


def _not_open() -> Refused:
    return Refused(
        "poll-closed", _("This vote is not open, so it can no longer be cancelled for a fault.")
    )


def _confirmed() -> Refused:
    return Refused("fault-confirmed", _("This vote is cancelled already."))
