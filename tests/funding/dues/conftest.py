"""A sandbox behind the real gateway, and a till: who chooses and pays there, and the news of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from funding.dues import actions, stages, sweeps
from funding.dues.models import (
    BalanceTransaction,
    CheckoutIntent,
    InboxObject,
    Payment,
    Plan,
    Subscription,
)
from funding.ledger import entries
from funding.ledger.models import Entry, Leg, Seal
from funding.stripe_sandbox import billing, paying
from funding.stripe_sandbox.server import Sandbox
from members.models import OutgoingMail, Person, StandingPeriod
from tests.conftest import NOW, TEST

KEY = "sk_test_for_the_suite"
SECRET = "whsec_for_the_suite"


@pytest.fixture(scope="session")
def one_sandbox() -> Iterator[Sandbox]:
    """One server for the whole run: each test looks only at what happened in it."""
    with Sandbox(api_key=KEY, webhook_secret=SECRET) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(one_sandbox: Sandbox, settings: Settings) -> Sandbox:
    settings.STRIPE_API_BASE = one_sandbox.url
    return one_sandbox


class Till:
    """What happens at Stripe in one test, and its webhooks, sent when the test says so."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self._seen = set(self._events())

    def begin(
        self,
        person: Person,
        level: str = "standard",
        interval: str = "year",
        *,
        at: datetime = NOW,
    ) -> CheckoutIntent:
        """``person`` has filled in the form: the checkout, as it is committed."""
        return actions.begin_checkout(
            person=person,
            display_name=person.display_name,
            attested=True,
            plan=Plan.objects.on_offer().get(level=level, interval=interval),
            by=person,
            at=at,
        )

    def choose(self, person: Person, *which: str, at: datetime = NOW) -> CheckoutIntent:
        """``person`` has filled in the form and sees the payment page."""
        checkout = self.begin(person, *which, at=at)
        actions.open_checkout(checkout=checkout, by=person, at=at)
        checkout.refresh_from_db()
        return checkout

    def pay(self, checkout: CheckoutIntent, at: datetime = NOW, **card: str) -> str:
        """The payment page is paid; answers with the subscription's id at Stripe."""
        session = paying.pay(
            self.sandbox.account, checkout.session_id or "", at=int(at.timestamp()), **card
        )
        subscription: str = session["subscription"]
        return subscription

    def renew(self, subscription: str, at: datetime, *, accepted: bool = True) -> str:
        """The next period is billed, or the open invoice tried again; the invoice's id."""
        invoice: str = billing.renew(
            self.sandbox.account, subscription, at=int(at.timestamp()), accepted=accepted
        )["id"]
        return invoice

    def news(self, *types: str) -> list[tuple[bytes, str]]:
        """The webhooks of what happened since the last time, each body with its signature."""
        new = [event for event in self._events() if event not in self._seen]
        self._seen.update(new)
        hooks = [self.sandbox.webhook_of(event) for event in new]
        return [
            (body, signature)
            for body, signature in hooks
            if not types or any(f'"type":"{kind}"'.encode() in _tight(body) for kind in types)
        ]

    def deliver(self, *types: str) -> int:
        """Post the news (of these types, or all) to our webhook; how many there were."""
        news = self.news(*types)
        for body, signature in news:
            assert post(body, signature) == 200
        return len(news)

    def settle(self, at: datetime = NOW) -> None:
        """Deliver the news, and let the worker do what there is to do."""
        self.deliver()
        work(at)

    def join(self, person: Person, *which: str, at: datetime = NOW) -> str:
        """The whole way: chosen, paid, applied; the subscription's id at Stripe."""
        subscription = self.pay(self.choose(person, *which, at=at), at=at)
        self.settle(at)
        return subscription

    def _events(self) -> list[str]:
        return [event["id"] for event in self.sandbox.account.store.every("event")]


def _tight(body: bytes) -> bytes:
    return body.replace(b": ", b":")


def post(body: bytes, signature: str | None, **more: Any) -> int:
    """Post to the webhook as Stripe does; the status it answers with."""
    headers = {} if signature is None else {"Stripe-Signature": signature}
    response = Client(raise_request_exception=False).post(
        reverse("dues-webhook"), body, content_type="application/json", headers=headers, **more
    )
    return int(response.status_code)


def work(at: datetime = NOW) -> None:
    """What the worker does until there is nothing left: the inbox, refunds, cancellations."""
    while sweeps.inbox(at) + sweeps.refunds(at) + sweeps.cancel(at):
        pass


def books() -> dict[str, int]:
    return {balance.code: balance.natural.minor for balance in Leg.objects.trial_balance()}


def all_once(*people: Person) -> None:
    """Each of ``people`` has joined by the standard yearly plan, exactly once, in every table."""
    count = len(people)
    assert {payment.person for payment in Payment.objects.all()} == set(people)
    assert Payment.objects.count() == count
    assert Entry.objects.count() == Seal.objects.count() == count
    assert Subscription.objects.count() == count
    assert StandingPeriod.objects.filter(kind="dues").count() == count
    assert OutgoingMail.objects.count() == count
    assert set(CheckoutIntent.objects.values_list("state", flat=True)) == {stages.PAID}
    assert not InboxObject.objects.waiting().exists()
    fee = sum(payment.fee_minor for payment in Payment.objects.all())
    assert fee > 0
    assert books() == {
        "deferred-dues": 5000 * count,
        "payment-fees": fee,
        "stripe": 5000 * count - fee,
    }
    assert BalanceTransaction.objects.exclude(entry=None).count() == count
    assert list(entries.breaks(Seal.objects.links())) == []


@pytest.fixture
def till(db: None, sandbox: Sandbox) -> Till:
    actions.sync_plans(by=TEST, at=NOW)
    return Till(sandbox)


@pytest.fixture
def newcomer(make_person: Callable[..., Person]) -> Person:
    return make_person("Nia", standing=False)
