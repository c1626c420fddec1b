"""The pure rules of awards: money that adds up, approvals that bind, files that banks take."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import pytest
import xmlschema
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sepaxml import validation

from funding.grants import (
    agreement,
    award_stages,
    bank_file,
    dues_share,
    fund_arithmetic,
    milestone_stages,
    payee_details,
    payment_stages,
)
from funding.grants.agreement import Promise, Step
from funding.grants.bank_file import BadBankFile, Transfer
from funding.grants.fund_arithmetic import EFFECTS, Holdings, Kind
from funding.grants.payee_details import Address, Details, NotPayable
from funding.grants.payment_fingerprint import fingerprint
from funding.ledger import entries
from kernel.money import Money
from tests.conftest import NOW

AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
HERE = Address(town="Berlin", country="DE", street="Am Ufer", building="3", postcode="10179")
US = payee_details.checked(name="Customer Commons", iban="DE89370400440532013000", address=HERE)
MINOR = st.integers(min_value=1, max_value=10**12)


def an_iban(account: int) -> str:
    """A German IBAN with right check digits, of a bank that there is."""
    bban = f"37040044{account:010d}"
    check = 98 - int(f"{bban}131400") % 97
    return f"DE{check:02d}{bban}"


# Stages


@pytest.mark.parametrize("table", [award_stages, milestone_stages, payment_stages])
def test_every_stage_is_led_to_and_every_move_is_between_stages(table: object) -> None:
    stages, moves = table.STAGES, table.MOVES  # type: ignore[attr-defined]
    assert {move.source for move in moves} | {move.target for move in moves} == set(stages)
    targets = {move.target for move in moves}
    assert len(set(stages) - targets) <= 1, "only the first stage is led to by nothing"


def test_nothing_leads_out_of_a_payment_that_was_paid_or_cancelled() -> None:
    ends = {payment_stages.PAID, payment_stages.CANCELLED}
    assert not [move for move in payment_stages.MOVES if move.source in ends]
    assert set(payment_stages.LIVE) == set(payment_stages.STAGES) - ends


def test_an_award_ends_in_one_of_three_ways() -> None:
    ends = set(award_stages.STAGES) - {move.source for move in award_stages.MOVES}
    assert ends == {award_stages.CLOSED, award_stages.DECLINED, award_stages.TERMINATED}
    assert set(award_stages.LIVE) == set(award_stages.STAGES) - ends


# The fund


@given(
    budget=st.integers(0, 10**9),
    funded=st.integers(0, 10**9),
    moves=st.lists(st.tuples(st.sampled_from(Kind), st.integers(-5, 10**6)), max_size=30),
)
def test_no_order_of_movements_makes_a_fund_unsound_and_the_books_say_the_same(
    budget: int, funded: int, moves: list[tuple[Kind, int]]
) -> None:
    fund = Holdings(budget=budget, funded=min(budget, funded))
    books = {"awards": 0, "awards-payable": 0, "bank": 0}
    for kind, minor in moves:
        try:
            moved = fund.after(kind, minor)
        except ValueError:
            continue
        for leg in fund_arithmetic.legs(kind, Money(minor, "EUR")):
            books[leg.account] += leg.amount.minor
        fund = moved
        assert fund.is_sound
    assert fund.free + fund.owed + fund.paid == fund.funded
    said = {"awards": books["awards"], "payable": books["awards-payable"], "bank": books["bank"]}
    assert fund_arithmetic.differences(fund, **said) == ()


@given(kind=st.sampled_from(Kind), minor=MINOR)
def test_each_movement_is_an_entry_that_balances(kind: Kind, minor: int) -> None:
    entries.check_balanced(fund_arithmetic.legs(kind, Money(minor, "EUR")))
    assert kind in EFFECTS


@pytest.mark.parametrize("what", ["awards", "payable", "bank"])
def test_a_cent_of_difference_on_any_account_is_found(what: str) -> None:
    fund = Holdings(budget=1000, funded=900, committed=700, paid=300)
    said = {"awards": 700, "payable": -400, "bank": -300}
    assert fund_arithmetic.differences(fund, **said) == ()
    (found,) = fund_arithmetic.differences(fund, **{**said, what: said[what] + 1})
    assert found.fund != found.books


@given(
    bank=st.integers(-(10**9), 10**9),
    debts=st.lists(st.integers(0, 10**9), max_size=5),
    elsewhere=st.integers(0, 10**9),
    budget=st.integers(0, 10**9),
    funded=st.integers(0, 10**9),
)
def test_no_more_is_set_aside_than_the_bank_holds_free_and_than_was_adopted(
    bank: int, debts: list[int], elsewhere: int, budget: int, funded: int
) -> None:
    held = Holdings(budget=budget, funded=min(funded, budget))
    free = fund_arithmetic.fundable(bank=bank, debts=debts, set_aside_elsewhere=elsewhere)
    more = fund_arithmetic.to_set_aside(held, fundable_now=free)
    assert more >= 0
    assert held.funded + more <= budget
    assert more == 0 or more + sum(debts) + elsewhere <= bank


# Approvals


def test_an_approval_binds_everything_that_it_is_for() -> None:
    one, other = uuid.uuid4(), uuid.uuid4()
    said: dict[str, Any] = {
        "payment": one,
        "preparation": 1,
        "milestone": one,
        "payee": one,
        "account": "a" * 64,
        "amount": Money(100, "EUR"),
    }
    changes: list[dict[str, Any]] = [
        {"payment": other},
        {"preparation": 2},
        {"milestone": other},
        {"payee": other},
        {"account": "b" * 64},
        {"amount": Money(101, "EUR")},
        {"amount": Money(100, "CHF")},
    ]
    prints = [fingerprint(**{**said, **change}) for change in [{}, *changes]]
    assert len(set(prints)) == len(prints)
    assert fingerprint(**said) == prints[0]


# Payees


@given(account=st.integers(0, 10**10 - 1))
def test_an_iban_is_taken_however_it_is_spelled_and_never_shown_whole(account: int) -> None:
    iban = an_iban(account)
    spaced = " ".join(iban[at : at + 4] for at in range(0, len(iban), 4)).lower()
    found = payee_details.checked(name="Ada", iban=spaced, address=HERE)
    assert found.iban == iban
    assert found.bic == "COBADEFFXXX"
    shown = payee_details.masked(iban)
    assert shown.endswith(iban[-4:])
    assert iban[4:-4] not in shown


@given(account=st.integers(0, 10**10 - 1), at=st.integers(2, 21), digit=st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(account: int, at: int, digit: int) -> None:
    iban = an_iban(account)
    wrong = iban[:at] + str((int(iban[at]) + digit) % 10) + iban[at + 1 :]
    with pytest.raises(NotPayable) as refused:
        payee_details.checked(name="Ada", iban=wrong, address=HERE)
    assert refused.value.code == "iban"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"iban": "AE070331234567890123456"}, "not-sepa"),
        ({"iban": ""}, "iban"),
        ({"bic": "NOTABIC"}, "bic"),
        ({"bic": "ABNANL2A"}, "bic-iban"),
        ({"name": " …☃ "}, "name"),
        ({"name": "n" * 71}, "name"),
        ({"address": replace(HERE, town="")}, "town"),
        ({"address": replace(HERE, country="Germany")}, "country"),
        ({"address": replace(HERE, building="1" * 17)}, "building"),
    ],
)
def test_details_that_no_bank_takes_are_refused_by_name(change: dict[str, Any], code: str) -> None:
    said: dict[str, Any] = {"name": "Ada", "iban": "DE89370400440532013000", "address": HERE}
    with pytest.raises(NotPayable) as refused:
        payee_details.checked(**{**said, **change})
    assert refused.value.code == code


@given(name=st.text(max_size=60), street=st.text(max_size=60))
@example(name="Żółć Œuvre ß", street="Straße <&> \x00")
def test_details_keep_their_one_spelling_and_come_back_as_they_were(name: str, street: str) -> None:
    try:
        found = payee_details.checked(
            name=name, iban="DE89370400440532013000", address=replace(HERE, street=street)
        )
    except NotPayable:
        return  # no letters, or too many
    assert Details.from_bytes(found.as_bytes()) == found
    assert payee_details.tidy(found.name) == found.name


def test_an_account_cools_off_after_it_is_confirmed() -> None:
    free = payee_details.payable_from(AT)
    assert not payee_details.is_payable(None, free)
    assert not payee_details.is_payable(AT, free - timedelta(seconds=1))
    assert payee_details.is_payable(AT, free)


def test_a_sanctions_check_is_good_for_its_time_and_never_from_the_future() -> None:
    last = AT + payee_details.CHECK_LASTS
    assert payee_details.is_fresh(AT, AT)
    assert payee_details.is_fresh(AT, last - timedelta(seconds=1))
    assert not payee_details.is_fresh(AT, last)
    assert not payee_details.is_fresh(AT + timedelta(seconds=1), AT)


# The bank's file

NAMES = st.text(min_size=1, max_size=70).filter(
    lambda name: any(letter.isalpha() for letter in payee_details.tidy(name)[:70])
)
TRANSFERS = st.lists(
    st.builds(
        Transfer,
        reference=st.uuids().map(bank_file.reference_of),
        payee=st.builds(
            Details,
            name=NAMES.map(lambda name: payee_details.tidy(name)[:70].strip()),
            iban=st.integers(0, 10**10 - 1).map(an_iban),
            bic=st.sampled_from(["", "COBADEFFXXX"]),
            address=st.just(HERE),
        ),
        amount=MINOR.map(lambda minor: Money(minor, "EUR")),
        purpose=st.text(min_size=1, max_size=300).map(lambda text: f"Grant {text}"),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda transfer: transfer.reference,
)


def render(transfers: list[Transfer], message: str = "CC-1") -> bytes:
    return bank_file.render(
        message=message,
        made_at=AT,
        execute_on=date(2026, 11, 23),
        debtor=US,
        transfers=transfers,
    )


@pytest.fixture(scope="module")
def schema() -> xmlschema.XMLSchema:
    folder = validation.__file__.rpartition("/")[0]
    return xmlschema.XMLSchema(f"{folder}/schemas/pain.001.001.09.xsd")


@settings(max_examples=20)  # the library reads its schema anew for each
@given(transfers=TRANSFERS)
def test_every_file_is_one_that_the_published_schema_takes(
    schema: xmlschema.XMLSchema, transfers: list[Transfer]
) -> None:
    written = render(transfers)
    schema.validate(written.decode())
    space = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"}
    root = ElementTree.fromstring(written)  # noqa: S314 - made just now, by us
    amounts = [
        (element.get("Ccy"), element.text) for element in root.iterfind(".//p:InstdAmt", space)
    ]
    assert amounts == [("EUR", f"{transfer.amount.major:.2f}") for transfer in transfers]
    total = sum(transfer.amount.minor for transfer in transfers)
    header = root.find("p:CstmrCdtTrfInitn/p:GrpHdr", space)
    assert header is not None
    assert header.findtext("p:CtrlSum", namespaces=space) == f"{Money(total, 'EUR').major:.2f}"
    assert header.findtext("p:MsgId", namespaces=space) == "CC-1"
    assert header.findtext("p:CreDtTm", namespaces=space) == "2026-11-20T09:30:00Z"
    found = [element.text for element in root.iterfind(".//p:EndToEndId", space)]
    assert found == [transfer.reference for transfer in transfers]
    for where in root.iterfind(".//p:PstlAdr", space):
        assert where.findtext("p:TwnNm", namespaces=space) == "Berlin"
        assert where.findtext("p:Ctry", namespaces=space) == "DE"
        assert where.find("p:AdrLine", space) is None
    assert len(list(root.iterfind(".//p:PstlAdr", space))) == len(transfers) + 1


def test_what_is_no_file_is_refused() -> None:
    good = Transfer("a" * 32, US, Money(100, "EUR"), "Grant")
    for bad in (
        [],
        [replace(good, amount=Money(100, "CHF"))],
        [replace(good, amount=Money(0, "EUR"))],
        [good, good],
        [replace(good, reference="r" * 36)],
    ):
        with pytest.raises(BadBankFile):
            render(bad)
    with pytest.raises(BadBankFile):
        render([good], message="m" * 36)


# Your dues


@given(
    minor=st.integers(0, 10**9),
    paid=st.dictionaries(st.integers(0, 10**6), st.integers(0, 10**7), max_size=40),
)
def test_shares_sum_to_the_payment_and_follow_what_each_paid(
    minor: int, paid: dict[int, int]
) -> None:
    found = dues_share.shares(minor, paid=paid)
    total = sum(paid.values())
    assert sum(found.values()) == (minor if total else 0)
    for who, part in paid.items():
        exact = minor * part / total if total else 0
        assert abs(found.get(who, 0) - exact) < 1 + 1e-6
        assert part or not found.get(who)
    assert found == dues_share.shares(minor, paid=dict(paid)), "the same every time"
    by_paid = sorted(paid, key=lambda who: paid[who])
    assert all(found.get(less, 0) <= found.get(more, 0) + 1 for less, more in pairwise(by_paid))


# The agreement

PROMISES = st.lists(
    st.builds(
        Promise,
        title=st.just("Build"),
        criteria=st.just("It runs"),
        due_on=st.dates(),
        minor=MINOR,
    ),
    min_size=1,
    max_size=12,
)
REPORT = Step(title="Report", criteria="It is public", due_on=date.min, minor=0)


@given(promises=PROMISES, hold_back=st.integers(0, 100), on_award=st.booleans())
def test_the_steps_sum_to_the_award_and_the_report_comes_last(
    promises: list[Promise], hold_back: int, on_award: bool
) -> None:
    found = agreement.steps(promises, hold_back=hold_back, on_award=on_award, report=REPORT)
    *before, report = found
    total = sum(promise.minor for promise in promises)
    assert sum(step.minor for step in found) == total
    assert total * hold_back // 100 <= report.minor < total * hold_back // 100 + len(promises) + 1
    assert report.final
    assert not report.on_award
    assert all(report.due_on >= step.due_on for step in before)
    assert [(step.title, step.on_award, step.final) for step in before] == [
        ("Build", on_award, False)
    ] * len(promises)
    assert hold_back or report.minor == 0


@pytest.mark.parametrize("hold_back", [-1, 101])
def test_nonsense_is_no_agreement(hold_back: int) -> None:
    promise = Promise("Build", "It runs", NOW.date(), 100)
    with pytest.raises(ValueError, match="holds back"):
        agreement.steps([promise], hold_back=hold_back, on_award=False, report=REPORT)
    with pytest.raises(ValueError, match="has milestones"):
        agreement.steps([], hold_back=0, on_award=False, report=REPORT)


def test_a_text_has_one_hash_however_its_lines_end() -> None:
    assert agreement.digest("We agree.\r\nTo this.") == agreement.digest("We agree.\nTo this.\n")
    assert agreement.digest("We agree.") != agreement.digest("We agree. Not.")
