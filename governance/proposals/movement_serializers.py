"""What the API takes and answers about movement, following and participation."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from rest_framework import serializers

from governance.proposals import acceptance_ways
from governance.proposals.models import Acceptance, Mention, Organisation
from governance.proposals.serializers import Text


class DomainInput(serializers.Serializer[Any]):
    """The domain of an organisation, as people write it."""

    domain = Text(max_length=300)


class AskedRow(serializers.Serializer[Any]):
    """How many members ask whoever has a domain."""

    domain = serializers.CharField()
    asking = serializers.IntegerField()


class MovementDetail(serializers.Serializer[Any]):
    """How far a term has come: counts of members in standing, and of organisations."""

    term = serializers.CharField()
    proffers = serializers.IntegerField()
    accepting = serializers.IntegerField()
    asked = AskedRow(many=True, help_text="Domains that three members or more ask, most first.")


class AcceptanceRow(serializers.ModelSerializer[Acceptance]):
    """That an organisation accepts a version of a term, or did."""

    domain = serializers.CharField(source="organisation.domain")
    organisation = serializers.CharField(source="organisation.name")
    term = serializers.CharField(source="version.term_id")
    version = serializers.CharField(source="version.version")
    document_sha256 = serializers.CharField(source="version.sha256")
    record = serializers.SerializerMethodField()

    class Meta:
        model = Acceptance
        fields = (
            *("id", "domain", "organisation", "term", "version", "document_sha256", "form"),
            *("statement_sha256", "since", "until", "ending", "record"),
        )

    def get_record(self, acceptance: Acceptance) -> str:
        return reverse("record-entry", args=[acceptance.record_hash])


class WayRow(serializers.ModelSerializer[Organisation]):
    """One way (``form``) in which a domain may say what it accepts, and how our last look went."""

    looks_at = serializers.SerializerMethodField()

    class Meta:
        model = Organisation
        fields = (
            *("form", "looks_at", "name", "submitted_at", "looked_at", "seen_at"),
            *("next_look_at", "failing_since", "problem", "problem_words"),
        )

    def get_looks_at(self, organisation: Organisation) -> str:
        return acceptance_ways.get(organisation.form).where(organisation.domain)


class OrganisationDetail(serializers.Serializer[Any]):
    """A domain, and each way in which we look there."""

    domain = serializers.CharField()
    url = serializers.CharField()
    ways = WayRow(many=True)


class FollowedRow(serializers.Serializer[Any]):
    """A proposal that you follow."""

    id = serializers.UUIDField()
    title = serializers.CharField(source="wording.title")
    stage = serializers.CharField()
    since = serializers.DateTimeField()


class MentionRow(serializers.ModelSerializer[Mention]):
    """A comment that mentions you."""

    proposal = serializers.UUIDField(source="comment.proposal_id")
    by = serializers.CharField(source="comment.author")
    url = serializers.CharField(source="comment.get_absolute_url")

    class Meta:
        model = Mention
        fields = ("comment", "proposal", "by", "url", "at")


class TurnoutRow(serializers.Serializer[Any]):
    """One vote that is over."""

    poll = serializers.UUIDField()
    title = serializers.CharField()
    closed_at = serializers.DateTimeField()
    eligible = serializers.IntegerField()
    cast = serializers.IntegerField()
    percent = serializers.CharField()


class SpreadDetail(serializers.Serializer[Any]):
    people = serializers.IntegerField()
    total = serializers.IntegerField()
    top_tenth = serializers.FloatField()
    gini = serializers.FloatField()


class ActivityRow(serializers.Serializer[Any]):
    """How one thing that members do is spread; null where too few do it to say."""

    name = serializers.CharField()
    spread = SpreadDetail(allow_null=True)


class DurationsDetail(serializers.Serializer[Any]):
    """Days from opening to decision."""

    decided = serializers.IntegerField()
    middle = serializers.IntegerField(allow_null=True)
    longest = serializers.IntegerField(allow_null=True)


class ParticipationDetail(serializers.Serializer[Any]):
    """How members take part, in figures about nobody."""

    turnout = TurnoutRow(many=True)
    activities = ActivityRow(many=True)
    days_to_decision = DurationsDetail()
