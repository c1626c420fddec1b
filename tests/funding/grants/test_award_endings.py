"""Pages of what ends or comes back: terminations, returned money, reversals, funds, payees."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from funding.grants.actions import ending, paying
from funding.grants.models import (
    Application,
    Award,
    Event,
    Fund,
    GrantPayment,
    Interest,
    MoneyReturned,
    Reversal,
    SanctionsCheck,
    Termination,
)
from kernel.money import Money
from members.models import Person, RoleGrant
from tests.conftest import NOW
from tests.funding.grants.awards_acting import (
    LATER,
    PAYING_ACCOUNT,
    UnderWay,
    a_line,
    agree,
    approve,
    commit,
    name_account,
    pay,
    under_way,
)
from tests.funding.grants.awards_scene import Scene, an_application, set_scene
from tests.funding.grants.test_award_pages import page, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(make_person: Callable[..., Person], settings: Settings) -> Scene:
    settings.PAYING_ACCOUNT = PAYING_ACCOUNT
    return set_scene(make_person, large=True, milestones=3, hold_back=10)


@pytest.fixture
def way(scene: Scene) -> UnderWay:
    return under_way(scene)


@pytest.fixture(autouse=True)
def _at_later() -> Any:
    with time_machine.travel(LATER, tick=False):
        yield


# Ended by two


def test_one_proposes_to_end_it_and_another_ends_it(client: Client, scene: Scene) -> None:
    sam, sue, _sid = scene.stewards
    award = agree(scene, commit(scene))
    url = reverse("grant-award-end", args=[award.pk])
    client.force_login(sam)
    assert url in page(client, award.get_absolute_url())
    assert "Propose to end it" in page(client, url)
    assert "This field is required" in send(client, url, 422, do="propose", reason="")
    send(client, url, 302, do="propose", reason="The work has stopped.")
    mine = page(client, url)
    assert "You proposed this" in mine
    assert "End the award</button>" not in mine
    assert "Another person confirms it" in send(client, url, 409, do="confirm")
    client.force_login(sue)
    kept = send(client, url, 409, do="propose", reason="I saw it too.")
    assert "Somebody has proposed this already" in kept
    assert "I saw it too." in kept
    assert "The work has stopped." in page(client, url)
    send(client, url, 302, do="confirm")
    assert Award.objects.get().stage == "terminated"
    client.logout()
    assert "The work has stopped." in page(client, award.get_absolute_url())
    client.force_login(sue)
    late = send(client, url, 409, do="propose", reason="Once more.")
    assert "Once more." in late
    send(client, url, 404, do="nothing")


def test_a_proposal_to_end_it_is_turned_down(client: Client, scene: Scene) -> None:
    sam, sue, _sid = scene.stewards
    award = agree(scene, commit(scene))
    ending.propose_termination(award=award, reason="It stopped.", by=sam, at=LATER)
    url = reverse("grant-award-end", args=[award.pk])
    client.force_login(sue)
    send(client, url, 302, do="withdraw")
    assert Termination.objects.get().withdrawn_at
    assert "stage" in send(client, url, 409, do="confirm")


def test_what_concerns_somebody_is_not_there_for_them_and_its_project_ends_nothing(
    client: Client, way: UnderWay, make_person: Callable[..., Person]
) -> None:
    sam, _sue, _sid = way.scene.stewards
    award = way.award.pk
    urls = [
        *(
            reverse(name, args=[award])
            for name in ("grant-award-end", "grant-award-returns", "grant-award-payee")
        ),
        reverse("grant-payment-reversal", args=[way.payment.pk]),
    ]
    Interest.objects.filter(person=sam).update(conflicted=True)
    mia = make_person("Mia")
    for url in urls:
        client.force_login(sam)
        page(client, url, status=404)
        client.force_login(mia)
        page(client, url, status=404)
        client.force_login(way.scene.applicant)
        page(client, url, status=404 if "payments" in url else 403)
    client.force_login(mia)
    page(client, reverse("grant-fund", args=[way.award.fund_id]), status=403)
    client.force_login(sam)
    page(client, reverse("grant-fund", args=[way.award.fund_id]), status=403)


# Money that comes back


def test_money_given_back_is_a_line_of_the_banks(client: Client, way: UnderWay) -> None:
    sam, _sue, sid = way.scene.stewards
    url = reverse("grant-award-returns", args=[way.award.pk])
    client.force_login(sam)
    assert "No line of the bank’s statements may be it" in page(client, url)
    pay(way)
    back = a_line(sid, Money(10_000, "EUR"), reference="BACK", text="Rest of a grant " * 8)
    a_line(sid, Money(36_001, "EUR"), reference="TOO-MUCH")
    shown = page(client, url)
    assert "BACK" in shown
    assert "TOO-MUCH" not in shown
    send(client, url, 422)
    send(client, url, 302, line=str(back.pk))
    assert MoneyReturned.objects.get().minor == 10_000
    assert Fund.objects.get().paid_minor == 26_000
    assert "Please choose" not in page(client, url)
    send(client, url, 422, line=str(back.pk))
    assert MoneyReturned.objects.count() == 1


def test_a_payment_that_came_back_is_undone_by_two(client: Client, way: UnderWay) -> None:
    _sam, sue, sid = way.scene.stewards
    url = reverse("grant-payment-reversal", args=[way.payment.pk])
    client.force_login(way.scene.treasurer)
    assert "has not shown this payment yet" in page(client, url)
    paid = pay(way)
    assert url in page(client, paid.get_absolute_url())
    assert "shows this amount coming back" in page(client, url)
    back = a_line(sid, paid.amount, reference="BACK")
    assert "BACK" in page(client, url)
    kept = send(client, url, 422, do="propose", reason="Account closed.")
    assert "Account closed." in kept
    send(client, url, 302, do="propose", line=str(back.pk), reason="Account closed.")
    assert "Account closed." in page(client, url)
    send(client, url, 409, do="confirm")
    assert "Take it back" in page(client, url)
    send(client, url, 302, do="withdraw")
    send(client, url, 409, do="withdraw")
    assert not Reversal.objects.exists()
    send(client, url, 302, do="propose", line=str(back.pk), reason="Account closed.")
    client.force_login(sue)
    assert "Undo the payment in the books" in page(client, url)
    assert "Turn it down" in page(client, url)
    send(client, url, 302, do="confirm")
    assert Reversal.objects.get().confirmed_by == sue
    way.milestone.refresh_from_db()
    assert way.milestone.stage == "accepted"
    assert "Undone on" in page(client, url)
    send(client, url, 409, do="confirm")
    assert "It came back, and was undone" in page(client, paid.get_absolute_url())


# The fund


def test_a_fund_is_closed_once_nobody_waits_for_it(
    client: Client, scene: Scene, make_person: Callable[..., Person]
) -> None:
    sam = scene.stewards[0]
    url = reverse("grant-fund", args=[scene.round.pk])
    client.force_login(sam)
    assert url in page(client, scene.round.get_absolute_url())
    assert "Nothing is set aside for this round yet" in page(client, url)
    send(client, url, 404)
    award = commit(scene)
    waiting = an_application(scene.round, make_person("Res", standing=False), ask=5)
    Application.objects.filter(pk=waiting.pk).update(stage="reserve")
    assert "1 project is next in line" in page(client, url)
    assert "a project has not accepted its agreement yet" in send(client, url, 409)
    agree(scene, award)
    assert "€3,800.00 is set aside and promised to nobody" in page(client, url)
    send(client, url, 302)
    assert Fund.objects.get().closed_at == LATER
    assert "Closed on" in page(client, url)
    assert "This fund is closed already" in send(client, url, 409)


# Whom is paid


def test_whom_to_look_for_is_shown_once_when_asked_and_noted(client: Client, scene: Scene) -> None:
    sam = scene.stewards[0]
    award = agree(scene, commit(scene))
    url = reverse("grant-award-payee", args=[award.pk])
    client.force_login(sam)
    assert "has not named an account yet" in page(client, url)
    send(client, url, 409, do="reveal")
    name_account(scene.applicant)
    assert "Noor Amsel" not in page(client, url)
    assert not Event.objects.filter(verb="account.revealed").exists()
    answer = client.post(url, {"do": "reveal"})
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    shown = answer.content.decode()
    for part in ("Noor Amsel", "Am Ufer", "10179", "Berlin"):
        assert part in shown
    assert "3000" not in shown, "never the account"
    assert Event.objects.filter(verb="account.revealed").count() == 1
    assert "Noor Amsel" not in page(client, url)
    assert "Noor Amsel" not in send(client, url, 422, do="check", lists="eu")
    send(client, url, 302, do="check", lists="eu", found="no")
    assert SanctionsCheck.objects.get().by == sam
    assert "nobody was found" in page(client, url)


# What the bank's file still names


def test_a_file_stays_closed_to_whom_a_payment_in_it_concerned_though_the_bank_sent_it_back(
    client: Client, way: UnderWay
) -> None:
    sam, sue, sid = way.scene.stewards
    approved = approve(way.payment, sam, sue)
    made = paying.make_bank_file(payments=[approved], execute_on=LATER.date(), by=sid, at=LATER)
    paying.fail_payment(payment=approved, by=sid, at=LATER)
    assert not GrantPayment.objects.exclude(bank_file=None).exists()
    RoleGrant.objects.create(
        person=way.scene.applicant, role="treasurer", starts_on=NOW.date(), basis="test"
    )
    Interest.objects.filter(person=sam).update(conflicted=True)
    url = reverse("grant-bank-file", args=[made.pk])
    for person, status in ((sid, 200), (sam, 404), (way.scene.applicant, 404)):
        client.force_login(person)
        page(client, url, status=status)
        assert client.get(reverse("api-grant-bank-file", args=[made.pk])).status_code == status


# What is sent when it is offered no more


def test_what_was_written_is_shown_though_the_page_has_moved_on(
    client: Client, scene: Scene
) -> None:
    sam = scene.stewards[0]
    award = agree(scene, commit(scene))
    milestone = award.milestones.get(number=1)
    url = reverse("grant-milestone", args=[milestone.pk])
    client.force_login(sam)
    late = {"do": "judge", "judge-accepted": "yes", "judge-reasons": "It runs well."}
    assert "It runs well." in send(client, url, 409, **late)
    agreement = reverse("grant-agreement", args=[award.pk])
    assert "Other words." in send(client, agreement, 409, do="offer", text="Other words.")


def test_more_time_is_asked_for_and_given_by_two(client: Client, scene: Scene) -> None:
    sam, sue, _sid = scene.stewards
    award = agree(scene, commit(scene))
    milestone = award.milestones.get(number=1)
    url = reverse("grant-milestone", args=[milestone.pk])
    client.force_login(scene.applicant)
    asked = {"do": "extend", "extend-due_on": "2027-09-01", "extend-reason": "A part came late."}
    assert "what is agreed already" in send(
        client, url, 409, **{**asked, "extend-due_on": f"{milestone.due_on}"}
    )
    send(client, url, 302, **asked)
    for steward in (sam, sue):
        client.force_login(steward)
        send(client, url, 302, do="decide", **{"decide-accepted": "yes"})
    milestone.refresh_from_db()
    assert (f"{milestone.due_on}", milestone.criteria) == ("2027-09-01", "It runs.")
    assert "changed as the project asked" in page(client, url)
