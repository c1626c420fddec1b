"""Writes to rounds: from what members adopted to the end of the call, and who reviews."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

import rfc8785
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from funding.grants import application_stages, permissions, record_types, rubric
from funding.grants import round_stages as stages
from funding.grants.actions.moving import hold, hold_round, move, stage_passed
from funding.grants.models import Application, Event, Reviewer, Round
from funding.grants.rubric import Criterion
from governance.record.actions import submit
from governance.voting.rule import share
from kernel.money import Money
from kernel.refusal import Refused
from members.models import Author, Person, RoleGrant, subject_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What members decide about a round; ``vote_quorum`` is a share of the roll, written p/q."""

    title: str
    purpose: str
    small: bool
    budget: Money
    smallest: Money
    largest: Money
    criteria: tuple[Criterion, ...]
    hold_back: int
    opens_at: datetime
    closes_at: datetime
    hear_by: datetime
    vote_days: int
    vote_quorum: str
    sponsors_needed: int


def check_call(call: Call) -> None:
    """Raise ``Refused`` for a call that no round can be made of, with what would have to change."""
    try:
        rubric.check(call.criteria)
    except rubric.Unfit as unfit:
        raise Refused("criteria-unfit", _(unfit.sentence).format(**unfit.values)) from None
    currencies = {call.budget.currency, call.smallest.currency, call.largest.currency}
    if currencies != {settings.CURRENCY}:
        raise Refused("round-currency", _("A round is in the currency of the dues."))
    if not 0 < call.smallest.minor <= call.largest.minor <= call.budget.minor:
        raise Refused(
            "round-amounts",
            _("The smallest award is at most the largest, and that at most the budget."),
        )
    if not call.opens_at < call.closes_at < call.hear_by:
        raise Refused(
            "round-dates",
            _("First the call opens, then it closes, then applicants hear."),
        )
    if not 0 <= call.hold_back <= 50:
        raise Refused("round-hold-back", _("At most half of an award is held back to the end."))
    try:
        share(call.vote_quorum)
    except ValueError:
        raise Refused("round-quorum", _("The quorum is a share of the members.")) from None
    if call.vote_days < 1 or call.sponsors_needed < 1:
        raise Refused("round-vote", _("A vote lasts a day or more, and a sponsor is somebody."))


@transaction.atomic
def open_round(*, call: Call, basis: str, by: Author, at: datetime) -> Round:
    """Make a round of what members adopted. ``basis`` is the address of what they adopted.

    The same ``basis`` again changes nothing. Raises ``Refused`` as :func:`check_call` does.
    """
    check_call(call)
    round, made = Round.objects.get_or_create(
        basis=basis,
        defaults={
            "title": call.title,
            "purpose": call.purpose,
            "form": Round.Form.SMALL if call.small else Round.Form.LARGE,
            "budget_minor": call.budget.minor,
            "smallest_minor": call.smallest.minor,
            "largest_minor": call.largest.minor,
            "currency": call.budget.currency,
            "criteria": [criterion.as_content() for criterion in call.criteria],
            "hold_back": call.hold_back,
            "opens_at": call.opens_at,
            "closes_at": call.closes_at,
            "hear_by": call.hear_by,
            "vote_days": call.vote_days,
            "vote_quorum": call.vote_quorum,
            "sponsors_needed": call.sponsors_needed,
            "adopted_at": at,
        },
    )
    if made:
        Event.record("round.adopted", subject=subject_of(round), by=by, at=at, basis=basis)
    return round


@transaction.atomic
def begin_call(*, round: Round, by: Author, at: datetime) -> Round:
    """Take applications from now on, and tell the record by which criteria they are judged.

    Raises ``Refused``: "too-early", "stage-passed".
    """
    held = hold_round(round)
    if at < held.opens_at:
        raise Refused("too-early", _("This round does not open yet."))
    if not _enter(held, "open"):
        raise stage_passed()
    Event.record("round.opened", subject=subject_of(held), by=by, at=at)
    submit(
        type=record_types.ROUND_OPENED.name,
        body={
            "round": f"{settings.PUBLIC_ORIGIN}{held.get_absolute_url()}",
            "basis": held.basis,
            "budgetMinor": held.budget_minor,
            "currency": held.currency,
            "criteriaSha256": hashlib.sha256(rfc8785.dumps(held.criteria)).hexdigest(),
        },
        at=at,
    )
    return held


@transaction.atomic
def end_call(*, round: Round, by: Author, at: datetime) -> Round:
    """Take no more applications. Raises ``Refused``: "too-early", "stage-passed"."""
    held = hold_round(round)
    if at < held.closes_at:
        raise Refused("too-early", _("This round still takes applications."))
    if not _enter(held, "end_call"):
        raise stage_passed()
    Event.record("round.call-ended", subject=subject_of(held), by=by, at=at)
    return held


@transaction.atomic
def begin_screening(*, application: Application, by: Author, at: datetime) -> Application:
    """Take what was sent as it stands, once its round takes nothing more.

    Raises ``Refused``: "too-early", "stage-passed".
    """
    held_round = hold_round(application.round)
    if held_round.stage in (stages.ANNOUNCED, stages.OPEN):
        raise Refused("too-early", _("This round still takes applications."))
    return move(hold(application), "begin_screening", by=by, at=at)


@transaction.atomic
def name_reviewer(*, round: Round, person: Person, by: Person, at: datetime) -> Reviewer:
    """Have ``person`` review what is sent to the round: named in public from now on.

    Not oneself, and nobody who can read others' reviews already. Raises ``Refused``.
    """
    permissions.check_can_look_after(round, by, at)
    if person == by:
        raise Refused("own-naming", _("Another steward names you, if you should review."))
    held = hold_round(round)
    if held.stage not in (stages.ANNOUNCED, stages.OPEN, stages.REVIEWING):
        raise stage_passed()
    if held.stage == stages.REVIEWING and person.holds(RoleGrant.Role.STEWARD, at.date()):
        raise Refused(
            "steward-has-read",
            _("Stewards can read reviews by now. Name them before the call is over."),
        )
    if not person.is_active:
        raise Refused("person-left", _("Somebody who has left can review nothing."))
    applies = Application.objects.filter(round=held).exclude(stage=application_stages.WITHDRAWN)
    if applies.of(person).exists():
        raise Refused("reviewer-applies", _("Who applies to a round reviews nothing in it."))
    try:
        with transaction.atomic():
            reviewer = Reviewer.objects.create(round=held, person=person, named_by=by, named_at=at)
    except IntegrityError:
        raise Refused("already-reviewer", _("They were named for this round already.")) from None
    Event.record("reviewer.named", subject=subject_of(held), by=by, at=at, person=str(person.pk))
    return reviewer


@transaction.atomic
def end_reviewer(*, reviewer: Reviewer, by: Person, at: datetime) -> None:
    """Let somebody review no more. What they wrote stays. Raises ``Refused``."""
    if reviewer.person_id != by.pk:
        permissions.check_can_look_after(reviewer.round, by, at)
    if not Reviewer.objects.filter(pk=reviewer.pk, ended_at=None).update(ended_at=at):
        raise Refused("reviewer-ended", _("They review nothing in this round any more."))
    Event.record(
        "reviewer.ended",
        subject=subject_of(reviewer.round),
        by=by,
        at=at,
        person=str(reviewer.person_id),
    )


def _enter(held: Round, name: str) -> int:
    target = stages.target_of(name)
    changed = Round.objects.filter(pk=held.pk, stage=stages.source_of(name)).update(stage=target)
    held.stage = target
    return changed
