"""What the API takes and answers about the desk."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from members.desk import Row
from members.models import Away


class DeskRow(serializers.Serializer[Row]):
    """One thing on your desk: what waits, where it is done, and in whose hand it is."""

    key = serializers.CharField(source="item.key", help_text="what to claim, release, hand over")
    kind = serializers.CharField(source="item.kind")
    what = serializers.CharField(source="item.what")
    url = serializers.CharField(
        source="item.url", help_text="the path of the page where it is done"
    )
    since = serializers.DateTimeField(source="item.since")
    due = serializers.DateTimeField(source="item.due", allow_null=True)
    overdue = serializers.BooleanField()
    holder = serializers.UUIDField(allow_null=True, help_text="who has it in hand")
    holder_name = serializers.CharField(help_text="empty where nobody has it in hand")
    mine = serializers.BooleanField(help_text="whether it is in your hand, or yours alone to do")


class DeskPage(serializers.Serializer[Any]):
    """A part of your desk, what is due first first."""

    next = serializers.CharField(allow_null=True, help_text="the address of the next part")
    results = DeskRow(many=True)


class KeyIn(serializers.Serializer[Any]):
    """Which thing on your desk is meant."""

    key = serializers.CharField(max_length=120)


class HandOverIn(KeyIn):
    """To which colleague it goes."""

    to = serializers.UUIDField(help_text="as the list of colleagues names them")


class Colleague(serializers.Serializer[Any]):
    """Somebody in office, and whether they are away today."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    away = serializers.BooleanField()


class Colleagues(serializers.Serializer[Any]):
    """Everybody else in office, by name."""

    colleagues = Colleague(many=True)


class AwayOut(serializers.ModelSerializer[Away]):
    """When somebody in office is away, and who stands in for them."""

    person = serializers.UUIDField(source="person_id")
    name = serializers.CharField(source="person.__str__")
    stand_in = serializers.UUIDField(source="stand_in_id", allow_null=True)

    class Meta:
        model = Away
        fields = ["id", "person", "name", "first_on", "last_on", "stand_in"]


class Aways(serializers.Serializer[Any]):
    """Who is away, today or later."""

    away = AwayOut(many=True)


class AwayIn(serializers.Serializer[Any]):
    """From which day to which day you are away, both included, and who stands in."""

    first_on = serializers.DateField()
    last_on = serializers.DateField()
    stand_in = serializers.UUIDField(required=False, allow_null=True)
