"""How plans and the books look in the API. Amounts are minor units with their currency."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from funding.dues.models import Plan
from funding.dues.summary import Summary
from funding.ledger.figures import Balance, Month
from kernel.money import Money


class MoneySerializer(serializers.Serializer[Money]):
    minor = serializers.IntegerField()
    currency = serializers.CharField()


class PlanSerializer(serializers.ModelSerializer[Plan]):
    amount = MoneySerializer()

    class Meta:
        model = Plan
        fields = ["id", "level", "interval", "amount"]


class AccountBalanceSerializer(serializers.Serializer[Balance]):
    account = serializers.CharField(source="code")
    name = serializers.CharField()
    balance = MoneySerializer(source="natural")


class LedgerMonthSerializer(serializers.Serializer[Month]):
    month = serializers.SerializerMethodField()
    income = MoneySerializer()
    expense = MoneySerializer()

    @extend_schema_field(serializers.RegexField("^[0-9]{4}-[0-9]{2}$", help_text="As in 2026-11."))
    def get_month(self, month: Month) -> str:
        return f"{month.first:%Y-%m}"


class LedgerAccountsSerializer(serializers.Serializer[dict[str, list[Balance]]]):
    asset = AccountBalanceSerializer(many=True)
    liability = AccountBalanceSerializer(many=True)
    equity = AccountBalanceSerializer(many=True)
    income = AccountBalanceSerializer(many=True)
    expense = AccountBalanceSerializer(many=True)


class LedgerChainSerializer(serializers.Serializer[Summary]):
    entries = serializers.IntegerField()
    head = serializers.CharField(source="chain_head")


class LedgerSummarySerializer(serializers.Serializer[Summary]):
    """Balances are positive where there is something, whatever the type of the account."""

    currency = serializers.CharField()
    income = MoneySerializer()
    expense = MoneySerializer()
    held = MoneySerializer()
    payers = serializers.IntegerField()
    accounts = LedgerAccountsSerializer(source="by_type")
    months = LedgerMonthSerializer(many=True)
    chain = LedgerChainSerializer(source="*")
