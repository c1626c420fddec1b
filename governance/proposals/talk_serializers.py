"""What the API takes and answers about talk, amendments, flags and drafts. Nothing is saved."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from governance.proposals import kinds
from governance.proposals.kinds import Kind
from governance.proposals.models import (
    Amendment,
    AmendmentState,
    Flag,
    Manuscript,
    Wording,
)
from governance.proposals.serializers import Text
from governance.proposals.text_changes import between
from kernel.refusal import Refused


class EditInput(serializers.Serializer[Any]):
    body = Text(max_length=10_000, help_text="Markdown.")


class FlagInput(serializers.Serializer[Any]):
    """Why stewards should look; ``words`` are for them alone."""

    reason = serializers.ChoiceField(choices=Flag.Reason.choices)
    words = Text(max_length=300, required=False, allow_blank=True)


class HideInput(serializers.Serializer[Any]):
    reason = Text(max_length=300, help_text="Everybody can read it.")


class SettleInput(serializers.Serializer[Any]):
    """``kept``: it stays. ``hidden``: it is hidden, for a reason that everybody can read."""

    outcome = serializers.ChoiceField(choices=["kept", "hidden"])
    reason = Text(max_length=300, required=False, allow_blank=True)


class FlagRow(serializers.Serializer[Flag]):
    """A flag that waits, as stewards see it."""

    id = serializers.UUIDField()
    proposal = serializers.UUIDField(source="proposal_id")
    comment = serializers.UUIDField(source="comment_id", allow_null=True)
    by = serializers.CharField(source="person")
    reason = serializers.ChoiceField(choices=Flag.Reason.choices)
    words = serializers.CharField()
    at = serializers.DateTimeField()


class EditRow(serializers.Serializer[Any]):
    """What a comment said, until when."""

    body = serializers.CharField()
    until = serializers.DateTimeField()


class WordingRow(serializers.Serializer[Wording]):
    """A text of a proposal; ``amendment`` is the number of the one it belongs to."""

    number = serializers.IntegerField()
    at = serializers.DateTimeField()
    by = serializers.SerializerMethodField()
    sha256 = serializers.CharField()
    amendment = serializers.SerializerMethodField()
    credit = serializers.SerializerMethodField()

    def get_by(self, wording: Wording) -> str:
        return str(wording.by or wording.proposal.author)

    def get_amendment(self, wording: Wording) -> int | None:
        amendment = getattr(wording, "amendment", None)
        return amendment.number if amendment else None

    def get_credit(self, wording: Wording) -> int | None:
        """The amendment whose words it took over."""
        return wording.credit.number if wording.credit else None


class AmendmentRow(serializers.Serializer[Amendment]):
    """An amendment in a list."""

    number = serializers.IntegerField()
    url = serializers.CharField(source="get_absolute_url")
    author = serializers.CharField()
    reason = serializers.CharField()
    state = serializers.ChoiceField(choices=AmendmentState.choices)
    sponsors = serializers.IntegerField()
    at = serializers.DateTimeField()
    base = serializers.IntegerField(source="base.number", help_text="The text it was written over.")
    text = serializers.IntegerField(source="wording.number", help_text="Its own text.")
    text_sha256 = serializers.CharField(source="wording.sha256")


class AmendmentDetail(AmendmentRow):
    """An amendment whole: ``content`` is the whole text, ``changes`` what it changes in its base.

    ``notes`` say where words and rules may no longer keep step.
    """

    answer = serializers.CharField(help_text="What the author said to it.")
    content = serializers.SerializerMethodField()
    changes = serializers.SerializerMethodField()

    def get_content(self, amendment: Amendment) -> dict[str, Any]:
        content: dict[str, Any] = amendment.wording.as_json()["content"]
        return content

    def get_changes(self, amendment: Amendment) -> dict[str, Any]:
        found = between(amendment.base, amendment.wording)
        return {
            "parts": [
                {
                    "name": part.name,
                    "pieces": [{"kind": one.kind, "text": one.text} for one in part.stretches],
                }
                for part in found.parts
            ],
            "rules_gone": list(found.rules_gone),
            "rules_new": list(found.rules_new),
            "notes": list(found.notes),
        }


class AmendInput(serializers.Serializer[Any]):
    """Another text whole, over which text it was written, and why in one sentence."""

    reason = Text(max_length=240)
    base = serializers.IntegerField(min_value=1, max_value=1_000_000)
    content = serializers.DictField(help_text="As when proposing.")
    replaces = serializers.IntegerField(
        min_value=1,
        max_value=1_000_000,
        required=False,
        help_text="The number of an amendment of your own that this takes the place of.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        kind: Kind = self.context["kind"]
        inner: Any = kind.serializer(data=attrs["content"])
        if not inner.is_valid():
            raise serializers.ValidationError({"content": inner.errors})
        return attrs | {"content": inner.content()}


class DecideInput(serializers.Serializer[Any]):
    """``accept`` names the text by its hash; ``leave`` may come with an answer."""

    decision = serializers.ChoiceField(choices=["accept", "leave", "withdraw"])
    text_sha256 = serializers.RegexField(r"^[0-9a-f]{64}$", required=False)
    answer = Text(max_length=500, required=False, allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["decision"] == "accept" and "text_sha256" not in attrs:
            raise serializers.ValidationError(
                {"text_sha256": [_("Name the text that you accept by its hash.")]}
            )
        return attrs


class SimilarRow(serializers.Serializer[Any]):
    """A proposal that sounds alike."""

    id = serializers.UUIDField()
    url = serializers.CharField(source="get_absolute_url")
    title = serializers.CharField(source="wording.title")
    summary = serializers.CharField(source="wording.summary")
    stage = serializers.CharField()


class DraftRow(serializers.Serializer[Manuscript]):
    """A draft of yours, or one you write with others."""

    id = serializers.UUIDField()
    url = serializers.CharField(source="get_absolute_url")
    kind = serializers.CharField()
    number = serializers.IntegerField(help_text="Its latest save.")
    saved_by = serializers.CharField()
    saved_at = serializers.DateTimeField()
    proposal = serializers.UUIDField(source="proposal_id", allow_null=True)
    data = serializers.DictField(  # type: ignore[assignment] # a field takes the property's place
        child=serializers.CharField(allow_blank=True)
    )


class DraftData(serializers.Serializer[Any]):
    """What stands in the fields of the form, finished or not, by their names."""

    data = serializers.DictField(  # type: ignore[assignment] # a field takes the property's place
        child=Text(max_length=100_000, allow_blank=True)
    )

    def validate_data(self, data: dict[str, str]) -> dict[str, str]:
        if any("\x00" in name or len(name) > 100 for name in data):
            raise serializers.ValidationError(_("No field is called so."))
        return data


class DraftInput(DraftData):
    kind = Text(max_length=40)

    def validate_kind(self, kind: str) -> str:
        try:
            kinds.get(kind)
        except Refused as refusal:
            raise serializers.ValidationError(str(refusal)) from None
        return kind


class SaveInput(DraftData):
    seen = serializers.IntegerField(
        min_value=0, max_value=10**9, help_text="The save that was the latest when you began."
    )


class SavedRow(serializers.Serializer[Any]):
    """What became of a save. ``aside``: somebody saved in between, and the draft is theirs."""

    number = serializers.IntegerField()
    aside = serializers.BooleanField()


class InviteInput(serializers.Serializer[Any]):
    name = Text(
        max_length=80,
        required=False,
        allow_blank=True,
        help_text="A member's display name; left out for a link.",
    )


class InvitationRow(serializers.Serializer[Any]):
    """An invitation: ``secret`` ends its link and is not told again."""

    id = serializers.UUIDField()
    ends_at = serializers.DateTimeField()
    secret = serializers.CharField()


class AnswerInput(serializers.Serializer[Any]):
    secret = Text(max_length=100)
    accept = serializers.BooleanField()
