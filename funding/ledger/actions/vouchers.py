"""Put something into the books by hand: one prepares, another one approves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from funding.ledger import documents, stages, vouchers
from funding.ledger.actions.posting import ensure_chart, post, reverse
from funding.ledger.models import Entry, Event, Voucher
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
def prepare_reversal(
    *, entry: Entry, description: str, on: date, by: Person, at: datetime
) -> Voucher:
    """Put forward that ``entry`` is undone: the same document, the two sides exchanged.

    ``description`` says why, and is published as every description is. Raises ``Refused`` for
    whoever may not prepare, for an entry that no voucher made, for one that is undone or whose
    undoing waits already, and for a day before the entry's or in the future.
    """
    check_can_prepare(by, at=at)
    made_by = Voucher.objects.filter(entry=entry).first()
    if entry.reverses_id is not None:
        raise Refused(
            "reverses-a-reversal",
            _("This entry undoes another one. Put in a new voucher that says what is true."),
        )
    if made_by is None:
        raise Refused(
            "posted-by-a-program",
            _("A program posted this entry, and keeps it exact. Only vouchers are undone by hand."),
        )
    if on < entry.effective_on:
        raise Refused("voucher-before-the-entry", _("The day cannot be before the entry's own."))
    _check_not_in_the_future(on, at)
    try:
        with transaction.atomic():
            voucher = Voucher.objects.create(
                kind=Kind.REVERSAL.value,
                description=description,
                on=on,
                debit_id=made_by.credit_id,
                credit_id=made_by.debit_id,
                minor=made_by.minor,
                currency=made_by.currency,
                document_sha256=made_by.document_sha256,
                document_type=made_by.document_type,
                document_size=made_by.document_size,
                reverses=entry,
                prepared_by=by,
                prepared_at=at,
            )
    except IntegrityError:
        if not entry.undoings.exclude(state__in=[stages.REJECTED, stages.WITHDRAWN]).exists():
            raise
        raise Refused(
            "reversed-already",
            _("This entry is undone already, or its undoing waits for approval."),
        ) from None
    Event.record("voucher.prepared", subject=subject_of(voucher), by=by, at=at)
    return voucher


@transaction.atomic
def change_voucher(*, voucher: Voucher, facts: Facts, by: Person, at: datetime) -> Voucher:
    """Say something else, and put it forward again: approvals of what it said count no longer."""
    check_can_change(voucher, by, at=at)
    if voucher.kind == Kind.REVERSAL:
        raise Refused(
            "reversal-as-it-is", _("A reversal is not changed: withdraw it, and put in another.")
        )
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
    entry = _posted(current, by=by, at=at)
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


def _posted(voucher: Voucher, *, by: Person, at: datetime) -> Entry:
    if voucher.reverses:
        return reverse(
            entry=voucher.reverses,
            description=voucher.description,
            effective_on=voucher.on,
            by=by,
            at=at,
        )
    return post(
        source_key=f"voucher:{voucher.pk}",
        description=voucher.description,
        legs=vouchers.legs(voucher.debit_id, voucher.credit_id, voucher.amount),
        effective_on=voucher.on,
        by=by,
        at=at,
    )


_PROBLEMS = {
    "kind": gettext_lazy("A reversal is put forward from the entry that it undoes."),
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
    _check_not_in_the_future(facts.on, at)
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


def _check_not_in_the_future(on: date, at: datetime) -> None:
    if on > at.date():
        raise Refused("voucher-in-the-future", _("The day cannot be in the future."))


def _decided() -> Refused:
    return Refused("voucher-decided", _("This was decided already."))
