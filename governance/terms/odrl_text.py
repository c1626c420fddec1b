"""A policy as text, JSON-LD or Turtle, made a graph; keys that mean nothing are named. Pure.

Contexts are ours (``governance.terms.graph``): none is fetched, and another is refused by its name.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rdflib import Graph

from governance.terms.graph import UnknownContext, bundled, empty, read
from governance.terms.vocabulary import gettext_noop

_ = gettext_noop

MOST_BYTES = 200_000
MOST_STATEMENTS = 5_000
# What relative addresses of a policy are relative to.
HERE = "https://policy.invalid/"


class Unreadable(ValueError):
    """Nothing can be taken from a text: ``message`` (with ``values``) says why."""

    def __init__(self, message: str, **values: object) -> None:
        self.message, self.values = message, values
        super().__init__(message.format(**values))


@dataclass(frozen=True, slots=True)
class Text:
    """What a text says as a graph, and the keys of its JSON that no context gives a meaning."""

    graph: Graph
    unknown: tuple[tuple[str, str], ...] = ()


def parse(text: str, *, namespace: str) -> Text:
    """The graph of a policy in JSON-LD or Turtle; ``namespace`` is ours. Raises ``Unreadable``."""
    if len(text.encode()) > MOST_BYTES:
        raise Unreadable(_("This is too long: at most {most} bytes can be read."), most=MOST_BYTES)
    try:
        found = _from_json(text, namespace) if text.lstrip()[:1] in ("{", "[") else _turtle(text)
    except UnknownContext as unknown:
        raise Unreadable(
            _("It refers to a context that is not read here, and nothing is fetched: {contexts}"),
            contexts=", ".join(unknown.addresses),
        ) from None
    except Unreadable:
        raise
    except Exception as fault:  # the parsers raise errors of many kinds for a bad text
        raise Unreadable(
            _("This is neither JSON-LD nor Turtle: {fault}"), fault=_first_line(fault)
        ) from fault
    if not len(found.graph) and not found.unknown:
        raise Unreadable(_("There is no statement in this text."))
    if len(found.graph) > MOST_STATEMENTS:
        raise Unreadable(
            _("This is too long: at most {most} statements can be read."), most=MOST_STATEMENTS
        )
    return found


def _turtle(text: str) -> Text:
    return Text(empty().parse(data=text, format="turtle", publicID=HERE))


def _from_json(text: str, namespace: str) -> Text:
    document = json.loads(text, object_pairs_hook=_once)
    contexts = bundled(namespace)
    whole = document if isinstance(document, dict) else {"@graph": document}
    filled = _fill_in(whole, contexts)
    unknown = tuple(
        (key, f"{key}: {json.dumps(value, ensure_ascii=False)}")
        for key, value in _unknown_keys(filled, set(_terms(filled)))
    )
    return Text(read(filled, contexts, base=HERE), unknown)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise Unreadable(_("“{key}” stands twice in one object: which is meant?"), key=key)
        found[key] = value
    return found


def _fill_in(value: Any, contexts: Mapping[str, Any]) -> Any:
    """The document with every context in full, at any depth."""
    if isinstance(value, list):
        return [_fill_in(each, contexts) for each in value]
    if not isinstance(value, dict):
        return value
    filled = {key: _fill_in(each, contexts) for key, each in value.items() if key != "@context"}
    if "@context" not in value:
        return filled
    named = value["@context"] if isinstance(value["@context"], list) else [value["@context"]]
    unknown = [
        part
        for part in named
        if (isinstance(part, str) and part not in contexts)
        or (isinstance(part, dict) and "@import" in part)
    ]
    if unknown:
        raise UnknownContext(
            part if isinstance(part, str) else str(part["@import"]) for part in unknown
        )
    full = [contexts[part]["@context"] if isinstance(part, str) else part for part in named]
    return {"@context": full, **filled}


def _terms(value: Any) -> Iterator[str]:
    """Every term that some context of the document defines."""
    if isinstance(value, list):
        for each in value:
            yield from _terms(each)
    elif isinstance(value, dict):
        for part in value.get("@context", []):
            if isinstance(part, dict):
                yield from part
        for each in value.values():
            yield from _terms(each)


def _unknown_keys(value: Any, terms: set[str]) -> Iterator[tuple[str, Any]]:
    if "@vocab" in terms:
        return
    if isinstance(value, list):
        for each in value:
            yield from _unknown_keys(each, terms)
    elif isinstance(value, dict):
        for key, each in value.items():
            if key == "@context" or key in ("@value", "@language"):
                continue
            if not key.startswith("@") and ":" not in key and key not in terms:
                yield key, each
            else:
                yield from _unknown_keys(each, terms)


def _first_line(fault: Exception) -> str:
    return (str(fault).strip().splitlines() or [type(fault).__name__])[0][:200]
