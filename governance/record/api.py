"""The record under /api/v1/: searching it. What verifies is served under /record/."""

from __future__ import annotations

from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.permissions import AllowAny

from governance.record.filters import EntryFilter
from governance.record.models import Entry, EntryQuerySet
from governance.record.reads import published_size
from governance.record.serializers import EntrySerializer


class EntryList(ListAPIView[Entry]):
    """The entries of the published record, newest first."""

    permission_classes = [AllowAny]
    serializer_class = EntrySerializer
    filterset_class = EntryFilter
    ordering = ("-index",)
    queryset = Entry.objects.all()

    def get_queryset(self) -> EntryQuerySet:
        return Entry.objects.within(published_size())


class EntryDetail(RetrieveAPIView[Entry]):
    """One entry of the published record, by the hash of its leaf."""

    permission_classes = [AllowAny]
    serializer_class = EntrySerializer
    lookup_field = "leaf_hash"
    queryset = Entry.objects.all()

    def get_queryset(self) -> EntryQuerySet:
        return Entry.objects.within(published_size())
