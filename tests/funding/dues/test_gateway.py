"""The gateway against the sandbox, through the real SDK, over HTTP."""

from __future__ import annotations

import socket
from typing import Any

import pytest
import stripe
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from pytest_django import Settings

from funding.dues import stripe_gateway
from funding.dues.checks import demo_never_takes_money
from funding.dues.models import Plan
from funding.dues.plans import Interval
from funding.dues.stripe_gateway import Declined, Unavailable
from funding.stripe_sandbox import billing
from funding.stripe_sandbox.server import Sandbox
from kernel.money import Money
from tests.conftest import NOW

PRICE = {"name": "Membership dues", "amount": Money(500, "EUR"), "interval": Interval.MONTH}
AT = int(NOW.timestamp())


def price() -> str:
    return stripe_gateway.ensure_price(
        lookup_key="gateway-500",
        name="Membership dues",
        amount=Money(500, "EUR"),
        interval=Interval.MONTH,
    )


def session(key: str, **more: str) -> Any:
    given = {
        "checkout": "c1",
        "price": price(),
        "email": "ada@example.org",
        "customer": "",
        "success_url": "http://localhost:8000/join/wait/",
        "cancel_url": "http://localhost:8000/join/cancelled/",
        **more,
    }
    return stripe_gateway.create_session(idempotency_key=key, **given)


def test_the_version_is_the_one_the_sdk_was_made_for() -> None:
    assert stripe.api_version == stripe_gateway.API_VERSION


def test_a_price_is_made_once_and_must_be_what_we_mean(sandbox: Sandbox) -> None:
    assert price() == price()
    with pytest.raises(Declined, match="not what we mean"):
        stripe_gateway.ensure_price(
            lookup_key="gateway-500",
            name="Membership dues",
            amount=Money(600, "EUR"),
            interval=Interval.MONTH,
        )


def test_the_same_key_answers_the_same_payment_page(sandbox: Sandbox) -> None:
    first, again = session("key-1"), session("key-1")
    assert first == again
    assert session("key-2").id != first.id
    made = sandbox.account.store.get("checkout.session", first.id)
    assert made["mode"] == "subscription"
    assert made["payment_method_types"] == ["card"]
    assert made["name_collection"]["individual"]["enabled"]
    assert not made["tax_id_collection"]["enabled"]
    assert (made["customer_email"], made["client_reference_id"]) == ("ada@example.org", "c1")


def test_our_id_comes_back_with_the_subscription_and_fees_with_the_invoice(
    sandbox: Sandbox,
) -> None:
    paid = billing.pay(sandbox.account, session("key-3", checkout="c3").id, at=AT)
    subscription = stripe_gateway.fetch_subscription(paid["subscription"])
    assert (subscription.checkout, subscription.status) == ("c3", "active")
    invoice = stripe_gateway.fetch_invoice(subscription.latest_invoice)
    assert (invoice.status, invoice.paid) == ("paid", Money(500, "EUR"))
    assert invoice.subscription == subscription.id
    assert invoice.starts_at == invoice.paid_at == NOW
    assert invoice.collected
    assert invoice.collected.gross == Money(500, "EUR")
    assert 0 < invoice.collected.fee.minor < 100


def test_closing_a_page_says_how_it_ended(sandbox: Sandbox) -> None:
    unpaid, paid = session("key-4"), session("key-5")
    billing.pay(sandbox.account, paid.id, at=AT)
    assert stripe_gateway.close_session(unpaid.id).status == "expired"
    assert stripe_gateway.close_session(unpaid.id).status == "expired"
    assert stripe_gateway.close_session(paid.id).status == "complete"


def test_ending_a_subscription_twice_is_as_good_as_once(sandbox: Sandbox) -> None:
    one, other = (
        billing.pay(sandbox.account, session(key).id, at=AT)["subscription"]
        for key in ("key-6", "key-7")
    )
    for _ in range(2):
        stripe_gateway.end_subscription(one, at_once=False, idempotency_key="end-1")
        stripe_gateway.end_subscription(other, at_once=True, idempotency_key="end-2")
    assert stripe_gateway.fetch_subscription(one).ends_with_period
    assert stripe_gateway.fetch_subscription(one).status == "active"
    assert stripe_gateway.fetch_subscription(other).status == "canceled"
    stripe_gateway.end_subscription(other, at_once=False, idempotency_key="end-3")


def test_no_means_declined_and_repeats_nothing_personal(sandbox: Sandbox) -> None:
    with pytest.raises(Declined) as no:
        session("key-8", price="price_none", email="secret@example.org")
    assert "InvalidRequestError" in str(no.value)
    assert "secret" not in str(no.value)
    with pytest.raises(Declined):
        stripe_gateway.fetch_subscription("sub_none")


def test_another_request_under_the_same_key_is_declined(sandbox: Sandbox) -> None:
    session("key-9")
    with pytest.raises(Declined, match="Idempotency"):
        session("key-9", email="other@example.org")


def test_no_answer_and_a_wrong_key_may_pass(sandbox: Sandbox, settings: Settings) -> None:
    settings.STRIPE_API_KEY = "sk_test_wrong"
    with pytest.raises(Unavailable, match="AuthenticationError"):
        stripe_gateway.fetch_subscription("sub_1")
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        settings.STRIPE_API_BASE = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        nobody.close()
        with pytest.raises(Unavailable, match="APIConnectionError"):
            stripe_gateway.fetch_subscription("sub_1")


def test_without_a_key_nothing_is_asked(settings: Settings) -> None:
    settings.STRIPE_API_KEY = ""
    with pytest.raises(ImproperlyConfigured):
        stripe_gateway.fetch_subscription("sub_1")


@pytest.mark.parametrize("key", ["sk_live_x", "rk_live_x"])
def test_the_demo_neither_starts_nor_asks_with_a_live_key(settings: Settings, key: str) -> None:
    settings.STRIPE_API_KEY = key
    assert demo_never_takes_money() == []
    settings.DEMO = True
    assert [error.id for error in demo_never_takes_money()] == ["dues.E001"]
    with pytest.raises(ImproperlyConfigured, match="live"):
        stripe_gateway.fetch_subscription("sub_1")
    settings.STRIPE_API_KEY = "sk_test_x"
    assert demo_never_takes_money() == []


@pytest.mark.django_db
def test_the_command_makes_prices_once(
    sandbox: Sandbox, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("sync_plans")
    prices = dict(Plan.objects.values_list("pk", "stripe_price_id"))
    assert len(set(prices.values()) - {""}) == 6
    call_command("sync_plans")
    assert dict(Plan.objects.values_list("pk", "stripe_price_id")) == prices
    assert "Standard, each month" in capsys.readouterr().out
    settings.STRIPE_API_KEY = "sk_test_wrong"
    Plan.objects.update(stripe_price_id="")
    with pytest.raises(CommandError, match="AuthenticationError"):
        call_command("sync_plans")
