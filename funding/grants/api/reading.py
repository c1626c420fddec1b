"""The API's door to rounds and projects: open reads, and what is open to whoever asks."""

from __future__ import annotations

import uuid
from typing import Any, cast

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from funding.grants import actions, serializers
from funding.grants import application_stages as stages
from funding.grants.filters import ApplicationFilter, RoundFilter
from funding.grants.models import Application, Round
from members.models import Person
from members.permissions import HasScope


def _named() -> QuerySet[Application]:
    """What is named in public, and was not taken back."""
    return Application.objects.public().exclude(stage=stages.WITHDRAWN).with_version()


class RoundList(ListAPIView[Round]):
    permission_classes = [AllowAny]
    serializer_class = serializers.RoundOut
    filterset_class = RoundFilter
    ordering = ("-closes_at", "pk")

    @extend_schema(operation_id="grant_rounds_list", summary="Grant rounds, newest first")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Round]:
        return Round.objects.order_by(*self.ordering)


class RoundDetail(RetrieveAPIView[Round]):
    permission_classes = [AllowAny]
    serializer_class = serializers.RoundOut
    queryset = Round.objects.all()

    @extend_schema(operation_id="grant_rounds_retrieve", summary="One grant round")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class ProjectList(ListAPIView[Application]):
    """Shortlisted projects and what became of them. Others are never named."""

    permission_classes = [AllowAny]
    serializer_class = serializers.ProjectOut
    filterset_class = ApplicationFilter
    ordering = ("-named_at", "pk")

    @extend_schema(operation_id="grant_projects_list", summary="Projects that are named in public")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Application]:
        return _named().order_by(*self.ordering)


class ProjectDetail(RetrieveAPIView[Application]):
    permission_classes = [AllowAny]
    serializer_class = serializers.ProjectOut

    @extend_schema(operation_id="grant_projects_retrieve", summary="One project")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Application]:
        return _named()


class ReadList(ListAPIView[Application]):
    """What concerns oneself, or what one has said nothing about yet, is not in it."""

    permission_classes = [HasScope("read")]
    serializer_class = serializers.ReadOut
    filterset_class = ApplicationFilter
    ordering = ("begun_at", "pk")

    @extend_schema(
        operation_id="grant_applications_list",
        summary="The applications that one looks after and may read",
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Application]:
        if getattr(self, "swagger_fake_view", False):
            return Application.objects.none()
        me = cast(Person, self.request.user)
        mine = Application.objects.all().open_to(me, timezone.now().date())
        return mine.with_version().order_by(*self.ordering)


class Sponsor(APIView):
    """With enough members a project goes on the ballot that was not shortlisted."""

    permission_classes = [HasScope("proposals:write")]

    @extend_schema(
        operation_id="grant_projects_sponsor",
        summary="Stand behind putting a project on the ballot",
        request=None,
        responses={201: serializers.ProjectOut},
    )
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        found = get_object_or_404(_named(), pk=pk)
        actions.sponsor(application=found, by=cast(Person, request.user), at=timezone.now())
        told = serializers.ProjectOut(get_object_or_404(_named(), pk=pk))
        return Response(told.data, status=status.HTTP_201_CREATED)
