"""Checkout in mode ``payment``: one charge, no subscription."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from funding.stripe_sandbox.server import Sandbox
from tests.funding.stripe_sandbox.driving import ask, make_price, plain, side_door
from tests.funding.stripe_sandbox.test_checkout import path_of, submit


def once(client: stripe.StripeClient, **more: Any) -> stripe.checkout.Session:
    """An open session for a gift of €50."""
    params: Any = {
        "mode": "payment",
        "line_items": [
            {
                "price_data": {
                    "currency": "eur",
                    "unit_amount": 5000,
                    "product_data": {"name": "A year of membership, given"},
                },
                "quantity": 1,
            }
        ],
        "customer_email": "ada@example.org",
        "metadata": {"checkout": "g1"},
        "payment_intent_data": {"metadata": {"checkout": "g1"}, "description": "Gift"},
        "success_url": "http://localhost:8000/join/wait/",
        **more,
    }
    return client.v1.checkout.sessions.create(params)


def test_a_payment_leads_to_everything_it_made(
    sandbox: Sandbox, client: stripe.StripeClient
) -> None:
    opened = once(client, allowed_payment_method_types=["card"])
    assert (opened.mode, opened.payment_intent, opened.amount_total) == ("payment", None, 5000)
    assert (opened.customer_creation, opened.payment_method_collection) == (
        "if_required",
        "if_required",
    )
    side_door(sandbox, "pay", session=opened.id, name="Ada Lovelace")
    session = client.v1.checkout.sessions.retrieve(
        opened.id, {"expand": ["payment_intent.latest_charge.balance_transaction"]}
    )
    assert (session.status, session.payment_status) == ("complete", "paid")
    assert (session.subscription, session.invoice, session.customer) == (None, None, None)
    assert session.customer_details is not None
    assert session.customer_details.email == "ada@example.org"
    intent: Any = session.payment_intent
    assert (intent.status, intent.amount_received, intent.customer) == ("succeeded", 5000, None)
    assert (plain(intent.metadata), intent.description) == ({"checkout": "g1"}, "Gift")
    assert intent.setup_future_usage is None
    charge = intent.latest_charge
    assert plain(charge.metadata) == {"checkout": "g1"}
    assert (charge.balance_transaction.amount, charge.balance_transaction.fee) == (5000, 100)
    found = client.v1.checkout.sessions.list({"payment_intent": intent.id}).data
    assert [session.id for session in found] == [opened.id]


def test_the_events_of_one_payment(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    session = once(client)
    seen = {event.id for event in client.v1.events.list({"limit": 100}).data}
    side_door(sandbox, "pay", session=session.id)
    events = [event for event in client.v1.events.list().data if event.id not in seen]
    assert [event.type for event in events[::-1]] == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "charge.updated",
        "checkout.session.completed",
    ]


def test_a_customer_who_is_known_or_wanted(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    ada = client.v1.customers.create({"email": "ada@example.org", "name": "Ada"})
    known = once(client, customer=ada.id, customer_email="")
    wanted = once(client, customer_creation="always")
    assert side_door(sandbox, "pay", session=known.id)["customer"] == ada.id
    made = side_door(sandbox, "pay", session=wanted.id)["customer"]
    assert client.v1.customers.retrieve(made).email == "ada@example.org"
    charges = client.v1.charges.list({"customer": ada.id}).data
    assert [charge.amount for charge in charges] == [5000]


def test_the_page_says_that_it_is_paid_once(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    session = once(client)
    page = ask(sandbox.url, path_of(session))[2]
    for words in ("Pay €50.00", "once", "A year of membership, given"):
        assert words in page
    assert submit(sandbox, session)[0] == 303
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"


def test_a_declined_card_leaves_the_session_open(
    sandbox: Sandbox, client: stripe.StripeClient
) -> None:
    session = once(client)
    intent = side_door(sandbox, "decline", session=session.id)
    assert (intent["status"], intent["metadata"]) == ("requires_payment_method", {"checkout": "g1"})
    assert client.v1.checkout.sessions.retrieve(session.id).status == "open"


@pytest.mark.parametrize(
    ("more", "param"),
    [
        ({"subscription_data": {"metadata": {"a": "b"}}}, "subscription_data"),
        ({"payment_method_collection": "always"}, "payment_method_collection"),
        ({"line_items": [{"quantity": 1}]}, "line_items[0]"),
        (
            {
                "line_items": [
                    {"quantity": 1, "price_data": {"currency": "eur", "unit_amount": 500}}
                ]
            },
            "line_items[0][price_data][product]",
        ),
        (
            {
                "line_items": [
                    {
                        "quantity": 1,
                        "price_data": {
                            "currency": "euro",
                            "unit_amount": 500,
                            "product_data": {"name": "x"},
                        },
                    }
                ]
            },
            "line_items[0][price_data][currency]",
        ),
    ],
)
def test_refusals(client: stripe.StripeClient, more: dict[str, Any], param: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        once(client, **more)
    assert refused.value.param == param


def test_a_monthly_price_is_not_paid_once(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="one-time prices"):
        once(client, line_items=[{"price": make_price(client).id, "quantity": 1}])


class TestRefunds:
    def charge(self, sandbox: Sandbox, client: stripe.StripeClient) -> stripe.Charge:
        side_door(sandbox, "pay", session=once(client).id)
        return client.v1.charges.list().data[0]

    def test_a_refund_and_its_events(self, sandbox: Sandbox, client: stripe.StripeClient) -> None:
        charge = self.charge(sandbox, client)
        seen = {event.id for event in client.v1.events.list({"limit": 100}).data}
        made = client.v1.refunds.create(
            {"charge": charge.id, "amount": 1200, "metadata": {"case": "7"}},
            {"idempotency_key": "refund-7"},
        )
        events = [event for event in client.v1.events.list().data if event.id not in seen]
        assert [event.type for event in events[::-1]] == [
            "charge.refunded",
            "refund.created",
            "refund.updated",
            "charge.refund.updated",
        ]
        moved = client.v1.balance_transactions.list({"source": made.id}).data
        assert [(entry.type, entry.amount, entry.fee) for entry in moved] == [("refund", -1200, 0)]
        again = client.v1.refunds.create(
            {"charge": charge.id, "amount": 1200, "metadata": {"case": "7"}},
            {"idempotency_key": "refund-7"},
        )
        assert again.id == made.id
        noted = client.v1.refunds.update(made.id, {"metadata": {"by": "two"}})
        assert plain(noted.metadata) == {"case": "7", "by": "two"}

    def test_a_bank_sends_a_refund_back(
        self, sandbox: Sandbox, client: stripe.StripeClient
    ) -> None:
        charge = self.charge(sandbox, client)
        made = client.v1.refunds.create({"charge": charge.id})
        failed = side_door(sandbox, "fail_refund", refund=made.id)
        assert (failed["status"], failed["failure_reason"]) == ("failed", "lost_or_stolen_card")
        back = client.v1.balance_transactions.retrieve(failed["failure_balance_transaction"])
        assert (back.type, back.amount, back.source) == ("refund_failure", 5000, made.id)
        after = client.v1.charges.retrieve(charge.id)
        assert (after.amount_refunded, after.refunded) == (0, False)
        assert client.v1.events.list().data[0].type == "refund.failed"
        assert [line.amount for line in client.v1.balance.retrieve().pending] == [4900]
