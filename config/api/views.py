"""The API's own pages: its root, its OpenAPI description, and that description for people."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularJSONAPIView
from rest_framework.decorators import api_view, permission_classes
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

import config.api.description  # noqa: F401 - it registers how filters are described

schema = SpectacularJSONAPIView.as_view(permission_classes=[AllowAny])


@extend_schema(exclude=True)
@api_view(["GET", "HEAD"])
@permission_classes([AllowAny])
def api_root(request: Request) -> Response:
    """Where to begin: the description, and the lists."""
    lists = (
        ("schema", "api-schema"),
        ("terms", "api-terms"),
        ("proposals", "api-proposal-list"),
        ("polls", "api-polls"),
        ("members", "api-members-summary"),
        ("ledger", "api-ledger-summary"),
        ("record", "api-record-entries"),
    )
    return Response({name: reverse(route) for name, route in lists})


@login_not_required
@require_safe
def reference(request: HttpRequest) -> HttpResponse:
    """The OpenAPI description as a page: every path, what it takes and what it answers."""
    description = SchemaGenerator().get_schema(request=None, public=True)
    return render(
        request,
        "api_reference.html",
        {"description": description, "operations": list(_operations(description))},
    )


def _operations(description: dict[str, Any]) -> Any:
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            yield {
                "path": path,
                "method": method.upper(),
                "summary": operation.get("summary") or operation["operationId"],
                "description": operation.get("description", ""),
                "parameters": operation.get("parameters", []),
                "open": {} in operation.get("security", []),
                "body": sorted(_properties(description, operation.get("requestBody", {}))),
                "answers": [
                    (code, answer.get("description", ""))
                    for code, answer in operation.get("responses", {}).items()
                ],
            }


def _properties(description: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    """The property names of a JSON request body, following one ``$ref``."""
    content: dict[str, Any] = body.get("content", {}).get("application/json", {})
    found: dict[str, Any] = content.get("schema", {})
    if reference := found.get("$ref"):
        found = description["components"]["schemas"][reference.rsplit("/", 1)[-1]]
    properties: dict[str, Any] = found.get("properties", {})
    return properties
