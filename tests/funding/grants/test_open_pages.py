"""What everybody reads of grants on pages: money, outcomes with reasons, proofs; and charts."""

from __future__ import annotations

import json
import re
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

from funding.grants import money_picture, open_reads
from funding.grants.actions import delivering, ending, reversing
from funding.grants.models import (
    Application,
    Award,
    Determination,
    GrantPayment,
)
from funding.grants.money_picture import RoundFigures, YearFigures
from governance.record.models import Pending
from kernel.money import Money
from members.models import Person
from tests.conftest import NOW
from tests.funding.grants.awards_acting import LATER, a_line, agree, commit, pay, under_way
from tests.funding.grants.awards_scene import Scene, an_application, set_scene

pytestmark = pytest.mark.django_db
Persons = Callable[..., Person]
HOSTILE = "</script><script>alert(1)</script> ]]> <!-- & “x”"
LINKED = re.compile(r'<script type="application/ld\+json" nonce="[^"]+">(.*?)</script>', re.S)


@pytest.fixture
def scene(make_person: Persons) -> Scene:
    return set_scene(make_person, large=True, milestones=3, ask=90_000)


@pytest.fixture
def paid(scene: Scene) -> GrantPayment:
    return pay(under_way(scene))


def read(client: Client, thing: Any) -> str:
    answer = client.get(thing if isinstance(thing, str) else thing.get_absolute_url())
    assert answer.status_code == 200
    return answer.content.decode()


def linked(page: str) -> dict[str, Any]:
    [said] = LINKED.findall(page)
    value: dict[str, Any] = json.loads(said)
    return value


def decided(application: Application, outcome: str, reasons: str, **more: Any) -> None:
    Determination.objects.create(
        application=application,
        outcome=outcome,
        reasons=reasons,
        **{"result_sha256": "5" * 64, "read_at": NOW, "determined_at": NOW, **more},
    )
    Application.objects.filter(pk=application.pk).update(stage=outcome)


# A project


def test_a_project_shows_what_was_paid_and_what_proves_it(
    client: Client, paid: GrantPayment, scene: Scene
) -> None:
    award = paid.milestone.award
    decided(scene.application, "awarded", "12 members approved of it.")
    page = read(client, award)
    [leaf] = open_reads.proofs([paid]).values()
    assert f'href="/record/entry/{leaf}"' in page
    assert paid.amount.format() in page
    assert "12 members approved of it." in page
    assert award.agreement is not None
    assert award.agreement.sha256 in page
    agreed = Pending.objects.get(type="grant-award.agreed")
    assert agreed.content["agreementSha256"] == award.agreement.sha256
    assert f'href="/record/entry/{agreed.leaf_hash}"' in page
    assert award.get_absolute_url() in read(client, scene.application)
    account = paid.account
    for secret in ("Noor", account.masked, scene.applicant.email, str(account.pk)):
        assert secret not in page


def test_what_shows_a_milestone_is_public_once_it_is_reached(client: Client, scene: Scene) -> None:
    award = agree(scene, commit(scene))
    first = award.milestones.get(number=1)
    delivering.show_evidence(
        milestone=first,
        url="https://example.org/quetzal",
        note="Written by Noor.",
        by=scene.applicant,
        at=NOW,
    )
    assert "quetzal" not in read(client, award)
    delivering.judge_milestone(
        milestone=first, accepted=True, reasons="Secret words.", by=scene.stewards[1], at=NOW
    )
    page = read(client, award)
    assert "https://example.org/quetzal" in page
    assert "Written by Noor" not in page
    assert "Secret words" not in page


def test_a_payment_that_came_back_is_none(client: Client, paid: GrantPayment, scene: Scene) -> None:
    line = a_line(scene.stewards[2], paid.amount, reference="BACK")
    proposed = reversing.propose_reversal(
        payment=paid, line=line, reason="Closed account.", by=scene.treasurer, at=LATER
    )
    reversing.confirm_reversal(reversal=proposed, by=scene.stewards[0], at=LATER)
    assert "Nothing yet." in read(client, paid.milestone.award)
    assert open_reads.overview().paid == Money(0, "EUR")


# A round


def test_a_round_says_who_was_chosen_who_is_next_and_who_not(
    client: Client, scene: Scene, make_person: Persons
) -> None:
    pia = make_person("Pia", standing=False)
    second, third, last = (an_application(scene.round, pia) for _one in range(3))
    decided(scene.application, "awarded", "Nine approved.")
    decided(second, "reserve", "Seven approved.", rank=2)
    decided(third, "reserve", "Eight approved.", rank=1)
    decided(last, "not_chosen", "No member who voted approved of it.")
    unnamed = an_application(scene.round, pia)
    Application.objects.filter(pk=unnamed.pk).update(stage="declined", named_at=None)
    commit(scene)
    page = read(client, scene.round)
    places = [
        page.index(words)
        for words in (
            *("Chosen by members", "Nine approved.", "Next in line", "Eight approved."),
            *("Seven approved.", "Not chosen this time", "No member who voted"),
        )
    ]
    assert places == sorted(places)
    assert str(unnamed.pk) not in page
    for amount in ("€5,000.00", "€900.00", "€4,100.00"):
        assert amount in page
    assert "Pia" not in page


def test_what_is_not_confirmed_is_not_told(client: Client, scene: Scene) -> None:
    decided(scene.application, "awarded", "Nine approved.", determined_at=None)
    page = read(client, scene.round)
    assert "Nine approved." not in page
    assert "Chosen by members" not in page


def test_a_round_asks_as_many_questions_however_many_projects_it_has(
    client: Client, scene: Scene, make_person: Persons
) -> None:
    pia = make_person("Pia", standing=False)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            read(client, scene.round)
        return len(queries)

    decided(scene.application, "awarded", "Nine approved.")
    few = asked()
    for number in range(12):
        one = an_application(scene.round, pia)
        decided(one, "reserve", "Some approved.", rank=number + 1)
    assert asked() == few


# Marked up


def test_titles_do_not_end_the_markup(client: Client, make_person: Persons) -> None:
    scene = set_scene(make_person, large=True, title=HOSTILE, round_title=HOSTILE)
    decided(scene.application, "awarded", "Nine approved.")
    award = commit(scene)
    for thing, kind in (
        (scene.application, "Project"),
        (award, "Project"),
        (scene.round, "MonetaryGrant"),
    ):
        page = read(client, thing)
        assert "<script>alert" not in page
        said = linked(page)
        assert said["@context"] == "https://schema.org"
        assert said["@type"] == kind
        assert said["name"] == HOSTILE
        assert said["url"].startswith("http")
    assert linked(read(client, award))["funding"]["amount"] == {
        "@type": "MonetaryAmount",
        "value": "1200.00",
        "currency": "EUR",
    }
    assert [one["name"] for one in linked(read(client, scene.round))["fundedItem"]] == [HOSTILE]


# The overview


def test_the_overview_adds_up(client: Client, paid: GrantPayment, scene: Scene) -> None:
    found = open_reads.overview()
    assert (found.projects, found.reached, found.milestones) == (1, 1, 4)
    assert found.committed == Money(90_000, "EUR")
    assert found.paid == paid.amount
    assert found.left == Money(410_000, "EUR")
    [year] = found.years
    assert (year.year, year.promised, year.paid) == (NOW.year, found.committed, found.paid)
    assert [one.by_year for one in found.rounds] == [(paid.amount,)]
    page = read(client, reverse("grant-money"))
    for amount in (found.committed, found.paid, found.left, found.budget):
        assert amount.format() in page
    assert page.count('<svg viewBox="0 0 480') == 2


def test_what_came_back_is_taken_off_its_year(paid: GrantPayment, scene: Scene) -> None:
    line = a_line(scene.stewards[2], Money(900, "EUR"), reference="BACK")
    ending.take_back(
        award=paid.milestone.award, line=line, by=scene.stewards[2], at=LATER + timedelta(days=1)
    )
    found = open_reads.overview()
    assert found.paid == paid.amount - Money(900, "EUR")
    assert found.committed == Money(90_000 - 900, "EUR")
    assert [year.paid for year in found.years] == [found.paid]


def test_the_overview_is_there_before_anything_is(client: Client) -> None:
    assert "Nothing yet." in read(client, reverse("grant-money"))


def test_the_overview_asks_as_many_questions_however_many_grants(
    client: Client, scene: Scene, make_person: Persons
) -> None:
    commit(scene)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            read(client, reverse("grant-money"))
        return len(queries)

    few = asked()
    for number in range(3):
        other = an_application(scene.round, make_person(f"P{number}", standing=False), ask=1000)
        commit(Scene(scene.round, other, other.applicant, scene.stewards, scene.treasurer))
    assert Award.objects.count() == 4
    assert asked() == few


# The charts


def euros(minor: int) -> Money:
    return Money(minor, "EUR")


@given(
    sums=st.lists(st.tuples(*[st.integers(0, 10**9)] * 3), max_size=12),
)
def test_bars_stay_within_their_budget_and_the_drawing(sums: list[tuple[int, ...]]) -> None:
    rounds = []
    for three in sums:
        paid, committed, budget = sorted(three)
        rounds.append(RoundFigures("x" * 200, euros(budget), euros(committed), euros(paid)))
    chart = money_picture.draw_rounds(rounds)
    assert len(chart.rows) == min(len(rounds), money_picture.MOST_ROUNDS)
    for row in chart.rows:
        assert 0 <= row.paid <= row.committed <= row.frame + 1.1 <= money_picture.WIDTH + 1.1
        assert row.y + chart.bar <= chart.height
        assert len(row.title) <= 44


@given(sums=st.lists(st.tuples(st.integers(-(10**6), 10**9), st.integers(-(10**6), 10**9))))
def test_columns_stand_on_the_base_line(sums: list[tuple[int, int]]) -> None:
    years = [
        YearFigures(2020 + number, euros(promised), euros(paid))
        for number, (promised, paid) in enumerate(sums)
    ]
    chart = money_picture.draw_years(years, currency="EUR")
    assert [one.year for one in chart.columns] == [
        one.year for one in years[-money_picture.MOST_YEARS :]
    ]
    for column in chart.columns:
        for y, height in (
            (column.promised_y, column.promised_height),
            (column.paid_y, column.paid_height),
        ):
            assert chart.top - 0.11 <= y <= chart.base
            assert abs(y + height - chart.base) < 0.11
        assert column.paid_x + chart.width <= money_picture.WIDTH
