"""The pages of joining and of money, as a browser without scripts sees them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from funding.dues import stages, stripe_gateway, sweeps
from funding.dues.models import Cancellation, CheckoutIntent, Plan
from funding.dues.stripe_gateway import Unavailable
from members.models import Attestation, Person
from tests.conftest import NOW
from tests.funding.dues.conftest import Till


@pytest.fixture
def mine(newcomer: Person) -> Client:
    client = Client()
    client.force_login(newcomer)
    return client


def form(**changes: str) -> dict[str, str]:
    plan = Plan.objects.on_offer().get(level="concession", interval="month")
    return {"display_name": "Nia", "attested": "on", "plan": str(plan.pk), **changes}


def text(response: Any) -> str:
    """The page's words, without tags and breaks."""
    page = re.sub(r"</?time[^>]*>", "", response.content.decode())
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


# Joining


@pytest.mark.django_db
def test_a_visitor_reads_what_membership_is_and_costs(till: Till, client: Client) -> None:
    response = client.get(reverse("join"))
    assert response.status_code == 200
    assert reverse("account_signup") in response.content.decode()
    for amount in ("€2.00", "€5.00", "€12.00", "€20.00", "€50.00", "€120.00"):
        assert amount in text(response)


@pytest.mark.django_db
def test_before_the_plans_are_set_the_page_says_so(client: Client, mine: Client) -> None:
    assert "not set yet" in text(client.get(reverse("join")))
    assert "No plan is offered" in text(mine.get(reverse("join")))


def test_one_form_with_the_standard_plan_by_the_year_chosen(
    till: Till, mine: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    # session, person, live subscription, the usual plan, the plans
    with django_assert_num_queries(5):
        page = mine.get(reverse("join")).content.decode()
    plan = Plan.objects.on_offer().get(level="standard", interval="year")
    assert re.findall(r'value="([^"]*)" required checked', page) == [str(plan.pk)]
    assert 'value="Nia"' in page
    assert "natural person" in page
    assert page.count('<button type="submit">') == 1


def test_continuing_leads_to_the_payment_page_of_the_chosen_plan(
    till: Till, mine: Client, newcomer: Person
) -> None:
    response = mine.post(reverse("join"), form(display_name="Nia B"))
    checkout = CheckoutIntent.objects.get()
    assert response.status_code == 303
    assert response["Location"] == checkout.session_url
    assert (checkout.state, checkout.plan.level) == (stages.OPEN, "concession")
    newcomer.refresh_from_db()
    assert newcomer.display_name == "Nia B"
    assert Attestation.objects.get().person == newcomer


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ("attested", "confirm the statement"),
        ("display_name", "This field is required"),
        ("plan", "This field is required"),
    ],
)
def test_what_is_missing_is_named_and_the_rest_is_kept(
    till: Till, mine: Client, missing: str, said: str
) -> None:
    given = form(display_name="Nia of the hills")
    del given[missing]
    response = mine.post(reverse("join"), given)
    assert response.status_code == 422
    assert said in text(response)
    page = response.content.decode()
    if missing != "display_name":
        assert 'value="Nia of the hills"' in page
    if missing != "plan":
        assert f'value="{given["plan"]}" required checked' in page
    if missing != "attested":
        assert re.search(r'name="attested"[^>]*checked', page)
    assert not CheckoutIntent.objects.exists()


def test_a_refusal_is_said_beside_the_form_which_stays_filled_in(
    till: Till, mine: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(**_given: object) -> None:
        raise Unavailable("gone")

    monkeypatch.setattr(stripe_gateway, "create_session", away)
    response = mine.post(reverse("join"), form(display_name="Nia of the hills"))
    assert response.status_code == 409
    assert "Nothing was charged" in text(response)
    assert 'value="Nia of the hills"' in response.content.decode()
    response = mine.post(reverse("join"), form(display_name="nia@example.org"))
    assert response.status_code == 409
    assert "cannot be an e-mail address" in text(response)


def test_who_pays_already_is_led_to_their_dues(till: Till, mine: Client, newcomer: Person) -> None:
    till.join(newcomer)
    for ask in (mine.get, mine.post):
        response = ask(reverse("join"))
        assert (response.status_code, response["Location"]) == (302, reverse("my-dues"))


def test_waiting_looks_again_by_itself_then_lets_go_then_welcomes(
    till: Till, mine: Client, newcomer: Person, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    checkout = till.choose(newcomer)
    till.pay(checkout)
    address = f"{reverse('join-wait')}?checkout={checkout.pk}"
    with time_machine.travel(NOW, tick=False) as clock:
        # session, person, the checkout with its person
        with django_assert_num_queries(3):
            response = mine.get(address)
        seconds, _, again = response["Refresh"].partition("; url=")
        assert seconds == "2"
        assert "being confirmed" in text(response)
        assert "no-store" in response["Cache-Control"]
        clock.shift(19)
        response = mine.get(again)
        assert "being confirmed" in text(response)
        assert response["Refresh"] == f"2; url={again}"
        clock.shift(1)
        response = mine.get(again)
        assert "You can close this page, we will write to you." in text(response)
        assert response["Refresh"] == f"10; url={again}"
        till.settle()
        response = mine.get(again)
    assert "Refresh" not in response
    page = response.content.decode()
    assert "You are a member, paid to 20 November 2027." in text(response)
    assert reverse("mfa_add_webauthn") in page
    assert reverse("account_email") in page


@pytest.mark.parametrize("since", ["x", "99999999999999999", "-1", "", "9e9"])
def test_an_address_that_lies_about_the_waiting_does_no_harm(
    till: Till, mine: Client, newcomer: Person, since: str
) -> None:
    checkout = till.choose(newcomer)
    response = mine.get(f"{reverse('join-wait')}?checkout={checkout.pk}&since={since}")
    assert response.status_code == 200


def test_a_page_that_closed_unpaid_says_that_nothing_was_charged(
    till: Till, mine: Client, newcomer: Person
) -> None:
    checkout = till.choose(newcomer)
    stripe_gateway.close_session(checkout.session_id or "")
    till.settle()
    response = mine.get(f"{reverse('join-wait')}?checkout={checkout.pk}", follow=True)
    assert response.redirect_chain == [(f"{reverse('join-cancelled')}?checkout={checkout.pk}", 302)]
    assert "Nothing was charged" in text(response)


def test_turning_back_changes_nothing_and_offers_to_choose_again(
    till: Till, mine: Client, newcomer: Person
) -> None:
    checkout = till.choose(newcomer)
    response = mine.get(f"{reverse('join-cancelled')}?checkout={checkout.pk}")
    assert "Nothing was charged" in text(response)
    assert reverse("join") in response.content.decode()
    checkout.refresh_from_db()
    assert checkout.state == stages.OPEN


@pytest.mark.parametrize("name", ["join-wait", "join-cancelled"])
def test_a_checkout_is_seen_by_its_person_only(
    till: Till, make_person: Callable[..., Person], mine: Client, name: str
) -> None:
    other = till.choose(make_person("Other", standing=False))
    for wrong in (f"?checkout={other.pk}", "?checkout=x", ""):
        assert mine.get(reverse(name) + wrong).status_code == 404
    response = Client().get(f"{reverse(name)}?checkout={other.pk}")
    assert urlsplit(response["Location"]).path == reverse("account_login")
    assert parse_qs(urlsplit(response["Location"]).query)["next"]


# One's own dues


def test_my_dues_lists_every_payment_with_its_entry(
    till: Till,
    mine: Client,
    newcomer: Person,
    make_person: Callable[..., Person],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    till.join(make_person("Other", standing=False))
    subscription = till.join(newcomer)
    for year in (2027, 2028):
        at = datetime(year, 11, 20, 12, tzinfo=UTC)
        till.renew(subscription, at)
        till.settle(at)
    # session, person; subscription, its cancellations, its change; payments, their refunds, gifts;
    # standing, attestations
    with time_machine.travel(NOW, tick=False), django_assert_num_queries(10):
        response = mine.get(reverse("my-dues"))
    words = text(response)
    assert "You pay €50.00 each year. It renews on 20 November 2029." in words
    line = r"Dues €50\.00 €\d\.\d\d 20 Nov (\d+) PDF of [^P]+Proof of entry (\d+)"
    assert re.findall(line, words) == [
        ("2029", "4"),
        ("2028", "3"),
        ("2027", "2"),
    ]


def test_without_dues_the_page_says_how_to_begin(till: Till, mine: Client) -> None:
    response = mine.get(reverse("my-dues"))
    assert "You are not a member yet." in text(response)
    assert "Nothing yet." in text(response)
    assert reverse("join") in response.content.decode()
    assert mine.get(reverse("my-dues-cancel")).status_code == 404


def test_cancelling_asks_once_and_then_says_what_it_means(
    till: Till, mine: Client, newcomer: Person
) -> None:
    till.join(newcomer)
    page = reverse("my-dues-cancel")
    assert "the next €50.00 on 20 November 2027 will not be taken" in text(mine.get(page))
    assert not Cancellation.objects.exists()
    response = mine.post(page, follow=True)
    assert response.redirect_chain == [(reverse("my-dues"), 302)]
    assert "nothing more is charged" in text(response)
    assert "Your membership lasts to 20 November 2027" in text(response)
    assert mine.get(page)["Location"] == reverse("my-dues")
    assert mine.post(page)["Location"] == reverse("my-dues")
    assert Cancellation.objects.count() == 1
    sweeps.cancel(NOW)
    till.settle()
    assert "nothing more is charged" in text(mine.get(reverse("my-dues")))


def test_a_failed_charge_is_told(till: Till, mine: Client, newcomer: Person) -> None:
    subscription = till.join(newcomer)
    at = datetime(2027, 11, 20, 12, tzinfo=UTC)
    till.renew(subscription, at, accepted=False)
    till.settle(at)
    assert "Your last charge did not go through" in text(mine.get(reverse("my-dues")))


@pytest.mark.parametrize("name", ["my-dues", "my-dues-cancel"])
def test_ones_own_pages_need_a_sign_in(db: None, client: Client, name: str) -> None:
    response = client.get(reverse(name))
    assert urlsplit(response["Location"]).path == reverse("account_login")


# The public books


@pytest.mark.django_db
def test_the_books_are_open_when_they_are_empty(client: Client) -> None:
    response = client.get(reverse("money"))
    assert response.status_code == 200
    assert "The books are open, and empty" in text(response)
    answer = client.get(reverse("api-ledger-summary")).json()
    assert answer["came_in"] == {"minor": 0, "currency": "EUR"}
    assert answer["payers"] == {"people": 0, "median": None, "largest_permille": None}
    assert answer["chain"] == {"entries": 0, "head": "0" * 64}


@pytest.fixture
def a_quarter(till: Till, make_person: Callable[..., Person]) -> list[Person]:
    """Three people who paid in September, October and December."""
    people = [make_person(name, standing=False) for name in ("Ada", "Ben", "Cem")]
    for person, month in zip(people, (9, 10, 12), strict=True):
        till.join(person, at=datetime(2026, month, 3, 12, tzinfo=UTC))
    return people


def test_the_money_page_adds_up_and_names_nobody(
    a_quarter: list[Person], client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    # digests, the chain's head, months, balances, payers, attestations, cases
    with django_assert_num_queries(7):
        response = client.get(reverse("money"))
    words = text(response)
    assert "€150.00" in words
    fee = 3 * FEE
    assert f"€{fee / 100:.2f}" in words
    assert f"€{(15_000 - fee) / 100:.2f}" in words
    assert "3 people paid in the past twelve months." in words
    for month in ("September 2026", "October 2026", "November 2026", "December 2026"):
        assert month in words
    assert "Held by Stripe" in words
    page = response.content.decode()
    assert page.count('fill="#0072B2"') == 1 + 4
    for person in a_quarter:
        for personal in (person.email, person.display_name, str(person.pk)):
            assert personal not in page


def test_the_api_says_the_same(
    a_quarter: list[Person], client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(7):
        answer = client.get(reverse("api-ledger-summary")).json()
    assert answer["currency"] == "EUR"
    assert answer["came_in"]["minor"] == 15_000
    assert answer["fees"]["minor"] == 3 * FEE
    assert answer["held"]["minor"] == 15_000 - 3 * FEE
    assert answer["payers"]["people"] == answer["chain"]["entries"] == 3
    # Paid for a year, and not earned yet.
    assert answer["owed"]["minor"] == 15_000
    assert answer["accounts"]["liability"] == [
        {
            "account": "deferred-dues",
            "name": "Dues paid for months to come",
            "balance": {"minor": 15_000, "currency": "EUR"},
        }
    ]
    assert answer["accounts"]["income"] == []
    assert [(row["month"], row["came_in"]["minor"]) for row in answer["months"]] == [
        ("2026-09", 5000),
        ("2026-10", 5000),
        ("2026-11", 0),
        ("2026-12", 5000),
    ]


def test_the_plans_are_in_the_api(
    till: Till, client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        answer = client.get(reverse("api-dues-plans")).json()
    assert [plan["amount"]["minor"] for plan in answer["results"]] == [
        200,
        500,
        1200,
        2000,
        5000,
        12_000,
    ]
    assert set(answer["results"][0]) == {"id", "level", "interval", "amount"}


# What the sandbox keeps of a yearly standard payment: 1.5 % and 25 cents.
FEE = 100
