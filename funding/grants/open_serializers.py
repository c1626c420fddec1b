"""What the API answers about the money of grants: to everybody, to members, to who pays."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from funding.grants.award_reads import paid_of
from funding.grants.models import (
    Application,
    Award,
    Fund,
    GrantPayment,
    Milestone,
    Movement,
    PayeeAccount,
)
from funding.grants.serializers import MoneyOut


class OpenAward(serializers.ModelSerializer[Award]):
    """What was given to one project, and why: never to whom."""

    url = serializers.CharField(source="get_absolute_url", read_only=True)
    project = serializers.UUIDField(source="application_id")
    round = serializers.UUIDField(source="fund_id")
    title = serializers.CharField()
    stage = serializers.CharField()
    amount = MoneyOut()
    paid = serializers.SerializerMethodField()
    reasons = serializers.SerializerMethodField()
    agreement_sha256 = serializers.CharField(allow_null=True)

    class Meta:
        model = Award
        fields = [
            *("id", "url", "project", "round", "title", "stage", "amount", "paid", "reasons"),
            *("agreement_sha256", "committed_at", "agreed_at", "ended_at"),
        ]

    @extend_schema_field(MoneyOut)
    def get_paid(self, award: Award) -> dict[str, Any]:
        """What was paid, less what came back; from what was prefetched."""
        said: dict[str, Any] = MoneyOut(paid_of(award)).data
        return said

    @extend_schema_field(serializers.CharField())
    def get_reasons(self, award: Award) -> str:
        """Why members' votes chose it, in words; empty while nobody has confirmed that."""
        decided = getattr(award.application, "determination", None)
        return decided.reasons if decided and decided.determined_at else ""


class OpenEvidence(serializers.Serializer[Any]):
    """What showed that a milestone is reached: an address, or the fingerprint of a file."""

    url = serializers.CharField()
    file_sha256 = serializers.CharField()
    file_size = serializers.IntegerField()
    at = serializers.DateTimeField()


class OpenMilestone(serializers.ModelSerializer[Milestone]):
    """A milestone of an award, and once it is reached what showed that."""

    award = serializers.UUIDField(source="award_id")
    round = serializers.UUIDField(source="award.fund_id")
    amount = MoneyOut()
    stage = serializers.CharField()
    evidence = serializers.SerializerMethodField()

    class Meta:
        model = Milestone
        fields = [
            *("id", "award", "round", "number", "title", "criteria", "due_on", "amount"),
            *("stage", "on_award", "final", "evidence"),
        ]

    @extend_schema_field(OpenEvidence(many=True))
    def get_evidence(self, milestone: Milestone) -> list[dict[str, Any]]:
        shown = milestone.evidence.all() if milestone.is_reached else ()
        return list(OpenEvidence(shown, many=True).data)


class OpenPayment(serializers.ModelSerializer[GrantPayment]):
    """A payment that a statement of the bank shows: never into which account."""

    award = serializers.UUIDField(source="milestone.award_id")
    round = serializers.UUIDField(source="milestone.award.fund_id")
    title = serializers.CharField(source="milestone.award.title")
    milestone = serializers.UUIDField(source="milestone_id")
    amount = MoneyOut()
    entry = serializers.CharField(source="entry.seal.hash")
    record = serializers.SerializerMethodField()

    class Meta:
        model = GrantPayment
        fields = [
            *("id", "award", "round", "title", "milestone", "amount", "paid_on", "entry"),
            "record",
        ]

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_record(self, payment: GrantPayment) -> str | None:
        """Where the entry of the public record is that proves it."""
        leaf = self.context.get("proofs", {}).get(str(payment.pk))
        return reverse("record-entry", args=[leaf]) if leaf else None


class OpenFund(serializers.ModelSerializer[Fund]):
    """The money of a round: its budget, and what of it is set aside, promised, paid and left."""

    round = serializers.UUIDField(source="pk")
    title = serializers.CharField(source="round.title")
    budget = MoneyOut()
    funded = MoneyOut()
    committed = MoneyOut()
    paid = MoneyOut()
    left = MoneyOut()

    class Meta:
        model = Fund
        fields = [
            *("round", "title", "budget", "funded", "committed", "paid", "left"),
            *("opened_at", "closed_at"),
        ]


class OpenMovement(serializers.ModelSerializer[Movement]):
    """One thing that moved a fund, and the hash of the entry in the books that it is."""

    round = serializers.UUIDField(source="fund_id")
    award = serializers.UUIDField(source="award_id")
    kind = serializers.CharField()
    amount = MoneyOut()
    entry = serializers.CharField(source="entry.seal.hash")

    class Meta:
        model = Movement
        fields = ["round", "award", "kind", "amount", "entry", "at"]


class ShareLine(serializers.Serializer[Any]):
    """A payment to a project, or what came back (below zero), and one's own share of it."""

    award = serializers.UUIDField()
    title = serializers.CharField()
    round = serializers.CharField(source="round_title")
    on = serializers.DateField()
    amount = MoneyOut()
    share = MoneyOut()
    record = serializers.CharField(allow_null=True)


class MyShareOut(serializers.Serializer[Any]):
    """What one's own dues paid for. ``totals`` are of all pages, in each currency."""

    totals = MoneyOut(many=True)
    page = serializers.IntegerField()
    pages = serializers.IntegerField()
    lines = ShareLine(many=True)


class ReviewState(serializers.ModelSerializer[Application]):
    """How far the reviews of an application are: never what they say."""

    title = serializers.CharField()
    round = serializers.UUIDField(source="round_id")
    stage = serializers.CharField()
    reviewers = serializers.IntegerField(source="named")
    reviews = serializers.IntegerField(source="done")
    mine = serializers.BooleanField()

    class Meta:
        model = Application
        fields = ["id", "title", "round", "stage", "reviewers", "reviews", "mine"]


class PaymentState(serializers.ModelSerializer[GrantPayment]):
    """A payment for who prepares, approves or sends it: the account is masked."""

    award = serializers.UUIDField(source="milestone.award_id")
    title = serializers.CharField(source="milestone.award.title")
    milestone = serializers.UUIDField(source="milestone_id")
    amount = MoneyOut()
    stage = serializers.CharField()
    account = serializers.CharField(source="account.masked")
    payable_from = serializers.DateTimeField(source="account.payable_from", allow_null=True)
    approvals = serializers.IntegerField(source="approved")

    class Meta:
        model = GrantPayment
        fields = [
            *("id", "award", "title", "milestone", "amount", "stage", "fingerprint", "account"),
            *("payable_from", "approvals", "prepared_at", "sent_at", "paid_on"),
        ]


class AccountState(serializers.ModelSerializer[Award]):
    """Where the account of an award's recipient stands: masked, and never whose it is."""

    award = serializers.UUIDField(source="pk")
    title = serializers.CharField()
    account = serializers.SerializerMethodField()
    confirmed_at = serializers.SerializerMethodField()
    payable_from = serializers.SerializerMethodField()
    looked_for_at = serializers.SerializerMethodField()
    found_on_a_list = serializers.SerializerMethodField()

    class Meta:
        model = Award
        fields = [
            *("award", "title", "account", "confirmed_at", "payable_from", "looked_for_at"),
            "found_on_a_list",
        ]

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_account(self, award: Award) -> str | None:
        """As it is shown: only its end; null while none is named."""
        found = _account(award)
        return found.masked if found else None

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_confirmed_at(self, award: Award) -> Any:
        found = _account(award)
        return _time(found.confirmed_at) if found else None

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_payable_from(self, award: Award) -> Any:
        found = _account(award)
        return _time(found.payable_from) if found else None

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_looked_for_at(self, award: Award) -> Any:
        """When somebody last looked for the payee in the sanctions lists."""
        found = _account(award)
        checks = list(found.sanctions_checks.all()) if found else []
        return _time(checks[-1].at) if checks else None

    @extend_schema_field(serializers.BooleanField(allow_null=True))
    def get_found_on_a_list(self, award: Award) -> bool | None:
        found = _account(award)
        checks = list(found.sanctions_checks.all()) if found else []
        return checks[-1].found if checks else None


def _account(award: Award) -> PayeeAccount | None:
    """The account that its recipient named last; from what was prefetched."""
    accounts: list[PayeeAccount] = list(award.application.applicant.payee_accounts.all())
    return accounts[0] if accounts else None


def _time(at: Any) -> Any:
    return serializers.DateTimeField().to_representation(at) if at else None
