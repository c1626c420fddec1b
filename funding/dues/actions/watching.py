"""Customers only: what a program notices and a person looks at. Nobody is expelled by it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from funding.dues import case_kinds
from funding.dues.actions.cases import close_case_by_itself, open_case
from funding.dues.models import CardSeen, Case, Payment, Subscription
from kernel import sealed
from members.models import Attestation, Author, Person

# How long what somebody attested holds, and how long after we first asked anew a person looks.
_YEAR = timedelta(days=365)
_PATIENCE = timedelta(days=60)
_AT_A_TIME = 50


@transaction.atomic
def note_card(*, person: Person, card: str, by: Author, at: datetime) -> None:
    """Note that ``person`` paid by a card, and open a case where it pays for many members.

    Only a keyed hash of its fingerprint is kept.
    """
    if not card:
        return
    card_hash = sealed.fingerprint(f"card:{card}".encode())
    _seen, created = CardSeen.objects.get_or_create(
        card_hash=card_hash, person=person, defaults={"seen_at": at}
    )
    if not created:
        return
    people = Person.objects.filter(
        pk__in=CardSeen.objects.filter(card_hash=card_hash).values("person")
    )
    count = people.count()
    if count >= settings.CARD_MEMBERS_TOO_MANY:
        open_case(
            kind=case_kinds.ONE_CARD,
            key=f"one-card:{card_hash.hex()}:{count}",
            people=people,
            members=count,
            by=by,
            at=at,
        )


@transaction.atomic
def note_business(*, customer_id: str, by: Author, at: datetime) -> None:
    """Open a case because a customer of Stripe's gave the name or the tax number of a business."""
    payer = Subscription.objects.select_related("person").filter(customer_id=customer_id).first()
    if payer is None:
        return
    last = Payment.objects.filter(person=payer.person).order_by("-paid_at").first()
    open_case(
        kind=case_kinds.BUSINESS,
        key=f"business:{customer_id}",
        people=[payer.person],
        payment=last,
        stripe_id=customer_id,
        by=by,
        at=at,
    )


@transaction.atomic
def look_for_attestations(*, by: Author, at: datetime) -> int:
    """Open a case for each payer who has not confirmed though we asked; close what was confirmed.

    Answers with how many cases were opened or closed.
    """
    moved = 0
    for case in Case.objects.open().filter(kind=case_kinds.ATTESTATION):
        if Attestation.objects.filter(
            person__in=case.people.all(), attested_at__gt=case.opened_at
        ).exists():
            close_case_by_itself(key=case.key, way="confirmed", by=by, at=at)
            moved += 1
    payers = Subscription.objects.live().values("person")
    known = Case.objects.filter(kind=case_kinds.ATTESTATION, closed_at=None).values("people")
    quiet = (
        Person.objects.filter(pk__in=payers, is_active=True)
        .exclude(pk__in=known)
        .annotate(last=Max("attestations__attested_at"))
        .filter(last__lte=at - _YEAR - _PATIENCE)
    )
    for person in quiet.order_by("last", "pk")[:_AT_A_TIME]:
        key = f"attestation:{person.pk}:{person.last:%Y-%m-%d}"
        if Case.objects.filter(key=key).exists():
            continue
        open_case(
            kind=case_kinds.ATTESTATION,
            key=key,
            people=[person],
            last=f"{person.last:%Y-%m-%d}",
            by=by,
            at=at,
        )
        moved += 1
    return moved
