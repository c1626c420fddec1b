"""Awards for the walk: one of the member's that is under way, one whose agreement waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.test import override_settings

from funding.grants import account_links, payee_details
from funding.grants.actions import agreeing, delivering, funds, payees, paying
from funding.grants.models import (
    Application,
    Award,
    BankFile,
    Evidence,
    GrantPayment,
    Milestone,
    PayeeAccount,
    Round,
)
from funding.grants.payee_details import Address
from members.models import Person, Program, RoleGrant
from tests.funding.grants.awards_acting import PAYING_ACCOUNT
from tests.funding.grants.awards_scene import (
    IBAN,
    a_round,
    an_application,
    declares_none,
    fill_bank,
)

_BY = Program("test")


@dataclass(frozen=True, slots=True)
class Awards:
    """The member's awards, which the steward looks after without having an interest in them.

    ``shown`` is a milestone with ``evidence`` that waits to be looked at; ``reached`` one that can
    be paid; ``payment`` waits for approval, and ``file`` holds one that was sent.
    """

    award: Award
    offered: Award
    shown: Milestone
    evidence: Evidence
    reached: Milestone
    payment: GrantPayment
    file: BankFile
    account: PayeeAccount
    now: datetime

    @property
    def sha256(self) -> str:
        """The hash of the text that waits to be accepted."""
        return self.offered.agreements.get().sha256

    @property
    def token(self) -> str:
        """What stands in the mail that asks to confirm the account."""
        return account_links.token(self.account, self.now)


def set_awards(member: Person, steward: Person, others: list[Person], now: datetime) -> Awards:
    """``others`` are three members without an office: two are stewards from here on, one keeps the
    books."""
    second, third, treasurer = others
    for person, role in ((second, "steward"), (third, "steward"), (treasurer, "treasurer")):
        RoleGrant.objects.get_or_create(
            person=person, role=role, basis="awards", defaults={"starts_on": now.date()}
        )
    stewards = (steward, second, third)
    fill_bank(10_000_000, key="scene:settled")
    award = _agreed(member, stewards, now, milestones=5)
    offered = _committed(member, stewards, now, milestones=2)
    text = agreeing.suggested_agreement(offered)
    agreeing.offer_agreement(award=offered, text=text, by=second, at=now)
    account = _account(member, now - timedelta(days=5))
    payees.note_sanctions_check(
        award=award, account=account, lists="eu-un", found=False, by=second, at=now
    )
    shown, reached, waiting, sent, _later, _report = award.milestones.in_order()
    for milestone in (shown, reached, waiting, sent):
        evidence = delivering.show_evidence(
            milestone=milestone,
            name="report.pdf",
            data=b"%PDF-1.7 " + milestone.pk.bytes,
            note="It runs.",
            by=member,
            at=now,
        )
        if milestone != shown:
            delivering.judge_milestone(
                milestone=milestone, accepted=True, reasons="It runs.", by=second, at=now
            )
    evidence = shown.evidence.get()
    payment = paying.prepare_payment(milestone=waiting, by=treasurer, at=now)
    approved = paying.prepare_payment(milestone=sent, by=treasurer, at=now)
    for person in (second, third):
        paying.approve_payment(
            payment=approved, fingerprint=approved.fingerprint, by=person, at=now
        )
    with override_settings(PAYING_ACCOUNT=PAYING_ACCOUNT):
        file = paying.make_bank_file(
            payments=[approved], execute_on=now.date(), by=treasurer, at=now
        )
    return Awards(award, offered, shown, evidence, reached, payment, file, account, now)


def _committed(
    member: Person, stewards: tuple[Person, ...], now: datetime, *, milestones: int
) -> Award:
    round = a_round(large=True, hold_back=10)
    Round.objects.filter(pk=round.pk).update(decided_at=now)
    application = an_application(round, member, milestones=milestones)
    Application.objects.filter(pk=application.pk).update(named_at=now)
    for steward in stewards:
        declares_none(steward, application)
    version = application.version
    if version is None:
        raise ValueError("it was sent")
    return funds.commit_award(application=application, amount=version.ask, by=_BY, at=now)


def _agreed(
    member: Person, stewards: tuple[Person, ...], now: datetime, *, milestones: int
) -> Award:
    award = _committed(member, stewards, now, milestones=milestones)
    text = agreeing.suggested_agreement(award)
    offered = agreeing.offer_agreement(award=award, text=text, by=stewards[1], at=now)
    for person in (member, stewards[1]):
        award = agreeing.accept_agreement(award=award, sha256=offered.sha256, by=person, at=now)
    return award


def _account(member: Person, at: datetime) -> PayeeAccount:
    where = Address(town="Berlin", country="DE")
    account = payees.name_account(
        name="Mia Muster", iban=IBAN, bic="", address=where, by=member, at=at
    )
    confirmed = payees.confirm_account(account=account, at=at)
    if not payee_details.is_payable(confirmed.confirmed_at, at + timedelta(days=5)):
        raise ValueError("it has cooled off")
    return confirmed
