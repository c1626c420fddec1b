"""Domains as people type them, and the one form in which we keep each. Pure.

"Shop.Example", "https://shop.example/start" and "shop.example." are one domain; "bücher.example"
and "xn--bcher-kva.example" are too. What is kept is the ASCII form (IDNA 2008), what is shown is
the other, unless it could be taken for another domain.
"""

from __future__ import annotations

import unicodedata

import idna

# As long as a path in the public record may be.
LONGEST = 120


class NoDomain(ValueError):
    """This text names no domain that could be somebody's on the internet."""


def normalised(text: str) -> str:
    """The domain that ``text`` names, in ASCII. Raises ``NoDomain``."""
    name = text.strip().removeprefix("https://").removeprefix("http://")
    for end in "/?#":
        name = name.partition(end)[0]
    name = name.rstrip(".")
    if not name or any(letter.isspace() or letter in "@:\\%" for letter in name):
        raise NoDomain
    try:
        domain = idna.encode(name, uts46=True).decode()
    except (idna.IDNAError, UnicodeError):
        raise NoDomain from None
    *labels, last = domain.split(".")
    if not labels or len(domain) > LONGEST:
        raise NoDomain
    if not (last.isalpha() or last.startswith("xn--")) or last in _NOT_PUBLIC:
        raise NoDomain
    return domain


def shown(domain: str) -> str:
    """A kept domain as people write it, where its letters are all of one script."""
    try:
        name = idna.decode(domain)
    except (idna.IDNAError, UnicodeError):
        return domain
    return name if all(_one_script(label) for label in name.split(".")) else domain


# Names that lead nowhere on the internet (RFC 6761, RFC 8375, RFC 9476).
_NOT_PUBLIC = frozenset(
    {"localhost", "local", "internal", "invalid", "test", "onion", "arpa", "alt"}
)


def _one_script(label: str) -> bool:
    """Whether its letters could not be mistaken for another script's: of one script, or ASCII."""
    scripts = {
        unicodedata.name(letter, "?").partition(" ")[0] for letter in label if letter.isalpha()
    }
    # Japanese and Chinese names mix these, and none of them looks like the others.
    scripts -= {"HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"} if "CJK" in scripts else set()
    return len(scripts) <= 1 and scripts <= _TOLD_APART


# Scripts of which no letters are commonly taken for Latin ones.
_TOLD_APART = frozenset(
    {
        *("LATIN", "CJK", "HIRAGANA", "KATAKANA", "HANGUL", "ARABIC", "HEBREW", "DEVANAGARI"),
        *("THAI", "BENGALI", "TAMIL", "TELUGU", "GEORGIAN"),
    }
)
