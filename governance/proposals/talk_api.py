"""The API's door to talk, texts, amendments and flags: the pages' actions and refusals."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.permissions import SAFE_METHODS, AllowAny, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from governance.proposals import actions, kinds, permissions, talk_serializers
from governance.proposals.models import Amendment, Comment, Flag, Proposal, Wording
from governance.proposals.serializers import CommentRow, SupportInput
from governance.proposals.similar import like
from members.models import Person
from members.permissions import HasScope

_MayWrite = HasScope("proposals:write")
_MayRead = HasScope("read")


class _ReadOpenly(APIView):
    """Anyone reads; writing takes a session, or a token with the scope."""

    def get_permissions(self) -> list[BasePermission]:
        return [AllowAny() if self.request.method in SAFE_METHODS else _MayWrite()]


class SimilarView(APIView):
    permission_classes = [AllowAny]

    @extend_schema(
        summary="Proposals that sound like a text",
        parameters=[OpenApiParameter("q", str, description="Title or sentence.")],
        responses=talk_serializers.SimilarRow(many=True),
    )
    def get(self, request: Request) -> Response:
        typed = request.query_params.get("q", "").replace("\x00", "")[:300]
        return Response(talk_serializers.SimilarRow(like(typed), many=True).data)


class EchoView(APIView):
    permission_classes = [_MayWrite]

    @extend_schema(summary="Say that you have the problem too", request=None, responses={204: None})
    def post(self, request: Request, pk: str) -> Response:
        actions.echo(proposal=_proposal(pk), by=_me(request), at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(summary="Take that back", request=None, responses={204: None})
    def delete(self, request: Request, pk: str) -> Response:
        actions.withdraw_echo(proposal=_proposal(pk), by=_me(request), at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class TextList(_ReadOpenly, ListAPIView[Wording]):
    serializer_class = talk_serializers.WordingRow
    ordering = ("-number",)

    def get_queryset(self) -> QuerySet[Wording]:
        found = Wording.objects.filter(proposal=self.kwargs.get("pk"))
        return found.select_related("by", "proposal__author", "credit", "amendment")

    @extend_schema(summary="Every text of a proposal, the latest first")
    def get(self, request: Request, pk: str) -> Response:
        _proposal(pk)
        return self.list(request)


class CommentDetail(_ReadOpenly, GenericAPIView[Comment]):
    queryset = Comment.objects.none()
    serializer_class = CommentRow

    @extend_schema(summary="One comment", responses=CommentRow)
    def get(self, request: Request, pk: str, comment: str) -> Response:
        return _comment_answer(pk, comment)

    @extend_schema(
        summary="Change what you said", request=talk_serializers.EditInput, responses=CommentRow
    )
    def put(self, request: Request, pk: str, comment: str) -> Response:
        sent = talk_serializers.EditInput(data=request.data)
        sent.is_valid(raise_exception=True)
        actions.edit_comment(
            comment=_comment(pk, comment),
            **sent.validated_data,
            by=_me(request),
            at=timezone.now(),
        )
        return _comment_answer(pk, comment)


class CommentHistory(_ReadOpenly, APIView):
    @extend_schema(
        summary="What a comment said before, the latest first",
        responses=talk_serializers.EditRow(many=True),
    )
    def get(self, request: Request, pk: str, comment: str) -> Response:
        found = _comment(pk, comment)
        edits = [] if found.hidden else found.edits.order_by("-number")
        return Response(talk_serializers.EditRow(edits, many=True).data)


class ReactionView(APIView):
    permission_classes = [_MayWrite]

    @extend_schema(summary="Find a comment helpful", request=None, responses=CommentRow)
    def post(self, request: Request, pk: str, comment: str) -> Response:
        actions.react(comment=_comment(pk, comment), by=_me(request), at=timezone.now())
        return _comment_answer(pk, comment)

    @extend_schema(summary="Take that back", request=None, responses={200: CommentRow})
    def delete(self, request: Request, pk: str, comment: str) -> Response:
        found = _comment(pk, comment)
        actions.withdraw_reaction(comment=found, by=_me(request), at=timezone.now())
        return _comment_answer(pk, comment)


class CommentFlagView(APIView):
    permission_classes = [_MayWrite]

    @extend_schema(
        summary="Ask stewards to look at a comment",
        request=talk_serializers.FlagInput,
        responses={204: None},
    )
    def post(self, request: Request, pk: str, comment: str) -> Response:
        found = _comment(pk, comment)
        return _flag(request, found.proposal, found)


class IdeaFlagView(APIView):
    permission_classes = [_MayWrite]

    @extend_schema(
        summary="Ask stewards to look at an idea",
        request=talk_serializers.FlagInput,
        responses={204: None},
    )
    def post(self, request: Request, pk: str) -> Response:
        return _flag(request, _proposal(pk), None)


class CommentHideView(APIView):
    permission_classes = [_MayWrite]

    @extend_schema(
        summary="Hide a comment, as a steward",
        request=talk_serializers.HideInput,
        responses=CommentRow,
    )
    def post(self, request: Request, pk: str, comment: str) -> Response:
        actions.hide_comment(
            comment=_comment(pk, comment), **_hide(request), by=_me(request), at=timezone.now()
        )
        return _comment_answer(pk, comment)


class IdeaHideView(APIView):
    permission_classes = [_MayWrite]

    @extend_schema(
        summary="Hide an idea, as a steward",
        request=talk_serializers.HideInput,
        responses={204: None},
    )
    def post(self, request: Request, pk: str) -> Response:
        actions.hide_idea(
            proposal=_proposal(pk), **_hide(request), by=_me(request), at=timezone.now()
        )
        return Response(status=status.HTTP_204_NO_CONTENT)


class FlagList(ListAPIView[Flag]):
    permission_classes = [_MayRead]
    serializer_class = talk_serializers.FlagRow
    ordering = ("at", "pk")

    def get_queryset(self) -> QuerySet[Flag]:
        return Flag.objects.waiting()

    @extend_schema(summary="What members flagged, for stewards, the longest waiting first")
    def get(self, request: Request) -> Response:
        permissions.check_is_steward(_me(request), at=timezone.now())
        return self.list(request)


class FlagSettleView(APIView):
    permission_classes = [_MayWrite]

    @extend_schema(
        summary="Decide on a flag, as a steward",
        request=talk_serializers.SettleInput,
        responses={204: None},
    )
    def post(self, request: Request, flag: str) -> Response:
        flags = Flag.objects.select_related("proposal__hidden_idea", "comment__proposal")
        found = get_object_or_404(flags, pk=flag)
        sent = talk_serializers.SettleInput(data=request.data)
        sent.is_valid(raise_exception=True)
        about: dict[str, Any] = {"by": _me(request), "at": timezone.now()}
        reason = sent.validated_data.get("reason", "")
        if sent.validated_data["outcome"] == "kept":
            actions.keep(flag=found, **about)
        elif found.comment is not None:
            actions.hide_comment(comment=found.comment, reason=reason, **about)
        else:
            actions.hide_idea(proposal=found.proposal, reason=reason, **about)
        return Response(status=status.HTTP_204_NO_CONTENT)


class AmendmentList(_ReadOpenly, ListAPIView[Amendment]):
    serializer_class = talk_serializers.AmendmentRow
    ordering = ("number",)

    def get_queryset(self) -> QuerySet[Amendment]:
        found = Amendment.objects.filter(proposal=self.kwargs.get("pk"))
        sponsored = found.with_sponsors(timezone.now().date())
        return sponsored.select_related("author", "base", "wording")

    @extend_schema(summary="Amendments to a proposal, in their order")
    def get(self, request: Request, pk: str) -> Response:
        _proposal(pk)
        return self.list(request)

    @extend_schema(
        summary="Propose another text",
        request=talk_serializers.AmendInput,
        responses={201: talk_serializers.AmendmentDetail},
    )
    def post(self, request: Request, pk: str) -> Response:
        found = _proposal(pk)
        kind = kinds.get(found.kind)
        sent = talk_serializers.AmendInput(data=request.data, context={"kind": kind})
        sent.is_valid(raise_exception=True)
        words = dict(sent.validated_data)
        replaced = words.pop("replaces", None)
        made = actions.amend(
            proposal=found,
            **words,
            replaces=_amendment(pk, replaced) if replaced else None,
            by=_me(request),
            at=timezone.now(),
        )
        return _amendment_answer(pk, made.number, status.HTTP_201_CREATED)


class AmendmentDetail(_ReadOpenly, APIView):
    @extend_schema(summary="One amendment", responses=talk_serializers.AmendmentDetail)
    def get(self, request: Request, pk: str, number: int) -> Response:
        return _amendment_answer(pk, number)


class AmendmentSupportView(APIView):
    permission_classes = [_MayWrite]

    @extend_schema(
        summary="Stand behind an amendment",
        request=SupportInput,
        responses={201: talk_serializers.AmendmentDetail},
    )
    def post(self, request: Request, pk: str, number: int) -> Response:
        sent = SupportInput(data=request.data)
        sent.is_valid(raise_exception=True)
        actions.support_amendment(
            amendment=_amendment(pk, number),
            **sent.validated_data,
            by=_me(request),
            at=timezone.now(),
        )
        return _amendment_answer(pk, number, status.HTTP_201_CREATED)

    @extend_schema(
        summary="Take your support of an amendment back",
        request=None,
        responses={200: talk_serializers.AmendmentDetail},
    )
    def delete(self, request: Request, pk: str, number: int) -> Response:
        found = _amendment(pk, number)
        actions.withdraw_amendment_support(amendment=found, by=_me(request), at=timezone.now())
        return _amendment_answer(pk, number)


class AmendmentDecideView(APIView):
    permission_classes = [_MayWrite]

    @extend_schema(
        summary="Accept an amendment, leave it to the vote, or take your own back",
        request=talk_serializers.DecideInput,
        responses=talk_serializers.AmendmentDetail,
    )
    def post(self, request: Request, pk: str, number: int) -> Response:
        found = _amendment(pk, number)
        sent = talk_serializers.DecideInput(data=request.data)
        sent.is_valid(raise_exception=True)
        said = sent.validated_data
        about: dict[str, Any] = {"amendment": found, "by": _me(request), "at": timezone.now()}
        if said["decision"] == "accept":
            actions.accept_amendment(text_sha256=said["text_sha256"], **about)
        elif said["decision"] == "leave":
            actions.leave_to_the_vote(answer=said.get("answer", ""), **about)
        else:
            actions.withdraw_amendment(**about)
        return _amendment_answer(pk, number)


def _flag(request: Request, proposal: Proposal, comment: Comment | None) -> Response:
    sent = talk_serializers.FlagInput(data=request.data)
    sent.is_valid(raise_exception=True)
    actions.flag(
        proposal=proposal,
        comment=comment,
        **sent.validated_data,
        by=_me(request),
        at=timezone.now(),
    )
    return Response(status=status.HTTP_204_NO_CONTENT)


def _hide(request: Request) -> dict[str, Any]:
    sent = talk_serializers.HideInput(data=request.data)
    sent.is_valid(raise_exception=True)
    return dict(sent.validated_data)


def _amendment_answer(pk: str, number: int, code: int = status.HTTP_200_OK) -> Response:
    return Response(talk_serializers.AmendmentDetail(_amendment(pk, number)).data, status=code)


def _amendment(pk: str, number: int) -> Amendment:
    found = Amendment.objects.with_sponsors(timezone.now().date()).select_related(
        "proposal", "author", "base__revision", "wording__revision"
    )
    # What no column can hold is no number of an amendment.
    return get_object_or_404(found, proposal=pk, number=min(number, 2**31 - 1))


def _comment_answer(pk: str, comment: str) -> Response:
    return Response(CommentRow(_comment(pk, comment)).data)


def _comment(pk: str, comment: str) -> Comment:
    found = Comment.objects.to_show(None).select_related("proposal__hidden_idea", "author")
    return get_object_or_404(found, pk=comment, proposal=pk)


def _proposal(pk: str) -> Proposal:
    return get_object_or_404(Proposal.objects.select_related("hidden_idea"), pk=pk)


def _me(request: Request) -> Person:
    return cast(Person, request.user)
