"""What the API says about members."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers


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
