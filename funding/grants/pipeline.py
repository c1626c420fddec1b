"""A round for who looks after it: where each application stands, as far as it is theirs to see.

What concerns somebody, or what they have not said that they are free of, is in no list and no
number here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from funding.grants import application_stages as stages
from funding.grants import desk, permissions, rubric
from funding.grants.models import Application, Award, Round
from kernel.money import Money
from members.models import Person, RoleGrant

# So many cards of a stage a board shows.
IN_A_COLUMN = 40
# What the board always has room for; every other stage has a column once something stands there.

_ALWAYS = (stages.SCREENING, stages.IN_REVIEW, stages.SHORTLISTED, stages.AWARDED)


@dataclass(frozen=True, slots=True)
class Card:
    """One application on the board. ``score`` is None where there is none, or none to be shown."""

    application: Application
    award: Award | None
    reviews: int | None
    score: Fraction | None
    mine: bool
    overdue: bool

    @property
    def title(self) -> str:
        return self.application.title

    @property
    def ask(self) -> Money:
        return self.application.ask

    @property
    def score_shown(self) -> Decimal | None:
        """The score to one place."""
        if self.score is None:
            return None
        return round(Decimal(self.score.numerator) / self.score.denominator, 1)

    @property
    def stands(self) -> str:
        """Its stage in words, or that of its award once it has one."""
        if self.award is None:
            return self.application.get_stage_display()
        return self.award.get_stage_display()


@dataclass(frozen=True, slots=True)
class Column:
    """One stage, and what stands there."""

    stage: str
    label: str
    cards: list[Card]

    @property
    def first(self) -> list[Card]:
        """What a board shows of it: the table has the rest."""
        return self.cards[:IN_A_COLUMN]

    @property
    def more(self) -> int:
        return len(self.cards) - len(self.first)


@dataclass(frozen=True, slots=True)
class Asked:
    """What of a round's table somebody wants to see, and in which order."""

    stage: str = ""
    mine: bool = False
    least: int | None = None
    order: str = "stage"

    def fits(self, card: Card) -> bool:
        if self.stage and card.application.stage != self.stage:
            return False
        if self.mine and not card.mine:
            return False
        return self.least is None or (card.score is not None and card.score >= self.least)


def rounds_of(person: Person, at: datetime) -> QuerySet[Round]:
    """The rounds in which ``person`` looks after anything, as a whole or in part."""
    if person.holds(RoleGrant.Role.STEWARD, at.date()):
        return Round.objects.all()
    mine = Application.objects.all().on_panel_of(person, at.date())
    named = person.grant_reviewing.filter(ended_at=None)
    return Round.objects.filter(pk__in=mine.values("round")) | Round.objects.filter(
        pk__in=named.values("round")
    )


def cards(round: Round, person: Person, at: datetime) -> list[Card]:
    """Every application of ``round`` that is open to ``person``, in the order of its stages.

    A number of queries that does not grow with them.
    """
    open_to_me = (
        Application.objects.filter(round=round)
        .open_to(person, at.date())
        .exclude(stage=stages.WITHDRAWN)
        .select_related("version", "award")
        # The words of an application are long, and nothing here reads them.
        .defer("version__content")
        .prefetch_related("reviews")
    )
    criteria = round.rubric
    reviewing = permissions.is_reviewer(round, person)
    waits = {item.key.partition(":")[2] for item in desk.of_applications(person, at)}
    found = []
    for each in open_to_me:
        each.round = round
        reviews = list(each.reviews.all())
        # Blind until one's own is in: not even how many there are.
        blind = reviewing and all(review.reviewer_id != person.pk for review in reviews)
        found.append(
            Card(
                application=each,
                award=getattr(each, "award", None),
                reviews=None if blind else len(reviews),
                score=None
                if blind
                else rubric.mean(criteria, [review.scores for review in reviews]),
                mine=str(each.pk) in waits,
                overdue=each.stage in stages.UNANSWERED and round.hear_by < at,
            )
        )
    return _by_stage(found)


def columns(found: Iterable[Card]) -> list[Column]:
    """The board: the stages in their order, each with its cards."""
    by_stage: dict[str, list[Card]] = {stage: [] for stage in stages.SENT}
    for card in found:
        by_stage[card.application.stage].append(card)
    labels = dict(Application.Stage.choices)
    return [
        Column(stage, str(labels[Application.Stage(stage)]), there)
        for stage, there in by_stage.items()
        if there or stage in _ALWAYS
    ]


def narrowed(found: Sequence[Card], asked: Asked) -> list[Card]:
    """Those that fit, in the order asked for; what has no score stands behind what has one."""
    fitting = [card for card in found if asked.fits(card)]
    match asked.order:
        case "title":
            return sorted(fitting, key=lambda card: (card.title.casefold(), card.application.pk))
        case "ask":
            return sorted(fitting, key=lambda card: (-card.ask.minor, card.application.pk))
        case "score":
            return sorted(fitting, key=lambda card: -(card.score or Fraction(0)))
    return fitting


def orders() -> list[tuple[str, str]]:
    """In which orders the table can stand."""
    return [
        ("stage", _("stage")),
        ("title", _("name")),
        ("ask", _("what it asks for")),
        ("score", _("score, the best first")),
    ]


def _by_stage(found: list[Card]) -> list[Card]:
    place = {stage: number for number, stage in enumerate(stages.STAGES)}
    return sorted(
        found,
        key=lambda card: (
            place[card.application.stage],
            card.title.casefold(),
            card.application.pk,
        ),
    )
