"""Lists of the API are paged by cursor: stable while rows arrive, cheap however far one goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError as MalformedValue
from django.db.models import DateTimeField, QuerySet
from django.utils.timezone import is_naive
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request

if TYPE_CHECKING:
    from rest_framework.views import APIView


class Cursor(CursorPagination):
    """``?cursor=…&page_size=…``; a view names its own ``ordering``, which must be unique."""

    page_size = 50
    max_page_size = 200
    page_size_query_param = "page_size"

    def paginate_queryset(
        self, queryset: Any, request: Request, view: APIView | None = None
    ) -> list[Any] | None:
        """As REST framework does; a made-up cursor is an address that is not there, not a fault."""
        try:
            self._check_position(queryset, request, view)
            page: list[Any] | None = super().paginate_queryset(queryset, request, view)
        except (ValueError, MalformedValue, OverflowError):
            raise NotFound(self.invalid_cursor_message) from None
        return page

    def get_page_size(self, request: Request) -> int:
        """How many rows a page has: as many as asked for, up to the most; a number it must be."""
        asked = request.query_params.get(self.page_size_query_param, str(self.page_size))
        if not asked.isascii() or not asked.isdigit() or len(asked) > 9 or int(asked) < 1:
            raise ValidationError({self.page_size_query_param: [_("Give a number from 1 on.")]})
        return min(int(asked), self.max_page_size)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """The query parameters, as OpenAPI describes them."""
        parameters: list[dict[str, Any]] = super().get_schema_operation_parameters(view)
        for parameter in parameters:
            if parameter["name"] == self.page_size_query_param:
                parameter["schema"] = {"type": "integer", "minimum": 1, "maximum": 999_999_999}
                parameter["description"] = _(
                    "Rows on a page: 50, or as many as this says up to 200."
                )
        return parameters

    def _check_position(self, queryset: Any, request: Request, view: APIView | None) -> None:
        """Raises ``ValueError`` for a position that is a time of no zone: none of ours is."""
        cursor = self.decode_cursor(request)
        field = queryset.model._meta.get_field(
            self.get_ordering(request, queryset, view)[0].lstrip("-")
        )
        if cursor and cursor.position and isinstance(field, DateTimeField):
            moment = field.to_python(cursor.position)
            if moment is None or is_naive(moment):
                raise ValueError("a position without a time zone")

    def get_ordering(
        self, request: Request, queryset: QuerySet[Any], view: APIView | None
    ) -> tuple[str, ...]:
        ordering: tuple[str, ...] = getattr(view, "ordering", ("pk",))
        return ordering
