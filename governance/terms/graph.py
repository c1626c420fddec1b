"""Documents in JSON-LD as RDF graphs, and graphs as Turtle, the same bytes every time. Pure.

Nothing is fetched: a context is one of those that were handed over, by its address, or it is
refused. The Turtle is written here, sorted throughout and with every blank node inside what refers
to it, so that a graph has one text and no name in it is left to chance.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import rdflib
from rdflib import RDF, XSD, BNode, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.plugins.parsers.jsonld import to_rdf
from rdflib.term import Node

from governance.terms import odrl_context, schema

TURTLE = "text/turtle; charset=utf-8"
_LOCAL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9_-]*[A-Za-z0-9_])?")
_UNFIT = re.compile(r'[\x00-\x20<>"{}|^`\\]')
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


class UnknownContext(ValueError):
    """A document refers to a context that was not handed over: ``addresses`` names it."""

    def __init__(self, addresses: Iterable[str]) -> None:
        self.addresses = tuple(addresses)
        super().__init__("no such context here: " + ", ".join(self.addresses))


def bundled(namespace: str) -> dict[str, Any]:
    """The contexts of our documents by their addresses; ``namespace`` is ours ("https://…/v1#")."""
    return {
        namespace.removesuffix("#"): schema.context(namespace),
        odrl_context.ADDRESS: odrl_context.context(),
    }


def empty() -> Graph:
    """A graph to read into, with no names bound and literals kept as they are written.

    That a time or a duration stays as it was is a switch of the library for the whole process, and
    other libraries turn it back: it is set for every graph anew.
    """
    rdflib.NORMALIZE_LITERALS = False
    return Graph(bind_namespaces="none")


def read(document: Mapping[str, Any], contexts: Mapping[str, Any], *, base: str = "") -> Graph:
    """A JSON-LD document as a graph. ``base`` is what relative addresses are relative to.

    Raises :class:`UnknownContext`.
    """
    graph = empty()
    whole = {**document, "@context": _filled_in(document.get("@context", {}), contexts)}
    to_rdf(whole, graph, base=base or None)
    return graph


def _filled_in(named: Any, contexts: Mapping[str, Any]) -> list[Any]:
    """The contexts in full, in their order, in place of their addresses."""
    parts = named if isinstance(named, list) else [named]
    unknown = [part for part in parts if isinstance(part, str) and part not in contexts]
    if unknown:
        raise UnknownContext(unknown)
    return [contexts[part]["@context"] if isinstance(part, str) else part for part in parts]


def turtle(document: Mapping[str, Any], contexts: Mapping[str, Any]) -> bytes:
    """The graph of a JSON-LD document as Turtle (UTF-8), abbreviated by the document's prefixes.

    Raises ``ValueError`` for a graph in which several things refer to one blank node: none of our
    documents is one. Raises :class:`UnknownContext`.
    """
    prefixes = dict(_prefixes(_filled_in(document.get("@context", {}), contexts)))
    return _Writer(read(document, contexts), prefixes).text().encode()


def _prefixes(contexts: Iterable[Any]) -> Iterator[tuple[str, str]]:
    for context in contexts:
        for name, meaning in context.items():
            if isinstance(meaning, str) and meaning.endswith(("#", "/")):
                yield name, meaning


class _Writer:
    """Writes one graph, and notes which prefixes it used."""

    def __init__(self, graph: Graph, prefixes: Mapping[str, str]) -> None:
        self._graph = graph
        self._prefixes = sorted(prefixes.items(), key=lambda entry: (-len(entry[1]), entry[0]))
        self._used: dict[str, str] = {}
        self._written: set[Node] = set()

    def text(self) -> str:
        subjects = set(self._graph.subjects())
        inner = {node for node in self._graph.objects() if isinstance(node, BNode)}
        blocks = sorted(
            f"{self._name(subject)}{self._properties(subject, 1)} .\n"
            if isinstance(subject, URIRef)
            else f"{self._blank(subject, 0)} .\n"
            for subject in subjects - inner
        )
        if subjects - self._written - {node for node in subjects if isinstance(node, URIRef)}:
            raise ValueError("a blank node refers to itself, by way of others")
        names = "".join(
            f"@prefix {name}: <{meaning}> .\n" for name, meaning in sorted(self._used.items())
        )
        return "\n".join([names, *blocks] if names else blocks)

    def _properties(self, subject: Node, depth: int) -> str:
        lines = []
        for predicate in set(self._graph.predicates(subject)):
            objects = sorted(
                self._object(node, depth + 1) for node in self._graph.objects(subject, predicate)
            )
            name = "a" if predicate == RDF.type else self._name(predicate)
            lines.append((name != "a", f"\n{'  ' * depth}{name} {', '.join(objects)}"))
        return " ;".join(line for _order, line in sorted(lines))

    def _object(self, node: Node, depth: int) -> str:
        if isinstance(node, BNode):
            return self._blank(node, depth)
        return self._literal(node) if isinstance(node, Literal) else self._name(node)

    def _blank(self, node: Node, depth: int) -> str:
        if node in self._written:
            raise ValueError("a blank node that several refer to has no place in this Turtle")
        self._written.add(node)
        if (node, RDF.rest, None) in self._graph:
            return self._list(node, depth)
        inside = self._properties(node, depth + 1)
        return f"[{inside}\n{'  ' * depth}]" if inside else "[]"

    def _list(self, head: Node, depth: int) -> str:
        items = Collection(self._graph, head)
        links = {head, *self._graph.transitive_objects(head, RDF.rest)} - {RDF.nil}
        if any(len(set(self._graph.predicate_objects(link))) != 2 for link in links):
            raise ValueError("a list with more to it than its items has no place in this Turtle")
        self._written.update(link for link in links if link)
        indent = "\n" + "  " * (depth + 1)
        inside = "".join(indent + self._object(item, depth + 1) for item in items)
        return f"({inside}\n{'  ' * depth})"

    def _literal(self, node: Literal) -> str:
        text = "".join(
            _ESCAPES.get(sign) or (f"\\u{ord(sign):04X}" if ord(sign) < 32 else sign)
            for sign in str(node)
        )
        if node.language:
            return f'"{text}"@{node.language}'
        if node.datatype and node.datatype != XSD.string:
            return f'"{text}"^^{self._name(node.datatype)}'
        return f'"{text}"'

    def _name(self, node: Node) -> str:
        for prefix, meaning in self._prefixes:
            if str(node).startswith(meaning) and _LOCAL.fullmatch(str(node)[len(meaning) :]):
                self._used[prefix] = meaning
                return f"{prefix}:{str(node)[len(meaning) :]}"
        return f"<{_UNFIT.sub(_escaped, str(node))}>"


def _escaped(sign: re.Match[str]) -> str:
    return f"\\u{ord(sign[0]):04X}"
