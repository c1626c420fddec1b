"""The API's door to awards: agreement, evidence, amendments, ending, money that comes back."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any, cast

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from funding.dues.models import BankLine
from funding.grants import permissions
from funding.grants.actions import agreeing, delivering, ending, next_in_line
from funding.grants.actions.moving import stage_passed
from funding.grants.award_reads import lines_given_back
from funding.grants.awarding_serializers import (
    AcceptIn,
    AgreementIn,
    AmendmentAnswerIn,
    AmendmentIn,
    AwardInside,
    EvidenceIn,
    ExtensionIn,
    FundOut,
    LineIn,
    LineOut,
    MilestoneInside,
    TerminationIn,
    VerdictIn,
)
from funding.grants.models import Award, Fund, Milestone, Termination
from members.models import Person
from members.permissions import HasScope


class _Apply(APIView):
    """For whose award it is."""

    permission_classes: list[type[BasePermission]] = [HasScope("grants:apply")]


class _Judge(APIView):
    """For who looks after it."""

    permission_classes: list[type[BasePermission]] = [HasScope("grants:judge")]


# The agreement


class Offer(_Judge):
    """What was accepted of another text counts no longer."""

    @extend_schema(
        operation_id="grant_awards_offer",
        summary="Put the text of the agreement before the project",
        request=AgreementIn,
        responses=AwardInside,
    )
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        found = _award(request, pk)
        given = _read(AgreementIn(data=request.data))
        agreeing.offer_agreement(award=found, **given, by=_me(request), at=timezone.now())
        return _told(request, pk)


class Accept(_Apply):
    """With the second side the award is agreed."""

    @extend_schema(
        operation_id="grant_awards_accept",
        summary="Accept the text of this hash, for the project",
        request=AcceptIn,
        responses=AwardInside,
    )
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        found = _own(request, pk)
        given = _read(AcceptIn(data=request.data))
        agreeing.accept_agreement(award=found, **given, by=_me(request), at=timezone.now())
        return _told(request, pk)


class Countersign(_Judge):
    """With the second side the award is agreed."""

    @extend_schema(
        operation_id="grant_awards_countersign",
        summary="Accept the text of this hash, for Customer Commons",
        request=AcceptIn,
        responses=AwardInside,
    )
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        found, me, now = _award(request, pk), _me(request), timezone.now()
        given = _read(AcceptIn(data=request.data))
        permissions.check_can_decide(found.application, me, now)
        agreeing.accept_agreement(award=found, **given, by=me, at=now)
        return _told(request, pk)


class Decline(_Apply):
    @extend_schema(
        operation_id="grant_awards_decline",
        summary="Not take the money: it is free for other projects",
        request=None,
        responses=AwardInside,
    )
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        found = _own(request, pk)
        agreeing.decline_award(award=found, by=_me(request), at=timezone.now())
        return _told(request, pk)


# Milestones


class Evidence(_Apply):
    @extend_schema(
        operation_id="grant_milestones_evidence",
        summary="Show, by a link or a file, that a milestone is reached",
        request=EvidenceIn,
        responses={201: MilestoneInside},
    )
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        found = _milestone(request, pk)
        given = _read(EvidenceIn(data=request.data))
        delivering.show_evidence(
            milestone=found,
            url=given["url"],
            name=given["name"],
            data=given.get("document"),
            note=given["note"],
            by=_me(request),
            at=timezone.now(),
        )
        return _told_of_milestone(request, pk, status.HTTP_201_CREATED)


class Verdict(_Judge):
    @extend_schema(
        operation_id="grant_milestones_verdict",
        summary="Say whether what was shown meets the criteria, with reasons",
        request=VerdictIn,
        responses=MilestoneInside,
    )
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        found = _milestone(request, pk)
        given = _read(VerdictIn(data=request.data))
        delivering.judge_milestone(milestone=found, **given, by=_me(request), at=timezone.now())
        return _told_of_milestone(request, pk)


class Amend(_Apply):
    @extend_schema(
        operation_id="grant_milestones_amend",
        summary="Ask to change what a milestone is shown by, or when: two people decide",
        request=AmendmentIn,
        responses={201: MilestoneInside},
    )
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        given = _read(AmendmentIn(data=request.data))
        return _ask(request, pk, **given)


class Extend(_Apply):
    @extend_schema(
        operation_id="grant_milestones_extend",
        summary="Ask for more time, and nothing else: two people decide",
        request=ExtensionIn,
        responses={201: MilestoneInside},
    )
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        given = _read(ExtensionIn(data=request.data))
        return _ask(request, pk, criteria=_milestone(request, pk).criteria, **given)


class AnswerAmendment(_Judge):
    """Two yeses change the milestone; one no is enough."""

    @extend_schema(
        operation_id="grant_milestones_amendment_answer",
        summary="Say yes or no to the change that a project asks for",
        request=AmendmentAnswerIn,
        responses=MilestoneInside,
    )
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        found = _milestone(request, pk)
        given = _read(AmendmentAnswerIn(data=request.data))
        asked = found.amendments.filter(decided_at=None).first()
        if asked is None:
            raise stage_passed()
        delivering.decide_amendment(amendment=asked, **given, by=_me(request), at=timezone.now())
        return _told_of_milestone(request, pk)


# The end


class Terminate(_Judge):
    @extend_schema(
        operation_id="grant_awards_terminate",
        summary="Propose to end an award before its time, for a reason that becomes public",
        request=TerminationIn,
        responses={201: AwardInside},
    )
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        found = _award(request, pk)
        given = _read(TerminationIn(data=request.data))
        ending.propose_termination(award=found, **given, by=_me(request), at=timezone.now())
        return _told(request, pk, status.HTTP_201_CREATED)


class ConfirmTermination(_Judge):
    @extend_schema(
        operation_id="grant_awards_terminate_confirm",
        summary="End the award, as the second person: what was not paid is free again",
        request=None,
        responses=AwardInside,
    )
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        proposed = _proposed(request, pk)
        ending.confirm_termination(termination=proposed, by=_me(request), at=timezone.now())
        return _told(request, pk)


class WithdrawTermination(_Judge):
    @extend_schema(
        operation_id="grant_awards_terminate_withdraw",
        summary="Take back the proposal to end the award, or turn it down",
        request=None,
        responses=AwardInside,
    )
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        proposed = _proposed(request, pk)
        ending.withdraw_termination(termination=proposed, by=_me(request), at=timezone.now())
        return _told(request, pk)


class Returns(_Judge):
    """The bank's statement shows the money before anybody notes it."""

    @extend_schema(
        operation_id="grant_awards_returns_lines",
        summary="Lines of the bank's that may be money that a project gave back",
        responses=LineOut(many=True),
        filters=False,
    )
    def get(self, request: Request, pk: uuid.UUID) -> Response:
        found = _award(request, pk)
        permissions.check_can_decide(found.application, _me(request), timezone.now())
        return Response(LineOut(lines_given_back(found)[:100], many=True).data)

    @extend_schema(
        operation_id="grant_awards_returns_create",
        summary="Note that a line of the bank's is money that a project gave back",
        request=LineIn,
        responses={201: AwardInside},
    )
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        found, me, now = _award(request, pk), _me(request), timezone.now()
        given = _read(LineIn(data=request.data))
        permissions.check_can_decide(found.application, me, now)
        line = get_object_or_404(BankLine, pk=given["line"])
        ending.take_back(award=found, line=line, by=me, at=now)
        return _told(request, pk, status.HTTP_201_CREATED)


class CloseFund(_Judge):
    @extend_schema(
        operation_id="grant_rounds_fund_close",
        summary="Close a round's fund: what is not promised is free for later rounds",
        request=None,
        responses=FundOut,
    )
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        fund = get_object_or_404(Fund.objects.select_related("round"), pk=pk)
        next_in_line.close_fund(fund=fund, by=_me(request), at=timezone.now())
        return Response(FundOut(get_object_or_404(Fund, pk=pk)).data)


def _read(given: Any) -> dict[str, Any]:
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


def _ask(request: Request, pk: uuid.UUID, *, criteria: str, due_on: date, reason: str) -> Response:
    delivering.ask_amendment(
        milestone=_milestone(request, pk),
        criteria=criteria,
        due_on=due_on,
        reason=reason,
        by=_me(request),
        at=timezone.now(),
    )
    return _told_of_milestone(request, pk, status.HTTP_201_CREATED)


def _award(request: Request, pk: uuid.UUID) -> Award:
    """An award whose inside whoever asks may read; every other is not there."""
    readable = Award.objects.all().visible_to(_me(request), timezone.now().date())
    return get_object_or_404(readable.to_show(), pk=pk)


def _own(request: Request, pk: uuid.UUID) -> Award:
    mine = Award.objects.filter(application__applicant=_me(request))
    return get_object_or_404(mine.to_show(), pk=pk)


def _milestone(request: Request, pk: uuid.UUID) -> Milestone:
    readable = Award.objects.all().visible_to(_me(request), timezone.now().date())
    within = Milestone.objects.filter(award__in=readable.values("pk"))
    return get_object_or_404(within.select_related("award__application"), pk=pk)


def _proposed(request: Request, pk: uuid.UUID) -> Termination:
    """What is proposed of an award and not decided. Raises ``Refused`` where nothing is."""
    found = _award(request, pk)
    permissions.check_can_decide(found.application, _me(request), timezone.now())
    proposed = found.terminations.filter(confirmed_at=None, withdrawn_at=None).first()
    if proposed is None:
        raise stage_passed()
    return proposed


def _told(request: Request, pk: uuid.UUID, code: int = status.HTTP_200_OK) -> Response:
    return Response(AwardInside(_award(request, pk)).data, status=code)


def _told_of_milestone(request: Request, pk: uuid.UUID, code: int = status.HTTP_200_OK) -> Response:
    return Response(MilestoneInside(_milestone(request, pk)).data, status=code)


def _me(request: Request) -> Person:
    return cast(Person, request.user)
