"""Bank statements, as banks give them out: camt.053 (ISO 20022 XML) and CSV. Pure.

What cannot be read is refused as a whole, with a sentence that names the place: half a statement is
worse than none.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from xml.etree.ElementTree import Element, ParseError

from babel.numbers import get_currency_precision
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from kernel.money import Money

MAX_BYTES = 5 * 1024 * 1024
MAX_LINES = 20_000
# The columns of a CSV, in any order; others are ignored.
COLUMNS = ("date", "amount", "currency", "reference", "text")


class BadFile(Exception):
    """Not a statement we can read; the sentence says what is wrong, and where."""


@dataclass(frozen=True, slots=True)
class Line:
    """Money that came or, below zero, went. ``reference`` is the bank's, or made of the rest."""

    reference: str
    booked_on: date
    amount: Money
    text: str


@dataclass(frozen=True, slots=True)
class Statement:
    """What one file says, its lines in the file's order."""

    format: str
    lines: tuple[Line, ...]


def read(body: bytes) -> Statement:
    """The statement in a file: camt.053 if it is XML, else CSV. Raises ``BadFile``."""
    if len(body) > MAX_BYTES:
        raise BadFile("The file is larger than 5 MB.")
    is_xml = body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
    format, lines = ("camt.053", _camt(body)) if is_xml else ("csv", _csv(body))
    read_lines = tuple(_named(lines))
    if not read_lines:
        raise BadFile("The file has no booked lines.")
    doubled = [
        ref for ref, times in Counter(line.reference for line in read_lines).items() if times > 1
    ]
    if doubled:
        raise BadFile(f"The reference {doubled[0]} stands in the file twice.")
    return Statement(format, read_lines)


def _named(lines: Iterator[Line]) -> Iterator[Line]:
    """The lines, those without a reference known by what they say and how often it was said."""
    seen: Counter[str] = Counter()
    for number, line in enumerate(lines):
        if number >= MAX_LINES:
            raise BadFile(f"The file has more than {MAX_LINES} lines.")
        if line.reference:
            yield line
            continue
        said = f"{line.booked_on}|{line.amount.minor}|{line.amount.currency}|{line.text}"
        seen[said] += 1
        digest = hashlib.sha256(f"{said}|{seen[said]}".encode()).hexdigest()
        yield Line(f"made:{digest[:32]}", line.booked_on, line.amount, line.text)


def _camt(body: bytes) -> Iterator[Line]:
    try:
        root = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        raise BadFile("The file is not well-formed XML.") from None
    statements = [element for element in root.iter() if _tag(element) == "Stmt"]
    if not statements:
        raise BadFile("The file is XML, but no camt.053 statement.")
    for statement in statements:
        for entry in statement:
            if _tag(entry) == "Ntry" and _is_booked(entry):
                yield _entry(entry)


def _entry(entry: Element) -> Line:
    amount = _child(entry, "Amt")
    direction = _text(entry, "CdtDbtInd")
    if amount is None or direction not in ("CRDT", "DBIT"):
        raise BadFile("An entry has no amount, or no direction.")
    booked = _text(entry, "BookgDt", "Dt") or _text(entry, "BookgDt", "DtTm")[:10]
    minor = _minor(amount.text or "", amount.get("Ccy", ""))
    if minor.minor < 0:
        raise BadFile("An entry has an amount below zero.")
    told = [part.text or "" for part in entry.iter() if _tag(part) == "Ustrd"]
    return Line(
        reference=_text(entry, "AcctSvcrRef") or _text(entry, "NtryRef"),
        booked_on=_day(booked),
        amount=minor if direction == "CRDT" else -minor,
        text=_short(" ".join(told) or _text(entry, "AddtlNtryInf")),
    )


def _is_booked(entry: Element) -> bool:
    status = _text(entry, "Sts", "Cd") or _text(entry, "Sts")
    return status == "BOOK"


def _csv(body: bytes) -> Iterator[Line]:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadFile("The file is neither XML nor text in UTF-8.") from None
    if "\x00" in text:
        raise BadFile("The file is no text.")
    first = text.partition("\n")[0]
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=";" if ";" in first else ",")
    try:
        names = {name.strip().lower(): name for name in rows.fieldnames or [] if name}
        if missing := [name for name in COLUMNS[:3] if name not in names]:
            raise BadFile(f"The first line must name the columns; {missing[0]} is missing.")
        for row in rows:
            value = {name: (row.get(names.get(name, "")) or "").strip() for name in COLUMNS}
            if any(value.values()):
                yield Line(
                    reference=value["reference"][:120],
                    booked_on=_day(value["date"]),
                    amount=_minor(value["amount"], value["currency"]),
                    text=_short(value["text"]),
                )
    except csv.Error:
        raise BadFile("The file is not CSV.") from None


def _minor(written: str, currency: str) -> Money:
    """An amount as banks write it: ``1234.50``, ``1234,50``, ``1.234,50``. Exact, or refused."""
    code = currency.strip().upper()
    digits = re.sub(r"[\s']", "", written)
    if digits.rfind(",") > digits.rfind("."):
        digits = digits.replace(".", "").replace(",", ".")
    else:
        digits = digits.replace(",", "")
    if not re.fullmatch(r"[+-]?[0-9]{1,15}(\.[0-9]{1,5})?", digits):
        raise BadFile(f"{written[:40]!r} is not an amount.")
    try:
        scaled = Decimal(digits).scaleb(get_currency_precision(code))
        if scaled != scaled.to_integral_value():
            raise BadFile(f"{written[:40]!r} has more decimals than {code} has.")
        money = Money(int(scaled), code)
    except (ValueError, InvalidOperation):
        raise BadFile(f"{currency[:10]!r} is not a currency.") from None
    if not money:
        raise BadFile("A line moves nothing.")
    return money


def _day(written: str) -> date:
    """A day as ``2026-11-20`` or ``20.11.2026``."""
    if german := re.fullmatch(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})", written):
        day, month, year = german.groups()
        written = f"{year}-{int(month):02}-{int(day):02}"
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise BadFile(f"{written[:40]!r} is not a day.") from None


def _short(text: str) -> str:
    return " ".join(text.split())[:140]


def _tag(element: Element) -> str:
    """The name without its namespace: each version of camt.053 has another one."""
    return str(element.tag).rpartition("}")[2]


def _child(element: Element, name: str) -> Element | None:
    return next((child for child in element if _tag(child) == name), None)


def _text(element: Element, *path: str) -> str:
    found: Element | None = element
    for name in path:
        found = _child(found, name) if found is not None else None
    return ((found.text if found is not None else "") or "").strip()[:120]
