"""How plans and the books look in the API. Amounts are minor units with their currency."""

from __future__ import annotations

from rest_framework import serializers

from funding.dues.models import Plan
from funding.dues.summary import Summary
from funding.ledger.chart import AccountType


class MoneySerializer(serializers.Serializer[object]):
    minor = serializers.IntegerField()
    currency = serializers.CharField()


class PlanSerializer(serializers.ModelSerializer[Plan]):
    amount = MoneySerializer()

    class Meta:
        model = Plan
        fields = ["id", "level", "interval", "amount"]


class BalanceSerializer(serializers.Serializer[object]):
    account = serializers.CharField(source="code")
    name = serializers.CharField()
    balance = MoneySerializer(source="natural")


class MonthSerializer(serializers.Serializer[object]):
    month = serializers.SerializerMethodField()
    income = MoneySerializer(source="1")
    expense = MoneySerializer(source="2")

    def get_month(self, row: tuple[object, ...]) -> str:
        return f"{row[0]:%Y-%m}"


class ChainSerializer(serializers.Serializer[Summary]):
    entries = serializers.IntegerField()
    head = serializers.CharField(source="chain_head")


class SummarySerializer(serializers.Serializer[Summary]):
    """Balances are positive where there is something, whatever the type of the account."""

    currency = serializers.CharField()
    income = MoneySerializer()
    expense = MoneySerializer()
    held = MoneySerializer()
    payers = serializers.IntegerField()
    accounts = serializers.SerializerMethodField()
    months = MonthSerializer(many=True)
    chain = ChainSerializer(source="*")

    def get_accounts(self, summary: Summary) -> dict[str, list[dict[str, object]]]:
        return {
            kind.value: list(BalanceSerializer(summary.of_type(kind), many=True).data)
            for kind in AccountType
        }
