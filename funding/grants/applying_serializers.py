"""What the API takes and answers of applications: from whoever applies, and from the panel."""

from __future__ import annotations

from base64 import b64decode
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from funding.grants import asking, file_checks, funding_json
from funding.grants.actions import Member
from funding.grants.actions.applying import MOST_TEAM
from funding.grants.forms import DecideForm, said
from funding.grants.models import Application, Attachment, Interest

_LONGEST_TEXT = 8_000
_MOST_SAVES = 10**9


class Text(serializers.CharField):
    """Text, and nothing that could be read as text: a number is not a name."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Base64Field(Text):
    """A file as Base64; its bytes come out."""

    def __init__(self, *, largest: int, **kwargs: Any) -> None:
        super().__init__(max_length=largest * 4 // 3 + 4, **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        written = super().to_internal_value(data)
        try:
            return b64decode(written, validate=True)
        except ValueError:
            raise serializers.ValidationError(_("This is not Base64.")) from None


def _typed(longest: int = asking.LONGEST_ANSWER) -> Text:
    """Something as somebody typed it: a draft keeps it whatever it is."""
    return Text(
        max_length=longest, allow_blank=True, required=False, default="", trim_whitespace=False
    )


class BudgetRow(serializers.Serializer[Any]):
    """One line of the budget. The amount is written as a person would: ``1250.50``."""

    what = _typed()
    amount = _typed()


class MilestoneRow(serializers.Serializer[Any]):
    """One part of the work: what, by what one sees it, by which day, and what is then paid."""

    title = _typed()
    criteria = _typed()
    due = _typed()
    amount = _typed()


class DraftContent(serializers.Serializer[Any]):
    """An application as it is typed, whole or not. ``done`` and ``done_by`` are for small rounds,
    rows for others."""

    title = _typed()
    summary = _typed()
    who = _typed()
    how = _typed()
    ask = _typed()
    done = _typed()
    done_by = _typed()
    website = _typed()
    terms = serializers.ListField(
        child=Text(max_length=100),
        max_length=asking.MOST_TERMS,
        required=False,
        default=list,
    )
    budget = serializers.ListField(
        child=BudgetRow(), max_length=asking.MOST_LINES, required=False, default=list
    )
    milestones = serializers.ListField(
        child=MilestoneRow(), max_length=asking.MOST_MILESTONES, required=False, default=list
    )


class SeenIn(serializers.Serializer[Any]):
    """The ``number`` of the draft that one looked at."""

    seen = serializers.IntegerField(min_value=0, max_value=_MOST_SAVES)


class DraftIn(SeenIn):
    """The whole draft as it shall be: what is left out is emptied."""

    content = DraftContent()


class TeamMemberIn(serializers.Serializer[Any]):
    """Somebody of the team."""

    name = Text(max_length=60)
    email = serializers.EmailField(max_length=254)
    role = Text(max_length=80, allow_blank=True, required=False, default="")


class RelatedIn(serializers.Serializer[Any]):
    """Somebody who looks after the round and whom one knows."""

    person = serializers.UUIDField()
    what = Text(max_length=200)


class TeamIn(serializers.Serializer[Any]):
    """The whole team, and whom of those that look after the round any of it knows."""

    members = serializers.ListField(child=TeamMemberIn(), max_length=MOST_TEAM)
    related = serializers.ListField(child=RelatedIn(), max_length=100, required=False, default=list)

    def named(self) -> list[Member]:
        return [Member(**given) for given in self.validated_data["members"]]


class FileIn(serializers.Serializer[Any]):
    """A PDF, a PNG, a JPEG or plain text of at most 10 MB; known by its bytes."""

    name = Text(max_length=file_checks.LONGEST_NAME * 4)
    document = Base64Field(largest=file_checks.LARGEST)


class ImportIn(SeenIn):
    """A funding.json: its address, or the file. ``guid`` names one of its projects."""

    url = Text(max_length=300, allow_blank=True, required=False, default="")
    document = Base64Field(largest=funding_json.LARGEST, required=False)
    guid = Text(max_length=100, allow_blank=True, required=False, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if bool(attrs["url"]) == ("document" in attrs):
            raise serializers.ValidationError({"url": [_("Give an address or a file.")]})
        return attrs


class TextIn(serializers.Serializer[Any]):
    text = Text(max_length=_LONGEST_TEXT)


class FileOut(serializers.ModelSerializer[Attachment]):
    class Meta:
        model = Attachment
        fields = ["id", "name", "type", "size", "sha256", "added_at"]


class TeamMemberOut(serializers.Serializer[Any]):
    name = serializers.CharField()
    email = serializers.CharField()
    role = serializers.CharField()


class PanelistOut(serializers.Serializer[Any]):
    """Somebody who looks after the round."""

    person = serializers.UUIDField(source="pk")
    name = serializers.CharField(source="__str__")


class RelationOut(serializers.Serializer[Any]):
    person = serializers.UUIDField(source="person_id")
    what = serializers.CharField()


class TeamOut(serializers.Serializer[Any]):
    """Who works on it, whom of the panel they know, and who the panel is."""

    members = TeamMemberOut(many=True)
    related = RelationOut(many=True)
    panel = PanelistOut(many=True)


class ProblemOut(serializers.Serializer[Any]):
    """What a draft lacks before it can be sent."""

    field = serializers.CharField()
    message = serializers.CharField()


class OwnOut(serializers.ModelSerializer[Application]):
    """An application of one's own: the draft with its number, what it lacks, what was sent last."""

    url = serializers.CharField(source="get_absolute_url", read_only=True)
    round = serializers.UUIDField(source="round_id")
    stage = serializers.CharField()
    number = serializers.IntegerField(source="draft.number")
    content = DraftContent(source="draft.content")
    problems = serializers.SerializerMethodField()
    files = serializers.SerializerMethodField()
    version = serializers.IntegerField(source="version.number", default=None, allow_null=True)
    sha256 = serializers.CharField(source="version.sha256", default=None, allow_null=True)

    class Meta:
        model = Application
        fields = [
            *("id", "url", "round", "stage", "number", "content", "problems", "files"),
            *("version", "sha256", "asked_until", "named_at"),
        ]

    @extend_schema_field(ProblemOut(many=True))
    def get_problems(self, application: Application) -> list[dict[str, str]]:
        problems = self.context["problems"]
        return [{"field": path_of(each.where), "message": said(each)} for each in problems]

    @extend_schema_field(FileOut(many=True))
    def get_files(self, application: Application) -> Any:
        kept = application.files.filter(removed_at=None).order_by("added_at", "pk")
        return FileOut(kept, many=True).data


class OwnRow(serializers.ModelSerializer[Application]):
    """An application of one's own in a list."""

    url = serializers.CharField(source="get_absolute_url", read_only=True)
    round = serializers.UUIDField(source="round_id")
    stage = serializers.CharField()
    title = serializers.CharField(help_text="As it was sent last; empty before.")

    class Meta:
        model = Application
        fields = ["id", "url", "round", "stage", "title", "begun_at", "asked_until", "named_at"]


def path_of(where: str) -> str:
    """The place of a problem as the API names places: ``milestones.0.due``."""
    return where.replace("-", ".")


class InterestIn(serializers.Serializer[Any]):
    """Whether one has an interest in the application, and which: that is for the stewards alone."""

    conflicted = serializers.BooleanField()
    why = Text(max_length=400, allow_blank=True, required=False, default="")


class InterestOut(serializers.ModelSerializer[Interest]):
    application = serializers.UUIDField(source="application_id")

    class Meta:
        model = Interest
        fields = ["application", "conflicted", "declared_at"]


class JudgeIn(serializers.Serializer[Any]):
    """One of the things that can be decided about an application, and why."""

    what = serializers.ChoiceField(choices=[(name, name) for name in DecideForm.LABELS])
    reasons = Text(
        max_length=_LONGEST_TEXT,
        help_text="The applicant reads this. Of a project on the shortlist everybody does.",
    )


class ReviewIn(serializers.Serializer[Any]):
    """A score from 1 to 5 for each criterion of the round, by its name, and a comment."""

    scores = serializers.DictField(child=serializers.IntegerField(min_value=1, max_value=5))
    comment = Text(max_length=_LONGEST_TEXT)


class AnswerIn(serializers.Serializer[Any]):
    """Whether the correction of fact is right, and what the applicant is told."""

    upheld = serializers.BooleanField()
    answer = Text(max_length=_LONGEST_TEXT)


class ReviewerIn(serializers.Serializer[Any]):
    """Somebody by the address of their account."""

    email = serializers.EmailField(max_length=254)
