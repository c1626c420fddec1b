"""The Checkout page in plain HTTP."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
import stripe

from funding.stripe_sandbox.server import Sandbox
from tests.funding.stripe_sandbox.driving import ask, make_price

MakeSession = Callable[..., stripe.checkout.Session]
FILLED = {
    "email": "ada@example.org",
    "card": "4242 4242 4242 4242",
    "expiry": "12 / 49",
    "cvc": "123",
    "name": "Ada Lovelace",
    "outcome": "pay",
}


def path_of(session: stripe.checkout.Session) -> str:
    return urlsplit(str(session.url)).path


def submit(
    sandbox: Sandbox, session: stripe.checkout.Session, **typed: str
) -> tuple[int, dict[str, str], str]:
    return ask(sandbox.url, path_of(session), method="POST", form={**FILLED, **typed})


def test_the_page_says_what_is_bought(
    sandbox: Sandbox, client: stripe.StripeClient, make_session: MakeSession
) -> None:
    quarterly = make_price(
        client, unit_amount=1250, recurring={"interval": "month", "interval_count": 3}
    )
    session = make_session(
        customer_email="ada@example.org", line_items=[{"price": quarterly.id, "quantity": 2}]
    )
    status, headers, page = ask(sandbox.url, path_of(session))
    assert status == 200
    for words in (
        "Sandbox: no real money moves",
        "Membership dues × 2",
        "Pay €25.00",
        "every 3 months",
        "4242 4242 4242 4242",
        "For ada@example.org",
    ):
        assert words in page
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'self' http://localhost:8000" in policy
    assert "<script" not in page
    assert "style=" not in page


def test_paying_goes_back_to_where_one_came_from(
    sandbox: Sandbox, client: stripe.StripeClient, make_session: MakeSession
) -> None:
    session = make_session(name_collection={"individual": {"enabled": True}})
    status, headers, _ = submit(sandbox, session)
    assert status == 303
    assert headers["Location"] == f"http://localhost:8000/join/wait/?session={session.id}"
    paid = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["customer"]})
    assert paid.payment_status == "paid"
    assert isinstance(paid.customer, stripe.Customer)
    assert (paid.customer.email, paid.customer.name) == ("ada@example.org", "Ada Lovelace")
    assert paid.customer_details is not None
    assert paid.customer_details.individual_name == "Ada Lovelace"


def test_a_second_tap_pays_nothing_more(
    sandbox: Sandbox, client: stripe.StripeClient, make_session: MakeSession
) -> None:
    session = make_session()
    first, second = submit(sandbox, session), submit(sandbox, session)
    assert (first[0], second[0]) == (303, 303)
    assert first[1]["Location"] == second[1]["Location"]
    assert len(client.v1.charges.list().data) == 1
    assert "This is paid" in ask(sandbox.url, path_of(session))[2]


@pytest.mark.parametrize("typed", [{"outcome": "decline"}, {"card": "4000000000000002"}])
def test_a_declined_card_can_be_tried_again(
    sandbox: Sandbox,
    client: stripe.StripeClient,
    make_session: MakeSession,
    typed: dict[str, str],
) -> None:
    session = make_session()
    status, _, page = submit(sandbox, session, **typed)
    assert status == 402
    assert "Your card was declined" in page
    assert "Ada Lovelace" in page
    assert client.v1.checkout.sessions.retrieve(session.id).status == "open"
    assert submit(sandbox, session)[0] == 303


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("card", "4111 1111 1111 1111"),
        ("card", ""),
        ("expiry", "13 / 49"),
        ("expiry", "01 / 20"),
        ("cvc", "12"),
        ("name", " "),
        ("email", "nobody"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(
    sandbox: Sandbox, make_session: MakeSession, field: str, value: str
) -> None:
    session = make_session()
    status, _, page = submit(sandbox, session, **{field: value})
    assert status == 422
    assert f'id="{field}-problem"' in page
    assert f'href="#{field}"' in page
    assert page.count("-problem") == 2
    assert sandbox.account.store.every("charge") == []


def test_leaving_is_a_link_and_costs_nothing(
    sandbox: Sandbox, client: stripe.StripeClient, make_session: MakeSession
) -> None:
    session = make_session()
    page = ask(sandbox.url, path_of(session))[2]
    assert '<a href="http://localhost:8000/join/">Go back without paying</a>' in page
    assert client.v1.checkout.sessions.retrieve(session.id).status == "open"


def test_an_expired_session(
    sandbox: Sandbox, client: stripe.StripeClient, make_session: MakeSession
) -> None:
    session = make_session()
    client.v1.checkout.sessions.expire(session.id)
    status, _, page = ask(sandbox.url, path_of(session))
    assert (status, "expired" in page) == (200, True)
    assert 'href="http://localhost:8000/join/"' in page
    assert submit(sandbox, session)[1]["Location"] == "http://localhost:8000/join/"


def test_no_such_session(sandbox: Sandbox) -> None:
    assert ask(sandbox.url, "/c/pay/cs_test_none")[0] == 404
    assert ask(sandbox.url, "/c/pay/cs_test_none", method="POST", form=FILLED)[0] == 404
    assert ask(sandbox.url, "/static/checkout.css")[0] == 200


def test_what_is_typed_stays_text(sandbox: Sandbox, make_session: MakeSession) -> None:
    page = submit(sandbox, make_session(), name="<b>x</b>", card="1")[2]
    assert "<b>x</b>" not in page
    assert "&lt;b&gt;x&lt;/b&gt;" in page
