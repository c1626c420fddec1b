"""Pages of awards and payments: who sees what, what is refused, how many questions lists ask."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from funding.grants import account_links, payment_stages
from funding.grants.actions import agreeing, paying
from funding.grants.models import (
    Award,
    BankFile,
    Evidence,
    GrantPayment,
    Interest,
    PayeeAccount,
    SanctionsCheck,
)
from members.models import Person, RoleGrant
from tests.conftest import NOW
from tests.funding.grants.awards_acting import (
    LATER,
    PAYING_ACCOUNT,
    UnderWay,
    agree,
    approve,
    commit,
    name_account,
    pay,
    under_way,
)
from tests.funding.grants.awards_scene import (
    IBAN,
    Scene,
    an_application,
    set_scene,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(make_person: Callable[..., Person], settings: Settings) -> Scene:
    settings.PAYING_ACCOUNT = PAYING_ACCOUNT
    return set_scene(make_person, large=True, milestones=3, hold_back=10)


@pytest.fixture
def way(scene: Scene) -> UnderWay:
    return under_way(scene)


def page(client: Client, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, (url, answer.status_code)
    return answer.content.decode()


def send(client: Client, address: str, status: int, **fields: Any) -> str:
    answer = client.post(address, fields)
    assert answer.status_code == status, answer.content.decode()
    return answer.content.decode()


# For everybody


def test_everybody_sees_what_was_given_and_nobody_who_it_was(client: Client, way: UnderWay) -> None:
    pay(way)
    listed = page(client, reverse("grant-awards"))
    assert "A wallet of one’s own" in listed
    assert "€1,200.00" in listed
    assert "1 of 4" in listed
    shown = page(client, way.award.get_absolute_url())
    assert "Paid on" in shown
    assert way.award.agreement
    assert way.award.agreement.sha256 in shown
    for told in (listed, shown):
        assert "Noor" not in told
        assert "3000" not in told


def test_the_list_asks_as_many_questions_however_long_it_is(
    client: Client,
    scene: Scene,
    make_person: Callable[..., Person],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    commit(scene)
    # The page's count, its awards with their projects and rounds, their milestones, the funds.
    with django_assert_num_queries(4):
        page(client, reverse("grant-awards"))
    for name in ("Ria", "Rob"):
        other = an_application(scene.round, make_person(name, standing=False), ask=10_000)
        commit(Scene(scene.round, other, other.applicant, scene.stewards, scene.treasurer))
    with django_assert_num_queries(4):
        page(client, reverse("grant-awards"))


def test_before_the_first_award_the_list_says_what_comes(client: Client, db: None) -> None:
    assert "No project has been given money yet" in page(client, reverse("grant-awards"))


def test_what_was_not_taken_is_there_for_its_project_alone(client: Client, scene: Scene) -> None:
    award = commit(scene)
    agreeing.decline_award(award=award, by=scene.applicant, at=NOW)
    page(client, award.get_absolute_url(), status=404)
    assert "A wallet of one’s own" not in page(client, reverse("grant-awards"))
    client.force_login(scene.applicant)
    assert "Not taken" in page(client, award.get_absolute_url())


# The agreement and milestones


def test_from_the_text_to_the_milestone_by_the_pages(client: Client, scene: Scene) -> None:
    sam, _sue, sid = scene.stewards
    award = commit(scene)
    url = reverse("grant-agreement", args=[award.pk])
    client.force_login(sam)
    assert "A wallet of one’s own" in page(client, url)
    send(client, url, 422, do="offer", text="")
    send(client, url, 302, do="offer", text="We agree.")
    text = Award.objects.get().agreement
    assert text
    client.force_login(scene.applicant)
    assert "We agree." in page(client, url)
    assert "I accept exactly this text" in page(client, url)
    send(client, url, 409, do="accept", sha256="0" * 64)
    send(client, url, 302, do="accept", sha256=text.sha256)
    assert "I accept exactly this text" not in page(client, url)
    client.force_login(sid)
    send(client, url, 302, do="accept", sha256=text.sha256)
    milestone = award.milestones.get(number=1)
    url = reverse("grant-milestone", args=[milestone.pk])
    assert "Show that it is reached" not in page(client, url)
    client.force_login(scene.applicant)
    kept = send(client, url, 409, do="show", url="http://a.example/", note="All I did.")
    assert "All I did." in kept
    send(client, url, 302, do="show", url="https://a.example/x", note="Here.")
    client.force_login(sid)
    assert "https://a.example/x" in page(client, url)
    send(client, url, 422, do="judge", **{"judge-accepted": "yes"})
    send(client, url, 302, do="judge", **{"judge-accepted": "yes", "judge-reasons": "It runs."})
    milestone.refresh_from_db()
    assert milestone.stage == "accepted"
    client.force_login(scene.applicant)
    later = reverse("grant-milestone", args=[award.milestones.get(number=2).pk])
    asking = {"amend-criteria": "Less.", "amend-due_on": "2027-06-01", "amend-reason": "Ill."}
    send(client, later, 302, do="amend", **asking)
    for steward in (sam, sid):
        client.force_login(steward)
        send(client, later, 302, do="decide", **{"decide-accepted": "yes"})
    assert award.milestones.get(number=2).criteria == "Less."
    send(client, later, 409, do="decide", **{"decide-accepted": "yes"})
    send(client, later, 404, do="nothing")


def test_the_inside_is_for_its_project_and_for_who_may_read_it(
    client: Client, scene: Scene, make_person: Callable[..., Person]
) -> None:
    award = agree(scene, commit(scene))
    milestone = award.milestones.get(number=1)
    inside = [
        reverse("grant-agreement", args=[award.pk]),
        reverse("grant-milestone", args=[milestone.pk]),
    ]
    sam, sue, _sid = scene.stewards
    Interest.objects.filter(person=sam).update(conflicted=True)
    fresh = make_person("Fay", role=RoleGrant.Role.STEWARD)
    for person in (sam, fresh, scene.treasurer, make_person("Mia")):
        client.force_login(person)
        for url in inside:
            page(client, url, status=404)
    for person in (sue, scene.applicant):
        client.force_login(person)
        for url in inside:
            page(client, url)


def test_a_file_that_shows_a_milestone_is_handed_out_as_a_file(
    client: Client, scene: Scene, make_person: Callable[..., Person]
) -> None:

    award = agree(scene, commit(scene))
    url = reverse("grant-milestone", args=[award.milestones.get(number=1).pk])
    client.force_login(scene.applicant)
    send(client, url, 409, do="show", file=SimpleUploadedFile("a.pdf", b"<svg onload=x>"))
    send(client, url, 302, do="show", file=SimpleUploadedFile("a.pdf", b"%PDF-1.7 shown"))
    shown = Evidence.objects.get()
    assert shown.file_sha256 in page(client, url)
    client.force_login(scene.stewards[1])
    answer = client.get(reverse("grant-evidence", args=[shown.pk]))
    assert answer.content == b"%PDF-1.7 shown"
    assert answer["Content-Disposition"].startswith("attachment")
    client.force_login(make_person("Mia"))
    page(client, reverse("grant-evidence", args=[shown.pk]), status=404)


# The account

ACCOUNT = {"name": "Noor Amsel", "iban": IBAN, "town": "Berlin", "country": "DE"}


def test_an_account_is_named_confirmed_by_its_link_and_never_shown_whole(
    client: Client, scene: Scene
) -> None:
    url = reverse("grant-account")
    client.force_login(scene.applicant)
    page(client, url, status=404)
    commit(scene)
    wrong = send(client, url, 409, **{**ACCOUNT, "iban": IBAN[:-1] + "1"})
    assert "This IBAN has a mistake in it" in wrong
    send(client, url, 302, **ACCOUNT)
    account = PayeeAccount.objects.get()
    link = reverse("grant-account-confirm", args=[account_links.token(account, NOW)])
    client.logout()
    page(client, reverse("grant-account-confirm", args=["x"]), status=404)
    with time_machine.travel(NOW, tick=False):
        shown = page(client, link)
        assert account.masked in shown
        assert IBAN not in shown
        account.refresh_from_db()
        assert account.confirmed_at is None, "opening a link changes nothing"
        send(client, link, 200)
    account.refresh_from_db()
    assert account.confirmed_at == NOW
    with time_machine.travel(LATER.replace(year=2027), tick=False):
        page(client, link, status=410)
    client.force_login(scene.applicant)
    assert IBAN not in page(client, url)


# Payments


@pytest.fixture
def at_later() -> Any:
    with time_machine.travel(LATER, tick=False):
        yield


@pytest.mark.usefixtures("at_later")
def test_prepared_approved_by_two_put_into_a_file_by_the_pages(
    client: Client, way: UnderWay
) -> None:
    sam, sue, _sid = way.scene.stewards
    paying.cancel_payment(payment=way.payment, by=way.scene.treasurer, at=LATER)
    client.force_login(way.scene.treasurer)
    new = reverse("grant-payment-new", args=[way.milestone.pk])
    assert new in page(client, reverse("grant-payments"))
    assert "DE•• •••• 3000" in page(client, new)
    send(client, new, 302)
    again = send(client, new, 409)
    assert "A payment of it is under way already" in again
    payment = GrantPayment.objects.get(stage=payment_stages.REQUESTED)
    url = payment.get_absolute_url()
    assert "Approve exactly this" not in page(client, url)
    send(client, url, 409, do="approve", fingerprint=payment.fingerprint)
    for steward in (sam, sue):
        client.force_login(steward)
        assert "Approve exactly this" in page(client, url)
        send(client, url, 409, do="approve", fingerprint="0" * 64)
        send(client, url, 302, do="approve", fingerprint=payment.fingerprint)
    refused = send(client, url, 409, do="transfer", fingerprint=payment.fingerprint, reference="R")
    assert "You approved this payment" in refused
    client.force_login(way.scene.treasurer)
    desk = reverse("grant-payments")
    assert "Make a file for the bank" in page(client, desk)
    send(client, desk, 422, execute_on="2026-11-24")
    send(client, desk, 409, payments=[str(payment.pk)], execute_on="2020-01-01")
    send(client, desk, 302, payments=[str(payment.pk)], execute_on="2026-11-24")
    made = BankFile.objects.get()
    assert made.message in page(client, reverse("grant-bank-file-page", args=[made.pk]))
    answer = client.get(reverse("grant-bank-file", args=[made.pk]))
    assert answer["Content-Type"] == "application/xml"
    assert IBAN.encode() in answer.content
    send(client, url, 302, do="fail")
    assert GrantPayment.objects.get(pk=payment.pk).stage == payment_stages.REQUESTED


@pytest.mark.usefixtures("at_later")
def test_a_look_in_the_lists_and_the_way_by_hand(client: Client, way: UnderWay) -> None:
    sam, sue, sid = way.scene.stewards
    url = way.payment.get_absolute_url()
    client.force_login(sam)
    send(client, url, 422, do="check", lists="none", found="no")
    send(client, url, 302, do="check", lists="eu", found="no")
    assert SanctionsCheck.objects.filter(by=sam).count() == 2
    approved = approve(way.payment, sam, sue)
    client.force_login(sid)
    send(client, url, 302, do="transfer", fingerprint=approved.fingerprint, reference="R-1")
    assert "R-1" in page(client, url)


@pytest.mark.usefixtures("at_later")
def test_an_account_changed_after_approval_is_seen_and_prepared_anew(
    client: Client, way: UnderWay
) -> None:
    sam, sue, _sid = way.scene.stewards
    seen = approve(way.payment, sam, sue).fingerprint
    name_account(way.scene.applicant, "NL91ABNA0417164300")
    client.force_login(way.scene.treasurer)
    url = way.payment.get_absolute_url()
    assert "the project names another one by now" in page(client, url)
    send(client, url, 409, do="transfer", fingerprint=seen, reference="R")
    now = GrantPayment.objects.get().fingerprint
    send(client, url, 302, do="change", fingerprint=now)
    assert GrantPayment.objects.get().account.masked.startswith("NL")
    send(client, url, 302, do="cancel")


@pytest.mark.usefixtures("at_later")
def test_whom_it_concerns_sees_nothing_of_its_payments(
    client: Client, way: UnderWay, make_person: Callable[..., Person]
) -> None:
    sam, sue, sid = way.scene.stewards
    approved = approve(way.payment, sam, sue)
    made = paying.make_bank_file(payments=[approved], execute_on=LATER.date(), by=sid, at=LATER)
    RoleGrant.objects.create(
        person=way.scene.applicant, role="treasurer", starts_on=NOW.date(), basis="test"
    )
    Interest.objects.filter(person=sam).update(conflicted=True)
    hidden = [
        way.payment.get_absolute_url(),
        reverse("grant-payment-new", args=[way.milestone.pk]),
        reverse("grant-bank-file-page", args=[made.pk]),
        reverse("grant-bank-file", args=[made.pk]),
    ]
    for person in (way.scene.applicant, sam):
        client.force_login(person)
        assert "A wallet of one’s own" not in page(client, reverse("grant-payments"))
        for url in hidden:
            page(client, url, status=404)
    client.force_login(make_person("Mia"))
    for url in (*hidden, reverse("grant-payments")):
        page(client, url, status=403)
    scrutineer = make_person("Cy", role=RoleGrant.Role.SCRUTINEER)
    client.force_login(scrutineer)
    page(client, reverse("grant-bank-file", args=[made.pk]), status=403)


@pytest.mark.usefixtures("at_later")
def test_the_desk_asks_as_many_questions_however_much_waits(
    client: Client,
    way: UnderWay,
    make_person: Callable[..., Person],
    django_assert_max_num_queries: Any,
) -> None:
    client.force_login(way.scene.treasurer)
    with django_assert_max_num_queries(100) as before:
        page(client, reverse("grant-payments"))
    other = an_application(way.scene.round, make_person("Ria", standing=False), milestones=2)
    for steward in way.scene.stewards:
        Interest.objects.create(
            application=other, person=steward, conflicted=False, declared_at=NOW
        )
    under_way(
        Scene(way.scene.round, other, other.applicant, way.scene.stewards, way.scene.treasurer)
    )
    with django_assert_max_num_queries(len(before.captured_queries)):
        page(client, reverse("grant-payments"))
