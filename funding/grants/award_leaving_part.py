"""The part of leaving that is about money: awards, the accounts they go to, and who decided."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from funding.grants import award_stages
from funding.grants.actions import payees
from funding.grants.models import (
    AgreementVersion,
    Amendment,
    Approval,
    Award,
    Evidence,
    GrantPayment,
    MoneyReturned,
    PayeeAccount,
    PayoutMark,
    Reversal,
    SanctionsCheck,
    Termination,
    Verdict,
)
from members.leaving import Part
from members.models import Author, Person


def export(person: Person) -> dict[str, Any]:
    """Awards of ``person``, the accounts they named in the clear, and what they did for others'."""
    return {
        "awards": [_award(award) for award in _of(person).order_by("committed_at", "pk")],
        "accounts": [
            _account(account)
            for account in PayeeAccount.objects.filter(person=person).order_by("named_at", "pk")
        ],
        "payout_marks": PayoutMark.objects.filter(person=person).count(),
        "did": sorted(_did(person), key=lambda done: (done["at"], done["what"])),
    }


def duties(person: Person, at: datetime) -> list[str]:
    """Awards that bind money still."""
    return [
        _(
            "The grant to “{title}” goes on. Say first that you do not take it, or ask a steward "
            "to end it; what was not paid is free for others then."
        ).format(title=award.application.title)
        for award in _of(person).filter(stage__in=award_stages.LIVE).order_by("committed_at", "pk")
    ]


def erase(*, person: Person, by: Author, at: datetime) -> None:
    """Forget where somebody is paid, and by what two people are seen to share an account."""
    payees.forget_accounts(person=person, by=by, at=at)


def _of(person: Person) -> Any:
    mine = Award.objects.filter(application__applicant=person)
    return mine.select_related("application__version", "application__round")


def _award(award: Award) -> dict[str, Any]:
    return {
        "id": str(award.pk),
        "application": str(award.application_id),
        "stage": award.stage,
        "minor": award.minor,
        "currency": award.currency,
        "agreements": [
            {"text": text.text, "sha256": text.sha256}
            for text in AgreementVersion.objects.filter(award=award).order_by("number")
        ],
        "milestones": [
            {
                "number": milestone.number,
                "title": milestone.title,
                "stage": milestone.stage,
                "due_on": milestone.due_on.isoformat(),
                "minor": milestone.minor,
            }
            for milestone in award.milestones.order_by("number")
        ],
        "payments": [
            {
                "id": str(payment.pk),
                "stage": payment.stage,
                "minor": payment.minor,
                "paid_on": payment.paid_on.isoformat() if payment.paid_on else "",
            }
            for payment in GrantPayment.objects.filter(milestone__award=award).order_by(
                "prepared_at", "pk"
            )
        ],
    }


def _account(account: PayeeAccount) -> dict[str, Any]:
    details = account.details() if account.sealed else None
    return {
        "name": details.name if details else "",
        "iban": details.iban if details else "",
        "bic": details.bic if details else "",
        "address": asdict(details.address) if details else {},
        "named_at": account.named_at.isoformat(),
        "confirmed_at": account.confirmed_at.isoformat() if account.confirmed_at else "",
        "replaced_at": account.replaced_at.isoformat() if account.replaced_at else "",
        "looked_for_in_sanctions_lists": [
            {"at": check.at.isoformat(), "lists": check.lists, "found": check.found}
            for check in account.sanctions_checks.order_by("at", "pk")
        ],
    }


def _did(person: Person) -> list[dict[str, Any]]:
    """What ``person`` wrote and decided about awards, their own and others'."""
    by, found = Q(by=person), []
    for evidence in Evidence.objects.filter(by):
        found.append(_act("evidence", evidence.at, evidence.url or evidence.file_sha256))
    for verdict in Verdict.objects.filter(by):
        found.append(_act("verdict", verdict.at, verdict.reasons))
    for asked in Amendment.objects.filter(asked_by=person):
        found.append(_act("amendment-asked", asked.asked_at, asked.reason))
    for decided in Amendment.objects.filter(decided_by=person, decided_at__isnull=False):
        found.append(_act("amendment-decided", decided.decided_at, decided.answer))
    for ended in Termination.objects.filter(proposed_by=person):
        found.append(_act("termination-proposed", ended.proposed_at, ended.reason))
    for ended in Termination.objects.filter(confirmed_by=person):
        found.append(_act("termination-confirmed", ended.confirmed_at, ended.reason))
    for payment in GrantPayment.objects.filter(prepared_by=person):
        found.append(_act("payment-prepared", payment.prepared_at, str(payment.pk)))
    for payment in GrantPayment.objects.filter(sent_by=person):
        found.append(_act("payment-sent", payment.sent_at, str(payment.pk)))
    for approval in Approval.objects.filter(by):
        found.append(_act("payment-approved", approval.at, str(approval.payment_id)))
    for check in SanctionsCheck.objects.filter(by):
        found.append(_act("sanctions-check", check.at, check.lists))
    for undone in Reversal.objects.filter(proposed_by=person):
        found.append(_act("reversal-proposed", undone.proposed_at, undone.reason))
    for undone in Reversal.objects.filter(confirmed_by=person):
        found.append(_act("reversal-confirmed", undone.confirmed_at, undone.reason))
    for back in MoneyReturned.objects.filter(by):
        found.append(_act("money-returned", back.at, str(back.award_id)))
    return found


def _act(what: str, at: datetime | None, about: str) -> dict[str, str]:
    return {"what": what, "at": at.isoformat() if at else "", "about": about}


def _rows(**fields: dict[str, Any]) -> dict[str, Any]:
    whole = {"properties": fields, "required": list(fields), "additionalProperties": False}
    return {"type": "array", "items": {"type": "object", **whole}}


_TEXT = {"type": "string"}
_WHOLE = {"type": "integer"}
_CHECKS = _rows(at=_TEXT, lists=_TEXT, found={"type": "boolean"})
_FIELDS: dict[str, Any] = {
    "awards": _rows(
        id=_TEXT,
        application=_TEXT,
        stage=_TEXT,
        minor=_WHOLE,
        currency=_TEXT,
        agreements=_rows(text=_TEXT, sha256=_TEXT),
        milestones=_rows(number=_WHOLE, title=_TEXT, stage=_TEXT, due_on=_TEXT, minor=_WHOLE),
        payments=_rows(id=_TEXT, stage=_TEXT, minor=_WHOLE, paid_on=_TEXT),
    ),
    "accounts": _rows(
        name=_TEXT,
        iban=_TEXT,
        bic=_TEXT,
        address={"type": "object"},
        named_at=_TEXT,
        confirmed_at=_TEXT,
        replaced_at=_TEXT,
        looked_for_in_sanctions_lists=_CHECKS,
    ),
    "payout_marks": _WHOLE,
    "did": _rows(what=_TEXT, at=_TEXT, about=_TEXT),
}

PART = Part(
    name="awards",
    label=gettext_lazy("Grants that were given"),
    export=export,
    schema={
        "type": "object",
        "properties": _FIELDS,
        "required": list(_FIELDS),
        "additionalProperties": False,
    },
    duties=duties,
    erase=erase,
    stays=gettext_lazy(
        "What a project was promised and paid, what it showed for it, and how two people "
        "decided each step, at a row without a name. The files with which our bank was told "
        "to pay stay encrypted for as long as the law asks for the books."
    ),
)
