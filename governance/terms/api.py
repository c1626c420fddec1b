"""Terms under /api/v1/: searching them. What is signed is fetched from /terms/…"""

from __future__ import annotations

from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.permissions import AllowAny

from governance.terms.filters import VersionFilter
from governance.terms.models import Version
from governance.terms.serializers import TermSerializer, VersionSerializer


class VersionList(ListAPIView[Version]):
    """Every published version, the newest first; ``status=active`` for those in force."""

    permission_classes = [AllowAny]
    serializer_class = VersionSerializer
    filterset_class = VersionFilter
    ordering = ("-issued", "term_id", "-major", "-minor", "-patch")
    queryset = Version.objects.with_status().select_related("revision").defer("document")


class TermDetail(RetrieveAPIView[Version]):
    """The newest version of one term, by its short name."""

    permission_classes = [AllowAny]
    serializer_class = TermSerializer
    lookup_field = "term"
    lookup_url_kwarg = "slug"
    queryset = Version.objects.with_status().newest().select_related("revision").defer("document")
