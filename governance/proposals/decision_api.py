"""The API's door to rules, offices, elections, interests and advice: the pages' actions."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView
from rest_framework.permissions import SAFE_METHODS, AllowAny, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from governance.proposals import actions, kinds
from governance.proposals.kinds import Kind
from governance.proposals.models import AdoptedRule, Nomination, Proposal, Seat
from governance.proposals.serializers import Text
from governance.proposals.timeline import timeline
from members.models import Person
from members.permissions import HasScope

_MayWrite = HasScope("proposals:write")


class KindRow(serializers.Serializer[Any]):
    """A kind of proposal: what it promises, what it takes, and what becomes of it."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # "label" is also a field's own
    promise = serializers.CharField()
    content = serializers.CharField(source="content_help")
    method = serializers.CharField(help_text="How its votes are counted.")
    proposable = serializers.SerializerMethodField(help_text="False: the program opens it.")
    if_it_lapses = serializers.CharField(
        help_text="What is undone where the founding adopted it and members do not ratify it."
    )

    def get_proposable(self, kind: Kind) -> bool:
        return not kind.by_program


class RuleRow(serializers.Serializer[AdoptedRule]):
    """A decision rule, from when on, and the vote behind it."""

    rule = serializers.SerializerMethodField()
    effective_from = serializers.DateTimeField()
    basis = serializers.CharField(help_text="“founding”, or the address of the vote.")
    record = serializers.CharField(source="record_hash")

    def get_rule(self, adopted: AdoptedRule) -> dict[str, Any]:
        return adopted.rule.as_json()


class SeatRow(serializers.Serializer[Seat]):
    """Somebody in office: ``name`` is their display name."""

    id = serializers.UUIDField()
    role = serializers.CharField(source="grant.role")
    name = serializers.CharField(source="grant.person")
    since = serializers.DateField(source="grant.starts_on")
    term_ends_on = serializers.DateField(
        allow_null=True, help_text="After it, or where it is null, they are caretakers."
    )
    election = serializers.SerializerMethodField()
    record = serializers.CharField(source="record_hash")

    def get_election(self, seat: Seat) -> str | None:
        return seat.election.get_absolute_url() if seat.election else None


class CandidateRow(serializers.Serializer[Any]):
    """Somebody who stands; once nominations have closed, with the hash in the manifest."""

    option = serializers.CharField()
    name = serializers.CharField(source="nominee")
    statement = serializers.CharField()
    interests = serializers.CharField()
    text_sha256 = serializers.CharField(source="sha256")


class StandInput(serializers.Serializer[Any]):
    """Both texts are public and stand on the ballot."""

    statement = Text(max_length=4000)
    interests = Text(max_length=1000)


class NominateInput(serializers.Serializer[Any]):
    email = serializers.EmailField(max_length=254)


class InterestRow(serializers.Serializer[Any]):
    """What an author or sponsor would gain or lose; empty: nothing."""

    text = Text(max_length=1000, allow_blank=True)


class NoteInput(serializers.Serializer[Any]):
    """A named lawyer's note on the final text."""

    lawyer = Text(max_length=120)
    admitted = Text(max_length=200)
    interests = Text(max_length=500)
    body = Text(max_length=20_000)


class HappeningRow(serializers.Serializer[Any]):
    """A step on a proposal's path, and the record entry that proves it."""

    at = serializers.DateTimeField()
    sentence = serializers.CharField()
    record = serializers.CharField(source="record_hash")
    url = serializers.CharField()


class _ReadOpenly(APIView):
    """Anyone reads; writing takes a session, or a token with the scope."""

    def get_permissions(self) -> list[BasePermission]:
        return [AllowAny() if self.request.method in SAFE_METHODS else _MayWrite()]


class KindList(_ReadOpenly):
    @extend_schema(
        summary="Kinds of proposals",
        operation_id="proposal_kinds_list",
        responses=KindRow(many=True),
    )
    def get(self, request: Request) -> Response:
        return Response(KindRow(kinds.registered(), many=True).data)


@extend_schema_view(get=extend_schema(summary="Decision rules, newest first"))
class RuleList(_ReadOpenly, ListAPIView[AdoptedRule]):
    serializer_class = RuleRow
    queryset = AdoptedRule.objects.all()
    ordering = ("-effective_from", "id")


@extend_schema_view(get=extend_schema(summary="Who is in office"))
class OfficeList(_ReadOpenly, ListAPIView[Seat]):
    serializer_class = SeatRow
    ordering = ("id",)

    def get_queryset(self) -> QuerySet[Seat]:
        return Seat.objects.to_show().held(timezone.now().date())


class Timeline(_ReadOpenly):
    @extend_schema(
        summary="The path of a proposal, each step with its record entry",
        operation_id="proposals_path_list",
        responses=HappeningRow(many=True),
    )
    def get(self, request: Request, pk: str) -> Response:
        found = get_object_or_404(Proposal.objects.to_show(), pk=pk)
        return Response(HappeningRow(timeline(found), many=True).data)


class CandidateList(_ReadOpenly):
    @extend_schema(
        summary="Who stands in an election",
        operation_id="proposals_candidates_list",
        responses=CandidateRow(many=True),
    )
    def get(self, request: Request, pk: str) -> Response:
        standing = _election(pk).nominations.standing().select_related("nominee")
        return Response(CandidateRow(standing, many=True).data)

    @extend_schema(
        summary="Stand in an election, or change what you wrote",
        request=StandInput,
        responses={201: CandidateRow},
    )
    def post(self, request: Request, pk: str) -> Response:
        sent = StandInput(data=request.data)
        sent.is_valid(raise_exception=True)
        mine = actions.stand(
            proposal=_election(pk), **sent.validated_data, by=_me(request), at=timezone.now()
        )
        return Response(CandidateRow(mine).data, status=status.HTTP_201_CREATED)


class StepBackView(APIView):
    permission_classes = [_MayWrite]

    @extend_schema(summary="Stand no longer", request=None, responses={204: None})
    def post(self, request: Request, pk: str) -> Response:
        mine = get_object_or_404(Nomination, proposal=_election(pk), nominee=_me(request))
        actions.step_back(nomination=mine, by=_me(request), at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class DeclineView(APIView):
    permission_classes = [_MayWrite]

    @extend_schema(summary="Decline a nomination", request=None, responses={204: None})
    def post(self, request: Request, pk: str) -> Response:
        mine = get_object_or_404(Nomination, proposal=_election(pk), nominee=_me(request))
        actions.decline(nomination=mine, by=_me(request), at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class NominateView(APIView):
    permission_classes = [_MayWrite]

    @extend_schema(
        summary="Ask somebody to stand",
        description="The answer does not tell whether anybody has the address.",
        request=NominateInput,
        responses={204: None},
    )
    def post(self, request: Request, pk: str) -> Response:
        sent = NominateInput(data=request.data)
        sent.is_valid(raise_exception=True)
        actions.nominate(
            proposal=_election(pk), **sent.validated_data, by=_me(request), at=timezone.now()
        )
        return Response(status=status.HTTP_204_NO_CONTENT)


class InterestView(APIView):
    permission_classes = [_MayWrite]

    @extend_schema(
        summary="Declare your interests", request=InterestRow, responses={200: InterestRow}
    )
    def post(self, request: Request, pk: str) -> Response:
        sent = InterestRow(data=request.data)
        sent.is_valid(raise_exception=True)
        declared = actions.declare_interest(
            proposal=get_object_or_404(Proposal, pk=pk),
            text=sent.validated_data["text"],
            by=_me(request),
            at=timezone.now(),
        )
        return Response(InterestRow(declared).data)


class AdviceView(APIView):
    permission_classes = [_MayWrite]

    @extend_schema(
        summary="Enter a lawyer's note on a final text",
        request=NoteInput,
        responses={201: NoteInput},
    )
    def post(self, request: Request, pk: str) -> Response:
        sent = NoteInput(data=request.data)
        sent.is_valid(raise_exception=True)
        note = actions.add_note(
            proposal=get_object_or_404(Proposal, pk=pk),
            **sent.validated_data,
            by=_me(request),
            at=timezone.now(),
        )
        return Response(NoteInput(note).data, status=status.HTTP_201_CREATED)


def _election(pk: str) -> Proposal:
    found = get_object_or_404(Proposal.objects.to_show(), pk=pk)
    if not kinds.get(found.kind).elects:
        raise Http404
    return found


def _me(request: Request) -> Person:
    return cast(Person, request.user)
