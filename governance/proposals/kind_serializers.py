"""What the API takes as the content of kinds about rules, offices and published versions."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from governance.proposals import kinds
from governance.proposals.decision_rules import BadRule, DecisionRule, read_rule
from governance.proposals.kind_forms import (
    LONGEST_TERM,
    MOST_SEATS,
    SHORTEST_TERM,
    ElectionContent,
    StatusContent,
)
from governance.proposals.serializers import Text


class WholeNumber(serializers.IntegerField):
    """A whole number and nothing that only looks like one."""

    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid")
        return super().to_internal_value(data)


class RuleContent(serializers.Serializer[Any]):
    """A decision rule: of which kind, and its fields as the rules file has them."""

    kind = Text(max_length=40)
    rule = serializers.DictField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["kind"] not in {kind.name for kind in kinds.registered()}:
            raise serializers.ValidationError({"kind": ["There is no such kind of proposal."]})
        try:
            attrs["read"] = read_rule(attrs["kind"], attrs["rule"])
        except BadRule as error:
            raise serializers.ValidationError({"rule": error.problems}) from None
        return attrs

    def content(self) -> DecisionRule:
        rule: DecisionRule = self.validated_data["read"]
        return rule


class ElectionInput(serializers.Serializer[Any]):
    """How many seats, and for how many days."""

    seats = WholeNumber(min_value=1, max_value=MOST_SEATS)
    termDays = WholeNumber(min_value=SHORTEST_TERM, max_value=LONGEST_TERM)

    def content(self) -> ElectionContent:
        return ElectionContent(self.validated_data["seats"], self.validated_data["termDays"])


class RecallInput(serializers.Serializer[Any]):
    """The seat that would end, by its id in the list of offices."""

    seat = serializers.UUIDField()

    def content(self) -> str:
        return str(self.validated_data["seat"])


class StatusInput(serializers.Serializer[Any]):
    """A published version as slug/number, the public reason, and what to use instead."""

    version = Text(max_length=80)
    reason = Text(max_length=500)
    successor = Text(max_length=80, required=False, allow_blank=True, default="")

    def content(self) -> StatusContent:
        return StatusContent(**self.validated_data)


class NothingInput(serializers.Serializer[Any]):
    """The content of what nobody writes: the program does."""

    def content(self) -> None:
        return None
