"""What goes wrong on purpose: unanswered requests, lost and doubled webhooks, keys that do less."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
import stripe

from funding.stripe_sandbox.faults import DELIVERY_FAULTS, REQUEST_FAULTS, Faults
from funding.stripe_sandbox.server import Sandbox
from tests.funding.stripe_sandbox.conftest import Inbox
from tests.funding.stripe_sandbox.driving import SECRET, ask, client_of, side_door, until

MakeSession = Callable[..., stripe.checkout.Session]
CUSTOMERS = "POST /v1/customers"


def fault(sandbox: Sandbox, kind: str, **more: Any) -> None:
    side_door(sandbox, "fault", fault=kind, match=CUSTOMERS, **more)


def made(client: stripe.StripeClient) -> int:
    return len(client.v1.customers.list().data)


class TestRequests:
    @pytest.mark.parametrize(("kind", "count"), [("vanish_before", 0), ("vanish_after", 1)])
    def test_a_request_that_nobody_answers(self, sandbox: Sandbox, kind: str, count: int) -> None:
        client = stripe.StripeClient(
            "sk_test_sandbox", base_addresses={"api": sandbox.url}, max_network_retries=0
        )
        fault(sandbox, kind)
        options: Any = {"idempotency_key": "k1"}
        with pytest.raises(stripe.APIConnectionError):
            client.v1.customers.create({"name": "Ada"}, options)
        assert made(client) == count
        # The same again, with the same key: done once.
        client.v1.customers.create({"name": "Ada"}, options)
        assert made(client) == 1

    @pytest.mark.parametrize(("kind", "count"), [("error_before", 0), ("error_after", 1)])
    def test_an_error_of_theirs(self, sandbox: Sandbox, kind: str, count: int) -> None:
        client = stripe.StripeClient(
            "sk_test_sandbox", base_addresses={"api": sandbox.url}, max_network_retries=0
        )
        fault(sandbox, kind)
        with pytest.raises(stripe.APIError) as broken:
            client.v1.customers.create({})
        assert (broken.value.http_status, made(client)) == (500, count)

    @pytest.mark.parametrize(
        ("kind", "code"), [("rate_limit", "rate_limit"), ("busy", "lock_timeout")]
    )
    def test_too_much_at_once(self, sandbox: Sandbox, kind: str, code: str) -> None:
        client = stripe.StripeClient(
            "sk_test_sandbox", base_addresses={"api": sandbox.url}, max_network_retries=0
        )
        fault(sandbox, kind)
        with pytest.raises(stripe.RateLimitError) as refused:
            client.v1.customers.create({})
        said: Any = refused.value.json_body
        assert (said["error"]["code"], made(client)) == (code, 0)

    def test_rules_are_used_up_and_only_meet_what_they_match(
        self, sandbox: Sandbox, client: stripe.StripeClient
    ) -> None:
        fault(sandbox, "error_before", times=2)
        assert made(client) == 0
        headers = {"Authorization": "Bearer sk_test_sandbox"}
        statuses = [
            ask(sandbox.url, "/v1/customers", method="POST", form={}, headers=headers)[0]
            for _ in range(3)
        ]
        assert statuses == [500, 500, 200]

    def test_the_same_key_while_it_is_in_flight(
        self, sandbox: Sandbox, client: stripe.StripeClient
    ) -> None:
        fault(sandbox, "slow", seconds=0.6)
        headers = {"Authorization": "Bearer sk_test_sandbox", "Idempotency-Key": "k1"}

        def post() -> tuple[int, str]:
            status, _, body = ask(
                sandbox.url, "/v1/customers", method="POST", form={}, headers=headers
            )
            return status, body

        first: list[int] = []
        thread = threading.Thread(target=lambda: first.append(post()[0]))
        thread.start()
        until(lambda: sandbox.account.faults.rules[0].times == 0)
        status, body = post()
        assert (status, json.loads(body)["error"]["code"]) == (409, "idempotency_key_in_use")
        thread.join()
        assert first == [200]
        assert made(client) == 1

    def test_the_same_seed_draws_the_same(self) -> None:
        def drawn(seed: int) -> list[str | None]:
            faults = Faults()
            faults.seed(seed, dict.fromkeys(REQUEST_FAULTS, 0.1))
            rules = [faults.of_request("GET", "/v1/balance") for _ in range(200)]
            return [rule.fault if rule else None for rule in rules]

        assert drawn(7) == drawn(7) != drawn(8)
        assert set(drawn(7)) == {None, *REQUEST_FAULTS}

    def test_no_rates_is_no_faults(self) -> None:
        faults = Faults()
        assert faults.of_request("GET", "/v1/balance") is None
        assert faults.of_delivery() is None


class TestDeliveries:
    def sent(self, inbox: Inbox, kind: str) -> list[int]:
        """One event that meets a fault once: the statuses its deliveries were answered with."""
        taken: list[int] = []

        def post(body: bytes, signature: str) -> tuple[int, None]:
            try:
                stripe.Webhook.construct_event(body, signature, SECRET)
            except stripe.SignatureVerificationError:
                taken.append(400)
            else:
                taken.append(200)
            return taken[-1], None

        sandbox = Sandbox(webhook_url=inbox.url, webhook_secret=SECRET, retry_after=(0.0,))
        sandbox.deliverer.switch(on=False)
        with sandbox:
            client_of(sandbox).v1.customers.create({})
            side_door(sandbox, "faults", seed=1, rates={kind: 1.0})
            for event in sandbox.deliverer.waiting():
                sandbox.deliverer.deliver(event, post)
            sandbox.account.faults.seed(1, {})
            for event in sandbox.deliverer.waiting():
                sandbox.deliverer.deliver(event, post)
            assert sandbox.deliverer.state()["delivered"] == 1
        return taken

    @pytest.mark.parametrize(
        ("kind", "taken"),
        [
            ("duplicate", [200, 200]),
            ("drop", [200]),
            ("delay", [200]),
            ("reorder", [200]),
            ("corrupt_byte", [400, 200]),
            ("corrupt_signature", [400, 200]),
        ],
    )
    def test_each_arrives_in_the_end(self, inbox: Inbox, kind: str, taken: list[int]) -> None:
        assert kind in DELIVERY_FAULTS
        assert self.sent(inbox, kind) == taken

    def test_one_that_is_held_up_is_overtaken(self, inbox: Inbox) -> None:
        with Sandbox(webhook_url=inbox.url, webhook_secret=SECRET) as sandbox:
            client = client_of(sandbox)
            side_door(sandbox, "webhooks", deliver=False)
            client.v1.customers.create({"name": "first"})
            client.v1.customers.create({"name": "second"})
            sandbox.account.faults.seed(1, {"reorder": 1.0})
            sandbox.deliverer.deliver(sandbox.deliverer.waiting()[0])
            sandbox.account.faults.seed(1, {})
            side_door(sandbox, "webhooks", deliver=True)
            until(lambda: len(inbox.taken) == 2)
            names = [json.loads(body)["data"]["object"]["name"] for body, _ in inbox.taken]
            assert names == ["second", "first"]


class TestKeysAndVersions:
    def test_a_restricted_key_does_what_it_may(
        self, sandbox: Sandbox, client: stripe.StripeClient
    ) -> None:
        key = "rk_test_for_reading"
        side_door(sandbox, "keys", key=key, permissions=["customer_write", "charge_read"])
        limited = client_of(sandbox, key)
        limited.v1.customers.create({})
        assert limited.v1.charges.list().data == []
        with pytest.raises(stripe.PermissionError) as refused:
            limited.v1.refunds.create({"charge": "ch_1"})
        assert refused.value.http_status == 403
        assert "rak_refund_write" in str(refused.value)
        with pytest.raises(stripe.PermissionError, match="rak_checkout_session_read"):
            limited.v1.checkout.sessions.list()

    def test_an_event_of_an_older_version_is_seen_as_such(
        self, sandbox: Sandbox, client: stripe.StripeClient, make_session: MakeSession
    ) -> None:
        side_door(sandbox, "events", version="2024-06-20")
        paid = side_door(sandbox, "pay", session=make_session().id)
        event = client.v1.events.list({"type": "invoice.paid"}).data[0]
        shown = event.data.object
        assert event.api_version == "2024-06-20"
        assert (shown["subscription"], "parent" in shown) == (paid["subscription"], False)
        begun = client.v1.events.list({"type": "customer.subscription.created"}).data[0]
        assert begun.data.object["current_period_end"] > begun.created
        # What is asked for is still answered in the version that asks.
        assert client.v1.invoices.retrieve(shown["id"]).parent is not None

    def test_events_of_another_account_or_mode(
        self, sandbox: Sandbox, client: stripe.StripeClient
    ) -> None:
        side_door(sandbox, "events", account="acct_other", livemode=True)
        client.v1.customers.create({})
        event = client.v1.events.list().data[0]
        assert (event.account, event.livemode) == ("acct_other", True)

    @pytest.mark.parametrize(
        ("door", "given"),
        [
            ("fault", {"fault": "unknown", "match": ""}),
            ("fault", {"fault": "busy"}),
            ("faults", {"rates": {"unknown": 0.5}}),
            ("faults", {"rates": {"busy": 2}}),
            ("faults", {"rates": {"busy": "often"}}),
            ("dunning", {"outcome": "unknown"}),
            ("keys", {"key": "rk_test_1"}),
        ],
    )
    def test_refusals(self, sandbox: Sandbox, door: str, given: dict[str, Any]) -> None:
        status, _, body = ask(sandbox.url, f"/_sandbox/{door}", method="POST", json_body=given)
        assert status == 400
        assert json.loads(body)["error"]["message"]
