"""What the API takes and answers about proposals. Nothing is saved here."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework import serializers

from governance.proposals import kinds
from governance.proposals.kinds import Kind, ResolutionText
from governance.proposals.models import CoAuthor, Comment, Proposal, Stage
from governance.terms import rulebook, vocabulary, words
from governance.terms.rulebook import DraftContent, Rule
from governance.voting import stages as poll_stages
from kernel.refusal import Refused


class Text(serializers.CharField):
    """Text and nothing else: a number is no text, whatever digits it has."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class ResolutionContent(serializers.Serializer[Any]):
    """The text of a resolution (Markdown)."""

    text = Text(max_length=20_000)
    restores = serializers.UUIDField(
        required=False,
        help_text="The comment or idea, by its id, that is shown again once members adopt this.",
    )

    def content(self) -> ResolutionText:
        restores = self.validated_data.get("restores")
        return ResolutionText(self.validated_data["text"], str(restores) if restores else "")


class RuleInput(serializers.Serializer[Any]):
    """One rule of a term: codes of the vocabulary; a point left out or empty is open."""

    kind = serializers.ChoiceField(choices=list(vocabulary.KINDS))
    party = serializers.ChoiceField(choices=list(vocabulary.PARTIES))
    action = serializers.ChoiceField(choices=list(vocabulary.ACTIONS))
    purpose = Text(required=False, allow_blank=True, max_length=40)
    data = Text(required=False, allow_blank=True, max_length=40)  # type: ignore[assignment] # a field takes the property's place
    recipient = Text(required=False, allow_blank=True, max_length=40)
    retention = Text(required=False, allow_blank=True, max_length=12)
    storage = Text(required=False, allow_blank=True, max_length=40)


class TermContent(serializers.Serializer[Any]):
    """A term whole: its names, its texts and its rules."""

    slug = Text(max_length=60)
    version = Text(max_length=20)
    title = Text(max_length=rulebook.LONGEST["title"])
    plain = Text(max_length=rulebook.LONGEST["plain"])
    legal = Text(max_length=rulebook.LONGEST["legal"])
    rules = serializers.ListField(child=RuleInput(), max_length=rulebook.MOST_RULES)
    aliases = serializers.ListField(
        child=Text(max_length=rulebook.LONGEST_ALIAS),
        required=False,
        max_length=rulebook.MOST_ALIASES,
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        problems: dict[str, list[str]] = {}
        for problem in rulebook.problems_with(_term(attrs)):
            problems.setdefault(problem.field, []).append(words.problem(problem))
        if problems:
            raise serializers.ValidationError(problems)
        return attrs

    def content(self) -> DraftContent:
        return _term(self.validated_data)


def _term(attrs: dict[str, Any]) -> DraftContent:
    rules = tuple(Rule(**rule) for rule in attrs["rules"])
    return DraftContent(**attrs | {"rules": rules, "aliases": tuple(attrs.get("aliases", ()))})


class WordsInput(serializers.Serializer[Any]):
    """The words of a proposal of the kind named in the context."""

    title = Text(
        max_length=120,
        required=False,
        help_text="Left out where the content has a title of its own, as a term does.",
    )
    summary = Text(max_length=240, help_text="One sentence: what would change.")
    problem = Text(max_length=10_000, help_text="The problem behind it, Markdown.")
    content = serializers.DictField(
        required=False,
        allow_null=True,
        help_text=(
            "Null where an idea begins without its text. What the kind takes: {text} for a "
            "resolution; the whole term for a term."
        ),
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        kind = self._kind(attrs)
        if "title" not in attrs and (kind.own_title is None or attrs.get("content") is None):
            raise serializers.ValidationError({"title": [_("A proposal needs a title.")]})
        if attrs.get("content") is None:
            return attrs | {"content": None}
        if kind.own_title is not None:
            attrs.pop("title", None)
        inner: Any = kind.serializer(data=attrs["content"])
        if not inner.is_valid():
            raise serializers.ValidationError({"content": inner.errors})
        return attrs | {"content": inner.content()}

    def _kind(self, attrs: dict[str, Any]) -> Kind:
        kind: Kind = self.context["kind"]
        return kind


class ProposalInput(WordsInput):
    """A new proposal and its kind."""

    kind = Text(max_length=40, help_text="adopt_term or resolution.")

    def _kind(self, attrs: dict[str, Any]) -> Kind:
        try:
            return kinds.get(attrs["kind"])
        except Refused as refusal:
            raise serializers.ValidationError({"kind": [str(refusal)]}) from None


class SupportInput(serializers.Serializer[Any]):
    """The text one stands behind, by its hash, so that nobody sponsors words they have not seen."""

    text_sha256 = serializers.RegexField(r"^[0-9a-f]{64}$")


class CommentInput(serializers.Serializer[Any]):
    """Something to say; ``parent`` is the comment that it answers, and an answer is a remark."""

    body = Text(max_length=10_000, help_text="Markdown.")
    stance = serializers.ChoiceField(choices=Comment.Stance.choices, required=False)
    parent = serializers.UUIDField(  # type: ignore[assignment] # a field takes the attribute's place
        required=False, allow_null=True
    )
    amendment = serializers.IntegerField(
        min_value=1,
        max_value=1_000_000,
        required=False,
        allow_null=True,
        help_text="The number of the amendment that it is about; an answer needs none.",
    )


class CommentRow(serializers.Serializer[Comment]):
    """A comment. Of a hidden one the place and the reason are left, and its words are not shown."""

    id = serializers.UUIDField()
    thread = serializers.UUIDField(
        source="thread_id", allow_null=True, help_text="The comment that began the talk."
    )
    parent = serializers.UUIDField(  # type: ignore[assignment] # a field takes the attribute's place
        source="parent_id", allow_null=True
    )
    amendment = serializers.IntegerField(
        source="amendment.number",
        allow_null=True,
        help_text="The number of the amendment that it is about; null where it is of the proposal.",
    )
    author = serializers.CharField()
    stance = serializers.ChoiceField(choices=Comment.Stance.choices)
    at = serializers.DateTimeField()
    edited_at = serializers.DateTimeField(allow_null=True)
    agree = serializers.SerializerMethodField()
    body = serializers.SerializerMethodField()
    hidden = serializers.SerializerMethodField()

    def get_agree(self, comment: Comment) -> int:
        """How many find it helpful."""
        return int(getattr(comment, "agree", 0))

    def get_body(self, comment: Comment) -> str | None:
        return None if comment.hidden else comment.body

    def get_hidden(self, comment: Comment) -> dict[str, str] | None:
        if comment.hidden_at is None or not comment.hidden:
            return None
        at = serializers.DateTimeField().to_representation(comment.hidden_at)
        return {"at": str(at), "reason": comment.hidden_reason, "record": comment.record_hash}


class ProposalRow(serializers.Serializer[Proposal]):
    """A proposal in a list. ``author`` is the display name; ``url`` and ``poll`` are its pages."""

    id = serializers.UUIDField()
    url = serializers.CharField(source="get_absolute_url")
    kind = serializers.CharField()
    title = serializers.SerializerMethodField()
    summary = serializers.SerializerMethodField()
    author = serializers.CharField()
    stage = serializers.ChoiceField(choices=Stage.choices)
    sponsors = serializers.IntegerField()
    needed = serializers.IntegerField(help_text="Sponsors it needs.")
    opened_at = serializers.DateTimeField()
    since = serializers.DateTimeField(help_text="When it entered its stage.")
    ends_at = serializers.DateTimeField(
        allow_null=True, help_text="When its time in this stage is over; null once finished."
    )
    text_sha256 = serializers.CharField(source="wording.sha256")
    poll = serializers.SerializerMethodField()

    def get_title(self, proposal: Proposal) -> str:
        """Empty of an idea that a steward hid, as all its words are."""
        return "" if proposal.hidden else proposal.wording.title

    def get_summary(self, proposal: Proposal) -> str:
        return "" if proposal.hidden else proposal.wording.summary

    def get_poll(self, proposal: Proposal) -> str | None:
        return reverse("poll", args=[proposal.poll_id]) if proposal.poll_id else None


class StepRow(serializers.Serializer[Any]):
    """A stage entered, and the record entry that says so."""

    stage = serializers.ChoiceField(choices=Stage.choices)
    at = serializers.DateTimeField()
    record = serializers.CharField(source="record_hash")


class ProposalDetail(ProposalRow):
    """A proposal whole: ``content`` is what members adopt, ``text`` the bytes its hash is over."""

    problem = serializers.SerializerMethodField()
    content = serializers.SerializerMethodField()
    hidden = serializers.SerializerMethodField()
    echoes = serializers.SerializerMethodField()
    authors = serializers.SerializerMethodField()
    text = serializers.SerializerMethodField()
    rule = serializers.SerializerMethodField()
    steps = serializers.SerializerMethodField()
    result = serializers.SerializerMethodField()

    def get_problem(self, proposal: Proposal) -> str:
        return "" if proposal.hidden else proposal.wording.problem

    def get_content(self, proposal: Proposal) -> dict[str, Any]:
        """What members would adopt; empty while an idea is a sentence."""
        content: dict[str, Any] = {} if proposal.hidden else proposal.wording.as_json()["content"]
        return content

    def get_hidden(self, proposal: Proposal) -> dict[str, str] | None:
        """When and why a steward hid the idea."""
        if not proposal.hidden:
            return None
        hidden = proposal.hidden_idea
        at = serializers.DateTimeField().to_representation(hidden.at)
        return {"at": str(at), "reason": hidden.reason, "record": hidden.record_hash}

    def get_echoes(self, proposal: Proposal) -> int:
        """How many members have the problem too."""
        return proposal.echoes.count()

    def get_authors(self, proposal: Proposal) -> list[str]:
        """Who wrote it: the author, then those who write with them."""
        others = CoAuthor.objects.filter(manuscript__proposal=proposal).order_by("at")
        return [str(proposal.author), *(str(one.person) for one in others.select_related("person"))]

    def get_text(self, proposal: Proposal) -> str:
        return reverse("proposal-text", args=[proposal.pk, proposal.wording.number])

    def get_rule(self, proposal: Proposal) -> dict[str, Any] | None:
        """The rule it keeps, from its discussion on."""
        return proposal.rule.rule.as_json() if proposal.rule else None

    def get_steps(self, proposal: Proposal) -> list[dict[str, Any]]:
        return list(StepRow(proposal.steps.order_by("at", "pk"), many=True).data)

    def get_result(self, proposal: Proposal) -> dict[str, Any] | None:
        """What the vote said, once it has closed."""
        poll = proposal.poll
        result: dict[str, Any] | None = (
            poll.result if poll is not None and poll.stage == poll_stages.CLOSED else None
        )
        return result
