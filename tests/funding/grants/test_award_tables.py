"""What the database itself refuses about awards and money that goes out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from funding.grants import payment_stages
from funding.grants.models import (
    Acceptance,
    AgreementVersion,
    Amendment,
    Approval,
    Award,
    Fund,
    GrantPayment,
    Milestone,
    PayeeAccount,
    SanctionsCheck,
    Termination,
)
from kernel.sealed import seal
from members.models import Person
from tests.conftest import NOW
from tests.funding.grants.awards_scene import Scene, set_scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(make_person: Callable[..., Person]) -> Scene:
    return set_scene(make_person, settled=0)


@pytest.fixture
def fund(scene: Scene) -> Fund:
    return Fund.objects.create(
        round=scene.round,
        currency="EUR",
        budget_minor=500_000,
        funded_minor=400_000,
        committed_minor=120_000,
        opened_at=NOW,
    )


@pytest.fixture
def award(scene: Scene, fund: Fund) -> Award:
    return Award.objects.create(
        application=scene.application, fund=fund, minor=120_000, currency="EUR", committed_at=NOW
    )


@pytest.fixture
def milestone(award: Award) -> Milestone:
    return Milestone.objects.create(
        award=award,
        number=1,
        title="Part 1",
        criteria="It runs.",
        due_on=NOW.date(),
        minor=120_000,
        currency="EUR",
    )


@pytest.fixture
def payment(scene: Scene, milestone: Milestone) -> GrantPayment:
    account = PayeeAccount.objects.create(
        person=scene.applicant,
        sealed=seal(b"{}"),
        mark="a" * 64,
        digest="b" * 64,
        masked="DE•• •••• 3000",
        named_at=NOW,
        confirmed_at=NOW,
    )
    made = GrantPayment(
        milestone=milestone,
        account=account,
        minor=120_000,
        currency="EUR",
        prepared_by=scene.treasurer,
        prepared_at=NOW,
    )
    made.fingerprint = made.fingerprint_now()
    made.save(force_insert=True)
    return made


def refused(change: Callable[[], Any], match: str) -> None:
    with pytest.raises(IntegrityError, match=match), transaction.atomic():
        change()


def a_check(payment: GrantPayment, by: Person, *, found: bool = False) -> SanctionsCheck:
    return SanctionsCheck.objects.create(
        account=payment.account, lists="eu", found=found, by=by, at=NOW
    )


def approve(payment: GrantPayment, by: Person, **other: Any) -> Approval:
    said = {"fingerprint": payment.fingerprint, "checked": a_check(payment, by), **other}
    return Approval.objects.create(payment=payment, by=by, at=NOW, **said)


@pytest.mark.parametrize(
    "change",
    [
        {"committed_minor": 400_001},
        {"paid_minor": 120_001},
        {"funded_minor": 500_001},
        {"funded_minor": 119_999},
    ],
)
def test_a_fund_is_sound_whoever_writes_to_it(fund: Fund, change: dict[str, int]) -> None:
    refused(lambda: Fund.objects.filter(pk=fund.pk).update(**change), "grants_fund_is_sound")


def test_a_budget_is_what_members_adopted_and_is_kept(fund: Fund) -> None:
    refused(lambda: Fund.objects.filter(pk=fund.pk).update(budget_minor=1), "refused|sound")
    refused(lambda: Fund.objects.filter(pk=fund.pk).update(budget_minor=600_000), "adopted")
    refused(lambda: fund.delete(), "kept")


def test_what_was_promised_stays(award: Award, milestone: Milestone) -> None:
    refused(lambda: Award.objects.filter(pk=award.pk).update(minor=1), "refused")
    refused(lambda: Milestone.objects.filter(pk=milestone.pk).update(minor=1), "refused")
    refused(lambda: milestone.delete(), "refused")
    refused(
        lambda: Award.objects.filter(pk=award.pk).update(stage="closed", ended_at=NOW),
        "grants_award_agreed_is_dated",
    )


def test_a_request_alone_pays_nothing(payment: GrantPayment) -> None:
    row = GrantPayment.objects.filter(pk=payment.pk)
    refused(lambda: row.update(stage=payment_stages.APPROVED), "two people")
    refused(
        lambda: GrantPayment.objects.create(
            milestone=payment.milestone,
            account=payment.account,
            minor=1,
            currency="EUR",
            stage=payment_stages.APPROVED,
            prepared_by=payment.prepared_by,
            prepared_at=NOW,
        ),
        "begins with a request",
    )


def test_one_person_under_two_approvals_is_one(scene: Scene, payment: GrantPayment) -> None:
    sam, _sue, _sid = scene.stewards
    approve(payment, sam)
    refused(lambda: approve(payment, sam), "(?i)unique")
    row = GrantPayment.objects.filter(pk=payment.pk)
    refused(lambda: row.update(stage=payment_stages.APPROVED), "two people")


def test_nobody_approves_what_they_prepared(scene: Scene, payment: GrantPayment) -> None:
    refused(lambda: approve(payment, scene.treasurer), "by who prepared it")


def test_an_approval_is_of_what_the_payment_says(scene: Scene, payment: GrantPayment) -> None:
    sam, sue, _sid = scene.stewards
    refused(lambda: approve(payment, sam, fingerprint="c" * 64), "not of what waits")
    found = a_check(payment, sue, found=True)
    refused(lambda: approve(payment, sue, checked=found), "no check found nothing")
    approve(payment, sam)
    approve(payment, sue)
    row = GrantPayment.objects.filter(pk=payment.pk)
    refused(lambda: row.update(minor=1), "the same fingerprint")
    # What was approved is not this any more.
    refused(
        lambda: row.update(minor=1, fingerprint="d" * 64, stage=payment_stages.APPROVED),
        "two people",
    )
    row.update(stage=payment_stages.APPROVED)


def test_who_approved_it_does_not_send_it(scene: Scene, payment: GrantPayment) -> None:
    sam, sue, sid = scene.stewards
    approve(payment, sam)
    approve(payment, sue)
    row = GrantPayment.objects.filter(pk=payment.pk)
    sending = {"stage": payment_stages.SENT, "sent_at": NOW, "bank_reference": "X1"}
    refused(lambda: row.update(**sending, sent_by=sid), "not approved")
    row.update(stage=payment_stages.APPROVED)
    refused(lambda: row.update(**sending, sent_by=sam), "does not send it")
    refused(
        lambda: row.update(stage=payment_stages.SENT, sent_at=NOW, sent_by=sid),
        "grants_payment_sent_in_one_way",
    )
    row.update(**sending, sent_by=sid)
    refused(lambda: row.update(stage=payment_stages.PAID), "grants_payment_paid_is_booked")


def test_a_milestone_has_one_payment_at_a_time_and_a_cancelled_one_is_over(
    scene: Scene, payment: GrantPayment
) -> None:
    again = GrantPayment(
        milestone=payment.milestone,
        account=payment.account,
        minor=120_000,
        currency="EUR",
        prepared_by=scene.treasurer,
        prepared_at=NOW,
        fingerprint="e" * 64,
    )
    refused(lambda: again.save(force_insert=True), "(?i)unique")
    row = GrantPayment.objects.filter(pk=payment.pk)
    row.update(stage=payment_stages.CANCELLED)
    refused(lambda: row.update(stage=payment_stages.REQUESTED), "are the end")
    again.save(force_insert=True)
    refused(lambda: again.delete(), "kept")


def test_an_account_is_changed_by_naming_another(scene: Scene, payment: GrantPayment) -> None:
    row = PayeeAccount.objects.filter(pk=payment.account_id)
    refused(lambda: row.update(sealed=b"other"), "another account")
    refused(lambda: row.update(digest="f" * 64), "another account")
    refused(lambda: row.update(confirmed_at=NOW - timedelta(days=9)), "another account")
    other = {"sealed": seal(b"{}"), "mark": "c" * 64, "digest": "c" * 64, "masked": "NL"}
    refused(
        lambda: PayeeAccount.objects.create(person=scene.applicant, named_at=NOW, **other),
        "(?i)unique",
    )
    row.update(replaced_at=NOW)
    PayeeAccount.objects.create(person=scene.applicant, named_at=NOW, **other)
    refused(lambda: row.update(replaced_at=None), "another account")
    refused(lambda: row.update(sealed=b"", masked="", erased_at=NOW), "erased_is_empty")
    refused(lambda: row.update(mark=""), "another account")
    row.update(sealed=b"", masked="", mark="", erased_at=NOW)


def test_each_side_accepts_for_itself(scene: Scene, award: Award) -> None:
    sam = scene.stewards[0]
    text = AgreementVersion.objects.create(
        award=award, number=1, text="We agree.\n", sha256="a" * 64, written_by=sam, written_at=NOW
    )

    def accept(side: str, by: Person) -> Acceptance:
        return Acceptance.objects.create(agreement=text, side=side, by=by, at=NOW)

    refused(lambda: accept("project", sam), "accepts for the project")
    refused(lambda: accept("commons", scene.applicant), "accepts for the project")
    accept("project", scene.applicant)
    accept("commons", sam)
    refused(lambda: accept("commons", scene.stewards[1]), "(?i)unique")
    refused(lambda: AgreementVersion.objects.filter(pk=text.pk).update(text="Not."), "refused")


def test_ending_and_amending_take_two_people(
    scene: Scene, award: Award, milestone: Milestone
) -> None:
    sam, sue, _sid = scene.stewards
    ending = Termination.objects.create(
        award=award, reason="It stopped.", proposed_by=sam, proposed_at=NOW
    )
    row = Termination.objects.filter(pk=ending.pk)
    refused(lambda: row.update(confirmed_by=sam, confirmed_at=NOW), "two_people")
    row.update(confirmed_by=sue, confirmed_at=NOW)
    refused(lambda: row.update(reason="Other"), "refused")
    asked = Amendment.objects.create(
        milestone=milestone,
        criteria="It runs well.",
        due_on=NOW.date(),
        reason="Late parts.",
        asked_by=scene.applicant,
        asked_at=NOW,
    )
    amend = Amendment.objects.filter(pk=asked.pk)
    decided = {"decided_at": NOW, "accepted": True}
    refused(lambda: amend.update(**decided, decided_by=sam), "decided_whole")
    refused(lambda: amend.update(first_by=scene.applicant), "first_is_another")
    amend.update(first_by=sam)
    refused(lambda: amend.update(**decided, decided_by=sam), "two_people")
    amend.update(**decided, decided_by=sue)
    refused(lambda: amend.update(answer="x"), "refused")
