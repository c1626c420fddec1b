"""Taking proposals of every kind to their outcome: rules for all, ballots, and the worker."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from governance.proposals import actions, kinds, stages
from governance.proposals.models import Proposal
from governance.proposals.sweeps import move
from governance.record.models import Pending
from governance.voting import actions as voting
from governance.voting.models import Poll
from governance.voting.sweeps import close_due, open_due
from governance.voting.voter import Voter
from members.models import Person
from tests.conftest import NOW, TEST
from tests.governance.proposals.conftest import advance, fresh

RULE = """
[{kind}]
sponsors = 2
idea_lapses_after = "P30D"
discussion = "P14D"
final = "P3D"
voting = "P7D"
quorum = "{quorum}"
majority = "{majority}"
min_days = 0
sponsor_min_days = 0
"""


def adopt_all_rules(folder: Path, *, at: datetime = NOW, **quorums: str) -> None:
    """A rule for every kind: a tenth in favour, and a simple majority or what the kind needs."""
    text = "".join(
        RULE.format(
            kind=kind.name,
            quorum=quorums.get(kind.name, "1/10"),
            majority="2/3" if kind.name == "change_rule" else "1/2",
        )
        for kind in kinds.registered()
    )
    text = text.replace("[recall]\nsponsors = 2", '[recall]\nsponsors = 2\npetition = "1/5"')
    file = folder / "all-rules.toml"
    file.write_text(text)
    actions.adopt_founding_rules(file=file, by=TEST, at=at)


def propose(
    kind: str, author: Person, content: Any, *, at: datetime = NOW, **words: str
) -> Proposal:
    """Propose something of a kind."""
    if kinds.get(kind).own_title is None:
        words = {"title": "Decide", **words}
    return actions.propose(
        kind=kind,
        summary="One sentence on what would change.",
        problem="What goes wrong today.",
        content=content,
        by=author,
        at=at,
        **words,
    )


def work(at: datetime) -> None:
    """What the worker does at one moment."""
    move(at)
    open_due(at)
    close_due(at)
    move(at)


def cast(poll: Poll, person: Person, *choices: str, at: datetime) -> None:
    """Take a ballot as ``person`` and cast it."""
    assert poll.manifest
    voter = Voter(poll.manifest)
    voter.take(voting.issue(poll=poll, blinded=voter.blinded, by=person, at=at))
    voting.cast(poll_id=poll.pk, ballot=voter.ballot(*choices), at=at)


def poll_of(proposal: Proposal) -> Poll:
    poll = fresh(proposal).poll
    assert poll is not None
    return Poll.objects.get(pk=poll.pk)


def decide(
    proposal: Proposal,
    votes: list[tuple[Person, list[str]]],
    *,
    sponsors: tuple[Person, ...] = (),
) -> Proposal:
    """Bring a proposal from wherever it is to its outcome by these votes."""
    now = fresh(proposal)
    if now.stage == stages.IDEA:
        now = advance(now, stages.VOTING, sponsors=sponsors, at=now.opened_at)
    while now.stage in (stages.DISCUSSION, stages.FINAL):
        assert now.ends_at
        work(now.ends_at)
        now = fresh(now)
    open_due(now.since)
    poll = poll_of(now)
    for person, choices in votes:
        cast(poll, person, *choices, at=poll.opens_at)
    work(poll.closes_at)
    return fresh(now)


def yes(*people: Person) -> list[tuple[Person, list[str]]]:
    return [(person, ["yes"]) for person in people]


def no(*people: Person) -> list[tuple[Person, list[str]]]:
    return [(person, ["no"]) for person in people]


def entries(type_: str) -> list[dict[str, Any]]:
    """What waits for the public record, of one type."""
    return [
        json.loads(bytes(row.data)) for row in Pending.objects.filter(type=type_).order_by("pk")
    ]
