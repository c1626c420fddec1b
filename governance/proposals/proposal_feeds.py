"""News of proposals as feeds: of all, and of one. In English, whoever reads them."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import translation

from governance.proposals.models import Proposal, Stage, Step
from governance.record.canonical import timestamp
from governance.terms.feeds import Entry, Feed

AT_ONCE = 50


def of_all(number: int = 1) -> Feed | None:
    """What happened to any proposal, the newest first; None for a part that there is not."""
    steps = Step.objects.filter(proposal__in=Proposal.objects.shown())
    of = max(1, -(-steps.count() // AT_ONCE))
    if not 1 <= number <= of:
        return None
    return Feed(
        title="Proposals at Customer Commons",
        page=_whole(reverse("proposal-list")),
        atom=_whole(reverse("proposal-feed-atom")),
        json=_whole(reverse("proposal-feed-json")),
        entries=_entries(_newest(steps)[(number - 1) * AT_ONCE : number * AT_ONCE]),
        number=number,
        of=of,
    )


def of_one(proposal: Proposal) -> Feed:
    """What happened to ``proposal``: each stage it entered, and each text it had."""
    entries = [
        *_entries(_newest(Step.objects.filter(proposal=proposal))[:AT_ONCE]),
        *_texts(proposal),
    ]
    newest_first = sorted(entries, key=lambda entry: entry.updated, reverse=True)
    return Feed(
        title=proposal.wording.title,
        page=proposal.public_url,
        atom=_whole(reverse("proposal-one-feed-atom", args=[proposal.pk])),
        json=_whole(reverse("proposal-one-feed-json", args=[proposal.pk])),
        entries=tuple(newest_first[:AT_ONCE]),
    )


def _newest(steps: QuerySet[Step]) -> QuerySet[Step]:
    return steps.select_related("proposal__wording").order_by("-at", "-pk")


def _entries(steps: Iterable[Step]) -> tuple[Entry, ...]:
    with translation.override("en"):
        return tuple(
            Entry(
                id=f"{step.proposal.public_url}#{step.stage}",
                title=f"“{step.proposal.wording.title}”: {Stage(step.stage).label}",
                url=step.proposal.public_url,
                updated=timestamp(step.at),
                summary=step.proposal.wording.summary,
            )
            for step in steps
        )


def _texts(proposal: Proposal) -> Iterable[Entry]:
    later = proposal.wordings.filter(amendment=None, number__gt=1)
    for wording in later.order_by("-number")[:AT_ONCE]:
        yield Entry(
            id=f"{proposal.public_url}#text-{wording.number}",
            title=f"“{wording.title}”: text {wording.number}",
            url=f"{proposal.public_url}texts/",
            updated=timestamp(wording.at),
            summary=wording.summary,
        )


def _whole(path: str) -> str:
    return f"{settings.PUBLIC_ORIGIN}{path}"
