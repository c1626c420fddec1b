"""What everybody may read of the money of grants: awards, payments with their proofs, sums.

Only what is named in public goes through here, and never who it went to.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Max, Prefetch, Q, QuerySet, Sum
from django.db.models.functions import ExtractYear
from django.urls import reverse

from funding.grants import award_stages, milestone_stages, record_types
from funding.grants.award_reads import paid_of
from funding.grants.fund_arithmetic import EFFECTS, Kind
from funding.grants.models import (
    Amendment,
    Award,
    AwardQuerySet,
    Evidence,
    Fund,
    GrantPayment,
    Milestone,
    MilestoneQuerySet,
    Movement,
    Verdict,
)
from funding.grants.money_picture import YearFigures
from funding.grants.open_grants import Grant, Paid, Publisher
from governance.record.models import Entry, Pending
from governance.voting import stages as poll_stages
from kernel.money import Money

_AT_ONCE = 200


def given() -> AwardQuerySet:
    """The awards that everybody sees, the latest first: their projects were named in public."""
    named = Q(application__named_at__isnull=False)
    return Award.objects.given().filter(named, application__version__isnull=False)


def milestones() -> MilestoneQuerySet:
    """The milestones of those awards."""
    return Milestone.objects.filter(award__in=given().order_by().values("pk"))


def payments() -> QuerySet[GrantPayment]:
    """What the bank shows was paid to those projects and did not come back, the latest first."""
    seen = given().order_by().values("pk")
    return GrantPayment.objects.all().paid().filter(milestone__award__in=seen)


def with_payments(milestones: MilestoneQuerySet) -> MilestoneQuerySet:
    """Milestones of whose payments those that were paid are prefetched, and all their evidence."""
    return milestones.prefetch_related(
        Prefetch(
            "payments",
            queryset=GrantPayment.objects.all().paid().select_related("entry__seal"),
        ),
        Prefetch("evidence", queryset=Evidence.objects.order_by("at", "pk")),
    )


def proofs(payments: Iterable[GrantPayment]) -> dict[str, str]:
    """Of each payment, by its id, the hash of the entry in the public record that says so.

    Two queries, whatever there is to prove: an entry is of the moment in which it was booked.
    """
    moments = {
        payment.entry.posted_at.replace(microsecond=0) for payment in payments if payment.entry
    }
    found: dict[str, str] = {}
    kind = record_types.AWARD_PAID.name
    for said in (Pending, Entry):
        rows = said.objects.filter(type=kind, at__in=moments).values_list("data", "leaf_hash")
        found |= {json.loads(bytes(data))["payment"]: leaf for data, leaf in rows}
    return found


def agreement_proof(award: Award) -> str:
    """The hash of the entry in the public record that has the agreement's hash; empty before it."""
    if award.agreed_at is None:
        return ""
    kind, moment = record_types.AWARD_AGREED.name, award.agreed_at.replace(microsecond=0)
    for said in (Entry, Pending):
        for data, leaf in said.objects.filter(type=kind, at=moment).values_list(
            "data", "leaf_hash"
        ):
            if json.loads(bytes(data))["award"] == str(award.pk):
                return str(leaf)
    return ""


@dataclass(frozen=True, slots=True)
class RoundMoney:
    """A round's fund, and what of it was paid in each year of the overview, in their order."""

    fund: Fund
    by_year: tuple[Money, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """All grants in figures. ``years`` are in order, the first first."""

    projects: int
    reached: int
    milestones: int
    years: tuple[YearFigures, ...]
    rounds: tuple[RoundMoney, ...]

    @property
    def funds(self) -> list[Fund]:
        return [one.fund for one in self.rounds]

    @property
    def budget(self) -> Money:
        return _sum(fund.budget for fund in self.funds)

    @property
    def funded(self) -> Money:
        return _sum(fund.funded for fund in self.funds)

    @property
    def committed(self) -> Money:
        return _sum(fund.committed for fund in self.funds)

    @property
    def paid(self) -> Money:
        return _sum(fund.paid for fund in self.funds)

    @property
    def left(self) -> Money:
        return _sum(fund.left for fund in self.funds)


def overview() -> Overview:
    """Everything on one page; as many queries, however many awards there are."""
    met = milestones().aggregate(
        reached=Count("pk", filter=Q(stage__in=milestone_stages.REACHED)),
        all=Count("pk", filter=~Q(stage=milestone_stages.DROPPED)),
    )
    moved = (
        Movement.objects.filter(currency=settings.CURRENCY)
        .annotate(year=ExtractYear("entry__effective_on"))
        .values_list("fund", "year", "kind")
        .annotate(sum=Sum("minor"))
        .order_by("year")
    )
    promised: Counter[int] = Counter()
    paid: Counter[int] = Counter()
    of_round: Counter[tuple[UUID, int]] = Counter()
    for fund, year, kind, minor in moved:
        effect = EFFECTS[Kind(kind)]
        promised[year] += effect.committed * minor
        paid[year] += effect.paid * minor
        of_round[fund, year] += effect.paid * minor
    years = sorted(promised)
    funds = Fund.objects.filter(currency=settings.CURRENCY).select_related("round")
    return Overview(
        projects=given().count(),
        reached=met["reached"],
        milestones=met["all"],
        years=tuple(
            YearFigures(year, promised=_money(promised[year]), paid=_money(paid[year]))
            for year in years
        ),
        rounds=tuple(
            RoundMoney(fund, tuple(_money(of_round[fund.pk, year]) for year in years))
            for fund in funds.order_by("-opened_at", "pk")
        ),
    )


def _money(minor: int) -> Money:
    return Money(minor, settings.CURRENCY)


def _sum(amounts: Iterable[Money]) -> Money:
    return sum(amounts, _money(0))


def publisher() -> Publisher:
    """Who publishes the open data of grants, as the settings say."""
    return Publisher(
        prefix=settings.GIVING_PREFIX,
        organisation=settings.GIVING_ORGANISATION,
        name="Customer Commons",
        website=f"{settings.PUBLIC_ORIGIN}/",
    )


@dataclass(frozen=True, slots=True)
class State:
    """What the published data follows from: another one wherever a byte of it may differ."""

    awards: int
    agreed: int
    ended: int
    movements: int
    amendments: int
    last: datetime | None


def state() -> State:
    """Of everything that the file of open grants is made of, in a few sums."""
    awards = (
        given()
        .order_by()
        .aggregate(
            given=Count("pk"),
            agreed=Count("agreed_at"),
            ended=Count("ended_at"),
            committed_at=Max("committed_at"),
            agreed_at=Max("agreed_at"),
            ended_at=Max("ended_at"),
        )
    )
    moved = Movement.objects.aggregate(n=Count("pk"), at=Max("at"))
    amended = Amendment.objects.filter(accepted=True).aggregate(n=Count("pk"), at=Max("decided_at"))
    times = [
        *(awards["committed_at"], awards["agreed_at"], awards["ended_at"]),
        *(moved["at"], amended["at"]),
    ]
    return State(
        awards=awards["given"],
        agreed=awards["agreed"],
        ended=awards["ended"],
        movements=moved["n"],
        amendments=amended["n"],
        last=max((at for at in times if at), default=None),
    )


def open_grants() -> Iterator[Grant]:
    """Every award as it is published, in the order in which they were promised.

    Read in parts, so that thousands of them take no more memory than a few hundred.
    """
    latest = Prefetch(
        "milestones",
        queryset=Milestone.objects.prefetch_related(
            Prefetch(
                "payments",
                queryset=GrantPayment.objects.all().paid().select_related("entry"),
            ),
            Prefetch("amendments", queryset=Amendment.objects.filter(accepted=True)),
        ).order_by("award", "number"),
    )
    found = (
        given()
        .select_related("application__version", "application__round__poll")
        .defer("application__version__content")
        .prefetch_related(latest, "movements")
        .order_by("committed_at", "pk")
    )
    part: list[Award] = []
    for award in found.iterator(chunk_size=_AT_ONCE):
        part.append(award)
        if len(part) == _AT_ONCE:
            yield from _part(part)
            part = []
    yield from _part(part)


def _part(awards: list[Award]) -> Iterator[Grant]:
    proven = proofs(
        payment
        for award in awards
        for one in award.milestones.all()
        for payment in one.payments.all()
    )
    for award in awards:
        yield _open(award, proven)


def _open(award: Award, proven: dict[str, str]) -> Grant:
    application, version = award.application, award.application.version
    if version is None:
        raise ValueError("what was given was sent: the query says so")
    round = application.round
    steps = list(award.milestones.all())
    moved = list(award.movements.all())
    amended = [one.decided_at for step in steps for one in step.amendments.all()]
    times = [award.committed_at, award.agreed_at, award.ended_at, *(m.at for m in moved), *amended]
    counted = round.poll if round.poll and round.poll.stage == poll_stages.CLOSED else None
    return Grant(
        id=str(award.pk),
        title=version.title,
        description=version.summary,
        asked=version.ask,
        awarded=award.amount,
        disbursed=paid_of(award),
        awarded_on=award.committed_at.date(),
        url=_whole(award.get_absolute_url()),
        planned_start=award.committed_at.date(),
        planned_end=max((step.due_on for step in steps), default=award.committed_at.date()),
        starts_on=award.agreed_at.date() if award.agreed_at else None,
        ended_on=award.ended_at.date() if award.agreed_at and award.ended_at else None,
        round_id=str(round.pk),
        round_title=round.title,
        round_url=_whole(round.get_absolute_url()),
        votes=_whole(reverse("poll-export", args=[counted.pk, "pb"])) if counted else "",
        payments=tuple(
            Paid(
                id=str(payment.pk),
                on=payment.paid_on,
                amount=payment.amount,
                proof=_whole(reverse("record-entry", args=[proven[str(payment.pk)]]))
                if str(payment.pk) in proven
                else "",
            )
            for step in steps
            for payment in step.payments.all()
            if payment.paid_on
        ),
        modified_at=max(at for at in times if at),
    )


def _whole(path: str) -> str:
    return f"{settings.PUBLIC_ORIGIN}{path}"


def reached() -> QuerySet[Verdict]:
    """Of each milestone that is reached, that somebody without a conflict said so."""
    return Verdict.objects.filter(
        accepted=True,
        milestone__stage__in=milestone_stages.REACHED,
        milestone__in=milestones().values("pk"),
    )


def ended() -> AwardQuerySet:
    """The awards that are over: finished, or ended early."""
    return given().filter(stage__in=[award_stages.CLOSED, award_stages.TERMINATED])
