"""Writes of an award's agreement: it is written, accepted by both, or not taken."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from funding.grants import (
    agreement,
    award_mails,
    award_stages,
    milestone_stages,
    permissions,
    record_types,
)
from funding.grants.actions.award_moves import hold_award, move_award, tell_recipient
from funding.grants.actions.funds import release
from funding.grants.actions.moving import stage_passed
from funding.grants.award_permissions import check_is_recipient
from funding.grants.models import Acceptance, AgreementVersion, Award, Event
from governance.record.actions import submit
from kernel.refusal import Refused
from members.models import Person, subject_of

LONGEST = 40_000


def suggested_agreement(award: Award) -> str:
    """The text to begin with: who promises what, each milestone, and what happens if not."""
    with translation.override(settings.LANGUAGE_CODE):
        parts = [
            _("Agreement about “{title}”").format(title=award.title),
            _(
                "Customer Commons gives this project {amount} out of its members’ dues, as its "
                "members decided in the round “{round}”. The project does what its application "
                "of that round says."
            ).format(amount=award.amount.format("en"), round=award.application.round.title),
            *(
                _("{number}. {title}, by {day}: {amount}\n{criteria}").format(
                    number=milestone.number,
                    title=milestone.title,
                    day=date_format(milestone.due_on, "j F Y"),
                    amount=milestone.amount.format("en"),
                    criteria=milestone.criteria,
                )
                for milestone in award.milestones.in_order()
            ),
            _(
                "Each amount is paid once its milestone is shown and two people without a "
                "conflict of interest have approved the payment. What is paid on award is paid "
                "once both have accepted this agreement."
            ),
            _(
                "What the project makes and its reports are public under a free licence. Money "
                "that is not needed is given back. Milestones are changed, and the agreement is "
                "ended before its time, by two people without a conflict and with public reasons."
            ),
        ]
    return agreement.tidy("\n\n".join(parts))


@transaction.atomic
def offer_agreement(*, award: Award, text: str, by: Person, at: datetime) -> AgreementVersion:
    """Put a text before the project; what was accepted of another text counts no longer.

    Raises ``Refused`` for who does not decide about the project, without a text, and once both
    have accepted one.
    """
    held = hold_award(award)
    permissions.check_can_decide(held.application, by, at)
    tidied = agreement.tidy(text)
    if not tidied.strip() or len(tidied) > LONGEST:
        raise Refused("no-text", _("Please write what is agreed, in at most 40,000 letters."))
    latest = held.agreement
    if latest and latest.text == tidied:
        raise Refused("same-text", _("This is the text that is offered already."))
    written = AgreementVersion.objects.create(
        award=held,
        number=latest.number + 1 if latest else 1,
        text=tidied,
        sha256=agreement.digest(tidied),
        written_by=by,
        written_at=at,
    )
    move_award(held, "offer", to=award_stages.OFFERED, by=by, at=at)
    write = partial(award_mails.offered, held)
    tell_recipient(held, write, about=f"offered:{written.number}", at=at)
    return written


@transaction.atomic
def accept_agreement(*, award: Award, sha256: str, by: Person, at: datetime) -> Award:
    """Accept exactly the text of this hash, for the project or for Customer Commons.

    With the second side the award is agreed, and what is paid on award can be paid. Raises
    ``Refused``: "changed-since" for another text than the one that counts, "accepted-already".
    """
    held = hold_award(award)
    mine = held.application.applicant_id == by.pk
    if not mine:
        permissions.check_can_decide(held.application, by, at)
    text = held.agreement
    if held.stage != award_stages.OFFERED or text is None:
        raise stage_passed()
    if text.sha256 != sha256:
        raise Refused(
            "changed-since", _("The text was changed since you read it. Please read it again.")
        )
    side = Acceptance.Side.PROJECT if mine else Acceptance.Side.COMMONS
    try:
        with transaction.atomic():
            Acceptance.objects.create(agreement=text, side=side, by=by, at=at)
    except IntegrityError:
        raise Refused("accepted-already", _("This side has accepted the text already.")) from None
    Event.record(
        "agreement.accepted", subject=subject_of(held), by=by, at=at, side=side.value, sha256=sha256
    )
    if text.acceptances.count() == len(Acceptance.Side):
        _agree(held, text, by=by, at=at)
    return held


def _agree(held: Award, text: AgreementVersion, *, by: Person, at: datetime) -> None:
    move_award(held, "agree", to=award_stages.AGREED, by=by, at=at, agreed_at=at)
    on_award = held.milestones.filter(on_award=True, stage=milestone_stages.PLANNED)
    on_award.update(stage=milestone_stages.ACCEPTED)
    submit(
        type=record_types.AWARD_AGREED.name,
        body={
            "award": str(held.pk),
            "agreementSha256": text.sha256,
            "milestones": held.milestones.count(),
        },
        at=at,
    )
    tell_recipient(held, partial(award_mails.agreed, held), about="agreed", at=at)


@transaction.atomic
def decline_award(*, award: Award, by: Person, at: datetime) -> Award:
    """Not take it: the money is free again. Raises ``Refused`` for others and once it is agreed."""
    held = hold_award(award)
    check_is_recipient(held, by)
    move_award(held, "decline", to=award_stages.DECLINED, by=by, at=at, ended_at=at)
    held.milestones.update(stage=milestone_stages.DROPPED)
    submit(
        type=record_types.AWARD_ENDED.name,
        body={
            "award": str(held.pk),
            "how": "declined",
            "releasedMinor": held.minor,
            "currency": held.currency,
        },
        at=at,
    )
    release(award=held, by=by, at=at)
    return held
