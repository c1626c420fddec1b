"""Writes of milestones: what is shown, what is said of it, what is changed by two people."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta
from functools import partial
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from funding.grants import (
    award_mails,
    award_stages,
    file_checks,
    milestone_stages,
    permissions,
    record_types,
)
from funding.grants.actions.applying import files_folder
from funding.grants.actions.award_moves import hold_award, move_milestone, tell_recipient
from funding.grants.actions.ending import close_if_done
from funding.grants.actions.moving import stage_passed
from funding.grants.award_permissions import check_is_recipient
from funding.grants.models import Amendment, Award, Event, Evidence, Milestone, Verdict
from funding.ledger import documents
from governance.record.actions import submit
from kernel.refusal import Refused
from members.models import Author, Person, subject_of

LONGEST_NOTE = 8000
MOST_EVIDENCE = 20
# How long before a milestone is due its project is reminded, and how often afterwards.
REMIND_BEFORE = timedelta(days=14)
REMIND_AGAIN = timedelta(days=14)


@transaction.atomic
def show_evidence(
    *,
    milestone: Milestone,
    url: str = "",
    name: str = "",
    data: bytes | None = None,
    note: str,
    by: Person,
    at: datetime,
) -> Evidence:
    """Show, by a link or by a file, that a milestone is reached; it is looked at next.

    More can be shown while it waits to be looked at. Raises ``Refused`` for others than the
    recipient, for neither or both, for a file that is not taken, and in another stage.
    """
    award = hold_award(milestone.award)
    check_is_recipient(award, by)
    if award.stage != award_stages.AGREED:
        raise stage_passed()
    held = award.milestones.select_for_update().get(pk=milestone.pk)
    if bool(url) == (data is not None):
        raise Refused("one-thing", _("Please give either a link or a file."))
    if len(note) > LONGEST_NOTE:
        raise Refused("note-too-long", _("Please say it in at most 8,000 letters."))
    if held.evidence.count() >= MOST_EVIDENCE:
        raise Refused("too-much-evidence", _("Twenty links and files are enough to show it."))
    shown = Evidence(milestone=held, url=url, note=note.strip(), by=by, at=at)
    if data is None:
        _check_link(url)
    else:
        try:
            checked = file_checks.check(name, data)
        except file_checks.Unfit as unfit:
            raise Refused(unfit.code, _(unfit.sentence)) from None
        shown.file_sha256 = documents.keep(data, folder=files_folder())
        shown.file_type, shown.file_size = checked.type, len(data)
    if held.stage != milestone_stages.SUBMITTED:
        move_milestone(held, "submit", to=milestone_stages.SUBMITTED, by=by, at=at)
    shown.milestone = held
    shown.save(force_insert=True)
    Event.record("evidence.shown", subject=subject_of(held), by=by, at=at, evidence=str(shown.pk))
    return shown


def _check_link(url: str) -> None:
    try:
        parts = urlsplit(url)
        good = parts.scheme == "https" and "." in (parts.hostname or "") and len(url) <= 400
    except ValueError:
        good = False
    if not good or any(ord(letter) <= 32 for letter in url):
        raise Refused("bad-link", _("Please give an address that begins with https://."))


@transaction.atomic
def judge_milestone(
    *, milestone: Milestone, accepted: bool, reasons: str, by: Person, at: datetime
) -> Milestone:
    """Say whether what was shown meets the criteria, with reasons.

    Raises ``Refused`` for who does not decide about the project, without reasons, and in another
    stage.
    """
    award = hold_award(milestone.award)
    permissions.check_can_decide(award.application, by, at)
    if award.stage != award_stages.AGREED:
        raise stage_passed()
    if not reasons.strip():
        raise Refused("no-reasons", _("Please give reasons: the project reads them."))
    held = award.milestones.get(pk=milestone.pk)
    name = "accept" if accepted else "send_back"
    if held.stage != milestone_stages.SUBMITTED:
        raise stage_passed()
    target = milestone_stages.ACCEPTED if accepted else milestone_stages.SENT_BACK
    move_milestone(held, name, to=target, by=by, at=at)
    said = Verdict.objects.create(
        milestone=held, accepted=accepted, reasons=reasons.strip(), by=by, at=at
    )
    held.award = award
    write = (
        partial(award_mails.accepted, held)
        if accepted
        else partial(award_mails.sent_back, held, reasons=said.reasons)
    )
    tell_recipient(award, write, about=f"verdict:{said.pk}", at=at)
    if accepted:
        close_if_done(award, by=by, at=at)
    return held


@transaction.atomic
def ask_amendment(
    *, milestone: Milestone, criteria: str, due_on: date, reason: str, by: Person, at: datetime
) -> Amendment:
    """Ask to change what a milestone is shown by, or when. The money stays as it was agreed.

    Raises ``Refused`` for others than the recipient, without a reason, for no change, for a day
    that has passed, while another request is open, and once it was accepted.
    """
    award = hold_award(milestone.award)
    check_is_recipient(award, by)
    held = award.milestones.get(pk=milestone.pk)
    if award.stage != award_stages.AGREED or held.stage not in milestone_stages.AMENDABLE:
        raise stage_passed()
    if not reason.strip() or not criteria.strip():
        raise Refused("no-reason", _("Please say what should change, and why."))
    if (criteria.strip(), due_on) == (held.criteria.strip(), held.due_on):
        raise Refused("nothing-changes", _("This is what is agreed already."))
    if due_on < at.date():
        raise Refused("day-passed", _("Please name a day that is still to come."))
    try:
        with transaction.atomic():
            asked = Amendment.objects.create(
                milestone=held,
                criteria=criteria.strip(),
                due_on=due_on,
                reason=reason.strip(),
                asked_by=by,
                asked_at=at,
            )
    except IntegrityError:
        raise Refused("amendment-open", _("You have asked for a change of it already.")) from None
    Event.record("amendment.asked", subject=subject_of(held), by=by, at=at)
    return asked


@transaction.atomic
def decide_amendment(
    *, amendment: Amendment, accepted: bool, answer: str, by: Person, at: datetime
) -> Amendment:
    """Say yes, as the first or the second of two people, or say no.

    With the second yes the milestone is changed. Raises ``Refused`` for who does not decide about
    the project, for a second word by the first, for a no without an answer, and afterwards.
    """
    award = hold_award(amendment.milestone.award)
    permissions.check_can_decide(award.application, by, at)
    held = Amendment.objects.select_for_update().select_related("milestone").get(pk=amendment.pk)
    if held.decided_at or held.milestone.stage not in milestone_stages.AMENDABLE:
        raise stage_passed()
    open_still = Amendment.objects.filter(pk=held.pk, decided_at=None, first_by=held.first_by)
    if not accepted:
        if not answer.strip():
            raise Refused("no-reasons", _("Please give reasons: the project reads them."))
        changes = {"decided_by": by, "decided_at": at, "accepted": False, "answer": answer.strip()}
    elif held.first_by_id is None:
        changes = {"first_by": by}
    elif held.first_by_id == by.pk:
        raise Refused("second-person", _("You said yes already. Another person decides now."))
    else:
        changes = {"decided_by": by, "decided_at": at, "accepted": True, "answer": answer.strip()}
    if not open_still.update(**changes):
        raise stage_passed()
    held.refresh_from_db()
    Event.record(
        "amendment.decided" if held.decided_at else "amendment.supported",
        subject=subject_of(held.milestone),
        by=by,
        at=at,
        accepted=accepted,
    )
    if held.decided_at:
        _apply(award, held, at=at)
    return held


def _apply(award: Award, amendment: Amendment, *, at: datetime) -> None:
    milestone = amendment.milestone
    if amendment.accepted:
        Milestone.objects.filter(pk=milestone.pk).update(
            criteria=amendment.criteria, due_on=amendment.due_on, reminded_on=None
        )
        milestone.refresh_from_db()
        submit(
            type=record_types.AWARD_AMENDED.name,
            body={
                "award": str(award.pk),
                "milestone": milestone.number,
                "criteriaSha256": hashlib.sha256(milestone.criteria.encode()).hexdigest(),
            },
            at=at,
        )
    milestone.award = award
    write = partial(
        award_mails.amendment_decided,
        milestone,
        accepted=bool(amendment.accepted),
        answer=amendment.answer,
    )
    tell_recipient(award, write, about=f"amendment:{amendment.pk}", at=at)


@transaction.atomic
def remind(*, milestone: Milestone, by: Author, at: datetime) -> bool:
    """Remind a project of a milestone that is due soon or was due; once for each time.

    Answers whether it was still to be done.
    """
    day = at.date()
    there = Milestone.objects.filter(pk=milestone.pk, reminded_on=milestone.reminded_on)
    if not there.update(reminded_on=day):
        return False
    late = milestone.due_on < day
    write = partial(award_mails.overdue if late else award_mails.due_soon, milestone)
    tell_recipient(milestone.award, write, about=f"due:{milestone.pk}:{day}", at=at)
    Event.record("milestone.reminded", subject=subject_of(milestone), by=by, at=at)
    return True
