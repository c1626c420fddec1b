"""What the API takes and answers about polls. Nothing is saved here."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from governance.record.canonical import timestamp
from governance.voting import exports, stages, words
from governance.voting.ballots import Malformed, from_base64
from governance.voting.faults import FAULTS, LONGEST_SENTENCE
from governance.voting.models import NamedFault, Objection, Poll
from governance.voting.result_shapes import RESULT


class OptionOut(serializers.Serializer[Any]):
    """An option: what a ballot holds, and what a person reads."""

    id = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # "label" is also a field's own
    text_sha256 = serializers.CharField(source="textSha256")
    text = serializers.CharField(default="", help_text="What it says in full, where it says more.")
    cost = serializers.IntegerField(
        default=None, allow_null=True, help_text="In minor units, where money is divided."
    )


class RuleOut(serializers.Serializer[Any]):
    """What it takes to carry: the quorum is a share of the roll, the majority empty for none."""

    method = serializers.CharField()
    quorum = serializers.CharField()
    majority = serializers.CharField()
    founding_minimum = serializers.IntegerField(allow_null=True)
    seats = serializers.IntegerField()
    default = serializers.CharField()
    budget = serializers.IntegerField(allow_null=True, help_text="In minor units of currency.")
    currency = serializers.CharField()


class ExportOut(serializers.Serializer[Any]):
    """The ballots that count, in a format that others read: PrefLib, OpenSTV, Pabulib."""

    format = serializers.ChoiceField(choices=["blt", "soi", "toi", "pb"])
    url = serializers.CharField()


class ObjectionsOut(serializers.Serializer[Any]):
    """How many people on the roll objected, and until when they can."""

    count = serializers.IntegerField()
    until = serializers.DateTimeField()


class PollOut(serializers.ModelSerializer[Poll]):
    """A poll. Nothing here tells how a vote is going: ``result`` is null until it has closed."""

    url = serializers.SerializerMethodField()
    rule = RuleOut()
    options = OptionOut(many=True, source="named_options")
    manifest_url = serializers.SerializerMethodField()
    ballots_url = serializers.SerializerMethodField()
    exports = serializers.SerializerMethodField()
    result = serializers.SerializerMethodField(allow_null=True)
    answer = serializers.SerializerMethodField()
    objections = serializers.SerializerMethodField()

    class Meta:
        model = Poll
        fields = [
            *("id", "url", "title", "question_text", "stage", "subject_url", "rule", "options"),
            *("opens_at", "closes_at", "roll_from", "cutoff", "min_days", "roll_size"),
            *("manifest_url", "manifest_sha256", "record_hash_opened"),
            *("result", "answer", "result_sha256", "record_hash_result"),
            *("ballots_url", "bundle_sha256", "exports", "objections"),
        ]
        read_only_fields = fields

    def get_url(self, poll: Poll) -> str:
        return reverse("poll", args=[poll.pk])

    def get_manifest_url(self, poll: Poll) -> str | None:
        return reverse("poll-manifest", args=[poll.pk]) if poll.manifest_sha256 else None

    def get_ballots_url(self, poll: Poll) -> str | None:
        return reverse("poll-ballots", args=[poll.pk]) if poll.stage == stages.CLOSED else None

    @extend_schema_field(ExportOut(many=True))
    def get_exports(self, poll: Poll) -> list[dict[str, str]]:
        """Files of ``ballots`` for other counting programs, none before the close."""
        if poll.stage != stages.CLOSED:
            return []
        return [
            {"format": ending, "url": reverse("poll-export", args=[poll.pk, ending])}
            for ending in exports.ENDINGS[poll.method]
        ]

    @extend_schema_field(RESULT)
    def get_result(self, poll: Poll) -> dict[str, Any] | None:
        return poll.result

    def get_answer(self, poll: Poll) -> str:
        """The result in one sentence, empty until the poll has closed."""
        return words.answer(poll)

    @extend_schema_field(ObjectionsOut(allow_null=True))
    def get_objections(self, poll: Poll) -> dict[str, Any] | None:
        """How many objected, never who; null until the poll has closed."""
        if poll.objections_until is None:
            return None
        return {
            "count": poll.objections_so_far,  # type: ignore[attr-defined] # an annotation
            "until": timestamp(poll.objections_until),
        }


class ObjectionIn(serializers.Serializer[Any]):
    """To what you object: that you are said to have taken a ballot, or not to have; or a receipt.

    No receipt and no hash is asked for: an objection says nothing of a choice.
    """

    kind = serializers.ChoiceField(choices=Objection.Kind.choices)


class NamedFaultIn(serializers.Serializer[Any]):
    """What is wrong with an open poll: one of a short list, and a sentence that names nobody."""

    fault = serializers.ChoiceField(choices=list(FAULTS.items()))
    sentence = serializers.CharField(max_length=LONGEST_SENTENCE)


class NamedFaultOut(serializers.ModelSerializer[NamedFault]):
    """A fault that one scrutineer named; confirmed by another, the poll is cancelled for it."""

    poll = serializers.UUIDField(source="poll_id")
    proposed_by = serializers.UUIDField(source="proposed_by_id")
    confirmed_by = serializers.UUIDField(source="confirmed_by_id", allow_null=True)

    class Meta:
        model = NamedFault
        fields = [
            *("id", "poll", "fault", "sentence"),
            *("proposed_by", "proposed_at", "confirmed_by", "confirmed_at"),
        ]
        read_only_fields = fields


class IssueIn(serializers.Serializer[Any]):
    """The message to sign, blinded with the poll's issuer key, in base64 (384 bytes)."""

    blinded = serializers.CharField(max_length=1000, trim_whitespace=False)

    def validate_blinded(self, value: str) -> bytes:
        try:
            return from_base64(value, "blinded")
        except Malformed as malformed:
            raise serializers.ValidationError(malformed.reason) from None


class IssueOut(serializers.Serializer[Any]):
    """The issuer's signature over the blinded message, in base64; the voter unblinds it."""

    blind_signature = serializers.CharField()


class TokenSignatureIn(serializers.Serializer[Any]):
    """One issuer's signature on the token."""

    issuer = serializers.CharField()
    prefix = serializers.CharField()
    signature = serializers.CharField()


class BallotIn(serializers.Serializer[Any]):
    """A ballot, as docs/voting-protocol.md describes it."""

    poll = serializers.UUIDField()
    token = serializers.CharField()
    signatures = TokenSignatureIn(many=True)
    sequence = serializers.IntegerField(min_value=1, max_value=99)
    choices = serializers.ListField(child=serializers.CharField())
    salt = serializers.CharField()


class SignedBallotIn(serializers.Serializer[Any]):
    """A ballot and the signature of the key that is its token."""

    ballot = BallotIn()
    proof = serializers.CharField()


class ReceiptOut(serializers.Serializer[Any]):
    """The signed promise to include the ballot of this hash."""

    type = serializers.CharField()
    poll = serializers.UUIDField()
    ballot = serializers.CharField()
    signature = serializers.CharField()
