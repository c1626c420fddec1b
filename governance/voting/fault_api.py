"""The API's door for scrutineers: the faults named in an open vote, naming one, confirming one."""

from __future__ import annotations

import uuid
from typing import Any, cast

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from governance.voting import actions, permissions, serializers
from governance.voting.api import SmallJSONParser
from governance.voting.models import NamedFault, Poll
from members.models import Person
from members.permissions import HasScope


class FaultListView(ListAPIView[NamedFault]):
    """Told to scrutineers alone while the vote is open: nobody else is to be swayed by it."""

    permission_classes = [HasScope("polls:scrutinize")]
    parser_classes = [SmallJSONParser]
    serializer_class = serializers.NamedFaultOut
    ordering = ("proposed_at", "pk")

    @extend_schema(summary="The faults that scrutineers named in a poll")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(
        summary="Name a fault in an open poll, as a scrutineer",
        request=serializers.NamedFaultIn,
        responses={status.HTTP_201_CREATED: serializers.NamedFaultOut},
    )
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        poll = _scrutinized(request, pk)
        said = serializers.NamedFaultIn(data=request.data)
        said.is_valid(raise_exception=True)
        named = actions.name_fault(
            poll=poll, **said.validated_data, by=cast(Person, request.user), at=timezone.now()
        )
        return Response(serializers.NamedFaultOut(named).data, status=status.HTTP_201_CREATED)

    def get_queryset(self) -> QuerySet[NamedFault]:
        if getattr(self, "swagger_fake_view", False):
            return NamedFault.objects.none()
        poll = _scrutinized(self.request, self.kwargs["pk"])
        return poll.named_faults.order_by(*self.ordering)


class ConfirmFaultView(APIView):
    """The second of the two: from then on no ballot is taken, and none is ever published."""

    permission_classes = [HasScope("polls:scrutinize")]
    parser_classes = [SmallJSONParser]

    @extend_schema(
        summary="Cancel an open poll for the fault that another scrutineer named",
        request=None,
        responses=serializers.NamedFaultOut,
    )
    def post(self, request: Request, pk: uuid.UUID, fault: uuid.UUID) -> Response:
        poll = _scrutinized(request, pk)
        named = get_object_or_404(poll.named_faults.select_related("poll"), pk=fault)
        actions.confirm_fault(named=named, by=cast(Person, request.user), at=timezone.now())
        named.refresh_from_db()
        return Response(serializers.NamedFaultOut(named).data)


def _scrutinized(request: Request, pk: uuid.UUID) -> Poll:
    """A poll that has opened, for a scrutineer whose own cause it is not. Raises ``Refused``."""
    poll = get_object_or_404(Poll.objects.exclude(manifest=None), pk=pk)
    permissions.check_can_name_fault(poll, cast(Person, request.user), at=timezone.now())
    return poll
