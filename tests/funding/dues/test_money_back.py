"""Refunds and disputes: once in the books, told, standing ended only where all went back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from pytest_django import Settings

from funding.dues import actions, refund_stages, stripe_gateway, sweeps
from funding.dues.models import (
    BalanceTransaction,
    CardSeen,
    Case,
    Dispute,
    Payment,
    Refund,
    Subscription,
)
from funding.dues.stripe_gateway import Declined, Unavailable
from funding.ledger.models import Entry
from funding.stripe_sandbox import disputing, refunding
from kernel.money import Money
from kernel.refusal import Refused
from members.models import OutgoingMail, Person
from tests.conftest import NOW, TEST
from tests.funding.dues.conftest import Till, books, work

AT = int(NOW.timestamp())
LATER = NOW + timedelta(days=30)


@pytest.fixture
def payment(till: Till, newcomer: Person) -> Payment:
    till.join(newcomer)
    return Payment.objects.get()


@pytest.fixture
def steward(make_person: Callable[..., Person]) -> Person:
    return make_person("Stella", role="steward")


@pytest.fixture
def second(make_person: Callable[..., Person]) -> Person:
    return make_person("Sven", role="steward")


def refund(payment: Payment, minor: int, by: Person) -> Refund:
    return actions.propose_refund(
        payment=payment, amount=Money(minor, "EUR"), reason="A mistake", by=by, at=NOW
    )


def charge_of(payment: Payment) -> str:
    intent, _collected = stripe_gateway.fetch_payment(payment.intent_id)
    return intent.charge


def open_dispute(till: Till, payment: Payment, amount: int) -> dict[str, Any]:
    return disputing.open_dispute(
        till.sandbox.account,
        charge_of(payment),
        amount=amount,
        reason="fraudulent",
        inquiry=False,
        at=AT,
    )


def is_whole(till: Till) -> None:
    """The books hold what Stripe does, and every line of its balance has its one entry."""
    lines = BalanceTransaction.objects.all()
    at_stripe = {m.id for m in stripe_gateway.movements(since=NOW - timedelta(days=9000))}
    assert {line.stripe_id for line in lines} <= at_stripe
    assert not lines.filter(entry=None).exists()
    assert books()["stripe"] == sum(line.minor - line.fee_minor for line in lines)


def test_a_refund_in_full_is_booked_told_and_ends_the_period_today(
    till: Till, payment: Payment, steward: Person, newcomer: Person
) -> None:
    made = refund(payment, 5000, steward)
    assert made.state == refund_stages.DUE
    assert Entry.objects.count() == 1
    till.settle(LATER)
    made.refresh_from_db()
    assert made.state == refund_stages.RETURNED
    assert Entry.objects.count() == 2
    assert (books()["deferred-dues"], books()["returned-dues"], books()["dues"]) == (0, -5000, 5000)
    standing = newcomer.standing_on(LATER.date())
    assert standing
    assert standing.until == LATER.date() + timedelta(days=1)
    assert newcomer.standing_on(LATER.date() + timedelta(days=1)) is None
    mail = OutgoingMail.objects.get(subject="Your money is on its way back")
    assert "A mistake" in mail.body
    is_whole(till)
    for _again in range(2):
        till.settle(LATER)
        sweeps.refunds(LATER)
    assert Entry.objects.count() == 2


def test_a_part_changes_no_standing_and_no_more_than_all_goes_back(
    till: Till, payment: Payment, steward: Person, newcomer: Person
) -> None:
    refund(payment, 2000, steward)
    till.settle(LATER)
    assert newcomer.standing_on(date(2027, 11, 20))
    with pytest.raises(Refused, match=r"At most €30\.00") as no:
        refund(payment, 3001, steward)
    assert no.value.code == "refund-too-large"
    refund(payment, 3000, steward)
    till.settle(LATER)
    assert books()["returned-dues"] == -5000
    assert newcomer.standing_on(LATER.date() + timedelta(days=1)) is None
    is_whole(till)


def test_large_sums_take_two_and_nobody_returns_their_own(
    till: Till,
    payment: Payment,
    steward: Person,
    second: Person,
    newcomer: Person,
    settings: Settings,
) -> None:
    settings.REFUND_ALONE_MINOR = 4999
    made = refund(payment, 5000, steward)
    assert made.state == refund_stages.PROPOSED
    assert sweeps.refunds(NOW) == 0
    for by, code in ((steward, "own-proposal"), (newcomer, "not-a-steward")):
        with pytest.raises(Refused) as no:
            actions.approve_refund(refund=made, by=by, at=NOW)
        assert no.value.code == code
    newcomer.role_grants.create(role="steward", starts_on=NOW.date(), basis="test")
    with pytest.raises(Refused) as no:
        actions.approve_refund(refund=made, by=newcomer, at=NOW)
    assert no.value.code == "own-payment"
    actions.approve_refund(refund=made, by=second, at=NOW)
    with pytest.raises(Refused) as no:
        actions.withdraw_refund(refund=made, by=second, at=NOW)
    assert no.value.code == "refund-decided"
    till.settle()
    assert Refund.objects.get().state == refund_stages.RETURNED


def test_a_withdrawn_proposal_leaves_everything_free(
    payment: Payment, steward: Person, settings: Settings
) -> None:
    settings.REFUND_ALONE_MINOR = 0
    actions.withdraw_refund(refund=refund(payment, 5000, steward), by=steward, at=NOW)
    assert refund(payment, 5000, steward).state == refund_stages.PROPOSED


def test_a_refund_made_at_the_dashboard_is_seen_and_booked(till: Till, payment: Payment) -> None:
    refunding.refund(
        till.sandbox.account, charge_of(payment), amount=1500, reason=None, metadata={}, at=AT
    )
    till.settle()
    seen = Refund.objects.get()
    assert (seen.cause, seen.state, seen.minor) == ("dashboard", refund_stages.RETURNED, 1500)
    is_whole(till)


def test_a_refund_that_the_bank_sends_back_is_undone_and_looked_at(
    till: Till, payment: Payment, steward: Person, newcomer: Person
) -> None:
    made = refund(payment, 5000, steward)
    till.settle(LATER)
    made.refresh_from_db()
    refunding.fail(till.sandbox.account, made.stripe_id or "", at=AT + 86_400 * 31)
    after = LATER + timedelta(days=2)
    till.settle(after)
    made.refresh_from_db()
    assert made.state == refund_stages.FAILED
    assert books()["returned-dues"] == 0
    assert books()["deferred-dues"] == 5000
    assert newcomer.standing_on(after.date() + timedelta(days=100))
    assert Case.objects.get().kind == "refund-failed"
    assert OutgoingMail.objects.filter(subject="Your refund did not go through").count() == 1
    is_whole(till)


def test_stripe_out_of_reach_and_stripe_saying_no(
    till: Till, payment: Payment, steward: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = refund(payment, 5000, steward)

    def fails(problem: Exception) -> Callable[..., None]:
        def create(**_: object) -> None:
            raise problem

        return create

    with monkeypatch.context() as broken:
        broken.setattr(stripe_gateway, "create_refund", fails(Unavailable("gone")))
        sweeps.refunds(NOW)
    made.refresh_from_db()
    assert (made.state, made.last_error) == (refund_stages.DUE, "Unavailable: gone")
    with monkeypatch.context() as broken:
        broken.setattr(stripe_gateway, "create_refund", fails(Declined("no")))
        sweeps.refunds(NOW + timedelta(minutes=1))
    made.refresh_from_db()
    assert made.state == refund_stages.FAILED
    assert Case.objects.get().kind == "refund-failed"
    assert Entry.objects.count() == 1


@pytest.mark.parametrize("won", [True, False])
def test_a_dispute_holds_money_back_and_ends(
    till: Till, payment: Payment, steward: Person, newcomer: Person, won: bool
) -> None:
    dispute = open_dispute(till, payment, 5000)
    till.settle()
    case = Case.objects.get()
    assert (case.kind, case.closed_at, list(case.people.all())) == ("dispute", None, [newcomer])
    held = books()
    assert held["disputed"] == 5000
    assert held["dispute-fees"] > 0
    assert newcomer.standing_on(NOW.date() + timedelta(days=1))
    with pytest.raises(Refused) as no:
        refund(payment, 100, steward)
    assert no.value.code == "refund-disputed"
    disputing.close_dispute(till.sandbox.account, dispute["id"], won=won, at=AT + 60)
    till.settle(LATER)
    over = books()
    assert over["disputed"] == 0
    case.refresh_from_db()
    assert (case.way, case.closed_at) == ("won" if won else "lost", LATER)
    assert over.get("returned-dues", 0) == (0 if won else -5000)
    assert (newcomer.standing_on(LATER.date() + timedelta(days=1)) is not None) is won
    is_whole(till)


def test_a_dispute_won_in_part_loses_the_rest(
    till: Till, payment: Payment, newcomer: Person
) -> None:
    account = till.sandbox.account
    dispute = open_dispute(till, payment, 4000)
    till.settle()
    disputing.close_dispute(account, dispute["id"], won=True, returned=2500, at=AT + 60)
    till.settle(LATER)
    assert (books()["disputed"], books()["returned-dues"]) == (0, -1500)
    assert Dispute.objects.get().lost_minor == 1500
    assert newcomer.standing_on(LATER.date() + timedelta(days=60))
    is_whole(till)


def test_money_back_before_the_payment_is_heard_of_waits_for_it(
    till: Till, newcomer: Person
) -> None:
    subscription = stripe_gateway.fetch_subscription(till.pay(till.choose(newcomer)))
    till.news()  # never delivered
    collected = stripe_gateway.fetch_invoice(subscription.latest_invoice).collected
    assert collected
    charge = collected.charge
    refunding.refund(till.sandbox.account, charge, amount=5000, reason=None, metadata={}, at=AT)
    till.settle()
    assert Refund.objects.count() == 0
    work(NOW + timedelta(minutes=1))
    assert Refund.objects.get().state == refund_stages.RETURNED
    assert Payment.objects.count() == 1
    is_whole(till)


def test_what_goes_above_the_cap_goes_back_by_itself(
    till: Till, newcomer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("funding.dues.plans.CAP_MINOR", 7000)
    subscription = till.join(newcomer)
    soon = NOW + timedelta(days=300)
    till.renew(subscription, soon)
    till.settle(soon)
    returned = Refund.objects.get()
    assert (returned.cause, returned.minor) == ("cap", 3000)
    assert returned.state == refund_stages.RETURNED
    assert newcomer.standing_on(date(2028, 6, 1))
    is_whole(till)


def test_one_card_for_many_members_and_a_business_are_looked_at(
    till: Till, make_person: Callable[..., Person]
) -> None:
    people = [make_person(f"P{number}", standing=False) for number in range(3)]
    for person in people:
        checkout = till.choose(person)
        till.pay(checkout, fingerprint="one_card")
        till.settle()
    case = Case.objects.get()
    assert (case.kind, case.details) == ("one-card", {"members": 3})
    assert set(case.people.all()) == set(people)
    kept = [bytes(seen.card_hash) for seen in CardSeen.objects.all()]
    assert len(kept) == 3
    assert b"one_card" not in b"".join(kept)
    customer = Subscription.objects.get(person=people[0]).customer_id
    store = till.sandbox.account.store
    body = store.get("customer", customer)
    till.sandbox.account.changed("customer.updated", body, at=AT, business_name="Acme GmbH")
    till.settle()
    business = Case.objects.get(kind="business")
    assert list(business.people.all()) == [people[0]]
    assert "Acme" not in str(business.details) + business.seen
    assert all(person.standing_on(NOW.date()) for person in people)


def test_the_books_name_nobody(till: Till, payment: Payment, steward: Person) -> None:
    refund(payment, 5000, steward)
    till.settle()
    told = " ".join(f"{e.source_key} {e.description}" for e in Entry.objects.all())
    for personal in (payment.person.email, payment.person.display_name, str(payment.person_id)):
        assert personal not in told


def test_a_program_orders_each_cause_once(payment: Payment) -> None:
    first, again = (
        actions.order_refund(
            payment=payment, amount=Money(9000, "EUR"), cause="cap", reason="", by=TEST, at=NOW
        )
        for _ in range(2)
    )
    assert first == again
    assert first
    assert first.minor == 5000
