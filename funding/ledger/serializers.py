"""How the books look in the API. Amounts are minor units with their currency."""

from __future__ import annotations

from base64 import b64decode
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from funding.ledger import vouchers
from funding.ledger.figures import Balance
from funding.ledger.models import Digest, Entry, Leg, Month, Voucher
from funding.ledger.statements import (
    BalanceSheet,
    IncomeStatement,
    Section,
    Statements,
    TrialBalance,
    TrialRow,
)
from kernel.money import Money


class AmountSerializer(serializers.Serializer[Money]):
    minor = serializers.IntegerField()
    currency = serializers.CharField()


class LegSerializer(serializers.ModelSerializer[Leg]):
    account = serializers.CharField(source="account_id")
    name = serializers.CharField(source="account.name")

    class Meta:
        model = Leg
        fields = ["account", "name", "minor", "currency"]


class BooksEntrySerializer(serializers.ModelSerializer[Entry]):
    """An entry, with its place in the chain. Debits are positive."""

    id = serializers.UUIDField(source="pk")
    position = serializers.IntegerField(source="seal.position")
    hash = serializers.CharField(source="seal.hash")
    reverses = serializers.UUIDField(source="reverses_id", allow_null=True)
    legs = LegSerializer(many=True)

    class Meta:
        model = Entry
        fields = [
            *("id", "position", "hash", "effective_on", "concerns_on", "posted_at"),
            *("description", "reverses", "legs"),
        ]


class TrialRowSerializer(serializers.Serializer[TrialRow]):
    account = serializers.CharField(source="code")
    name = serializers.CharField()
    debit = AmountSerializer(allow_null=True)
    credit = AmountSerializer(allow_null=True)


class TrialBalanceSerializer(serializers.Serializer[TrialBalance]):
    rows = TrialRowSerializer(many=True)
    debits = AmountSerializer()
    credits = AmountSerializer()


class StatementLineSerializer(serializers.Serializer[Balance]):
    account = serializers.CharField(source="code")
    name = serializers.CharField()
    amount = AmountSerializer(source="natural")


class SectionSerializer(serializers.Serializer[Section]):
    lines = StatementLineSerializer(many=True)
    total = AmountSerializer()


class IncomeStatementSerializer(serializers.Serializer[IncomeStatement]):
    income = SectionSerializer()
    expense = SectionSerializer()
    result = AmountSerializer()


class BalanceSheetSerializer(serializers.Serializer[BalanceSheet]):
    assets = SectionSerializer()
    liabilities = SectionSerializer()
    equity = SectionSerializer()
    before = AmountSerializer()
    this_year = AmountSerializer()
    own = AmountSerializer()


class StatementsSerializer(serializers.Serializer[Statements]):
    """All three statements, in one currency. ``since`` and ``until`` are both included."""

    since = serializers.DateField(source="period.first")
    until = serializers.DateField(source="period.last")
    currency = serializers.CharField()
    trial_balance = TrialBalanceSerializer(source="trial")
    income_statement = IncomeStatementSerializer(source="income")
    balance_sheet = BalanceSheetSerializer(source="sheet")
    balances = serializers.BooleanField()


class VoucherSerializer(serializers.ModelSerializer[Voucher]):
    debit = serializers.CharField(source="debit_id")
    credit = serializers.CharField(source="credit_id")
    amount = AmountSerializer()
    entry = serializers.UUIDField(source="entry_id", allow_null=True)
    reverses = serializers.UUIDField(source="reverses_id", allow_null=True)
    fingerprint = serializers.CharField()

    class Meta:
        model = Voucher
        fields = [
            *("id", "kind", "state", "description", "on", "debit", "credit", "amount"),
            *("document_sha256", "document_type", "document_size", "prepared_at", "decided_at"),
            *("reason", "entry", "reverses", "fingerprint"),
        ]


class ReversalInput(serializers.Serializer[Any]):
    """Why an entry is undone, and which day that counts for."""

    description = serializers.CharField(max_length=200)
    on = serializers.DateField()


class VoucherInput(serializers.Serializer[Any]):
    """What goes into the books, and the PDF, PNG or JPEG behind it, in Base64."""

    kind = serializers.ChoiceField(choices=[kind.value for kind in vouchers.WRITTEN])
    description = serializers.CharField(max_length=200)
    on = serializers.DateField()
    debit = serializers.CharField(max_length=40)
    credit = serializers.CharField(max_length=40)
    minor = serializers.IntegerField(min_value=1, max_value=10**12)
    document = serializers.CharField(max_length=vouchers.LARGEST_DOCUMENT * 4 // 3 + 4)

    def validate_document(self, value: str) -> bytes:
        try:
            return b64decode(value, validate=True)
        except ValueError:
            raise serializers.ValidationError(_("This is not Base64.")) from None


class VoucherChange(VoucherInput):
    """What it says now. Without a ``document`` it keeps the one it has."""

    document = serializers.CharField(
        max_length=vouchers.LARGEST_DOCUMENT * 4 // 3 + 4, required=False
    )


class MonthInput(serializers.Serializer[Any]):
    """Which month, as ``2026-03``."""

    month = serializers.RegexField("^(?:19[7-9][0-9]|2[0-9]{3})-(?:0[1-9]|1[0-2])$")


class ApprovalInput(serializers.Serializer[Any]):
    """The ``fingerprint`` of what one looked at: nothing else is approved."""

    fingerprint = serializers.RegexField("^[0-9a-f]{64}$")


class RejectionInput(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=400)


class MonthSerializer(serializers.ModelSerializer[Month]):
    class Meta:
        model = Month
        fields = ["first", "locked_at", "entries", "chain_head", "report_sha256", "leaf_hash"]


class DigestSerializer(serializers.ModelSerializer[Digest]):
    """``content`` is the entry of the public record, which ``leaf_hash`` names there."""

    content = serializers.JSONField()

    class Meta:
        model = Digest
        fields = ["day", "payments", "chain_head", "root", "leaf_hash", "content"]
