"""What the link in a gift's letter opens: accepted or declined by whoever reads that address."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse

from funding.dues import actions, gift_stages, kindness_sweeps
from funding.dues.models import Gift, Plan
from funding.stripe_sandbox import billing
from members.models import Person
from tests.conftest import NOW
from tests.funding.dues.conftest import Till

ANSWER = {"display_name": "Rosa", "attested": "on"}


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def letter(till: Till, newcomer: Person) -> str:
    return offered(till, newcomer)


def offered(till: Till, giver: Person, at: datetime = NOW) -> str:
    """The path in the letter that Rosa got."""
    one_off = actions.begin_gift(
        person=giver,
        email="rosa@example.org",
        plan=Plan.objects.on_offer().get(level="standard", interval="year"),
        message="<b>For you</b>",
        otherwise=Gift.RETURN,
        attested=True,
        by=giver,
        at=at,
    )
    actions.open_one_off(one_off=one_off, by=giver, at=at)
    one_off.refresh_from_db()
    billing.pay(till.sandbox.account, one_off.session_id or "", at=int(at.timestamp()))
    till.settle(at)
    kindness_sweeps.gift_letters(at)
    found = re.search(r"http\S+(/dues/gifts/\S+)", str(mail.outbox[-1].body))
    assert found
    return found[1]


def state() -> str:
    return Gift.objects.get().state


def test_whoever_has_no_account_gets_one_and_is_signed_in(letter: str) -> None:
    client = Client()
    shown = client.get(letter).content.decode()
    assert "Nia gives you a year of membership" in shown
    assert "&lt;b&gt;For you" in shown
    assert client.head(letter).status_code == 200
    assert state() == gift_stages.OFFERED
    answer = client.post(letter, ANSWER)
    assert (answer.status_code, answer["Location"]) == (302, reverse("my-dues"))
    rosa = Person.objects.get(email="rosa@example.org")
    assert rosa.standing_on(NOW.date() + timedelta(days=360))
    assert client.session["_auth_user_id"] == str(rosa.pk)
    # Once it is accepted, the link is good for nothing more.
    again = Client().post(letter, ANSWER)
    assert "_auth_user_id" not in again.client.session
    assert Person.objects.filter(email="rosa@example.org").count() == 1


def test_whoever_has_an_account_signs_in_as_always(
    letter: str, make_person: Callable[..., Person]
) -> None:
    rosa = make_person("Rosa", standing=False)
    Person.objects.filter(pk=rosa.pk).update(email="rosa@example.org")
    client = Client()
    answer = client.post(letter, ANSWER)
    assert answer["Location"] == reverse("account_login")
    assert "_auth_user_id" not in client.session
    assert rosa.standing_on(NOW.date())


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"display_name": "Rosa"}, "read and confirm the statement"),
        ({"attested": "on", "display_name": ""}, "field is required"),
        ({"attested": "on", "display_name": "x" * 300}, "at most"),
    ],
)
def test_what_is_missing_is_named_and_nothing_is_lost(
    letter: str, answer: dict[str, str], said: str
) -> None:
    response = Client().post(letter, answer)
    assert (response.status_code, said in response.content.decode()) == (422, True)
    assert state() == gift_stages.OFFERED
    assert not Person.objects.filter(email="rosa@example.org").exists()


def test_declined_by_one_button_and_then_over(letter: str) -> None:
    client = Client()
    assert client.post(letter, {"decline": "yes"}).status_code == 200
    assert state() != gift_stages.OFFERED
    assert client.post(letter, ANSWER).status_code == 200
    assert not Person.objects.filter(email="rosa@example.org").exists()


def test_a_link_that_is_old_or_not_ours(letter: str) -> None:
    assert Client().get(reverse("dues-link-gift", args=["nonsense"])).status_code == 404
    with time_machine.travel(NOW + timedelta(days=500), tick=False):
        assert Client().post(letter, ANSWER).status_code == 410
    assert state() == gift_stages.OFFERED
