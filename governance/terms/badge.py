"""A term as a small picture to put on a page: an SVG without fonts, scripts or styles. Pure.

The same term always gives the same bytes. What fonts a reader has nobody knows, so the widths are
reckoned from the letters and the text is fitted into them.
"""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass
from xml.sax.saxutils import escape

HEIGHT = 32
_SIZE = 13
_PADDING = 10
_MARK = 30
# The brand's mark, in a square of 32.
_BRAND = (
    "M16 1a15 15 0 1 0 0 30 15 15 0 0 0 0-30Zm0 4.5a3 3 0 1 1 0 6 3 3 0 0 1 0-6Z"
    "M7.5 12a3 3 0 1 1 0 6 3 3 0 0 1 0-6Zm17 0a3 3 0 1 1 0 6 3 3 0 0 1 0-6Z"
    "M11 21a3 3 0 1 1 0 6 3 3 0 0 1 0-6Zm10 0a3 3 0 1 1 0 6 3 3 0 0 1 0-6Z"
)
# Longer titles are cut short in the picture, and whole in its name.
LONGEST = 64


@dataclass(frozen=True, slots=True)
class Scheme:
    """The colours on a page: the paper, its edge, the text, the mark, and what is out of force."""

    paper: str
    edge: str
    ink: str
    mark: str
    waits: str


LIGHT = Scheme("#fffdf8", "#86826f", "#1c2625", "#0a6349", "#8a4b00")
DARK = Scheme("#1b2321", "#7d877f", "#eee9df", "#6fd0ae", "#f0b566")


def svg(*, title: str, name: str, note: str, scheme: Scheme) -> bytes:
    """The badge. ``name`` is what it is called for whoever does not see it, in full.

    ``note``, where it is not empty, says beside the title that the term is not in force.
    """
    words = _cut(_printable(title))
    width_of_words = width(words)
    note_at = _MARK + width_of_words + _PADDING
    whole = note_at + (width(note) + _PADDING if note else 0)
    text = (
        f'<text x="{_MARK}" y="21" fill="{scheme.ink}" textLength="{width_of_words}"'
        f' lengthAdjust="spacingAndGlyphs">{escape(words)}</text>'
    )
    if note:
        text += (
            f'<text x="{note_at}" y="21" fill="{scheme.waits}" font-weight="bold"'
            f' textLength="{width(note)}" lengthAdjust="spacingAndGlyphs">{escape(note)}</text>'
        )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{whole}" height="{HEIGHT}"'
        f' viewBox="0 0 {whole} {HEIGHT}" role="img" aria-labelledby="name">'
        f'<title id="name">{escape(_printable(name))}</title>'
        f'<rect x=".5" y=".5" width="{whole - 1}" height="{HEIGHT - 1}" rx="5"'
        f' fill="{scheme.paper}" stroke="{scheme.edge}"/>'
        f'<path transform="translate(7 8) scale(.5)" fill="{scheme.mark}" d="{_BRAND}"/>'
        f'<g font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="{_SIZE}"'
        f' direction="ltr">{text}</g></svg>\n'
    ).encode()


def width(text: str) -> int:
    """How wide ``text`` is drawn, in whole pixels."""
    return math.ceil(sum(map(_advance, text)) * _SIZE)


# How wide letters are in Verdana and its like, in hundredths of the size.
_ADVANCES = {
    sign: hundredths
    for hundredths, signs in (
        (28, "ijl'‘’|"),
        (37, "ft.,: ;!/()[]rJI-"),
        (46, "“”{}*\\"),
        (53, "cszk?L"),
        (61, "abdeghnopquvxyFETPYZ_$€–"),
        (65, "0123456789#&AKVXSBCR+=<>~"),
        (76, "DGHNOQU"),
        (84, "wM"),
        (99, "mW%@—…"),
    )
    for sign in signs
}


def _advance(sign: str) -> float:
    """The width of one sign as a share of the size."""
    if unicodedata.combining(sign) or unicodedata.category(sign) in ("Mn", "Me", "Cf"):
        return 0.0
    if unicodedata.east_asian_width(sign) in ("W", "F"):
        return 1.05
    base = unicodedata.normalize("NFD", sign)[0]
    return _ADVANCES.get(base, 80) / 100


def _printable(text: str) -> str:
    """``text`` in one line, without signs that XML forbids or that turn the line around."""
    kept = (" " if sign.isspace() else sign for sign in text)
    return " ".join("".join(sign for sign in kept if _is_printable(sign)).split())


def _is_printable(sign: str) -> bool:
    forbidden = unicodedata.category(sign) in ("Cc", "Cs", "Cn", "Co")
    return not forbidden and unicodedata.bidirectional(sign) not in (
        *("LRE", "RLE", "LRO", "RLO", "PDF"),
        *("LRI", "RLI", "FSI", "PDI"),
    )


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"
