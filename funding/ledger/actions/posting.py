"""Post an entry, reverse one, bring the accounts up to the chart."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from funding.ledger import entries
from funding.ledger.chart import CHART
from funding.ledger.entries import LegSpec, Link
from funding.ledger.models import (
    Account,
    ChainHead,
    Entry,
    Event,
    Leg,
    Month,
    PaymentLeaf,
    Seal,
)
from kernel.money import Money
from kernel.refusal import Refused
from members.models import Author, subject_of


@transaction.atomic
def ensure_chart(*, by: Author, at: datetime) -> None:
    """Create the accounts of ``chart.py`` that are missing and take over changed names."""
    known = {account.code: account for account in Account.objects.all()}
    for spec in CHART:
        account = known.get(spec.code)
        if account is None:
            account, created = Account.objects.get_or_create(
                code=spec.code, defaults={"name": spec.name, "type": spec.type.value}
            )
            if created:
                Event.record("account.opened", subject=subject_of(account), by=by, at=at)
        elif account.name != spec.name:
            Account.objects.filter(code=spec.code).update(name=spec.name)
            Event.record("account.renamed", subject=subject_of(account), by=by, at=at)


@transaction.atomic
def post(
    *,
    source_key: str,
    description: str,
    legs: Sequence[LegSpec],
    effective_on: date,
    by: Author,
    at: datetime,
    paid: Money | None = None,
) -> Entry:
    """Write one balanced entry and seal it into the chain; the same ``source_key`` again, nothing.

    ``source_key`` names what caused the entry ("dues:in_123"), ``effective_on`` is the day it
    counts for, and ``description`` is published and hashed: never a name or an address in it. A day
    that is closed by now counts for the first open one, and the entry says which it concerns.
    ``paid`` is what one person paid, where the entry is that: a leaf of the day's digest, which the
    payer can prove. Post last in a transaction: until it ends, nobody else can.

    Raises ``entries.Unbalanced`` for legs that are no entry, ``LookupError`` for an account that is
    not in the chart, and ``Refused`` where ``source_key`` was posted with other legs.
    """
    return _post(source_key, description, legs, effective_on, None, by, at, paid)


@transaction.atomic
def reverse(
    *, entry: Entry, description: str, effective_on: date, by: Author, at: datetime
) -> Entry:
    """Undo ``entry`` with its mirror image: the only correction there is. Again changes nothing.

    Raises ``Refused`` for the reversal of a reversal: post what is true instead.
    """
    if entry.reverses_id is not None:
        raise Refused(
            "reverses-a-reversal",
            _("This entry undoes another one. Post a new entry that says what is true."),
        )
    legs = entries.mirrored(leg.as_spec() for leg in entry.legs.all())
    source_key = f"reverse:{entry.pk}"
    return _post(source_key, description, legs, effective_on, entry, by, at)


def _post(
    source_key: str,
    description: str,
    legs: Sequence[LegSpec],
    effective_on: date,
    reverses: Entry | None,
    by: Author,
    at: datetime,
    paid: Money | None = None,
) -> Entry:
    entries.check_balanced(legs)
    _check_accounts({leg.account for leg in legs}, by=by, at=at)
    open_from = Month.objects.open_from()
    entry = Entry(
        seal_id=uuid.uuid4(),
        source_key=source_key,
        description=description,
        effective_on=max(effective_on, open_from),
        concerns_on=effective_on if effective_on < open_from else None,
        posted_at=at,
        reverses=reverses,
    )
    try:
        with transaction.atomic():
            entry.save(force_insert=True)
    except IntegrityError:
        # Somebody posted this key, or this reversal, before: that entry is the answer, if it says
        # the same. What else could have gone wrong raises again.
        posted = Entry.objects.filter(source_key=source_key).first()
        if posted is None:
            raise
        return _same(posted, legs)
    Leg.objects.bulk_create(
        Leg(
            entry=entry,
            account_id=leg.account,
            minor=leg.amount.minor,
            currency=leg.amount.currency,
        )
        for leg in legs
    )
    if paid:
        PaymentLeaf.objects.create(entry=entry, minor=paid.minor, currency=paid.currency)
    Event.record("entry.posted", subject=subject_of(entry), by=by, at=at)
    _seal(entry, tuple(legs))
    return entry


def _seal(entry: Entry, legs: tuple[LegSpec, ...]) -> None:
    """Lock the chain's head, last of all, and put ``entry`` after it."""
    locked = ChainHead.objects.select_for_update()
    head = locked.first()
    if head is None:
        ChainHead.objects.get_or_create(id=1, defaults={"position": 0, "hash": entries.GENESIS})
        head = locked.get()
    link = Link(
        position=head.position + 1,
        previous=head.hash,
        effective_on=entry.effective_on,
        concerns_on=entry.concerns_on,
        description=entry.description,
        legs=legs,
        reverses=entry.reverses.seal.hash if entry.reverses else None,
    )
    entry.seal = Seal.objects.create(
        id=entry.pk, position=link.position, previous_hash=link.previous, hash=link.hash
    )
    ChainHead.objects.filter(position=head.position).update(position=link.position, hash=link.hash)


def _same(posted: Entry, legs: Iterable[LegSpec]) -> Entry:
    def plain(specs: Iterable[LegSpec]) -> list[tuple[str, str, int]]:
        return sorted((leg.account, leg.amount.currency, leg.amount.minor) for leg in specs)

    if plain(leg.as_spec() for leg in posted.legs.all()) != plain(legs):
        raise Refused(
            "posted-differently",
            _("The books already have this entry with other amounts. Reverse it first."),
        )
    return posted


def _check_accounts(codes: set[str], *, by: Author, at: datetime) -> None:
    """See that every code is an account, opening those of the chart that are not open yet."""
    if Account.objects.filter(code__in=codes).count() < len(codes):
        ensure_chart(by=by, at=at)
        known = set(Account.objects.filter(code__in=codes).values_list("code", flat=True))
        if unknown := codes - known:
            raise LookupError(f"not in the chart of accounts: {', '.join(sorted(unknown))}")
