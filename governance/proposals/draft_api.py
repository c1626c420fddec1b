"""The API's door to drafts: one's own, and those one writes with others."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from governance.proposals import actions, kinds, permissions, talk_serializers
from governance.proposals.models import Manuscript
from governance.proposals.serializers import WordsInput
from members.models import Person
from members.permissions import HasScope

_MayWrite = HasScope("proposals:write")


class DraftList(ListAPIView[Manuscript]):
    permission_classes = [_MayWrite]
    serializer_class = talk_serializers.DraftRow
    ordering = ("-saved_at", "pk")

    def get_queryset(self) -> QuerySet[Manuscript]:
        if not self.request.user.is_authenticated:
            return Manuscript.objects.none()
        return Manuscript.objects.of(_me(self.request)).select_related("saved_by")

    @extend_schema(summary="Your drafts, the latest saved first")
    def get(self, request: Request) -> Response:
        return self.list(request)

    @extend_schema(
        summary="Begin a draft",
        request=talk_serializers.DraftInput,
        responses={201: talk_serializers.DraftRow},
    )
    def post(self, request: Request) -> Response:
        sent = talk_serializers.DraftInput(data=request.data)
        sent.is_valid(raise_exception=True)
        begun = actions.start_manuscript(**sent.validated_data, by=_me(request), at=timezone.now())
        return _answer(begun, status.HTTP_201_CREATED)


class DraftDetail(APIView):
    permission_classes = [_MayWrite]

    @extend_schema(summary="One draft", responses=talk_serializers.DraftRow)
    def get(self, request: Request, pk: str) -> Response:
        return _answer(_mine(request, pk))

    @extend_schema(
        summary="Save a draft",
        request=talk_serializers.SaveInput,
        responses=talk_serializers.SavedRow,
    )
    def put(self, request: Request, pk: str) -> Response:
        found = _mine(request, pk)
        sent = talk_serializers.SaveInput(data=request.data)
        sent.is_valid(raise_exception=True)
        saved = actions.save_manuscript(
            manuscript=found, **sent.validated_data, by=_me(request), at=timezone.now()
        )
        return Response(talk_serializers.SavedRow(saved).data)

    @extend_schema(
        summary="Put a draft away, or stop writing with others",
        request=None,
        responses={204: None},
    )
    def delete(self, request: Request, pk: str) -> Response:
        found, me, at = _mine(request, pk), _me(request), timezone.now()
        if found.author_id == me.pk:
            actions.discard_manuscript(manuscript=found, by=me, at=at)
        else:
            actions.leave_manuscript(manuscript=found, by=me, at=at)
        return Response(status=status.HTTP_204_NO_CONTENT)


class DraftPublish(APIView):
    permission_classes = [_MayWrite]

    @extend_schema(
        summary="Open the idea that a draft has become, or give its proposal the next text",
        request=WordsInput,
        responses=talk_serializers.DraftRow,
    )
    def post(self, request: Request, pk: str) -> Response:
        found = _mine(request, pk)
        sent = WordsInput(data=request.data, context={"kind": kinds.get(found.kind)})
        sent.is_valid(raise_exception=True)
        words: dict[str, Any] = sent.validated_data
        actions.publish_manuscript(manuscript=found, **words, by=_me(request), at=timezone.now())
        return _answer(_mine(request, pk))


class DraftInvite(APIView):
    permission_classes = [_MayWrite]

    @extend_schema(
        summary="Ask somebody to write with you",
        request=talk_serializers.InviteInput,
        responses={201: talk_serializers.InvitationRow},
    )
    def post(self, request: Request, pk: str) -> Response:
        found = _mine(request, pk)
        sent = talk_serializers.InviteInput(data=request.data)
        sent.is_valid(raise_exception=True)
        invitation, secret = actions.invite(
            manuscript=found, **sent.validated_data, by=_me(request), at=timezone.now()
        )
        said = {"id": invitation.pk, "ends_at": invitation.ends_at, "secret": secret}
        row = talk_serializers.InvitationRow(said)
        return Response(row.data, status=status.HTTP_201_CREATED)


class DraftAnswer(APIView):
    permission_classes = [_MayWrite]

    @extend_schema(
        summary="Answer an invitation to write together",
        request=talk_serializers.AnswerInput,
        responses={204: None, 404: None},
    )
    def post(self, request: Request) -> Response:
        sent = talk_serializers.AnswerInput(data=request.data)
        sent.is_valid(raise_exception=True)
        at = timezone.now()
        found = actions.invitation_of(sent.validated_data["secret"], at)
        if found is None:
            raise Http404
        actions.answer_invitation(
            invitation=found, accept=sent.validated_data["accept"], by=_me(request), at=at
        )
        return Response(status=status.HTTP_204_NO_CONTENT)


def _answer(found: Manuscript, code: int = status.HTTP_200_OK) -> Response:
    return Response(talk_serializers.DraftRow(found).data, status=code)


def _mine(request: Request, pk: str) -> Manuscript:
    found = get_object_or_404(Manuscript.objects.select_related("saved_by", "proposal"), pk=pk)
    if not permissions.can_write(found, _me(request)):
        raise Http404
    return found


def _me(request: Request) -> Person:
    return cast(Person, request.user)
