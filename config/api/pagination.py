"""Lists of the API are paged by cursor: stable while rows arrive, cheap however far one goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request

if TYPE_CHECKING:
    from rest_framework.views import APIView


class Cursor(CursorPagination):
    """``?cursor=…&page_size=…``; a view names its own ``ordering``, which must be unique."""

    page_size = 50
    max_page_size = 200
    page_size_query_param = "page_size"

    def get_ordering(
        self, request: Request, queryset: QuerySet[Any], view: APIView
    ) -> tuple[str, ...]:
        ordering: tuple[str, ...] = getattr(view, "ordering", ("pk",))
        return ordering
