"""The API's door to proposals: the same actions as the pages, and the same refusals."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.permissions import SAFE_METHODS, AllowAny, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from governance.proposals import actions, kinds, serializers
from governance.proposals.filters import CommentFilter, ProposalFilter
from governance.proposals.models import Amendment, Comment, Proposal
from members.models import Person
from members.permissions import HasScope

_MayWrite = HasScope("proposals:write")


class _ReadOpenly(APIView):
    """Anyone reads; writing takes a session, or a token with the scope."""

    def get_permissions(self) -> list[BasePermission]:
        return [AllowAny() if self.request.method in SAFE_METHODS else _MayWrite()]


@extend_schema_view(get=extend_schema(summary="Proposals, newest first"))
class ProposalList(_ReadOpenly, ListAPIView[Proposal]):
    serializer_class = serializers.ProposalRow
    filterset_class = ProposalFilter
    ordering = ("-opened_at", "pk")

    def get_queryset(self) -> QuerySet[Proposal]:
        return Proposal.objects.shown().to_show().with_sponsors(timezone.now())

    @extend_schema(
        summary="Propose something",
        request=serializers.ProposalInput,
        responses={201: serializers.ProposalDetail},
    )
    def post(self, request: Request) -> Response:
        words = serializers.ProposalInput(data=request.data)
        words.is_valid(raise_exception=True)
        opened = actions.propose(**words.validated_data, by=_me(request), at=timezone.now())
        return _answer(opened.pk, status.HTTP_201_CREATED)


class ProposalDetail(_ReadOpenly, GenericAPIView[Proposal]):
    queryset = Proposal.objects.none()
    serializer_class = serializers.ProposalDetail

    @extend_schema(summary="One proposal", responses=serializers.ProposalDetail)
    def get(self, request: Request, pk: str) -> Response:
        return _answer(pk)

    @extend_schema(
        summary="Change the text of your proposal",
        request=serializers.WordsInput,
        responses=serializers.ProposalDetail,
    )
    def put(self, request: Request, pk: str) -> Response:
        found = _find(pk)
        words = serializers.WordsInput(data=request.data, context={"kind": kinds.get(found.kind)})
        words.is_valid(raise_exception=True)
        actions.revise(proposal=found, **words.validated_data, by=_me(request), at=timezone.now())
        return _answer(pk)


class SupportView(GenericAPIView[Proposal]):
    queryset = Proposal.objects.none()
    serializer_class = serializers.SupportInput
    permission_classes = [_MayWrite]

    @extend_schema(
        summary="Stand behind the exact text", responses={201: serializers.ProposalDetail}
    )
    def post(self, request: Request, pk: str) -> Response:
        sent = serializers.SupportInput(data=request.data)
        sent.is_valid(raise_exception=True)
        actions.support(
            proposal=_find(pk), **sent.validated_data, by=_me(request), at=timezone.now()
        )
        return _answer(pk, status.HTTP_201_CREATED)

    @extend_schema(
        summary="Take your support back",
        request=None,
        responses={200: serializers.ProposalDetail},
    )
    def delete(self, request: Request, pk: str) -> Response:
        actions.withdraw_support(proposal=_find(pk), by=_me(request), at=timezone.now())
        return _answer(pk)


class WithdrawView(APIView):
    permission_classes = [_MayWrite]

    @extend_schema(summary="Withdraw your idea", request=None, responses=serializers.ProposalDetail)
    def post(self, request: Request, pk: str) -> Response:
        actions.withdraw(proposal=_find(pk), by=_me(request), at=timezone.now())
        return _answer(pk)


class CommentList(_ReadOpenly, ListAPIView[Comment]):
    serializer_class = serializers.CommentRow
    filterset_class = CommentFilter
    ordering = ("at", "pk")

    def get_queryset(self) -> QuerySet[Comment]:
        return Comment.objects.filter(proposal=self.kwargs.get("pk")).to_show(None)

    @extend_schema(summary="What is said about a proposal and its amendments, oldest first")
    def get(self, request: Request, pk: str) -> Response:
        _find(pk)
        return self.list(request)

    @extend_schema(
        summary="Say something about a proposal or an amendment",
        request=serializers.CommentInput,
        responses={201: serializers.CommentRow},
    )
    def post(self, request: Request, pk: str) -> Response:
        sent = serializers.CommentInput(data=request.data)
        sent.is_valid(raise_exception=True)
        said = actions.comment(
            proposal=_find(pk),
            **_about(pk, sent.validated_data),
            by=_me(request),
            at=timezone.now(),
        )
        return Response(serializers.CommentRow(said).data, status=status.HTTP_201_CREATED)


def _about(pk: str, said: dict[str, Any]) -> dict[str, Any]:
    """What was said, with comment and amendment in the place of the id and of the number."""
    parent, number = said.pop("parent", None), said.pop("amendment", None)
    comments = Comment.objects.select_related("amendment")
    return {
        **said,
        "parent": get_object_or_404(comments, pk=parent) if parent else None,
        "amendment": get_object_or_404(Amendment, proposal=pk, number=number) if number else None,
    }


def _answer(pk: Any, code: int = status.HTTP_200_OK) -> Response:
    shown = Proposal.objects.to_show().with_sponsors(timezone.now())
    found = get_object_or_404(shown.select_related("wording__revision"), pk=pk)
    return Response(serializers.ProposalDetail(found).data, status=code)


def _find(pk: Any) -> Proposal:
    return get_object_or_404(Proposal, pk=pk)


def _me(request: Request) -> Person:
    return cast(Person, request.user)
