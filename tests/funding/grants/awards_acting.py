"""An award taken to wherever a test begins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection

from funding.dues.models import BankLine, BankStatement
from funding.grants import payee_details
from funding.grants.actions import agreeing, delivering, funds, payees, paying
from funding.grants.models import Award, GrantPayment, Milestone, PayeeAccount
from funding.grants.payee_details import Address
from kernel.money import Money
from members.models import Person
from tests.conftest import NOW, TEST
from tests.funding.grants.awards_scene import IBAN, Scene

ADDRESS = Address(town="Berlin", country="DE", street="Am Ufer", building="3", postcode="10179")
# When an account that was confirmed at NOW can be paid to.
LATER = NOW + payee_details.COOLING_OFF + timedelta(hours=1)
PAYING_ACCOUNT = {
    "name": "Customer Commons",
    "iban": "DE02120300000000202051",
    "town": "Berlin",
    "country": "DE",
}


def commit(scene: Scene) -> Award:
    version = scene.application.version
    assert version
    return funds.commit_award(
        application=scene.application, amount=version.ask, by=scene.stewards[0], at=NOW
    )


def agree(scene: Scene, award: Award) -> Award:
    sam, _sue, sid = scene.stewards
    text = agreeing.suggested_agreement(award)
    offered = agreeing.offer_agreement(award=award, text=text, by=sam, at=NOW)
    agreeing.accept_agreement(award=award, sha256=offered.sha256, by=scene.applicant, at=NOW)
    return agreeing.accept_agreement(award=award, sha256=offered.sha256, by=sid, at=NOW)


def name_account(person: Person, iban: str = IBAN, *, confirmed: bool = True) -> PayeeAccount:
    account = payees.name_account(
        name="Noor Amsel", iban=iban, bic="", address=ADDRESS, by=person, at=NOW
    )
    return payees.confirm_account(account=account, at=NOW) if confirmed else account


def reach(scene: Scene, award: Award, number: int) -> Milestone:
    """Show a milestone and have it accepted."""
    milestone = award.milestones.get(number=number)
    if milestone.stage == "accepted":
        return milestone
    delivering.show_evidence(
        milestone=milestone,
        url="https://example.org/release",
        note="Here it is.",
        by=scene.applicant,
        at=NOW,
    )
    return delivering.judge_milestone(
        milestone=milestone, accepted=True, reasons="It runs.", by=scene.stewards[1], at=NOW
    )


def look(scene: Scene, award: Award, *, found: bool = False, by: Person | None = None) -> None:
    """Look for the payee in the sanctions lists."""
    account = scene.applicant.payee_accounts.current().get()
    payees.note_sanctions_check(
        award=award,
        account=account,
        lists="eu-un",
        found=found,
        by=by or scene.stewards[0],
        at=LATER,
    )


def request(scene: Scene, milestone: Milestone) -> GrantPayment:
    return paying.prepare_payment(milestone=milestone, by=scene.treasurer, at=LATER)


def approve(payment: GrantPayment, *people: Person) -> GrantPayment:
    for person in people:
        payment = paying.approve_payment(
            payment=payment, fingerprint=payment.fingerprint, by=person, at=LATER
        )
    return payment


def a_line(
    importer: Person, amount: Money, *, reference: str, text: str = "", on: date | None = None
) -> BankLine:
    """A line of the bank's; money that went out is below zero."""
    statement, _new = BankStatement.objects.get_or_create(
        sha256="5" * 64,
        defaults={
            "format": "csv",
            "first_on": LATER.date(),
            "last_on": LATER.date(),
            "imported_at": LATER,
            "imported_by": importer,
        },
    )
    return BankLine.objects.create(
        statement=statement,
        reference=reference,
        booked_on=on or LATER.date(),
        minor=amount.minor,
        currency=amount.currency,
        text=text,
    )


@dataclass(frozen=True, slots=True)
class UnderWay:
    """An award with its first milestone reached and its payment prepared, the payee looked for."""

    scene: Scene
    award: Award
    milestone: Milestone
    payment: GrantPayment


def under_way(scene: Scene) -> UnderWay:
    award = agree(scene, commit(scene))
    name_account(scene.applicant)
    milestone = reach(scene, award, 1)
    look(scene, award)
    return UnderWay(scene, award, milestone, request(scene, milestone))


def pay(way: UnderWay) -> GrantPayment:
    """Approve it, send it by hand, and find it in the bank's statement."""
    sam, sue, sid = way.scene.stewards
    approved = approve(way.payment, sam, sue)
    paying.record_transfer(
        payment=approved,
        fingerprint=approved.fingerprint,
        reference=f"BANK-{approved.pk.hex[:8]}",
        by=sid,
        at=LATER,
    )
    a_line(sid, -approved.amount, reference=f"BANK-{approved.pk.hex[:8]}")
    assert paying.match_payment(payment=approved, by=TEST, at=LATER)
    approved.refresh_from_db()
    return approved


def proven() -> None:
    """Every fund equals the books, and every entry is whole."""
    connection.check_constraints()
    assert funds.prove_funds(by=TEST, at=NOW) == ()
