"""What one member's dues paid for: their share of each payment, by the rule of ``dues_share``.

A few queries, however many payments, rounds and members there are: what everybody paid in the
period of each round is one sum for each person, of whom only the amounts are looked at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Case, F, Q, QuerySet, Sum, When
from django.db.models.functions import Coalesce

from funding.dues import refund_stages
from funding.dues.models import Dispute, Payment, Refund
from funding.grants import dues_share, open_reads
from funding.grants.dues_share import Place
from funding.grants.models import GrantPayment, MoneyReturned, Round
from kernel.money import Money
from members.models import Person


@dataclass(frozen=True, slots=True)
class Line:
    """Something that was paid to a project, or came back from it, and one member's share of it.

    Amounts that came back are below zero. ``payment`` is None for them.
    """

    key: str
    on: date
    award: UUID
    title: str
    round_title: str
    amount: Money
    share: Money
    payment: GrantPayment | None


@dataclass(frozen=True, slots=True)
class Mine:
    """All of it, the latest first."""

    lines: tuple[Line, ...]

    def totals(self) -> list[Money]:
        """The shares summed up, in each currency."""
        sums: dict[str, Money] = {}
        for line in self.lines:
            zero = Money(0, line.share.currency)
            sums[line.share.currency] = sums.get(line.share.currency, zero) + line.share
        return [sums[currency] for currency in sorted(sums)]


def of(person: Person) -> Mine:
    """What became of the dues of ``person``, and of nobody else."""
    moves = [*_paid(), *_returned()]
    rounds = {move.round.pk: move.round for move in moves}
    places = _places(person, list(rounds.values()))
    lines = [_line(move, places[move.round.pk]) for move in moves if move.round.pk in places]
    lines.sort(key=lambda line: (line.title, line.payment is None, line.key))
    lines.sort(key=lambda line: line.on, reverse=True)
    return Mine(tuple(lines))


def paid_by_all(round: Round) -> dict[UUID | None, int]:
    """What everybody paid in the period of a round's budget, in the order that the rule asks for.

    In minor units. Those who have left are one, None: their dues are nobody's.
    """
    named, left = _sums([round])
    found: dict[UUID | None, int] = {
        who: minor for who, [minor] in sorted(named.items()) if minor > 0
    }
    return {**found, None: left[0]} if left[0] else found


@dataclass(frozen=True, slots=True)
class _Move:
    key: str
    on: date
    award: UUID
    title: str
    round: Round
    amount: Money
    payment: GrantPayment | None


def _paid() -> Iterator[_Move]:
    found = open_reads.payments().select_related(
        "milestone__award__application__version",
        "milestone__award__application__round",
        "entry",
    )
    # What was written in the application is long, and none of it is told here.
    for payment in found.defer("milestone__award__application__version__content"):
        award = payment.milestone.award
        if payment.paid_on is not None:
            yield _Move(
                key=str(payment.pk),
                on=payment.paid_on,
                award=award.pk,
                title=award.title,
                round=award.application.round,
                amount=payment.amount,
                payment=payment,
            )


def _returned() -> Iterator[_Move]:
    seen = open_reads.given().order_by().values("pk")
    found = MoneyReturned.objects.filter(award__in=seen).select_related(
        "award__application__version", "award__application__round", "entry"
    )
    for back in found.defer("award__application__version__content"):
        yield _Move(
            key=f"back-{back.pk}",
            on=back.entry.effective_on,
            award=back.award_id,
            title=back.award.title,
            round=back.award.application.round,
            amount=-back.amount,
            payment=None,
        )


def _line(move: _Move, place: Place) -> Line:
    sign = -1 if move.amount.minor < 0 else 1
    share = sign * place.share(abs(move.amount.minor))
    return Line(
        key=move.key,
        on=move.on,
        award=move.award,
        title=move.title,
        round_title=move.round.title,
        amount=move.amount,
        share=Money(share, move.amount.currency),
        payment=move.payment,
    )


def _places(person: Person, rounds: list[Round]) -> dict[UUID, Place]:
    """Where ``person`` stands in each round whose period they paid dues in."""
    if not rounds or not Payment.objects.filter(person=person, one_off=None).exists():
        return {}
    named, left = _sums(rounds)
    mine = named.get(person.pk)
    if mine is None:
        return {}
    found: dict[UUID, Place] = {}
    for at, round in enumerate(rounds):
        if mine[at] <= 0:
            continue
        counts = Counter(sums[at] for sums in named.values() if sums[at] > 0)
        if left[at]:
            counts[left[at]] += 1
        before = sum(sums[at] == mine[at] and who < person.pk for who, sums in named.items())
        found[round.pk] = Place(paid=mine[at], counts=counts, before=before)
    return found


def _sums(rounds: list[Round]) -> tuple[Mapping[UUID, list[int]], list[int]]:
    """What each person paid in the period of each of ``rounds``, less what went back; and together
    what those paid who have left. Three queries.
    """
    gone: list[int] = [0] * len(rounds)
    sums: dict[UUID, list[int]] = {}
    who_left: set[UUID] = set()
    dues = Payment.objects.filter(one_off=None)
    for who, is_gone, *minors in _by_person(dues, "", "gross_minor", rounds):
        sums[who] = [int(minor) for minor in minors]
        if is_gone:
            who_left.add(who)
    refunds = Refund.objects.filter(state=refund_stages.RETURNED, payment__one_off=None)
    held = Case(When(closed_at=None, then=F("minor")), default=F("lost_minor"))
    disputes = Dispute.objects.filter(payment__one_off=None).annotate(held=held)
    for back, field in ((refunds, "minor"), (disputes, "held")):
        for who, _is_gone, *minors in _by_person(back, "payment__", field, rounds):
            sums[who] = [
                max(had - int(went), 0) for had, went in zip(sums[who], minors, strict=True)
            ]
    for who in who_left:
        gone = [had + theirs for had, theirs in zip(gone, sums.pop(who), strict=True)]
    return sums, gone


def _by_person(
    found: QuerySet[Any], path: str, field: str, rounds: list[Round]
) -> Iterable[tuple[Any, ...]]:
    """Of each person: who, since when they have left, and the sum for each round's period."""
    columns: dict[str, Any] = {}
    within = Q(pk__in=[])
    for number, round in enumerate(rounds):
        period = dues_share.period_of(round.adopted_at)
        inside = Q(
            **{
                f"{path}currency": round.currency,
                f"{path}paid_at__gte": period.start,
                f"{path}paid_at__lt": period.end,
            }
        )
        columns[f"sum_{number}"] = Coalesce(Sum(field, filter=inside), 0)
        within |= inside
    rows: Iterable[tuple[Any, ...]] = (
        found.filter(within)
        .order_by()
        .values_list(f"{path}person", f"{path}person__left_at")
        .annotate(**columns)
        .iterator()
    )
    return rows
