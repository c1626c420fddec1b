"""Changes of plan: what is given back, what is charged, and when; and what credit does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import stripe
from hypothesis import given, settings
from hypothesis import strategies as st

from funding.stripe_sandbox.proration import share
from funding.stripe_sandbox.server import Sandbox
from tests.funding.stripe_sandbox.driving import change_plan, make_price, plain, side_door

MakeSession = Callable[..., stripe.checkout.Session]
BEGUN = 1_750_000_000  # 15 June 2025; the month has 30 days
MONTH = 30 * 86400
HALF = BEGUN + MONTH // 2


@pytest.fixture
def subscribed(sandbox: Sandbox, make_session: MakeSession) -> str:
    """A subscription of €5 a month, half of whose first month has passed."""
    paid = side_door(sandbox, "pay", session=make_session().id, created=BEGUN)
    side_door(sandbox, "clock", now=HALF)
    return str(paid["subscription"])


def latest(client: stripe.StripeClient, subscription: str) -> stripe.Invoice:
    found = client.v1.subscriptions.retrieve(subscription, {"expand": ["latest_invoice"]})
    assert isinstance(found.latest_invoice, stripe.Invoice)
    return found.latest_invoice


def balance_of(client: stripe.StripeClient, subscription: str) -> int:
    found = client.v1.subscriptions.retrieve(subscription, {"expand": ["customer"]})
    assert isinstance(found.customer, stripe.Customer)
    return int(found.customer.balance or 0)


def test_half_a_month_more_is_charged_with_the_next_invoice(
    sandbox: Sandbox, client: stripe.StripeClient, subscribed: str
) -> None:
    dearer = make_price(client, unit_amount=1001, nickname="Solidarity").id
    changed = change_plan(client, subscribed, dearer, proration_behavior="create_prorations")
    assert changed["items"].data[0].price.id == dearer
    assert changed["items"].data[0].current_period_end == BEGUN + MONTH
    pending = client.v1.invoice_items.list({"pending": True}).data[::-1]
    # Half of 500 given back; half of 1001, which is 500.5, to the nearest unit.
    assert [item.amount for item in pending] == [-250, 501]
    assert all(item.proration for item in pending)
    assert len(client.v1.invoices.list().data) == 1
    side_door(sandbox, "advance", created=BEGUN + MONTH)
    invoice = latest(client, subscribed)
    assert [line.amount for line in invoice.lines.data] == [-250, 501, 1001]
    assert (invoice.amount_paid, invoice.billing_reason) == (1252, "subscription_cycle")
    details = [line.parent.subscription_item_details for line in invoice.lines.data if line.parent]
    assert [found.proration for found in details if found] == [True, True, False]
    assert client.v1.invoice_items.list({"pending": True}).data == []
    assert [item.invoice for item in client.v1.invoice_items.list().data] == [invoice.id] * 2


def test_it_can_be_charged_at_once(client: stripe.StripeClient, subscribed: str) -> None:
    dearer = make_price(client, unit_amount=1500).id
    change_plan(client, subscribed, dearer, proration_behavior="always_invoice")
    invoice = latest(client, subscribed)
    assert (invoice.status, invoice.billing_reason) == ("paid", "subscription_update")
    assert [line.amount for line in invoice.lines.data] == [-250, 750]
    assert [charge.amount for charge in client.v1.charges.list().data] == [500, 500]


def test_nothing_is_prorated_where_nothing_is_to_be(
    sandbox: Sandbox, client: stripe.StripeClient, subscribed: str
) -> None:
    dearer = make_price(client, unit_amount=1500).id
    change_plan(client, subscribed, dearer, proration_behavior="none")
    side_door(sandbox, "advance", created=BEGUN + MONTH)
    assert [charge.amount for charge in client.v1.charges.list().data] == [1500, 500]


def test_what_is_given_back_is_credit_for_the_next_invoices(
    sandbox: Sandbox, client: stripe.StripeClient, make_session: MakeSession
) -> None:
    yearly = make_price(client, unit_amount=5000, recurring={"interval": "year"}).id
    session = make_session(line_items=[{"price": yearly, "quantity": 1}])
    id = side_door(sandbox, "pay", session=session.id, created=BEGUN)["subscription"]
    side_door(sandbox, "clock", now=BEGUN + 73 * 86400)  # a fifth of the year
    change_plan(client, id, make_price(client, unit_amount=1500).id)
    invoice = latest(client, id)
    assert [line.amount for line in invoice.lines.data] == [-4000, 1500]
    assert (invoice.status, invoice.total, invoice.amount_due) == ("paid", -2500, 0)
    assert (invoice.starting_balance, invoice.ending_balance) == (0, -2500)
    assert balance_of(client, id) == -2500
    begun = client.v1.subscriptions.retrieve(id)
    assert begun.billing_cycle_anchor == BEGUN + 73 * 86400
    end = begun["items"].data[0].current_period_end
    side_door(sandbox, "advance", created=end)
    assert balance_of(client, id) == -1000
    side_door(sandbox, "advance", created=end + 31 * 86400)
    invoice = latest(client, id)
    assert (invoice.total, invoice.starting_balance, invoice.amount_due) == (1500, -1000, 500)
    assert balance_of(client, id) == 0
    assert [charge.amount for charge in client.v1.charges.list().data] == [500, 5000]


def test_a_preview_changes_nothing(
    sandbox: Sandbox, client: stripe.StripeClient, subscribed: str
) -> None:
    item = client.v1.subscriptions.retrieve(subscribed)["items"].data[0].id
    change: Any = {
        "items": [{"id": item, "price": make_price(client, unit_amount=1500).id}],
        "proration_behavior": "always_invoice",
    }
    count = len(client.v1.events.list({"limit": 100}).data)
    shown = client.v1.invoices.create_preview(
        {"subscription": subscribed, "subscription_details": change}
    )
    assert ([line.amount for line in shown.lines.data], shown.amount_due) == ([-250, 750], 500)
    assert (shown.status, shown.number) == ("draft", None)
    following = client.v1.invoices.create_preview({"subscription": subscribed})
    assert following.amount_due == 500
    assert len(client.v1.events.list({"limit": 100}).data) == count
    assert len(client.v1.invoices.list().data) == 1
    change_plan(
        client, subscribed, change["items"][0]["price"], proration_behavior="always_invoice"
    )
    assert latest(client, subscribed).amount_paid == shown.amount_due


def test_too_little_to_charge_is_owed(client: stripe.StripeClient, subscribed: str) -> None:
    dearer = make_price(client, unit_amount=598).id
    change_plan(client, subscribed, dearer, proration_behavior="always_invoice")
    invoice = latest(client, subscribed)
    assert (invoice.status, invoice.total, invoice.amount_due) == ("paid", 49, 0)
    assert balance_of(client, subscribed) == 49


def test_a_card_that_is_declined_leaves_the_change_or_undoes_it(
    sandbox: Sandbox, client: stripe.StripeClient, subscribed: str
) -> None:
    dearer = make_price(client, unit_amount=1500).id
    method = sandbox.account.store.get("subscription", subscribed)["default_payment_method"]
    sandbox.account.store.remember(method, declines=True)
    with pytest.raises(stripe.CardError) as refused:
        change_plan(
            client,
            subscribed,
            dearer,
            proration_behavior="always_invoice",
            payment_behavior="error_if_incomplete",
        )
    assert (refused.value.http_status, refused.value.code) == (402, "card_declined")
    assert client.v1.subscriptions.retrieve(subscribed)["items"].data[0].price.unit_amount == 500
    assert client.v1.invoice_items.list().data == []
    left = change_plan(client, subscribed, dearer, proration_behavior="always_invoice")
    assert (left.status, left["items"].data[0].price.id) == ("past_due", dearer)
    assert latest(client, subscribed).status == "open"


def test_the_last_period_ends_with_what_is_left_to_charge(
    sandbox: Sandbox, client: stripe.StripeClient, subscribed: str
) -> None:
    change_plan(client, subscribed, make_price(client, unit_amount=1500).id)
    client.v1.subscriptions.update(subscribed, {"cancel_at_period_end": True})
    side_door(sandbox, "advance", created=BEGUN + MONTH)
    assert client.v1.subscriptions.retrieve(subscribed).status == "canceled"
    assert [charge.amount for charge in client.v1.charges.list().data] == [500, 500]


@pytest.mark.parametrize(
    ("more", "param"),
    [
        ({"items": [{"id": "si_none"}]}, "items[0][id]"),
        ({"proration_date": BEGUN - 1}, "proration_date"),
        ({"default_payment_method": "pm_none"}, "default_payment_method"),
        ({"payment_behavior": "default_incomplete"}, "payment_behavior"),
    ],
)
def test_refusals(
    client: stripe.StripeClient, subscribed: str, more: dict[str, Any], param: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        change_plan(client, subscribed, make_price(client, unit_amount=1500).id, **more)
    assert refused.value.param == param
    before = client.v1.subscriptions.retrieve(subscribed)["items"].data[0]
    assert plain(before.price)["unit_amount"] == 500


def test_another_currency_is_refused(client: stripe.StripeClient, subscribed: str) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="same currency"):
        change_plan(client, subscribed, make_price(client, currency="sek").id)


@settings(deadline=None)
@given(
    st.integers(min_value=-(10**7), max_value=10**7),
    st.integers(min_value=0, max_value=400 * 86400),
    st.integers(min_value=1, max_value=400 * 86400),
)
def test_a_share_is_exact_to_half_a_unit(amount: int, passed: int, length: int) -> None:
    passed = min(passed, length)
    found = share(amount, at=passed, start=0, end=length)
    assert abs(found * length - amount * (length - passed)) * 2 <= length
    assert share(-amount, at=passed, start=0, end=length) == -found


def test_shares_at_the_edges() -> None:
    assert share(500, at=0, start=0, end=30) == 500
    assert share(500, at=30, start=0, end=30) == 0
    assert share(1001, at=15, start=0, end=30) == 501
    with pytest.raises(ValueError, match="not in the period"):
        share(500, at=31, start=0, end=30)
