"""A round is opened by members: the text, its form, its content for the API, and what follows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from funding.grants import round_plans, sweeps
from funding.grants.kind_forms import RoundEditor
from funding.grants.models import Round
from funding.grants.round_plans import RoundPlan
from funding.grants.rubric import Criterion
from funding.grants.serializers import RoundContent
from governance.proposals import actions as proposals
from governance.proposals import kinds, stages
from governance.proposals.models import Proposal
from kernel.money import Money
from members.models import Person
from tests.conftest import NOW, TEST
from tests.funding.grants.awards_scene import a_round, fill_bank
from tests.funding.grants.test_applying import code_of
from tests.governance.proposals.conftest import MakePerson, support
from tests.governance.proposals.deciding import adopt_all_rules, decide, no, propose, yes

PLAN = RoundPlan(
    title="Receipts",
    purpose="Small tools with which customers keep their own receipts.",
    small=True,
    budget=Money(1_000_000, "EUR"),
    smallest=Money(50_000, "EUR"),
    largest=Money(250_000, "EUR"),
    criteria=(
        Criterion("c1", "Who it helps", "1: nobody, 5: many", 60),
        Criterion("c2", "Whether it can be done", "1: hardly, 5: surely", 40),
    ),
    hold_back=0,
    opens_after=7,
    open_days=30,
    hear_days=21,
    vote_days=14,
    vote_quorum="10/100",
    sponsors_needed=5,
)
FORM: dict[str, Any] = {
    "title": "Receipts",
    "purpose": "Small tools with which customers keep their own receipts.",
    "form": "small",
    "budget": "10000",
    "smallest": "500",
    "largest": "2500",
    "hold_back": "0",
    "opens_after": "7",
    "open_days": "30",
    "hear_days": "21",
    "vote_days": "14",
    "quorum": "10",
    "sponsors_needed": "5",
    "criterion_1": "Who it helps",
    "guidance_1": "1: nobody, 5: many",
    "weight_1": "60",
    "criterion_2": "Whether it can be done",
    "guidance_2": "1: hardly, 5: surely",
    "weight_2": "40",
}


@pytest.fixture
def people(make_person: MakePerson) -> list[Person]:
    return [make_person(f"Member {number}") for number in range(12)]


@given(
    st.integers(0, 365), st.integers(1, 365), st.integers(1, 365), st.booleans(), st.integers(0, 50)
)
def test_a_plan_reads_back_the_same_and_its_dates_are_in_order(
    opens: int, lasts: int, hears: int, small: bool, hold_back: int
) -> None:
    plan = replace(
        PLAN,
        opens_after=opens,
        open_days=lasts,
        hear_days=hears,
        small=small,
        hold_back=hold_back,
    )
    assert round_plans.read(plan.as_content()) == plan
    assert NOW <= plan.opens_at(NOW) < plan.closes_at(NOW) < plan.hear_by(NOW)


def test_the_form_makes_the_plan(db: None) -> None:
    form = RoundEditor(FORM)
    assert form.is_valid(), form.errors
    assert form.content() == PLAN


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"weight_2": "30"}, "__all__"),
        ({"guidance_2": ""}, "__all__"),
        ({"largest": "10001"}, "__all__"),
        ({"smallest": "2501"}, "__all__"),
        ({"budget": "much"}, "budget"),
        ({"open_days": "0"}, "open_days"),
        ({"hold_back": "51"}, "hold_back"),
        ({"criterion_1": ""}, "criterion_1"),
        ({"form": "huge"}, "form"),
    ],
)
def test_the_form_says_what_does_not_fit(db: None, change: dict[str, str], where: str) -> None:
    form = RoundEditor({**FORM, **change})
    assert not form.is_valid()
    assert set(form.errors) == {where}


def test_the_api_takes_the_same(db: None) -> None:
    content = PLAN.as_content()
    taken = RoundContent(data=content)
    assert taken.is_valid(), taken.errors
    assert taken.content() == PLAN
    changes: list[dict[str, Any]] = [
        *({"vote_quorum": "2/1"}, {"criteria": []}, {"largest": 9**9}, {"budget": "x"})
    ]
    for change in changes:
        assert not RoundContent(data={**content, **change}).is_valid()


@pytest.mark.django_db
@pytest.mark.parametrize(("ayes", "noes", "stage"), [(6, 1, "adopted"), (1, 6, "rejected")])
def test_a_round_is_there_once_members_adopted_it_and_opens_on_its_day(
    people: list[Person], tmp_path: Path, ayes: int, noes: int, stage: str, client: Client
) -> None:
    adopt_all_rules(tmp_path, at=NOW - timedelta(days=1))
    fill_bank(PLAN.budget.minor)
    ada, bob, cyd, *others = people
    votes = yes(*others[:ayes]) + no(*others[ayes : ayes + noes])
    proposal = decide(propose("open_round", ada, PLAN), votes, sponsors=(bob, cyd))
    assert proposal.stage == stage
    assert Round.objects.count() == (stage == stages.ADOPTED)
    page = client.get(proposal.get_absolute_url())
    assert "What a score from 1 to 5 means" in page.content.decode()
    if stage != stages.ADOPTED:
        return
    round = Round.objects.get()
    assert (round.stage, round.basis) == ("announced", proposal.public_url)
    assert round.rubric == PLAN.criteria
    [followed] = kinds.get("open_round").consequences(proposal=proposal)
    assert followed.url == round.get_absolute_url()
    assert client.get(round.get_absolute_url()).status_code == 200
    assert sweeps.rounds(round.opens_at - timedelta(seconds=1)) == 0
    assert sweeps.rounds(round.opens_at) == 1


@pytest.mark.django_db
def test_a_round_goes_to_the_vote_once_settled_dues_cover_it(
    people: list[Person], tmp_path: Path, client: Client
) -> None:
    adopt_all_rules(tmp_path, at=NOW - timedelta(days=1))
    ada, bob, cyd, *_others = people
    fill_bank(1_500_000)
    a_round(budget=600_000)
    proposal = support(propose("open_round", ada, PLAN), bob, cyd)
    assert proposal.ends_at
    late = proposal.ends_at

    def freeze() -> Proposal:
        return proposals.freeze(proposal=proposal, by=TEST, at=late)

    assert code_of(freeze) == "budget-not-covered"
    with time_machine.travel(late, tick=False):
        page = client.get(proposal.get_absolute_url()).content.decode()
    assert "€9,000.00 are promised to nobody, and this round asks for €10,000.00" in page
    client.force_login(ada)
    form = client.get(reverse("proposal-write", args=["open_round"])).content.decode()
    assert "At most €9,000.00 today" in form
    fill_bank(100_000, key="test:more")
    assert freeze().stage == stages.FINAL


@pytest.mark.django_db
def test_what_no_round_can_be_made_of_is_no_proposal(people: list[Person], tmp_path: Path) -> None:
    adopt_all_rules(tmp_path, at=NOW - timedelta(days=1))
    ada = people[0]
    dollars = replace(PLAN, budget=Money(1_000_000, "USD"))
    assert code_of(lambda: propose("open_round", ada, dollars)) == "round-currency"


@pytest.mark.django_db
def test_the_form_is_there_for_members(people: list[Person], client: Client) -> None:
    client.force_login(people[0])
    page = client.get(reverse("proposal-write", args=["open_round"]))
    assert page.status_code == 200
    assert "What criterion 1 counts, of 100" in page.content.decode()
