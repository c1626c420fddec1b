"""What is asked of awards and payments beside their tables: what was paid, which lines may fit."""

from __future__ import annotations

import uuid
from datetime import date

from django.db.models import QuerySet

from funding.dues.models import BankLine
from funding.grants.bank_file import reference_of
from funding.grants.fund_arithmetic import EFFECTS, Kind
from funding.grants.models import Award, BankFile, GrantPayment, Reversal
from kernel.money import Money
from members.models import Person, RoleGrant


def paid_of(award: Award) -> Money:
    """What its project has of an award: what was paid, less what came back."""
    moved = award.movements.all()
    return Money(sum(EFFECTS[Kind(one.kind)].paid * one.minor for one in moved), award.currency)


def lines_given_back(award: Award) -> QuerySet[BankLine]:
    """Lines of the bank's that may be money that a project gives back: the latest first."""
    free = BankLine.objects.unmatched().exclude(pk__in=Reversal.objects.values("line"))
    fits = free.filter(minor__gt=0, minor__lte=paid_of(award).minor, currency=award.currency)
    return fits.order_by("-booked_on", "pk")


def lines_come_back(payment: GrantPayment) -> QuerySet[BankLine]:
    """Lines of the bank's that may be a payment coming back: of its amount, the latest first."""
    free = BankLine.objects.unmatched().exclude(pk__in=Reversal.objects.values("line"))
    return free.filter(minor=payment.minor, currency=payment.currency).order_by("-booked_on", "pk")


def file_open_to(me: Person, pk: uuid.UUID, day: date) -> BankFile | None:
    """A file for the bank, for who sends payments and whom no payment in it concerns.

    It is asked what is in it, and not what it still counts for: a payment that the bank did not
    take stays in the file, with the account that it names.
    """
    senders = (RoleGrant.Role.STEWARD, RoleGrant.Role.TREASURER)
    if not RoleGrant.objects.on(day).filter(person=me, role__in=senders).exists():
        return None
    found = BankFile.objects.filter(pk=pk).first()
    if found is None:
        return None
    content = found.content()
    open_to_me = GrantPayment.objects.all().open_to(me, day)
    hidden = GrantPayment.objects.exclude(pk__in=open_to_me.values("pk"))
    if any(reference_of(one).encode() in content for one in hidden.values_list("pk", flat=True)):
        return None
    return found
