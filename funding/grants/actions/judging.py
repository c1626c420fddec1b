"""Writes of the panel: screening, reviews, discussion, shortlist, the one correction of fact."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from funding.grants import application_stages as stages
from funding.grants import mails, permissions, record_types, rubric
from funding.grants import round_stages as round_stages
from funding.grants.actions.moving import hold, hold_round, move, stage_passed, tell
from funding.grants.models import Application, Correction, Event, Finding, Remark, Review, Round
from governance.record.actions import submit
from kernel.refusal import Refused
from members.models import Author, Person, subject_of

LONGEST_TEXT = 8000
ANSWER_WITHIN = timedelta(days=7)
# So many reviews an answer stands on, in a small and in a large round.
REVIEWS_IN_SMALL, REVIEWS_IN_LARGE = 1, 2


def reviews_in(form: str) -> int:
    """How many reviews an answer stands on in a round of this form."""
    return REVIEWS_IN_SMALL if form == Round.Form.SMALL else REVIEWS_IN_LARGE


def reviews_needed(application: Application) -> int:
    """How many reviews there have to be before the application is shortlisted or declined."""
    return reviews_in(application.round.form)


@transaction.atomic
def ask_more(*, application: Application, what: str, by: Person, at: datetime) -> Application:
    """Ask the applicant for what is missing, to be answered within a week. Raises ``Refused``."""
    held = _held(application, by, at)
    until = at + ANSWER_WITHIN
    _find(held, Finding.Name.ASK_MORE, what, by=by, at=at)
    move(held, "ask_more", by=by, at=at, asked_until=until)
    return _told(held, partial(mails.asked, held, what=what.strip(), until=until), at)


@transaction.atomic
def find_eligible(
    *, application: Application, reasons: str, by: Person, at: datetime
) -> Application:
    """Say that the round is open to the project: it goes to the reviewers. Raises ``Refused``."""
    held = _held(application, by, at)
    _find(held, Finding.Name.FIND_ELIGIBLE, reasons, by=by, at=at)
    move(held, "find_eligible", by=by, at=at)
    return _told(held, partial(mails.eligible, held), at)


@transaction.atomic
def find_ineligible(
    *, application: Application, reasons: str, by: Person, at: datetime
) -> Application:
    """Say that the round is not open to the project, and why: the applicant alone is told.

    What was asked for and not answered is waited for until its day. Raises ``Refused``.
    """
    held = _held(application, by, at)
    if held.asked_until is not None and at < held.asked_until:
        raise Refused("answer-awaited", _("The applicant still has time to answer."))
    _find(held, Finding.Name.FIND_INELIGIBLE, reasons, by=by, at=at)
    move(held, "find_ineligible", by=by, at=at, asked_until=None)
    return _told(held, partial(mails.ineligible, held, reasons=reasons.strip()), at)


@transaction.atomic
def review(
    *,
    application: Application,
    scores: Mapping[str, Any],
    comment: str,
    by: Person,
    at: datetime,
) -> Review:
    """Score an application, once: from then on one reads what others scored. Raises ``Refused``."""
    permissions.check_can_review(application, by)
    held = hold(application)
    if held.stage != stages.IN_REVIEW:
        raise stage_passed()
    try:
        rubric.check_scores(held.round.rubric, scores)
    except rubric.Unfit as unfit:
        raise Refused("scores-unfit", _(unfit.sentence)) from None
    try:
        with transaction.atomic():
            written = Review.objects.create(
                application=held,
                reviewer=by,
                scores=dict(scores),
                comment=_text(comment),
                at=at,
            )
    except IntegrityError:
        raise Refused("already-reviewed", _("Your review is in already.")) from None
    Event.record("application.reviewed", subject=subject_of(held), by=by, at=at)
    return written


@transaction.atomic
def remark(*, application: Application, text: str, by: Person, at: datetime) -> Remark:
    """Say something to the others who look after an application.

    Reviewers do so once their own review is in. Raises ``Refused``.
    """
    held = hold(application)
    if permissions.is_reviewer(held.round, by):
        permissions.check_can_review(held, by)
        if not held.reviews.filter(reviewer=by).exists():
            raise Refused("review-first", _("Write your own review first, then talk about it."))
    else:
        permissions.check_can_decide(held, by, at)
    if held.stage not in (stages.SCREENING, stages.IN_REVIEW):
        raise stage_passed()
    said = Remark.objects.create(application=held, by=by, text=_text(text), at=at)
    Event.record("application.discussed", subject=subject_of(held), by=by, at=at)
    return said


@transaction.atomic
def shortlist(*, application: Application, reasons: str, by: Person, at: datetime) -> Application:
    """Put a project on the shortlist, named in public with these reasons. Raises ``Refused``."""
    held = _reviewed(application, by, at)
    _find(held, Finding.Name.SHORTLIST, reasons, by=by, at=at)
    move(held, "shortlist", by=by, at=at, named_at=held.named_at or at)
    record_shortlisting(held, at)
    return _told(held, partial(mails.shortlisted, held, reasons=reasons.strip()), at)


@transaction.atomic
def decline(*, application: Application, reasons: str, by: Person, at: datetime) -> Application:
    """Leave a project off the shortlist, with reasons for the applicant alone. ``Refused``."""
    held = _reviewed(application, by, at)
    _find(held, Finding.Name.DECLINE, reasons, by=by, at=at)
    move(held, "decline", by=by, at=at)
    return _told(held, partial(mails.declined, held, reasons=reasons.strip()), at)


@transaction.atomic
def correct_fact(*, application: Application, text: str, by: Person, at: datetime) -> Correction:
    """Say, once, that a fact in the reasons is wrong; while the round is still being read.

    Raises ``Refused``: "not-the-applicant", "stage-passed", "corrected-already".
    """
    permissions.check_is_applicant(application, by)
    held_round = hold_round(application.round)
    held = hold(application)
    if held.stage not in stages.sources_of("uphold_correction"):
        raise stage_passed()
    if held_round.stage != round_stages.REVIEWING:
        raise stage_passed()
    try:
        with transaction.atomic():
            written = Correction.objects.create(
                application=held, of=held.stage, text=_text(text), at=at
            )
    except IntegrityError:
        raise Refused("corrected-already", _("One correction of fact is heard.")) from None
    Event.record("application.corrected", subject=subject_of(held), by=by, at=at)
    return written


@transaction.atomic
def answer_correction(
    *, application: Application, upheld: bool, answer: str, by: Person, at: datetime
) -> Application:
    """Hear the correction: somebody other than who gave the reasons, without a conflict.

    Upheld, the application goes on from where it was. Raises ``Refused``.
    """
    held = _held(application, by, at)
    waiting = Correction.objects.filter(application=held, answered_at=None).first()
    if waiting is None or waiting.of != held.stage:
        raise stage_passed()
    last = held.findings.order_by("-at", "-pk").first()
    if last is not None and last.by_id == by.pk:
        raise Refused("own-finding", _("You gave these reasons, so another person hears this."))
    answered = Correction.objects.filter(pk=waiting.pk, answered_at=None).update(
        upheld=upheld, answer=_text(answer), answered_by=by, answered_at=at
    )
    if not answered:
        raise stage_passed()
    if upheld:
        move(held, "uphold_correction", by=by, at=at)
    else:
        Event.record("application.correction-refused", subject=subject_of(held), by=by, at=at)
    return _told(held, partial(mails.corrected, held, upheld=upheld, answer=answer.strip()), at)


@transaction.atomic
def tell_late(*, application: Application, by: Author, at: datetime) -> bool:
    """Tell an applicant, once, that the day by which they hear has slipped."""
    held = hold(application)
    if held.stage not in stages.UNANSWERED or at < held.round.hear_by:
        return False
    if not Application.objects.filter(pk=held.pk, told_late_at=None).update(told_late_at=at):
        return False
    Event.record("application.told-late", subject=subject_of(held), by=by, at=at)
    tell(held, partial(mails.late, held), about="late", at=at)
    return True


def record_shortlisting(held: Application, at: datetime) -> None:
    """Tell the record that a project goes to the vote, by the hash of what it said."""
    if held.version is None:
        raise ValueError("only what was sent is shortlisted: a constraint says so")
    submit(
        type=record_types.SHORTLISTED.name,
        body={
            "application": f"{settings.PUBLIC_ORIGIN}{held.get_absolute_url()}",
            "round": f"{settings.PUBLIC_ORIGIN}{held.round.get_absolute_url()}",
            "versionSha256": held.version.sha256,
            "sponsored": held.sponsored,
        },
        at=at,
    )


def _held(application: Application, by: Person, at: datetime) -> Application:
    """The application as it stands, for somebody who decides about it; its round is being read."""
    held_round = hold_round(application.round)
    held = hold(application)
    permissions.check_can_decide(held, by, at)
    if held_round.stage != round_stages.REVIEWING:
        raise stage_passed()
    return held


def _reviewed(application: Application, by: Person, at: datetime) -> Application:
    held = _held(application, by, at)
    if held.stage == stages.IN_REVIEW and held.reviews.count() < reviews_needed(held):
        raise Refused(
            "reviews-missing", _("An answer stands on reviews, and not all of them are in.")
        )
    return held


def _find(held: Application, name: str, reasons: str, *, by: Person, at: datetime) -> None:
    Finding.objects.create(application=held, name=name, reasons=_text(reasons), by=by, at=at)


def _told(held: Application, write: partial[mails.Mail], at: datetime) -> Application:
    tell(held, write, about=f"{held.stage}:{held.findings.count()}:{at.isoformat()}", at=at)
    return held


def _text(text: str) -> str:
    kept = text.replace("\x00", "").strip()[:LONGEST_TEXT]
    if not kept:
        raise Refused("text-missing", _("Please write your reasons."))
    return kept
