"""The rulebook's words in the reader's language: the pure modules keep English, pages translate."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from governance.terms import rulebook
from governance.terms.comparison import Difference
from governance.terms.rulebook import Problem, Rule, days, part_of_act
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
    return found.said(say)


def glance(rules: Iterable[Rule]) -> list[Glance]:
    """What the rules say about each cell of the matrix, in its order."""
    lines = []
    for name, code in rulebook.matrix(rules).items():
        answer = say(_ANSWERS[code]) if code in _ANSWERS else say(code)
        if answer:
            lines.append(Glance(say(rulebook.CELL_LABELS[name]), code, answer))
    return lines


# What is said of an act: the louder answer first, and in what words the other differs from it.
_KINDS = {"no": "prohibition", "must": "duty", "yes": "permission"}
_AGAINST = {
    ("no", "yes"): gettext_noop("{one} says: “{rule}”; {other} allows it."),
    ("no", "open"): gettext_noop("{one} says: “{rule}”; {other} leaves it open."),
    ("must", "open"): gettext_noop("{one} says: “{rule}”; {other} does not ask for it."),
    ("yes", "open"): gettext_noop("{one} says: “{rule}”; {other} leaves it open."),
}
_LATER = gettext_noop("{one} says: “{rule}”; {other} gives it {number} days.")
_SOME_TIME = gettext_noop("{one} says: “{rule}”; {other} names no time.")


def difference(found: Difference, one: str = "", other: str = "") -> str:
    """What two terms say differently, in one sentence. ``one`` and ``other`` are their names.

    "The first says: “The organisation may not build a profile of you”; the second allows it."
    """
    sides = [(found.one, one or _("the first")), (found.other, other or _("the second"))]
    sides.sort(key=lambda side: [*_KINDS, "open"].index(side[0]))
    (answer, who), (against, whom) = sides
    text, number = _AGAINST[answer, against], 0
    if answer == "must":
        for later in found.but:
            if replace(later, retention=found.act.retention) == found.act:
                text = _LATER if later.retention else _SOME_TIME
                number = days(later.retention) if later.retention else 0
    sentence = say(text).format(
        one=who,
        other=whom,
        number=number,
        rule=part_of_act(_KINDS[answer], found.act, found.but, say),
    )
    return sentence[:1].upper() + sentence[1:]
