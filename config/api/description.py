"""What the code does not say of the API by itself: its refusals, validators, and documents.

drf-spectacular describes what each operation takes and what it answers when all is well. The hook
:func:`complete` adds how it says no, with one schema for every problem.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from drf_spectacular.contrib.django_filters import DjangoFilterExtension

from config.api import documents
from config.api.problems import MEDIA_TYPE

Operation = dict[str, Any]


class FilterChoices(DjangoFilterExtension):
    """Names the choices of a filter also where they are asked for late; none is in the database."""

    priority = 1

    def _get_explicit_filter_choices(self, filter_field: Any) -> list[str] | None:
        choices = filter_field.extra.get("choices")
        if callable(choices):
            return [code for code, _label in choices()]
        inherited: Any = super()
        found: list[str] | None = inherited._get_explicit_filter_choices(filter_field)
        return found


PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "Why it was refused (RFC 9457). Programs go by `code`, people by `detail`.",
    "properties": {
        "type": {"const": "about:blank"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 499},
        "detail": {"type": "string"},
        "code": {"type": "string", "pattern": "^[a-z]+(-[a-z]+)*$"},
        "errors": {
            "type": "array",
            "description": "With the code `invalid`: each thing that cannot be used.",
            "items": {
                "type": "object",
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
                "required": ["field", "message"],
                "additionalProperties": False,
            },
        },
    },
    "required": ["type", "title", "status", "detail", "code"],
    "additionalProperties": False,
}

# Of each refusal what it means, and an example: the code, the words, what else stands in it.
REFUSALS: dict[int, tuple[str, str, str, dict[str, Any]]] = {
    400: (
        "Something that was sent cannot be used; each thing is named.",
        "invalid",
        "Some of what was sent cannot be used.",
        {"errors": [{"field": "status", "message": "Choose one of the values that there are."}]},
    ),
    401: (
        "A token is missing, unknown, expired or revoked.",
        "authentication-failed",
        "This token is unknown, expired or revoked.",
        {},
    ),
    403: (
        "The token does not open this, or the browser's session is not believed.",
        "scope-missing",
        "This needs a token with the scope “proposals:write”.",
        {},
    ),
    404: ("There is no such thing, or no such page of the list.", "not-found", "Not found.", {}),
    406: (
        "It cannot be had in any of the formats asked for: there is JSON.",
        "not-acceptable",
        "Could not satisfy the request Accept header.",
        {},
    ),
    409: (
        "A rule says no, and says which.",
        "poll-closed",
        "This poll is not open for voting.",
        {},
    ),
    415: (
        "What was sent is not JSON.",
        "unsupported-media-type",
        "Unsupported media type “text/plain” in request.",
        {},
    ),
    422: (
        "What there is so far lacks something; each place is named.",
        "invalid",
        "Some of what was sent cannot be used.",
        {"errors": [{"field": "milestones.0.due", "message": "Please name a day."}]},
    ),
    429: (
        "Too many requests from one person or address: `Retry-After` says when to ask again.",
        "throttled",
        "Request was throttled. Expected available in 17 seconds.",
        {},
    ),
}

_HEADERS: dict[int, dict[str, Any]] = {
    401: {"WWW-Authenticate": {"schema": {"type": "string"}, "description": "`Bearer`."}},
    429: {
        "Retry-After": {
            "schema": {"type": "integer", "minimum": 1},
            "required": True,
            "description": "Seconds to wait.",
        }
    },
}


_ETAG = {
    "ETag": {
        "schema": {"type": "string", "pattern": '^(W/)?"[0-9a-f]+"$'},
        "description": "Send it back in `If-None-Match`: 304 says that nothing has changed.",
    }
}


def complete(result: dict[str, Any], **context: Any) -> dict[str, Any]:
    """The description with every refusal of every operation, and with the documents."""
    result["components"]["schemas"]["Problem"] = PROBLEM
    for operations in result["paths"].values():
        for method, operation in operations.items():
            for parameter in operation.get("parameters", []):
                _allow_nothing(parameter)
            answers = operation["responses"]
            answers |= {str(code): _refusal(code) for code in _refusals(method, operation)}
            if method == "get":
                answers["200"]["headers"] = _ETAG
                answers["304"] = {"description": "You have it already.", "headers": _ETAG}
            operation["responses"] = dict(sorted(answers.items()))
            for code, answer in operation["responses"].items():
                answer["description"] = answer.get("description") or _MEANINGS[code]
    result["paths"] |= documents.paths()
    result["components"]["schemas"] |= documents.schemas()
    return result


def _allow_nothing(parameter: dict[str, Any]) -> None:
    """What is left empty, as a form sends it, is not asked for."""
    schema = parameter["schema"]
    if parameter["in"] != "query":
        return
    if schema.get("format") in ("date-time", "date"):
        parameter["schema"] = {"anyOf": [schema, {"const": ""}]}
    elif "enum" in schema and "" not in schema["enum"]:
        schema["enum"] = [*schema["enum"], ""]


_MEANINGS = {
    "200": "What was asked for.",
    "201": "It is done; this is what became of it.",
    "202": "It is asked for and will be done soon.",
    "204": "It is done.",
}


def _refusals(method: str, operation: Operation) -> Iterator[int]:
    """How this operation may say no."""
    security = operation.get("security", [])
    parameters = operation.get("parameters", [])
    places = {one["in"] for one in parameters}
    if "query" in places or "requestBody" in operation:
        yield 400
    if any(security):
        yield 401
    if any(security) and {} not in security:
        yield 403
    named = "path" in places or any(one["name"] == "cursor" for one in parameters)
    if named or "404" in operation["responses"]:
        yield 404
    yield 406
    if method != "get":
        yield 409
    if "requestBody" in operation:
        yield 415
    if "422" in operation["responses"]:
        yield 422
    yield 429


def _refusal(code: int) -> dict[str, Any]:
    meaning, kind, detail, more = REFUSALS[code]
    title = kind.replace("-", " ")
    example = {"type": "about:blank", "title": title, "status": code, "detail": detail}
    return {
        "description": meaning,
        **({"headers": _HEADERS[code]} if code in _HEADERS else {}),
        "content": {
            MEDIA_TYPE: {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "example": {**example, "code": kind, **more},
            }
        },
    }
