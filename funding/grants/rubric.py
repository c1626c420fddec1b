"""How applications are judged: criteria with weights, scores from 1 to 5, and their spread. Pure.

A round's criteria are JSON, frozen once it is open::

    [{"name": "reach", "title": "Who it helps", "guidance": "1: nobody … 5: many", "weight": 40}]

Weights are whole parts of a hundred. A weighted score is a fraction, never a float.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

LOWEST, HIGHEST = 1, 5
WHOLE = 100
MOST_CRITERIA = 8
# Where the scores of one criterion lie so far apart, reviewers should talk.
FAR_APART = 3

_NAME = re.compile(r"[a-z][a-z0-9-]{0,29}")


def gettext_noop(text: str) -> str:
    """Mark a text for the translators; who raises it translates it."""
    return text


_ = gettext_noop


class Unfit(ValueError):
    """Criteria or scores that do not go together. ``sentence`` may have ``{names}``."""

    def __init__(self, sentence: str, **values: str | int) -> None:
        super().__init__(sentence.format(**values))
        self.sentence = sentence
        self.values = values


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing that is judged; ``guidance`` says what a low and a high score mean."""

    name: str
    title: str
    guidance: str
    weight: int

    def as_content(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "title": self.title,
            "guidance": self.guidance,
            "weight": self.weight,
        }


@dataclass(frozen=True, slots=True)
class Spread:
    """What reviewers said of one criterion: the lowest, the highest and the mean of the scores."""

    criterion: Criterion
    lowest: int
    highest: int
    mean: Fraction

    @property
    def is_wide(self) -> bool:
        """Whether reviewers lie so far apart that they should talk about it."""
        return self.highest - self.lowest >= FAR_APART


def read(content: Any) -> tuple[Criterion, ...]:
    """The criteria in a round's JSON. Raises ``Unfit`` for what :func:`check` refuses."""
    if not isinstance(content, list):
        raise Unfit(_("Criteria are a list."))
    criteria = tuple(_criterion(item) for item in content)
    check(criteria)
    return criteria


def check(criteria: Sequence[Criterion]) -> None:
    """Raise ``Unfit`` unless there are some, each by its own name, and weights make a hundred."""
    if not 1 <= len(criteria) <= MOST_CRITERIA:
        raise Unfit(_("A round is judged by one to {most} criteria."), most=MOST_CRITERIA)
    if len({criterion.name for criterion in criteria}) < len(criteria):
        raise Unfit(_("Each criterion has a name of its own."))
    for criterion in criteria:
        if not _NAME.fullmatch(criterion.name):
            raise Unfit(_("“{name}” cannot name a criterion."), name=criterion.name[:30])
        if not (criterion.title.strip() and criterion.guidance.strip()):
            raise Unfit(_("Each criterion says what it is about and what a score means."))
        if criterion.weight < 1:
            raise Unfit(_("Each criterion has a weight of at least 1."))
    total = sum(criterion.weight for criterion in criteria)
    if total != WHOLE:
        raise Unfit(_("The weights make {total} together and have to make 100."), total=total)


def check_scores(criteria: Sequence[Criterion], scores: Mapping[str, Any]) -> None:
    """Raise ``Unfit`` unless each criterion, and nothing else, has a whole score from 1 to 5."""
    if set(scores) != {criterion.name for criterion in criteria}:
        raise Unfit(_("Every criterion needs a score."))
    for score in scores.values():
        if not isinstance(score, int) or isinstance(score, bool) or not LOWEST <= score <= HIGHEST:
            raise Unfit(_("A score is a whole number from 1 to 5."))


def weighted(criteria: Sequence[Criterion], scores: Mapping[str, int]) -> Fraction:
    """One review's score: between 1 and 5, each criterion counting by its weight."""
    return sum(
        (Fraction(criterion.weight * scores[criterion.name], WHOLE) for criterion in criteria),
        Fraction(0),
    )


def mean(criteria: Sequence[Criterion], reviews: Sequence[Mapping[str, int]]) -> Fraction | None:
    """The mean of all reviews' scores; None without a review."""
    if not reviews:
        return None
    return sum((weighted(criteria, scores) for scores in reviews), Fraction(0)) / len(reviews)


def spread(
    criteria: Sequence[Criterion], reviews: Sequence[Mapping[str, int]]
) -> tuple[Spread, ...]:
    """How far apart reviewers lie, criterion by criterion; empty without a review."""
    if not reviews:
        return ()
    found = []
    for criterion in criteria:
        given = [scores[criterion.name] for scores in reviews]
        found.append(Spread(criterion, min(given), max(given), Fraction(sum(given), len(given))))
    return tuple(found)


def _criterion(item: Any) -> Criterion:
    try:
        name, title, guidance, weight = (
            item[key] for key in ("name", "title", "guidance", "weight")
        )
    except (TypeError, KeyError):
        raise Unfit(_("A criterion has a name, a title, guidance and a weight.")) from None
    texts = all(isinstance(text, str) for text in (name, title, guidance))
    if not texts or not isinstance(weight, int) or isinstance(weight, bool):
        raise Unfit(_("A criterion has a name, a title, guidance and a weight."))
    return Criterion(name=name, title=title, guidance=guidance, weight=weight)
