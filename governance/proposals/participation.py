"""How members take part, in figures that are about nobody: turnout, concentration, time taken."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F
from django.utils.translation import gettext as _

from governance.proposals import concentration, stages
from governance.proposals.concentration import Spread
from governance.proposals.models import Comment, Proposal, Support
from governance.voting import stages as poll_stages
from governance.voting.models import Poll

# Concentration is of the year before.
OVER = timedelta(days=365)
# The latest votes are drawn; the table that can be downloaded has all.
DRAWN = 20


@dataclass(frozen=True, slots=True)
class Turnout:
    """How many of those on the roll of a vote that is over took part."""

    poll: str
    title: str
    closed_at: datetime
    eligible: int
    cast: int

    @property
    def tenths(self) -> int:
        """The share in tenths of a percent; 0 where nobody could vote."""
        return self.cast * 1000 // self.eligible if self.eligible else 0

    @property
    def percent(self) -> str:
        return f"{self.tenths // 10}.{self.tenths % 10}"

    @property
    def length(self) -> int:
        """Of a bar that is 600 long where everybody took part."""
        return self.tenths * 600 // 1000


def turnouts() -> list[Turnout]:
    """Every vote that is over, the latest first. One query."""
    over = Poll.objects.filter(stage=poll_stages.CLOSED, result__isnull=False)
    rows = over.order_by("-closed_at", "pk").values_list(
        "pk", "title", "closed_at", "roll_size", "result__cast"
    )
    return [
        Turnout(str(key), title, closed_at, eligible or 0, int(cast or 0))
        for key, title, closed_at, eligible, cast in rows
        if closed_at is not None
    ]


@dataclass(frozen=True, slots=True)
class Activity:
    """How one thing that members do is spread over them; ``spread`` is None for too few of them."""

    name: str
    label: str
    spread: Spread | None

    @property
    def top_percent(self) -> int:
        return int(self.spread.top_tenth * 100) if self.spread else 0

    @property
    def gini(self) -> str:
        return f"{float(self.spread.gini):.2f}" if self.spread else ""


def activities(at: datetime) -> list[Activity]:
    """How proposing, sponsoring and commenting were spread in the year before ``at``."""
    since = at - OVER
    proposals = Proposal.objects.filter(opened_at__gte=since).values("author")
    supports = Support.objects.filter(at__gte=since).values("person")
    comments = Comment.objects.filter(at__gte=since).values("author")
    rows = (
        ("proposals", _("Proposals"), proposals),
        ("supports", _("Sponsoring"), supports),
        ("comments", _("Comments"), comments),
    )
    return [
        Activity(
            name,
            label,
            concentration.spread(
                list(found.order_by().annotate(done=Count("pk")).values_list("done", flat=True))
            ),
        )
        for name, label, found in rows
    ]


@dataclass(frozen=True, slots=True)
class Durations:
    """How many proposals were decided, and in how many days: half of them within ``middle``."""

    decided: int
    middle: int | None
    longest: int | None


def durations() -> Durations:
    """From the day a proposal was opened to the one on which its vote was decided."""
    decided = Proposal.objects.filter(stage__in=stages.DECIDED)
    days = [
        (since - opened).days for since, opened in decided.values_list(F("since"), F("opened_at"))
    ]
    return Durations(len(days), concentration.middle(days), max(days, default=None))


def turnout_csv(rows: Iterable[Turnout]) -> str:
    """The table of turnout as CSV (RFC 4180)."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["poll", "title", "closed_at", "eligible", "cast", "percent"])
    for row in rows:
        closed = f"{row.closed_at:%Y-%m-%dT%H:%M:%SZ}"
        title = row.title
        # A spreadsheet takes what begins so for a formula.
        if title[:1] in "=+-@\t\r":
            title = f"'{title}"
        writer.writerow([row.poll, title, closed, row.eligible, row.cast, row.percent])
    return out.getvalue()


def activity_csv(rows: Iterable[Activity]) -> str:
    """How what members do is spread, as CSV; what is about too few people is left empty."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["activity", "people", "total", "top_tenth_percent", "gini"])
    for row in rows:
        found = row.spread
        figures = [found.people, found.total, row.top_percent, row.gini] if found else [""] * 4
        writer.writerow([row.name, *figures])
    return out.getvalue()
