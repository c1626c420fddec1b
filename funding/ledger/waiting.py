"""What awaits those who keep the books: a voucher to approve, one that came back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from funding.ledger import stages
from funding.ledger.models import Voucher
from funding.ledger.permissions import can_lock_months, can_prepare
from members.awaiting import Waiting
from members.models import Person


def books_waiting(person: Person, at: datetime) -> Iterable[Waiting]:
    """Vouchers of others for a steward; for who prepared one, what was sent back."""
    if not can_prepare(person, at=at):
        return
    if can_lock_months(person, at=at):
        for voucher in Voucher.objects.waiting().exclude(prepared_by=person):
            yield Waiting(
                _("Approve “%(what)s”, or send it back") % {"what": voucher.description},
                voucher.get_absolute_url(),
            )
    for voucher in Voucher.objects.filter(prepared_by=person, state=stages.REJECTED):
        yield Waiting(
            _("Put “%(what)s” right, or withdraw it") % {"what": voucher.description},
            voucher.get_absolute_url(),
        )
