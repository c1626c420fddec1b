"""The API's door for who looks after rounds: interests, screening, reviews, shortlist, decision."""

from __future__ import annotations

import uuid
from typing import Any, cast

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from funding.grants import actions, permissions
from funding.grants.applying_serializers import (
    AnswerIn,
    InterestIn,
    InterestOut,
    JudgeIn,
    ReviewerIn,
    ReviewIn,
    TextIn,
)
from funding.grants.models import Application, Reviewer, Round
from funding.grants.serializers import ReadOut, RoundOut
from kernel.refusal import Refused
from members.models import Person
from members.permissions import HasScope

_SCOPE = "grants:judge"
_DECISIONS = {
    "find_eligible": actions.find_eligible,
    "find_ineligible": actions.find_ineligible,
    "shortlist": actions.shortlist,
    "decline": actions.decline,
}


class _Judge(APIView):
    permission_classes: list[type[BasePermission]] = [HasScope(_SCOPE)]


class Interest(_Judge):
    """Nothing of an application is shown before one has said that one has none."""

    @extend_schema(
        operation_id="grant_applications_interest",
        summary="Say whether one has an interest in an application that one looks after",
        request=InterestIn,
        responses={201: InterestOut},
    )
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        me, now = _me(request), timezone.now()
        given = _read(InterestIn(data=request.data))
        mine = Application.objects.all().on_panel_of(me, now.date())
        declared = actions.declare_interest(
            application=get_object_or_404(mine, pk=pk), **given, by=me, at=now
        )
        return Response(InterestOut(declared).data, status=status.HTTP_201_CREATED)


class Decide(_Judge):
    """Each of them has its stage: another one is refused, and so is who is not free to decide."""

    @extend_schema(
        operation_id="grant_applications_decide",
        summary="Screen an application, ask for more, put it on the shortlist or leave it off",
        request=JudgeIn,
        responses=ReadOut,
    )
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        found = _open(request, pk)
        given = _read(JudgeIn(data=request.data))
        about: dict[str, Any] = {"application": found, "by": _me(request), "at": timezone.now()}
        if given["what"] == "ask_more":
            actions.ask_more(what=given["reasons"], **about)
        else:
            _DECISIONS[given["what"]](reasons=given["reasons"], **about)
        return _answer(request, pk)


class Review(_Judge):
    @extend_schema(
        operation_id="grant_applications_review",
        summary="Score an application, once; others' reviews are readable from then on",
        request=ReviewIn,
        responses={201: ReadOut},
    )
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        found = _open(request, pk)
        given = _read(ReviewIn(data=request.data))
        actions.review(application=found, **given, by=_me(request), at=timezone.now())
        return _answer(request, pk, status.HTTP_201_CREATED)


class Remark(_Judge):
    @extend_schema(
        operation_id="grant_applications_remark",
        summary="Say something to the others who look after an application",
        request=TextIn,
        responses={201: ReadOut},
    )
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        found = _open(request, pk)
        given = _read(TextIn(data=request.data))
        actions.remark(application=found, **given, by=_me(request), at=timezone.now())
        return _answer(request, pk, status.HTTP_201_CREATED)


class Answer(_Judge):
    @extend_schema(
        operation_id="grant_applications_answer",
        summary="Hear the one correction of fact",
        request=AnswerIn,
        responses=ReadOut,
    )
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        found = _open(request, pk)
        given = _read(AnswerIn(data=request.data))
        actions.answer_correction(application=found, **given, by=_me(request), at=timezone.now())
        return _answer(request, pk)


class Confirm(_Judge):
    @extend_schema(
        operation_id="grant_applications_confirm",
        summary="Confirm what the members' vote decided of a project",
        request=None,
        responses=ReadOut,
    )
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        found = _open(request, pk)
        actions.confirm(application=found, by=_me(request), at=timezone.now())
        return _answer(request, pk)


class PutToVote(_Judge):
    """With nothing on the shortlist the round ends instead."""

    @extend_schema(
        operation_id="grant_rounds_vote",
        summary="Let the members choose among the shortlisted",
        request=None,
        responses=RoundOut,
    )
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        round = get_object_or_404(Round, pk=pk)
        actions.put_to_vote(round=round, by=_me(request), at=timezone.now())
        return Response(RoundOut(get_object_or_404(Round, pk=pk)).data)


class NameReviewer(_Judge):
    @extend_schema(
        operation_id="grant_rounds_reviewers_create",
        summary="Name somebody to review a round, in public",
        request=ReviewerIn,
        responses={201: RoundOut},
    )
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        round = get_object_or_404(Round, pk=pk)
        given = _read(ReviewerIn(data=request.data))
        # Who may not name anybody learns nothing of who has an account.
        permissions.check_can_look_after(round, _me(request), timezone.now())
        found = Person.objects.filter(email__iexact=given["email"], is_active=True).first()
        if found is None:
            raise Refused("nobody-there", _("Nobody has this address here."))
        actions.name_reviewer(round=round, person=found, by=_me(request), at=timezone.now())
        return Response(RoundOut(round).data, status=status.HTTP_201_CREATED)


class EndReviewer(_Judge):
    """What they wrote stays."""

    @extend_schema(
        operation_id="grant_rounds_reviewers_end",
        summary="Let somebody review a round no more",
        request=ReviewerIn,
        responses=RoundOut,
    )
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        round = get_object_or_404(Round, pk=pk)
        given = _read(ReviewerIn(data=request.data))
        named = Reviewer.objects.filter(round=round, ended_at=None).select_related("round")
        if given["email"].lower() != _me(request).email.lower():
            permissions.check_can_look_after(round, _me(request), timezone.now())
        reviewer = named.filter(person__email__iexact=given["email"]).first()
        if reviewer is None:
            raise Refused("reviewer-ended", _("They review nothing in this round any more."))
        actions.end_reviewer(reviewer=reviewer, by=_me(request), at=timezone.now())
        return Response(RoundOut(round).data)


def _read(given: Any) -> dict[str, Any]:
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


def _open(request: Request, pk: uuid.UUID) -> Application:
    """An application that is open to whoever asks; every other is not there."""
    readable = Application.objects.all().open_to(_me(request), timezone.now().date())
    return get_object_or_404(readable.with_version(), pk=pk)


def _answer(request: Request, pk: uuid.UUID, code: int = status.HTTP_200_OK) -> Response:
    return Response(ReadOut(_open(request, pk)).data, status=code)


def _me(request: Request) -> Person:
    return cast(Person, request.user)
