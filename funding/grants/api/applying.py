"""The API's door for whoever applies: drafts, team, files, sending, taking back, correcting."""

from __future__ import annotations

import uuid
from typing import Any, cast

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.generics import ListAPIView
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from funding.grants import actions
from funding.grants.actions import Incomplete
from funding.grants.applying_serializers import (
    DraftIn,
    FileIn,
    FileOut,
    ImportIn,
    OwnOut,
    OwnRow,
    SeenIn,
    TeamIn,
    TeamOut,
    TextIn,
    path_of,
)
from funding.grants.forms import said
from funding.grants.models import Application, Attachment, Round
from kernel.refusal import Refused
from members.models import Person
from members.permissions import HasScope

_SCOPE = "grants:apply"
# What a program is told that may not be read: it is described beside each operation.
_LACKING = OpenApiResponse(description="The draft lacks something; each place is named.")


class Lacking(ValidationError):
    """What was sent can be read, and is no whole application: each place is named."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY


class _Apply(APIView):
    permission_classes: list[type[BasePermission]] = [HasScope(_SCOPE)]


class Begin(_Apply):
    @extend_schema(
        operation_id="grant_rounds_apply",
        summary="Begin an application to a round: a draft that nobody else can read",
        request=None,
        responses={201: OwnOut},
    )
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        round = get_object_or_404(Round, pk=pk)
        begun = actions.begin_application(round=round, by=_me(request), at=timezone.now())
        return _answer(request, begun.pk, status.HTTP_201_CREATED)


class MineList(ListAPIView[Application]):
    permission_classes = [HasScope(_SCOPE)]
    serializer_class = OwnRow
    ordering = ("-begun_at", "pk")

    @extend_schema(operation_id="my_grants_list", summary="What one applies for, newest first")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Application]:
        if getattr(self, "swagger_fake_view", False):
            return Application.objects.none()
        mine = Application.objects.filter(applicant=_me(self.request))
        return mine.with_version().order_by(*self.ordering)


class Mine(_Apply):
    """The draft is kept as it comes, whole or not; ``problems`` says what it lacks to be sent."""

    @extend_schema(
        operation_id="my_grants_retrieve",
        summary="One's application, and a check of it",
        responses=OwnOut,
    )
    def get(self, request: Request, pk: uuid.UUID) -> Response:
        return _answer(request, pk)

    @extend_schema(
        operation_id="my_grants_update",
        summary="Save the draft; refused where it was changed meanwhile",
        request=DraftIn,
        responses=OwnOut,
    )
    def put(self, request: Request, pk: uuid.UUID) -> Response:
        found = _own(request, pk)
        given = _read(DraftIn(data=request.data))
        actions.save_draft(application=found, **given, by=_me(request), at=timezone.now())
        return _answer(request, pk)


class Submit(_Apply):
    @extend_schema(
        operation_id="my_grants_submit",
        summary="Send the draft as it stands: a version that never changes",
        request=SeenIn,
        responses={200: OwnOut, 422: _LACKING},
    )
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        found = _own(request, pk)
        given = _read(SeenIn(data=request.data))
        try:
            actions.submit_application(
                application=found, **given, by=_me(request), at=timezone.now()
            )
        except Incomplete as incomplete:
            raise Lacking(
                {path_of(one.where): [said(one)] for one in incomplete.problems}
            ) from None
        return _answer(request, pk)


class Withdraw(_Apply):
    @extend_schema(
        operation_id="my_grants_withdraw",
        summary="Take an application back",
        request=None,
        responses=OwnOut,
    )
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        found = _own(request, pk)
        actions.withdraw_application(application=found, by=_me(request), at=timezone.now())
        return _answer(request, pk)


class Team(_Apply):
    """Whoever is named is kept apart from deciding about the application."""

    @extend_schema(
        operation_id="my_grants_team_retrieve",
        summary="Who works on it, and who looks after its round",
        responses=TeamOut,
    )
    def get(self, request: Request, pk: uuid.UUID) -> Response:
        return _team(request, _own(request, pk))

    @extend_schema(
        operation_id="my_grants_team_update",
        summary="Name the whole team, and whom of the panel it knows",
        request=TeamIn,
        responses=TeamOut,
    )
    def put(self, request: Request, pk: uuid.UUID) -> Response:
        found, now = _own(request, pk), timezone.now()
        given = TeamIn(data=request.data)
        given.is_valid(raise_exception=True)
        panel = {person.pk: person for person in actions.panel_of(found.round, now)}
        related: dict[Person, str] = {}
        for row in given.validated_data["related"]:
            if row["person"] not in panel:
                raise Refused("not-on-panel", _("They look after nothing in this round."))
            related[panel[row["person"]]] = row["what"]
        actions.save_team(
            application=found, members=given.named(), related=related, by=_me(request), at=now
        )
        return _team(request, found)


class Files(_Apply):
    @extend_schema(
        operation_id="my_grants_files_create",
        summary="Add a file; the same bytes again change nothing",
        request=FileIn,
        responses={201: FileOut},
    )
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        found = _own(request, pk)
        given = _read(FileIn(data=request.data))
        added = actions.attach_file(
            application=found,
            name=given["name"],
            data=given["document"],
            by=_me(request),
            at=timezone.now(),
        )
        return Response(FileOut(added).data, status=status.HTTP_201_CREATED)


class File(_Apply):
    @extend_schema(
        operation_id="my_grants_files_destroy", summary="Take a file off", responses={204: None}
    )
    def delete(self, request: Request, pk: uuid.UUID, file: uuid.UUID) -> Response:
        kept = Attachment.objects.select_related("application")
        found = get_object_or_404(kept, pk=file, application=_own(request, pk))
        actions.remove_file(attachment=found, by=_me(request), at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class Import(_Apply):
    @extend_schema(
        operation_id="my_grants_import",
        summary="Fill what is empty in the draft from a funding.json",
        request=ImportIn,
        responses=OwnOut,
    )
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        found = _own(request, pk)
        given = _read(ImportIn(data=request.data))
        data = given.get("document") or actions.fetch_funding_json(given["url"])
        actions.import_funding_json(
            application=found,
            data=data,
            guid=given["guid"],
            seen=given["seen"],
            by=_me(request),
            at=timezone.now(),
        )
        return _answer(request, pk)


class Correct(_Apply):
    @extend_schema(
        operation_id="my_grants_correct",
        summary="Correct a fact in the reasons one was given, once",
        request=TextIn,
        responses=OwnOut,
    )
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        found = _own(request, pk)
        given = _read(TextIn(data=request.data))
        actions.correct_fact(application=found, **given, by=_me(request), at=timezone.now())
        return _answer(request, pk)


class AskMembers(_Apply):
    @extend_schema(
        operation_id="my_grants_ask_members",
        summary="Name one's project in public, and ask members to put it on the ballot",
        request=None,
        responses=OwnOut,
    )
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        found = _own(request, pk)
        actions.ask_members(application=found, by=_me(request), at=timezone.now())
        return _answer(request, pk)


def _read(given: Any) -> dict[str, Any]:
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


def _answer(request: Request, pk: uuid.UUID, code: int = status.HTTP_200_OK) -> Response:
    """The application as it stands, with what its draft lacks."""
    found = _own(request, pk)
    _asked, problems = actions.parse_draft(found)
    return Response(OwnOut(found, context={"problems": problems}).data, status=code)


def _team(request: Request, found: Application) -> Response:
    panel = actions.panel_of(found.round, timezone.now())
    told = {
        "members": found.team.order_by("pk"),
        "related": found.relations.order_by("pk"),
        "panel": [person for person in panel if person != _me(request)],
    }
    return Response(TeamOut(told).data)


def _own(request: Request, pk: uuid.UUID) -> Application:
    """An application of one's own; everybody else's is not there."""
    mine = Application.objects.filter(applicant=_me(request))
    return get_object_or_404(mine.select_related("round", "draft", "version"), pk=pk)


def _me(request: Request) -> Person:
    return cast(Person, request.user)
