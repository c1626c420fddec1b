"""Receipts and the summary of a year, as PDF: the same payment, the same bytes.

The letters are embedded, so that every name looks right everywhere.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from itertools import groupby
from pathlib import Path
from unicodedata import bidirectional

import arabic_reshaper
from bidi import get_display
from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from funding.dues import refund_stages
from funding.dues.models import Payment
from kernel.money import Money
from members.models import Person

_FONTS = Path(__file__).resolve().parent / "fonts"
_TEXT, _BOLD, _REST = "DejaVuSans", "DejaVuSans-Bold", "DroidSansFallback"
_LEFT, _RIGHT = 64.0, A4[0] - 64.0
_TOP, _BOTTOM = A4[1] - 80.0, 90.0
_LINE = 17.0


def receipt(payment: Payment) -> bytes:
    """What one payment was, for whom, and its entry in the books."""
    paper = _Paper(_("Receipt"))
    paper.heading(_("Receipt"))
    paper.text(_("Received with thanks from {name}.").format(name=payment.person))
    paper.gap()
    paper.fact(_("Amount"), _amount(payment.gross))
    paper.fact(_("For"), payment.what_for)
    paper.fact(_("Paid on"), _day(payment.paid_at.date()))
    if payment.starts_on and payment.ends_on:
        last = payment.ends_on - timedelta(days=1)
        days = _("{first} to {last}").format(first=_day(payment.starts_on), last=_day(last))
        paper.fact(_("Covers"), days)
    if returned := _returned(payment):
        paper.fact(_("Returned of it"), _amount(returned))
    paper.fact(_("Paid by"), _("card, through Stripe"))
    paper.fact(_("Entry in the books"), str(payment.entry.seal.position))
    paper.fact(_("Receipt"), str(payment.uuid))
    paper.gap()
    paper.small(payment.entry.seal.hash)
    paper.small(
        _(
            "The line above is the fingerprint of the entry. The books are public and cannot be "
            "changed afterwards: {url}"
        ).format(url=f"{settings.PUBLIC_ORIGIN}/money/")
    )
    return paper.finish()


def summary(person: Person, year: int, payments: Sequence[Payment]) -> bytes:
    """Everything that ``person`` paid in ``year``, line by line, and the sum."""
    title = _("Payments in {year}").format(year=year)
    paper = _Paper(title)
    paper.heading(title)
    paper.text(_("Received with thanks from {name}.").format(name=person))
    paper.gap()
    by_currency: dict[str, Money] = {}
    for payment in payments:
        kept = payment.gross - _returned(payment)
        so_far = by_currency.get(kept.currency, Money(0, kept.currency))
        by_currency[kept.currency] = so_far + kept
        paper.row(
            _day(payment.paid_at.date()),
            f"{payment.what_for}, {_('entry')} {payment.entry.seal.position}",
            _amount(payment.gross),
        )
        if returned := _returned(payment):
            paper.row("", _("returned"), _amount(-returned))
    for total in by_currency.values():
        paper.row("", _("Together"), _amount(total), bold=True)
    return paper.finish()


class _Paper:
    """Pages that are written from the top down."""

    def __init__(self, title: str) -> None:
        _fonts()
        self._out = io.BytesIO()
        # Invariant: no time and no random id in the file.
        self._canvas = Canvas(self._out, pagesize=A4, invariant=1, lang=get_language() or "en")
        self._canvas.setTitle(title)
        self._canvas.setAuthor("Customer Commons")
        self._y = _TOP
        self._write(_LEFT, "Customer Commons", _BOLD, 11)
        self._down(3)

    def heading(self, text: str) -> None:
        self._write(_LEFT, text, _BOLD, 20)
        self._down(2)

    def text(self, text: str) -> None:
        for line in _wrapped(text, _TEXT, 11, _RIGHT - _LEFT):
            self._write(_LEFT, line, _TEXT, 11)
            self._down()

    def small(self, text: str) -> None:
        for line in _wrapped(text, _TEXT, 8.5, _RIGHT - _LEFT):
            self._write(_LEFT, line, _TEXT, 8.5)
            self._down()

    def fact(self, name: str, value: str) -> None:
        self._write(_LEFT, name, _TEXT, 11)
        self._write(_LEFT + 150, value, _BOLD, 11)
        self._down(1.2)

    def row(self, first: str, middle: str, last: str, *, bold: bool = False) -> None:
        font = _BOLD if bold else _TEXT
        self._write(_LEFT, first, font, 10)
        self._write(_LEFT + 120, middle, font, 10)
        self._write(_RIGHT - _width(last, font, 10), last, font, 10)
        self._down(1.1)

    def gap(self) -> None:
        self._down()

    def finish(self) -> bytes:
        self._canvas.save()
        return self._out.getvalue()

    def _write(self, x: float, text: str, font: str, size: float) -> None:
        for name, run in _runs(_as_drawn(text), font):
            self._canvas.setFont(name, size)
            shaped = not run.isascii() and not _from_the_right(run)
            self._canvas.drawString(x, self._y, run, shaping=shaped)
            x += pdfmetrics.stringWidth(run, name, size)

    def _down(self, lines: float = 1) -> None:
        self._y -= _LINE * lines
        if self._y < _BOTTOM:
            self._canvas.showPage()
            self._y = _TOP


@cache
def _fonts() -> dict[str, TTFont]:
    """The fonts by name, read and made known once."""
    fonts = {
        name: TTFont(name, str(_FONTS / f"{name}.ttf"), shapable=True)
        for name in (_TEXT, _BOLD, _REST)
    }
    for font in fonts.values():
        pdfmetrics.registerFont(font)
    return fonts


def _as_drawn(text: str) -> str:
    """The letters of one line in the order in which they stand, from the left, Arabic ones joined.

    The bidirectional algorithm (UAX 9) for a line that begins at the left.
    """
    if not _from_the_right(text):
        return text
    return str(get_display(arabic_reshaper.reshape(text), base_dir="L"))


def _from_the_right(text: str) -> bool:
    return any(bidirectional(letter) in ("R", "AL") for letter in text)


def _runs(text: str, font: str) -> list[tuple[str, str]]:
    """``text`` in pieces, each with the font that has its letters."""
    has: dict[int, int] = _fonts()[font].face.charToGlyph
    pieces = groupby(text, key=lambda letter: font if ord(letter) in has else _REST)
    return [(name, "".join(letters)) for name, letters in pieces]


def _width(text: str, font: str, size: float) -> float:
    return float(sum(pdfmetrics.stringWidth(run, name, size) for name, run in _runs(text, font)))


def _wrapped(text: str, font: str, size: float, width: float) -> list[str]:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and _width(longer, font, size) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _returned(payment: Payment) -> Money:
    back = sum(r.minor for r in payment.refunds.all() if r.state == refund_stages.RETURNED)
    return Money(back, payment.currency)


def _amount(money: Money) -> str:
    return money.format(get_language() or "en")


def _day(day: date) -> str:
    return date_format(day, "j F Y")
