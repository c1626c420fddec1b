"""By which words a proposal is found, the same on every database. Pure.

Words are folded: without accents and capitals, so that "Résumé" is found by "resume". They are
kept in a table of their own by their stems, so that longer words are found whatever their ending
("tracking" finds "tracked").
"""

from __future__ import annotations

import re
import unicodedata

LONGEST = 40
# A word in the title says more about a proposal than one in its text.
TITLE, SENTENCE, TEXT = 6, 3, 1
# Of very long texts, the first so many different words.
MOST = 1500

_WORD = re.compile(r"[^\W_]+")
_LITTLE = frozenset(
    [
        "a",
        "an",
        "and",
        "any",
        "are",
        "as",
        "at",
        "be",
        "been",
        "but",
        "by",
        "can",
        "could",
        "do",
        "does",
        "for",
        "from",
        "had",
        "has",
        "have",
        "he",
        "her",
        "his",
        "how",
        "i",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "may",
        "me",
        "more",
        "must",
        "my",
        "no",
        "nor",
        "not",
        "of",
        "on",
        "or",
        "our",
        "own",
        "shall",
        "she",
        "should",
        "so",
        "some",
        "such",
        "than",
        "that",
        "the",
        "their",
        "them",
        "then",
        "there",
        "these",
        "they",
        "this",
        "those",
        "to",
        "under",
        "us",
        "was",
        "we",
        "were",
        "what",
        "when",
        "which",
        "while",
        "who",
        "will",
        "with",
        "would",
        "you",
        "your",
    ]
)


def stems_in(text: str) -> list[str]:
    """The stems of the words of ``text`` that say something, in their order, each once."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    plain = unicodedata.normalize("NFKD", plain).casefold()
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    said = (word for word in _WORD.findall(plain) if len(word) > 1 and word not in _LITTLE)
    return list(dict.fromkeys(_stem(word)[:LONGEST] for word in said))


def weighed(title: str, summary: str, *texts: str) -> dict[str, int]:
    """Each stem of a proposal's words with what it weighs."""
    weights: dict[str, int] = {}
    parts = [(title, TITLE), (summary, SENTENCE), *((text, TEXT) for text in texts)]
    for text, weight in parts:
        for word in stems_in(text):
            if word in weights or len(weights) < MOST:
                weights[word] = max(weights.get(word, 0), weight)
    return weights


def _stem(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        word = word.removesuffix("ies") + "y"
    elif word.endswith("s") and not word.endswith("ss") and len(word) > 3:
        word = word.removesuffix("s")
    for ending in ("ing", "ed", "er", "e", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word.removesuffix(ending)
    return word
