"""What the database refuses, whoever asks and however: plain SQL, past every line of our Python."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection, transaction

from funding.ledger import actions, entries
from funding.ledger.entries import LegSpec
from funding.ledger.models import ChainHead, Entry, Leg, Seal
from kernel.money import Money
from tests.conftest import NOW, TEST


def post(key: str = "dues:in_1") -> Entry:
    return actions.post(
        source_key=key,
        description="Dues paid",
        legs=[LegSpec("stripe", Money(500, "EUR")), LegSpec("dues", Money(-500, "EUR"))],
        effective_on=NOW.date(),
        by=TEST,
        at=NOW,
    )


def run(sql: str, *values: str | int) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def key(entry: Entry | uuid.UUID) -> str:
    """A UUID as this database stores it."""
    pk = entry.pk if isinstance(entry, Entry) else entry
    return str(pk) if connection.vendor == "postgresql" else pk.hex


INSERT_ENTRY = (
    "INSERT INTO ledger_entry (seal_id, source_key, description, effective_on, posted_at) "
    "VALUES (%s, %s, 'x', '2026-11-20', '2026-11-20 12:00:00+00')"
)
INSERT_LEG = (
    "INSERT INTO ledger_leg (entry_id, account_id, minor, currency) VALUES (%s, %s, %s, %s)"
)
INSERT_SEAL = "INSERT INTO ledger_seal (id, position, previous_hash, hash) VALUES (%s, %s, %s, %s)"


@transaction.atomic
def enter(*legs: tuple[str, int, str], seal: tuple[int, str] | None = None) -> None:
    """An entry with these legs, and a seal at this position after this hash, by plain SQL."""
    entry = key(uuid.uuid4())
    run(INSERT_ENTRY, entry, "k")
    for leg in legs:
        run(INSERT_LEG, entry, *leg)
    if seal:
        run(INSERT_SEAL, entry, *seal, "h" * 64)


BALANCED = (("stripe", 5, "EUR"), ("dues", -5, "EUR"))


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["ledger_entry", "ledger_leg", "ledger_seal", "ledger_account"])
def test_rows_of_the_books_cannot_be_deleted(table: str) -> None:
    post()
    with pytest.raises(IntegrityError, match="refused"):
        run(f"DELETE FROM {table}")  # noqa: S608 - the tables named above
    assert (Entry.objects.count(), Leg.objects.count(), Seal.objects.count()) == (1, 2, 1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE ledger_entry SET description = 'other'",
        "UPDATE ledger_entry SET effective_on = '2020-01-01'",
        "UPDATE ledger_leg SET minor = minor * 2",
        "UPDATE ledger_leg SET account_id = 'bank'",
        "UPDATE ledger_seal SET hash = 'other'",
        "UPDATE ledger_account SET type = 'asset'",
        "UPDATE ledger_chainhead SET position = 0",
        "UPDATE ledger_chainhead SET position = position + 2",
        "UPDATE ledger_chainhead SET hash = 'other'",
        "DELETE FROM ledger_chainhead",
        "INSERT INTO ledger_chainhead (id, position, hash) VALUES (2, 0, 'x')",
    ],
)
def test_the_books_cannot_be_rewritten(change: str) -> None:
    post()
    with pytest.raises(IntegrityError):
        run(change)


@pytest.mark.django_db
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no TRUNCATE")
def test_the_books_cannot_be_truncated() -> None:
    post()
    connection.check_constraints()
    for tables in ("ledger_leg", "ledger_leg, ledger_entry, ledger_seal CASCADE"):
        with pytest.raises(IntegrityError, match="refused"):
            run(f"TRUNCATE {tables}")


@pytest.mark.django_db
@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL has no INSERT OR REPLACE")
def test_a_row_cannot_be_replaced() -> None:
    entry = post()
    leg = entry.legs.first()
    assert leg
    with pytest.raises(IntegrityError, match="refused"):
        run(
            "INSERT OR REPLACE INTO ledger_leg (id, entry_id, account_id, minor, currency) "
            "VALUES (%s, %s, 'stripe', 9, 'EUR')",
            leg.pk,
            key(entry),
        )
    with pytest.raises(IntegrityError, match="refused"):
        run(
            "INSERT OR REPLACE INTO ledger_seal (id, position, previous_hash, hash) "
            "VALUES (%s, 1, %s, 'other')",
            key(entry),
            entries.GENESIS,
        )


@pytest.mark.django_db
def test_no_leg_joins_a_sealed_entry_nor_one_that_is_not_there() -> None:
    entry = post()
    for where in (key(entry), key(uuid.uuid4())):
        with pytest.raises(IntegrityError, match="sealed, or is not there"):
            run(INSERT_LEG, where, "stripe", 5, "EUR")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("legs", "sentence"),
    [
        ([], "fewer than two"),
        ([("stripe", 5, "EUR")], "fewer than two"),
        ([("stripe", 5, "EUR"), ("dues", -4, "EUR")], "do not sum to zero"),
        ([("stripe", 5, "EUR"), ("dues", -5, "USD")], "do not sum to zero"),
        ([("stripe", 5, "EUR"), ("dues", -5, "EUR"), ("bank", 1, "USD")], "do not sum to zero"),
    ],
)
def test_a_seal_demands_balance(legs: list[tuple[str, int, str]], sentence: str) -> None:
    post()
    position, head = ChainHead.objects.at()
    with pytest.raises(IntegrityError, match=sentence):
        enter(*legs, seal=(position + 1, head))
    assert Entry.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("place", ["after a gap", "a fork", "a second beginning"])
def test_a_seal_must_follow_the_last_one(place: str) -> None:
    first = post("a").seal
    second = post("b").seal
    position, previous = {
        "after a gap": (4, second.hash),
        "a fork": (2, first.hash),
        "a second beginning": (1, entries.GENESIS),
    }[place]
    with pytest.raises(IntegrityError):
        enter(*BALANCED, seal=(position, previous))


@pytest.mark.django_db
@pytest.mark.parametrize(("minor", "currency"), [(0, "EUR"), (5, "eur"), (5, "EU")])
def test_a_leg_moves_an_amount_in_a_currency(minor: int, currency: str) -> None:
    actions.ensure_chart(by=TEST, at=NOW)
    with pytest.raises(IntegrityError):
        enter(("stripe", minor, currency))


@pytest.mark.django_db(transaction=True)
def test_the_commit_itself_fails_without_a_seal() -> None:
    actions.ensure_chart(by=TEST, at=NOW)
    with pytest.raises(IntegrityError):
        enter(*BALANCED)
    assert not Entry.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite writes no data in a CTE")
@pytest.mark.parametrize("first", ["seal", "leg"])
def test_one_statement_cannot_slip_a_leg_in_beside_the_seal(first: str) -> None:
    """PostgreSQL runs a data-modifying WITH and its main statement on one snapshot."""
    actions.ensure_chart(by=TEST, at=NOW)
    entry = key(uuid.uuid4())
    seal = (
        "INSERT INTO ledger_seal (id, position, previous_hash, hash) "  # noqa: S608 - ours
        f"VALUES ('{entry}', 1, '{entries.GENESIS}', 'h') RETURNING id"
    )
    leg = (
        "INSERT INTO ledger_leg (entry_id, account_id, minor, currency) "  # noqa: S608 - ours
        f"VALUES ('{entry}', 'bank', 7, 'EUR') RETURNING id"
    )
    inner, outer = (seal, leg) if first == "seal" else (leg, seal)

    @transaction.atomic
    def slip() -> None:
        run(INSERT_ENTRY, entry, "k")
        run(INSERT_LEG, entry, "stripe", 5, "EUR")
        run(INSERT_LEG, entry, "dues", -5, "EUR")
        run(f"WITH slipped AS ({inner}) {outer}")

    with pytest.raises(IntegrityError, match="refused"):
        slip()
    assert not Leg.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer at a time")
def test_another_connection_cannot_add_a_leg_before_or_after_the_commit() -> None:
    actions.ensure_chart(by=TEST, at=NOW)
    entry = uuid.uuid4()

    def elsewhere() -> str:
        try:
            run(INSERT_LEG, key(entry), "bank", 7, "EUR")
        except IntegrityError as refused:
            return str(refused)
        finally:
            connection.close()
        return "joined"

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            run(INSERT_ENTRY, key(entry), "k")
            for leg in BALANCED:
                run(INSERT_LEG, key(entry), *leg)
            assert "is not there" in pool.submit(elsewhere).result()
            run(INSERT_SEAL, key(entry), 1, entries.GENESIS, "h" * 64)
            assert "is not there" in pool.submit(elsewhere).result()
        assert "sealed" in pool.submit(elsewhere).result()
    assert Leg.objects.count() == 2
