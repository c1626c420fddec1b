"""The rulebook's words in the reader's language: the pure modules keep English, pages translate."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from governance.terms import rulebook
from governance.terms.rulebook import Problem, Rule
from governance.terms.vocabulary import gettext_noop

_ANSWERS = {
    "must": gettext_noop("yes, it must"),
    "yes": gettext_noop("yes, it may"),
    "no": gettext_noop("no"),
    "optional": gettext_noop("left open"),
}


@dataclass(frozen=True, slots=True)
class Glance:
    """One line of the table at a glance: a question, the answer's code and its words."""

    label: str
    code: str
    answer: str


def say(text: str) -> str:
    """``text`` in the reader's language; nothing stays nothing."""
    return _(text) if text else ""


def sentence(rule: Rule) -> str:
    """A well-formed rule as one plain sentence."""
    return rulebook.sentence(rule, say)


def problem(found: Problem) -> str:
    """What is wrong, as one sentence."""
    return say(found.message).format(**found.values)


def glance(rules: Iterable[Rule]) -> list[Glance]:
    """What the rules say about each cell of the matrix, in its order."""
    lines = []
    for name, code in rulebook.matrix(rules).items():
        answer = say(_ANSWERS[code]) if code in _ANSWERS else say(code)
        if answer:
            lines.append(Glance(say(rulebook.CELL_LABELS[name]), code, answer))
    return lines
