"""What one text of a proposal changes in another, word by word, and whether its parts keep step."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.proposals.models import Wording
from governance.terms import words
from governance.terms.rulebook import Rule
from governance.terms.text_diff import SAME, changes

SKIPPED = "skipped"
# Of what stays the same, so much is shown before and after a change.
_AROUND = 160

_NAMES = {
    "title": gettext_lazy("Title"),
    "summary": gettext_lazy("In one sentence"),
    "problem": gettext_lazy("The problem behind it"),
    "text": gettext_lazy("The text"),
    "plain": gettext_lazy("In plain words"),
    "legal": gettext_lazy("Legal text"),
    "slug": gettext_lazy("Short name"),
    "version": gettext_lazy("Version"),
}


@dataclass(frozen=True, slots=True)
class Stretch:
    """Words that are the "same", "gone" or "new"; "skipped" stands for so many left out."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Part:
    """One changed part of a text by its name, with its stretches in their order."""

    name: str
    heading: str
    stretches: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed: texts word by word, rules as sentences, and what to know about both."""

    parts: tuple[Part, ...]
    rules_gone: tuple[str, ...] = ()
    rules_new: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def any(self) -> bool:
        return bool(self.parts or self.rules_gone or self.rules_new)


def between(old: Wording, new: Wording) -> Changes:
    """What ``new`` changes in ``old``."""
    was, will = old.as_json(), new.as_json()
    before = {**_texts(was), **_texts(was["content"])}
    after = {**_texts(will), **_texts(will["content"])}
    parts = tuple(
        Part(name, str(_NAMES.get(name, name)), _stretches(before.get(name, ""), text))
        for name, text in after.items()
        if before.get(name, "") != text
    )
    gone, come = _rules(was["content"]), _rules(will["content"])
    rules_gone = tuple(words.sentence(rule) for rule in gone if rule not in come)
    rules_new = tuple(words.sentence(rule) for rule in come if rule not in gone)
    return Changes(parts, rules_gone, rules_new, tuple(_notes(parts, rules_gone, rules_new, come)))


def _notes(
    parts: Iterable[Part], gone: tuple[str, ...], new: tuple[str, ...], rules: list[Rule]
) -> Iterable[str]:
    """Where plain words, legal text and rules may no longer say the same."""
    if not rules:
        return
    changed = {part.name for part in parts}
    if gone or new:
        if "legal" not in changed:
            yield _("It changes the rules that programs read, and not the legal text.")
        if "plain" not in changed:
            yield _("It changes the rules that programs read, and not the plain words.")
    elif changed & {"legal", "plain"}:
        yield _("It changes words, and none of the rules that programs read.")
    if not (gone or new) and len(changed & {"legal", "plain"}) == 1:
        if "legal" in changed:
            yield _("It changes the legal text, and not the plain words.")
        else:
            yield _("It changes the plain words, and not the legal text.")


def _texts(words_: dict[str, Any]) -> dict[str, str]:
    return {name: text for name, text in words_.items() if isinstance(text, str)}


def _rules(content: dict[str, Any]) -> list[Rule]:
    return [Rule(**rule) for rule in content.get("rules", []) if isinstance(rule, dict)]


def _stretches(old: str, new: str) -> tuple[Stretch, ...]:
    pieces = changes(old, new)
    found: list[Stretch] = []
    for place, piece in enumerate(pieces):
        if piece.kind != SAME or len(piece.text) <= 3 * _AROUND:
            found.append(Stretch(piece.kind, piece.text))
            continue
        first, last = place == 0, place == len(pieces) - 1
        head = "" if first else piece.text[:_AROUND]
        tail = "" if last else piece.text[-_AROUND:]
        left_out = piece.text[len(head) : len(piece.text) - len(tail)]
        found += [
            Stretch(SAME, head),
            Stretch(SKIPPED, left_out),
            Stretch(SAME, tail),
        ]
    return tuple(stretch for stretch in found if stretch.text)
