"""What is read from Stripe's objects: the published examples, and what is not shaped right."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from funding.dues.remote import Collected, Invoice, Session, Subscription, Unexpected
from funding.dues.remote_money import Charge, Dispute, PaymentIntent, Payout, Refund
from kernel.money import Money

Json = dict[str, Any]


@pytest.fixture(scope="module")
def published(vectors: Path) -> Json:
    """Stripe's own example of each resource, by name."""
    resources: Json = json.loads((vectors / "stripe/fixtures3.json").read_text())["resources"]
    return resources


def _paid(published: Json) -> Json:
    """The published invoice as it is when it is paid, with its payments expanded."""
    payment = copy.deepcopy(published["invoice_payment"])
    payment["status"] = "paid"
    payment["payment"] = {"type": "payment_intent", "payment_intent": "pi_1"}
    return {
        **copy.deepcopy(published["invoice"]),
        "status": "paid",
        "amount_paid": 1000,
        "status_transitions": {"paid_at": 1721954100},
        "payments": {"data": [payment]},
    }


@pytest.mark.vectors
def test_the_published_examples_are_read(published: Json) -> None:
    session = Session.read(published["checkout.session"])
    assert (session.status, session.subscription) == ("open", "")
    subscription = Subscription.read(published["subscription"])
    assert (subscription.status, subscription.checkout) == ("active", "")
    assert subscription.renews_at.timestamp() == 976287773
    invoice = Invoice.read(_paid(published))
    assert (invoice.paid, invoice.intents) == (Money(1000, "USD"), ("pi_1",))
    assert invoice.starts_at == invoice.ends_at
    charge = {**published["charge"], "balance_transaction": published["balance_transaction"]}
    intent = {**published["payment_intent"], "latest_charge": charge}
    collected = Collected.read(intent)
    assert collected
    assert (collected.gross, collected.fee) == (Money(100, "USD"), Money(0, "USD"))
    assert collected.charge == published["charge"]["id"]
    assert PaymentIntent.read(intent).charge == collected.charge
    assert Charge.read(charge).movement == collected.movement
    refund = Refund.read({**published["refund"], "balance_transaction": None})
    assert (refund.amount, refund.movement) == (Money(100, "USD"), None)
    assert Dispute.read(published["dispute"]).amount == Money(1000, "USD")
    payout = {**published["payout"], "balance_transaction": published["balance_transaction"]}
    assert Payout.read(payout).amount.currency == "USD"


@pytest.mark.vectors
@pytest.mark.parametrize(
    "path",
    [
        ["status"],
        ["amount_paid"],
        ["lines", "data", 0],
        ["lines", "data", 0, "period", "end"],
        ["parent", "subscription_details", "subscription"],
        ["payments"],
        ["status_transitions", "paid_at"],
    ],
)
def test_a_field_that_is_gone_is_named(published: Json, path: list[str | int]) -> None:
    body: Any = _paid(published)
    inner = body
    for step in path[:-1]:
        inner = inner[step]
    del inner[path[-1]]
    with pytest.raises(Unexpected, match="|".join(step for step in path if isinstance(step, str))):
        Invoice.read(body)


@pytest.mark.parametrize("seconds", ["soon", None, 10**20, [], {}])
def test_a_time_that_is_none_is_unexpected(seconds: object) -> None:
    body = {"id": "cs", "status": "open", "url": None, "subscription": None, "expires_at": seconds}
    with pytest.raises(Unexpected, match="time"):
        Session.read(body)
