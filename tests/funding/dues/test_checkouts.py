"""Choosing a plan: what is refused, what is committed before Stripe is asked, what a retry does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from funding.dues import actions, plans, stages, stripe_gateway, sweeps
from funding.dues.models import CheckoutIntent, Event, Plan, Subscription
from funding.dues.stripe_gateway import Declined, Unavailable
from kernel.refusal import Refused
from members.models import Attestation, Person
from tests.conftest import NOW, TEST
from tests.funding.dues.conftest import Till


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.code


def begin(person: Person, **changes: Any) -> CheckoutIntent:
    given: dict[str, Any] = {
        "person": person,
        "display_name": "Nia",
        "attested": True,
        "plan": Plan.objects.on_offer()[0],
        "by": person,
        "at": NOW,
        **changes,
    }
    return actions.begin_checkout(**given)


def test_joining_commits_name_attestation_and_choice(till: Till, newcomer: Person) -> None:
    checkout = begin(newcomer, display_name="Nia of the hills")
    newcomer.refresh_from_db()
    attested = Attestation.objects.get()
    assert newcomer.display_name == "Nia of the hills"
    assert (attested.person, attested.attested_at) == (newcomer, NOW)
    assert "natural person" in attested.text
    assert "own money" in attested.text
    assert (checkout.state, checkout.session_id) == (stages.PREPARED, None)
    assert Event.objects.get(verb="checkout.begun").by == newcomer


def test_the_page_is_opened_once(till: Till, newcomer: Person) -> None:
    checkout = begin(newcomer)
    url = actions.open_checkout(checkout=checkout, by=newcomer, at=NOW)
    checkout.refresh_from_db()
    assert (checkout.state, checkout.session_url) == (stages.OPEN, url)
    assert url.startswith(till.sandbox.url)
    assert actions.open_checkout(checkout=checkout, by=newcomer, at=NOW) == url
    made = till.sandbox.account.store.get("checkout.session", checkout.session_id or "")
    for name, path in (("success_url", "/join/wait/"), ("cancel_url", "/join/cancelled/")):
        assert made[name] == f"http://localhost:8000{path}?checkout={checkout.pk}"


def test_only_for_oneself_attested_and_on_offer(till: Till, newcomer: Person) -> None:
    old = Plan.objects.on_offer()[0]
    Plan.objects.filter(pk=old.pk).update(retired_at=NOW)
    old.refresh_from_db()
    assert refusal(lambda: begin(newcomer, by=TEST)) == "dues-of-another"
    assert refusal(lambda: begin(newcomer, attested=False)) == "not-attested"
    assert refusal(lambda: begin(newcomer, plan=old)) == "plan-retired"
    assert not CheckoutIntent.objects.exists()
    assert not Attestation.objects.exists()


def test_one_live_subscription_for_each_person(till: Till, newcomer: Person) -> None:
    till.join(newcomer)
    assert refusal(lambda: begin(newcomer)) == "already-subscribed"
    Subscription.objects.update(status="canceled")
    assert begin(newcomer).state == stages.PREPARED


def test_the_cap_counts_what_was_paid_in_the_last_year(
    till: Till, newcomer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plans, "CAP_MINOR", 9_999)
    till.join(newcomer, "standard", "year")
    Subscription.objects.update(status="canceled")
    plan = Plan.objects.on_offer().get(level="standard", interval="year")
    day = timedelta(days=1)
    assert refusal(lambda: begin(newcomer, plan=plan, at=NOW + 364 * day)) == "over-cap"
    assert refusal(lambda: till.begin(newcomer, "solidarity", "month")) == "over-cap"
    assert begin(newcomer, plan=plan, at=NOW + 366 * day).state == stages.PREPARED


def test_a_double_click_is_one_checkout(till: Till, newcomer: Person) -> None:
    first = till.choose(newcomer)
    again = till.begin(newcomer, at=NOW + timedelta(seconds=1))
    assert again == first
    assert actions.open_checkout(checkout=again, by=newcomer, at=NOW) == first.session_url
    assert Attestation.objects.count() == 1


def test_choosing_again_closes_the_page_before(till: Till, newcomer: Person) -> None:
    first = till.choose(newcomer)
    second = till.choose(newcomer, "concession", "month")
    first.refresh_from_db()
    assert (first.state, second.state) == (stages.REPLACED, stages.OPEN)
    session = stripe_gateway.fetch_session(first.session_id or "")
    assert session.status == "expired"
    till.settle()
    first.refresh_from_db()
    assert first.state == stages.REPLACED


def test_choosing_again_just_after_paying_charges_nothing_more(
    till: Till, newcomer: Person
) -> None:
    first = till.choose(newcomer)
    till.pay(first)
    other = till.begin(newcomer, "concession", "month")
    code = refusal(lambda: actions.open_checkout(checkout=other, by=newcomer, at=NOW))
    assert code == "already-paid"
    till.settle()
    first.refresh_from_db()
    assert first.state == stages.PAID
    assert Subscription.objects.count() == 1


def test_a_page_that_has_closed_makes_room_for_another(till: Till, newcomer: Person) -> None:
    first = till.choose(newcomer)
    stripe_gateway.close_session(first.session_id or "")
    till.settle()
    first.refresh_from_db()
    assert first.state == stages.EXPIRED
    assert till.choose(newcomer) != first


def test_while_stripe_is_away_the_same_checkout_can_be_tried_again(
    till: Till, newcomer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout = till.begin(newcomer)
    with monkeypatch.context() as away:
        away.setattr(stripe_gateway, "create_session", raises(Unavailable("gone")))
        code = refusal(lambda: actions.open_checkout(checkout=checkout, by=newcomer, at=NOW))
    assert code == "payments-unavailable"
    again = till.choose(newcomer)
    assert again == checkout
    assert again.state == stages.OPEN


def test_what_stripe_declines_is_not_tried_again(
    till: Till, newcomer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout = till.begin(newcomer)
    with monkeypatch.context() as no:
        no.setattr(stripe_gateway, "create_session", raises(Declined("no such price")))
        code = refusal(lambda: actions.open_checkout(checkout=checkout, by=newcomer, at=NOW))
    checkout.refresh_from_db()
    assert (code, checkout.state) == ("payments-unavailable", stages.FAILED)
    assert Event.objects.get(verb="checkout.failed").details == {"why": "no such price"}
    assert till.choose(newcomer) != checkout


def test_without_prices_no_page_is_asked_for(till: Till, newcomer: Person) -> None:
    Plan.objects.update(stripe_price_id="")
    checkout = till.begin(newcomer)
    code = refusal(lambda: actions.open_checkout(checkout=checkout, by=newcomer, at=NOW))
    assert code == "plans-not-priced"


def test_somebody_who_comes_back_is_the_same_customer(till: Till, newcomer: Person) -> None:
    till.join(newcomer)
    customer = Subscription.objects.get().customer_id
    Subscription.objects.update(status="canceled")
    second = till.choose(newcomer, at=NOW + timedelta(days=400))
    made = till.sandbox.account.store.get("checkout.session", second.session_id or "")
    assert (made["customer"], made["customer_email"]) == (customer, None)


@pytest.mark.django_db(transaction=True)
def test_stripe_is_never_asked_inside_a_transaction(
    till: Till, make_person: Callable[..., Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole way, from the plans to the cancellation, watching every call."""
    calls = 0
    ask = stripe_gateway._call

    def watched(*given: Any) -> Any:
        nonlocal calls
        calls += 1
        assert not connection.in_atomic_block
        return ask(*given)

    monkeypatch.setattr(stripe_gateway, "_call", watched)
    Plan.objects.update(stripe_price_id="")
    actions.sync_plans(by=TEST, at=NOW)
    person = make_person("Ada", standing=False)
    till.choose(person)
    till.join(person, "concession", "month")
    actions.request_cancellation(subscription=Subscription.objects.get(), by=person, at=NOW)
    assert sweeps.cancel(NOW) == 1
    assert calls > 10


def raises(problem: Exception) -> Callable[..., Any]:
    def act(**_given: Any) -> None:
        raise problem

    return act
