"""What the API takes and answers of awards, milestones, accounts and payments, to who may know."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from funding.dues.models import BankLine
from funding.grants import file_checks
from funding.grants.applying_serializers import Base64Field, Text
from funding.grants.models import (
    Amendment,
    Award,
    BankFile,
    Evidence,
    Fund,
    GrantPayment,
    Milestone,
    PayeeAccount,
    Reversal,
    SanctionsCheck,
    Termination,
)
from funding.grants.serializers import MoneyOut

_LONGEST_TEXT = 8_000
_SHA256 = r"^[0-9a-f]{64}$"


# What comes in


class AgreementIn(serializers.Serializer[Any]):
    text = Text(max_length=40_000, trim_whitespace=False)


class AcceptIn(serializers.Serializer[Any]):
    """The hash of the text that one read: no other is accepted."""

    sha256 = serializers.RegexField(_SHA256)


class EvidenceIn(serializers.Serializer[Any]):
    """What shows that a milestone is reached: a link, or a file with its name."""

    url = Text(max_length=400, allow_blank=True, required=False, default="")
    name = Text(max_length=400, allow_blank=True, required=False, default="")
    document = Base64Field(largest=file_checks.LARGEST, required=False)
    note = Text(max_length=_LONGEST_TEXT, allow_blank=True, required=False, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if bool(attrs["url"]) == ("document" in attrs):
            raise serializers.ValidationError({"url": [_("Please give either a link or a file.")]})
        return attrs


class VerdictIn(serializers.Serializer[Any]):
    """Whether what was shown meets the criteria, and why."""

    accepted = serializers.BooleanField()
    reasons = Text(max_length=_LONGEST_TEXT)


class AmendmentIn(serializers.Serializer[Any]):
    """What should change in a milestone. Its money stays as it was agreed."""

    criteria = Text(max_length=_LONGEST_TEXT)
    due_on = serializers.DateField()
    reason = Text(max_length=_LONGEST_TEXT)


class ExtensionIn(serializers.Serializer[Any]):
    """Until when there should be time, and why."""

    due_on = serializers.DateField()
    reason = Text(max_length=_LONGEST_TEXT)


class AmendmentAnswerIn(serializers.Serializer[Any]):
    """Yes or no; a no needs an answer to the project."""

    accepted = serializers.BooleanField()
    answer = Text(max_length=_LONGEST_TEXT, allow_blank=True, required=False, default="")


class TerminationIn(serializers.Serializer[Any]):
    reason = Text(max_length=_LONGEST_TEXT, help_text="It becomes public: never a name in it.")


class LineIn(serializers.Serializer[Any]):
    """One line of the bank's statement."""

    line = serializers.UUIDField()


class ReversalIn(LineIn):
    """The line with which a payment came back, and why: that is published with the entry."""

    reason = Text(max_length=200)


class AccountIn(serializers.Serializer[Any]):
    """The account that one's awards are paid to, and where its owner lives: banks ask for both."""

    name = Text(max_length=140)
    iban = Text(max_length=42)
    bic = Text(max_length=11, allow_blank=True, required=False, default="")
    street = Text(max_length=140, allow_blank=True, required=False, default="")
    building = Text(max_length=16, allow_blank=True, required=False, default="")
    postcode = Text(max_length=16, allow_blank=True, required=False, default="")
    town = Text(max_length=70)
    country = serializers.RegexField("^[A-Za-z]{2}$")


class FingerprintIn(serializers.Serializer[Any]):
    """The ``fingerprint`` of what one looked at: nothing else is meant."""

    fingerprint = serializers.RegexField(_SHA256)


class TransferIn(FingerprintIn):
    """A transfer that was made by hand, and what the bank calls it."""

    reference = Text(max_length=120)


class BankFileIn(serializers.Serializer[Any]):
    """Which approved payments go into one file, and when the bank carries them out."""

    payments = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=500)
    execute_on = serializers.DateField()


class CheckIn(serializers.Serializer[Any]):
    """A look in the sanctions lists; ``found`` where a name on them is, or may be, the payee's."""

    lists = serializers.ChoiceField(choices=[(name, name) for name, _ in SanctionsCheck.LISTS])
    found = serializers.BooleanField()


# What goes out


class AmendmentOut(serializers.ModelSerializer[Amendment]):
    """``supported``: one person has said yes, and a second one decides."""

    supported = serializers.SerializerMethodField()

    class Meta:
        model = Amendment
        fields = [
            *("id", "criteria", "due_on", "reason", "asked_at", "supported", "decided_at"),
            *("accepted", "answer"),
        ]

    def get_supported(self, amendment: Amendment) -> bool:
        return amendment.first_by_id is not None


class EvidenceOut(serializers.ModelSerializer[Evidence]):
    class Meta:
        model = Evidence
        fields = ["id", "url", "file_sha256", "file_type", "file_size", "note", "at"]


class MilestoneInside(serializers.ModelSerializer[Milestone]):
    """A milestone as its project and who looks after it see it."""

    award = serializers.UUIDField(source="award_id")
    stage = serializers.CharField()
    amount = MoneyOut()
    evidence = EvidenceOut(many=True)
    amendments = AmendmentOut(many=True)

    class Meta:
        model = Milestone
        fields = [
            *("id", "award", "number", "title", "criteria", "due_on", "amount", "stage"),
            *("on_award", "final", "evidence", "amendments"),
        ]


class TerminationOut(serializers.ModelSerializer[Termination]):
    class Meta:
        model = Termination
        fields = ["reason", "proposed_at", "confirmed_at", "withdrawn_at"]


class AwardInside(serializers.ModelSerializer[Award]):
    """An award as its project and who looks after it see it, with the text that counts."""

    url = serializers.CharField(source="get_absolute_url", read_only=True)
    application = serializers.UUIDField(source="application_id")
    title = serializers.CharField()
    stage = serializers.CharField()
    amount = MoneyOut()
    agreement = serializers.CharField(source="agreement.text", default=None, allow_null=True)
    agreement_sha256 = serializers.CharField(
        source="agreement.sha256", default=None, allow_null=True
    )
    terminations = TerminationOut(many=True)

    class Meta:
        model = Award
        fields = [
            *("id", "url", "application", "title", "stage", "amount", "agreement"),
            *("agreement_sha256", "terminations", "committed_at", "agreed_at", "ended_at"),
        ]


class LineOut(serializers.ModelSerializer[BankLine]):
    amount = MoneyOut()

    class Meta:
        model = BankLine
        fields = ["id", "reference", "booked_on", "amount", "text"]


class AccountOut(serializers.ModelSerializer[PayeeAccount]):
    """An account: never whole again. A mail asks its owner to confirm it."""

    payable_from = serializers.DateTimeField(allow_null=True)

    class Meta:
        model = PayeeAccount
        fields = ["id", "masked", "named_at", "confirmed_at", "payable_from"]


class AddressOut(serializers.Serializer[Any]):
    street = serializers.CharField()
    building = serializers.CharField()
    postcode = serializers.CharField()
    town = serializers.CharField()
    country = serializers.CharField()


class PayeeOut(serializers.Serializer[Any]):
    """Who is paid, for a look in the sanctions lists."""

    name = serializers.CharField()
    address = AddressOut()


class CheckOut(serializers.ModelSerializer[SanctionsCheck]):
    class Meta:
        model = SanctionsCheck
        fields = ["lists", "found", "at"]


class ReversalOut(serializers.ModelSerializer[Reversal]):
    line = serializers.UUIDField(source="line_id")

    class Meta:
        model = Reversal
        fields = ["line", "reason", "proposed_at", "confirmed_at"]


class PaymentInside(serializers.ModelSerializer[GrantPayment]):
    """A payment: what exactly is approved, how many have, and where it stands."""

    url = serializers.CharField(source="get_absolute_url", read_only=True)
    milestone = serializers.UUIDField(source="milestone_id")
    award = serializers.UUIDField(source="milestone.award_id")
    amount = MoneyOut()
    account = serializers.CharField(source="account.masked", help_text="Masked.")
    stage = serializers.CharField()
    approvals = serializers.SerializerMethodField()
    bank_file = serializers.UUIDField(source="bank_file_id", allow_null=True)
    reversal = ReversalOut(default=None, allow_null=True)

    class Meta:
        model = GrantPayment
        fields = [
            *("id", "url", "award", "milestone", "amount", "account", "stage", "fingerprint"),
            *("approvals", "prepared_at", "sent_at", "bank_file", "bank_reference", "paid_on"),
            "reversal",
        ]

    def get_approvals(self, payment: GrantPayment) -> int:
        return payment.approvals.filter(fingerprint=payment.fingerprint).count()


class BankFileOut(serializers.ModelSerializer[BankFile]):
    """A file for the bank: ``document`` is the pain.001.001.09 itself, as Base64."""

    document = serializers.SerializerMethodField()

    class Meta:
        model = BankFile
        fields = ["id", "message", "sha256", "execute_on", "made_at", "document"]

    def get_document(self, file: BankFile) -> str:
        return b64encode(file.content()).decode()


class FundOut(serializers.ModelSerializer[Fund]):
    """A round's fund: its budget, what of it is set aside, promised and paid."""

    round = serializers.UUIDField(source="round_id")
    budget = MoneyOut()
    funded = MoneyOut()
    committed = MoneyOut()
    paid = MoneyOut()

    class Meta:
        model = Fund
        fields = ["round", "budget", "funded", "committed", "paid", "closed_at"]
