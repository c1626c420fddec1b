"""Stopping the renewal: who may, what is promised, and that Stripe hears of it in the end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from funding.dues import actions, refund_stages, stripe_gateway, sweeps
from funding.dues.models import Cancellation, Event, Payment, Refund, Subscription
from funding.dues.stripe_gateway import Declined, Unavailable
from kernel.refusal import Refused
from members.models import OutgoingMail, Person
from tests.conftest import NOW, TEST
from tests.funding.dues.conftest import Till, books, work

MINUTE = timedelta(minutes=1)


@pytest.fixture
def subscription(till: Till, newcomer: Person) -> Subscription:
    till.join(newcomer)
    return Subscription.objects.get()


def request(subscription: Subscription) -> Cancellation:
    return actions.request_cancellation(subscription=subscription, by=subscription.person, at=NOW)


def test_cancelled_means_no_further_charge_and_membership_to_the_paid_date(
    till: Till, subscription: Subscription
) -> None:
    person = subscription.person
    paid_to = person.standing_on(NOW.date())
    request(subscription)
    assert sweeps.cancel(NOW) == 1
    till.settle()
    subscription.refresh_from_db()
    assert subscription.ends_with_period
    assert subscription.status == "active"
    assert person.standing_on(NOW.date()) == paid_to
    remote = stripe_gateway.fetch_subscription(subscription.stripe_id)
    assert remote.ends_with_period
    assert Cancellation.objects.get().confirmed_at == NOW
    assert sweeps.cancel(NOW) == 0


def test_asking_twice_changes_nothing(subscription: Subscription) -> None:
    assert request(subscription) == request(subscription)
    assert Event.objects.filter(verb="subscription.cancelled").count() == 1


def test_only_ones_own_and_only_while_it_lasts(subscription: Subscription) -> None:
    with pytest.raises(Refused) as another:
        actions.request_cancellation(subscription=subscription, by=TEST, at=NOW)
    Subscription.objects.update(status="canceled")
    with pytest.raises(Refused) as ended:
        request(subscription)
    assert (another.value.code, ended.value.code) == ("dues-of-another", "subscription-ended")
    assert not Cancellation.objects.exists()


@pytest.mark.parametrize("problem", [Unavailable("gone"), Declined("no")])
def test_it_is_told_until_stripe_confirms(
    subscription: Subscription, monkeypatch: pytest.MonkeyPatch, problem: Exception
) -> None:
    cancellation = request(subscription)

    def fail(*_given: object, **_named: object) -> None:
        raise problem

    with monkeypatch.context() as away:
        away.setattr(stripe_gateway, "end_subscription", fail)
        assert sweeps.cancel(NOW) == 1
    cancellation.refresh_from_db()
    assert (cancellation.confirmed_at, cancellation.attempts) == (None, 1)
    assert str(problem) in cancellation.last_error
    assert sweeps.cancel(NOW) == 0
    assert sweeps.cancel(NOW + MINUTE) == 1
    cancellation.refresh_from_db()
    assert (cancellation.confirmed_at, cancellation.last_error) == (NOW + MINUTE, "")


@pytest.mark.parametrize(
    "told", ["not at all", "while it is charged", "before the charge is known"]
)
def test_what_is_charged_after_cancelling_goes_back_and_it_is_over(
    till: Till, subscription: Subscription, monkeypatch: pytest.MonkeyPatch, told: str
) -> None:
    person, end = subscription.person, stripe_gateway.end_subscription
    renewal = NOW + timedelta(days=366)

    def charge() -> None:
        till.renew(subscription.stripe_id, renewal)
        till.deliver()

    def answer_late(*given: Any, **named: Any) -> None:
        """Stripe charges while our call is on its way to it, the first time."""
        slow.undo()
        charge()
        if told == "while it is charged":
            sweeps.inbox(renewal)
        end(*given, **named)

    actions.request_cancellation(
        subscription=subscription, by=person, at=renewal - timedelta(minutes=5)
    )
    if told == "not at all":
        charge()
    else:
        with monkeypatch.context() as slow:
            slow.setattr(stripe_gateway, "end_subscription", answer_late)
            sweeps.cancel(renewal)
    work(renewal)
    till.settle(renewal)
    refund = Refund.objects.get()
    assert (refund.cause, refund.state) == ("cancelled", refund_stages.RETURNED)
    assert refund.payment == Payment.objects.latest("paid_at")
    assert books()["returned-dues"] + books().get("deferred-dues", 0) == 0
    assert person.standing_on(renewal.date() + timedelta(days=1)) is None
    # It is over at Stripe as well: the year that went back is not theirs.
    remote = stripe_gateway.fetch_subscription(subscription.stripe_id)
    assert remote.status == "canceled"
    subscription.refresh_from_db()
    assert subscription.status == "canceled"
    assert Cancellation.objects.get().confirmed_at
    mail = OutgoingMail.objects.get(key=f"refund:{refund.pk}")
    assert "You had cancelled" in mail.body


def test_what_was_charged_before_cancelling_stays_and_is_heard_of_late(
    till: Till, subscription: Subscription
) -> None:
    renewal = NOW + timedelta(days=366)
    till.renew(subscription.stripe_id, renewal)
    actions.request_cancellation(
        subscription=subscription, by=subscription.person, at=renewal + MINUTE
    )
    till.settle(renewal + 2 * MINUTE)
    assert Payment.objects.count() == 2
    assert not Refund.objects.exists()
    assert not Cancellation.objects.get().at_once
    assert subscription.person.standing_on(renewal.date() + timedelta(days=300))
