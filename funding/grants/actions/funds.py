"""Writes of a round's fund: money is set aside, promised, let go; each in the books as it happens.

A commitment is one conditional UPDATE, so that whoever is late finds no row. Whatever moves a fund
posts its entry last in the transaction, and notes the two together.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import partial

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext as _

from funding.grants import agreement, application_stages, award_mails, record_types
from funding.grants import fund_arithmetic as arithmetic
from funding.grants.actions.award_moves import tell_recipient
from funding.grants.actions.seed_fund import settled_and_free
from funding.grants.agreement import Promise, Step
from funding.grants.fund_arithmetic import EFFECTS, Difference, Kind
from funding.grants.models import (
    Application,
    Award,
    Event,
    Fund,
    Milestone,
    Movement,
    Round,
)
from funding.ledger import actions as ledger
from funding.ledger import chart
from funding.ledger.models import Entry, Leg
from governance.record.actions import submit
from kernel.money import Money
from kernel.refusal import Refused
from members.models import Author, subject_of

# Published and hashed into the chain: never a name.
_DESCRIPTIONS = {
    Kind.COMMITMENT: "A grant was promised to a project",
    Kind.RELEASE: "A grant was not taken, or ended: what was left of it is free again",
    Kind.PAYMENT: "A project was paid for a milestone",
    Kind.RETURN: "A project gave back what it did not need",
}


@transaction.atomic
def open_fund(*, round: Round, by: Author, at: datetime) -> Fund:
    """The fund of a round, with the budget that members adopted. Again changes nothing."""
    fund, created = Fund.objects.get_or_create(
        round=round,
        defaults={
            "currency": round.currency,
            "budget_minor": round.budget_minor,
            "opened_at": at,
        },
    )
    if created:
        Event.record("fund.opened", subject=subject_of(fund), by=by, at=at)
    return fund


@transaction.atomic
def set_aside(*, fund: Fund, by: Author, at: datetime) -> Money:
    """Set aside for the fund what is settled and free of its budget; answers how much more.

    One after the other: the funds of a currency are locked, so that two never count on one euro.
    """
    funds = {
        held.pk: held
        for held in Fund.objects.select_for_update().filter(currency=fund.currency).order_by("pk")
    }
    held = funds[fund.pk]
    more = 0
    if held.closed_at is None:
        more = arithmetic.to_set_aside(held.holdings, fundable_now=settled_and_free(fund.currency))
    if more:
        Fund.objects.filter(pk=fund.pk).update(funded_minor=F("funded_minor") + more)
        Event.record("fund.set-aside", subject=subject_of(held), by=by, at=at, minor=more)
    return Money(more, fund.currency)


@transaction.atomic
def commit_award(*, application: Application, amount: Money, by: Author, at: datetime) -> Award:
    """Promise ``amount`` to a project that was chosen: the fund, the books and the record say so.

    Raises ``Refused``: "stage-passed" for one that was not chosen, "awarded-already",
    "budget-spent" where the budget does not hold so much any more, and "budget-not-settled" where
    it does, and the dues behind it have not settled yet.
    """
    round = application.round
    version = application.version
    if application.stage != application_stages.AWARDED or version is None:
        raise Refused("stage-passed", _("Only a project that was chosen is given money."))
    if amount != version.ask:
        raise Refused("not-what-was-asked", _("A project is given what it asked members for."))
    fund = open_fund(round=round, by=by, at=at)
    # First of all, so that whoever is too late has written nothing.
    _promise(fund, amount, by=by, at=at)
    try:
        with transaction.atomic():
            award = Award.objects.create(
                application=application,
                fund=fund,
                minor=amount.minor,
                currency=amount.currency,
                committed_at=at,
            )
    except IntegrityError:
        raise Refused("awarded-already", _("This project has its award already.")) from None
    Milestone.objects.bulk_create(_milestones(award, round))
    Event.record("award.committed", subject=subject_of(award), by=by, at=at)
    submit(
        type=record_types.AWARD_COMMITTED.name,
        body={
            "award": str(award.pk),
            "application": str(application.pk),
            "minor": amount.minor,
            "currency": amount.currency,
        },
        at=at,
    )
    tell_recipient(award, partial(award_mails.committed, award), about="committed", at=at)
    post_movement(
        award, Kind.COMMITMENT, amount, source_key=f"award:{award.pk}", on=at.date(), by=by, at=at
    )
    return award


@transaction.atomic
def promise(*, application: Application, by: Author, at: datetime) -> Award | None:
    """Promise a chosen project what it asked for; None where the dues behind it have not settled.

    A sweep tries again then. Raises ``Refused`` as :func:`commit_award` does for everything else.
    """
    version = application.version
    if version is None:
        raise ValueError("only what was sent is chosen: a constraint says so")
    try:
        with transaction.atomic():
            return commit_award(application=application, amount=version.ask, by=by, at=at)
    except Refused as refusal:
        if refusal.code != "budget-not-settled":
            raise
    return None


def _promise(fund: Fund, amount: Money, *, by: Author, at: datetime) -> None:
    """Take ``amount`` from what is free: one statement, so that nobody can take it twice."""
    if _take(fund, amount):
        return
    fund.refresh_from_db()
    if fund.left.minor >= amount.minor:
        # What settled since the fund last looked may be enough.
        set_aside(fund=fund, by=by, at=at)
        if _take(fund, amount):
            return
        fund.refresh_from_db()
    if fund.left.minor < amount.minor or fund.closed_at:
        raise Refused("budget-spent", _("The budget of this round does not hold so much any more."))
    raise Refused(
        "budget-not-settled",
        _("The dues behind this budget have not settled yet. Try again when they have."),
    )


def _take(fund: Fund, amount: Money) -> bool:
    enough = Fund.objects.filter(
        pk=fund.pk,
        currency=amount.currency,
        closed_at=None,
        funded_minor__gte=F("committed_minor") + amount.minor,
    )
    return bool(enough.update(committed_minor=F("committed_minor") + amount.minor))


@transaction.atomic
def release(*, award: Award, by: Author, at: datetime) -> Money:
    """Let go of what is promised and was not paid; answers how much that was.

    Whoever calls it ends the award in the same transaction.
    """
    given = award.movements.all()
    committed = sum(EFFECTS[Kind(moved.kind)].committed * moved.minor for moved in given)
    paid = sum(EFFECTS[Kind(moved.kind)].paid * moved.minor for moved in given)
    left = Money(committed - paid, award.currency)
    if left:
        move_fund(award, Kind.RELEASE, left)
        post_movement(
            award, Kind.RELEASE, left, source_key=f"release:{award.pk}", on=at.date(), by=by, at=at
        )
    return left


def move_fund(award: Award, kind: Kind, amount: Money) -> None:
    """Change the fund by a movement. The check constraint refuses what does not fit."""
    effect = EFFECTS[kind]
    Fund.objects.filter(pk=award.fund_id).update(
        committed_minor=F("committed_minor") + effect.committed * amount.minor,
        paid_minor=F("paid_minor") + effect.paid * amount.minor,
    )


def post_movement(
    award: Award,
    kind: Kind,
    amount: Money,
    *,
    source_key: str,
    on: date,
    by: Author,
    at: datetime,
) -> Entry:
    """Post the entry of a movement and note it. Last in a transaction, as posting is."""
    entry = ledger.post(
        source_key=source_key,
        description=_DESCRIPTIONS[kind],
        legs=arithmetic.legs(kind, amount),
        effective_on=on,
        by=by,
        at=at,
    )
    note_movement(award, kind, amount, entry=entry, at=at)
    return entry


def note_movement(award: Award, kind: Kind, amount: Money, *, entry: Entry, at: datetime) -> None:
    """Note which entry of the books moved the fund."""
    Movement.objects.create(
        fund_id=award.fund_id,
        award=award,
        kind=kind.value,
        minor=amount.minor,
        currency=amount.currency,
        entry=entry,
        at=at,
    )


def differences_of(fund: Fund) -> tuple[Difference, ...]:
    """Where a fund and the entries of its own movements do not say the same; two queries."""
    moved = Movement.objects.by_account(fund)
    return arithmetic.differences(
        fund.holdings,
        awards=moved.get(chart.AWARDS, 0),
        payable=moved.get(chart.AWARDS_PAYABLE, 0),
        bank=moved.get(chart.BANK, 0),
    )


def differences_of_all(currency: str) -> tuple[Difference, ...]:
    """Where all funds together and the accounts of the whole books do not say the same."""
    funds = Fund.objects.filter(currency=currency)
    committed = sum(fund.committed_minor for fund in funds)
    owed = sum(fund.holdings.owed for fund in funds)
    books = {
        balance.code: balance.amount.minor
        for balance in Leg.objects.trial_balance()
        if balance.amount.currency == currency
    }
    pairs = (
        Difference("all committed", committed, books.get(chart.AWARDS, 0)),
        Difference("all owed", owed, -books.get(chart.AWARDS_PAYABLE, 0)),
    )
    return tuple(pair for pair in pairs if pair.fund != pair.books)


@transaction.atomic
def prove_funds(*, by: Author, at: datetime) -> tuple[Difference, ...]:
    """Compare every fund with the books and note what was found, even if that is nothing."""
    funds = list(Fund.objects.order_by("opened_at", "pk"))
    found: list[Difference] = []
    for fund in funds:
        differing = differences_of(fund)
        if differing:
            Event.record(
                "fund.differs",
                subject=subject_of(fund),
                by=by,
                at=at,
                what=[f"{pair.what}: {pair.fund} and {pair.books}" for pair in differing],
            )
        found += differing
    for currency in sorted({fund.currency for fund in funds}):
        found += differences_of_all(currency)
    Event.record(
        "funds.proven", subject="funds", by=by, at=at, funds=len(funds), differences=len(found)
    )
    return tuple(found)


def _milestones(award: Award, round: Round) -> list[Milestone]:
    version = award.application.version
    if version is None:
        raise ValueError("an award is of what was sent: a constraint says so")
    with translation.override(settings.LANGUAGE_CODE):
        report = Step(
            title=_("Final report"),
            criteria=_(
                "What was done, what it cost, and what others can learn from it, in public."
            ),
            due_on=date.min,  # found from the milestones
            minor=0,
        )
    steps = agreement.steps(
        [Promise(one.title, one.criteria, one.due, one.minor) for one in version.asked.milestones],
        hold_back=round.hold_back,
        on_award=round.is_small,
        report=report,
    )
    return [
        Milestone(
            award=award,
            number=number,
            title=step.title,
            criteria=step.criteria,
            due_on=step.due_on,
            minor=step.minor,
            currency=award.currency,
            on_award=step.on_award,
            final=step.final,
        )
        for number, step in enumerate(steps, start=1)
    ]
