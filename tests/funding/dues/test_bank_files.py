"""Bank statements as banks write them, and what only looks like one."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funding.dues import bank_files
from funding.dues.bank_files import BadFile
from kernel.money import Money

NS = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"


def entry(
    amount: str = "49.00",
    *,
    direction: str = "CRDT",
    reference: str = "BANK-1",
    day: str = "2026-11-24",
    status: str = "<Sts><Cd>BOOK</Cd></Sts>",
    text: str = "STRIPE PAYOUT",
) -> str:
    ref = f"<AcctSvcrRef>{reference}</AcctSvcrRef>" if reference else ""
    return (
        f'<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{direction}</CdtDbtInd>{status}'
        f"<BookgDt><Dt>{day}</Dt></BookgDt>{ref}<NtryDtls><TxDtls><RmtInf><Ustrd>{text}</Ustrd>"
        "</RmtInf></TxDtls></NtryDtls></Ntry>"
    )


def camt(*entries: str, namespace: str = NS) -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="{namespace}"><BkToCstmrStmt>'
        f"<Stmt><Id>1</Id>{''.join(entries)}</Stmt></BkToCstmrStmt></Document>"
    ).encode()


@pytest.mark.parametrize("namespace", [NS, NS.replace(".08", ".02")])
def test_a_camt_statement_is_read(namespace: str) -> None:
    out = entry("1234.5", direction="DBIT", reference="BANK-2", text="Hosting\n November")
    pending = entry(reference="BANK-3", status="<Sts>PDNG</Sts>")
    read = bank_files.read(camt(entry(), out, pending, namespace=namespace))
    assert read.format == "camt.053"
    first, second = read.lines
    assert (first.reference, first.booked_on) == ("BANK-1", date(2026, 11, 24))
    assert (first.amount, first.text) == (Money(4900, "EUR"), "STRIPE PAYOUT")
    assert (second.amount, second.text) == (Money(-123_450, "EUR"), "Hosting November")


def test_lines_without_a_reference_are_told_apart_and_known_again() -> None:
    twice = camt(entry(reference=""), entry(reference=""))
    first = [line.reference for line in bank_files.read(twice).lines]
    assert len(set(first)) == 2
    assert first == [line.reference for line in bank_files.read(twice).lines]


@pytest.mark.parametrize(
    ("written", "minor"),
    [
        ("49", 4900),
        ("49.5", 4950),
        ("1234,50", 123_450),
        ("1.234,50", 123_450),
        ("-1,234.50", -123_450),
    ],
)
def test_csv_is_read_as_banks_write_amounts(written: str, minor: int) -> None:
    body = f"Date;Amount;Currency;Reference;Text\n24.11.2026;{written};EUR;R1;Hi\n".encode(
        "utf-8-sig"
    )
    (line,) = bank_files.read(body).lines
    assert (line.amount, line.booked_on) == (Money(minor, "EUR"), date(2026, 11, 24))


BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Document>&b;</Document>'


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"<a",
        BOMB,
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><Document>&e;</Document>',
        b"<Document/>",
        camt(),
        camt(entry("0")),
        camt(entry("-5")),
        camt(entry("5.001")),
        camt(entry("five")),
        camt(entry("1" * 30)),
        camt(entry(day="soon")),
        camt(entry(direction="UP")),
        camt(entry(), entry()),
        b"date,amount\n2026-11-24,5\n",
        b"date,amount,currency\n2026-11-24,5,EURO\n",
        b"date,amount,currency\n2026-13-24,5,EUR\n",
        b"date,amount,currency\n2026-11-24,NaN,EUR\n",
        b"date,amount,currency\n\x00,5,EUR\n",
        b"a" * (bank_files.MAX_BYTES + 1),
    ],
)
def test_what_cannot_be_read_is_refused_as_a_whole(body: bytes) -> None:
    with pytest.raises(BadFile) as bad:
        bank_files.read(body)
    assert str(bad.value).endswith(".")


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_nothing_but_badfile_comes_of_any_bytes(body: bytes) -> None:
    for given_body in (body, b"date,amount,currency\n" + body, b"<Document>" + body):
        with suppress(BadFile):
            bank_files.read(given_body)
