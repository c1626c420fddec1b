"""The vocabulary as a published thing: for people, for programs, and as news. Pure.

Where an identifier is ours, its anchor on the page is the identifier's fragment, so that
``/ns/terms/v1#deliver-service`` leads to the word it names.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from governance.terms.feeds import Entry, Feed
from governance.terms.vocabulary import POINTS, PREFIXES, Action, Word, gettext_noop, iri
from governance.terms.vocabulary_changes import CHANGES, VERSION, Change

_ = gettext_noop

# How each point of a rule is headed, and what it is.
HEADINGS = {
    "kind": (_("Kinds of rule"), _("What a rule does with an action.")),
    "party": (_("Parties"), _("Whom a rule binds or frees.")),
    "action": (_("Actions"), _("What is done. Which other points a rule may name depends on it.")),
    "purpose": (_("Purposes"), _("What it is done for. Left open: for any purpose.")),
    "data": (_("Data"), _("What it is done with. Left open: with any data about you.")),
    "recipient": (_("Recipients"), _("With whom data is shared. Left open: with anyone.")),
    "storage": (_("Storage"), _("How data is kept. Left open: in any way.")),
}

# Words of ours that are not codes: the classes and properties of documents and policies.
PROPERTIES = {
    "PublishedTerm": _("A version of a term, as members adopted it: the signed document."),
    "TermStatus": _("A signed statement of what became of a version."),
    "slug": _("The short name of a term, the same in all its versions."),
    "text": _("The texts of a term, by language, each with its address and SHA-256."),
    "authoritativeLanguage": _("The language whose legal text counts in a dispute."),
    "parties": _("Who is the first party (the individual) and who the second."),
    "adoption": _("The poll that adopted the term, how many could vote and did, and its result."),
    "rule": _("The rules of a term, in their order."),
    "kind": _("Whether a rule permits, forbids or demands."),
    "party": _("Whom a rule binds or frees."),
    "storage": _("How data may be kept; in a policy, the left operand of that constraint."),
    "retention": _("For how long data may be kept, or may not, or within what time it must go."),
    "term": _("The version that a status statement is about."),
    "sha256": _("The SHA-256 of the document that a statement is about, in hex."),
    "status": _("active, superseded, deprecated or withdrawn."),
    "since": _("The time from which on the status holds."),
    "translations": _("Texts in other languages that were added later, each with its hash."),
    "reason": _("Why a version is no longer in force."),
    "latest": _("The newest version of the same term."),
    "record": _("The hash of the entry in the public record that says the same."),
    "asOf": _("The time at which a statement was true."),
    "expires": _("The time after which a statement should not be relied on: ask again."),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A word as the page lists it: where it stands, what it means, and how it relates."""

    anchor: str
    code: str
    label: str
    iri: str
    compact: str
    broader: tuple[tuple[str, str], ...]
    narrower: tuple[tuple[str, str], ...]
    rules: tuple[tuple[str, ...], ...]

    @property
    def ours(self) -> bool:
        """Whether the identifier is one of ours, and so leads here."""
        return self.compact.startswith("cc:")


def anchor(point: str, word: Word) -> str:
    """Where a word stands on the page: the fragment of its identifier, if that is ours."""
    prefix, _colon, name = word.iri.partition(":")
    return name if prefix == "cc" else f"{point}-{word.code.replace('_', '-')}"


def lines(point: str, namespace: str) -> list[Line]:
    """The words that may stand at one point of a rule, in the order of the vocabulary."""
    words = POINTS[point]

    def named(codes: list[str]) -> tuple[tuple[str, str], ...]:
        return tuple((code, anchor(point, words[code])) for code in codes)

    return [
        Line(
            anchor=anchor(point, word),
            code=code,
            label=word.label,
            iri=iri(word, namespace),
            compact=word.iri,
            broader=named(list(word.broader)),
            narrower=named([other for other, its in words.items() if code in its.broader]),
            rules=(word.kinds, word.parties, word.takes) if isinstance(word, Action) else (),
        )
        for code, word in words.items()
    ]


def document(namespace: str) -> dict[str, Any]:
    """The vocabulary as JSON: what ``/ns/terms/vocabulary.json`` answers."""
    return {
        "version": VERSION,
        "license": "https://creativecommons.org/publicdomain/zero/1.0/",
        "prefixes": {**PREFIXES, "cc": namespace},
        "points": {
            point: [_written(word) for word in words.values()] for point, words in POINTS.items()
        },
    }


def _written(word: Word) -> dict[str, Any]:
    written: dict[str, Any] = {
        "code": word.code,
        "iri": word.iri,
        "label": word.label,
        "broader": list(word.broader),
    }
    if isinstance(word, Action):
        written |= {
            "kinds": list(word.kinds),
            "parties": list(word.parties),
            "takes": list(word.takes),
        }
    return written


def _as_it_is(text: str) -> str:
    return text


def news(page: str, *, say: Callable[[str], str] = _as_it_is) -> Feed:
    """The changes as a feed; ``page`` is the whole address of the vocabulary's page."""
    return Feed(
        title=say(_("Changes of the vocabulary")),
        page=page,
        atom=f"{page}changes.atom",
        json=f"{page}changes.json",
        entries=tuple(
            Entry(
                id=f"{page}#{change_anchor(change)}",
                title=f"{change.version}: {say(change.title)}",
                url=f"{page}#{change_anchor(change)}",
                updated=change.at,
                summary=_told(change, say),
            )
            for change in CHANGES
        ),
    )


def change_anchor(change: Change) -> str:
    """Where an entry of the change log stands on the page."""
    return f"version-{change.version}"


def _told(change: Change, say: Callable[[str], str]) -> str:
    told = [say(change.summary)]
    for words, codes in (
        (_("Added: {codes}."), change.added),
        (_("Clarified: {codes}."), change.clarified),
    ):
        listed = [f"{point} {code}" for point, some in codes.items() for code in some]
        if listed:
            told.append(say(words).format(codes=", ".join(listed)))
    return "\n".join(told)
