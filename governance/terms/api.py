"""Terms under /api/v1/: searching them. What is signed is fetched from /terms/…"""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.generics import ListAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from governance.terms.filters import VersionFilter
from governance.terms.http import ASK_FIRST
from governance.terms.models import Version, VersionQuerySet
from governance.terms.serializers import TermSerializer, VersionSerializer
from governance.terms.versions import PATTERN

_SLUG = OpenApiParameter("slug", location="path", description="Its short name: no-stalking.")
_VERSION = OpenApiParameter(
    "version", {"type": "string", "pattern": f"^{PATTERN}$"}, "path", description="As in 1.0.0."
)


class _Open(APIView):
    """The same for everybody, so that any origin may read it; good until asked again."""

    permission_classes = [AllowAny]

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        answer: Response = super().finalize_response(request, response, *args, **kwargs)
        answer.headers.setdefault("Cache-Control", ASK_FIRST)
        answer.headers["Access-Control-Allow-Origin"] = "*"
        answer.headers["Access-Control-Expose-Headers"] = "ETag"
        return answer


@extend_schema_view(get=extend_schema(operation_id="terms_list"))
class VersionList(_Open, ListAPIView[Version]):
    """Every published version, the newest first; ``status=active`` for those in force."""

    serializer_class = VersionSerializer
    filterset_class = VersionFilter
    ordering = ("-issued", "term_id", "-major", "-minor", "-patch")
    queryset = Version.objects.with_status()

    def filter_queryset(self, queryset: Any) -> Any:
        """The rows asked for. A form that nothing was entered in is not made: it is dear."""
        if not self.request.query_params.keys().isdisjoint(VersionFilter.base_filters):
            queryset = super().filter_queryset(queryset)
        return queryset.values(*VersionSerializer.COLUMNS)


class TermDetail(_Open):
    """The newest version of one term, by its short name."""

    @extend_schema(operation_id="terms_retrieve", parameters=[_SLUG], responses=TermSerializer)
    def get(self, request: Request, slug: str) -> Response:
        return _whole(_versions().newest(), term=slug)


class VersionDetail(_Open):
    """One version of a term, whatever became of it since."""

    @extend_schema(
        operation_id="terms_versions_retrieve",
        parameters=[_SLUG, _VERSION],
        responses=TermSerializer,
    )
    def get(self, request: Request, slug: str, version: str) -> Response:
        return _whole(_versions(), term=slug, version=version)


def _versions() -> VersionQuerySet:
    return Version.objects.to_show().defer("document", "replaces__document")


def _whole(versions: VersionQuerySet, **which: str) -> Response:
    return Response(TermSerializer(get_object_or_404(versions, **which)).data)
