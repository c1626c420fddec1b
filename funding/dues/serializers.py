"""How plans, dues and the books look in the API. Amounts are minor units with their currency."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from funding.dues import plans
from funding.dues.models import Gift, Payment, Plan, Subscription
from funding.dues.plans import Interval, Level, ScaleSpec
from funding.dues.remote import Preview
from funding.dues.summary import Checks, Payers, Summary, Told, ToldMonth
from funding.ledger.figures import Balance
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


class ToldSerializer(serializers.Serializer[Told]):
    """A digest in the public record: ``/record/entry/{hash}`` has it."""

    day = serializers.DateField()
    hash = serializers.CharField(source="leaf_hash")


class LedgerMonthSerializer(serializers.Serializer[ToldMonth]):
    month = serializers.SerializerMethodField()
    came_in = MoneySerializer(source="month.came_in")
    returned = MoneySerializer(source="month.returned")
    fees = MoneySerializer(source="month.fees")
    spent = MoneySerializer(source="month.spent")
    held = MoneySerializer(source="month.held")
    digest = ToldSerializer(allow_null=True)

    @extend_schema_field(serializers.RegexField("^[0-9]{4}-[0-9]{2}$", help_text="As in 2026-11."))
    def get_month(self, told: ToldMonth) -> str:
        return f"{told.month.first:%Y-%m}"


class LedgerAccountsSerializer(serializers.Serializer[dict[str, list[Balance]]]):
    asset = AccountBalanceSerializer(many=True)
    liability = AccountBalanceSerializer(many=True)
    equity = AccountBalanceSerializer(many=True)
    income = AccountBalanceSerializer(many=True)
    expense = AccountBalanceSerializer(many=True)


class LedgerChainSerializer(serializers.Serializer[Summary]):
    entries = serializers.IntegerField()
    head = serializers.CharField(source="chain_head")


class PayersSerializer(serializers.Serializer[Payers]):
    """Of the past twelve months; median and share are null where fewer than five paid."""

    people = serializers.IntegerField()
    median = MoneySerializer(allow_null=True)
    largest_permille = serializers.IntegerField(allow_null=True)


class ChecksSerializer(serializers.Serializer[Checks]):
    attested = serializers.IntegerField()
    opened = serializers.IntegerField()
    solved = serializers.IntegerField()


class LedgerSummarySerializer(serializers.Serializer[Summary]):
    """What came in counts when it was paid, what is in the accounts when it was earned."""

    currency = serializers.CharField()
    came_in = MoneySerializer()
    returned = MoneySerializer()
    fees = MoneySerializer()
    spent = MoneySerializer()
    held = MoneySerializer()
    owed = MoneySerializer()
    payers = PayersSerializer()
    checks = ChecksSerializer()
    accounts = LedgerAccountsSerializer(source="by_type")
    months = LedgerMonthSerializer(many=True)
    digest = ToldSerializer(allow_null=True)
    chain = LedgerChainSerializer(source="*")


class PaymentSerializer(serializers.ModelSerializer[Payment]):
    """One payment of yours; its days are empty for what you gave to others."""

    id = serializers.UUIDField(source="uuid")
    purpose = serializers.SerializerMethodField()
    gross = MoneySerializer()
    fee = MoneySerializer()
    entry = serializers.IntegerField(source="entry.seal.position")

    class Meta:
        model = Payment
        fields = ["id", "purpose", "paid_at", "gross", "fee", "starts_on", "ends_on", "entry"]

    @extend_schema_field(serializers.ChoiceField(choices=["dues", "gift", "pot"]))
    def get_purpose(self, payment: Payment) -> str:
        return payment.one_off.purpose if payment.one_off else "dues"


class SubscriptionSerializer(serializers.ModelSerializer[Subscription]):
    """What renews by itself, if anything does."""

    plan = PlanSerializer()
    is_ending = serializers.BooleanField()
    is_failing = serializers.BooleanField()

    class Meta:
        model = Subscription
        fields = ["plan", "renews_at", "is_ending", "is_failing"]


class GiftSerializer(serializers.ModelSerializer[Gift]):
    """A membership that you gave."""

    plan = PlanSerializer()

    class Meta:
        model = Gift
        fields = ["id", "plan", "state", "otherwise", "offered_at", "ends_at", "settled_at"]


class MyDuesSerializer(serializers.Serializer[Any]):
    """Your own dues, and nobody else's."""

    until = serializers.DateField(
        allow_null=True, help_text="The first day on which you are no member; null if you are none."
    )
    subscription = SubscriptionSerializer(allow_null=True)
    payments = PaymentSerializer(many=True)
    gifts = GiftSerializer(many=True)


class AttestedSerializer(serializers.Serializer[Any]):
    """That you confirm the statement, word for word, as the page shows it."""

    attested = serializers.BooleanField()


class WaiverSerializer(AttestedSerializer):
    """A membership without dues. No reason: none is asked for."""

    display_name = serializers.CharField(max_length=60)


class WholeMoneySerializer(serializers.Serializer[Any]):
    """An amount in minor units of the currency of this site."""

    minor = serializers.IntegerField(min_value=1, max_value=plans.CAP_MINOR)
    currency = serializers.CharField()

    def validate_currency(self, value: str) -> str:
        if value != settings.CURRENCY:
            raise serializers.ValidationError(f"The currency here is {settings.CURRENCY}.")
        return value


class PotSerializer(AttestedSerializer):
    """An amount for the pay-it-forward pot."""

    amount = WholeMoneySerializer()


class GiftInputSerializer(AttestedSerializer):
    """A membership for somebody else."""

    email = serializers.EmailField()
    plan = serializers.PrimaryKeyRelatedField(queryset=Plan.objects.filter(retired_at=None))
    message = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")
    otherwise = serializers.ChoiceField(choices=[Gift.RETURN, Gift.POT])


class ChangeSerializer(serializers.Serializer[Any]):
    """Another plan."""

    plan = serializers.PrimaryKeyRelatedField(queryset=Plan.objects.filter(retired_at=None))


class PreviewSerializer(serializers.Serializer[Preview]):
    """What a change costs at once, what counts next time instead, and when it renews then."""

    due = MoneySerializer()
    credit = MoneySerializer()
    ends_at = serializers.DateTimeField()


class PaymentPageSerializer(serializers.Serializer[Any]):
    """Where to pay, with a browser."""

    url = serializers.URLField()


class AmountsContent(serializers.Serializer[Any]):
    """A whole scale of dues: minor units for each level, by the month and by the year."""

    month = serializers.DictField(child=serializers.IntegerField())
    year = serializers.DictField(child=serializers.IntegerField())
    waivers_each_year = serializers.IntegerField(min_value=0, max_value=plans.MOST_WAIVERS)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        waivers = {"each_year": attrs["waivers_each_year"]}
        for interval in Interval:
            if set(attrs[interval]) != set(Level):
                raise serializers.ValidationError({interval: [f"Name {', '.join(Level)}."]})
        try:
            attrs["scale"] = plans.read(
                {"month": attrs["month"], "year": attrs["year"], "waivers": waivers}
            )
        except ValueError as problem:
            raise serializers.ValidationError(str(problem)) from None
        return attrs

    def content(self) -> ScaleSpec:
        scale: ScaleSpec = self.validated_data["scale"]
        return scale
