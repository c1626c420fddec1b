"""What the worker does for awards: promises, payments in the bank, reminders, the nightly proof."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

import pytest
from pytest_django import Settings

from funding.grants import payment_stages, sweeps
from funding.grants.actions import delivering, paying
from funding.grants.models import Award, Event, Fund
from kernel.money import Money
from members.models import OutgoingMail, Person
from tests.conftest import NOW
from tests.funding.grants.awards_acting import (
    LATER,
    PAYING_ACCOUNT,
    a_line,
    agree,
    approve,
    commit,
    under_way,
)
from tests.funding.grants.awards_scene import Scene, fill_bank, set_scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(make_person: Callable[..., Person]) -> Scene:
    return set_scene(make_person, large=True, milestones=2, settled=0)


def test_a_chosen_project_is_promised_its_money_once_it_has_settled(scene: Scene) -> None:
    assert sweeps.promises(NOW) == 0
    assert Fund.objects.get().round == scene.round
    assert Award.objects.count() == 0
    fill_bank(120_000)
    assert sweeps.promises(NOW) == 1
    assert Award.objects.get().application == scene.application
    assert sweeps.promises(NOW) == 0
    assert Fund.objects.get().committed_minor == 120_000


def test_what_was_sent_is_found_in_the_bank(scene: Scene, settings: Settings) -> None:
    settings.PAYING_ACCOUNT = PAYING_ACCOUNT
    fill_bank(500_000)
    way = under_way(scene)
    sam, sue, sid = scene.stewards
    approved = approve(way.payment, sam, sue)
    paying.make_bank_file(payments=[approved], execute_on=LATER.date(), by=sid, at=LATER)
    assert sweeps.payments(LATER) == 0
    a_line(sid, Money(-60_000, "EUR"), reference="R1", text=approved.pk.hex)
    assert sweeps.payments(LATER) == 1
    assert sweeps.payments(LATER) == 0
    approved.refresh_from_db()
    assert approved.stage == payment_stages.PAID


def test_a_project_is_reminded_before_and_after_and_not_every_hour(scene: Scene) -> None:
    fill_bank(500_000)
    award = agree(scene, commit(scene))
    due = datetime.combine(award.milestones.get(number=1).due_on, time(12), UTC)
    assert sweeps.reminders(due - delivering.REMIND_BEFORE - timedelta(days=1)) == 0
    told = [
        day
        for day in range(-16, 32)
        for _each in range(sweeps.reminders(due + timedelta(days=day)))
        if award.milestones.filter(number=1, reminded_on=(due + timedelta(days=day)).date())
    ]
    assert told == [-14, 1, 15, 29]
    subjects = OutgoingMail.objects.filter(key__contains=":due:").count()
    assert subjects >= len(told)


def test_every_steward_is_told_once_a_day_where_a_fund_differs(scene: Scene) -> None:
    fill_bank(500_000)
    commit(scene)
    assert sweeps.proof(NOW) == 0
    assert Event.objects.filter(verb="funds.proven").count() == 1
    Fund.objects.update(committed_minor=120_001)
    for _again in range(2):
        assert sweeps.proof(NOW) == 4
    told = OutgoingMail.objects.filter(key__contains=":proof:")
    assert {mail.person for mail in told} == set(scene.stewards)
    assert "120001 / 120000" in told[0].body
