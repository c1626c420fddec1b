"""What the API takes and answers about proposals. Nothing is saved here."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


class ResolutionContent(serializers.Serializer[Any]):
    """The text of a resolution (Markdown)."""

    text = serializers.CharField(max_length=20_000)

    def content(self) -> str:
        text: str = self.validated_data["text"]
        return text
