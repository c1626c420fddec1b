"""What the webhook takes and what it turns away, and that it does nothing else."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
import stripe
from django.db import connections
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries, Settings

from funding.dues import webhook
from funding.dues.models import Case, InboxEvent, InboxObject
from funding.dues.webhook import BadWebhook
from tests.funding.dues.conftest import SECRET, post

Hook = tuple[bytes, str | None]


def event(id: str = "evt_1", kind: str = "invoice.paid", **more: Any) -> dict[str, Any]:
    about = {
        "id": "in_1",
        "object": "invoice",
        "parent": {"subscription_details": {"subscription": "sub_1"}},
    }
    body = {"id": id, "object": "event", "type": kind, "livemode": False, "data": {"object": about}}
    return {**body, **more}


def signed(body: bytes, *, age: int = 0, secret: str = SECRET, scheme: str = "v1") -> Hook:
    """The body with a signature made ``age`` seconds ago, over whatever bytes."""
    at = int(time.time()) - age
    mac = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return body, f"t={at},{scheme}={mac}"


def good(**more: Any) -> bytes:
    return json.dumps(event(**more)).encode()


def with_header(change: Callable[[str], str | None]) -> Hook:
    body, signature = signed(good())
    return body, change(signature or "")


BAD: dict[str, Callable[[], tuple[int, Hook]]] = {
    "no signature": lambda: (400, with_header(lambda header: None)),
    "an empty signature": lambda: (400, with_header(lambda header: "")),
    "a signature that is none": lambda: (400, with_header(lambda header: "nonsense")),
    "a wrong signature": lambda: (400, with_header(lambda header: header[:-4] + "0000")),
    "another's secret": lambda: (400, signed(good(), secret="whsec_other")),
    "an empty secret": lambda: (400, signed(good(), secret="")),
    "scheme v0 only": lambda: (400, signed(good(), scheme="v0")),
    "an altered byte": lambda: (400, (good(id="evt_2"), signed(good())[1])),
    "no time": lambda: (400, with_header(lambda header: header.partition(",")[2])),
    "a time that is none": lambda: (400, with_header(lambda header: "t=now," + header)),
    "two times": lambda: (400, with_header(lambda header: f"t={int(time.time())},{header}")),
    "another time": lambda: (400, with_header(lambda header: header.replace("t=1", "t=0"))),
    "a little too old": lambda: (400, signed(good(), age=303)),
    "a day old": lambda: (400, signed(good(), age=86_400)),
    "a minute in the future": lambda: (400, signed(good(), age=-60)),
    "five minutes in the future": lambda: (400, signed(good(), age=-300)),
    "a day in the future": lambda: (400, signed(good(), age=-86_400)),
    "of the live mode": lambda: (400, signed(good(livemode=True))),
    "of another account": lambda: (400, signed(good(account="acct_other"))),
    "of no mode": lambda: (400, signed(good(livemode=None))),
    "not UTF-8": lambda: (400, signed(good().replace(b"paid", b"pa\xff\xfe"))),
    "UTF-16": lambda: (400, signed(good().decode().encode("utf-16"))),
    "not JSON": lambda: (400, signed(b"{")),
    "nothing": lambda: (400, signed(b"")),
    "JSON, too deep": lambda: (400, signed(b"[" * 100_000)),
    "a number of too many digits": lambda: (400, signed(b"9" * 10_000)),
    "a list": lambda: (400, signed(b"[]")),
    "null": lambda: (400, signed(b"null")),
    "not an event": lambda: (400, signed(good(object="charge"))),
    "data that is none": lambda: (400, signed(good(data=[]))),
    "an id that is a number": lambda: (400, signed(good(id=7))),
    "an id with a NUL": lambda: (400, signed(good(id="evt_\x00"))),
    "an id of 10,000 letters": lambda: (400, signed(good(id="e" * 10_000))),
    "a type that is none": lambda: (400, signed(good(kind="<b>"))),
    "10 MB": lambda: (413, signed(b'{"a": "' + b"a" * 10_000_000 + b'"}')),
    "a byte too many": lambda: (413, signed(good().ljust(webhook.MAX_BYTES + 1))),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", BAD)
def test_what_is_not_stripes_or_not_fresh_is_turned_away_and_not_kept(name: str) -> None:
    status, (body, signature) = BAD[name]()
    assert post(body, signature) == status
    assert not InboxEvent.objects.exists()
    assert not InboxObject.objects.exists()


@pytest.mark.django_db
def test_a_good_event_is_kept_and_nothing_else_happens(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    body, signature = signed(good())
    # begin; find and make the object (two and a savepoint's two); the event likewise; commit
    with django_assert_num_queries(10):
        assert post(body, signature) == 200
    kept = InboxEvent.objects.get()
    assert (kept.event_id, kept.type, kept.invoice_id) == ("evt_1", "invoice.paid", "in_1")
    assert kept.object
    assert (kept.object.stripe_id, kept.object.kind) == ("sub_1", "subscription")
    assert kept.done_at is None


@pytest.mark.django_db
def test_the_sdks_own_signature_is_taken() -> None:
    header = stripe.WebhookSignature.generate_signature_header(good().decode(), SECRET)
    assert post(good(), header) == 200


@pytest.mark.django_db
@pytest.mark.parametrize("age", [0, 290, -5])
def test_fresh_is_five_minutes_with_room_for_two_clocks(age: int) -> None:
    assert post(*signed(good(), age=age)) == 200


@pytest.mark.django_db
def test_any_of_our_secrets_will_do_while_one_replaces_another(settings: Settings) -> None:
    settings.STRIPE_WEBHOOK_SECRETS = ["whsec_new", SECRET]
    body, old = signed(good(id="evt_old"))
    assert post(body, old) == 200
    assert post(*signed(good(id="evt_new"), secret="whsec_new")) == 200
    # Stripe signs with both for a day when a secret is rolled, and adds v0 in test mode.
    body, one = signed(good(id="evt_both"), secret="whsec_gone")
    assert one
    both = f"{one},{str(signed(body)[1]).partition(',')[2]},v0=aa"
    assert post(body, both) == 200


@pytest.mark.django_db
def test_the_old_secret_is_worth_nothing_once_it_is_gone(settings: Settings) -> None:
    settings.STRIPE_WEBHOOK_SECRETS = ["whsec_new"]
    assert post(*signed(good())) == 400
    assert not InboxEvent.objects.exists()
    assert post(*signed(good(), secret="whsec_new")) == 200


@pytest.mark.parametrize(
    ("seconds", "taken"), [(300, True), (301, False), (-10, True), (-11, False), (-300, False)]
)
def test_to_the_second_five_minutes_are_fresh_and_no_future_is(seconds: int, taken: bool) -> None:
    body, signature = signed(good())
    signed_at = int((signature or "").removeprefix("t=").partition(",")[0])

    def read() -> str:
        at = datetime.fromtimestamp(signed_at + seconds, UTC)
        return webhook.read(body, signature or "", secrets=[SECRET], live=False, at=at).event_id

    if taken:
        assert read() == "evt_1"
    else:
        with pytest.raises(BadWebhook, match=r"too old|from the future") as bad:
            read()
        assert bad.value.status == 400


@pytest.mark.django_db
def test_our_own_accounts_name_is_taken_and_no_other(settings: Settings) -> None:
    settings.STRIPE_ACCOUNT = "acct_ours"
    assert post(*signed(good(account="acct_ours"))) == 200
    assert post(*signed(good(id="evt_2", account="acct_other"))) == 400
    assert InboxEvent.objects.count() == 1


@pytest.mark.django_db
def test_no_secret_takes_nothing(settings: Settings) -> None:
    for secrets in ([], [""]):
        settings.STRIPE_WEBHOOK_SECRETS = secrets
        assert post(*signed(good(), secret="")) == 400


@pytest.mark.django_db
def test_a_live_key_takes_live_events_only(settings: Settings) -> None:
    settings.STRIPE_API_KEY = "rk_live_for_the_suite"
    assert post(*signed(good())) == 400
    assert post(*signed(good(livemode=True))) == 200


@pytest.mark.django_db
def test_an_event_in_another_version_is_kept_and_looked_at_once() -> None:
    for id in ("evt_1", "evt_2"):
        assert post(*signed(good(id=id, api_version="2024-06-20"))) == 200
    assert InboxEvent.objects.filter(done_at=None).count() == 2
    case = Case.objects.get()
    assert (case.kind, case.details["theirs"]) == ("api-version", "2024-06-20")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "about", "routed"),
    [
        ("invoice.paid", {"id": "in_9"}, None),
        ("invoice.payment_failed", {"id": "in_9", "parent": {"subscription_details": None}}, None),
        ("customer.subscription.deleted", {"id": "sub_9"}, ("subscription", "sub_9")),
        ("checkout.session.completed", {"id": "cs_9", "subscription": None}, ("session", "cs_9")),
        ("invoice.paid", {"id": "in_9", "subscription": "sub_9"}, ("subscription", "sub_9")),
        ("charge.refunded", {"id": "ch_9"}, ("charge", "ch_9")),
        ("refund.failed", {"id": "re_9", "charge": "ch_9"}, ("charge", "ch_9")),
        ("charge.dispute.closed", {"id": "dp_9", "charge": "ch_9"}, ("charge", "ch_9")),
        ("payout.paid", {"id": "po_9"}, ("payout", "po_9")),
        ("customer.updated", {"id": "cus_9", "business_name": None}, None),
        ("customer.updated", {"id": "cus_9", "business_name": "Acme"}, ("customer", "cus_9")),
        ("customer.tax_id.created", {"customer": "cus_9"}, ("customer", "cus_9")),
        (
            "checkout.session.completed",
            {"id": "cs_9", "subscription": "sub_9"},
            ("subscription", "sub_9"),
        ),
        ("checkout.session.expired", {"id": "cs_9"}, ("session", "cs_9")),
        ("charge.succeeded", {"id": "ch_9"}, None),
        ("customer.subscription.updated", {"id": ["sub_9"]}, None),
        ("customer.subscription.updated", "sub_9", None),
    ],
)
def test_the_event_leads_to_the_object_to_ask_about(
    kind: str, about: object, routed: tuple[str, str] | None
) -> None:
    assert post(*signed(good(kind=kind, data={"object": about}))) == 200
    kept = InboxEvent.objects.get()
    if routed is None:
        assert kept.object is None
        assert kept.done_at is not None
    else:
        assert kept.object
        assert (kept.object.kind, kept.object.stripe_id) == routed
        assert kept.done_at is None


@pytest.mark.parametrize("method", ["get", "put", "delete", "patch"])
def test_only_posts(method: str) -> None:
    assert getattr(Client(), method)(reverse("dues-webhook")).status_code == 405


@given(st.binary(max_size=400), st.text(max_size=200))
def test_whatever_is_sent_the_answer_is_no(body: bytes, header: str) -> None:
    with pytest.raises(BadWebhook):
        webhook.read(body, header, secrets=[SECRET], live=False, at=datetime.now(UTC))


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "object", "type", "livemode", "data", "parent", "subscription"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@given(_JSON, _JSON)
def test_whatever_is_signed_is_an_event_or_turned_away(body: object, about: object) -> None:
    for content in (
        body,
        event(data={"object": about}),
        event(data=about),
        {**event(), "id": body},
    ):
        raw, header = signed(json.dumps(content).encode())
        with suppress(BadWebhook):
            webhook.read(raw, header or "", secrets=[SECRET], live=False, at=datetime.now(UTC))


@pytest.mark.django_db(transaction=True)
def test_eight_threads_that_post_the_same_200_events_store_each_once() -> None:
    hooks = [
        signed(
            good(
                id=f"evt_{n}",
                kind="customer.subscription.updated",
                data={"object": {"id": f"sub_{n % 20}"}},
            )
        )
        for n in range(200)
    ]

    def work(shift: int) -> set[int]:
        try:
            return {post(*hook) for hook in [*hooks[shift * 25 :], *hooks[: shift * 25]]}
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        answers = set().union(*pool.map(work, range(8)))
    assert answers == {200}
    assert InboxEvent.objects.count() == 200
    assert InboxObject.objects.count() == 20
