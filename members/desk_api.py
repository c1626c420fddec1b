"""The API's door to the desk: what waits, claims, handing over, and being away."""

from __future__ import annotations

import binascii
import json
import uuid
from base64 import urlsafe_b64decode, urlsafe_b64encode
from http import HTTPStatus
from typing import cast

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from members import actions, desk, desk_reads
from members import desk_serializers as shapes
from members.desk import Row
from members.desk_filters import DeskFilter
from members.models import Away, Person
from members.permissions import HasScope

_SCOPE = "desk:work"
_PAGE, _MOST = 50, 200


def _parameters() -> list[OpenApiParameter]:
    return [
        OpenApiParameter("kind", enum=sorted(desk.kinds()), description="Of this kind alone."),
        OpenApiParameter(
            "whose", enum=[desk.FREE, desk.MINE], description="In your hand, or in nobody's."
        ),
        OpenApiParameter("overdue", enum=["true"], description="Whose day has passed."),
        OpenApiParameter("cursor", description="Where the next part begins."),
        OpenApiParameter(
            "page_size",
            {"type": "integer", "minimum": 1, "maximum": 999_999_999},
            description="Rows on a page: 50, or as many as this says up to 200.",
        ),
    ]


class DeskList(APIView):
    """What concerns yourself, or what you have not yet said that you are free of, is not in it."""

    permission_classes = [HasScope(_SCOPE)]
    filterset_class = DeskFilter

    @extend_schema(
        operation_id="desk_list",
        summary="What waits for those who hold an office, what is due first first",
        parameters=_parameters(),
        responses=shapes.DeskPage,
    )
    def get(self, request: Request) -> Response:
        me = _officer(request)
        asked = DeskFilter(request.query_params)
        if not asked.form.is_valid():
            raise ValidationError(
                {field: [str(error) for error in errors] for field, errors in asked.errors.items()}
            )
        size, after = _size(request), _after(request)
        wish = asked.wish
        fits = [row for row in desk_reads.rows(me, timezone.now()) if wish.fits(row)]
        left = [row for row in fits if after is None or row.place > after]
        shown = left[:size]
        told = {"next": _next(request, shown) if len(left) > size else None, "results": shown}
        return Response(shapes.DeskPage(told).data)


class ClaimItem(APIView):
    permission_classes = [HasScope(_SCOPE)]

    @extend_schema(
        operation_id="desk_claim",
        summary="Take something on your desk in hand",
        request=shapes.KeyIn,
        responses=shapes.DeskRow,
    )
    def post(self, request: Request) -> Response:
        me, key = cast(Person, request.user), _key(request)
        actions.claim_item(key=key, by=me, at=timezone.now())
        return _told(key, me)


class ReleaseItem(APIView):
    permission_classes = [HasScope(_SCOPE)]

    @extend_schema(
        operation_id="desk_release",
        summary="Let go of what you have in hand",
        request=shapes.KeyIn,
        responses={204: None},
    )
    def post(self, request: Request) -> Response:
        actions.release_item(key=_key(request), by=cast(Person, request.user), at=timezone.now())
        return Response(status=HTTPStatus.NO_CONTENT)


class HandOverItem(APIView):
    """To somebody in office, who is not away and may see it."""

    permission_classes = [HasScope(_SCOPE)]

    @extend_schema(
        operation_id="desk_hand_over",
        summary="Hand something over to a colleague",
        request=shapes.HandOverIn,
        responses=shapes.DeskRow,
    )
    def post(self, request: Request) -> Response:
        me, now = cast(Person, request.user), timezone.now()
        given = shapes.HandOverIn(data=request.data)
        given.is_valid(raise_exception=True)
        key = given.validated_data["key"]
        to = Person.objects.filter(pk=given.validated_data["to"]).first()
        if to is None:
            raise actions.not_for_them()
        actions.hand_over(key=key, to=to, by=me, at=now)
        return _told(key, me)


class ColleagueList(APIView):
    permission_classes = [HasScope(_SCOPE)]

    @extend_schema(
        operation_id="desk_colleagues",
        summary="Who else holds an office, and who of them is away today",
        responses=shapes.Colleagues,
    )
    def get(self, request: Request) -> Response:
        me, office = _officer(request), desk_reads.colleagues(timezone.now())
        people = [
            {"id": each.pk, "name": str(each), "away": each.pk in office.away}
            for each in office.besides(me)
        ]
        return Response(shapes.Colleagues({"colleagues": people}).data)


class AwayList(APIView):
    permission_classes = [HasScope(_SCOPE)]

    @extend_schema(
        operation_id="desk_away_list",
        summary="Who is away, today or later",
        responses=shapes.Aways,
    )
    def get(self, request: Request) -> Response:
        _officer(request)
        now = timezone.now()
        people = desk_reads.colleagues(now).people
        known = Away.objects.not_over(now.date()).filter(person__in=people)
        return Response(shapes.Aways({"away": known.select_related("person")}).data)

    @extend_schema(
        operation_id="desk_away_create",
        summary="Say that you are away, and who stands in",
        request=shapes.AwayIn,
        responses={201: shapes.AwayOut},
    )
    def post(self, request: Request) -> Response:
        given = shapes.AwayIn(data=request.data)
        given.is_valid(raise_exception=True)
        values = dict(given.validated_data)
        number = values.pop("stand_in", None)
        stand_in = Person.objects.filter(pk=number).first() if number else None
        if number and stand_in is None:
            raise actions.not_a_colleague()
        away = actions.go_away(
            **values, stand_in=stand_in, by=cast(Person, request.user), at=timezone.now()
        )
        return Response(shapes.AwayOut(away).data, status=HTTPStatus.CREATED)


class AwayDetail(APIView):
    permission_classes = [HasScope(_SCOPE)]

    @extend_schema(
        operation_id="desk_away_destroy",
        summary="Take back that you are away",
        responses={204: None},
    )
    def delete(self, request: Request, pk: uuid.UUID) -> Response:
        me = cast(Person, request.user)
        get_object_or_404(Away, pk=pk, person=me)
        actions.come_back(away=pk, by=me, at=timezone.now())
        return Response(status=HTTPStatus.NO_CONTENT)


def _officer(request: Request) -> Person:
    """Who asks, if they hold an office. Raises ``Refused``."""
    me = cast(Person, request.user)
    if not desk_reads.holds_office(me, timezone.now()):
        raise actions.no_office()
    return me


def _key(request: Request) -> str:
    given = shapes.KeyIn(data=request.data)
    given.is_valid(raise_exception=True)
    key: str = given.validated_data["key"]
    return key


def _told(key: str, me: Person) -> Response:
    """The thing as it stands on the desk now."""
    row = desk_reads.row_of(key, me, timezone.now())
    if row is None:
        raise NotFound
    return Response(shapes.DeskRow(row).data)


def _size(request: Request) -> int:
    asked = request.query_params.get("page_size", str(_PAGE))
    if not asked.isascii() or not asked.isdigit() or len(asked) > 9 or int(asked) < 1:
        raise ValidationError({"page_size": ["Give a number from 1 on."]})
    return min(int(asked), _MOST)


def _after(request: Request) -> tuple[bool, str, str, str] | None:
    """After which row to begin. A made-up cursor is an address that is not there."""
    cursor = request.query_params.get("cursor")
    if not cursor:
        return None
    try:
        lasting, due, since, key = json.loads(urlsafe_b64decode(cursor.encode("ascii")))
    except (ValueError, TypeError, binascii.Error, RecursionError):
        raise NotFound("This cursor leads nowhere.") from None
    if not (isinstance(lasting, bool) and all(isinstance(t, str) for t in (due, since, key))):
        raise NotFound("This cursor leads nowhere.")
    return lasting, due, since, key


def _next(request: Request, shown: list[Row]) -> str:
    cursor = urlsafe_b64encode(json.dumps(shown[-1].place).encode()).decode()
    return str(replace_query_param(request.get_full_path(), "cursor", cursor))
