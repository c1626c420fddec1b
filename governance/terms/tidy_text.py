"""What members write, without the signs nobody sees. Pure.

A text is decided on word for word, so it must be what it looks like. Signs that turn the direction
of what follows, that take no room, or that are no text at all are left out; letters of every
script, joiners that scripts and emoji need, and marks of direction between words stay.
"""

from __future__ import annotations

import unicodedata

# Left-to-right and right-to-left marks, and the joiners of Persian, Hindi and of emoji.
_KEPT = frozenset("\u200c\u200d\u200e\u200f")
# Fillers that are letters by category and empty by sight.
_EMPTY = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_WHITE = frozenset("\n\t")


def tidy(text: str) -> str:
    """``text`` with its line ends as ``\\n`` and nothing in it that cannot be seen, trimmed."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n")
    return "".join(sign for sign in text.replace("\u2029", "\n\n") if _stays(sign)).strip()


def tidy_line(text: str) -> str:
    """``text`` on one line, with single spaces."""
    return " ".join(tidy(text).split())


def says_something(text: str) -> bool:
    """Whether there is a letter, a number or a sign in ``text`` that a reader would see."""
    return any(unicodedata.category(sign)[0] in "LNPS" for sign in tidy(text))


def _stays(sign: str) -> bool:
    if sign in _WHITE or sign in _KEPT:
        return True
    if ord(sign) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(sign) <= 0xFDEF:
        return False  # They are never characters.
    # Control, format (bidi embeddings and isolates, zero width, tags), surrogate.
    return sign not in _EMPTY and unicodedata.category(sign) not in {"Cc", "Cf", "Cs"}
