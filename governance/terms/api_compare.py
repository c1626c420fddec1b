"""Comparing two terms under /api/v1/: what their rules say differently, and which is stricter."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from governance.terms import versions, words
from governance.terms.comparison import Relation, compare
from governance.terms.http import ASK_FIRST
from governance.terms.models import Version
from governance.terms.rulebook import matrix

_NAME = f"^{versions.NAMED}$"
# What a term says about an act.
SAYS = ["no", "yes", "must", "open"]
_NAMED = "A term, “no-stalking” (its newest version), or one version: “no-stalking/1.0.0”."


class ComparedTermSerializer(serializers.Serializer[Any]):
    """One of the two that are compared."""

    slug = serializers.CharField()
    version = serializers.CharField()
    title = serializers.CharField()
    url = serializers.CharField(help_text="Its address: a page, or the document.")


class DifferenceSerializer(serializers.Serializer[Any]):
    """An act on which the two do not say the same: no, yes, must, or open (nothing said of it)."""

    act = serializers.DictField(
        child=serializers.CharField(allow_blank=True), help_text="Its codes; empty is any."
    )
    besides = serializers.ListField(
        child=serializers.DictField(child=serializers.CharField(allow_blank=True)),
        help_text="Acts that are part of it and that this is not said of.",
    )
    one = serializers.ChoiceField(SAYS)
    other = serializers.ChoiceField(SAYS)
    sentence = serializers.CharField()


class CellSerializer(serializers.Serializer[Any]):
    """What the two say about one line of the table at a glance."""

    one = serializers.CharField(allow_blank=True)
    other = serializers.CharField(allow_blank=True)


class ComparisonSerializer(serializers.Serializer[Any]):
    """What two terms say differently. ``relation`` is that of the first to the second."""

    one = ComparedTermSerializer()
    other = ComparedTermSerializer()
    relation = serializers.ChoiceField([relation.value for relation in Relation])
    differences = DifferenceSerializer(many=True)
    matrix = serializers.DictField(
        child=CellSerializer(), help_text="The lines on which they differ, by name."
    )


class Comparison(APIView):
    """Compare the rules of two terms, or of two versions."""

    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="terms_compare",
        parameters=[
            OpenApiParameter(
                side, {"type": "string", "pattern": _NAME}, required=True, description=_NAMED
            )
            for side in ("one", "other")
        ],
        responses={200: ComparisonSerializer, 404: None},
    )
    def get(self, request: Request) -> Response:
        one, other = _asked(request)
        response = Response(_compared(one, other))
        response.headers["Cache-Control"] = ASK_FIRST
        response.headers["Access-Control-Allow-Origin"] = "*"
        return response


def _asked(request: Request) -> tuple[Version, Version]:
    """The two that are named. Every name that cannot be one is told of at once."""
    names: dict[str, tuple[str, str]] = {}
    wrong: dict[str, list[str]] = {}
    for side in ("one", "other"):
        try:
            names[side] = versions.parse_name(request.query_params.get(side, ""))
        except ValueError:
            wrong[side] = [_NAMED]
    if wrong:
        raise ValidationError(wrong)
    return _version(*names["one"]), _version(*names["other"])


def _version(slug: str, number: str) -> Version:
    found = Version.objects.called(slug, number).select_related("revision").defer("document")
    version = found.first()
    if version is None:
        raise Http404
    return version


def _compared(one: Version, other: Version) -> dict[str, Any]:
    ours, theirs = one.revision.content.rules, other.revision.content.rules
    found = compare(ours, theirs)
    cells, others = matrix(ours), matrix(theirs)
    return {
        "one": _named(one),
        "other": _named(other),
        "relation": found.relation.value,
        "differences": [
            {
                "act": each.act.as_dict(),
                "besides": [act.as_dict() for act in each.but],
                "one": each.one,
                "other": each.other,
                "sentence": words.difference(each),
            }
            for each in found.differences
        ],
        "matrix": {
            name: {"one": cells[name], "other": others[name]}
            for name in cells
            if cells[name] != others[name]
        },
    }


def _named(version: Version) -> dict[str, str]:
    return {
        "slug": version.term_id,
        "version": version.version,
        "title": version.revision.title,
        "url": reverse("term-version", args=[version.term_id, version.version]),
    }
