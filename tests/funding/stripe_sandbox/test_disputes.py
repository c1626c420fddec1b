"""Disputes and payouts: what each does to the balance, and what the SDK sees of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import stripe

from funding.stripe_sandbox.server import Sandbox
from tests.funding.stripe_sandbox.driving import ask, plain, side_door

MakeSession = Callable[..., stripe.checkout.Session]
PAST = 1_750_000_000
DAY = 86400


@pytest.fixture
def charge(sandbox: Sandbox, client: stripe.StripeClient, make_session: MakeSession) -> str:
    """A charge of €5 that has long been available: €4.67 are."""
    side_door(sandbox, "pay", session=make_session().id, created=PAST)
    return client.v1.charges.list().data[0].id


def held(client: stripe.StripeClient) -> int:
    balance = client.v1.balance.retrieve()
    available = sum(line.amount for line in balance.available)
    return available + sum(line.amount for line in balance.pending)


def types(client: stripe.StripeClient, about: str) -> list[str]:
    events = client.v1.events.list({"limit": 100}).data[::-1]
    return [event.type for event in events if event.type.startswith(about)]


class TestDisputes:
    def test_a_dispute_that_is_won(
        self, sandbox: Sandbox, client: stripe.StripeClient, charge: str
    ) -> None:
        dispute = side_door(sandbox, "dispute", charge=charge)
        assert (dispute["status"], dispute["amount"]) == ("needs_response", 500)
        assert client.v1.charges.retrieve(charge).disputed
        moved = client.v1.balance_transactions.list({"source": dispute["id"]}).data[0]
        assert (moved.type, moved.reporting_category) == ("adjustment", "dispute")
        assert (moved.amount, moved.fee, moved.net) == (-500, 2000, -2500)
        assert held(client) == 467 - 2500
        with pytest.raises(stripe.InvalidRequestError) as refused:
            client.v1.refunds.create({"charge": charge})
        assert refused.value.code == "charge_disputed"
        evidence: Any = {"evidence": {"uncategorized_text": "They asked for it."}}
        assert client.v1.disputes.update(dispute["id"], evidence).status == "under_review"
        side_door(sandbox, "close_dispute", dispute=dispute["id"], won=True)
        won = client.v1.disputes.retrieve(dispute["id"])
        assert (won.status, [m.amount for m in won.balance_transactions]) == ("won", [-500, 500])
        assert held(client) == 467 - 2000
        assert types(client, "charge.dispute") == [
            "charge.dispute.created",
            "charge.dispute.funds_withdrawn",
            "charge.dispute.updated",
            "charge.dispute.closed",
            "charge.dispute.funds_reinstated",
        ]
        with pytest.raises(stripe.InvalidRequestError):
            client.v1.disputes.update(dispute["id"], evidence)

    def test_a_dispute_that_is_lost(
        self, sandbox: Sandbox, client: stripe.StripeClient, charge: str
    ) -> None:
        dispute = side_door(sandbox, "dispute", charge=charge, reason="product_not_received")
        assert client.v1.disputes.close(dispute["id"]).status == "lost"
        assert held(client) == 467 - 2500
        assert types(client, "charge.dispute")[-1] == "charge.dispute.closed"

    def test_a_part_is_disputed_and_a_part_of_it_comes_back(
        self, sandbox: Sandbox, client: stripe.StripeClient, charge: str
    ) -> None:
        dispute = side_door(sandbox, "dispute", charge=charge, amount=300)
        side_door(sandbox, "close_dispute", dispute=dispute["id"], won=True, returned=100)
        assert held(client) == 467 - 300 - 2000 + 100
        found = client.v1.disputes.list({"charge": charge}).data[0]
        assert [m.reporting_category for m in found.balance_transactions] == [
            "dispute",
            "dispute_reversal",
        ]

    def test_a_question_moves_no_money(
        self, sandbox: Sandbox, client: stripe.StripeClient, charge: str
    ) -> None:
        dispute = side_door(sandbox, "dispute", charge=charge, inquiry=True)
        assert (dispute["status"], held(client)) == ("warning_needs_response", 467)
        closed = side_door(sandbox, "close_dispute", dispute=dispute["id"], won=True)
        assert (closed["status"], held(client)) == ("warning_closed", 467)

    @pytest.mark.parametrize("amount", [0, 501])
    def test_no_more_than_was_paid(self, sandbox: Sandbox, charge: str, amount: int) -> None:
        status, _, _ = ask(
            sandbox.url,
            "/_sandbox/dispute",
            method="POST",
            json_body={"charge": charge, "amount": amount},
        )
        assert status == 400


class TestPayouts:
    def test_what_is_available_arrives_at_the_bank(
        self, sandbox: Sandbox, client: stripe.StripeClient, charge: str, make_session: MakeSession
    ) -> None:
        side_door(sandbox, "pay", session=make_session().id, created=PAST + 6 * DAY)
        payout = side_door(sandbox, "pay_out", created=PAST + 8 * DAY)["payout"]
        assert (payout["amount"], payout["status"]) == (467, "in_transit")
        listed = client.v1.balance_transactions.list({"payout": payout["id"]}).data
        assert [(entry.type, entry.net) for entry in listed] == [("payout", -467), ("charge", 467)]
        assert side_door(sandbox, "pay_out", created=PAST + 8 * DAY) == {"payout": None}
        side_door(sandbox, "advance", created=payout["arrival_date"])
        assert client.v1.payouts.retrieve(payout["id"]).status == "paid"
        assert types(client, "payout") == [
            "payout.created",
            "payout.reconciliation_completed",
            "payout.paid",
        ]
        assert held(client) == 467
        assert client.v1.payouts.list({"status": "paid"}).data[0].id == payout["id"]
        late = {"arrival_date": {"gt": payout["arrival_date"]}}
        assert client.v1.payouts.list(late).data == []  # type: ignore[arg-type]

    def test_a_payout_that_comes_back_goes_with_the_next_one(
        self, sandbox: Sandbox, client: stripe.StripeClient, charge: str
    ) -> None:
        first = side_door(sandbox, "pay_out", created=PAST + 8 * DAY)["payout"]
        failed = side_door(sandbox, "payout_fails", payout=first["id"], created=PAST + 10 * DAY)
        back = client.v1.balance_transactions.retrieve(failed["failure_balance_transaction"])
        assert (back.type, back.net, back.reporting_category) == (
            "payout_failure",
            467,
            "payout_reversal",
        )
        second = side_door(sandbox, "pay_out", created=PAST + 11 * DAY)["payout"]
        assert second["amount"] == 467
        listed = client.v1.balance_transactions.list({"payout": second["id"]}).data
        assert sorted(entry.type for entry in listed) == ["payout", "payout_failure"]

    def test_they_leave_by_themselves(
        self, sandbox: Sandbox, client: stripe.StripeClient, charge: str
    ) -> None:
        side_door(sandbox, "payouts", every=DAY)
        side_door(sandbox, "advance", created=PAST + 9 * DAY)
        payout = client.v1.payouts.list().data[0]
        assert (payout.created, payout.status) == (PAST + 7 * DAY, "paid")

    def test_every_cent_is_in_the_balance_or_at_the_bank(
        self, sandbox: Sandbox, client: stripe.StripeClient, charge: str
    ) -> None:
        client.v1.refunds.create({"charge": charge, "amount": 100})
        side_door(sandbox, "pay_out", created=PAST + 8 * DAY)
        entries = client.v1.balance_transactions.list({"limit": 100}).data
        assert sum(entry.net for entry in entries) == held(client)
        assert {plain(entry)["currency"] for entry in entries} == {"eur"}
