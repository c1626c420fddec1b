"""Ending a membership by two, cases on their pages and in the API, and whose they are not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from funding.dues import actions, sweeps
from funding.dues.desk import for_stewards
from funding.dues.models import Cancellation, Case, Ending, Payment, Refund
from funding.stripe_sandbox.server import Sandbox
from governance.record.models import Pending
from kernel.money import Money
from kernel.refusal import Refused
from members.models import OutgoingMail, Person
from tests.conftest import NOW, TEST
from tests.funding.dues.conftest import Till

pytestmark = pytest.mark.django_db
REASON = "A business pays these dues."


@pytest.fixture
def stella(make_person: Callable[..., Person]) -> Person:
    return make_person("Stella", role="steward")


@pytest.fixture
def sven(make_person: Callable[..., Person]) -> Person:
    return make_person("Sven", role="steward")


def propose(person: Person, by: Person, reason: str = REASON) -> Ending:
    return actions.propose_ending(person=person, reason=reason, by=by, at=NOW)


def test_two_stewards_end_a_membership_and_what_follows(
    till: Till, newcomer: Person, stella: Person, sven: Person
) -> None:
    till.join(newcomer)
    ending = propose(newcomer, stella)
    assert newcomer.standing_on(NOW.date() + timedelta(days=9))
    with pytest.raises(Refused) as no:
        actions.confirm_ending(ending=ending, by=stella, at=NOW)
    assert no.value.code == "own-proposal"
    actions.confirm_ending(ending=ending, by=sven, at=NOW)
    standing = newcomer.standing_on(NOW.date())
    assert standing
    assert standing.until == NOW.date() + timedelta(days=1)
    assert Cancellation.objects.get().at_once
    assert (Refund.objects.get().cause, Refund.objects.get().minor) == ("ending", 5000)
    mail = OutgoingMail.objects.get(subject="Your membership has been ended")
    assert REASON in mail.body
    assert "resolution" in mail.body
    told = b" ".join(bytes(pending.data) for pending in Pending.objects.all())
    assert b"standing.ended" in told
    for personal in (newcomer.email, newcomer.display_name, str(newcomer.pk), REASON):
        assert personal.encode() not in told
    with pytest.raises(Refused) as no:
        till.begin(newcomer)
    assert no.value.code in ("membership-ended", "already-subscribed")
    with pytest.raises(Refused) as no:
        actions.confirm_ending(ending=ending, by=sven, at=NOW)
    assert no.value.code == "ending-decided"


def test_nobody_ends_their_own_or_without_a_reason_or_twice(
    make_person: Callable[..., Person], stella: Person, sven: Person
) -> None:
    ada = make_person("Ada")
    for person, by, reason, code in (
        (stella, stella, REASON, "own-standing"),
        (ada, ada, REASON, "not-a-steward"),
        (ada, stella, " ", "no-reason"),
        (make_person("Guest", standing=False), stella, REASON, "no-standing"),
    ):
        with pytest.raises(Refused) as no:
            propose(person, by, reason)
        assert no.value.code == code
    ending = propose(ada, stella)
    with pytest.raises(Refused, match="already"):
        propose(ada, sven)
    with pytest.raises(IntegrityError), transaction.atomic():
        Ending.objects.filter(pk=ending.pk).update(
            state="confirmed", confirmed_by=stella, confirmed_at=NOW
        )
    actions.withdraw_ending(ending=ending, by=sven, at=NOW)
    assert propose(ada, sven).state == Ending.PROPOSED


def test_an_ending_is_lifted_only_by_an_adopted_resolution(
    make_person: Callable[..., Person], stella: Person, sven: Person
) -> None:
    ending = propose(make_person("Ada"), stella)
    actions.confirm_ending(ending=ending, by=sven, at=NOW)
    ending.refresh_from_db()
    with pytest.raises(Refused) as no:
        actions.lift_ending(ending=ending, resolution=ending.pk, by=stella, at=NOW)
    assert no.value.code == "no-such-resolution"


def test_what_awaits_a_steward_is_what_others_left_to_them(
    till: Till,
    newcomer: Person,
    stella: Person,
    sven: Person,
    settings: Settings,
    make_person: Callable[..., Person],
    client: Client,
) -> None:
    settings.REFUND_ALONE_MINOR = 100
    till.join(newcomer)
    payment = Payment.objects.get()

    def awaits(person: Person) -> list[str]:
        return [item.kind for item in for_stewards(person, NOW)]

    assert awaits(stella) == []
    for people, key in (([newcomer], "one"), ([sven], "two")):
        actions.open_case(kind="business", key=key, people=people, payment=payment, by=TEST, at=NOW)
    actions.propose_refund(
        payment=payment, amount=Money(5_000, "EUR"), reason="A mistake", by=stella, at=NOW
    )
    propose(newcomer, stella)
    assert awaits(stella) == ["case", "case"]
    # Not the case about himself; and what another steward put forward.
    assert awaits(sven) == ["case", "refund", "ending"]
    newcomer.role_grants.create(role="steward", starts_on=NOW.date(), basis="test")
    # Neither the case, nor the refund, nor the end of their own membership.
    assert [item.kind for item in for_stewards(newcomer, NOW)] == ["case"]
    assert awaits(make_person("Mia")) == []
    # Nor are these in a number that they are shown.
    client.force_login(sven)
    page = client.get(reverse("cases")).content.decode()
    assert "Refunds (1)" in page
    assert "Ended memberships (1)" in page
    client.force_login(newcomer)
    page = client.get(reverse("cases")).content.decode()
    assert "Refunds (" not in page
    assert "Ended memberships (" not in page


def test_a_case_is_asked_about_and_settled_by_others_alone(
    till: Till, sandbox: Sandbox, newcomer: Person, stella: Person, client: Client
) -> None:
    till.join(newcomer)
    payment = Payment.objects.select_related("subscription").get()
    assert payment.subscription
    case = actions.open_case(
        kind="business",
        key="k",
        people=[newcomer],
        payment=payment,
        stripe_id=payment.subscription.customer_id,
        by=TEST,
        at=NOW,
    )
    newcomer.role_grants.create(role="steward", starts_on=NOW.date(), basis="test")
    client.force_login(newcomer)
    assert client.get(reverse("case", args=[case.pk])).status_code == 404
    assert client.get(reverse("api-case", args=[case.pk])).status_code == 404
    with pytest.raises(Refused) as no:
        actions.do_about_case(case=case, way="explained", reason="Mine", by=newcomer, at=NOW)
    assert no.value.code == "own-case"
    client.force_login(stella)
    page = reverse("case", args=[case.pk])
    assert client.post(reverse("case-ask", args=[case.pk])).status_code == 302
    assert "We have asked" in client.get(page).content.decode()
    case.refresh_from_db()
    assert case.asked_at
    assert sweeps.cases(case.asked_at) == 1
    assert "no business" in client.get(page).content.decode()
    empty = client.post(page, {"way": "explained", "reason": ""})
    assert empty.status_code == 422
    assert client.post(page, {"way": "ask", "reason": "Who pays?"}).status_code == 302
    assert "Who pays?" in OutgoingMail.objects.get(subject="A question about your dues").body
    assert client.post(page, {"way": "explained", "reason": "A sole trader"}).status_code == 302
    again = client.post(
        reverse("api-case-settle", args=[case.pk]),
        {"way": "explained", "reason": "again"},
        content_type="application/json",
    )
    assert (again.status_code, again.json()["code"]) == (409, "case-closed")
    assert Case.objects.get().closed_by == stella
    assert newcomer.standing_on(NOW.date() + timedelta(days=9))
