"""The whole path of a proposal, step by step, each with the record entry that proves it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from governance.proposals import kinds, provisional_stages, stages
from governance.proposals.kinds import Consequence
from governance.proposals.models import Proposal, Step
from governance.voting import stages as poll_stages


@dataclass(frozen=True, slots=True)
class Happening:
    """One step: ``record_hash`` is of the entry that proves it, ``url`` where it can be seen.

    ``unproved`` says why there is no entry, where there is none.
    """

    at: datetime
    sentence: str
    record_hash: str = ""
    url: str = ""
    unproved: str = ""


def timeline(proposal: Proposal) -> list[Happening]:
    """Everything that happened to ``proposal``, in order. ``proposal`` comes with its poll."""
    happened = [
        # What happens at one moment stands in this order: a vote closes, and then it is taken over.
        *_vote(proposal),
        *_steps(proposal),
        *_reopenings(proposal),
        *_advice(proposal),
        *(_said(one) for one in consequences(proposal)),
        *_founding(proposal),
    ]
    return sorted(happened, key=lambda one: one.at)


def consequences(proposal: Proposal) -> list[Consequence]:
    """What followed from an adopted text, in the order of time."""
    if proposal.stage != stages.ADOPTED:
        return []
    return list(kinds.get(proposal.kind).consequences(proposal=proposal))


def _steps(proposal: Proposal) -> Iterator[Happening]:
    for step in proposal.steps.order_by("at", "pk"):
        if step.stage != stages.VOTING:
            yield Happening(
                at=step.at,
                sentence=_of_stage(step),
                record_hash=step.record_hash,
                unproved="" if step.record_hash else _unproved(step),
            )


def _of_stage(step: Step) -> str:
    return {
        stages.IDEA: _("It began as an idea."),
        stages.DISCUSSION: _("Enough members stood behind it, and its discussion began."),
        stages.FINAL: _("The discussion ended, and its text was frozen."),
        stages.ADOPTED: _("Members adopted it."),
        stages.REJECTED: _("Members did not adopt it: it did not reach the majority."),
        stages.NO_QUORUM: _("It was not adopted: too few members voted for it."),
        stages.WITHDRAWN: _("Its author withdrew it."),
        stages.LAPSED: _("It lapsed."),
    }[step.stage]


def _unproved(step: Step) -> str:
    if step.stage == stages.IDEA:
        return _("Ideas stand in no public record: what enough members stand behind does.")
    return _("It was an idea, and ideas stand in no public record.")


def _reopenings(proposal: Proposal) -> Iterator[Happening]:
    if not kinds.get(proposal.kind).elects:
        return
    for reopening in proposal.reopenings.order_by("number"):
        yield Happening(
            at=reopening.at,
            sentence=ngettext(
                "Only %(count)d member stood, so nominations went on.",
                "Only %(count)d members stood, so nominations went on.",
                reopening.candidates,
            )
            % {"count": reopening.candidates},
            record_hash=reopening.record_hash,
        )


def _advice(proposal: Proposal) -> Iterator[Happening]:
    note = getattr(proposal, "advisory_note", None)
    if note is not None:
        yield Happening(
            at=note.at,
            sentence=_("A lawyer's note was put beside the final text."),
            record_hash=note.record_hash,
        )


def _vote(proposal: Proposal) -> Iterator[Happening]:
    poll = proposal.poll
    if poll is None:
        return
    for cancelled in proposal.cancelled_votes.select_related("poll"):
        fault = cancelled.poll.named_faults.confirmed().first()
        yield Happening(
            at=cancelled.at,
            sentence=_("A vote was cancelled for a fault, and the same text was voted on again."),
            record_hash=fault.record_hash if fault else "",
            url=reverse("poll", args=[cancelled.poll.pk]),
        )
    here = reverse("poll", args=[poll.pk])
    if poll.record_hash_opened:
        yield Happening(
            at=poll.opens_at,
            sentence=_("The vote opened, with its question and its roll frozen."),
            record_hash=poll.record_hash_opened,
            url=here,
        )
    if poll.stage == poll_stages.CLOSED and poll.closed_at is not None:
        yield Happening(
            at=poll.closed_at,
            sentence=_("The vote closed, and every ballot was published and counted."),
            record_hash=poll.record_hash_result,
            url=here,
        )


def _said(consequence: Consequence) -> Happening:
    return Happening(
        at=consequence.at,
        sentence=str(consequence.sentence),
        record_hash=consequence.record_hash,
        url=consequence.url,
        unproved=""
        if consequence.record_hash
        else _("This follows from the vote, and has no entry of its own."),
    )


def _founding(proposal: Proposal) -> Iterator[Happening]:
    provisional = getattr(proposal, "provisional", None)
    if provisional is None:
        return
    if provisional.stage == provisional_stages.PROVISIONAL:
        yield Happening(
            at=provisional.decided_at,
            sentence=_("We were still being founded: it lapses unless members ratify it later."),
            record_hash=provisional.record_hash,
        )
        return
    ratified = provisional.stage == provisional_stages.RATIFIED
    yield Happening(
        at=provisional.settled_at or provisional.decided_at,
        sentence=_("Members ratified it after the founding.")
        if ratified
        else _("Members did not ratify it after the founding: it lapsed."),
        record_hash=provisional.record_hash,
        url=provisional.ratification.get_absolute_url() if provisional.ratification else "",
    )
