"""What changed from one text to another, word by word. Pure.

Whole words are compared, not letters: a reader sees which words went and which came.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from diff_match_patch import diff_match_patch

SAME, GONE, NEW = "same", "gone", "new"
_KINDS = {0: SAME, -1: GONE, 1: NEW}
# Words, runs of blanks, and every other sign by itself.
_WORDS = re.compile(r"\w+|\s+|[^\w\s]")
# Two long texts with nothing in common are no use word by word: after this many seconds what is
# left is said to be gone and new as a whole.
_PATIENCE = 0.5
# Characters that stand for words: what lies between is for pairs in UTF-16, and no character.
_SURROGATES = range(0xD800, 0xE000)


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words that are the "same" in both texts, "gone" from the old one or "new"."""

    kind: str
    text: str


def changes(old: str, new: str) -> tuple[Piece, ...]:
    """The pieces of both texts in their order.

    Without the new ones they are ``old``, without the gone ones ``new``, to the letter.
    """
    known: dict[str, str] = {}
    old_signs, new_signs = _signs(old, known), _signs(new, known)
    words = {sign: word for word, sign in known.items()}
    compare = diff_match_patch()
    compare.Diff_Timeout = _PATIENCE
    found = compare.diff_main(old_signs, new_signs, False)
    compare.diff_cleanupSemantic(found)
    return tuple(
        Piece(_KINDS[kind], "".join(words[sign] for sign in signs))
        for kind, signs in found
        if signs
    )


def _signs(text: str, known: dict[str, str]) -> str:
    """``text`` with one character for each word; ``known`` learns the words it did not know."""
    signs = []
    for word in _WORDS.findall(text):
        if word not in known:
            number = len(known) + 1
            known[word] = chr(number if number < _SURROGATES.start else number + len(_SURROGATES))
        signs.append(known[word])
    return "".join(signs)
