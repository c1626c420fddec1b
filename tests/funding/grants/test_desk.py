"""What grants bring to the desk: at each step to whom it falls, and to nobody whom it concerns."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from funding.grants import actions
from funding.grants.actions import agreeing, delivering, payees, paying, reversing
from funding.grants.award_desk import AT_THE_BANK, of_awards
from funding.grants.desk import of_applications
from funding.grants.models import Application, Determination, Interest, Relation, Round
from funding.grants.waiting import grants_waiting
from members import desk_reads
from members.models import Person, RoleGrant
from tests.conftest import NOW, TEST
from tests.funding.grants.awards_acting import (
    LATER,
    a_line,
    agree,
    approve,
    commit,
    look,
    name_account,
    pay,
    reach,
    request,
    under_way,
)
from tests.funding.grants.awards_scene import set_scene
from tests.funding.grants.conftest import (
    READING,
    Persons,
    Sent,
    declare,
    end_call,
    reviewed,
    to_review,
    write,
)

pytestmark = pytest.mark.django_db
SOON = READING + timedelta(days=1)


@pytest.fixture(autouse=True)
def _clock(time_machine: Any) -> None:
    time_machine.move_to(SOON, tick=False)


def kinds(person: Person, at: datetime = SOON) -> list[str]:
    """What stands on somebody's desk of grants, by kind."""
    return sorted(item.kind for item in (*of_applications(person, at), *of_awards(person, at)))


def sentences(person: Person, at: datetime = SOON) -> list[str]:
    return [waiting.sentence for waiting in grants_waiting(person, at)]


@pytest.fixture
def read(pia: Person, sent: Sent, round: Round) -> Application:
    application = sent(pia)
    end_call(round)
    return application


def test_an_application_on_its_way_to_the_vote(
    read: Application, sam: Person, sue: Person, rex: Person, rhea: Person, pia: Person
) -> None:
    assert kinds(sam) == ["interest"]
    assert [item.personal for item in of_applications(sam, SOON)] == [True]
    # A reviewer holds no office: what waits for them is on their own page.
    assert sentences(rex) == ["Say whether you have an interest in 1 application"]
    declare(read, sam, sue, rex, rhea)
    assert kinds(sam) == kinds(sue) == ["screening"]
    (item,) = of_applications(sam, SOON)
    assert (item.due, item.url) == (read.round.hear_by, reverse("grant-panel", args=[read.pk]))
    actions.ask_more(application=read, what="How?", by=sam, at=READING)
    assert kinds(sam) == []
    assert sentences(pia) == ["Send what is missing of “Receipts one owns”"]
    assert kinds(sam, READING + timedelta(days=8)) == ["unanswered"]
    read.refresh_from_db()
    seen = write(read, SOON, how="With care.")
    actions.submit_application(application=read, seen=seen, by=pia, at=SOON)
    assert sentences(pia) == []
    (item,) = of_applications(sam, SOON)
    assert (item.kind, item.since) == ("screening", SOON)
    assert "again" in item.what
    to_review(read, sam)
    assert kinds(sam) == []
    assert sentences(rex) == ["Review “Receipts one owns”"]
    assert kinds(sam, read.round.hear_by) == ["slipping"]
    reviewed(read, rex, rhea)
    assert sentences(rex) == []
    assert kinds(sam) == ["shortlist"]
    actions.shortlist(application=read, reasons="Fits.", by=sam, at=SOON)
    assert kinds(sam) == kinds(sue) == ["vote"]


def test_a_correction_is_for_who_did_not_give_the_reasons(
    read: Application, sam: Person, sue: Person, pia: Person
) -> None:
    declare(read, sam, sue)
    actions.find_ineligible(application=read, reasons="For shops.", by=sam, at=READING)
    actions.correct_fact(application=read, text="For all.", by=pia, at=READING)
    assert kinds(sam) == []
    assert kinds(sue) == ["correction"]


def test_what_members_decided_is_confirmed_by_each_once(
    read: Application, sam: Person, sue: Person
) -> None:
    declare(read, sam, sue)
    Application.objects.filter(pk=read.pk).update(stage="balloted", named_at=READING)
    determination = Determination.objects.create(
        application=read, outcome="not_chosen", reasons="No.", result_sha256="0" * 64, read_at=SOON
    )
    assert "determination" in kinds(sam)
    assert "determination" in kinds(sue)
    determination.confirmations.create(person=sam, at=SOON)
    assert "determination" not in kinds(sam)
    assert "determination" in kinds(sue)


@pytest.mark.parametrize("way", ["word", "team", "relation", "applicant"])
def test_who_is_recused_has_nothing_of_it_on_their_desk(
    way: str, pia: Person, sent: Sent, round: Round, sam: Person, sue: Person
) -> None:
    application = sent(pia)
    if way == "team":
        application.team.create(name="Sue", email=sue.email)
    elif way == "relation":
        Relation.objects.create(application=application, person=sue)
    elif way == "applicant":
        sent(sue, title="Another project")
    end_call(round)
    if way == "word":
        actions.declare_interest(
            application=application, conflicted=True, why="A friend.", by=sue, at=READING
        )
    declare(application, sam)
    others = ["screening"] + (["interest"] if way == "applicant" else [])
    assert kinds(sam) == sorted(others)
    assert kinds(sue) == []
    key = f"screening:{application.pk}"
    assert desk_reads.row_of(key, sue, SOON) is None
    assert desk_reads.row_of(key, sam, SOON) is not None
    Application.objects.all().update(stage="shortlisted", named_at=READING)
    assert kinds(sam) == (["interest", "vote"] if way == "applicant" else ["vote"])
    assert kinds(sue) == []


def test_a_scrutineer_stands_in_where_too_few_stewards_are_free(
    read: Application, sam: Person, sue: Person, make_person: Persons
) -> None:
    sid = make_person("Sid", role="scrutineer")
    assert kinds(sid) == []
    for steward in (sam, sue):
        Interest.objects.create(
            application=read, person=steward, conflicted=True, declared_at=READING
        )
    assert kinds(sid) == ["interest"]
    declare(read, sid)
    assert kinds(sid) == ["screening"]
    assert kinds(sam) == kinds(sue) == []
    Application.objects.filter(pk=read.pk).update(stage="shortlisted", named_at=READING)
    assert kinds(sid) == ["vote"]


def test_a_scrutineer_who_reviews_decides_nothing_that_stewards_can(
    read: Application, sam: Person, sue: Person, rex: Person
) -> None:
    RoleGrant.objects.create(person=rex, role="scrutineer", starts_on=NOW.date(), basis="test")
    declare(read, rex)
    assert kinds(rex) == []
    declare(read, sam)
    to_review(read, sam)
    assert kinds(rex) == ["review"]
    assert sentences(rex) == []


def test_an_award_from_the_agreement_to_the_bank(make_person: Callable[..., Person]) -> None:
    scene = set_scene(make_person)
    sam, sue, sid = scene.stewards
    noor, tea = scene.applicant, scene.treasurer
    award = commit(scene)
    assert kinds(sam) == ["agreement"]
    assert sentences(noor) == ["Name the account that your award is paid to"]
    text = agreeing.suggested_agreement(award)
    offered = agreeing.offer_agreement(award=award, text=text, by=sam, at=NOW)
    assert kinds(sam) == ["acceptance"]
    assert "Read the agreement about “A wallet of one’s own”, and accept it" in sentences(noor)
    agreeing.accept_agreement(award=award, sha256=offered.sha256, by=noor, at=NOW)
    assert "Read the agreement" not in str(sentences(noor))
    award = agreeing.accept_agreement(award=award, sha256=offered.sha256, by=sid, at=NOW)
    account = name_account(noor, confirmed=False)
    assert sentences(noor) == ["Confirm the account you named: the link is in our mail to you"]
    payees.confirm_account(account=account, at=NOW)
    assert sentences(noor) == []
    milestone = award.milestones.get(number=1)
    if milestone.stage == "planned":
        late = datetime.combine(milestone.due_on, NOW.timetz()) + timedelta(days=2)
        assert kinds(sam, late) == ["milestone-late"]
        assert sentences(noor, late) == [f"Show that “{milestone.title}” is reached"]
        reach(scene, award, 1)
    assert kinds(sam, LATER) == kinds(tea, LATER) == ["prepare"]
    look(scene, award)
    payment = request(scene, award.milestones.get(number=1))
    assert kinds(sam, LATER) == ["approve"]
    assert kinds(tea, LATER) == []
    approve(payment, sam)
    assert kinds(sam, LATER) == []
    assert kinds(sue, LATER) == ["approve"]
    payment = approve(payment, sue)
    assert kinds(sam, LATER) == kinds(sue, LATER) == []
    assert kinds(sid, LATER) == kinds(tea, LATER) == ["send"]
    paying.record_transfer(
        payment=payment, fingerprint=payment.fingerprint, reference="B-1", by=tea, at=LATER
    )
    assert kinds(sid, LATER) == kinds(tea, LATER) == []
    assert kinds(tea, LATER + AT_THE_BANK) == ["at-the-bank"]


def test_what_takes_two_is_for_the_other(make_person: Callable[..., Person]) -> None:
    scene = set_scene(make_person, large=True, milestones=2, hold_back=10)
    sam, sue, _sid = scene.stewards
    award = agree(scene, commit(scene))
    milestone = award.milestones.in_order()[1]
    delivering.ask_amendment(
        milestone=milestone,
        criteria="It walks.",
        due_on=milestone.due_on,
        reason="Slower.",
        by=scene.applicant,
        at=NOW,
    )
    assert kinds(sam) == kinds(sue) == ["amendment"]
    asked = milestone.amendments.get()
    delivering.decide_amendment(amendment=asked, accepted=True, answer="", by=sam, at=NOW)
    assert kinds(sam) == []
    assert kinds(sue) == ["amendment"]
    delivering.decide_amendment(amendment=asked, accepted=True, answer="", by=sue, at=NOW)
    delivering.show_evidence(
        milestone=award.milestones.in_order()[0],
        url="https://example.org/",
        note="",
        by=scene.applicant,
        at=NOW,
    )
    assert kinds(sam) == ["evidence"]
    delivering.judge_milestone(
        milestone=award.milestones.in_order()[0],
        accepted=False,
        reasons="More.",
        by=sue,
        at=NOW,
    )
    assert "Show what was missing of “Part 1”" in sentences(scene.applicant)


def test_a_payment_that_came_back_is_for_the_other(make_person: Callable[..., Person]) -> None:
    scene = set_scene(make_person, large=True, milestones=2, hold_back=10)
    way = under_way(scene)
    paid = pay(way)
    sam, sue, sid = scene.stewards
    line = a_line(sid, paid.amount, reference="BACK-1")
    reversing.propose_reversal(payment=paid, line=line, reason="Came back.", by=sam, at=LATER)
    assert "reversal" not in kinds(sam, LATER)
    assert "reversal" in kinds(sue, LATER)


def test_the_treasurer_and_a_steward_whom_it_concerns_have_nothing_of_it(
    make_person: Callable[..., Person],
) -> None:
    scene = set_scene(make_person)
    way = under_way(scene)
    sam, sue, sid = scene.stewards
    for person in (scene.treasurer, sid):
        Interest.objects.update_or_create(
            application=scene.application,
            person=person,
            defaults={"conflicted": True, "declared_at": NOW},
        )
    assert kinds(sid, LATER) == kinds(scene.treasurer, LATER) == []
    approve(way.payment, sam, sue)
    assert kinds(sid, LATER) == kinds(scene.treasurer, LATER) == []


def test_as_many_queries_for_many_as_for_one(
    make_person: Persons,
    sent: Sent,
    round: Round,
    sam: Person,
    client: Client,
    django_assert_num_queries: Any,
) -> None:
    client.force_login(sam)
    sent(make_person("Applicant"))
    end_call(round)
    declare(Application.objects.get(), sam)
    with CaptureQueriesContext(connection) as one:
        assert "Check whether" in client.get(reverse("desk")).content.decode()
    Round.objects.update(stage="open")
    for number in range(12):
        sent(make_person(f"Applicant {number}"))
    Round.objects.update(stage="reviewing")
    for application in Application.objects.filter(stage="submitted"):
        actions.begin_screening(application=application, by=TEST, at=READING)
        declare(application, sam)
    with django_assert_num_queries(len(one)):
        page = client.get(reverse("desk")).content.decode()
    assert page.count("Check whether") > 12
