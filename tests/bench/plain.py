"""The list of terms as REST framework's tutorial would write it: what ours is measured against."""

from __future__ import annotations

from django.urls import path, reverse
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.permissions import AllowAny

from config.urls import urlpatterns as site
from governance.terms.models import Version


class PlainSerializer(serializers.ModelSerializer[Version]):
    slug = serializers.CharField(source="term_id")
    title = serializers.CharField(source="revision.title")
    status = serializers.CharField()
    url = serializers.SerializerMethodField()
    document = serializers.SerializerMethodField()

    class Meta:
        model = Version
        fields = ("slug", "version", "title", "status", "issued", "sha256", "url", "document")

    def get_url(self, version: Version) -> str:
        return reverse("term-version", args=[version.term_id, version.version])

    def get_document(self, version: Version) -> str:
        return f"{self.get_url(version)}.json"


class PlainList(ListAPIView[Version]):
    permission_classes = [AllowAny]
    serializer_class = PlainSerializer
    ordering = ("-issued", "term_id", "-major", "-minor", "-patch")
    queryset = Version.objects.with_status().select_related("revision").defer("document")


urlpatterns = [path("api/v1/plain/", PlainList.as_view(), name="plain"), *site]
