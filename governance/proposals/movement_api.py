"""The API's door to movement: the same actions as the pages, and the same refusals."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import QuerySet
from django.shortcuts import get_list_or_404, get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from governance.proposals import actions
from governance.proposals import movement_serializers as serializers
from governance.proposals.filters import AcceptanceFilter
from governance.proposals.models import Acceptance, Organisation
from governance.proposals.movement_page import movement_of
from governance.proposals.submission_throttle import SubmissionThrottle
from governance.proposals.well_known import WELL_KNOWN
from governance.terms.models import Term
from members.models import Person
from members.permissions import HasScope

_MayWrite = HasScope("proposals:write")


class MovementView(APIView):
    permission_classes = [AllowAny]

    @extend_schema(
        summary="How far a term has come since it was adopted",
        responses=serializers.MovementDetail,
    )
    def get(self, request: Request, slug: str) -> Response:
        return _answer(slug)


class ProfferView(APIView):
    permission_classes = [_MayWrite]

    @extend_schema(
        summary="Say that you proffer a term",
        request=None,
        responses={201: serializers.MovementDetail},
    )
    def post(self, request: Request, slug: str) -> Response:
        actions.proffer(term=_term(slug), by=_me(request), at=timezone.now())
        return _answer(slug, status.HTTP_201_CREATED)

    @extend_schema(
        summary="Take that back", request=None, responses={200: serializers.MovementDetail}
    )
    def delete(self, request: Request, slug: str) -> Response:
        actions.withdraw_proffer(term=_term(slug), by=_me(request), at=timezone.now())
        return _answer(slug)


class AskView(APIView):
    permission_classes = [_MayWrite]

    @extend_schema(
        summary="Ask an organisation to accept a term",
        request=serializers.DomainInput,
        responses={201: serializers.MovementDetail},
    )
    def post(self, request: Request, slug: str) -> Response:
        sent = serializers.DomainInput(data=request.data)
        sent.is_valid(raise_exception=True)
        actions.ask(term=_term(slug), **sent.validated_data, by=_me(request), at=timezone.now())
        return _answer(slug, status.HTTP_201_CREATED)


class AskDetail(APIView):
    permission_classes = [_MayWrite]

    @extend_schema(
        summary="No longer ask an organisation",
        request=None,
        responses={200: serializers.MovementDetail},
    )
    def delete(self, request: Request, slug: str, domain: str) -> Response:
        about: dict[str, Any] = {"by": _me(request), "at": timezone.now()}
        actions.withdraw_ask(term=_term(slug), domain=domain, **about)
        return _answer(slug)


@extend_schema_view(
    get=extend_schema(summary="Who accepts which terms, and did, those that last longest first")
)
class AcceptanceList(ListAPIView[Acceptance]):
    permission_classes = [AllowAny]
    serializer_class = serializers.AcceptanceRow
    filterset_class = AcceptanceFilter
    ordering = ("since", "pk")

    def get_queryset(self) -> QuerySet[Acceptance]:
        return Acceptance.objects.to_show()


class OrganisationList(APIView):
    permission_classes = [AllowAny]
    throttle_classes = [*APIView.throttle_classes, SubmissionThrottle]

    @extend_schema(
        summary="Tell us of an organisation that accepts terms",
        request=serializers.DomainInput,
        responses={202: serializers.OrganisationDetail},
    )
    def post(self, request: Request) -> Response:
        sent = serializers.DomainInput(data=request.data)
        sent.is_valid(raise_exception=True)
        told = actions.submit_organisation(
            **sent.validated_data,
            form=WELL_KNOWN.name,
            by=_me(request) if request.user.is_authenticated else None,
            at=timezone.now(),
        )
        return _organisation(told.domain, status.HTTP_202_ACCEPTED)


class OrganisationDetail(APIView):
    permission_classes = [AllowAny]

    @extend_schema(
        summary="One organisation, and what we found when we looked",
        responses=serializers.OrganisationDetail,
    )
    def get(self, request: Request, domain: str) -> Response:
        return _organisation(domain)


def _organisation(domain: str, code: int = status.HTTP_200_OK) -> Response:
    ways = get_list_or_404(Organisation.objects.order_by("submitted_at", "pk"), domain=domain)
    shown = {"domain": domain, "url": ways[0].get_absolute_url(), "ways": ways}
    return Response(serializers.OrganisationDetail(shown).data, status=code)


def _answer(slug: str, code: int = status.HTTP_200_OK) -> Response:
    movement = movement_of(_term(slug).pk, None, timezone.now())
    shown = {"term": slug, **movement}
    return Response(serializers.MovementDetail(shown).data, status=code)


def _term(slug: str) -> Term:
    return get_object_or_404(Term, pk=slug)


def _me(request: Request) -> Person:
    return cast(Person, request.user)
