"""Each payer proves their own payment, offline, and nothing of anybody else's."""

from __future__ import annotations

import copy
import json
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from funding.ledger import actions, digests, sweeps
from funding.ledger.digests import Paid, ProofInvalid, grow
from funding.ledger.entries import LegSpec
from funding.ledger.models import Digest, Entry
from governance.record.models import Pending
from kernel.money import Money
from tests.conftest import TEST

DAY = datetime(2026, 3, 10, 12, tzinfo=UTC)
AMOUNTS = st.lists(st.integers(1, 10**9), min_size=1, max_size=40)


def paid(amounts: list[int]) -> list[Paid]:
    return [
        Paid(entry=f"{number:064x}", salt=f"{number:063x}f", amount=Money(minor, "EUR"))
        for number, minor in enumerate(amounts)
    ]


def record_entry(tree: digests.Tree) -> dict[str, Any]:
    body = digests.body_of(
        day=date(2026, 3, 10), first=1, last=9, head="a" * 64, totals=[], tree=tree
    )
    return {"type": "books.digest", "at": "2026-03-11T00:05:00Z", **body}


@given(AMOUNTS)
def test_every_payment_has_a_stretch_of_the_total_that_is_its_own(amounts: list[int]) -> None:
    tree = grow(paid(amounts))
    assert tree.received == {"EUR": sum(amounts)}
    stretches = sorted((leaf.before, leaf.before + leaf.paid.amount.minor) for leaf in tree.leaves)
    assert stretches[0][0] == 0
    assert stretches[-1][1] == sum(amounts)
    assert all(one[1] == other[0] for one, other in pairwise(stretches))


@given(AMOUNTS, st.data())
def test_every_payer_proves_it(amounts: list[int], data: st.DataObject) -> None:
    tree = grow(paid(amounts))
    number = data.draw(st.integers(0, len(amounts) - 1))
    proof = digests.proof_of(tree, f"{number:064x}", record_entry=record_entry(tree))
    proven = digests.check(json.loads(json.dumps(proof)))
    assert proven.amount.minor == amounts[number]
    assert proven.received.minor == sum(amounts)
    # What others paid, and their salts, are not in it: only hashes.
    others = {leaf.paid.salt for leaf in tree.leaves} - {f"{number:063x}f"}
    assert not others & set(json.dumps(proof).split('"'))


_CHANGES: list[Callable[[dict[str, Any]], None]] = [
    lambda p: p["leaf"].update(amount=p["leaf"]["amount"] + 1),
    lambda p: p["leaf"].update(salt="f" * 64),
    lambda p: p["leaf"].update(before=p["leaf"]["before"] + 1),
    lambda p: p["digest"].update(root="0" * 64),
    lambda p: p["digest"].update(day="2026-03-11"),
    lambda p: p["digest"].update(type="books.month-locked"),
    lambda p: p.update(digestHash="0" * 64),
    lambda p: p.update(index=p["index"] ^ 1),
    lambda p: p.update(size=p["size"] + 1),
    lambda p: p.update(path=p["path"][:-1]),
    lambda p: p.update(path=[*p["path"], "00" * 32]),
    lambda p: p.update(format="another"),
    lambda p: p.update(leaf=None),
    lambda p: p.update(path="x"),
    lambda p: p.pop("digest"),
]


@pytest.mark.parametrize("change", _CHANGES)
def test_nothing_in_a_proof_can_be_changed(change: Callable[[dict[str, Any]], None]) -> None:
    tree = grow(paid([500, 700, 900]))
    proof = digests.proof_of(tree, f"{1:064x}", record_entry=record_entry(tree))
    digests.check(copy.deepcopy(proof))
    change(proof)
    with pytest.raises(ProofInvalid):
        digests.check(proof)


@pytest.mark.parametrize("nothing", [None, [], "", 1, {}, {"format": digests.FORMAT}])
def test_what_is_no_proof_is_refused(nothing: Any) -> None:
    with pytest.raises(ProofInvalid):
        digests.check(nothing)


def test_a_total_that_leaves_a_payment_out_is_found() -> None:
    """Who gave somebody a leaf beyond the total is caught, whatever the root says."""
    tree = grow(paid([500, 700]))
    entry = record_entry(tree)
    entry["received"] = [{"currency": "EUR", "minor": 1199}]
    last = max(tree.leaves, key=lambda leaf: leaf.before)
    with pytest.raises(ProofInvalid, match="fit"):
        digests.check(digests.proof_of(tree, last.paid.entry, record_entry=entry))


def pay(number: int, at: datetime, minor: int = 1000) -> Entry:
    return actions.post(
        source_key=f"dues:{number}",
        description="Dues paid",
        legs=[LegSpec("stripe", Money(minor, "EUR")), LegSpec("dues", Money(-minor, "EUR"))],
        effective_on=at.date(),
        by=TEST,
        at=at,
        paid=Money(minor, "EUR"),
    )


@pytest.mark.django_db
def test_every_finished_day_is_told_once_and_in_order(tmp_path: Path) -> None:
    entries = [pay(1, DAY), pay(2, DAY), pay(3, DAY + timedelta(days=3), 2500)]
    assert sweeps.digest(DAY + timedelta(hours=12, minutes=4)) == 0
    assert sweeps.digest(DAY + timedelta(days=4)) == 2
    assert sweeps.digest(DAY + timedelta(days=4)) == 0
    first, second = Digest.objects.order_by("day")
    assert (first.day, first.payments, first.last_position) == (date(2026, 3, 10), 2, 2)
    assert (second.day, second.payments, second.first_position) == (date(2026, 3, 13), 1, 3)
    said = Pending.objects.get(leaf_hash=second.leaf_hash).content
    assert said == second.content
    assert said["received"] == [{"currency": "EUR", "minor": 2500}]
    assert {"code": "stripe", "currency": "EUR", "minor": 4500} in said["totals"]
    assert said["chainHead"] == entries[2].seal.hash
    # And whoever paid proves it from the file alone.
    file = tmp_path / "proof.json"
    file.write_text(json.dumps(first.proof(entries[0])))
    out = StringIO()
    call_command("check_payment", str(file), stdout=out)
    assert "€10.00 is part of the €20.00 that came in on 2026-03-10." in out.getvalue()
    file.write_text(file.read_text().replace('"amount": 1000', '"amount": 1001'))
    with pytest.raises(CommandError, match="does not prove"):
        call_command("check_payment", str(file))
    file.write_text("[" * 100_000)
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("check_payment", str(file))


@pytest.mark.django_db
def test_what_is_sealed_late_is_in_the_next_digest() -> None:
    pay(1, DAY)
    sweeps.digest(DAY + timedelta(days=1))
    # Its clock says yesterday, though that day was told already.
    pay(2, DAY)
    assert sweeps.digest(DAY + timedelta(days=1)) == 0
    assert sweeps.digest(DAY + timedelta(days=2)) == 1
    assert [d.last_position for d in Digest.objects.order_by("day")] == [1, 2]


@pytest.mark.django_db
def test_a_digest_cannot_leave_entries_out_nor_change() -> None:
    pay(1, DAY)
    pay(2, DAY)
    sweeps.digest(DAY + timedelta(days=1))
    known = Digest.objects.get()
    for change in (
        lambda: Digest.objects.filter(pk=known.pk).update(root="0" * 64),
        lambda: Digest.objects.filter(pk=known.pk).delete(),
        lambda: Digest.objects.create(
            day=date(2026, 3, 12),
            first_position=4,
            last_position=4,
            chain_head="0" * 64,
            root="0" * 64,
            payments=0,
            content={},
            leaf_hash="0" * 64,
            made_at=DAY,
        ),
    ):
        with pytest.raises(IntegrityError, match="refused"), transaction.atomic():
            change()


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_tell_each_day_once() -> None:
    for number in range(4):
        pay(number, DAY + timedelta(days=number))
    start, faults = threading.Barrier(4), []

    def work() -> None:
        try:
            start.wait()
            sweeps.digest(DAY + timedelta(days=9))
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sweeps.digest(DAY + timedelta(days=9))
    assert faults == []
    assert [d.last_position for d in Digest.objects.order_by("day")] == [1, 2, 3, 4]
    assert Pending.objects.filter(type="books.digest").count() == 4
