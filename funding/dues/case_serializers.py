"""How cases and refunds look in the API. Names of people are not in it: a case has its page."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from funding.dues.case_kinds import Way
from funding.dues.models import Case, Refund
from funding.dues.serializers import MoneySerializer


class CaseWay(serializers.Serializer[Way]):
    name = serializers.CharField()
    what = serializers.CharField(source="label")


class CaseOut(serializers.ModelSerializer[Case]):
    """``ways`` are what can be done about it; ``answer`` is what Stripe said when it was asked."""

    seen = serializers.CharField()
    title = serializers.CharField()
    ways = CaseWay(many=True, source="shape.ways")
    answer = serializers.SerializerMethodField()

    class Meta:
        model = Case
        fields = [
            "id",
            "kind",
            "title",
            "seen",
            "stripe_id",
            "opened_at",
            "asked_at",
            "answered_at",
            "answer",
            "ways",
            "closed_at",
            "way",
            "reason",
        ]

    @extend_schema_field(serializers.DictField(child=serializers.CharField()))
    def get_answer(self, case: Case) -> dict[str, str]:
        answer: dict[str, str] = case.answer
        return answer


class SettleIn(serializers.Serializer[dict[str, str]]):
    way = serializers.CharField(max_length=30, help_text="The name of one of the case's ways.")
    reason = serializers.CharField(max_length=1000)


class RefundIn(serializers.Serializer[dict[str, object]]):
    minor = serializers.IntegerField(
        min_value=1, max_value=10**12, help_text="In the currency of the payment."
    )
    reason = serializers.CharField(max_length=1000)


class RefundOut(serializers.ModelSerializer[Refund]):
    amount = MoneySerializer()

    class Meta:
        model = Refund
        fields = ["id", "amount", "cause", "state", "reason", "proposed_at"]
