"""The queue: each row is claimed once, and settled together with its effect or not at all."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from django.db import connection, transaction

from kernel import sweeps
from kernel.sweeps import ClaimLost, claim, settle
from members import actions
from members.models import OutgoingMail, Person
from tests.conftest import NOW

LEASE = timedelta(minutes=5)
LATER = NOW + LEASE


def queue(count: int) -> None:
    person = Person.objects.create_user("ada@example.org")
    for number in range(count):
        actions.queue_mail(
            person=person,
            kind="account",
            key=f"test:{number}",
            subject=f"{number}",
            body="",
            at=NOW + timedelta(seconds=number),
        )


def take(limit: int = 100, at: datetime = NOW) -> list[OutgoingMail]:
    return claim(OutgoingMail.objects.waiting(), at=at, lease=LEASE, limit=limit)


@transaction.atomic
def work_and_settle(row: OutgoingMail, name: str) -> None:
    """An effect, and its row settled with it."""
    Person.objects.update(display_name=name)
    settle(row, sent_at=NOW)


@transaction.atomic
def settle_and_fall_over(row: OutgoingMail) -> None:
    settle(row, sent_at=NOW)
    raise OSError("somebody pulled the plug")


@pytest.mark.django_db
def test_rows_are_claimed_in_order_up_to_the_limit() -> None:
    queue(5)
    first, second = take(limit=3), take(limit=3)
    assert [row.subject for row in first] == ["0", "1", "2"]
    assert [row.subject for row in second] == ["3", "4"]
    assert take() == []
    assert {row.claimed_until for row in first} == {NOW + LEASE}
    assert len({row.claim_token for row in first + second}) == 2


@pytest.mark.django_db
def test_a_row_is_free_again_when_its_lease_has_passed() -> None:
    queue(1)
    [row] = take()
    assert take(at=LATER - timedelta(seconds=1)) == []
    [again] = take(at=LATER)
    assert (row.pk, row.attempts, again.attempts) == (again.pk, 1, 2)
    assert row.claim_token != again.claim_token


@pytest.mark.django_db
def test_a_settled_row_is_done_and_free() -> None:
    queue(1)
    [row] = take()
    settle(row, sent_at=NOW)
    row.refresh_from_db()
    assert (row.sent_at, row.claim_token, row.claimed_until) == (NOW, None, None)
    assert take(at=LATER) == []


@pytest.mark.django_db
def test_a_row_may_be_given_back_for_more_work() -> None:
    queue(1)
    [row] = take()
    settle(row)
    [again] = take()
    assert again.pk == row.pk


@pytest.mark.django_db
def test_whoever_lost_the_claim_can_do_nothing() -> None:
    queue(1)
    [slow] = take()
    [quick] = take(at=LATER)
    with pytest.raises(ClaimLost):
        work_and_settle(slow, "an effect of the slow one")
    assert Person.objects.get().display_name == ""
    settle(quick, sent_at=LATER)
    with pytest.raises(ClaimLost):
        settle(quick, sent_at=LATER)


@pytest.mark.django_db
def test_an_effect_that_fails_leaves_the_row_claimed_until_its_lease_has_passed() -> None:
    queue(1)
    [row] = take()
    with pytest.raises(OSError, match="plug"):
        settle_and_fall_over(row)
    row.refresh_from_db()
    assert row.sent_at is None
    assert take() == []
    assert take(at=LATER) == [row]


@pytest.mark.django_db(transaction=True)
def test_eight_workers_claim_every_row_exactly_once() -> None:
    rows, workers = 120, 8
    queue(rows)
    together = Barrier(workers)

    def work(_number: int) -> list[int]:
        taken: list[int] = []
        together.wait()
        try:
            while batch := take(limit=4):
                for row in batch:
                    settle(row, sent_at=NOW)
                    taken.append(row.pk)
        finally:
            connection.close()
        return taken

    with ThreadPoolExecutor(workers) as pool:
        taken = [pk for batch in pool.map(work, range(workers)) for pk in batch]
    assert len(taken) == len(set(taken)) == rows
    assert OutgoingMail.objects.filter(attempts=1, sent_at=NOW).count() == rows


@pytest.mark.django_db(transaction=True)
def test_of_two_who_settle_one_row_one_loses_with_all_it_did() -> None:
    queue(1)
    [row] = take()
    workers = 8
    together = Barrier(workers)

    def work(number: int) -> bool:
        together.wait()
        try:
            with transaction.atomic():
                actions.queue_mail(
                    person=row.person, kind="digest", key=f"{number}", subject="", body="", at=NOW
                )
                settle(row, sent_at=NOW)
        except ClaimLost:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(workers) as pool:
        won = list(pool.map(work, range(workers)))
    assert won.count(True) == 1
    assert [mail.key for mail in OutgoingMail.objects.filter(kind="digest")] == [
        str(won.index(True))
    ]


@pytest.fixture
def _no_sweeps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeps, "_registry", {})


@pytest.mark.usefixtures("_no_sweeps")
def test_sweeps_are_known_by_name() -> None:
    def nothing(at: datetime) -> int:
        return 0

    register: Callable[..., object] = sweeps.sweep("an.app", every=timedelta(seconds=2))
    assert register(nothing) is nothing
    assert sweeps.registered() == (sweeps.Sweep("an.app", timedelta(seconds=2), nothing),)
    with pytest.raises(ValueError, match=r"two sweeps are called an\.app"):
        sweeps.sweep("an.app", every=timedelta(seconds=2))(nothing)
