"""How plans and the books look in the API. Amounts are minor units with their currency."""

from __future__ import annotations

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


class BalanceSerializer(serializers.Serializer[Balance]):
    account = serializers.CharField(source="code")
    name = serializers.CharField()
    balance = MoneySerializer(source="natural")


class MonthSerializer(serializers.Serializer[Month]):
    month = serializers.DateField(source="first", format="%Y-%m")
    income = MoneySerializer()
    expense = MoneySerializer()


class AccountsSerializer(serializers.Serializer[dict[str, list[Balance]]]):
    asset = BalanceSerializer(many=True)
    liability = BalanceSerializer(many=True)
    equity = BalanceSerializer(many=True)
    income = BalanceSerializer(many=True)
    expense = BalanceSerializer(many=True)


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
    accounts = AccountsSerializer(source="by_type")
    months = MonthSerializer(many=True)
    chain = ChainSerializer(source="*")
