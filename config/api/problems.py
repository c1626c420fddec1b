"""Errors of the API as RFC 9457 problem details (``application/problem+json``)."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import Http404
from rest_framework import exceptions, status
from rest_framework.permissions import SAFE_METHODS
from rest_framework.response import Response
from rest_framework.views import set_rollback

from kernel.refusal import Refused

MEDIA_TYPE = "application/problem+json"


def handle(exc: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: a refusal has its code, bad input names every field.

    What is refused to a reader is not theirs to read (403); what is refused to a writer does not go
    with how things are now (409).
    """
    if isinstance(exc, Refused):
        set_rollback()
        reads = context["request"].method in SAFE_METHODS
        refused = status.HTTP_403_FORBIDDEN if reads else status.HTTP_409_CONFLICT
        return problem(refused, exc.code, str(exc.sentence))
    if isinstance(exc, Http404):
        exc = exceptions.NotFound()
    elif isinstance(exc, PermissionDenied):
        exc = exceptions.PermissionDenied(str(exc) or None)
    elif isinstance(exc, DjangoValidationError):
        exc = exceptions.ValidationError(exc.messages)
    if not isinstance(exc, exceptions.APIException):
        return None
    set_rollback()
    headers: dict[str, str] = {}
    if challenge := getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(exc, "wait", None):
        headers["Retry-After"] = str(int(wait) + 1)
    if isinstance(exc, exceptions.ValidationError):
        return problem(
            exc.status_code,
            "invalid",
            "Some of what was sent cannot be used.",
            headers=headers,
            errors=list(_fields(exc.detail)),
        )
    return problem(exc.status_code, _code(exc), str(exc.detail), headers=headers)


def problem(
    code: int,
    kind: str,
    detail: str,
    *,
    headers: dict[str, str] | None = None,
    **more: Any,
) -> Response:
    """One problem document: ``type``, ``title``, ``status``, ``detail``, ``code`` and ``more``."""
    kind = kind.replace("_", "-")
    body = {"type": "about:blank", "title": kind.replace("-", " ")}
    response = Response(
        {**body, "status": code, "detail": detail, "code": kind, **more},
        status=code,
        headers=headers,
        content_type=MEDIA_TYPE,
    )
    return response


def _code(exc: exceptions.APIException) -> str:
    """The most particular code there is: "scope-missing" rather than "permission-denied"."""
    codes = exc.get_codes()
    return codes if isinstance(codes, str) else str(exc.default_code)


def _fields(detail: Any, path: str = "") -> Any:
    """Flatten DRF's nested errors to ``{"field": "rules.0.kind", "message": …}``."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from _fields(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(detail, list):
        for position, inner in enumerate(detail):
            nested = isinstance(inner, dict | list)
            yield from _fields(inner, f"{path}.{position}" if nested else path)
    else:
        yield {"field": _sound(path) or "non_field_errors", "message": _sound(str(detail))}


def _sound(text: str) -> str:
    """Text that UTF-8 can hold: a message may repeat half a character that JSON spelt out."""
    return text.encode(errors="replace").decode()
