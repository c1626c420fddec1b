"""Who may do what with awards and with money that goes out: pairs that raise and that answer.

For one payment there are three kinds of people: who prepares and sends it (the treasurer or a
steward), who approves it (two others), and whom it concerns (none of them).
"""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from funding.grants import payment_stages, recusal
from funding.grants.models import Application, Award, GrantPayment
from funding.grants.permissions import allows, not_a_steward
from kernel.refusal import Refused
from members.models import Person, RoleGrant


def check_is_recipient(award: Award, by: Person) -> None:
    """Raise ``Refused`` unless the award is ``by``'s own."""
    if award.application.applicant_id != by.pk:
        raise Refused("not-the-applicant", _("Only who applied can do this."))


def is_recipient(award: Award, by: Person) -> bool:
    return allows(check_is_recipient, award, by)


def check_can_prepare(application: Application, by: Person, at: datetime) -> None:
    """Raise ``Refused`` unless ``by`` is a treasurer or steward whom the project does not concern.

    They prepare payments and send what others have approved.
    """
    day = at.date()
    holds = by.holds(RoleGrant.Role.TREASURER, day) or by.holds(RoleGrant.Role.STEWARD, day)
    if not (by.is_active and holds):
        raise Refused("not-a-treasurer", _("The treasurer and the stewards prepare payments."))
    recusal.check_not_conflicted(by, application)


def can_prepare(application: Application, by: Person, at: datetime) -> bool:
    return allows(check_can_prepare, application, by, at)


def check_can_approve(payment: GrantPayment, by: Person, at: datetime) -> None:
    """Raise ``Refused`` unless ``by`` may approve the payment.

    A steward who did not prepare it, whom the project does not concern and who said so. Where too
    few of those are left, scrutineers of whom that is true stand in.
    """
    application, day = payment.milestone.award.application, at.date()
    recusal.check_not_conflicted(by, application)
    if payment.prepared_by_id == by.pk:
        raise Refused("own-payment", _("You prepared this payment, so others have to approve it."))
    if not by.holds(RoleGrant.Role.STEWARD, day):
        if not by.holds(RoleGrant.Role.SCRUTINEER, day):
            raise not_a_steward()
        free = recusal.free_stewards(application, day)
        others = [steward for steward in free if steward.pk != payment.prepared_by_id]
        if len(others) >= payment_stages.APPROVALS:
            raise Refused(
                "steward-is-free",
                _("Enough stewards are free to do this, so nobody has to stand in for them."),
            )
    recusal.check_declared(by, application)


def can_approve(payment: GrantPayment, by: Person, at: datetime) -> bool:
    return allows(check_can_approve, payment, by, at)


def check_can_send(payment: GrantPayment, by: Person, at: datetime) -> None:
    """Raise ``Refused`` unless ``by`` may give the payment to the bank: nobody who approved it."""
    check_can_prepare(payment.milestone.award.application, by, at)
    if payment.approvals.filter(by=by, fingerprint=payment.fingerprint).exists():
        raise Refused("approved-by-you", _("You approved this payment, so somebody else sends it."))


def can_send(payment: GrantPayment, by: Person, at: datetime) -> bool:
    return allows(check_can_send, payment, by, at)
