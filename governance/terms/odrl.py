"""Rules as an ODRL policy, and back. Pure.

A term is an ``odrl:Offer`` that the individual makes (W3C ODRL Information Model 2.2). Each rule
has one assignee; a prohibition is an ``odrl:prohibition``, a duty an ``odrl:obligation``; where
rules meet, prohibitions win (``conflict``). Purposes, recipients and data are classes compared by
``isA``; retention is an ``elapsedTime``, with ``lteq`` on what is allowed and ``gt`` on what is
forbidden, so that no reader has to guess its sense.

:func:`rules_of` reads the rules back from the policy alone: what the policy says is what the term
says, or a test fails.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from governance.terms.odrl_context import ADDRESS
from governance.terms.rulebook import Rule
from governance.terms.vocabulary import (
    ACTIONS,
    DATA,
    PARTIES,
    PREFIXES,
    PURPOSES,
    RECIPIENTS,
    STORAGE,
    Vocabulary,
    iri,
)

ANY_DATA = "https://w3id.org/dpv#PersonalData"
_KEYS = {"permission": "permission", "prohibition": "prohibition", "duty": "obligation"}


def policy(
    rules: Iterable[Rule], *, uid: str, source: str, namespace: str, licence: str
) -> dict[str, Any]:
    """The policy as JSON-LD. ``uid`` is its own address, ``source`` the term's, of one version.

    ``namespace`` is where our own words stand ("https://…/ns/terms/v1#"); without the "#" it names
    the ODRL profile they make.
    """
    document: dict[str, Any] = {
        "@context": [ADDRESS, {"dpv": PREFIXES["dpv"], "pd": PREFIXES["pd"], "cc": namespace}],
        "@type": "Offer",
        "uid": uid,
        "profile": namespace.removesuffix("#"),
        "conflict": "odrl:prohibit",
        "assigner": iri(PARTIES["first"], namespace),
        "dct:source": {"@id": source},
        "dct:license": {"@id": licence},
    }
    for rule in rules:
        document.setdefault(_KEYS[rule.kind], []).append(_written(rule, namespace))
    return document


def _written(rule: Rule, namespace: str) -> dict[str, Any]:
    data = DATA.get(rule.data)
    written: dict[str, Any] = {
        "assignee": iri(PARTIES[rule.party], namespace),
        "action": iri(ACTIONS[rule.action], namespace),
        "target": iri(data, namespace) if data else ANY_DATA,
    }
    constraints = [
        {
            "leftOperand": left,
            "operator": "isA",
            "rightOperand": {"@id": iri(words[code], namespace)},
        }
        for left, words, code in (
            ("purpose", PURPOSES, rule.purpose),
            ("recipient", RECIPIENTS, rule.recipient),
            (f"{namespace}storage", STORAGE, rule.storage),
        )
        if code
    ]
    if rule.retention:
        constraints.append(
            {
                "leftOperand": "elapsedTime",
                "operator": "gt" if rule.kind == "prohibition" else "lteq",
                "rightOperand": {"@type": "xsd:duration", "@value": rule.retention},
            }
        )
    if constraints:
        written["constraint"] = constraints
    return written


def rules_of(document: Mapping[str, Any], *, namespace: str) -> tuple[Rule, ...]:
    """The rules that a policy of :func:`policy` states, by kind in the order it lists them.

    Raises ``ValueError`` for what those policies do not contain: another conflict rule, two
    assignees, an unknown word, an operator in the wrong sense.
    """
    if document.get("conflict") != "odrl:prohibit":
        raise ValueError("in our policies prohibitions win")
    return tuple(
        _read(written, kind, namespace)
        for kind, key in _KEYS.items()
        for written in document.get(key, [])
    )


def _read(written: Mapping[str, Any], kind: str, namespace: str) -> Rule:
    points = {
        "kind": kind,
        "party": _code(PARTIES, written["assignee"], namespace),
        "action": _code(ACTIONS, written["action"], namespace),
        "data": "" if written["target"] == ANY_DATA else _code(DATA, written["target"], namespace),
    }
    for constraint in written.get("constraint", ()):
        left, operator = constraint["leftOperand"], constraint["operator"]
        right = constraint["rightOperand"]
        if left == "elapsedTime":
            if operator != ("gt" if kind == "prohibition" else "lteq"):
                raise ValueError(f"{operator} on a {kind} has the wrong sense")
            points["retention"] = right["@value"]
            continue
        words: dict[str, Vocabulary] = {
            "purpose": PURPOSES,
            "recipient": RECIPIENTS,
            f"{namespace}storage": STORAGE,
        }
        if left not in words or operator != "isA":
            raise ValueError(f"no rule of ours is narrowed by {left} {operator}")
        points[left.removeprefix(namespace)] = _code(words[left], right["@id"], namespace)
    return Rule(**points)


def _code(words: Vocabulary, name: Any, namespace: str) -> str:
    for code, word in words.items():
        if iri(word, namespace) == name:
            return code
    raise ValueError(f"not a word of ours: {name!r}")
