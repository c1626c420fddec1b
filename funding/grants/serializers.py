"""What the API takes and answers about grants."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework import serializers

from funding.grants import rubric
from funding.grants.models import Application, Round
from funding.grants.round_plans import LONGEST_DAYS, RoundPlan
from funding.grants.rubric import Criterion
from governance.voting.rule import share
from kernel.money import Money

_MOST = 10**11


class CriterionContent(serializers.Serializer[Any]):
    """One criterion: its name in scores, its title, what a score means, what it counts of 100."""

    name = serializers.CharField(max_length=30)
    title = serializers.CharField(max_length=120)
    guidance = serializers.CharField(max_length=400)
    weight = serializers.IntegerField(min_value=1, max_value=100)


def _days(least: int) -> serializers.IntegerField:
    return serializers.IntegerField(min_value=least, max_value=LONGEST_DAYS)


class RoundContent(serializers.Serializer[Any]):
    """A whole round as members decide about it: amounts in minor units, days from adoption."""

    title = serializers.CharField(max_length=100)
    purpose = serializers.CharField(max_length=4000)
    small = serializers.BooleanField()
    budget = serializers.IntegerField(min_value=1, max_value=_MOST)
    smallest = serializers.IntegerField(min_value=1, max_value=_MOST)
    largest = serializers.IntegerField(min_value=1, max_value=_MOST)
    criteria = CriterionContent(many=True)
    hold_back = serializers.IntegerField(min_value=0, max_value=50)
    opens_after = _days(0)
    open_days = _days(1)
    hear_days = _days(1)
    vote_days = _days(1)
    vote_quorum = serializers.CharField(max_length=20)
    sponsors_needed = serializers.IntegerField(min_value=1, max_value=1000)

    def validate_vote_quorum(self, value: str) -> str:
        try:
            share(value)
        except ValueError as problem:
            raise serializers.ValidationError(str(problem)) from None
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        try:
            rubric.check([Criterion(**criterion) for criterion in attrs["criteria"]])
        except rubric.Unfit as unfit:
            sentence = _(unfit.sentence).format(**unfit.values)
            raise serializers.ValidationError({"criteria": [sentence]}) from None
        if not attrs["smallest"] <= attrs["largest"] <= attrs["budget"]:
            raise serializers.ValidationError(
                _("The smallest award is at most the largest, and that at most the budget.")
            )
        return attrs

    def content(self) -> RoundPlan:
        given: dict[str, Any] = dict(self.validated_data)
        money: dict[str, Any] = {
            name: Money(given.pop(name), settings.CURRENCY)
            for name in ("budget", "smallest", "largest")
        }
        criteria = tuple(Criterion(**criterion) for criterion in given.pop("criteria"))
        return RoundPlan(criteria=criteria, **money, **given)


class MoneyOut(serializers.Serializer[Money]):
    """An amount: whole minor units and an ISO 4217 code."""

    minor = serializers.IntegerField()
    currency = serializers.CharField()


class RoundOut(serializers.ModelSerializer[Round]):
    """A round: the call, its criteria with their weights, its dates, and where it stands."""

    url = serializers.CharField(source="get_absolute_url", read_only=True)
    stage = serializers.CharField()
    form = serializers.CharField()
    budget = MoneyOut()
    smallest = MoneyOut()
    largest = MoneyOut()
    criteria = CriterionContent(many=True)
    poll = serializers.UUIDField(source="poll_id", allow_null=True)

    class Meta:
        model = Round
        fields = [
            *("id", "url", "title", "purpose", "form", "stage", "budget", "smallest", "largest"),
            *("criteria", "hold_back", "opens_at", "closes_at", "hear_by", "vote_days"),
            *("vote_quorum", "sponsors_needed", "basis", "poll", "decided_at"),
        ]


class ProjectOut(serializers.ModelSerializer[Application]):
    """A project that is named in public: never who applies for it."""

    url = serializers.CharField(source="get_absolute_url", read_only=True)
    round = serializers.UUIDField(source="round_id")
    stage = serializers.CharField()
    title = serializers.CharField()
    summary = serializers.CharField(source="version.summary")
    ask = MoneyOut()
    version = serializers.IntegerField(source="version.number")
    sha256 = serializers.CharField(source="version.sha256")

    class Meta:
        model = Application
        fields = [
            *("id", "url", "round", "stage", "title", "summary", "ask", "version", "sha256"),
            *("sponsored", "named_at"),
        ]


class ReadOut(ProjectOut):
    """An application that is open to whoever asks, named in public or not."""

    class Meta(ProjectOut.Meta):
        fields = [*ProjectOut.Meta.fields, "asked_until"]
