"""Paying, declining, renewing, cancelling, refunding: what the SDK sees of each."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
import stripe
from hypothesis import given, settings
from hypothesis import strategies as st

from funding.stripe_sandbox import billing
from funding.stripe_sandbox.errors import ApiError
from funding.stripe_sandbox.objects import money
from funding.stripe_sandbox.server import Sandbox
from tests.funding.stripe_sandbox.driving import make_price, plain, side_door

MakeSession = Callable[..., stripe.checkout.Session]
PAST = 1_750_000_000  # 15 June 2025, 15:06:40 UTC


def test_a_paid_session_leads_to_everything_it_made(
    sandbox: Sandbox, client: stripe.StripeClient, make_session: MakeSession, price: stripe.Price
) -> None:
    opened = make_session(
        customer_email="ada@example.org",
        client_reference_id="join-1",
        metadata={"intent": "1"},
        subscription_data={"metadata": {"member": "x"}},
    )
    assert (opened.status, opened.payment_status) == ("open", "unpaid")
    assert opened.url == f"{sandbox.url}/c/pay/{opened.id}"
    assert opened.amount_total == 500
    side_door(sandbox, "pay", session=opened.id)

    session = client.v1.checkout.sessions.retrieve(
        opened.id, {"expand": ["customer", "subscription", "line_items", "invoice.payments"]}
    )
    assert (session.status, session.payment_status, session.url) == ("complete", "paid", None)
    assert (session.client_reference_id, plain(session.metadata)) == ("join-1", {"intent": "1"})
    assert session.line_items is not None
    assert session.line_items.data[0].description == "Membership dues"

    customer = session.customer
    assert isinstance(customer, stripe.Customer)
    assert (customer.email, customer.currency) == ("ada@example.org", "eur")

    subscription = session.subscription
    assert isinstance(subscription, stripe.Subscription)
    assert (subscription.status, plain(subscription.metadata)) == ("active", {"member": "x"})
    item = subscription["items"].data[0]
    assert item.price.id == price.id
    assert item.current_period_start == subscription.created

    invoice = session.invoice
    assert isinstance(invoice, stripe.Invoice)
    assert (invoice.status, invoice.amount_paid) == ("paid", 500)
    assert invoice.billing_reason == "subscription_create"
    assert invoice.parent is not None
    assert invoice.parent.subscription_details is not None
    assert invoice.parent.subscription_details.subscription == subscription.id
    line = invoice.lines.data[0]
    assert (line.period.start, line.period.end) == (
        item.current_period_start,
        item.current_period_end,
    )
    assert line.pricing is not None
    assert line.pricing.price_details is not None
    assert line.pricing.price_details.price == price.id

    assert invoice.payments is not None
    payment = invoice.payments.data[0]
    assert payment.status == "paid"
    intent = client.v1.payment_intents.retrieve(
        str(payment.payment.payment_intent), {"expand": ["latest_charge.balance_transaction"]}
    )
    assert (intent.status, intent.amount_received) == ("succeeded", 500)
    charge = intent.latest_charge
    assert isinstance(charge, stripe.Charge)
    assert charge.paid
    transaction = charge.balance_transaction
    assert isinstance(transaction, stripe.BalanceTransaction)
    assert (transaction.amount, transaction.fee, transaction.net) == (500, 33, 467)
    assert transaction.source == charge.id
    joined = client.v1.invoice_payments.list(
        {"payment": {"type": "payment_intent", "payment_intent": intent.id}}
    )
    assert [found.invoice for found in joined.data] == [invoice.id]


def test_the_events_of_a_payment(
    sandbox: Sandbox, client: stripe.StripeClient, make_session: MakeSession
) -> None:
    side_door(sandbox, "pay", session=make_session(customer_email="ada@example.org").id)
    events = client.v1.events.list({"limit": 100}).data[::-1]
    types = [
        event.type for event in events if event.type not in ("product.created", "price.created")
    ]
    assert types == [
        "customer.created",
        "customer.updated",
        "payment_method.attached",
        "invoice.created",
        "invoice.finalized",
        "payment_intent.created",
        "customer.subscription.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "invoice.paid",
        "invoice.payment_succeeded",
        "charge.updated",
        "checkout.session.completed",
    ]
    by_type = {event.type: event for event in events}
    # A charge has no balance transaction yet when it succeeds; it gets one when it is captured.
    assert by_type["charge.succeeded"].data.object["balance_transaction"] is None
    updated = by_type["charge.updated"].data
    assert updated.object["balance_transaction"].startswith("txn_")
    assert plain(updated.previous_attributes) == {"balance_transaction": None}


def test_a_customer_pays_again_with_the_same_card(
    sandbox: Sandbox, client: stripe.StripeClient, make_session: MakeSession
) -> None:
    customer = client.v1.customers.create({"email": "ada@example.org", "name": "Ada"})
    stranger = client.v1.customers.create({"email": "bob@example.org", "name": "Bob"})
    for payer in (customer, customer, stranger):
        side_door(sandbox, "pay", session=make_session(customer=payer.id).id)

    def cards(payer: stripe.Customer) -> list[str | None]:
        charges = client.v1.charges.list({"customer": payer.id}).data
        return [
            charge.payment_method_details.card.fingerprint
            for charge in charges
            if charge.payment_method_details and charge.payment_method_details.card
        ]

    first, second = cards(customer)
    assert first == second
    assert cards(stranger) != [first]
    borrowed = make_session(customer=stranger.id)
    side_door(sandbox, "pay", session=borrowed.id, fingerprint=first)
    assert cards(stranger)[0] == first


def test_a_payment_can_lie_in_the_past(
    sandbox: Sandbox, client: stripe.StripeClient, make_session: MakeSession
) -> None:
    seen = {event.id for event in client.v1.events.list({"limit": 100}).data}
    paid = side_door(
        sandbox, "pay", session=make_session(customer_email="a@example.org").id, created=PAST
    )
    for kind in (
        "balance_transaction",
        "charge",
        "checkout.session",
        "customer",
        "invoice",
        "invoice_payment",
        "payment_intent",
        "payment_method",
        "subscription",
    ):
        assert [body["created"] for body in sandbox.account.store.every(kind)] == [PAST], kind
    events = client.v1.events.list({"limit": 100}).data
    assert {event.created for event in events if event.id not in seen} == {PAST}
    item = client.v1.subscriptions.retrieve(paid["subscription"])["items"].data[0]
    assert item.current_period_end == PAST + 30 * 86400
    # Money of that day has long been available.
    held = client.v1.balance.retrieve()
    assert [(line.amount, line.currency) for line in held.available] == [(467, "eur")]
    assert [line.amount for line in held.pending] == [0]


def test_fresh_money_is_pending(
    sandbox: Sandbox, client: stripe.StripeClient, make_session: MakeSession
) -> None:
    side_door(sandbox, "pay", session=make_session().id)
    assert client.v1.balance_transactions.list().data[0].status == "pending"
    assert [line.amount for line in client.v1.balance.retrieve().pending] == [467]


def test_a_session_is_paid_once(sandbox: Sandbox, make_session: MakeSession) -> None:
    session = make_session()
    side_door(sandbox, "pay", session=session.id)
    with pytest.raises(ApiError, match="no longer open: it is complete"):
        billing.pay(sandbox.account, session.id, at=PAST)
    assert len(sandbox.account.store.every("charge")) == 1


def test_what_fails_half_way_leaves_nothing(
    sandbox: Sandbox, make_session: MakeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = make_session(customer_email="ada@example.org")

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the plug was pulled")

    monkeypatch.setattr(money, "balance_transaction", broken)
    with pytest.raises(RuntimeError):
        billing.pay(sandbox.account, session.id, at=PAST)
    assert sandbox.account.store.every("customer") == []
    assert sandbox.account.store.get("checkout.session", session.id)["status"] == "open"


def test_a_declined_card_leaves_the_session_open(
    sandbox: Sandbox, client: stripe.StripeClient, make_session: MakeSession
) -> None:
    session = make_session(customer_email="ada@example.org")
    side_door(sandbox, "decline", session=session.id)
    assert client.v1.checkout.sessions.retrieve(session.id).status == "open"
    charge = client.v1.charges.list().data[0]
    assert (charge.status, charge.failure_code, charge.paid) == ("failed", "card_declined", False)
    assert charge.balance_transaction is None
    intent = client.v1.payment_intents.retrieve(str(charge.payment_intent))
    assert intent.status == "requires_payment_method"
    assert intent.last_payment_error is not None
    assert intent.last_payment_error.message == "Your card was declined."
    failed = client.v1.events.list({"types": ["charge.failed", "payment_intent.payment_failed"]})
    assert len(failed.data) == 2
    side_door(sandbox, "pay", session=session.id)
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"


def test_an_expired_session_cannot_be_paid(
    sandbox: Sandbox, client: stripe.StripeClient, make_session: MakeSession
) -> None:
    session = make_session()
    assert client.v1.checkout.sessions.expire(session.id).status == "expired"
    with pytest.raises(ApiError, match="expired"):
        billing.pay(sandbox.account, session.id, at=PAST)
    with pytest.raises(stripe.InvalidRequestError, match="status of `expired`"):
        client.v1.checkout.sessions.expire(session.id)


def test_cancelling_at_the_end_of_the_period_and_thinking_again(
    sandbox: Sandbox, client: stripe.StripeClient, make_session: MakeSession
) -> None:
    id = side_door(sandbox, "pay", session=make_session().id)["subscription"]
    ending = client.v1.subscriptions.update(
        id, {"cancel_at_period_end": True, "cancellation_details": {"comment": "Moving"}}
    )
    end = ending["items"].data[0].current_period_end
    assert (ending.status, ending.cancel_at) == ("active", end)
    assert ending.cancellation_details is not None
    assert ending.cancellation_details.reason == "cancellation_requested"
    assert ending.cancellation_details.comment == "Moving"
    changed = client.v1.events.list({"type": "customer.subscription.updated"}).data[0].data
    assert changed.previous_attributes is not None
    assert changed.previous_attributes["cancel_at_period_end"] is False
    kept = client.v1.subscriptions.update(id, {"cancel_at_period_end": False})
    assert (kept.cancel_at, kept.canceled_at) == (None, None)

    client.v1.subscriptions.update(id, {"cancel_at_period_end": True})
    assert side_door(sandbox, "advance", created=end - 1) == {"moved": 0}
    assert side_door(sandbox, "advance", created=end) == {"moved": 1}
    ended = client.v1.subscriptions.retrieve(id)
    assert (ended.status, ended.ended_at) == ("canceled", end)
    assert len(client.v1.charges.list().data) == 1


def test_cancelling_at_once(
    sandbox: Sandbox, client: stripe.StripeClient, make_session: MakeSession
) -> None:
    id = side_door(sandbox, "pay", session=make_session().id)["subscription"]
    ended = client.v1.subscriptions.cancel(id, {"cancellation_details": {"feedback": "other"}})
    assert ended.status == "canceled"
    assert client.v1.events.list().data[0].type == "customer.subscription.deleted"
    assert client.v1.subscriptions.list().data == []
    assert [found.id for found in client.v1.subscriptions.list({"status": "all"}).data] == [id]
    with pytest.raises(stripe.InvalidRequestError) as gone:
        client.v1.subscriptions.cancel(id)
    assert (gone.value.http_status, gone.value.code) == (404, "resource_missing")
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.subscriptions.update(id, {"cancel_at_period_end": True})


def test_deleting_a_customer_ends_their_subscriptions(
    sandbox: Sandbox, client: stripe.StripeClient, make_session: MakeSession
) -> None:
    paid = side_door(sandbox, "pay", session=make_session().id)
    assert client.v1.customers.delete(paid["customer"]).deleted
    assert client.v1.customers.retrieve(paid["customer"]).deleted
    assert client.v1.subscriptions.retrieve(paid["subscription"]).status == "canceled"
    assert client.v1.customers.list().data == []
    with pytest.raises(stripe.InvalidRequestError, match="No such customer"):
        make_session(customer=paid["customer"])


def test_time_bills_every_period_at_its_own_moment(
    sandbox: Sandbox, client: stripe.StripeClient, make_session: MakeSession
) -> None:
    id = side_door(sandbox, "pay", session=make_session().id, created=PAST)["subscription"]
    month = 30 * 86400  # June; July and August have 31 days
    due = [PAST, PAST + month, PAST + month + 31 * 86400]
    assert side_door(sandbox, "advance", created=due[2]) == {"moved": 2}
    invoices = client.v1.invoices.list({"subscription": id}).data[::-1]
    assert [invoice.created for invoice in invoices] == due
    assert [invoice.lines.data[0].period.start for invoice in invoices] == due
    assert [invoice.billing_reason for invoice in invoices] == [
        "subscription_create",
        "subscription_cycle",
        "subscription_cycle",
    ]
    # As at Stripe, an invoice's own period is the one before the period that its lines sell.
    assert (invoices[2].period_start, invoices[2].period_end) == (due[1], due[2])
    assert len({invoice.number for invoice in invoices}) == 3
    assert client.v1.subscriptions.retrieve(id).latest_invoice == invoices[2].id
    assert side_door(sandbox, "advance", created=due[2]) == {"moved": 0}


def test_a_card_that_goes_bad_is_tried_four_times(
    sandbox: Sandbox, client: stripe.StripeClient, make_session: MakeSession
) -> None:
    id = side_door(sandbox, "pay", session=make_session().id, created=PAST)["subscription"]
    due = PAST + 30 * 86400
    invoice = side_door(sandbox, "renew", subscription=id, accepted=False, created=due)
    assert (invoice["status"], invoice["amount_remaining"]) == ("open", 500)
    assert invoice["next_payment_attempt"] == due + 3 * 86400
    assert client.v1.subscriptions.retrieve(id).status == "past_due"
    assert client.v1.events.list({"type": "invoice.payment_failed"}).data[0].created == due
    assert side_door(sandbox, "advance", created=due + 6 * 86400) == {"moved": 2}
    assert client.v1.subscriptions.retrieve(id).status == "past_due"
    side_door(sandbox, "advance", created=due + 9 * 86400)
    ended = client.v1.subscriptions.retrieve(id)
    assert (ended.status, ended.ended_at) == ("canceled", due + 9 * 86400)
    assert ended.cancellation_details is not None
    assert ended.cancellation_details.reason == "payment_failed"
    assert len([c for c in client.v1.charges.list().data if c.status == "failed"]) == 4


def test_a_card_that_is_good_again_pays_what_was_open(
    sandbox: Sandbox, client: stripe.StripeClient, make_session: MakeSession
) -> None:
    id = side_door(sandbox, "pay", session=make_session().id, created=PAST)["subscription"]
    opened = side_door(sandbox, "renew", subscription=id, accepted=False)
    paid = side_door(sandbox, "renew", subscription=id, accepted=True)
    assert (paid["id"], paid["status"], paid["attempt_count"]) == (opened["id"], "paid", 2)
    assert client.v1.subscriptions.retrieve(id).status == "active"
    assert len(client.v1.invoices.list().data) == 2


def test_sessions_expire_with_time(
    sandbox: Sandbox, client: stripe.StripeClient, make_session: MakeSession
) -> None:
    session = make_session(expires_at=int(time.time()) + 3600)
    side_door(sandbox, "advance", created=session.expires_at - 1)
    assert client.v1.checkout.sessions.retrieve(session.id).status == "open"
    side_door(sandbox, "advance", created=session.expires_at)
    assert client.v1.checkout.sessions.retrieve(session.id).status == "expired"


def test_refunds_give_back_the_amount_and_not_the_fee(
    sandbox: Sandbox, client: stripe.StripeClient, make_session: MakeSession
) -> None:
    side_door(sandbox, "pay", session=make_session().id)
    charge = client.v1.charges.list().data[0]
    part = client.v1.refunds.create({"charge": charge.id, "amount": 200})
    rest = client.v1.refunds.create(
        {"payment_intent": str(charge.payment_intent), "reason": "requested_by_customer"}
    )
    assert (part.amount, rest.amount) == (200, 300)
    after = client.v1.charges.retrieve(charge.id, {"expand": ["refunds"]})
    assert (after.amount_refunded, after.refunded) == (500, True)
    assert after.refunds is not None
    assert [refund.id for refund in after.refunds.data] == [rest.id, part.id]
    moved = client.v1.balance_transactions.list({"type": "refund"}).data
    assert [(entry.amount, entry.fee) for entry in moved] == [(-300, 0), (-200, 0)]
    assert [line.amount for line in client.v1.balance.retrieve().pending] == [-33]
    with pytest.raises(stripe.InvalidRequestError) as again:
        client.v1.refunds.create({"charge": charge.id})
    assert again.value.code == "charge_already_refunded"


@pytest.mark.parametrize("amount", [0, -5, 501])
def test_no_more_than_was_paid_is_refunded(
    sandbox: Sandbox, client: stripe.StripeClient, make_session: MakeSession, amount: int
) -> None:
    side_door(sandbox, "pay", session=make_session().id)
    charge = client.v1.charges.list().data[0]
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.refunds.create({"charge": charge.id, "amount": amount})
    assert refused.value.param == "amount"


def test_several_things_are_sold_together(
    sandbox: Sandbox, client: stripe.StripeClient, price: stripe.Price
) -> None:
    more = make_price(client, unit_amount=250, product_data={"name": "Pay it forward"})
    session = client.v1.checkout.sessions.create(
        {
            "mode": "subscription",
            "line_items": [
                {"price": price.id, "quantity": 1},
                {"price": more.id, "quantity": 2},
            ],
            "success_url": "http://localhost:8000/",
        }
    )
    assert session.amount_total == 1000
    items = client.v1.checkout.sessions.line_items.list(session.id).data
    assert [item.description for item in items] == ["Membership dues", "Pay it forward"]
    assert [item.amount_total for item in items] == [500, 500]
    paid = side_door(sandbox, "pay", session=session.id)
    lines = client.v1.invoices.line_items.list(paid["invoice"], {"limit": 1})
    assert len(lines.data) == 1
    assert [line.quantity for line in lines.auto_paging_iter()] == [1, 2]
    found = client.v1.subscriptions.list({"price": more.id}).data
    assert [subscription.id for subscription in found] == [paid["subscription"]]


@settings(deadline=None)
@given(st.integers(min_value=50, max_value=10**9))
def test_the_fee_is_one_and_a_half_per_cent_and_25_to_the_nearest_unit(amount: int) -> None:
    fee = money.fee_on(amount)
    assert abs((fee - 25) * 1000 - amount * 15) <= 500


def test_a_fee_in_the_middle_is_rounded_up() -> None:
    assert money.fee_on(500) == 33
    assert money.fee_on(499) == 32
