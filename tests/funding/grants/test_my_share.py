"""“Your dues went here”: the shares of everybody sum to each payment, and nobody sees another's."""

from __future__ import annotations

import csv
import io
import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from funding.dues.models import Dispute
from funding.grants import dues_share, my_share
from funding.grants.actions import ending
from funding.grants.dues_share import PERIOD, Place
from funding.grants.models import GrantPayment, Round
from kernel.money import Money
from members.models import Person
from tests.conftest import NOW
from tests.funding.grants.awards_acting import LATER, a_line, pay, under_way
from tests.funding.grants.awards_scene import Scene, set_scene
from tests.funding.grants.dues_scene import gives, goes_back, is_disputed, pays

Persons = Callable[..., Person]
PAGE, API = "grant-my-share", "api-grant-my-share"


# The rule


@given(
    minor=st.integers(0, 10**9),
    paid=st.lists(st.sampled_from([0, 1, 100, 500, 1200, 5000, 4999, 12_000]), max_size=40),
)
def test_one_share_is_what_the_whole_sharing_gives(minor: int, paid: list[int]) -> None:
    everybody = dict(enumerate(paid))
    whole = dues_share.shares(minor, paid=everybody)
    counts = Counter(part for part in paid if part)
    found = {
        who: Place(paid=part, counts=counts, before=paid[:who].count(part)).share(minor)
        for who, part in everybody.items()
    }
    assert found == {who: whole.get(who, 0) for who in everybody}
    assert sum(found.values()) == (minor if any(paid) else 0)


# What is read


@pytest.fixture
def scene(make_person: Persons) -> Scene:
    return set_scene(make_person, large=True, milestones=3, ask=108_000)


@pytest.fixture
def payment(scene: Scene) -> GrantPayment:
    """The first milestone, paid: 360 euros."""
    return pay(under_way(scene))


@pytest.fixture
def before(scene: Scene) -> Any:
    """A moment in the period of the round's budget."""
    return scene.round.adopted_at - timedelta(days=30)


def share(person: Person) -> list[int]:
    return [line.share.minor for line in my_share.of(person).lines]


def test_the_shares_of_everybody_sum_to_the_payment(
    payment: GrantPayment, before: Any, make_person: Persons
) -> None:
    dice = random.Random(7)  # noqa: S311 - any numbers will do
    people = [make_person(f"P{number}") for number in range(30)]
    for person in people:
        for _month in range(dice.randint(1, 3)):
            pays(person, dice.choice([100, 500, 500, 1200, 4999]), before)
    for person in people[:4]:
        goes_back(person.payments.order_by("pk")[0], 100)
    is_disputed(people[5].payments.order_by("pk")[0])
    round = Round.objects.get()
    by_rule = dues_share.shares(payment.minor, paid=my_share.paid_by_all(round))
    found = {person.pk: sum(share(person)) for person in people}
    assert sum(found.values()) == payment.minor
    assert {who: minor for who, minor in found.items() if minor} == by_rule


def test_only_dues_of_the_year_before_the_round_count(
    payment: GrantPayment, scene: Scene, make_person: Persons
) -> None:
    adopted = scene.round.adopted_at
    first, early, late, kind = (make_person(name) for name in ("Ada", "Ben", "Cat", "Dan"))
    pays(first, 500, adopted - PERIOD)
    pays(early, 500, adopted - PERIOD - timedelta(seconds=1))
    pays(late, 500, adopted)
    gives(kind, 500, adopted - timedelta(days=1))
    assert share(first) == [payment.minor]
    assert [share(person) for person in (early, late, kind)] == [[], [], []]


def test_what_went_back_takes_dues_out(
    payment: GrantPayment, before: Any, make_person: Persons
) -> None:
    ada, ben = make_person("Ada"), make_person("Ben")
    hers, his = pays(ada, 1000, before), pays(ben, 1000, before)
    assert (share(ada), share(ben)) == ([18_000], [18_000])
    goes_back(hers, 500)
    assert (share(ada), share(ben)) == ([12_000], [24_000])
    goes_back(his, 700, state="proposed")
    assert share(ben) == [24_000], "nothing went back yet"
    dispute = is_disputed(his)
    assert (share(ada), share(ben)) == ([36_000], [])
    Dispute.objects.filter(pk=dispute.pk).update(status="won", closed_at=NOW)
    assert share(ben) == [24_000], "the bank gave it back"


def test_who_has_left_is_nobody(payment: GrantPayment, before: Any, make_person: Persons) -> None:
    ada, ben, cat = (make_person(name) for name in ("Ada", "Ben", "Cat"))
    for person in (ada, ben, cat):
        pays(person, 1000, before)
    for gone in (ben, cat):
        Person.objects.filter(pk=gone.pk).update(
            left_at=NOW, is_active=False, display_name="", email=f"{gone.pk}@left.invalid"
        )
    assert share(ada) == [12_000], "their dues are nobody's, and not hers"
    round = Round.objects.get()
    assert my_share.paid_by_all(round) == {ada.pk: 1000, None: 2000}
    assert sum(dues_share.shares(36_000, paid=my_share.paid_by_all(round)).values()) == 36_000


def test_what_a_project_gives_back_comes_off(
    payment: GrantPayment, scene: Scene, before: Any, make_person: Persons
) -> None:
    ada, ben = make_person("Ada"), make_person("Ben")
    pays(ada, 100, before)
    pays(ben, 200, before)
    line = a_line(scene.stewards[2], Money(900, "EUR"), reference="BACK")
    ending.take_back(
        award=payment.milestone.award, line=line, by=scene.stewards[2], at=LATER + timedelta(days=1)
    )
    mine = my_share.of(ada)
    assert [(each.amount.minor, each.share.minor) for each in mine.lines] == [
        (36_000, 12_000),
        (-900, -300),
    ]
    assert mine.totals() == [Money(11_700, "EUR")]


# The page, the file and the API


def test_one_sees_ones_own_and_nobody_elses(
    payment: GrantPayment, before: Any, make_person: Persons, client: Client
) -> None:
    ada, ben = make_person("Ada"), make_person("Ben")
    pays(ada, 1000, before)
    pays(ben, 3000, before)
    client.force_login(ada)
    page = client.get(reverse(PAGE)).content.decode()
    assert "€90.00" in page
    assert "€270.00" not in page
    assert reverse("grant-award", args=[payment.milestone.award_id]) in page
    said = client.get(reverse(API)).json()
    assert [line["share"]["minor"] for line in said["lines"]] == [9000]
    assert said["totals"] == [{"minor": 9000, "currency": "EUR"}]
    record = said["lines"][0]["record"]
    assert record in page
    rows = list(csv.reader(io.StringIO(client.get(reverse("grant-my-share-csv")).content.decode())))
    assert rows[1][1:6] == ["A wallet of one’s own", "Seed grants", "360.00", "90.00", "EUR"]
    client.force_login(ben)
    assert client.get(reverse(API)).json()["lines"][0]["share"]["minor"] == 27_000
    client.logout()
    assert client.get(reverse(API)).status_code == 401
    assert client.get(reverse(PAGE)).status_code == 302


def test_who_paid_nothing_is_told_what_will_stand_there(
    payment: GrantPayment, make_person: Persons, client: Client
) -> None:
    client.force_login(make_person("Ada"))
    assert "Nothing yet." in client.get(reverse(PAGE)).content.decode()
    assert client.get(reverse(API)).json() == {"totals": [], "page": 1, "pages": 1, "lines": []}


def test_pages_of_the_api_are_asked_for_in_good_faith(
    payment: GrantPayment, make_person: Persons, client: Client
) -> None:
    client.force_login(make_person("Ada"))
    for bad in ("0", "-1", "x", "9" * 20, "", "\u0661"):
        answer = client.get(reverse(API), {"page": bad})
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["field"] == "page"
    assert client.get(reverse(API), {"page": "2"}).status_code == 404


def test_it_takes_as_many_queries_however_many_pay(
    payment: GrantPayment, before: Any, make_person: Persons
) -> None:
    ada = make_person("Ada")
    pays(ada, 1000, before)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            my_share.of(ada)
        return len(queries)

    few = asked()
    for number in range(12):
        pays(make_person(f"M{number}"), 500, before)
    assert asked() == few == 6, "payments, returns, whether I paid, and three sums"
