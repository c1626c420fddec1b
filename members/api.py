"""The API's door to members."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, cast

from allauth.account.decorators import reauthentication_required
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from kernel.refusal import Refused
from members import actions, awaiting, export, leaving, mail_kinds, serializers
from members.models import Invitation, Person, PersonalToken, RoleGrant, StandingPeriod
from members.permissions import HasScope


class SummaryView(APIView):
    permission_classes = [AllowAny]

    @extend_schema(summary="The membership in numbers", responses=serializers.MembersSummary)
    def get(self, request: Request) -> Response:
        day = timezone.now().date()
        summary = {
            "day": day,
            "in_standing": Person.objects.in_standing(day).count(),
            "joined": StandingPeriod.objects.joined_by_month(day),
            "roles": RoleGrant.objects.on(day).holders_by_role(),
        }
        return Response(serializers.MembersSummary(summary).data)


class MeView(APIView):
    permission_classes = [HasScope("read")]

    @extend_schema(summary="You, your standing and your roles", responses=serializers.Me)
    def get(self, request: Request) -> Response:
        person, day = cast(Person, request.user), timezone.now().date()
        me = {
            "display_name": person.display_name,
            "standing": person.standing_on(day),
            "roles": person.role_grants.on(day).roles(),
        }
        return Response(serializers.Me(me).data)


class AwaitingView(APIView):
    permission_classes = [HasScope("read")]

    @extend_schema(summary="What awaits you, what ends first first", responses=serializers.Awaiting)
    def get(self, request: Request) -> Response:
        waiting = awaiting.awaiting(cast(Person, request.user), timezone.now())
        return Response(serializers.Awaiting({"awaiting": waiting}).data)


class EverythingView(APIView):
    permission_classes = [HasScope("account:read")]

    @extend_schema(
        summary="Everything held about you, by the part that holds it",
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request) -> Response:
        everything = export.everything(cast(Person, request.user), timezone.now())
        return Response(everything, headers={"Cache-Control": "no-store"})


class MailChoicesView(APIView):
    permission_classes = [HasScope("account:write")]

    @extend_schema(summary="The kinds of mail you get", responses=serializers.MailChoices)
    def get(self, request: Request) -> Response:
        return Response(_mail_choices(cast(Person, request.user)))

    @extend_schema(
        summary="Choose a kind of mail, or decline it",
        request=serializers.MailChoiceMade,
        responses=serializers.MailChoices,
    )
    def post(self, request: Request) -> Response:
        person = cast(Person, request.user)
        made = serializers.MailChoiceMade(data=request.data)
        made.is_valid(raise_exception=True)
        actions.choose_mail(person=person, **made.validated_data, by=person, at=timezone.now())
        return Response(_mail_choices(person))


class InvitationView(APIView):
    permission_classes = [HasScope("account:write")]

    @extend_schema(
        summary="The link with which you invite, and how many came by it",
        responses=serializers.InvitationShown,
    )
    def get(self, request: Request) -> Response:
        return Response(_invitation(cast(Person, request.user)))

    @extend_schema(
        summary="Make the link with which you invite",
        request=serializers.InvitationMade,
        responses={201: serializers.InvitationShown},
    )
    def post(self, request: Request) -> Response:
        person = cast(Person, request.user)
        made = serializers.InvitationMade(data=request.data)
        made.is_valid(raise_exception=True)
        actions.invite(person=person, **made.validated_data, by=person, at=timezone.now())
        return Response(_invitation(person), status=HTTPStatus.CREATED)

    @extend_schema(summary="End the link with which you invite", responses={204: None})
    def delete(self, request: Request) -> Response:
        person = cast(Person, request.user)
        actions.revoke_invitation(person=person, by=person, at=timezone.now())
        return Response(status=HTTPStatus.NO_CONTENT)


class ResignView(APIView):
    permission_classes = [HasScope("account:write")]

    @extend_schema(summary="Give a role back, today", request=None, responses={204: None})
    def post(self, request: Request, role: str) -> Response:
        if role not in RoleGrant.Role.values:
            raise Http404
        person = cast(Person, request.user)
        actions.resign_role(person=person, role=role, by=person, at=timezone.now())
        return Response(status=HTTPStatus.NO_CONTENT)


class WhatStaysView(APIView):
    permission_classes = [AllowAny]

    @extend_schema(
        summary="What stays when somebody leaves, and why", responses=serializers.WhatStays
    )
    def get(self, request: Request) -> Response:
        return Response(serializers.WhatStays({"parts": leaving.parts()}).data)


class LeavingCodeView(APIView):
    permission_classes = [HasScope("account:write")]

    @extend_schema(
        summary="Have a code mailed with which you can leave", request=None, responses={202: None}
    )
    def post(self, request: Request) -> Response:
        person = cast(Person, request.user)
        actions.send_leaving_code(person=person, by=person, at=timezone.now())
        return Response(status=HTTPStatus.ACCEPTED)


class LeavingView(APIView):
    permission_classes = [HasScope("account:write")]

    @extend_schema(summary="What is open before you can leave", responses=serializers.OpenDuties)
    def get(self, request: Request) -> Response:
        duties = leaving.duties(cast(Person, request.user), timezone.now())
        return Response(serializers.OpenDuties({"duties": duties}).data)

    @extend_schema(
        summary="Leave for good: closes your account and erases who you were",
        request=serializers.LeavingAsked,
        responses={202: None},
    )
    def post(self, request: Request) -> Response:
        person = cast(Person, request.user)
        asked = serializers.LeavingAsked(data=request.data)
        asked.is_valid(raise_exception=True)
        if not isinstance(request.auth, PersonalToken):
            _check_confirmed(request._request)
        actions.leave(person=person, **asked.validated_data, by=person, at=timezone.now())
        return Response(status=HTTPStatus.ACCEPTED)


def _check_confirmed(request: HttpRequest) -> None:
    """Raises ``Refused`` where somebody with a passkey has not shown it lately."""
    try:
        reauthentication_required(lambda request: None, app="allauth.mfa")(request)
    except ReauthenticationRequired:
        raise Refused(
            "confirm-first",
            _("Show your passkey first, at %(url)s")
            % {"url": settings.SITE_ORIGIN + reverse("leave-confirm")},
        ) from None


def _mail_choices(person: Person) -> dict[str, Any]:
    choices = [
        {
            "kind": kind.name,
            "label": kind.label,
            "sentence": kind.sentence,
            "optional": kind.optional,
            "wanted": person.wants(kind.name),
        }
        for kind in mail_kinds.kinds()
    ]
    return serializers.MailChoices({"kinds": choices}).data


def _invitation(person: Person) -> dict[str, Any]:
    mine = Invitation.objects.made_by(person)
    return serializers.InvitationShown(
        {
            "url": mine.url or None,
            "named": mine.invitation.named if mine.invitation else None,
            "joined": mine.joined,
        }
    ).data
