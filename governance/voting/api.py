"""The API's door to polls: open reads, taking a ballot as a member, casting it as anybody."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import IO, Any, NoReturn, cast

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.parsers import JSONParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from governance.voting import actions, serializers
from governance.voting.ballots import Malformed, to_base64
from governance.voting.filters import PollFilter
from governance.voting.models import Poll
from governance.voting.option_names import name_persons
from governance.voting.throttling import TokenThrottle
from members.models import Person
from members.permissions import HasScope

# A ballot is under 1,500 bytes.
LONGEST = 16_384


class SmallJSONParser(JSONParser):
    """JSON of at most 16 kB: anyone may post here, and nothing they send is more than refused."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        body = stream.read(LONGEST + 1)
        if len(body) > LONGEST:
            raise ParseError(_("This is longer than any ballot."))
        try:
            return json.loads(body, parse_constant=_no_constant)
        except (ValueError, RecursionError):
            raise ParseError(_("This is not JSON.")) from None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


class PollListView(ListAPIView[Poll]):
    permission_classes = [AllowAny]
    serializer_class = serializers.PollOut
    filterset_class = PollFilter
    ordering = ("-opens_at", "pk")

    @extend_schema(summary="Polls, newest first")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Poll]:
        return Poll.objects.with_objections().order_by(*self.ordering)

    def paginate_queryset(self, queryset: Any) -> Any:
        page = super().paginate_queryset(queryset)
        name_persons(page or [])
        return page


class PollView(RetrieveAPIView[Poll]):
    permission_classes = [AllowAny]
    serializer_class = serializers.PollOut
    queryset = Poll.objects.with_objections()

    @extend_schema(summary="One poll, with its result once it has closed")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class IssueView(APIView):
    """The message comes blinded: it is signed unread, and joins nobody to a ballot."""

    permission_classes = [HasScope("polls:vote")]
    parser_classes = [SmallJSONParser]

    @extend_schema(
        summary="Take your ballot: have your token signed, once",
        request=serializers.IssueIn,
        responses=serializers.IssueOut,
    )
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        poll = get_object_or_404(Poll, pk=pk)
        asked = serializers.IssueIn(data=request.data)
        asked.is_valid(raise_exception=True)
        try:
            signature = actions.issue(
                poll=poll,
                blinded=asked.validated_data["blinded"],
                by=cast(Person, request.user),
                at=timezone.now(),
            )
        except Malformed as malformed:
            raise ValidationError({malformed.field: [malformed.reason]}) from None
        return Response(
            {"blind_signature": to_base64(signature)}, headers={"Cache-Control": "no-store"}
        )


class ObjectionView(APIView):
    """Only that somebody objected, and to what, is kept; how they voted is not asked."""

    permission_classes = [HasScope("polls:vote")]
    parser_classes = [SmallJSONParser]

    @extend_schema(
        summary="Object to what a closed poll says of your ballot, once",
        request=serializers.ObjectionIn,
        responses={status.HTTP_201_CREATED: serializers.ObjectionIn},
    )
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        poll = get_object_or_404(Poll, pk=pk)
        said = serializers.ObjectionIn(data=request.data)
        said.is_valid(raise_exception=True)
        actions.object_to(
            poll=poll, **said.validated_data, by=cast(Person, request.user), at=timezone.now()
        )
        return Response(
            said.data, status=status.HTTP_201_CREATED, headers={"Cache-Control": "no-store"}
        )


class CastView(APIView):
    """Nobody is signed in here, and whoever asks gets the same answer."""

    authentication_classes = []
    permission_classes = [AllowAny]
    throttle_classes = [TokenThrottle]
    parser_classes = [SmallJSONParser]

    @extend_schema(
        summary="Cast a ballot",
        request=serializers.SignedBallotIn,
        responses={status.HTTP_201_CREATED: serializers.ReceiptOut},
    )
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        try:
            receipt = actions.cast(poll_id=pk, ballot=request.data, at=timezone.now())
        except Poll.DoesNotExist:
            raise Http404 from None
        except Malformed as malformed:
            raise ValidationError({malformed.field: [malformed.reason]}) from None
        return Response(
            receipt.as_json(),
            status=status.HTTP_201_CREATED,
            headers={"Cache-Control": "no-store"},
        )
