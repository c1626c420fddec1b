"""What the API says about members."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from members import mail_kinds


@extend_schema_field({"type": "string", "pattern": r"^\d{4}-\d{2}$", "examples": ["2026-11"]})
class MonthField(serializers.DateField):
    """A month, from its first day."""

    def __init__(self) -> None:
        super().__init__(format="%Y-%m")


class JoinedInMonth(serializers.Serializer[Any]):
    """How many people became members in one month."""

    month = MonthField()
    members = serializers.IntegerField()


class RoleCount(serializers.Serializer[Any]):
    """How many people hold one role today."""

    role = serializers.CharField(help_text="steward, scrutineer or treasurer")
    holders = serializers.IntegerField()


class MembersSummary(serializers.Serializer[Any]):
    """The membership in numbers: nobody is named."""

    day = serializers.DateField(help_text="the day the numbers are for")
    in_standing = serializers.IntegerField()
    joined = JoinedInMonth(many=True)
    roles = RoleCount(many=True)


class OwnStanding(serializers.Serializer[Any]):
    """An unbroken stretch of standing: ``until`` is its first day without."""

    since = serializers.DateField()
    until = serializers.DateField()


class Me(serializers.Serializer[Any]):
    """What the API tells somebody about themselves."""

    display_name = serializers.CharField()
    standing = OwnStanding(allow_null=True)
    roles = serializers.ListField(child=serializers.CharField())


class Waits(serializers.Serializer[Any]):
    """One thing that waits for you: what to do, where, and until when if it ends."""

    sentence = serializers.CharField()
    url = serializers.CharField(help_text="the path of the page where it is done")
    due = serializers.DateTimeField(allow_null=True)


class Awaiting(serializers.Serializer[Any]):
    """What awaits you: what ends first is first."""

    awaiting = Waits(many=True)


class MailKind(serializers.Serializer[Any]):
    """One kind of mail, and whether you get it."""

    kind = serializers.CharField()
    title = serializers.CharField(source="label")
    sentence = serializers.CharField(help_text="when it comes")
    optional = serializers.BooleanField(help_text="whether it can be declined")
    wanted = serializers.BooleanField()


class MailChoices(serializers.Serializer[Any]):
    """Every kind of mail we send."""

    kinds = MailKind(many=True)


class MailChoiceMade(serializers.Serializer[Any]):
    """A kind of mail, and whether you want it."""

    kind = serializers.ChoiceField(choices=[], help_text="one of those listed")
    wanted = serializers.BooleanField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = serializers.ChoiceField(choices=[kind.name for kind in mail_kinds.kinds()])
        self.fields["kind"] = kinds


class InvitationShown(serializers.Serializer[Any]):
    """The link with which you invite, if there is one, and how many came by yours."""

    url = serializers.CharField(allow_null=True)
    named = serializers.BooleanField(allow_null=True, help_text="whether it says your name")
    joined = serializers.IntegerField()


class InvitationMade(serializers.Serializer[Any]):
    """A link to be made."""

    named = serializers.BooleanField(help_text="whether whoever opens it reads your display name")


class PartOfLeaving(serializers.Serializer[Any]):
    """What stays of one part when somebody leaves, and why."""

    name = serializers.CharField()
    title = serializers.CharField(source="label")
    stays = serializers.CharField()


class WhatStays(serializers.Serializer[Any]):
    """What stays when somebody leaves, part by part."""

    parts = PartOfLeaving(many=True)


class OpenDuties(serializers.Serializer[Any]):
    """What you have to do before you can leave; nothing where the list is empty."""

    duties = serializers.ListField(child=serializers.CharField())


class LeavingAsked(serializers.Serializer[Any]):
    """The code that was mailed to you."""

    code = serializers.CharField(max_length=20)
