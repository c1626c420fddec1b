"""Who may look after exceptions: stewards, never in what concerns themselves, never twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from funding.dues.models import Case, Ending, Payment, Refund
from kernel.refusal import Refused
from members.models import Person, RoleGrant


def is_steward(by: Person, at: datetime) -> bool:
    return by.holds(RoleGrant.Role.STEWARD, at.date())


def check_can_see_cases(by: Person, at: datetime) -> None:
    """Raise ``Refused`` unless ``by`` is a steward."""
    if not is_steward(by, at):
        raise Refused("not-a-steward", _("Stewards look after these."))


def can_see_cases(by: Person, *, at: datetime) -> bool:
    return _allows(check_can_see_cases, by, at)


def check_can_settle(case: Case, by: Person, at: datetime) -> None:
    """Raise ``Refused`` unless ``by`` is a steward whom the case does not concern."""
    check_can_see_cases(by, at)
    if case.people.filter(pk=by.pk).exists():
        raise Refused("own-case", _("This concerns you, so another steward looks after it."))


def can_settle(case: Case, by: Person, *, at: datetime) -> bool:
    return _allows(check_can_settle, case, by, at)


def check_can_refund(payment: Payment, by: Person, at: datetime) -> None:
    """Raise ``Refused`` unless ``by`` is a steward who did not pay this."""
    check_can_see_cases(by, at)
    if payment.person_id == by.pk:
        raise Refused("own-payment", _("You paid this, so another steward decides."))


def can_refund(payment: Payment, by: Person, *, at: datetime) -> bool:
    return _allows(check_can_refund, payment, by, at)


def check_can_approve_refund(refund: Refund, by: Person, at: datetime) -> None:
    """Raise ``Refused`` unless ``by`` is a second steward, and did not pay it."""
    check_can_refund(refund.payment, by, at)
    if refund.proposed_by_id == by.pk:
        raise Refused("own-proposal", _("You proposed this refund. Another steward approves it."))


def can_approve_refund(refund: Refund, by: Person, *, at: datetime) -> bool:
    return _allows(check_can_approve_refund, refund, by, at)


def check_can_end(person: Person, by: Person, at: datetime) -> None:
    """Raise ``Refused`` unless ``by`` is a steward, and somebody else."""
    check_can_see_cases(by, at)
    if person == by:
        raise Refused("own-standing", _("You can leave at any time; nobody ends their own so."))


def check_can_confirm_ending(ending: Ending, by: Person, at: datetime) -> None:
    """Raise ``Refused`` unless ``by`` is a second steward, and not the member concerned."""
    check_can_end(ending.person, by, at)
    if ending.proposed_by_id == by.pk:
        raise Refused("own-proposal", _("You proposed this. Another steward confirms it."))


def can_confirm_ending(ending: Ending, by: Person, *, at: datetime) -> bool:
    return _allows(check_can_confirm_ending, ending, by, at)


def check_can_import(by: Person, at: datetime) -> None:
    """Raise ``Refused`` unless ``by`` is a treasurer or a steward."""
    if not (is_steward(by, at) or by.holds(RoleGrant.Role.TREASURER, at.date())):
        raise Refused("not-a-treasurer", _("Treasurers and stewards look after statements."))


def can_import(by: Person, *, at: datetime) -> bool:
    return _allows(check_can_import, by, at)


def _allows(check: Callable[..., None], *args: Any) -> bool:
    try:
        check(*args)
    except Refused:
        return False
    return True
