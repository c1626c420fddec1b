"""Every operation beside the SDK: it is one of Stripe's, and takes no parameter Stripe does not."""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
import re
from collections.abc import Callable
from typing import Any

import pytest
import stripe

from funding.stripe_sandbox.api import OPERATIONS
from funding.stripe_sandbox.server import Sandbox
from funding.stripe_sandbox.wire import Operation
from tests.funding.stripe_sandbox.driving import ask, change_plan, make_price, side_door

_METHOD = re.compile(
    r'params: (?:Optional\[)?"(?P<params>\w+)"(?:(?!\n    (?:async )?def ).)*?'
    r'"(?P<verb>get|post|delete)",\s+"(?P<path>/v1/[^"]+)"',
    re.DOTALL,
)


def params_of_the_sdk() -> dict[tuple[str, str], Any]:
    """The type of the parameters of each method of the SDK, by verb and path."""
    found = {}
    for package in (stripe, stripe.billing_portal, stripe.checkout):
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("_service"):
                continue
            source = inspect.getsource(importlib.import_module(module.name))
            params = importlib.import_module(package.__name__.replace("stripe", "stripe.params"))
            for match in _METHOD.finditer(source):
                path = re.sub(r"\{\w+\}", "<id>", match["path"])
                found[match["verb"].upper(), path] = getattr(params, match["params"])
    return found


def test_each_is_an_operation_of_stripe_with_parameters_of_stripe() -> None:
    sdk = params_of_the_sdk()
    for operation in OPERATIONS:
        theirs = sdk[operation.method, operation.path]
        assert operation.readers.keys() <= set(theirs.__annotations__), operation.path


@pytest.fixture
def lived(
    sandbox: Sandbox,
    client: stripe.StripeClient,
    make_session: Callable[..., stripe.checkout.Session],
) -> Sandbox:
    paid = side_door(sandbox, "pay", session=make_session(customer_email="ada@example.org").id)
    change_plan(client, paid["subscription"], make_price(client, unit_amount=900).id)
    vat: dict[str, str] = {"type": "eu_vat", "value": "IE1234567X"}
    client.v1.customers.tax_ids.create(paid["customer"], vat)  # type: ignore[arg-type]
    charge = client.v1.charges.list().data[0].id
    client.v1.refunds.create({"charge": charge, "amount": 1})
    side_door(sandbox, "dispute", charge=charge, amount=1)
    for _ in range(6):  # what the dispute costs, and something to pay out
        side_door(sandbox, "pay", session=make_session().id, created=1_750_000_000)
    assert side_door(sandbox, "pay_out")["payout"]
    return sandbox


def test_each_reading_answers_with_what_there_is(lived: Sandbox) -> None:
    key = {"Authorization": "Bearer sk_test_sandbox"}
    readings = [operation for operation in OPERATIONS if operation.method == "GET"]
    for operation in readings:
        path = operation.path.replace("<id>", an_id(lived, operation))
        status, _, body = ask(lived.url, path, headers=key)
        assert status == 200, path
        answer = json.loads(body)
        if "data" in answer and operation.path != "/v1/events/<id>":
            assert answer["object"] == "list"
            assert answer["url"] == path
            assert answer["data"], path


def an_id(sandbox: Sandbox, operation: Operation) -> str:
    """The identifier of some object of the kind that an operation is about."""
    name = operation.path.split("/<id>")[0].rpartition("/")[2].removesuffix("s")
    kind = "checkout.session" if name == "session" else name
    found = sandbox.account.store.every(kind) if "<id>" in operation.path else []
    return str(found[0]["id"]) if found else ""
