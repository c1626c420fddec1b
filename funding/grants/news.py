"""News of grants as a feed: in English, whoever reads it. It names projects, and no person."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import CharField, F, QuerySet, Value
from django.urls import reverse
from django.utils import translation

from funding.grants import award_stages, open_reads, round_stages
from funding.grants.models import Award, GrantPayment, Milestone, Round
from governance.record.canonical import timestamp
from governance.terms.feeds import Entry, Feed

AT_ONCE = 50

# What happened, when, and the key of the row that it happened to.
_Row = tuple[str, datetime, UUID]
# A title, a summary, and the path of the page.
_Words = tuple[str, str, str]

_OPENED, _VOTE, _DECIDED = "opened", "vote", "decided"
_AWARDED, _REACHED, _PAID, _ENDED = "awarded", "reached", "paid", "ended"


def feed(number: int = 1) -> Feed | None:
    """What happened, the newest first; None for a part that there is not.

    Seven short queries are one union, of which a part is read; then each kind is looked up once.
    """
    news = _news()
    of = max(1, -(-news.count() // AT_ONCE))
    if not 1 <= number <= of:
        return None
    rows = list(news.order_by("-when", "what", "key")[(number - 1) * AT_ONCE : number * AT_ONCE])
    return Feed(
        title="Grants at Customer Commons",
        page=_whole(reverse("grants")),
        atom=_whole(reverse("grant-feed-atom")),
        json=_whole(reverse("grant-feed-json")),
        entries=tuple(_entries(rows)),
        number=number,
        of=of,
    )


def _news() -> QuerySet[Any, Any]:
    announced = Round.objects.exclude(stage=round_stages.ANNOUNCED)
    parts = [
        _rows(announced, _OPENED, "opens_at"),
        _rows(Round.objects.exclude(poll=None), _VOTE, "poll__opens_at"),
        _rows(Round.objects.exclude(decided_at=None), _DECIDED, "decided_at"),
        _rows(open_reads.given(), _AWARDED, "committed_at"),
        _rows(open_reads.reached(), _REACHED, "at", key="milestone"),
        _rows(open_reads.payments(), _PAID, "entry__posted_at"),
        _rows(open_reads.ended(), _ENDED, "ended_at"),
    ]
    return parts[0].union(*parts[1:], all=True)


def _rows(found: QuerySet[Any], what: str, when: str, *, key: str = "pk") -> QuerySet[Any, _Row]:
    """What, when, and of which row."""
    rows: QuerySet[Any, _Row] = (
        found.order_by()
        .annotate(what=Value(what, output_field=CharField()), when=F(when), key=F(key))
        .values_list("what", "when", "key")
    )
    return rows


def _entries(rows: list[_Row]) -> Iterator[Entry]:
    """Each row in words; three queries, however many there are."""
    keys = {what: [key for said, _at, key in rows if said == what] for what, _at, _key in rows}
    rounds = Round.objects.in_bulk(
        [key for what in (_OPENED, _VOTE, _DECIDED) for key in keys.get(what, [])]
    )
    awards = Award.objects.all().to_show().in_bulk(keys.get(_AWARDED, []) + keys.get(_ENDED, []))
    steps = _to_show(Milestone.objects.all(), "award").in_bulk(keys.get(_REACHED, []))
    paid = _to_show(GrantPayment.objects.all(), "milestone__award").in_bulk(keys.get(_PAID, []))
    found: dict[str, Mapping[UUID, Any]] = {
        **dict.fromkeys((_OPENED, _VOTE, _DECIDED), rounds),
        **dict.fromkeys((_AWARDED, _ENDED), awards),
        _REACHED: steps,
        _PAID: paid,
    }
    with translation.override("en"):
        for what, when, key in rows:
            title, summary, url = _WORDS[what](found[what][key])
            yield Entry(
                id=f"{_whole(url)}#{what}-{key}",
                title=title,
                url=_whole(url),
                updated=timestamp(when),
                summary=summary,
            )


def _to_show(found: QuerySet[Any], award: str) -> QuerySet[Any]:
    return found.select_related(f"{award}__application__version")


def _opened(round: Round) -> _Words:
    budget = round.budget.format()
    return f"Round “{round.title}” is open", f"{budget} in all.", round.get_absolute_url()


def _vote(round: Round) -> _Words:
    said = "Members choose among the shortlisted projects."
    return f"Vote on round “{round.title}”", said, round.get_absolute_url()


def _decided(round: Round) -> _Words:
    said = "What was chosen, what is next in line and what is not, with the reasons."
    return f"Round “{round.title}” is decided", said, round.get_absolute_url()


def _awarded(award: Award) -> _Words:
    version = award.application.version
    said = version.summary if version else ""
    return f"“{award.title}” gets {award.amount.format()}", said, award.get_absolute_url()


def _reached(step: Milestone) -> _Words:
    title = f"“{step.award.title}” reached milestone {step.number}"
    return title, step.title, step.award.get_absolute_url()


def _paid(payment: GrantPayment) -> _Words:
    award = payment.milestone.award
    title = f"“{award.title}” was paid {payment.amount.format()}"
    return title, payment.milestone.title, award.get_absolute_url()


def _ended(award: Award) -> _Words:
    early = award.stage == award_stages.TERMINATED
    title = f"“{award.title}” {'ended early' if early else 'is finished'}"
    return title, "", award.get_absolute_url()


_WORDS: dict[str, Callable[[Any], _Words]] = {
    _OPENED: _opened,
    _VOTE: _vote,
    _DECIDED: _decided,
    _AWARDED: _awarded,
    _REACHED: _reached,
    _PAID: _paid,
    _ENDED: _ended,
}


def _whole(path: str) -> str:
    return f"{settings.PUBLIC_ORIGIN}{path}"
