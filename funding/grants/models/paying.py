"""Paying: accounts, checks against sanctions lists, payments, approvals, the bank's files."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from funding.dues.models import BankLine
from funding.grants import payee_details, payment_stages
from funding.grants.models.applications import Application
from funding.grants.models.awards import Award, Milestone
from funding.grants.payee_details import Details
from funding.grants.payment_fingerprint import fingerprint
from funding.ledger.models import Entry
from kernel.money import Money
from kernel.sealed import unseal
from members.models import Person, RoleGrant


class PayeeAccountQuerySet(models.QuerySet["PayeeAccount"]):
    def current(self) -> Self:
        """The account that each person named last."""
        return self.filter(replaced_at=None)


class PayeeAccount(models.Model):
    """One account that somebody named for themselves. Another account is another row.

    ``sealed`` are the details, encrypted; ``mark`` a keyed digest of the account number, by which
    two people who share an account are noticed; ``digest`` one of everything, for approvals.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="payee_accounts")
    sealed = models.BinaryField()
    mark = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    masked = models.CharField(max_length=20)
    named_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    replaced_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)

    objects = PayeeAccountQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(replaced_at=None), name="grants_payee_one_account"
            ),
            models.CheckConstraint(
                condition=Q(erased_at=None)
                | Q(sealed=b"", masked="", mark="", replaced_at__isnull=False),
                name="grants_payee_erased_is_empty",
            ),
        ]
        indexes = [models.Index(fields=["mark"], name="grants_payee_by_mark")]

    def __str__(self) -> str:
        return f"account {self.pk}"

    def details(self) -> Details:
        """The details in the clear, for the bank's file alone. Raises ``Unsealable``."""
        return Details.from_bytes(unseal(bytes(self.sealed)))

    @property
    def payable_from(self) -> datetime | None:
        """From when it may be paid to; None until it is confirmed."""
        return payee_details.payable_from(self.confirmed_at) if self.confirmed_at else None

    def is_payable(self, at: datetime) -> bool:
        return self.replaced_at is None and payee_details.is_payable(self.confirmed_at, at)


class SanctionsCheck(models.Model):
    """That somebody looked for a payee in the sanctions lists, when, in which, and what they found.

    ``found`` is true where a name on a list is, or may be, the payee's: nothing is paid then.
    """

    LISTS = [
        ("eu", _("the EU's consolidated list")),
        ("eu-un", _("the EU's and the United Nations' lists")),
        ("eu-un-ofac", _("the EU's, the United Nations' and the US (OFAC) lists")),
    ]

    account = models.ForeignKey(
        PayeeAccount, on_delete=models.PROTECT, related_name="sanctions_checks"
    )
    lists = models.CharField(max_length=12, choices=LISTS)
    found = models.BooleanField()
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(lists__in=["eu", "eu-un", "eu-un-ofac"]), name="grants_sanctions_lists"
            ),
        ]

    def __str__(self) -> str:
        return f"sanctions check {self.pk}"


class BankFile(models.Model):
    """A file that a bank was given: encrypted, as it names people and their accounts."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    message = models.CharField(max_length=35, unique=True)
    sealed = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    execute_on = models.DateField()
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.message

    def content(self) -> bytes:
        """The file as the bank gets it. Raises ``Unsealable``."""
        return unseal(bytes(self.sealed))


class GrantPaymentQuerySet(models.QuerySet["GrantPayment"]):
    def waiting(self) -> Self:
        """What somebody has to approve, the oldest first."""
        return self.filter(stage=payment_stages.REQUESTED).order_by("prepared_at", "pk")

    def sent(self) -> Self:
        """What no statement of the bank has shown yet."""
        return self.filter(stage=payment_stages.SENT).order_by("sent_at", "pk")

    def paid(self) -> Self:
        """What a statement shows, and was not undone; the latest first."""
        return self.filter(
            Q(reversal=None) | Q(reversal__confirmed_at=None), stage=payment_stages.PAID
        ).order_by("-paid_on", "pk")

    def open_to(self, person: Person, day: date) -> Self:
        """What somebody who prepares, approves or sends may see: nothing that concerns them."""
        offices = (RoleGrant.Role.STEWARD, RoleGrant.Role.TREASURER, RoleGrant.Role.SCRUTINEER)
        if not RoleGrant.objects.on(day).filter(person=person, role__in=offices).exists():
            return self.none()
        conflicting = Application.objects.conflicting(person).values("pk")
        return self.exclude(milestone__award__application__in=conflicting)

    def to_show(self) -> Self:
        return self.select_related(
            "milestone__award__application__version",
            "milestone__award__application__round",
            "account",
            "entry__seal",
        )


_GONE_OUT = Q(stage__in=[payment_stages.SENT, payment_stages.PAID])
_IN_ONE_WAY = Q(bank_file__isnull=False, bank_reference="") | (
    Q(bank_file=None) & ~Q(bank_reference="")
)


class GrantPayment(models.Model):
    """A payment of one milestone into one account. What is approved is its fingerprint."""

    STAGES = [
        (payment_stages.REQUESTED, _("waits for approval")),
        (payment_stages.APPROVED, _("approved")),
        (payment_stages.SENT, _("given to the bank")),
        (payment_stages.PAID, _("paid")),
        (payment_stages.CANCELLED, _("cancelled")),
    ]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    milestone = models.ForeignKey(Milestone, on_delete=models.PROTECT, related_name="payments")
    account = models.ForeignKey(PayeeAccount, on_delete=models.PROTECT, related_name="payments")
    minor = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    # How often it was prepared: approvals are of one preparation.
    preparation = models.PositiveSmallIntegerField(default=1)
    fingerprint = models.CharField(max_length=64)
    stage = models.CharField(max_length=9, choices=STAGES, default=payment_stages.REQUESTED)
    prepared_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField()
    sent_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(null=True)
    bank_file = models.ForeignKey(
        BankFile, null=True, on_delete=models.PROTECT, related_name="payments"
    )
    # What the bank calls a transfer that was made by hand.
    bank_reference = models.CharField(max_length=120, blank=True)
    paid_on = models.DateField(null=True)
    entry = models.OneToOneField(Entry, null=True, on_delete=models.PROTECT, related_name="+")

    objects = GrantPaymentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(stage__in=list(payment_stages.STAGES)), name="grants_payment_stage"
            ),
            models.CheckConstraint(condition=Q(minor__gt=0), name="grants_payment_is_something"),
            models.UniqueConstraint(
                fields=["milestone"],
                condition=Q(stage__in=payment_stages.LIVE),
                name="grants_payment_one_live",
            ),
            models.UniqueConstraint(
                fields=["bank_reference"],
                condition=~Q(bank_reference=""),
                name="grants_payment_reference_once",
            ),
            models.CheckConstraint(
                condition=(
                    _GONE_OUT & Q(sent_by__isnull=False, sent_at__isnull=False) & _IN_ONE_WAY
                )
                | (~_GONE_OUT & Q(sent_by=None, sent_at=None, bank_file=None, bank_reference="")),
                name="grants_payment_sent_in_one_way",
            ),
            models.CheckConstraint(
                condition=Q(stage=payment_stages.PAID, entry__isnull=False, paid_on__isnull=False)
                | ~Q(stage=payment_stages.PAID) & Q(entry=None, paid_on=None),
                name="grants_payment_paid_is_booked",
            ),
        ]

    def __str__(self) -> str:
        return f"payment {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("grant-payment", args=[self.pk])

    @property
    def amount(self) -> Money:
        return Money(self.minor, self.currency)

    def fingerprint_now(self) -> str:
        """What its fingerprint has to be: of what the row says."""
        return fingerprint(
            payment=self.pk,
            preparation=self.preparation,
            milestone=self.milestone_id,
            payee=self.account.person_id,
            account=self.account.digest,
            amount=self.amount,
        )


class Approval(models.Model):
    """That somebody who did not prepare it approved exactly this, after a look at the lists."""

    payment = models.ForeignKey(GrantPayment, on_delete=models.PROTECT, related_name="approvals")
    fingerprint = models.CharField(max_length=64)
    checked = models.ForeignKey(SanctionsCheck, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["payment", "fingerprint", "by"], name="grants_approval_once_each"
            ),
        ]

    def __str__(self) -> str:
        return f"approval {self.pk}"


class Reversal(models.Model):
    """That a payment came back, as a line of the bank's shows: proposed by one, confirmed by two.

    The payment stays what it was. The books get its mirror image, and the milestone can be paid
    anew.
    """

    payment = models.OneToOneField(
        GrantPayment, primary_key=True, on_delete=models.PROTECT, related_name="reversal"
    )
    line = models.OneToOneField(BankLine, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)
    proposed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    entry = models.OneToOneField(Entry, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("proposed_by")),
                name="grants_reversal_two_people",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None, confirmed_at=None, entry=None)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False, entry__isnull=False),
                name="grants_reversal_confirmed_whole",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="grants_reversal_has_reason"),
        ]

    def __str__(self) -> str:
        return f"reversal of {self.payment_id}"


class MoneyReturned(models.Model):
    """Money that a project gave back, as a line of the bank's shows."""

    award = models.ForeignKey(Award, on_delete=models.PROTECT, related_name="returns")
    line = models.OneToOneField(BankLine, on_delete=models.PROTECT, related_name="+")
    minor = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "money returned"
        constraints = [
            models.CheckConstraint(condition=Q(minor__gt=0), name="grants_returned_something"),
        ]

    def __str__(self) -> str:
        return f"returned {self.minor} {self.currency}"

    @property
    def amount(self) -> Money:
        return Money(self.minor, self.currency)
