"""Put something into the books by hand: one prepares, another one approves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from funding.ledger import documents, stages, vouchers
from funding.ledger.actions.posting import ensure_chart, post
from funding.ledger.models import Event, Voucher
from funding.ledger.permissions import (
    check_can_change,
    check_can_decide,
    check_can_prepare,
)
from funding.ledger.vouchers import Kind
from kernel.money import Money
from kernel.refusal import Refused
from members.models import Person, subject_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything that a voucher says. ``document`` is the file; None keeps the one there is."""

    kind: Kind
    description: str
    on: date
    debit: str
    credit: str
    amount: Money
    document: bytes | None


@transaction.atomic
def prepare_voucher(*, facts: Facts, by: Person, at: datetime) -> Voucher:
    """Put something forward for the books.

    Raises ``Refused`` for whoever may not, and for facts that do not go together.
    """
    check_can_prepare(by, at=at)
    if facts.document is None:
        raise Refused("document-missing", _("Please attach the bill or statement behind this."))
    fields = _fields(facts, by=by, at=at)
    voucher = Voucher.objects.create(prepared_by=by, prepared_at=at, **fields)
    Event.record("voucher.prepared", subject=subject_of(voucher), by=by, at=at)
    return voucher


@transaction.atomic
def change_voucher(*, voucher: Voucher, facts: Facts, by: Person, at: datetime) -> Voucher:
    """Say something else, and put it forward again: approvals of what it said count no longer."""
    check_can_change(voucher, by, at=at)
    changed = Voucher.objects.filter(pk=voucher.pk, state__in=stages.sources_of("change")).update(
        state=stages.PREPARED,
        decided_by=None,
        decided_at=None,
        reason="",
        **_fields(facts, by=by, at=at),
    )
    if not changed:
        raise _decided()
    voucher.refresh_from_db()
    Event.record("voucher.changed", subject=subject_of(voucher), by=by, at=at)
    return voucher


@transaction.atomic
def approve_voucher(*, voucher: Voucher, fingerprint: str, by: Person, at: datetime) -> Voucher:
    """Approve exactly what ``fingerprint`` stands for, and post it.

    Raises ``Refused`` for who prepared it, for whoever is no steward, where it is decided, and
    where it was changed since ``by`` looked at it.
    """
    check_can_decide(voucher, by, at=at)
    current = Voucher.objects.select_for_update().get(pk=voucher.pk)
    if current.state not in stages.sources_of("approve"):
        raise _decided()
    if current.fingerprint != fingerprint:
        raise Refused(
            "changed-since",
            _("This was changed since you looked at it. Please look at it again."),
        )
    entry = post(
        source_key=f"voucher:{current.pk}",
        description=current.description,
        legs=vouchers.legs(current.debit_id, current.credit_id, current.amount),
        effective_on=current.on,
        by=by,
        at=at,
    )
    approved = Voucher.objects.filter(
        pk=voucher.pk, state__in=stages.sources_of("approve"), prepared_at=current.prepared_at
    ).update(state=stages.POSTED, decided_by=by, decided_at=at, entry=entry)
    if not approved:
        raise _decided()
    voucher.refresh_from_db()
    Event.record(
        "voucher.approved", subject=subject_of(voucher), by=by, at=at, fingerprint=fingerprint
    )
    return voucher


@transaction.atomic
def reject_voucher(*, voucher: Voucher, reason: str, by: Person, at: datetime) -> Voucher:
    """Send it back with a reason. Raises ``Refused`` as ``approve_voucher`` does."""
    check_can_decide(voucher, by, at=at)
    if not reason.strip():
        raise Refused("reason-missing", _("Please say why, so that it can be put right."))
    rejected = Voucher.objects.filter(pk=voucher.pk, state__in=stages.sources_of("reject")).update(
        state=stages.REJECTED, decided_by=by, decided_at=at, reason=reason.strip()
    )
    if not rejected:
        raise _decided()
    voucher.refresh_from_db()
    Event.record("voucher.rejected", subject=subject_of(voucher), by=by, at=at)
    return voucher


@transaction.atomic
def withdraw_voucher(*, voucher: Voucher, by: Person, at: datetime) -> Voucher:
    """Take it back. Raises ``Refused`` for anybody else, and where it is in the books."""
    check_can_change(voucher, by, at=at)
    withdrawn = Voucher.objects.filter(
        pk=voucher.pk, state__in=stages.sources_of("withdraw")
    ).update(state=stages.WITHDRAWN)
    if not withdrawn:
        raise _decided()
    voucher.refresh_from_db()
    Event.record("voucher.withdrawn", subject=subject_of(voucher), by=by, at=at)
    return voucher


_PROBLEMS = {
    "amount": gettext_lazy("The amount must be more than nothing."),
    "debit": gettext_lazy("What it went to does not go with this kind."),
    "credit": gettext_lazy("What it came from does not go with this kind."),
    "same": gettext_lazy("It cannot go to the account that it came from."),
    "opening": gettext_lazy("One side of an opening balance is the account “Opening balance”."),
}


def _fields(facts: Facts, *, by: Person, at: datetime) -> dict[str, object]:
    found = vouchers.problem(facts.kind, facts.debit, facts.credit, facts.amount)
    if found:
        raise Refused(f"voucher-{found}", _PROBLEMS[found])
    if facts.on > at.date():
        raise Refused("voucher-in-the-future", _("The day cannot be in the future."))
    ensure_chart(by=by, at=at)
    fields: dict[str, object] = {
        "kind": facts.kind.value,
        "description": facts.description,
        "on": facts.on,
        "debit_id": facts.debit,
        "credit_id": facts.credit,
        "minor": facts.amount.minor,
        "currency": facts.amount.currency,
    }
    if facts.document is not None:
        media_type = vouchers.document_type(facts.document)
        if not media_type:
            raise Refused("document-type", _("Please attach a PDF, a PNG or a JPEG."))
        if len(facts.document) > vouchers.LARGEST_DOCUMENT:
            raise Refused("document-too-large", _("A document can have at most 10 MB."))
        fields["document_sha256"] = documents.keep(facts.document)
        fields["document_type"] = media_type
        fields["document_size"] = len(facts.document)
    return fields


def _decided() -> Refused:
    return Refused("voucher-decided", _("This was decided already."))
