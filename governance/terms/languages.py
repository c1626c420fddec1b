"""The languages that a term can be translated into, and what they are called. Pure.

A language is named by its two letters (BCP 47, ISO 639-1), as Unicode's CLDR lists them.
"""

from __future__ import annotations

from functools import cache

from babel import Locale, UnknownLocaleError


@cache
def codes() -> frozenset[str]:
    """The two letters of every language there is a name for: "de"."""
    return frozenset(code for code in _names("en") if len(code) == 2)


def name(code: str, reader: str = "en") -> str:
    """What ``code`` is called in the language ``reader``: "German", "Deutsch"."""
    names = _names(reader.partition("-")[0])
    return names.get(code) or _names("en").get(code, code)


def own_name(code: str) -> str:
    """What its speakers call it: "Deutsch"; in English where that is not known."""
    try:
        return Locale(code).languages.get(code) or name(code)
    except UnknownLocaleError:
        return name(code)


def direction(code: str) -> str:
    """Which way it is written: "ltr" or "rtl"."""
    try:
        return Locale(code).text_direction
    except UnknownLocaleError:
        return "ltr"


def _names(reader: str) -> dict[str, str]:
    try:
        return dict(Locale(reader).languages)
    except UnknownLocaleError:
        return dict(Locale("en").languages)
