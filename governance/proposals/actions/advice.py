"""What is put beside a final text: a lawyer's note, and the interests of those behind it."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from governance.proposals import record_types, stages
from governance.proposals.actions import moves
from governance.proposals.models import AdvisoryNote, Event, Interest, Proposal
from governance.proposals.permissions import check_can_advise, check_can_declare
from governance.record.actions import submit
from governance.terms.tidy_text import tidy, tidy_line
from kernel.refusal import Refused
from members.models import Person, subject_of


@transaction.atomic
def add_note(
    *,
    proposal: Proposal,
    lawyer: str,
    admitted: str,
    interests: str,
    body: str,
    by: Person,
    at: datetime,
) -> AdvisoryNote:
    """Put a named lawyer's note beside the final text. It advises members, and stops nothing.

    ``admitted`` says where and since when they may practise, ``interests`` who pays them for it.
    Raises ``Refused``: "not-a-steward", "own-cause", "text-not-final", "note-there", "note-empty".
    """
    check_can_advise(proposal, by, at=at)
    held = moves.hold(proposal)
    if held.stage != stages.FINAL:
        raise Refused(
            "text-not-final",
            _("A note is about the final text: it is entered between the freeze and the vote."),
        )
    note = AdvisoryNote(
        proposal=held,
        lawyer=tidy_line(lawyer),
        admitted=tidy_line(admitted),
        interests=tidy_line(interests),
        body=tidy(body),
        text_sha256=held.wording.sha256,
        entered_by=by,
        at=at,
    )
    if not all((note.lawyer, note.admitted, note.interests, note.body)):
        raise Refused("note-empty", _("Say who advises, where they practise, and what they say."))
    note.sha256 = note.digest()
    entry = submit(
        type=record_types.ADVICE_ADDED.name,
        body={
            "proposal": held.public_url,
            "textSha256": note.text_sha256,
            "noteSha256": note.sha256,
        },
        at=at,
    )
    note.record_hash = entry.leaf_hash
    try:
        with transaction.atomic():
            note.save(force_insert=True)
    except IntegrityError:
        raise Refused(
            "note-there", _("A lawyer's note stands there already, and it stays as it is.")
        ) from None
    Event.record("proposal.advised", subject=subject_of(held), by=by, at=at)
    return note


@transaction.atomic
def declare_interest(*, proposal: Proposal, text: str, by: Person, at: datetime) -> Interest:
    """Say what one would gain or lose; empty: nothing. It can be changed until the vote opens.

    Raises ``Refused``: "not-involved", "declared-for-good".
    """
    check_can_declare(proposal, by)
    held = moves.hold(proposal)
    if held.stage not in (stages.IDEA, stages.DISCUSSION, stages.FINAL):
        raise Refused(
            "declared-for-good", _("The vote has opened: what was declared stays as it is.")
        )
    declared, _new = Interest.objects.update_or_create(
        proposal=held, person=by, defaults={"text": tidy_line(text), "at": at}
    )
    Event.record("proposal.interest-declared", subject=subject_of(held), by=by, at=at)
    return declared
