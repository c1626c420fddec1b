"""The Billing Portal and an invoice's own page, in plain HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
import stripe

from funding.stripe_sandbox.server import Sandbox
from tests.funding.stripe_sandbox.driving import ask, side_door

MakeSession = Callable[..., stripe.checkout.Session]
CARD = {"card": "4242424242424242", "expiry": "12 / 49", "cvc": "123", "name": "Ada Lovelace"}


@pytest.fixture
def paid(sandbox: Sandbox, make_session: MakeSession) -> dict[str, Any]:
    return side_door(sandbox, "pay", session=make_session(customer_email="ada@example.org").id)


def portal(client: stripe.StripeClient, customer: str, **more: Any) -> str:
    params: Any = {"customer": customer, "return_url": "http://localhost:8000/dues/", **more}
    return urlsplit(client.v1.billing_portal.sessions.create(params).url).path


class TestPortal:
    def test_it_shows_what_there_is(
        self, sandbox: Sandbox, client: stripe.StripeClient, paid: dict[str, Any]
    ) -> None:
        status, headers, page = ask(sandbox.url, portal(client, paid["customer"]))
        assert status == 200
        for words in ("€5.00, every month", "Visa ending in 4242", "ada@example.org", "Go back"):
            assert words in page
        assert "form-action 'self' http://localhost:8000" in headers["Content-Security-Policy"]
        assert "<script" not in page

    def test_stopping_and_going_on(
        self, sandbox: Sandbox, client: stripe.StripeClient, paid: dict[str, Any]
    ) -> None:
        path, id = portal(client, paid["customer"]), paid["subscription"]
        stopped = ask(sandbox.url, f"{path}/{id}", method="POST", form={"do": "stop"})
        assert (stopped[0], stopped[1]["Location"]) == (303, path)
        assert client.v1.subscriptions.retrieve(id).cancel_at_period_end
        assert "Go on after all" in ask(sandbox.url, path)[2]
        ask(sandbox.url, f"{path}/{id}", method="POST", form={"do": "resume"})
        assert client.v1.subscriptions.retrieve(id).cancel_at is None

    def test_another_card(
        self, sandbox: Sandbox, client: stripe.StripeClient, paid: dict[str, Any]
    ) -> None:
        path, id = (
            f"{portal(client, paid['customer'])}/{paid['subscription']}",
            paid["subscription"],
        )
        side_door(sandbox, "renew", subscription=id, accepted=False)
        wrong = ask(sandbox.url, path, method="POST", form={**CARD, "do": "card", "card": "1"})
        assert wrong[0] == 422
        assert "Only test cards work here" in wrong[2]
        ask(sandbox.url, path, method="POST", form={**CARD, "do": "card"})
        assert side_door(sandbox, "renew", subscription=id)["status"] == "paid"

    def test_a_session_with_one_thing_to_do(
        self, sandbox: Sandbox, client: stripe.StripeClient, paid: dict[str, Any]
    ) -> None:
        flow = {
            "type": "subscription_cancel",
            "subscription_cancel": {"subscription": paid["subscription"]},
            "after_completion": {"type": "redirect", "redirect": {"return_url": "http://x.test/"}},
        }
        path = portal(client, paid["customer"], flow_data=flow)
        assert "Another card" not in ask(sandbox.url, path)[2]
        done = ask(
            sandbox.url, f"{path}/{paid['subscription']}", method="POST", form={"do": "stop"}
        )
        assert done[1]["Location"] == "http://x.test/"
        with pytest.raises(stripe.InvalidRequestError, match="already set to be canceled"):
            portal(client, paid["customer"], flow_data=flow)

    def test_nobody_changes_what_is_another_s(
        self,
        sandbox: Sandbox,
        client: stripe.StripeClient,
        paid: dict[str, Any],
        make_session: MakeSession,
    ) -> None:
        other = side_door(sandbox, "pay", session=make_session().id)["subscription"]
        path = f"{portal(client, paid['customer'])}/{other}"
        assert ask(sandbox.url, path, method="POST", form={"do": "stop"})[0] == 404
        assert not client.v1.subscriptions.retrieve(other).cancel_at_period_end

    def test_the_way_in_closes(
        self, sandbox: Sandbox, client: stripe.StripeClient, paid: dict[str, Any]
    ) -> None:
        path = portal(client, paid["customer"])
        sandbox.account.knobs.frozen_at = sandbox.account.now() + 3601
        assert ask(sandbox.url, path)[0] == 404
        assert ask(sandbox.url, "/p/session/test_none")[0] == 404


class TestInvoicePage:
    def unpaid(self, sandbox: Sandbox, paid: dict[str, Any], **more: Any) -> str:
        invoice = side_door(sandbox, "renew", subscription=paid["subscription"], **more)
        assert invoice["status"] == "open"
        return urlsplit(str(invoice["hosted_invoice_url"])).path

    def test_a_bank_that_asks_is_answered(
        self, sandbox: Sandbox, client: stripe.StripeClient, paid: dict[str, Any]
    ) -> None:
        path = self.unpaid(sandbox, paid, authenticate=True)
        types = [event.type for event in client.v1.events.list({"limit": 4}).data]
        assert types == [
            "customer.subscription.updated",
            "invoice.payment_failed",
            "invoice.payment_action_required",
            "payment_intent.requires_action",
        ]
        assert client.v1.subscriptions.retrieve(paid["subscription"]).status == "past_due"
        assert "Confirm and pay" in ask(sandbox.url, path)[2]
        status, _, page = ask(sandbox.url, path, method="POST", form={"do": "same"})
        assert (status, "This is paid" in page) == (200, True)
        assert client.v1.subscriptions.retrieve(paid["subscription"]).status == "active"

    def test_a_declined_card_and_then_another(
        self, sandbox: Sandbox, client: stripe.StripeClient, paid: dict[str, Any]
    ) -> None:
        path = self.unpaid(sandbox, paid, accepted=False)
        assert ask(sandbox.url, path, method="POST", form={"do": "same"})[0] == 402
        for card, status in (("1", 422), ("4000000000000002", 402), ("4242424242424242", 200)):
            form = {"do": "other", "card": card}
            assert ask(sandbox.url, path, method="POST", form=form)[0] == status
        assert client.v1.subscriptions.retrieve(paid["subscription"]).status == "active"
        # A second tap pays nothing more, and the new card stays.
        assert ask(sandbox.url, path, method="POST", form={"do": "same"})[0] == 200
        assert side_door(sandbox, "renew", subscription=paid["subscription"])["status"] == "paid"
        assert len([c for c in client.v1.charges.list().data if c.paid]) == 3

    def test_through_the_api_with_nobody_there(
        self, sandbox: Sandbox, client: stripe.StripeClient, paid: dict[str, Any]
    ) -> None:
        self.unpaid(sandbox, paid, authenticate=True)
        invoice = client.v1.invoices.list().data[0]
        with pytest.raises(stripe.CardError) as asked:
            client.v1.invoices.pay(str(invoice.id))
        assert asked.value.code == "invoice_payment_intent_requires_action"
        method = client.v1.subscriptions.retrieve(paid["subscription"]).default_payment_method
        sandbox.account.store.remember(str(method), asks=False)
        assert client.v1.invoices.pay(str(invoice.id)).status == "paid"
        with pytest.raises(stripe.InvalidRequestError, match="already paid"):
            client.v1.invoices.pay(str(invoice.id))

    def test_no_such_invoice(self, sandbox: Sandbox) -> None:
        assert ask(sandbox.url, "/i/in_none")[0] == 404
        assert ask(sandbox.url, "/i/in_none", method="POST", form={"do": "same"})[0] == 404


@pytest.mark.parametrize(
    ("dunning", "status"), [("cancel", "canceled"), ("unpaid", "unpaid"), ("past_due", "past_due")]
)
def test_what_becomes_of_an_unpaid_subscription_is_a_setting(
    sandbox: Sandbox,
    client: stripe.StripeClient,
    make_session: MakeSession,
    dunning: str,
    status: str,
) -> None:
    begun = 1_750_000_000
    id = side_door(sandbox, "pay", session=make_session().id, created=begun)["subscription"]
    side_door(sandbox, "dunning", outcome=dunning)
    due = begun + 30 * 86400
    side_door(sandbox, "renew", subscription=id, accepted=False, created=due)
    side_door(sandbox, "advance", created=due + 9 * 86400)
    assert client.v1.subscriptions.retrieve(id).status == status
    if status == "canceled":
        return
    invoice = client.v1.invoices.list().data[0]
    path = urlsplit(str(invoice.hosted_invoice_url)).path
    form = {"do": "other", "card": "4242424242424242"}
    assert ask(sandbox.url, path, method="POST", form=form)[0] == 200
    assert client.v1.subscriptions.retrieve(id).status == "active"
