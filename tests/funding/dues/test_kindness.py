"""Gifts, the pot, and membership without paying: what is granted, what is not, and who sees it."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from funding.dues import (
    actions,
    coverage,
    gift_stages,
    kindness_sweeps,
    refund_stages,
    stripe_gateway,
    sweeps,
)
from funding.dues.actions.pot import fill_pot
from funding.dues.models import (
    Event,
    Gift,
    OneOff,
    Payment,
    Plan,
    Pot,
    Refund,
    Subscription,
    Waiver,
    WaiverWish,
    WaiverYear,
)
from funding.dues.pot_figures import current
from funding.stripe_sandbox import billing, disputing, refunding
from kernel.money import Money
from kernel.refusal import Refused
from members.models import Event as MemberEvent
from members.models import OutgoingMail, Person, StandingPeriod
from tests.conftest import NOW, TEST
from tests.funding.dues.conftest import Till, books

EURO = "EUR"
DAY = timedelta(days=1)


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.code


def give_to_pot(till: Till, person: Person, minor: int = 6000, at: datetime = NOW) -> OneOff:
    one_off = actions.begin_pot(
        person=person, amount=Money(minor, EURO), attested=True, by=person, at=at
    )
    return pay(till, one_off, at)


def give(till: Till, giver: Person, email: str, *, at: datetime = NOW, **changes: Any) -> Gift:
    wanted: dict[str, Any] = {
        "plan": Plan.objects.on_offer().get(level="standard", interval="year"),
        "message": "For you.",
        "otherwise": Gift.RETURN,
        **changes,
    }
    one_off = actions.begin_gift(
        person=giver, email=email, attested=True, by=giver, at=at, **wanted
    )
    pay(till, one_off, at)
    return Gift.objects.get(one_off=one_off)


def pay(till: Till, one_off: OneOff, at: datetime = NOW) -> OneOff:
    actions.open_one_off(one_off=one_off, by=one_off.person, at=at)
    one_off.refresh_from_db()
    billing.pay(till.sandbox.account, one_off.session_id or "", at=int(at.timestamp()))
    till.settle(at)
    return one_off


def waive(person: Person, at: datetime = NOW) -> Waiver:
    return actions.grant_waiver(
        person=person, display_name=person.display_name, attested=True, by=person, at=at
    )


def accept(gift: Gift, at: datetime = NOW, **changes: Any) -> tuple[Person, bool]:
    given_to: dict[str, Any] = {
        "display_name": "Rosa",
        "attested": True,
        "stop_renewal": False,
        "locale": "en",
        **changes,
    }
    return actions.accept_gift(gift=gift, at=at, **given_to)


# Waivers


def test_a_waiver_is_granted_at_once_and_paid_by_the_pot(
    till: Till, newcomer: Person, make_person: Callable[..., Person]
) -> None:
    give_to_pot(till, make_person("Giver", standing=False))
    waiver = waive(newcomer)
    assert (waiver.starts_on, waiver.ends_on) == (date(2026, 11, 20), date(2027, 11, 20))
    assert newcomer.standing_on(NOW.date()) is not None
    assert Pot.objects.get().free_minor == 4000
    assert WaiverYear.objects.get().granted == 1


def test_there_is_none_without_a_pot_nor_beyond_the_number(
    till: Till, newcomer: Person, make_person: Callable[..., Person]
) -> None:
    assert refusal(lambda: waive(newcomer)) == "no-waiver-left"
    fill_pot(Money(1999, EURO))
    assert refusal(lambda: waive(newcomer)) == "no-waiver-left"
    fill_pot(Money(100_000, EURO))
    WaiverYear.objects.create(year=2026, granted=0, most=1)
    waive(newcomer)
    other = make_person("Other", standing=False)
    assert refusal(lambda: waive(other)) == "no-waiver-left"
    # What was taken for a refused one is back.
    assert Pot.objects.get().free_minor == 101_999 - 2000
    # The next year has its own number.
    waive(other, at=datetime(2027, 1, 1, 9, tzinfo=NOW.tzinfo))


def test_a_waiver_is_renewed_in_its_last_month_only(till: Till, newcomer: Person) -> None:
    fill_pot(Money(100_000, EURO))
    first = waive(newcomer)
    assert refusal(lambda: waive(newcomer, at=NOW + 300 * DAY)) == "still-a-member"
    second = waive(newcomer, at=NOW + 340 * DAY)
    assert second.starts_on == first.ends_on


def test_nobody_asks_for_another_or_without_the_statement(
    till: Till, newcomer: Person, make_person: Callable[..., Person]
) -> None:
    fill_pot(Money(100_000, EURO))
    other = make_person("Other")
    asked: dict[str, Any] = {"person": newcomer, "display_name": "Nia", "at": NOW}
    assert refusal(lambda: actions.grant_waiver(attested=True, by=other, **asked)) == (
        "dues-of-another"
    )
    assert refusal(lambda: actions.grant_waiver(attested=False, by=newcomer, **asked)) == (
        "not-attested"
    )
    assert not Waiver.objects.exists()


def test_whoever_cannot_pay_any_more_is_charged_no_more(till: Till, newcomer: Person) -> None:
    fill_pot(Money(100_000, EURO))
    subscription = till.join(newcomer, "standard", "month")
    at = NOW + 31 * DAY
    till.renew(subscription, at, accepted=False)
    till.settle(at)
    waiver = waive(newcomer, at=at)
    # What failed is tried again until the subscription is over, so it ends at once.
    sweeps.cancel(at)
    assert till.sandbox.account.store.get("subscription", subscription)["status"] == "canceled"
    assert waiver.starts_on <= at.date()


@pytest.mark.django_db(transaction=True)
def test_ten_at_once_share_three_waivers(make_person: Callable[..., Person]) -> None:
    actions.ensure_plans(by=TEST, at=NOW)
    fill_pot(Money(6500, EURO))
    people = [make_person(f"P{number}", standing=False) for number in range(10)]
    granted: list[Waiver] = []
    refused: list[str] = []
    start = threading.Barrier(len(people))

    def ask(person: Person) -> None:
        try:
            start.wait()
            granted.append(waive(person))
        except Refused as no:
            refused.append(no.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(granted), refused) == (3, ["no-waiver-left"] * 7)
    assert Pot.objects.get().free_minor == 500
    assert Waiver.objects.count() == WaiverYear.objects.get().granted == 3
    assert StandingPeriod.objects.filter(kind="waiver").count() == 3


def test_nobody_sees_who_has_one(
    till: Till, newcomer: Person, make_person: Callable[..., Person]
) -> None:
    fill_pot(Money(100_000, EURO))
    payer = make_person("Payer", standing=False)
    till.join(payer)
    waive(newcomer)
    names = {"waiver", "without", "free", "hardship"}
    events = [*Event.objects.all(), *MemberEvent.objects.all()]
    said = " ".join(f"{event.verb} {event.subject} {event.details}" for event in events)
    said += " ".join(f"{queued.subject} {queued.key}" for queued in OutgoingMail.objects.all())
    assert not {word for word in names if word in said.lower()}

    def verbs(person: Person) -> list[str]:
        mine = MemberEvent.objects.filter(subject=f"person:{person.pk}").order_by("pk")
        return sorted({event.verb for event in mine})

    def subjects(person: Person) -> set[str]:
        return set(OutgoingMail.objects.filter(person=person).values_list("subject", flat=True))

    # They look the same: the verbs of what was done, and the subjects of what was written.
    assert verbs(newcomer) == verbs(payer)
    assert subjects(newcomer) == subjects(payer)
    api, client = Client(), Client()
    api.force_login(newcomer)
    client.force_login(payer)
    assert "waiver" not in api.get(reverse("api-dues")).content.decode()
    for name in ("dues-pot", "money", "my-dues", "api-members-summary", "api-ledger-summary"):
        assert "Nia" not in client.get(reverse(name)).content.decode()


def test_the_books_hear_of_a_months_sum_when_it_is_over(
    till: Till, newcomer: Person, make_person: Callable[..., Person]
) -> None:
    giver = make_person("Giver", standing=False)
    give_to_pot(till, giver)
    before = current(EURO)
    waive(newcomer)
    waive(make_person("Other", standing=False))
    assert kindness_sweeps.waivers_booked(NOW) == 0
    # What everybody sees does not move when one is granted.
    assert current(EURO) == before
    assert (before.held, before.funds) == (Money(6000, EURO), 3)
    later = datetime(2026, 12, 1, 2, tzinfo=NOW.tzinfo)
    assert kindness_sweeps.waivers_booked(later) == 1
    assert kindness_sweeps.waivers_booked(later) == 0
    assert (books()["pot"], books()["waivers"]) == (2000, 4000)
    assert books()["pot"] == Pot.objects.get().free_minor


def test_those_who_wait_are_told_as_many_as_there_are(
    till: Till, make_person: Callable[..., Person]
) -> None:
    waiting = [make_person(f"W{number}", standing=False) for number in range(3)]
    for number, person in enumerate(waiting):
        actions.wish_for_waiver(person=person, by=person, at=NOW + timedelta(seconds=number))
    assert kindness_sweeps.waivers_told(NOW) == 0
    fill_pot(Money(4100, EURO))
    assert kindness_sweeps.waivers_told(NOW) == 2
    told = set(OutgoingMail.objects.values_list("person", flat=True))
    assert told == {waiting[0].pk, waiting[1].pk}
    assert [wish.person for wish in WaiverWish.objects.all()] == [waiting[2]]


def test_what_ends_and_does_not_renew_is_told_a_month_before_once(
    till: Till, newcomer: Person
) -> None:
    person, _is_new = accept(give(till, newcomer, "rosa@example.org"))
    ends = datetime(2027, 11, 20, 12, tzinfo=UTC)
    for before, count in ((32, 0), (30, 1), (3, 1), (-1, 1)):
        kindness_sweeps.ending(ends - timedelta(days=before))
        told = OutgoingMail.objects.filter(person=person, key__startswith="ending:")
        assert told.count() == count, before
    assert "19 November 2027" in told.get().body


# Gifts and the pot


def test_a_gift_is_offered_accepted_and_earned(till: Till, newcomer: Person) -> None:
    gift = give(till, newcomer, "Rosa@Example.org")
    assert (gift.state, gift.email) == (gift_stages.OFFERED, "rosa@example.org")
    assert books()["deferred-dues"] == 5000
    assert kindness_sweeps.gift_letters(NOW) == 1
    assert kindness_sweeps.gift_letters(NOW) == 0
    (letter,) = mail.outbox
    assert letter.to == ["rosa@example.org"]
    assert "Nia gives you a year of membership" in letter.body
    person, is_new = accept(gift)
    assert is_new
    assert person.email == "rosa@example.org"
    period = person.standing_periods.get()
    assert (period.kind, period.starts_on, period.ends_on) == (
        "gift",
        date(2026, 11, 20),
        date(2027, 11, 20),
    )
    assert person.attestations.get().text != ""
    gift.refresh_from_db()
    assert gift.state == gift_stages.ACCEPTED
    assert refusal(lambda: accept(gift)) == "gift-gone"


def test_nobody_gives_to_themselves(
    till: Till, newcomer: Person, make_person: Callable[..., Person]
) -> None:
    assert refusal(lambda: give(till, newcomer, newcomer.email.upper())) == "gift-to-oneself"
    gift = give(till, newcomer, "later@example.org")
    Person.objects.filter(pk=newcomer.pk).update(email="later@example.org")
    assert refusal(lambda: accept(gift)) == "gift-to-oneself"


def test_a_gift_counts_against_the_cap_of_its_giver(till: Till, newcomer: Person) -> None:
    plan = Plan.objects.on_offer().get(level="solidarity", interval="year")
    for number in range(4):
        give(till, newcomer, f"g{number}@example.org", plan=plan)
    assert refusal(lambda: give_to_pot(till, newcomer, 12_001)) == "over-cap"
    give_to_pot(till, newcomer, 12_000)
    assert refusal(lambda: till.begin(newcomer)) == "over-cap"


def test_what_is_over_the_cap_once_paid_goes_back_whole(till: Till, newcomer: Person) -> None:
    first = actions.begin_pot(
        person=newcomer, amount=Money(40_000, EURO), attested=True, by=newcomer, at=NOW
    )
    actions.open_one_off(one_off=first, by=newcomer, at=NOW)
    plan = Plan.objects.on_offer().get(level="solidarity", interval="year")
    for number in range(2):
        give(till, newcomer, f"g{number}@example.org", plan=plan)
    first.refresh_from_db()
    billing.pay(till.sandbox.account, first.session_id or "", at=int(NOW.timestamp()))
    till.settle()
    refund = Refund.objects.get()
    assert (refund.cause, refund.minor) == ("cap", 40_000)
    assert not Pot.objects.exists()


@pytest.mark.parametrize(
    ("otherwise", "state"),
    [(Gift.RETURN, gift_stages.RETURNED), (Gift.POT, gift_stages.PASSED_ON)],
)
def test_what_nobody_accepts_goes_where_its_giver_said(
    till: Till, newcomer: Person, otherwise: str, state: str
) -> None:
    gift = give(till, newcomer, "rosa@example.org", otherwise=otherwise)
    assert kindness_sweeps.gifts_lapse(NOW + 29 * DAY) == 0
    at = NOW + 31 * DAY
    assert kindness_sweeps.gifts_lapse(at) == 1
    assert kindness_sweeps.gifts_lapse(at) == 0
    gift.refresh_from_db()
    assert (gift.state, gift.email, gift.message) == (state, "", "")
    assert refusal(lambda: accept(gift)) == "gift-gone"
    sweeps.refunds(at)
    till.settle(at)
    if otherwise == Gift.POT:
        assert books()["pot"] == Pot.objects.get().free_minor == 5000
        assert not Refund.objects.exists()
    else:
        assert Refund.objects.get().cause == "gift"
        assert books().get("deferred-dues", 0) == 0
        assert not Pot.objects.exists()


def test_a_gift_is_declined_by_its_link_and_taken_back_by_its_giver(
    till: Till, newcomer: Person, make_person: Callable[..., Person]
) -> None:
    gift = give(till, newcomer, "rosa@example.org", otherwise=Gift.POT)
    other = make_person("Other")
    assert refusal(lambda: actions.take_back_gift(gift=gift, by=other, at=NOW)) == "dues-of-another"
    kindness_sweeps.gift_letters(datetime.now(NOW.tzinfo))
    address = re.search(r"http\S+/dues/gifts/\S+", str(mail.outbox[0].body))
    assert address
    client = Client()
    Gift.objects.update(ends_at=datetime.now(NOW.tzinfo) + DAY)
    page = client.get(address[0])
    assert "A gift for you" in page.content.decode()
    gift.refresh_from_db()
    assert gift.state == gift_stages.OFFERED
    assert "say no" not in client.post(address[0], {"decline": "yes"}).content.decode()
    gift.refresh_from_db()
    assert gift.state == gift_stages.PASSED_ON
    assert not Person.objects.filter(email="rosa@example.org").exists()
    second = give(till, newcomer, "rosa@example.org", otherwise=Gift.POT)
    actions.take_back_gift(gift=second, by=newcomer, at=NOW)
    assert Refund.objects.get().payment == Payment.objects.get(one_off=second.one_off)


def test_a_gift_begins_after_what_is_paid_and_can_stop_ones_own_renewal(
    till: Till, newcomer: Person, make_person: Callable[..., Person]
) -> None:
    rosa = make_person("Rosa", standing=False)
    till.join(rosa)
    gift = give(till, newcomer, rosa.email)
    person, is_new = accept(gift, stop_renewal=True)
    assert (person, is_new) == (rosa, False)
    period = rosa.standing_periods.get(kind="gift")
    assert period.starts_on == rosa.standing_periods.get(kind="dues").ends_on
    assert Subscription.objects.get(person=rosa).is_ending


def test_the_same_gift_twice_is_one_page_to_pay(till: Till, newcomer: Person) -> None:
    plan = Plan.objects.on_offer().get(level="standard", interval="year")
    asked: dict[str, Any] = {
        "person": newcomer,
        "email": "rosa@example.org",
        "plan": plan,
        "message": "",
        "otherwise": "return",
        "attested": True,
        "by": newcomer,
    }
    first = actions.begin_gift(at=NOW, **asked)
    assert actions.begin_gift(at=NOW + timedelta(minutes=1), **asked) == first
    other = actions.begin_gift(at=NOW, **{**asked, "message": "Hello"})
    first.refresh_from_db()
    assert (first.state, other.state) == ("replaced", "prepared")


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(1, 24))
def test_months_later_is_never_more_than_so_many_months(day: date, months: int) -> None:
    later = coverage.months_later(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == day.day or (later + DAY).day == 1


# What goes back out of the pot


def payment_to_pot(till: Till, giver: Person, minor: int = 6000) -> Payment:
    return Payment.objects.select_related("one_off").get(one_off=give_to_pot(till, giver, minor))


def agrees() -> int:
    """What is free, as the books have it too."""
    free = Pot.objects.get().free_minor
    assert books().get("pot", 0) == free
    return free


def steward_refund(payment: Payment, minor: int, by: Person, at: datetime = NOW) -> Refund:
    return actions.propose_refund(
        payment=payment, amount=Money(minor, EURO), reason="A slip", by=by, at=at
    )


def test_a_refund_takes_from_the_pot_at_once_and_not_what_is_spent(
    till: Till, newcomer: Person, make_person: Callable[..., Person], settings: Settings
) -> None:
    steward, second = (make_person(name, role="steward") for name in ("Stella", "Sven"))
    payment = payment_to_pot(till, newcomer)
    settings.REFUND_ALONE_MINOR = 1000
    proposed = steward_refund(payment, 5000, steward)
    other = make_person("Other", standing=False)
    # While a second steward thinks about it, nobody becomes a member by what is to go back.
    assert Pot.objects.get().free_minor == 1000
    assert refusal(lambda: waive(other)) == "no-waiver-left"
    actions.withdraw_refund(refund=proposed, by=second, at=NOW)
    assert agrees() == 6000
    waive(other)
    assert refusal(lambda: steward_refund(payment, 4001, steward)) == "pot-spent"
    assert Pot.objects.get().free_minor == 4000
    steward_refund(payment, 1000, steward)
    till.settle(NOW)
    assert Pot.objects.get().free_minor == 3000
    later = datetime(2026, 12, 1, 2, tzinfo=NOW.tzinfo)
    kindness_sweeps.waivers_booked(later)
    assert agrees() == 3000


def test_a_refund_of_the_pot_that_fails_fills_it_again(
    till: Till, newcomer: Person, make_person: Callable[..., Person]
) -> None:
    steward = make_person("Stella", role="steward")
    payment = payment_to_pot(till, newcomer)
    made = steward_refund(payment, 2000, steward)
    till.settle(NOW)
    assert agrees() == 4000
    made.refresh_from_db()
    refunding.fail(till.sandbox.account, made.stripe_id or "", at=int(NOW.timestamp()))
    till.settle(NOW)
    made.refresh_from_db()
    assert made.state == refund_stages.FAILED
    assert agrees() == 6000


def test_a_lost_dispute_takes_from_the_pot_what_is_spent_too(
    till: Till, newcomer: Person, make_person: Callable[..., Person]
) -> None:
    payment = payment_to_pot(till, newcomer, 3000)
    waive(make_person("Other", standing=False))
    charge = stripe_gateway.fetch_payment(payment.intent_id)[0].charge
    account, at = till.sandbox.account, int(NOW.timestamp())
    dispute = disputing.open_dispute(
        account, charge, amount=3000, reason="fraudulent", inquiry=False, at=at
    )
    till.settle(NOW)
    assert Pot.objects.get().free_minor == 1000
    disputing.close_dispute(account, dispute["id"], won=False, at=at)
    till.settle(NOW)
    assert Pot.objects.get().free_minor == -2000
    # What is given next makes up for it first.
    give_to_pot(till, make_person("Giver", standing=False), 5000)
    kindness_sweeps.waivers_booked(datetime(2026, 12, 1, 2, tzinfo=NOW.tzinfo))
    assert agrees() == 3000


def test_a_gift_that_went_to_the_pot_goes_back_out_of_it(
    till: Till, newcomer: Person, make_person: Callable[..., Person]
) -> None:
    gift = give(till, newcomer, "rosa@example.org", otherwise=Gift.POT)
    payment = Payment.objects.get(one_off=gift.one_off)
    steward = make_person("Stella", role="steward")
    steward_refund(payment, 1500, steward)
    till.settle(NOW)
    at = NOW + 31 * DAY
    assert kindness_sweeps.gifts_lapse(at) == 1
    assert agrees() == 3500
    steward_refund(payment, 500, steward, at=at)
    till.settle(at)
    assert agrees() == 3000
