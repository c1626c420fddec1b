"""Stopping the renewal: who may, what is promised, and that Stripe hears of it in the end."""

from __future__ import annotations

from datetime import timedelta

import pytest

from funding.dues import actions, stripe_gateway, sweeps
from funding.dues.models import Cancellation, Event, Subscription
from funding.dues.stripe_gateway import Declined, Unavailable
from kernel.refusal import Refused
from members.models import Person
from tests.conftest import NOW, TEST
from tests.funding.dues.conftest import Till

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
