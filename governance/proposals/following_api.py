"""The API's door to following, mentions and participation."""

from __future__ import annotations

from typing import cast

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from governance.proposals import actions, participation
from governance.proposals import movement_serializers as serializers
from governance.proposals.models import Follow, Mention, Proposal
from members.models import Person
from members.permissions import HasScope

_MayWrite = HasScope("proposals:write")
_MayRead = HasScope("read")


class FollowView(APIView):
    permission_classes = [_MayWrite]

    @extend_schema(summary="Follow a proposal", request=None, responses={204: None})
    def post(self, request: Request, pk: str) -> Response:
        found = get_object_or_404(Proposal, pk=pk)
        actions.follow(proposal=found, by=_me(request), at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(summary="No longer follow it", request=None, responses={204: None})
    def delete(self, request: Request, pk: str) -> Response:
        found = get_object_or_404(Proposal, pk=pk)
        actions.unfollow(proposal=found, by=_me(request), at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema_view(get=extend_schema(summary="The proposals you follow"))
class FollowedList(ListAPIView[Proposal]):
    permission_classes = [_MayRead]
    serializer_class = serializers.FollowedRow
    ordering = ("-since", "pk")

    def get_queryset(self) -> QuerySet[Proposal]:
        if getattr(self, "swagger_fake_view", False):
            return Proposal.objects.none()
        return Follow.objects.proposals_of(_me(self.request)).select_related("wording")


@extend_schema_view(get=extend_schema(summary="Comments that mention you, the latest first"))
class MentionList(ListAPIView[Mention]):
    permission_classes = [_MayRead]
    serializer_class = serializers.MentionRow
    ordering = ("-at", "-pk")

    def get_queryset(self) -> QuerySet[Mention]:
        if getattr(self, "swagger_fake_view", False):
            return Mention.objects.none()
        return Mention.objects.to_show().filter(person=_me(self.request))


class ParticipationView(APIView):
    permission_classes = [AllowAny]

    @extend_schema(
        summary="How members take part: turnout, concentration, time to a decision",
        responses=serializers.ParticipationDetail,
    )
    def get(self, request: Request) -> Response:
        shown = {
            "turnout": participation.turnouts(),
            "activities": participation.activities(timezone.now()),
            "days_to_decision": participation.durations(),
        }
        return Response(serializers.ParticipationDetail(shown).data)


def _me(request: Request) -> Person:
    return cast(Person, request.user)
