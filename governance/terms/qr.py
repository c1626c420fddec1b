"""An address as a QR code, drawn as SVG. Pure.

Always dark on white with the quiet zone around it, whatever the page's colours: many cameras do not
read the reverse.
"""

from __future__ import annotations

from itertools import groupby
from xml.sax.saxutils import escape

import segno

# Modules of white around the code, as ISO/IEC 18004 asks.
QUIET = 4


def matrix(address: str) -> list[list[bool]]:
    """The modules of the code for ``address``, dark ones true. Medium correction, for paper."""
    code = segno.make_qr(address, error="m", boost_error=False)
    return [[bool(module) for module in row] for row in code.matrix]


def svg(address: str, *, name: str) -> bytes:
    """The picture. ``name`` is what it is called for whoever does not see it."""
    rows = matrix(address)
    side = len(rows) + 2 * QUIET
    dark = "".join(
        f"M{left + QUIET} {top + QUIET}h{length}v1h-{length}z"
        for top, row in enumerate(rows)
        for left, length in _runs(row)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" width="{side * 6}"'
        f' height="{side * 6}" shape-rendering="crispEdges" role="img" aria-labelledby="name">'
        f'<title id="name">{escape(name)}</title>'
        f'<rect width="{side}" height="{side}" fill="#fff"/>'
        f'<path fill="#000" d="{dark}"/></svg>\n'
    ).encode()


def _runs(row: list[bool]) -> list[tuple[int, int]]:
    """Where dark modules begin that stand side by side, and how many they are."""
    found, place = [], 0
    for dark, group in groupby(row):
        length = len(list(group))
        if dark:
            found.append((place, length))
        place += length
    return found
