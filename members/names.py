"""Display names: what others see. Pure: text in, a clean name or a named problem out.

Letters of every script, digits, punctuation, symbols and spaces are welcome, and a pseudonym is as
good as any name. What could mislead is not: characters nobody sees, characters that turn the
reading direction round, towers of accents, and an e-mail address, which somebody would regret to
show.
"""

from __future__ import annotations

import re
import unicodedata
from enum import Enum

MAX_LENGTH = 60
_MOST_ACCENTS = 4

# Joiners that some scripts and most composed emoji need between two visible characters.
_JOINERS = "\u200c\u200d"
_ADDRESS = re.compile(r"\S+@\S+\.\S+")


class Problem(Enum):
    """Why a text cannot be a display name."""

    EMPTY = "display-name-empty"
    LONG = "display-name-long"
    HIDDEN = "display-name-hidden-characters"
    ACCENTS = "display-name-accents"
    NO_LETTER = "display-name-no-letter"
    ADDRESS = "display-name-address"


def clean(text: str) -> str:
    """``text`` composed (Unicode NFC), with single spaces and none at its ends."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def problem_with(name: str) -> Problem | None:
    """What stands against a cleaned ``name``; None where nothing does."""
    if not name:
        return Problem.EMPTY
    if len(name) > MAX_LENGTH:
        return Problem.LONG
    if _hides_something(name):
        return Problem.HIDDEN
    if _tallest_accents(name) > _MOST_ACCENTS:
        return Problem.ACCENTS
    if not any(unicodedata.category(character)[0] in "LN" for character in name):
        return Problem.NO_LETTER
    if _ADDRESS.search(name):
        return Problem.ADDRESS
    return None


def _hides_something(name: str) -> bool:
    """Whether a character has no shape: controls, formats, private or unassigned ones."""
    for position, character in enumerate(name):
        category = unicodedata.category(character)
        if category[0] == "C" and not (character in _JOINERS and _joins(name, position)):
            return True
        if category in {"Zl", "Zp"}:
            return True
    return False


def _joins(name: str, position: int) -> bool:
    """Whether a joiner stands between two visible characters."""
    around = name[position - 1 : position] + name[position + 1 : position + 2]
    return len(around) == 2 and all(unicodedata.category(each)[0] in "LMNS" for each in around)


def _tallest_accents(name: str) -> int:
    """How many accents stand on one letter at most."""
    tallest = run = 0
    for character in name:
        run = run + 1 if unicodedata.category(character) in {"Mn", "Me"} else 0
        tallest = max(tallest, run)
    return tallest
