"""The API's door to members."""

from __future__ import annotations

from typing import cast

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from members import serializers
from members.models import Person, RoleGrant, StandingPeriod
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
