"""One's own dues in the API: the same actions as the pages, and the same refusals."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, cast

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from funding.dues import actions, serializers
from funding.dues.models import Gift, OneOff, Payment, Subscription
from kernel.money import Money
from members.models import Person
from members.permissions import HasScope

_MayRead = HasScope("read")
_MayWrite = HasScope("dues:write")


class MyDues(APIView):
    permission_classes = [_MayRead]

    @extend_schema(
        operation_id="my_dues",
        summary="Your own dues: what renews, what you paid, what you gave",
        responses=serializers.MyDuesSerializer,
    )
    def get(self, request: Request) -> Response:
        return Response(_mine(_person(request)))


class Cancel(APIView):
    permission_classes = [_MayWrite]

    @extend_schema(
        operation_id="my_dues_cancel",
        summary="Stop your renewal: no further charge, and you stay a member to the paid date",
        request=None,
        responses=serializers.MyDuesSerializer,
    )
    def post(self, request: Request) -> Response:
        person = _person(request)
        actions.request_cancellation(
            subscription=_subscription(person), by=person, at=timezone.now()
        )
        return Response(_mine(person))


class Resume(APIView):
    permission_classes = [_MayWrite]

    @extend_schema(
        operation_id="my_dues_resume",
        summary="Let your membership renew after all",
        request=None,
        responses=serializers.MyDuesSerializer,
    )
    def post(self, request: Request) -> Response:
        person = _person(request)
        actions.resume(subscription=_subscription(person), by=person, at=timezone.now())
        return Response(_mine(person))


class Change(APIView):
    permission_classes = [_MayWrite]

    @extend_schema(
        operation_id="my_dues_change",
        summary="Change to another plan; Stripe counts what is paid for already",
        request=serializers.ChangeSerializer,
        responses={HTTPStatus.ACCEPTED: serializers.MyDuesSerializer},
    )
    def post(self, request: Request) -> Response:
        person = _person(request)
        actions.request_change(
            subscription=_subscription(person),
            plan=_read(serializers.ChangeSerializer, request)["plan"],
            by=person,
            at=timezone.now(),
        )
        return Response(_mine(person), status=HTTPStatus.ACCEPTED)


class ChangePreview(APIView):
    permission_classes = [_MayWrite]

    @extend_schema(
        operation_id="my_dues_change_preview",
        summary="What a change of plan would cost at once",
        request=serializers.ChangeSerializer,
        responses=serializers.PreviewSerializer,
    )
    def post(self, request: Request) -> Response:
        person = _person(request)
        preview = actions.preview_change(
            subscription=_subscription(person),
            plan=_read(serializers.ChangeSerializer, request)["plan"],
            by=person,
            at=timezone.now(),
        )
        return Response(serializers.PreviewSerializer(preview).data)


class WaiverView(APIView):
    permission_classes = [_MayWrite]

    @extend_schema(
        operation_id="my_dues_waiver",
        summary="Be a member without dues. No reason is asked for",
        request=serializers.WaiverSerializer,
        responses={HTTPStatus.CREATED: serializers.MyDuesSerializer},
    )
    def post(self, request: Request) -> Response:
        person = _person(request)
        asked = _read(serializers.WaiverSerializer, request)
        actions.grant_waiver(person=person, by=person, at=timezone.now(), **asked)
        return Response(_mine(person), status=HTTPStatus.CREATED)


class PotView(APIView):
    permission_classes = [_MayWrite]

    @extend_schema(
        operation_id="my_dues_pot",
        summary="Put something into the pay-it-forward pot: answers where to pay",
        request=serializers.PotSerializer,
        responses={HTTPStatus.CREATED: serializers.PaymentPageSerializer},
    )
    def post(self, request: Request) -> Response:
        person, at = _person(request), timezone.now()
        asked = _read(serializers.PotSerializer, request)
        asked["amount"] = Money(**asked["amount"])
        one_off = actions.begin_pot(person=person, by=person, at=at, **asked)
        return _page(one_off, person)


class GiftView(APIView):
    permission_classes = [_MayWrite]

    @extend_schema(
        operation_id="my_dues_gift",
        summary="Give somebody a membership: answers where to pay",
        request=serializers.GiftInputSerializer,
        responses={HTTPStatus.CREATED: serializers.PaymentPageSerializer},
    )
    def post(self, request: Request) -> Response:
        person, at = _person(request), timezone.now()
        asked = _read(serializers.GiftInputSerializer, request)
        one_off = actions.begin_gift(person=person, by=person, at=at, **asked)
        return _page(one_off, person)


def _mine(person: Person) -> dict[str, Any]:
    standing = person.standing_on(timezone.now().date())
    mine = {
        "until": standing.until if standing else None,
        "subscription": Subscription.objects.live_of(person),
        "payments": Payment.objects.of(person),
        "gifts": Gift.objects.of(person),
    }
    return serializers.MyDuesSerializer(mine).data


def _page(one_off: OneOff, person: Person) -> Response:
    url = actions.open_one_off(one_off=one_off, by=person, at=timezone.now())
    page = serializers.PaymentPageSerializer({"url": url})
    return Response(page.data, status=HTTPStatus.CREATED)


def _read(serializer: type[Serializer[Any]], request: Request) -> Any:
    asked = serializer(data=request.data)
    asked.is_valid(raise_exception=True)
    return dict(asked.validated_data)


def _subscription(person: Person) -> Subscription:
    found = Subscription.objects.live_of(person)
    if found is None:
        raise Http404
    return found


def _person(request: Request) -> Person:
    return cast(Person, request.user)
