"""What our gateway sends, beside the SDK's own parameter types: no key Stripe does not know."""

from __future__ import annotations

import datetime
import sys
import typing
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import stripe
import typing_extensions
from flask import request
from pytest_django import Settings

from funding.dues import stripe_gateway
from funding.dues.plans import Interval
from funding.stripe_sandbox import billing, params
from funding.stripe_sandbox.server import Sandbox
from kernel.money import Money
from tests.funding.stripe_sandbox.test_operations import params_of_the_sdk

KEY = "sk_test_for_the_suite"
Asked = tuple[str, str, dict[str, Any]]


def faults(given: Any, hint: Any, path: str) -> Iterator[str]:
    """Everything in ``given``, decoded from a form, that its type in the SDK does not allow."""
    choices = _choices(hint)
    if isinstance(given, str):
        if not any(_takes_text(choice, given) for choice in choices):
            yield f"{path} is {given!r}, and the SDK says {hint}"
        return
    inner = [choice for choice in choices if typing_extensions.is_typeddict(choice)]
    if inner:
        hints = hints_of(inner[0])
        for key, value in given.items():
            if key in hints:
                yield from faults(value, hints[key], f"{path}[{key}]")
            else:
                yield f"{path}[{key}] is unknown to the SDK"
        return
    listed = [typing.get_args(c)[0] for c in choices if typing.get_origin(c) is list]
    if listed:
        for key, value in given.items():
            yield from faults(value, listed[0], f"{path}[{key}]")
    elif not any(typing.get_origin(choice) is dict for choice in choices):
        yield f"{path} holds {given}, and the SDK says {hint}"


def hints_of(kind: Any) -> dict[str, Any]:
    """The keys of a type of the SDK. It names some types that it imports for checkers only."""
    hidden = {"Mapping": Mapping, "StripeContext": stripe.StripeContext}
    names = {**vars(sys.modules[kind.__module__]), **hidden}
    return typing_extensions.get_type_hints(kind, names, names)


def _choices(hint: Any) -> list[Any]:
    args = typing.get_args(hint)
    if typing.get_origin(hint) in (typing.Union, type(int | str)):
        return [choice for part in args for choice in _choices(part)]
    return [hint]


def _takes_text(choice: Any, given: str) -> bool:
    if typing.get_origin(choice) is typing.Literal:
        return given in typing.get_args(choice)
    if choice is int:
        return given.lstrip("-").isdigit()
    if choice is bool:
        return given in ("true", "false")
    return choice is str


@pytest.fixture
def asked(settings: Settings) -> Iterator[list[Asked]]:
    """Every request that the gateway makes, as the sandbox takes it."""
    taken: list[Asked] = []
    with Sandbox(api_key=KEY) as sandbox:
        settings.STRIPE_API_BASE = sandbox.url

        @sandbox.app.before_request
        def note() -> None:
            pairs = [*request.args.items(multi=True), *request.form.items(multi=True)]
            path = str(request.url_rule or request.path)
            taken.append((request.method, path, params.decode(pairs)))

        _ask_everything(sandbox)
        yield taken


def _ask_everything(sandbox: Sandbox) -> None:
    """Each call of the gateway once."""
    at = sandbox.account.now()
    pages = {"success_url": "http://localhost/s", "cancel_url": "http://localhost/c"}
    price, dearer = (
        stripe_gateway.ensure_price(
            lookup_key=key, name=key, amount=Money(amount, "EUR"), interval=Interval.MONTH
        )
        for key, amount in (("a", 500), ("b", 1200))
    )
    who = {"price": price, "customer": "", "email": "ada@example.org"}
    session = stripe_gateway.create_session(idempotency_key="1", checkout="c", **who, **pages)
    stripe_gateway.fetch_session(session.id)
    paid = billing.pay(sandbox.account, session.id, at=at)
    id, customer = paid["subscription"], paid["customer"]
    again = {**who, "customer": customer, "email": ""}
    spare = stripe_gateway.create_session(idempotency_key="2", checkout="d", **again, **pages)
    stripe_gateway.close_session(spare.id)
    gift = stripe_gateway.create_payment_session(
        idempotency_key="3",
        checkout="e",
        amount=Money(5000, "EUR"),
        name="Gift",
        email="ada@example.org",
        **pages,
    )
    intent = billing.pay(sandbox.account, gift.id, at=at)["payment_intent"]
    stripe_gateway.create_portal_session(customer=customer, return_url="http://localhost/")
    stripe_gateway.preview_change(id, price=dearer)
    stripe_gateway.change_plan(id, price=dearer, idempotency_key="4")
    stripe_gateway.end_subscription(id, at_once=False, idempotency_key="5")
    stripe_gateway.resume_subscription(id, idempotency_key="6")
    stripe_gateway.fetch_invoice(stripe_gateway.fetch_subscription(id).latest_invoice)
    _, collected = stripe_gateway.fetch_payment(intent)
    assert collected
    stripe_gateway.session_of(intent)
    stripe_gateway.subscription_of(intent)
    refund = stripe_gateway.create_refund(
        charge=collected.charge, amount=Money(100, "EUR"), idempotency_key="7", reference="r"
    )
    for ask, about in (
        (stripe_gateway.fetch_charge, collected.charge),
        (stripe_gateway.fetch_customer, customer),
        (stripe_gateway.fetch_refund, refund.id),
        (stripe_gateway.fetch_refunds, collected.charge),
        (stripe_gateway.fetch_disputes, collected.charge),
        (stripe_gateway.fetch_movement, collected.movement.id),
    ):
        ask(about)
    since = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    assert list(stripe_gateway.movements(since=since))
    assert list(stripe_gateway.events(since=since))
    stripe_gateway.balance()
    stripe_gateway.end_subscription(id, at_once=True, idempotency_key="8")


def test_every_request_is_one_that_the_sdk_knows(asked: list[Asked]) -> None:
    known = params_of_the_sdk()
    assert len({(method, path) for method, path, _ in asked}) >= 20
    found = [
        fault
        for method, path, given in asked
        for fault in faults(given, known[method, path], f"{method} {path}")
    ]
    assert found == []


def test_the_comparison_notices() -> None:
    kind = stripe.params.checkout.SessionCreateParams
    given = {
        "mode": "payment",
        "line_items": {"0": {"quantity": "two", "prize": "x"}},
        "unknown": "1",
        "expires_at": {"0": "1"},
    }
    found = "\n".join(faults(given, kind, "POST"))
    assert "POST[unknown] is unknown" in found
    assert "POST[line_items][0][prize] is unknown" in found
    assert "POST[line_items][0][quantity] is 'two'" in found
    assert "POST[expires_at] holds" in found
    assert "mode" not in found
