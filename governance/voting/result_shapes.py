"""What a poll's result holds, method by method: how the API describes it. Nothing is made here.

The result itself is the JSON that was hashed and recorded; a test holds these shapes to results of
every method. Options stand in it by their ids; their labels are in the poll's ``options``.
"""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework import serializers

from governance.voting.rule import APPROVAL, EQUAL_SHARES, SCHULZE, STV, YES_NO

Shape = serializers.Serializer[Any]
_VOTES = "Votes with five decimals; more are cut off."
_MONEY = "In minor units with four decimals; more are cut off."


def _ids(**about: Any) -> serializers.ListField:
    return serializers.ListField(child=serializers.CharField(), **about)


def _by_option(child: serializers.Field[Any, Any, Any, Any], **about: Any) -> serializers.DictField:
    return serializers.DictField(child=child, **about)


class _Turnout(Shape):
    """Who could vote, who took a ballot, and how many of these count."""

    eligible = serializers.IntegerField()
    issued = serializers.IntegerField()
    cast = serializers.IntegerField()


class TieShape(Shape):
    """A tie that was broken: ``order`` is how they stand after it, the best first."""

    where = serializers.ChoiceField(choices=["place", "surplus", "exclusion", "project"])
    step = serializers.IntegerField()
    candidates = _ids()
    how = serializers.ChoiceField(choices=["lot", "earlier stage", "cost", "votes"])
    order = _ids()


class _Counted(_Turnout):
    abstained = serializers.IntegerField()
    outcome = serializers.CharField(help_text="`elected`, `no_quorum` or `nobody`.")
    winners = _ids(help_text="In order.")
    ties = TieShape(many=True)
    quorum = serializers.IntegerField(help_text="How many the quorum takes.")


class CountsShape(Shape):
    yes = serializers.IntegerField()
    no = serializers.IntegerField()
    abstain = serializers.IntegerField()


class ExplanationShape(Shape):
    """One rule with its numbers: the quorum, then the majority."""

    check = serializers.ChoiceField(choices=["quorum", "majority"])
    share = serializers.CharField()
    inFavour = serializers.IntegerField()
    met = serializers.BooleanField()
    eligible = serializers.IntegerField(required=False)
    needed = serializers.IntegerField(required=False)
    foundingMinimum = serializers.IntegerField(required=False)
    against = serializers.IntegerField(required=False)


class YesNoResult(_Turnout):
    """A vote of yes, no or abstain."""

    method = serializers.ChoiceField(choices=[YES_NO])
    counts = CountsShape()
    outcome = serializers.CharField(help_text="`adopted`, `rejected` or `no_quorum`.")
    explanation = ExplanationShape(many=True)


class ApprovalRound(Shape):
    candidate = serializers.CharField()
    votes = serializers.IntegerField()
    quorumMet = serializers.BooleanField()
    majorityMet = serializers.BooleanField()
    wins = serializers.BooleanField()


class ApprovalResult(_Counted):
    """A choice among equals: each option's votes, the most first."""

    method = serializers.ChoiceField(choices=[APPROVAL])
    seats = serializers.IntegerField()
    majority = serializers.CharField(allow_null=True)
    rounds = ApprovalRound(many=True)


class DroppedDefeat(Shape):
    winner = serializers.CharField()
    loser = serializers.CharField()
    vars()["for"] = serializers.IntegerField()
    against = serializers.IntegerField()


class DefaultCheck(Shape):
    candidate = serializers.CharField()
    above = serializers.IntegerField()
    below = serializers.IntegerField()
    quorumMet = serializers.BooleanField()
    majorityMet = serializers.BooleanField()
    dropped = serializers.BooleanField()


class DefaultRound(Shape):
    """Each option against the default."""

    step = serializers.ChoiceField(choices=["default"])
    default = serializers.CharField()
    checks = DefaultCheck(many=True)


class SchwartzRound(Shape):
    """The Schwartz set, and the weakest defeats within it, which were dropped."""

    step = serializers.ChoiceField(choices=["schwartz"])
    set = _ids()
    dropped = DroppedDefeat(many=True)


class BeatPath(Shape):
    """The strongest way from one option to another, and the votes in its weakest defeat."""

    vars()["from"] = serializers.CharField()
    to = serializers.CharField()
    path = _ids()
    vars()["for"] = serializers.IntegerField()
    against = serializers.IntegerField()


class SchulzeResult(_Counted):
    """A ranking of texts."""

    method = serializers.ChoiceField(choices=[SCHULZE])
    outcome = serializers.CharField(help_text="`elected`, `default` or `nobody`.")
    default = serializers.CharField(allow_null=True)
    majority = serializers.CharField()
    rounds = serializers.ListField(
        child=PolymorphicProxySerializer(
            component_name="SchulzeRound",
            serializers={"default": DefaultRound, "schwartz": SchwartzRound},
            resource_type_field_name="step",
        )
    )
    tiedFirst = _ids()
    order = _ids(help_text="The order of finish.")
    dropped = _ids(help_text="Options that did not carry against the default.")
    pairwise = _by_option(
        _by_option(serializers.IntegerField()),
        help_text="How many prefer the first option to the second.",
    )
    beatPaths = BeatPath(many=True)


class TransferValue(Shape):
    vars()["from"] = serializers.CharField()
    to = serializers.CharField()
    papers = serializers.IntegerField()


class StvStage(Shape):
    """One stage of the count: what was done, and every total after it."""

    stage = serializers.IntegerField()
    action = serializers.ChoiceField(choices=["first", "surplus", "exclusion"])
    candidate = serializers.CharField(allow_null=True)
    transfers = _by_option(serializers.CharField(), help_text=_VOTES)
    votes = _by_option(serializers.CharField(), help_text=_VOTES)
    nonTransferable = serializers.CharField(help_text=_VOTES)
    lost = serializers.CharField(help_text=_VOTES)
    elected = _ids()
    filled = _ids(help_text="Elected to places that were left, without the quota.")
    surplus = serializers.CharField(required=False, help_text=_VOTES)
    values = TransferValue(many=True, required=False)


class StvResult(_Counted):
    """An election by single transferable vote."""

    method = serializers.ChoiceField(choices=[STV])
    valid = serializers.IntegerField()
    invalid = serializers.IntegerField()
    seats = serializers.IntegerField()
    quota = serializers.IntegerField()
    rounds = StvStage(many=True)


class Purchase(Shape):
    """A project that is funded, and who paid."""

    step = serializers.IntegerField()
    project = serializers.CharField()
    cost = serializers.CharField(help_text=_MONEY)
    supporters = serializers.IntegerField()
    effectiveVotes = serializers.CharField()
    payment = serializers.CharField(help_text=_MONEY)
    paidInFull = serializers.IntegerField()
    paidAllTheyHad = serializers.IntegerField()
    fromThem = serializers.CharField(help_text=_MONEY)


class NotFunded(Shape):
    project = serializers.CharField()
    cost = serializers.CharField(help_text=_MONEY)
    supporters = serializers.IntegerField()
    supportersHadLeft = serializers.CharField(help_text=_MONEY)


class ShareRaise(Shape):
    percent = serializers.IntegerField()
    share = serializers.CharField(help_text=_MONEY)
    spent = serializers.CharField(help_text=_MONEY)
    projects = _ids()
    overspends = serializers.BooleanField()


class GreedyBeside(Shape):
    """What would be funded if the most votes simply went first."""

    winners = _ids()
    spent = serializers.CharField(help_text=_MONEY)
    ties = TieShape(many=True)


class EqualSharesResult(_Counted):
    """A budget divided among projects."""

    method = serializers.ChoiceField(choices=[EQUAL_SHARES])
    budget = serializers.CharField(help_text=_MONEY)
    spent = serializers.CharField(help_text=_MONEY)
    left = serializers.CharField(help_text=_MONEY)
    share = serializers.CharField(help_text=_MONEY)
    rounds = Purchase(many=True)
    raises = ShareRaise(many=True)
    raisedBy = serializers.IntegerField(required=False)
    raisedShare = serializers.CharField(required=False, help_text=_MONEY)
    notFunded = NotFunded(many=True, help_text="Who came nearest first.")
    setAside = _ids(help_text="Projects that cost more than the whole budget.")
    greedy = GreedyBeside()


RESULT = PolymorphicProxySerializer(
    component_name="PollResult",
    serializers={
        YES_NO: YesNoResult,
        APPROVAL: ApprovalResult,
        SCHULZE: SchulzeResult,
        STV: StvResult,
        EQUAL_SHARES: EqualSharesResult,
    },
    resource_type_field_name="method",
)
