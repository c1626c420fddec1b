"""Webhooks: signed, retried, held back, remembered."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import stripe

from funding.stripe_sandbox.server import Sandbox
from tests.funding.stripe_sandbox.conftest import Inbox
from tests.funding.stripe_sandbox.driving import (
    SECRET,
    ask,
    client_of,
    make_price,
    session_params,
    side_door,
    until,
)


def sandbox_to(inbox: Inbox, **more: object) -> Sandbox:
    return Sandbox(
        webhook_url=inbox.url,
        webhook_secret=SECRET,
        retry_after=(0.05, 0.05),
        **more,  # type: ignore[arg-type]
    )


def test_an_event_arrives_signed(inbox: Inbox) -> None:
    with sandbox_to(inbox) as sandbox:
        client = client_of(sandbox)
        customer = client.v1.customers.create({"name": "Zoë Müller"})
        until(lambda: inbox.taken != [])
        payload, signature = inbox.taken[0]
        event = stripe.Webhook.construct_event(payload, signature, SECRET)
        assert event.type == "customer.created"
        assert event.data.object["id"] == customer.id
        assert event.api_version == stripe.api_version
        with pytest.raises(stripe.SignatureVerificationError):
            stripe.Webhook.construct_event(payload, signature, "whsec_other")
        with pytest.raises(stripe.SignatureVerificationError):
            stripe.Webhook.construct_event(payload + b" ", signature, SECRET)
        until(lambda: sandbox.deliverer.state()["delivered"] == 1)
        assert client.v1.events.retrieve(event.id).pending_webhooks == 0


def test_a_refused_delivery_is_tried_again_and_then_given_up(inbox: Inbox) -> None:
    with sandbox_to(inbox) as sandbox:
        client = client_of(sandbox)
        inbox.statuses = [500, 302, 200]
        taken = client.v1.customers.create({}).id
        until(lambda: sandbox.deliverer.state()["delivered"] == 1)
        assert len(inbox.taken) == 3
        inbox.statuses = [400, 500, 500]
        client.v1.customers.create({})
        until(lambda: sandbox.deliverer.state()["failed"] == 1)
        assert len(inbox.taken) == 6
        statuses = [tried["status"] for tried in sandbox.deliverer.state()["attempts"]]
        assert statuses == [500, 500, 400, 200, 302, 500]
        lost = client.v1.events.list({"delivery_success": False}).data
        assert [event.data.object["id"] == taken for event in lost] == [False]
        delivered = client.v1.events.list({"delivery_success": True}).data
        assert [event.data.object["id"] for event in delivered] == [taken]


def test_one_that_waits_does_not_hold_up_the_others(inbox: Inbox) -> None:
    with Sandbox(webhook_url=inbox.url, webhook_secret=SECRET, retry_after=(60,)) as sandbox:
        client = client_of(sandbox)
        inbox.statuses = [500]
        client.v1.customers.create({})
        client.v1.customers.create({})
        until(lambda: sandbox.deliverer.state()["delivered"] == 1)
        assert sandbox.deliverer.state()["pending"] == 1


def test_nobody_there_is_an_error_to_retry(inbox: Inbox) -> None:
    inbox.close()
    with sandbox_to(inbox) as sandbox:
        client_of(sandbox).v1.customers.create({})
        until(lambda: sandbox.deliverer.state()["failed"] == 1)
        tried = sandbox.deliverer.state()["attempts"]
        assert len(tried) == 3
        assert "ConnectionRefusedError" in tried[0]["error"]


def test_webhooks_can_be_held_back(inbox: Inbox) -> None:
    with sandbox_to(inbox) as sandbox:
        client = client_of(sandbox)
        assert side_door(sandbox, "webhooks", deliver=False)["deliver"] is False
        client.v1.customers.create({})
        event = client.v1.events.list({"delivery_success": False}).data[0]
        assert event.pending_webhooks == 1
        assert inbox.taken == []
        assert side_door(sandbox, "webhooks", deliver=True)["deliver"] is True
        until(lambda: inbox.types == ["customer.created"])


def test_only_the_types_that_are_wanted(inbox: Inbox) -> None:
    with sandbox_to(inbox, webhook_events=["product.created"]) as sandbox:
        client = client_of(sandbox)
        client.v1.customers.create({})
        client.v1.products.create({"name": "Dues"})
        until(lambda: inbox.types == ["product.created"])
        until(lambda: client.v1.events.list({"delivery_success": False}).data == [])
        assert len(client.v1.events.list({"delivery_success": True}).data) == 2


def test_a_payment_can_be_kept_to_oneself(inbox: Inbox) -> None:
    with sandbox_to(inbox) as sandbox:
        sandbox.deliverer.switch(on=False)
        client = client_of(sandbox)
        price = make_price(client).id
        sessions = [client.v1.checkout.sessions.create(session_params(price)) for _ in range(2)]
        side_door(sandbox, "pay", session=sessions[0].id, deliver=False)
        assert sandbox.deliverer.state()["pending"] == 2  # product.created, price.created
        side_door(sandbox, "pay", session=sessions[1].id)
        assert sandbox.deliverer.state()["pending"] > 2


def test_what_is_pending_outlives_a_restart(inbox: Inbox, tmp_path: Path) -> None:
    file = tmp_path / "sandbox.sqlite3"
    with sandbox_to(inbox, store=file) as sandbox:
        sandbox.deliverer.switch(on=False)
        customer = client_of(sandbox).v1.customers.create({"name": "Ada"}).id
    assert inbox.taken == []
    with sandbox_to(inbox, store=file) as sandbox:
        until(lambda: inbox.types == ["customer.created"])
        assert client_of(sandbox).v1.customers.retrieve(customer).name == "Ada"


def test_a_test_can_post_an_event_by_itself(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    client.v1.customers.create({})
    id = client.v1.events.list().data[0].id
    payload, signature = sandbox.webhook_of(id)
    assert stripe.Webhook.construct_event(payload, signature, SECRET).id == id


@pytest.mark.parametrize("url", ["http://example.org/hook", "https://localhost/hook"])
def test_events_stay_on_this_machine(url: str) -> None:
    with pytest.raises(ValueError, match="on this machine only"):
        Sandbox(webhook_url=url)


class TestSideDoor:
    def test_health(self, sandbox: Sandbox) -> None:
        status, _, body = ask(sandbox.url, "/_sandbox/health")
        assert (status, json.loads(body)["ok"]) == (200, True)

    def test_only_json_opens_it(self, sandbox: Sandbox) -> None:
        # A form of another site could be posted here by a browser; JSON could not.
        status, _, _ = ask(
            sandbox.url, "/_sandbox/webhooks", method="POST", form={"deliver": "false"}
        )
        assert status == 400
        assert sandbox.deliverer.on

    def test_it_opens_from_this_machine_only(self, sandbox: Sandbox) -> None:
        answer = sandbox.app.test_client().get(
            "/_sandbox/health", environ_base={"REMOTE_ADDR": "192.0.2.7"}
        )
        assert answer.status_code == 403

    @pytest.mark.parametrize(
        ("door", "given"),
        [
            ("pay", {}),
            ("pay", {"session": "cs_test_none"}),
            ("pay", {"session": 5}),
            ("pay", {"session": "x", "amount": 5}),
            ("pay", {"session": "x", "created": -1}),
            ("renew", {"subscription": "sub_none"}),
            ("webhooks", {"deliver": "no"}),
        ],
    )
    def test_refusals(self, sandbox: Sandbox, door: str, given: dict[str, object]) -> None:
        status, _, body = ask(sandbox.url, f"/_sandbox/{door}", method="POST", json_body=given)
        assert status in (400, 404)
        assert json.loads(body)["error"]["message"]
