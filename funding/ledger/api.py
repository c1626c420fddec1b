"""The API's door to the books: the same reads and actions as the pages, for the same people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from http import HTTPStatus
from typing import Any, cast

from django.conf import settings
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.exceptions import ValidationError
from rest_framework.generics import GenericAPIView, ListAPIView, RetrieveAPIView
from rest_framework.permissions import SAFE_METHODS, AllowAny, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from funding.ledger import actions, serializers
from funding.ledger.filters import JournalFilter
from funding.ledger.forms import PeriodForm
from funding.ledger.models import Digest, Entry, Month, Voucher
from funding.ledger.permissions import can_read_books
from funding.ledger.reads import statements_of
from funding.ledger.vouchers import Kind
from kernel.money import Money
from members.models import Person
from members.permissions import HasScope


class KeepsBooks(BasePermission):
    """The treasurer and the stewards."""

    code = "not-for-you"

    def has_permission(self, request: Request, view: APIView) -> bool:
        person = request.user
        return isinstance(person, Person) and can_read_books(person, at=timezone.now())


_READS: list[type[BasePermission]] = [HasScope("read"), KeepsBooks]
_WRITES: list[type[BasePermission]] = [HasScope("books:write"), KeepsBooks]


@extend_schema_view(get=extend_schema(summary="Entries of the books, newest first"))
class EntryList(ListAPIView[Entry]):
    permission_classes = _READS
    serializer_class = serializers.BooksEntrySerializer
    filterset_class = JournalFilter
    ordering = ("-posted_at", "-pk")

    def get_queryset(self) -> QuerySet[Entry]:
        return Entry.objects.in_order()


@extend_schema_view(get=extend_schema(summary="One entry of the books"))
class EntryDetail(RetrieveAPIView[Entry]):
    permission_classes = _READS
    serializer_class = serializers.BooksEntrySerializer

    def get_queryset(self) -> QuerySet[Entry]:
        return Entry.objects.in_order()


class EntryUndo(GenericAPIView[Entry]):
    permission_classes = _WRITES
    serializer_class = serializers.ReversalInput
    queryset = Entry.objects.none()

    @extend_schema(
        summary="Put forward that an entry is undone",
        request=serializers.ReversalInput,
        responses={201: serializers.VoucherSerializer},
    )
    def post(self, request: Request, entry: str) -> Response:
        given = self.get_serializer(data=request.data)
        given.is_valid(raise_exception=True)
        voucher = actions.prepare_reversal(
            entry=get_object_or_404(Entry.objects.in_order(), pk=entry),
            **given.validated_data,
            by=_me(request),
            at=timezone.now(),
        )
        said = serializers.VoucherSerializer(voucher).data
        return Response(said, status=HTTPStatus.CREATED)


class StatementsView(APIView):
    permission_classes = _READS

    @extend_schema(
        operation_id="books_statements",
        summary="Trial balance, income statement and balance sheet",
        parameters=[
            OpenApiParameter("since", str, description="The first day; this month's if left out."),
            OpenApiParameter("until", str, description="The last day."),
        ],
        responses=serializers.StatementsSerializer,
    )
    def get(self, request: Request) -> Response:
        form = PeriodForm(request.query_params)
        if not form.is_valid():
            raise ValidationError(form.errors.get_json_data())
        period = form.period(timezone.now().date())
        found = statements_of(period, settings.CURRENCY)
        return Response(serializers.StatementsSerializer(found).data)


class ReadsOrWrites(APIView):
    """Reading takes the scope to read, and anything else the scope to write the books."""

    def get_permissions(self) -> list[Any]:
        kinds = _READS if self.request.method in SAFE_METHODS else _WRITES
        return [kind() for kind in kinds]


@extend_schema_view(get=extend_schema(summary="Vouchers, newest first"))
class VoucherList(ReadsOrWrites, ListAPIView[Voucher]):
    serializer_class = serializers.VoucherSerializer
    queryset = Voucher.objects.all()
    ordering = ("-prepared_at", "pk")

    @extend_schema(
        summary="Put something forward for the books",
        request=serializers.VoucherInput,
        responses={201: serializers.VoucherSerializer},
    )
    def post(self, request: Request) -> Response:
        given = serializers.VoucherInput(data=request.data)
        given.is_valid(raise_exception=True)
        voucher = actions.prepare_voucher(
            facts=_facts(given.validated_data), by=_me(request), at=timezone.now()
        )
        said = serializers.VoucherSerializer(voucher).data
        return Response(said, status=HTTPStatus.CREATED)


@extend_schema_view(get=extend_schema(summary="One voucher"))
class VoucherDetail(ReadsOrWrites, RetrieveAPIView[Voucher]):
    serializer_class = serializers.VoucherSerializer
    queryset = Voucher.objects.all()

    @extend_schema(
        summary="Say something else, which has to be approved anew",
        request=serializers.VoucherChange,
        responses=serializers.VoucherSerializer,
    )
    def put(self, request: Request, pk: str) -> Response:
        given = serializers.VoucherChange(data=request.data)
        given.is_valid(raise_exception=True)
        voucher = actions.change_voucher(
            voucher=get_object_or_404(Voucher, pk=pk),
            facts=_facts(given.validated_data),
            by=_me(request),
            at=timezone.now(),
        )
        return Response(serializers.VoucherSerializer(voucher).data)


class VoucherApprove(GenericAPIView[Voucher]):
    permission_classes = _WRITES
    serializer_class = serializers.ApprovalInput
    queryset = Voucher.objects.none()

    @extend_schema(
        summary="Approve a voucher, exactly as it is",
        request=serializers.ApprovalInput,
        responses=serializers.VoucherSerializer,
    )
    def post(self, request: Request, pk: str) -> Response:
        given = self.get_serializer(data=request.data)
        given.is_valid(raise_exception=True)
        voucher = actions.approve_voucher(
            voucher=get_object_or_404(Voucher, pk=pk),
            **given.validated_data,
            by=_me(request),
            at=timezone.now(),
        )
        return Response(serializers.VoucherSerializer(voucher).data)


class VoucherReject(GenericAPIView[Voucher]):
    permission_classes = _WRITES
    serializer_class = serializers.RejectionInput
    queryset = Voucher.objects.none()

    @extend_schema(
        summary="Send a voucher back with a reason",
        request=serializers.RejectionInput,
        responses=serializers.VoucherSerializer,
    )
    def post(self, request: Request, pk: str) -> Response:
        given = self.get_serializer(data=request.data)
        given.is_valid(raise_exception=True)
        voucher = actions.reject_voucher(
            voucher=get_object_or_404(Voucher, pk=pk),
            **given.validated_data,
            by=_me(request),
            at=timezone.now(),
        )
        return Response(serializers.VoucherSerializer(voucher).data)


class VoucherWithdraw(GenericAPIView[Voucher]):
    permission_classes = _WRITES
    serializer_class = serializers.VoucherSerializer
    queryset = Voucher.objects.none()

    @extend_schema(
        summary="Take back what one prepared",
        request=None,
        responses=serializers.VoucherSerializer,
    )
    def post(self, request: Request, pk: str) -> Response:
        voucher = actions.withdraw_voucher(
            voucher=get_object_or_404(Voucher, pk=pk), by=_me(request), at=timezone.now()
        )
        return Response(serializers.VoucherSerializer(voucher).data)


@extend_schema_view(get=extend_schema(summary="Closed months, newest first"))
class MonthList(ReadsOrWrites, ListAPIView[Month]):
    serializer_class = serializers.MonthSerializer
    queryset = Month.objects.defer("report")
    ordering = ("-first",)

    @extend_schema(
        summary="Close a month for good",
        request=serializers.MonthInput,
        responses={201: serializers.MonthSerializer},
    )
    def post(self, request: Request) -> Response:
        given = serializers.MonthInput(data=request.data)
        given.is_valid(raise_exception=True)
        first = date.fromisoformat(f"{given.validated_data['month']}-01")
        month = actions.lock_month(first=first, by=_me(request), at=timezone.now())
        return Response(serializers.MonthSerializer(month).data, status=HTTPStatus.CREATED)


@extend_schema_view(get=extend_schema(summary="What the record was told of each day, newest first"))
class DigestList(ListAPIView[Digest]):
    permission_classes = [AllowAny]
    serializer_class = serializers.DigestSerializer
    queryset = Digest.objects.all()
    ordering = ("-day",)


def _facts(said: Mapping[str, Any]) -> actions.Facts:
    return actions.Facts(
        kind=Kind(said["kind"]),
        description=said["description"],
        on=said["on"],
        debit=said["debit"],
        credit=said["credit"],
        amount=Money(said["minor"], settings.CURRENCY),
        document=said.get("document"),
    )


def _me(request: Request) -> Person:
    return cast(Person, request.user)
