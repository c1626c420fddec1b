"""Lists as CSV, a line at a time. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable


def line(cells: Iterable[object]) -> str:
    """One line of CSV. What a spreadsheet would take for a formula is made a text."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow([_cell(cell) for cell in cells])
    return buffer.getvalue()


def _cell(cell: object) -> object:
    if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{cell}"
    return cell
