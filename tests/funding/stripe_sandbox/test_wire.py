"""What is the same for every operation: keys, versions, parameters, idempotency, pages, paths."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
import stripe

from funding.stripe_sandbox.server import Sandbox
from tests.funding.stripe_sandbox.driving import ask, client_of, make_price, plain, side_door

MakeSession = Callable[..., stripe.checkout.Session]
KEY = {"Authorization": "Bearer sk_test_sandbox"}


def test_another_key_is_not_let_in(sandbox: Sandbox) -> None:
    with pytest.raises(stripe.AuthenticationError) as refused:
        client_of(sandbox, "sk_test_somebody_elses").v1.customers.list()
    assert refused.value.http_status == 401
    assert str(refused.value.user_message).endswith("sk_test_**********lses")


def test_a_request_without_a_key_is_told_what_is_missing(sandbox: Sandbox) -> None:
    status, headers, body = ask(sandbox.url, "/v1/customers")
    assert status == 401
    assert "did not provide an API key" in json.loads(body)["error"]["message"]
    assert headers["Request-Id"].startswith("req_")


def test_the_key_works_as_basic_user_name_too(sandbox: Sandbox) -> None:
    basic = {"Authorization": "Basic c2tfdGVzdF9zYW5kYm94Og=="}  # sk_test_sandbox:
    assert ask(sandbox.url, "/v1/customers", headers=basic)[0] == 200


def test_only_the_pinned_version_is_spoken(sandbox: Sandbox) -> None:
    older = {**KEY, "Stripe-Version": "2025-03-31.basil"}
    status, headers, body = ask(sandbox.url, "/v1/customers", headers=older)
    assert status == 400
    assert "2025-03-31.basil" in json.loads(body)["error"]["message"]
    assert headers["Stripe-Version"] == stripe.api_version


def test_nothing_is_live(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create({"email": "ada@example.org"})
    assert customer.livemode is False


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/v1/topups"), ("DELETE", "/v1/prices/price_1")]
)
def test_what_is_not_spoken_is_a_plain_404(sandbox: Sandbox, method: str, path: str) -> None:
    status, _, body = ask(sandbox.url, path, method=method, headers=KEY)
    assert status == 404
    error = json.loads(body)["error"]
    assert error["message"] == f"Unrecognized request URL ({method}: {path})."


def test_unknown_identifiers(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as missing:
        client.v1.customers.retrieve("cus_nobody")
    assert (missing.value.http_status, missing.value.code) == (404, "resource_missing")
    assert missing.value.param == "id"
    assert missing.value.user_message == "No such customer: 'cus_nobody'"


@pytest.mark.parametrize(
    ("path", "form", "param", "code"),
    [
        ("customers", {"emial": "a@b"}, "emial", "parameter_unknown"),
        ("customers", {"address[line1]": "x"}, "address", "parameter_unknown"),
        ("products", {}, "name", "parameter_missing"),
        ("products", {"name": ""}, "name", "parameter_invalid_empty"),
        ("products/prod_x", {"name": ""}, "name", "parameter_invalid_empty"),
        ("products", {"name": "x", "active": "yes"}, "active", "parameter_invalid_boolean"),
        (
            "prices",
            {"currency": "eur", "unit_amount": "5.00", "product_data[name]": "x"},
            "unit_amount",
            "parameter_invalid_integer",
        ),
        (
            "prices",
            {
                "currency": "eur",
                "unit_amount": "500",
                "product_data[name]": "x",
                "recurring[interval]": "fortnight",
            },
            "recurring[interval]",
            None,
        ),
        (
            "prices",
            {
                "currency": "eur",
                "unit_amount": "500",
                "product_data[name]": "x",
                "recurring[trial]": "1",
            },
            "recurring[trial]",
            "parameter_unknown",
        ),
        (
            "prices",
            {
                "currency": "eur",
                "unit_amount": "500",
                "product_data[name]": "x",
                "recurring[interval]": "month",
                "recurring[interval_count]": "0",
            },
            "recurring[interval_count]",
            None,
        ),
        (
            "checkout/sessions",
            {
                "mode": "subscription",
                "success_url": "http://localhost/",
                "line_items[0][price]": "price_none",
                "line_items[0][quantity]": "1",
            },
            "line_items[0][price]",
            "resource_missing",
        ),
    ],
)
def test_parameters_are_refused_by_name(
    sandbox: Sandbox, path: str, form: dict[str, str], param: str, code: str | None
) -> None:
    status, _, body = ask(sandbox.url, f"/v1/{path}", method="POST", form=form, headers=KEY)
    error = json.loads(body)["error"]
    assert status == 400
    assert error["type"] == "invalid_request_error"
    assert (error["param"], error.get("code")) == (param, code)


def test_an_unknown_parameter_in_stripes_words(client: stripe.StripeClient) -> None:
    params: Any = {"nickname": "x"}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.customers.create(params)
    assert refused.value.user_message == "Received unknown parameter: nickname"


class TestSessions:
    @pytest.mark.parametrize(
        ("more", "param"),
        [
            ({"customer": "cus_nobody"}, "customer"),
            ({"customer_email": "a@b.example", "customer": "cus_x"}, "customer"),
            ({"success_url": "javascript:alert(1)"}, "success_url"),
            ({"cancel_url": "not a url"}, "cancel_url"),
            ({"mode": "setup"}, "mode"),
            ({"mode": "payment"}, "line_items"),
            ({"submit_type": "pay"}, "submit_type"),
            ({"tax_id_collection": {"enabled": True}}, "tax_id_collection[enabled]"),
            ({"payment_method_types": ["card"]}, "payment_method_types"),
            ({"expires_at": 1}, "expires_at"),
            ({"line_items": []}, "line_items"),
        ],
    )
    def test_refusals(self, make_session: MakeSession, more: dict[str, Any], param: str) -> None:
        with pytest.raises(stripe.InvalidRequestError) as refused:
            make_session(**more)
        assert refused.value.param == param

    def test_prices_must_be_for_sale_and_recur(
        self, client: stripe.StripeClient, price: stripe.Price, make_session: MakeSession
    ) -> None:
        once = client.v1.prices.create(
            {"currency": "eur", "unit_amount": 500, "product": str(price.product)}
        )
        with pytest.raises(stripe.InvalidRequestError, match="recurring"):
            make_session(line_items=[{"price": once.id, "quantity": 1}])
        yearly = make_price(client, recurring={"interval": "year"})
        both = [{"price": one.id, "quantity": 1} for one in (price, yearly)]
        with pytest.raises(stripe.InvalidRequestError, match="same currency and billing interval"):
            make_session(line_items=both)
        tiny = make_price(client, unit_amount=49)
        with pytest.raises(stripe.InvalidRequestError) as small:
            make_session(line_items=[{"price": tiny.id, "quantity": 1}])
        assert small.value.code == "amount_too_small"
        client.v1.prices.update(price.id, {"active": False})
        with pytest.raises(stripe.InvalidRequestError, match="inactive"):
            make_session()


class TestIdempotency:
    def test_the_same_key_makes_one_thing(self, client: stripe.StripeClient) -> None:
        made = [
            client.v1.customers.create({"email": "ada@example.org"}, {"idempotency_key": "join-1"})
            for _ in range(2)
        ]
        assert made[0].id == made[1].id
        assert len(client.v1.customers.list().data) == 1
        assert made[1].last_response is not None
        assert made[1].last_response.headers["idempotent-replayed"] == "true"

    def test_other_parameters_are_refused(self, client: stripe.StripeClient) -> None:
        client.v1.customers.create({"email": "a@example.org"}, {"idempotency_key": "k"})
        with pytest.raises(stripe.IdempotencyError, match="same parameters"):
            client.v1.customers.create({"email": "b@example.org"}, {"idempotency_key": "k"})

    def test_another_address_is_refused(self, client: stripe.StripeClient) -> None:
        client.v1.customers.create({}, {"idempotency_key": "k"})
        with pytest.raises(stripe.IdempotencyError, match="same endpoint"):
            client.v1.products.create({"name": "x"}, {"idempotency_key": "k"})

    def test_a_refusal_is_not_kept(self, client: stripe.StripeClient) -> None:
        broken: Any = {"name": ""}
        with pytest.raises(stripe.InvalidRequestError):
            client.v1.products.create(broken, {"idempotency_key": "k"})
        assert client.v1.products.create({"name": "x"}, {"idempotency_key": "k"}).name == "x"

    def test_keys_are_forgotten_after_a_day(
        self, sandbox: Sandbox, client: stripe.StripeClient
    ) -> None:
        first = client.v1.customers.create({}, {"idempotency_key": "k"})
        sandbox.account.store.run("UPDATE idempotent SET created = created - 24 * 3600")
        assert client.v1.customers.create({}, {"idempotency_key": "k"}).id != first.id

    def test_two_at_once_make_one_thing(self, sandbox: Sandbox) -> None:
        found: list[str] = []
        codes: list[int | None] = []

        def create() -> None:
            client = client_of(sandbox)
            try:
                found.append(client.v1.customers.create({}, {"idempotency_key": "k"}).id)
            except stripe.APIError as refused:
                # Another one is still being answered.
                codes.append(refused.http_status)

        threads = [threading.Thread(target=create) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(found) + len(codes) == 8
        assert len(set(found)) == 1
        assert set(codes) <= {409}

    def test_the_sdk_retries_an_answer_that_was_lost(self, sandbox: Sandbox) -> None:
        answering = sandbox.app.wsgi_app
        lost: list[bytes] = []

        def unheard(*_: Any) -> Any:
            pass

        def losing(environ: Any, start_response: Any) -> Any:
            if environ["REQUEST_METHOD"] == "POST" and not lost:
                # The work is done, and the answer never arrives.
                lost.append(b"".join(answering(environ, unheard)))
                start_response("503 Service Unavailable", [("Content-Type", "text/plain")])
                return [b"the line went dead"]
            return answering(environ, start_response)

        sandbox.app.wsgi_app = losing  # type: ignore[method-assign]
        client = stripe.StripeClient(
            "sk_test_sandbox", base_addresses={"api": sandbox.url}, max_network_retries=2
        )
        customer = client.v1.customers.create({"email": "ada@example.org"})
        assert lost
        assert [found.id for found in client.v1.customers.list().data] == [customer.id]

    def test_events_name_the_request_they_came_from(self, client: stripe.StripeClient) -> None:
        made = client.v1.customers.create({}, {"idempotency_key": "k"})
        asked = client.v1.events.list().data[0].request
        assert asked is not None
        assert made.last_response is not None
        assert (asked.id, asked.idempotency_key) == (made.last_response.request_id, "k")


class TestPages:
    def test_newest_first_and_every_one_once(self, client: stripe.StripeClient) -> None:
        made = [client.v1.customers.create({"name": str(n)}).id for n in range(7)]
        page = client.v1.customers.list({"limit": 3})
        assert [customer.id for customer in page.data] == made[:3:-1]
        assert page.has_more
        walked = [customer.id for customer in page.auto_paging_iter()]
        assert walked == made[::-1]
        back = client.v1.customers.list({"limit": 2, "ending_before": made[3]})
        assert [customer.id for customer in back.data] == [made[5], made[4]]
        assert back.has_more

    def test_what_is_created_later_with_an_earlier_date_is_in_its_place(
        self, sandbox: Sandbox, client: stripe.StripeClient, make_session: MakeSession
    ) -> None:
        for created in (1_700_000_000, 1_500_000_000, 1_600_000_000):
            side_door(sandbox, "pay", session=make_session().id, created=created)
        page = client.v1.charges.list({"limit": 1})
        walked = [charge.created for charge in page.auto_paging_iter()]
        assert walked == [1_700_000_000, 1_600_000_000, 1_500_000_000]
        between = client.v1.charges.list(
            {"created": {"gt": 1_500_000_000, "lte": 1_700_000_000}}
        ).data
        assert [charge.created for charge in between] == [1_700_000_000, 1_600_000_000]

    @pytest.mark.parametrize("limit", [0, 101])
    def test_limits_of_the_limit(self, client: stripe.StripeClient, limit: int) -> None:
        with pytest.raises(stripe.InvalidRequestError) as refused:
            client.v1.customers.list({"limit": limit})
        assert refused.value.param == "limit"

    def test_a_cursor_that_is_not_there(self, client: stripe.StripeClient) -> None:
        with pytest.raises(stripe.InvalidRequestError) as refused:
            client.v1.customers.list({"starting_after": "cus_nobody"})
        assert (refused.value.http_status, refused.value.param) == (400, "starting_after")


class TestExpansion:
    def test_paths_through_lists_and_objects(
        self, sandbox: Sandbox, client: stripe.StripeClient, make_session: MakeSession
    ) -> None:
        side_door(sandbox, "pay", session=make_session().id)
        listed = client.v1.balance_transactions.list({"expand": ["data.source.payment_intent"]})
        charge = listed.data[0].source
        assert isinstance(charge, stripe.Charge)
        assert isinstance(charge.payment_intent, stripe.PaymentIntent)
        invoice = client.v1.invoices.list(
            {"expand": ["data.parent.subscription_details.subscription", "data.payments"]}
        ).data[0]
        assert invoice.parent is not None
        assert invoice.parent.subscription_details is not None
        assert isinstance(invoice.parent.subscription_details.subscription, stripe.Subscription)
        assert invoice.payments is not None
        assert invoice.payments.data[0].invoice == invoice.id

    @pytest.mark.parametrize("path", ["id", "nothing", "items.data.price.unit_amount"])
    def test_what_cannot_be_expanded(
        self,
        sandbox: Sandbox,
        client: stripe.StripeClient,
        make_session: MakeSession,
        path: str,
    ) -> None:
        id = side_door(sandbox, "pay", session=make_session().id)["subscription"]
        with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
            client.v1.subscriptions.retrieve(id, {"expand": [path]})

    def test_no_deeper_than_four(self, client: stripe.StripeClient) -> None:
        with pytest.raises(stripe.InvalidRequestError, match="more than 4 levels"):
            client.v1.subscriptions.list({"expand": ["data.items.data.price.product"]})


class TestCatalogue:
    def test_lookup_keys_name_one_price(self, client: stripe.StripeClient) -> None:
        first = make_price(client, lookup_key="standard")
        found = client.v1.prices.list({"lookup_keys": ["standard"], "active": True}).data
        assert [price.id for price in found] == [first.id]
        with pytest.raises(stripe.InvalidRequestError, match="already uses that lookup key"):
            make_price(client, lookup_key="standard")
        second = make_price(client, lookup_key="standard", transfer_lookup_key=True)
        found = client.v1.prices.list({"lookup_keys": ["standard"]}).data
        assert [price.id for price in found] == [second.id]

    def test_metadata_is_merged(self, client: stripe.StripeClient) -> None:
        id = client.v1.customers.create({"metadata": {"a": "1", "b": "2"}}).id
        updated = client.v1.customers.update(id, {"metadata": {"b": "", "c": "3"}})
        assert plain(updated.metadata) == {"a": "1", "c": "3"}
        assert plain(client.v1.customers.update(id, {"metadata": ""}).metadata) == {}

    def test_a_name_can_be_unset(self, client: stripe.StripeClient) -> None:
        id = client.v1.customers.create({"name": "Ada", "email": "ada@example.org"}).id
        assert client.v1.customers.update(id, {"name": ""}).name is None
        found = client.v1.customers.list({"email": "ada@example.org"}).data
        assert [customer.id for customer in found] == [id]

    def test_products_are_found(self, client: stripe.StripeClient) -> None:
        product = client.v1.products.create({"id": "prod_dues", "name": "Dues"})
        assert client.v1.products.retrieve("prod_dues").name == "Dues"
        with pytest.raises(stripe.InvalidRequestError) as twice:
            client.v1.products.create({"id": "prod_dues", "name": "Dues"})
        assert twice.value.code == "resource_already_exists"
        client.v1.products.update(product.id, {"active": False})
        assert client.v1.products.list({"active": True}).data == []
