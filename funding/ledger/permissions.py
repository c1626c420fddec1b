"""Who may read the books, prepare what goes into them, approve it, and close a month.

The treasurer reads and prepares. Only stewards approve, and never what they prepared themselves.
"""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from funding.ledger.models import Voucher
from kernel.refusal import Refused
from members.models import Author, Person, RoleGrant


def can_read_books(by: Author, *, at: datetime) -> bool:
    return _holds(by, at, RoleGrant.Role.TREASURER, RoleGrant.Role.STEWARD)


def check_can_read_books(by: Author, *, at: datetime) -> None:
    """Raise ``Refused`` unless ``by`` is a treasurer or a steward at the time."""
    if not can_read_books(by, at=at):
        raise Refused(
            "not-for-you",
            _("The treasurer and the stewards keep the books. Everybody sees the page on money."),
        )


def can_prepare(by: Author, *, at: datetime) -> bool:
    return can_read_books(by, at=at)


def check_can_prepare(by: Author, *, at: datetime) -> None:
    """Raise ``Refused`` unless ``by`` may put something forward for the books."""
    check_can_read_books(by, at=at)


def can_change(voucher: Voucher, by: Author, *, at: datetime) -> bool:
    return voucher.prepared_by == by and can_prepare(by, at=at)


def check_can_change(voucher: Voucher, by: Author, *, at: datetime) -> None:
    """Raise ``Refused`` unless ``by`` prepared this voucher and may still prepare any."""
    check_can_prepare(by, at=at)
    if not can_change(voucher, by, at=at):
        raise Refused("prepared-by-another", _("Only who prepared this can change it."))


def can_decide(voucher: Voucher, by: Author, *, at: datetime) -> bool:
    return voucher.prepared_by != by and _holds(by, at, RoleGrant.Role.STEWARD)


def check_can_decide(voucher: Voucher, by: Author, *, at: datetime) -> None:
    """Raise ``Refused`` unless ``by`` is a steward who did not prepare this voucher."""
    if voucher.prepared_by == by:
        raise Refused("own-voucher", _("You prepared this, so somebody else has to approve it."))
    if not can_decide(voucher, by, at=at):
        raise Refused("not-a-steward", _("Only a steward can approve this."))


def can_lock_months(by: Author, *, at: datetime) -> bool:
    return _holds(by, at, RoleGrant.Role.STEWARD)


def check_can_lock_months(by: Author, *, at: datetime) -> None:
    """Raise ``Refused`` unless ``by`` is a steward."""
    if not can_lock_months(by, at=at):
        raise Refused("not-a-steward", _("Only a steward can close a month."))


def _holds(by: Author, at: datetime, *roles: str) -> bool:
    if not isinstance(by, Person) or not by.is_active:
        return False
    return by.role_grants.on(at.date()).filter(role__in=roles).exists()
