"""What is applied from the inbox: once, whatever the order, fenced, and never lost."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connections
from django.test import RequestFactory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from funding.dues import actions, stages, stripe_gateway, sweeps
from funding.dues.models import (
    BalanceTransaction,
    Cancellation,
    CheckoutIntent,
    Event,
    InboxEvent,
    InboxObject,
    Payment,
    Refund,
    Subscription,
)
from funding.dues.stripe_gateway import Declined, Unavailable
from funding.dues.views.webhook import webhook
from funding.dues.webhook import Notice
from funding.ledger.models import Entry
from funding.stripe_sandbox import paying
from funding.stripe_sandbox.server import Sandbox
from kernel.money import Money
from kernel.sweeps import ClaimLost, claim
from members.models import OutgoingMail, Person
from tests.conftest import NOW, TEST
from tests.funding.dues.conftest import Till, all_once, books, post

MINUTE = timedelta(minutes=1)
YEAR = datetime(2027, 11, 20, 12, tzinfo=UTC)


def inbox(at: datetime = NOW) -> None:
    while sweeps.inbox(at):
        pass


def test_a_paid_checkout_becomes_books_standing_and_mail(till: Till, newcomer: Person) -> None:
    till.join(newcomer)
    all_once(newcomer)
    payment = Payment.objects.get()
    assert (payment.gross_minor, payment.paid_at) == (5000, NOW)
    assert (payment.starts_on, payment.ends_on) == (date(2026, 11, 20), date(2027, 11, 21))
    booked = BalanceTransaction.objects.get()
    assert (booked.entry, booked.category, booked.minor) == (payment.entry, "charge", 5000)
    assert payment.entry.source_key == f"stripe:{booked.stripe_id}"
    assert (payment.entry.description, payment.entry.effective_on) == ("Dues paid", NOW.date())
    period = newcomer.standing_periods.get()
    assert (period.source, period.starts_on, period.ends_on) == (
        f"dues:{payment.invoice_id}",
        payment.starts_on,
        payment.ends_on,
    )
    subscription = Subscription.objects.get()
    assert (subscription.status, subscription.renews_at) == ("active", YEAR)
    mail = OutgoingMail.objects.get()
    assert mail.subject == "You are a member"
    assert "€50.00" in mail.body
    assert "20 November 2026 to 20 November 2027" in mail.body
    assert "http://localhost:8000/" in mail.body


def test_nothing_personal_is_in_the_books(till: Till, newcomer: Person) -> None:
    till.join(newcomer)
    entry = Entry.objects.get()
    told = f"{entry.source_key} {entry.description}"
    for personal in (newcomer.email, newcomer.display_name, str(newcomer.pk), newcomer.pk.hex):
        assert personal not in told


def test_an_invoice_that_an_earlier_plan_pays_covers_its_days_and_moves_no_money(
    till: Till, newcomer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscription = till.join(newcomer)
    till.renew(subscription, YEAR)
    till.deliver()
    change(monkeypatch, "fetch_invoice", paid=Money(0, "EUR"), collected=None, intents=())
    inbox(YEAR)
    assert newcomer.standing_on(date(2028, 6, 1))
    assert Payment.objects.count() == Entry.objects.count() == 1


def test_before_anything_is_paid_nothing_is_applied(till: Till, newcomer: Person) -> None:
    till.choose(newcomer)
    till.settle()
    assert newcomer.standing_on(NOW.date()) is None
    assert not Subscription.objects.exists()


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_order_and_repetition_never_matter(till: Till, data: st.DataObject) -> None:
    number = Person.objects.count()
    person = Person.objects.create_user(f"p{number}@example.org", display_name="P")
    before = Payment.objects.count()
    subscription = till.pay(till.choose(person))
    till.renew(subscription, YEAR)
    news = till.news()
    order = data.draw(st.permutations(news + data.draw(st.lists(st.sampled_from(news)))))
    worked = data.draw(st.sets(st.sampled_from(range(len(order)))))
    for place, (body, signature) in enumerate(order):
        assert post(body, signature) == 200
        if place in worked:
            sweeps.inbox(YEAR)
    inbox(YEAR)
    assert Payment.objects.count() == before + 2
    assert Payment.objects.filter(person=person).count() == 2
    standing = person.standing_on(NOW.date())
    assert standing
    assert (standing.since, standing.until) == (NOW.date(), date(2028, 11, 21))
    assert Subscription.objects.get(person=person).renews_at == datetime(
        2028, 11, 20, 12, tzinfo=UTC
    )
    assert not InboxObject.objects.waiting().exists()


def test_one_event_of_those_that_say_it_is_enough(till: Till, newcomer: Person) -> None:
    till.pay(till.choose(newcomer))
    assert till.deliver("checkout.session.completed") == 1
    inbox()
    all_once(newcomer)


def test_what_happened_later_is_not_undone_by_an_event_from_before(
    till: Till, newcomer: Person
) -> None:
    subscription = till.join(newcomer)
    till.renew(subscription, YEAR, accepted=False)
    failed = till.news("customer.subscription.updated")
    assert failed
    till.renew(subscription, YEAR + timedelta(days=3))
    till.settle(YEAR)
    assert Subscription.objects.get().status == "active"
    for body, signature in failed:
        post(body, signature)
    inbox(YEAR)
    assert Subscription.objects.get().status == "active"


def test_a_renewal_extends_and_sends_a_receipt(till: Till, newcomer: Person) -> None:
    subscription = till.join(newcomer)
    till.renew(subscription, YEAR)
    till.settle(YEAR)
    standing = newcomer.standing_on(NOW.date())
    assert standing
    assert standing.until == date(2028, 11, 21)
    assert Payment.objects.count() == 2
    assert books()["deferred-dues"] == 10_000
    assert OutgoingMail.objects.filter(subject="Your dues are paid").count() == 1


def test_a_failed_renewal_is_forgiven_for_thirty_days_and_told_once(
    till: Till, newcomer: Person
) -> None:
    subscription = till.join(newcomer)
    for days in (0, 3):
        till.renew(subscription, YEAR + timedelta(days=days), accepted=False)
        till.settle(YEAR)
    assert Payment.objects.count() == 1
    grace = newcomer.standing_periods.get(kind="grace")
    assert (grace.starts_on, grace.ends_on) == (date(2027, 11, 20), date(2027, 12, 20))
    assert OutgoingMail.objects.filter(subject="Your dues could not be charged").count() == 1
    assert Subscription.objects.get().status == "past_due"
    till.renew(subscription, YEAR + timedelta(days=6))
    till.settle(YEAR + timedelta(days=6))
    assert Payment.objects.count() == 2
    assert Subscription.objects.get().status == "active"


def test_a_declined_first_payment_changes_nothing(till: Till, newcomer: Person) -> None:
    checkout = till.choose(newcomer)
    paying.decline(till.sandbox.account, checkout.session_id or "", at=int(NOW.timestamp()))
    till.settle()
    assert newcomer.standing_on(NOW.date()) is None
    till.pay(checkout)
    till.settle()
    all_once(newcomer)


def test_a_second_subscription_is_booked_and_cancelled_at_once(
    till: Till, newcomer: Person
) -> None:
    """Two payment pages can be paid at the same moment; the money of both is in the books."""
    first = till.choose(newcomer)
    CheckoutIntent.objects.update(state=stages.REPLACED, expires_at=NOW)
    second = till.choose(newcomer, "concession", "month")
    till.pay(first)
    till.pay(second)
    for _until_stripe_says_so in range(2):
        till.settle()
    surplus = Subscription.objects.get(surplus=True)
    kept = Subscription.objects.get(surplus=False)
    cancellation = Cancellation.objects.get()
    assert (cancellation.subscription, cancellation.at_once) == (surplus, True)
    assert (surplus.status, kept.status) == ("canceled", "active")
    returned = Refund.objects.get()
    assert (returned.cause, returned.state) == ("surplus", "returned")
    assert returned.payment.subscription == surplus
    assert returned.minor == returned.payment.gross_minor == -books()["returned-dues"]
    assert newcomer.standing_on(NOW.date())


def test_a_subscription_that_is_not_ours_is_only_seen(
    till: Till, newcomer: Person, sandbox: Sandbox
) -> None:
    plan_price = till.begin(newcomer).plan.stripe_price_id
    session = stripe_gateway.create_session(
        idempotency_key="foreign",
        checkout="",
        price=plan_price,
        email="x@example.org",
        customer="",
        success_url="http://localhost:8000/",
        cancel_url="http://localhost:8000/",
    )
    paying.pay(sandbox.account, session.id, at=int(NOW.timestamp()))
    till.settle()
    assert not Subscription.objects.exists()
    assert not Entry.objects.exists()
    assert not InboxObject.objects.waiting().exists()


@pytest.mark.parametrize("checkout", ["4d8bd1a6-6a9b-4b3a-8a44-3a2f7f3fd9c1", "nonsense"])
def test_a_checkout_we_do_not_know_waits_for_somebody(
    till: Till, newcomer: Person, monkeypatch: pytest.MonkeyPatch, checkout: str
) -> None:
    till.pay(till.choose(newcomer))
    till.deliver()
    change(monkeypatch, "fetch_subscription", checkout=checkout)
    inbox()
    waiting = InboxObject.objects.waiting().get()
    assert checkout in waiting.last_error
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    "facts",
    [
        {"subscription": "sub_other"},
        {"paid": Money(4999, "EUR")},
        {"paid": Money(5000, "USD")},
    ],
)
def test_money_that_does_not_add_up_is_not_booked(
    till: Till,
    newcomer: Person,
    monkeypatch: pytest.MonkeyPatch,
    facts: dict[str, Any],
) -> None:
    till.pay(till.choose(newcomer))
    till.deliver()
    change(monkeypatch, "fetch_invoice", **facts)
    inbox()
    assert InboxObject.objects.waiting().get().last_error.startswith("Unexpected")
    assert not Entry.objects.exists()
    assert not Subscription.objects.exists()
    assert newcomer.standing_on(NOW.date()) is None


def test_a_payment_that_is_not_settled_yet_is_booked_when_it_is(
    till: Till, newcomer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    till.pay(till.choose(newcomer))
    till.deliver()
    with monkeypatch.context() as early:
        change(early, "fetch_invoice", collected=None)
        inbox()
    waiting = InboxObject.objects.get()
    assert "not settled" in waiting.last_error
    assert waiting.attempts == 1
    assert not Entry.objects.exists()
    assert newcomer.standing_on(NOW.date()) is None
    assert sweeps.inbox(NOW) == 0
    inbox(NOW + MINUTE)
    all_once(newcomer)


@pytest.mark.parametrize("problem", [Unavailable("gone"), Declined("no"), RuntimeError("a bug")])
def test_what_fails_keeps_its_events_says_why_and_is_tried_again(
    till: Till,
    make_person: Callable[..., Person],
    monkeypatch: pytest.MonkeyPatch,
    problem: Exception,
) -> None:
    ada, ben = make_person("Ada", standing=False), make_person("Ben", standing=False)
    bad, _good = till.pay(till.choose(ada)), till.pay(till.choose(ben))
    till.deliver()
    fetch = stripe_gateway.fetch_subscription

    def failing(id: str) -> Any:
        if id == bad:
            raise problem
        return fetch(id)

    with monkeypatch.context() as broken:
        broken.setattr(stripe_gateway, "fetch_subscription", failing)
        for seconds in range(0, 40, 2):
            sweeps.inbox(NOW + timedelta(seconds=seconds))
    waiting = InboxObject.objects.waiting().get()
    assert waiting.stripe_id == bad
    assert str(problem) in waiting.last_error
    # 2, 4, 8, 16 seconds between the tries
    assert waiting.attempts == 5
    assert waiting.events.filter(done_at=None).exists()
    assert Payment.objects.get().person == ben
    inbox(NOW + timedelta(minutes=11))
    all_once(ada, ben)
    waiting.refresh_from_db()
    assert (waiting.attempts, waiting.last_error) == (0, "")


def test_whoever_lost_the_lease_writes_nothing(till: Till, newcomer: Person) -> None:
    till.pay(till.choose(newcomer))
    till.deliver()
    (slow,) = claim(InboxObject.objects.waiting(), at=NOW, lease=MINUTE, limit=1)
    remote = stripe_gateway.fetch_subscription(slow.stripe_id)
    invoice = stripe_gateway.fetch_invoice(remote.latest_invoice)
    (fast,) = claim(InboxObject.objects.waiting(), at=NOW + MINUTE, lease=MINUTE, limit=1)
    assert fast == slow

    def apply(leased: InboxObject) -> None:
        actions.apply_subscription(
            leased=leased,
            events=list(leased.events.all()),
            remote=remote,
            invoices=[invoice],
            by=TEST,
            at=NOW,
        )

    with pytest.raises(ClaimLost):
        apply(slow)
    assert not Entry.objects.exists()
    assert InboxEvent.objects.filter(done_at=None).exists()
    actions.postpone_object(leased=slow, error="too late", until=NOW + 60 * MINUTE)
    apply(fast)
    all_once(newcomer)


def test_an_event_that_arrives_while_stripe_answers_is_not_taken_for_done(
    till: Till, newcomer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    till.pay(till.choose(newcomer))
    assert till.deliver("customer.subscription.created") == 1
    fetch = stripe_gateway.fetch_subscription

    def slow(id: str) -> Any:
        answer = fetch(id)
        notice = Notice("evt_meanwhile", "invoice.paid", "subscription", id, "")
        actions.store_notice(notice=notice, at=NOW)
        return answer

    with monkeypatch.context() as during:
        during.setattr(stripe_gateway, "fetch_subscription", slow)
        (leased,) = claim(InboxObject.objects.waiting(), at=NOW, lease=MINUTE, limit=1)
        sweeps._apply(leased, NOW)
    assert InboxEvent.objects.get(event_id="evt_meanwhile").done_at is None
    assert InboxObject.objects.waiting().exists()
    inbox()
    assert not InboxObject.objects.waiting().exists()


def test_a_page_whose_end_nobody_told_us_is_asked_about(till: Till, newcomer: Person) -> None:
    checkout = till.choose(newcomer)
    till.pay(checkout)
    assert checkout.expires_at
    after = checkout.expires_at + 10 * MINUTE
    assert sweeps.overdue(checkout.expires_at) == 0
    assert sweeps.overdue(after) == 1
    assert sweeps.overdue(after) == 0
    inbox(after)
    all_once(newcomer)


def test_a_page_that_closed_unpaid_without_our_hearing_of_it(till: Till, newcomer: Person) -> None:
    checkout = till.choose(newcomer)
    stripe_gateway.close_session(checkout.session_id or "")
    assert checkout.expires_at
    after = checkout.expires_at + 10 * MINUTE
    sweeps.overdue(after)
    inbox(after)
    checkout.refresh_from_db()
    assert checkout.state == stages.EXPIRED
    assert Event.objects.filter(verb="checkout.expired").count() == 1


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_with_the_same_200_events_make_200_entries(
    till: Till, make_person: Callable[..., Person]
) -> None:
    people = [make_person(f"P{number}", standing=False) for number in range(10)]
    last = NOW
    for person in people:
        subscription = till.pay(till.choose(person, "concession", "month"))
        for month in range(1, 20):
            last = NOW + timedelta(days=31 * month)
            till.renew(subscription, last)
    news = till.news("invoice.paid")
    assert len(news) == 200

    def send(body: bytes, signature: str) -> int:
        request = RequestFactory().post(
            "/", body, "application/json", headers={"Stripe-Signature": signature}
        )
        return int(webhook(request).status_code)

    def work(shift: int) -> None:
        try:
            for body, signature in [*news[shift * 25 :], *news[: shift * 25]]:
                # What is not taken, because the database is busy, Stripe sends again.
                while (status := send(body, signature)) != 200:
                    assert status == 503
            inbox(last)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    inbox(last + MINUTE)
    assert InboxEvent.objects.exclude(done_at=None).count() == 200
    assert Entry.objects.count() == Payment.objects.count() == 200
    assert BalanceTransaction.objects.exclude(entry=None).count() == 200
    assert books()["dues"] == 200 * 200


def change(monkeypatch: pytest.MonkeyPatch, fetch: str, **facts: Any) -> None:
    """Have the gateway answer with other facts than Stripe does."""
    real = getattr(stripe_gateway, fetch)
    monkeypatch.setattr(stripe_gateway, fetch, lambda id: replace(real(id), **facts))
