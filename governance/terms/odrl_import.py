"""Rules for a draft from somebody's ODRL policy, and a list of all that is not among them. Pure.

A rule of the policy is taken whole or not at all: without its condition it would say something
else. What is not taken is listed with the reason, statement by statement, so that every statement
of the policy is in a rule or in the list. What is taken in a sense that is only near is said too.

Besides ODRL, the clauses by which the Data Privacy Vocabulary describes the agreements of IEEE 7012
are understood.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from rdflib import RDF, BNode, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from governance.terms import odrl_text
from governance.terms.odrl_words import (
    CC0,
    CLAUSES,
    CONFLICT,
    DCT,
    DPV,
    KINDS,
    NEAR_ACTIONS,
    NEAR_PARTIES,
    ODRL,
    P7012,
    POLICIES,
    TYPES,
    WHOLE,
)
from governance.terms.rulebook import MOST_RULES, Rule, problems_with_rules
from governance.terms.vocabulary import (
    ACTIONS,
    CHOICES,
    DATA,
    PARTIES,
    Vocabulary,
    gettext_noop,
    iri,
)

_ = gettext_noop

_WEEKS = re.compile(r"P([1-9][0-9]{0,3})W")

Statement = tuple[Node, Node, Node]


@dataclass(frozen=True, slots=True)
class Remark:
    """Something of the policy, why it is not in the rules or in what sense, and its statements."""

    what: str
    why: str
    values: Mapping[str, str | int] = field(default_factory=dict)
    statements: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Imported:
    """The rules that were taken; what was not; and what was taken in a sense that is only near."""

    rules: tuple[Rule, ...]
    left_out: tuple[Remark, ...]
    read_as: tuple[Remark, ...]


def from_text(text: str, *, namespace: str) -> Imported:
    """The rules of a policy in JSON-LD or Turtle; ``namespace`` is ours.

    Raises ``governance.terms.odrl_text.Unreadable``.
    """
    found = odrl_text.parse(text, namespace=namespace)
    imported = from_graph(found.graph, namespace=namespace)
    unread = (
        Remark(key, _("No context says what this key means."), {}, (statement,))
        for key, statement in found.unknown
    )
    return Imported(imported.rules, (*unread, *imported.left_out), imported.read_as)


def from_graph(graph: Graph, *, namespace: str) -> Imported:
    """The rules of the policies in a graph; every statement is in a rule or in ``left_out``."""
    return _Reader(graph, namespace).read()


class _NotTaken(Exception):
    """A rule says something that rules here cannot."""

    def __init__(self, why: str, **values: str | int) -> None:
        self.why, self.values = why, values
        super().__init__(why)


class _Reader:
    """Reads one graph. What it has dealt with is taken out of ``rest``."""

    def __init__(self, graph: Graph, namespace: str) -> None:
        self._graph = graph
        self._namespace = namespace
        self._rest: set[Statement] = set(graph)
        self._rules: dict[Rule, None] = {}
        self._left_out: list[Remark] = []
        self._read_as: list[Remark] = []
        self._near: list[Remark] = []
        self._used: set[tuple[Node, Node]] = set()
        self._shared: set[tuple[Node, Node]] = set()

    def read(self) -> Imported:
        for policy, kind, node in sorted(self._rule_nodes(), key=lambda found: self._order(found)):
            self._rule(policy, kind, node)
        self._clauses()
        for policy in sorted(self._policies(), key=str):
            self._policy(policy)
        self._remainder()
        order = list(KINDS.values())
        rules = sorted(self._rules, key=lambda rule: order.index(rule.kind))
        for rule in rules[MOST_RULES:]:
            self._left_out.append(
                Remark(
                    str(rule.stated()),
                    _("At most {most} rules fit in one term."),
                    {"most": MOST_RULES},
                )
            )
        return Imported(tuple(rules[:MOST_RULES]), tuple(self._left_out), tuple(self._read_as))

    def _rule_nodes(self) -> Iterator[tuple[Node, str, Node]]:
        for kind in KINDS:
            for policy, node in self._graph.subject_objects(ODRL[kind]):
                yield policy, kind, node
        # On a policy, "duty" is how earlier versions of ODRL wrote "obligation".
        for policy, node in self._graph.subject_objects(ODRL.duty):
            if self._is_policy(policy):
                yield policy, "obligation", node

    def _order(self, found: tuple[Node, str, Node]) -> tuple[str, str, list[str]]:
        policy, kind, node = found
        return (self._short(policy), kind, sorted(self._written(self._about(node, policy))))

    def _is_policy(self, node: Node) -> bool:
        types = set(self._graph.objects(node, RDF.type))
        return bool(types & (POLICIES | {ODRL.Agreement, ODRL.Privacy, ODRL.Request}))

    def _policies(self) -> set[Node]:
        holders = {policy for policy, _kind, _node in self._rule_nodes()}
        return holders | {node for node in self._graph.subjects(RDF.type) if self._is_policy(node)}

    # One rule

    def _rule(self, policy: Node, kind: str, node: Node) -> None:
        about = self._about(node, policy)
        links = {
            (policy, ODRL[name], node)
            for name in (kind, "duty")
            if (policy, ODRL[name], node) in self._graph
        }
        self._near, self._shared = [], set()
        try:
            rules = list(self._rules_of(policy, kind, node))
            for rule in rules:
                for problem in problems_with_rules([rule]):
                    raise _NotTaken(problem.sentence)
        except _NotTaken as refused:
            written = self._written(about | links)
            self._left_out.append(Remark(KINDS[kind], refused.why, refused.values, written))
        else:
            self._rules.update(dict.fromkeys(rules))
            self._read_as += self._near
            self._used |= self._shared
        self._rest -= about | links

    def _about(self, node: Node, policy: Node) -> set[Statement]:
        """All that is said of a rule: its statements, and those of what only it speaks of."""
        found: set[Statement] = set()
        waiting, seen = [node], {policy}
        others = {other for _policy, _kind, other in self._rule_nodes()} | self._policies()
        while waiting:
            here = waiting.pop()
            if here in seen:
                continue
            seen.add(here)
            for predicate, value in self._graph.predicate_objects(here):
                found.add((here, predicate, value))
                if value not in others and not isinstance(value, Literal):
                    waiting.append(value)
        return found

    def _rules_of(self, policy: Node, kind: str, node: Node) -> Iterator[Rule]:
        understood = {
            ODRL.action,
            ODRL.target,
            ODRL.assignee,
            ODRL.assigner,
            ODRL.constraint,
            RDF.type,
        }
        for predicate, value in self._graph.predicate_objects(node):
            if predicate not in understood or (predicate == RDF.type and value != TYPES[kind]):
                raise _NotTaken(
                    _("It also says {property} {value}, for which rules here have no place."),
                    property=self._short(predicate),
                    value=self._short(value),
                )
        actions = self._values(policy, node, ODRL.action)
        if not actions:
            raise _NotTaken(_("It names no action."))
        for assigner in self._values(policy, node, ODRL.assigner):
            if self._code(PARTIES, assigner, NEAR_PARTIES) != "first":
                self._say(assigner, _("Whoever sets a term is the individual; no name is kept."))
        parties: list[Node | None] = [*self._values(policy, node, ODRL.assignee)] or [None]
        targets: list[Node | None] = [*self._values(policy, node, ODRL.target)] or [None]
        points = [
            self._constraint(each, kind) for each in self._values(None, node, ODRL.constraint)
        ]
        for point, again in self._twice(points):
            raise _NotTaken(
                _("It narrows {point} twice, to {value} too."), point=point, value=again
            )
        narrowings = product(*([(name, code) for code in named] for name, named in points))
        for party, action, data, narrowed in product(
            [self._party(each) for each in parties],
            [self._action(each) for each in actions],
            [self._data(each) for each in targets],
            list(narrowings),
        ):
            yield Rule(KINDS[kind], party, action, data=data, **dict(narrowed))

    @staticmethod
    def _twice(points: Iterable[tuple[str, list[str]]]) -> Iterator[tuple[str, str]]:
        seen = set()
        for name, codes in points:
            if name in seen:
                yield name, ", ".join(codes)
            seen.add(name)

    def _values(self, policy: Node | None, node: Node, predicate: Node) -> list[Node]:
        """What a rule says by a property, or else what its policy says for all its rules."""
        own = sorted(self._graph.objects(node, predicate), key=self._short)
        if own or policy is None:
            return own
        self._shared.add((policy, predicate))
        return sorted(self._graph.objects(policy, predicate), key=self._short)

    def _party(self, node: Node | None) -> str:
        if node is None:
            self._say(
                ODRL.assignee, _("It names nobody: it is read as a rule for the organisation.")
            )
            return "second"
        code = self._code(PARTIES, node, NEAR_PARTIES)
        if not code:
            if (node, None, None) in self._graph or isinstance(node, BNode):
                raise _NotTaken(
                    _("It is for {party}, which is described further; a rule here is for anyone."),
                    party=self._short(node),
                )
            self._say(node, _("A term is for any organisation: this one's name is not kept."))
        return code or "second"

    def _action(self, node: Node) -> str:
        code = self._code(ACTIONS, node, NEAR_ACTIONS)
        if not code:
            raise _NotTaken(
                _("Rules here have no word for the action {action}."), action=self._short(node)
            )
        if node in NEAR_ACTIONS and iri(ACTIONS[code], self._namespace) != str(node):
            self._say(node, _("It is read as “{label}”, which is near."), label=ACTIONS[code].label)
        return code

    def _data(self, node: Node | None) -> str:
        if node is None:
            self._say(ODRL.target, _("It names no data: it is read as any data about you."))
            return ""
        if node == DPV.PersonalData:
            return ""
        code = self._code(DATA, node, {})
        if not code:
            raise _NotTaken(
                _("It is about {target}, which is no kind of personal data we know."),
                target=self._short(node),
            )
        return code

    def _constraint(self, node: Node, kind: str) -> tuple[str, list[str]]:
        facts = dict(self._graph.predicate_objects(node))
        left, operator = facts.get(ODRL.leftOperand), facts.get(ODRL.operator)
        said = {predicate for predicate in facts if predicate != RDF.type}
        rights = self._right(list(self._graph.objects(node, ODRL.rightOperand)))
        plain = said == {ODRL.leftOperand, ODRL.operator, ODRL.rightOperand}
        if not plain or len(list(self._graph.objects(node))) - len(rights) > 3:
            plain = plain and operator == ODRL.isAnyOf
        if not plain or facts.get(RDF.type, ODRL.Constraint) != ODRL.Constraint:
            raise _NotTaken(
                _("Its condition ({condition}) is of a form that rules here cannot say."),
                condition="; ".join(self._written(self._about(node, BNode()))),
            )
        words: dict[Node | None, str] = {ODRL[name]: name for name in ("purpose", "recipient")}
        words[URIRef(f"{self._namespace}storage")] = "storage"
        name = words.get(left)
        if name and operator in (ODRL.isA, ODRL.eq, ODRL.isAnyOf) and rights:
            if len(rights) > 1 and operator != ODRL.isAnyOf:
                raise _NotTaken(_("It names several values where one is meant."))
            codes = [self._code(CHOICES[name], right, {}) for right in rights]
            if all(codes):
                return name, codes
        if left == ODRL.elapsedTime and len(rights) == 1:
            sense = ODRL.gt if kind == "prohibition" else ODRL.lteq
            days = _in_days(rights[0])
            if operator == sense and days:
                return "retention", [days]
            if operator != sense:
                raise _NotTaken(
                    _("A time limit on a rule of this kind is {right}, and here it is {wrong}."),
                    right=self._short(sense),
                    wrong=self._short(operator),
                )
        raise _NotTaken(
            _("Its condition ({condition}) is one that rules here have no words for."),
            condition=" ".join(self._short(each) for each in (left, operator, *rights) if each),
        )

    def _right(self, values: list[Node]) -> list[Node]:
        found: list[Node] = []
        for value in values:
            is_list = value == RDF.nil or (value, RDF.first, None) in self._graph
            found += Collection(self._graph, value) if is_list else [value]
        return sorted(found, key=self._short)

    def _code(self, words: Vocabulary, node: Node, near: Mapping[Any, str]) -> str:
        for code, word in words.items():
            if iri(word, self._namespace) == str(node):
                return code
        return near.get(node, "")

    def _say(self, node: Node, why: str, **values: str | int) -> None:
        self._near.append(Remark(self._short(node), why, values))

    # The rest

    def _clauses(self) -> None:
        for name, clauses in CLAUSES.items():
            for statement in sorted(self._graph.triples((None, DPV[name], None)), key=str):
                if statement[2] in clauses:
                    self._rules.update(dict.fromkeys(clauses[statement[2]]))
                    self._rest.discard(statement)

    def _policy(self, policy: Node) -> None:
        """What a policy says as a whole. Parties, actions and data were read with its rules."""
        ours = URIRef(self._namespace.removesuffix("#"))
        for statement in sorted(self._graph.triples((policy, None, None)), key=str):
            _policy, predicate, value = statement
            meant = (
                (predicate == RDF.type and value in POLICIES)
                or (predicate, value) in ((ODRL.profile, ours), (DCT.license, CC0))
                or (predicate, value) == (ODRL.conflict, ODRL.prohibit)
                or ((policy, predicate) in self._used)
            )
            why = WHOLE.get(predicate)
            if predicate == ODRL.conflict:
                why = CONFLICT.get(value, why)
            if meant:
                self._rest.discard(statement)
            elif why and statement in self._rest:
                self._rest.discard(statement)
                self._left_out.append(
                    Remark(self._short(value), why, {}, self._written([statement]))
                )

    def _remainder(self) -> None:
        for statement in sorted(self._rest, key=lambda each: self._written([each])):
            self._left_out.append(
                Remark(
                    self._short(statement[1]),
                    _("Rules here have no place for this."),
                    {},
                    self._written([statement]),
                )
            )

    def _written(self, statements: Iterable[Statement]) -> tuple[str, ...]:
        return tuple(sorted(" ".join(self._short(node) for node in each) for each in statements))

    def _short(self, node: Node | None) -> str:
        if isinstance(node, BNode) or node is None:
            return "[…]"
        for name, start in (
            ("odrl:", str(ODRL)),
            ("dpv:", str(DPV)),
            ("pd:", "https://w3id.org/dpv/pd#"),
            ("p7012:", str(P7012)),
            ("dct:", str(DCT)),
            ("cc:", self._namespace),
            ("rdf:", str(RDF)),
            ("", odrl_text.HERE),
        ):
            if str(node).startswith(start):
                return name + str(node)[len(start) :]
        return f"“{node}”" if isinstance(node, Literal) else str(node)


def _in_days(value: Node) -> str:
    """A duration in whole days as rules write it, or nothing: a month is not a number of days."""
    weeks = _WEEKS.fullmatch(str(value))
    if weeks:
        return f"P{int(weeks[1]) * 7}D"
    return str(value) if re.fullmatch(r"P(0|[1-9][0-9]{0,4})D", str(value)) else ""
