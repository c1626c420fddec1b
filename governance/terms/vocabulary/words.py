"""What a word of the vocabulary is, and how words relate. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

PREFIXES = {
    "odrl": "http://www.w3.org/ns/odrl/2/",
    "dpv": "https://w3id.org/dpv#",
    "pd": "https://w3id.org/dpv/pd#",
}


def gettext_noop(text: str) -> str:
    """Mark a text for the translators; the pages translate it."""
    return text


@dataclass(frozen=True, slots=True)
class Word:
    """One code: its label in a pick-list, its words inside a sentence, its identifier.

    ``broader`` names the codes this one is a case of: what is said of them is said of it too.
    """

    code: str
    label: str
    phrase: str
    iri: str
    broader: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Action(Word):
    """An action: which kinds of rule and whose rules may name it, and what further points it takes.

    ``phrase`` says it of any data at all; ``of_data`` has ``{data}`` where certain data belongs.
    Both have ``{recipient}`` if the action takes one.
    """

    of_data: str = ""

    kinds: tuple[str, ...] = ("permission", "prohibition")
    parties: tuple[str, ...] = ("second", "third")
    takes: tuple[str, ...] = ("purpose", "data")


Vocabulary = Mapping[str, Word]


def iri(word: Word, namespace: str) -> str:
    """The full identifier of ``word``; ours are under ``namespace`` ("https://…/ns/terms/v1#")."""
    prefix, _colon, name = word.iri.partition(":")
    return (namespace if prefix == "cc" else PREFIXES[prefix]) + name


def by_code(*words: Word) -> dict[str, Word]:
    """The words by their codes."""
    return {word.code: word for word in words}


def covers(words: Vocabulary, broad: str, narrow: str) -> bool:
    """Whether whatever is ``narrow`` is also ``broad``; the empty code means anything at all."""
    if broad in ("", narrow):
        return True
    return bool(narrow) and any(covers(words, broad, above) for above in words[narrow].broader)


def overlap(words: Vocabulary, one: str, other: str) -> bool:
    """Whether something can be both: one covers the other, or some word is a case of each."""
    return (
        covers(words, one, other)
        or covers(words, other, one)
        or any(covers(words, one, code) and covers(words, other, code) for code in words)
    )
