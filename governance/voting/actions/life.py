"""Scheduling, cancelling and opening a poll."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from governance.voting import stages
from governance.voting.models import Event, Poll, Upkeep
from governance.voting.rule import ABSTAIN, NO, YES, YES_NO, Option, PollRule
from kernel.refusal import Refused
from members.models import Author, subject_of


@transaction.atomic
def schedule_poll(
    *,
    title: str,
    question_text: str,
    options: Sequence[Option],
    rule: PollRule,
    opens_at: datetime,
    closes_at: datetime,
    roll_from: date,
    cutoff: date,
    min_days: int,
    subject_url: str,
    by: Author,
    at: datetime,
) -> Poll:
    """Set a poll up: text, options, rule and window. It opens by itself when its window begins.

    The roll will be everyone in standing both on ``roll_from`` (the day discussion began) and on
    ``cutoff``, who on ``cutoff`` has been in standing for at least ``min_days`` days in a row.
    ``subject_url`` is the page of what is voted on, a path of this site. Times are kept to the
    second.

    Raises ``Refused``: "poll-window" for a window that ends before it begins, "poll-roll-days" for
    days of the roll out of order or after the opening, "poll-options" for options the method does
    not have.
    """
    opens_at = opens_at.replace(microsecond=0)
    closes_at = closes_at.replace(microsecond=0)
    if closes_at <= opens_at:
        raise Refused("poll-window", _("A vote has to close after it opens."))
    if not roll_from <= cutoff <= opens_at.astimezone(UTC).date() or min_days < 0:
        raise Refused(
            "poll-roll-days",
            _("Who can vote is decided by a first day, then a cut-off day, then the vote opens."),
        )
    if rule.method == YES_NO and sorted(option.id for option in options) != [ABSTAIN, NO, YES]:
        raise Refused("poll-options", _("This vote needs exactly the options yes, no and abstain."))
    poll = Poll.objects.create(
        title=title,
        question_text=question_text,
        options=[
            {"id": option.id, "label": option.label, "textSha256": option.text_sha256}
            for option in options
        ],
        method=rule.method,
        quorum=rule.quorum,
        majority=rule.majority,
        founding_minimum=rule.founding_minimum,
        opens_at=opens_at,
        closes_at=closes_at,
        roll_from=roll_from,
        cutoff=cutoff,
        min_days=min_days,
        subject_url=subject_url,
        scheduled_at=at,
    )
    Upkeep.objects.create(poll=poll)
    Event.record("poll.scheduled", subject=subject_of(poll), by=by, at=at)
    return poll


@transaction.atomic
def cancel_poll(*, poll: Poll, by: Author, at: datetime) -> None:
    """Call off a poll that has not opened. Raises ``Refused`` ("poll-not-scheduled") otherwise."""
    if not Poll.objects.filter(pk=poll.pk, stage=stages.SCHEDULED).update(stage=stages.CANCELLED):
        raise Refused(
            "poll-not-scheduled", _("Only a vote that has not opened yet can be called off.")
        )
    poll.stage = stages.CANCELLED
    Event.record("poll.cancelled", subject=subject_of(poll), by=by, at=at)
