"""What the tests of proposals stand on: rules in force, and a proposal in any stage."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from governance.proposals import actions, stages
from governance.proposals.models import Proposal
from governance.terms import actions as terms
from governance.terms.models import Version
from governance.terms.rulebook import DraftContent, Rule
from governance.voting import actions as voting
from governance.voting.models import Poll
from governance.voting.voter import Voter
from members.models import Person
from tests.conftest import NOW, TEST

RULES = """
[adopt_term]
sponsors = 2
idea_lapses_after = "P30D"
discussion = "P14D"
final = "P3D"
voting = "P7D"
quorum = "1/10"
majority = "3/5"
min_days = 0
sponsor_min_days = 0

[resolution]
sponsors = 2
idea_lapses_after = "P30D"
discussion = "P14D"
final = "P3D"
voting = "P7D"
quorum = "1/10"
majority = "1/2"
min_days = 20
sponsor_min_days = 30
"""

MakePerson = Callable[..., Person]
WriteRules = Callable[..., None]
Propose = Callable[..., Proposal]


@pytest.fixture
def write_rules(db: None, tmp_path: Path) -> WriteRules:
    """Adopt the rules above, changed: ``write_rules("sponsors = 2", "sponsors = 3", at=…)``."""

    def write(*change: str, at: datetime = NOW) -> None:
        text = RULES.replace(*change) if change else RULES  # type: ignore[arg-type]
        file = tmp_path / "rules.toml"
        file.write_text(text)
        actions.adopt_founding_rules(file=file, by=TEST, at=at)

    return write


@pytest.fixture
def rules(write_rules: WriteRules) -> None:
    write_rules(at=NOW - timedelta(days=1))


@pytest.fixture
def ada(make_person: MakePerson) -> Person:
    """The author of what is proposed."""
    return make_person("Ada")


@pytest.fixture
def bob(make_person: MakePerson) -> Person:
    return make_person("Bob")


@pytest.fixture
def cyd(make_person: MakePerson) -> Person:
    return make_person("Cyd")


@pytest.fixture
def proposal(rules: None, ada: Person) -> Proposal:
    """An idea of Ada's: a resolution."""
    return resolve(ada)


def resolve(author: Person, *, title: str = "Meet in the open", at: datetime = NOW) -> Proposal:
    """Propose a resolution."""
    return actions.propose(
        kind="resolution",
        title=title,
        summary="Every meeting of stewards is open to all members.",
        problem="Members hear of decisions after they were made.",
        content="Meetings of stewards are **open**.",
        by=author,
        at=at,
    )


def revise(proposal: Proposal, text: str, *, by: Person, at: datetime) -> Any:
    """Give a resolution another text, and nothing else."""
    return actions.revise(
        proposal=proposal,
        title=proposal.wording.title,
        summary=proposal.wording.summary,
        problem=proposal.wording.problem,
        content=text,
        by=by,
        at=at,
    )


def support(proposal: Proposal, *people: Person, at: datetime = NOW) -> Proposal:
    """Each of ``people`` stands behind the present text; answers the proposal as it stands then."""
    now = fresh(proposal)
    for person in people:
        actions.support(proposal=now, text_sha256=now.wording.sha256, by=person, at=at)
    return fresh(proposal)


def fresh(proposal: Proposal) -> Proposal:
    """The proposal as the database has it."""
    return Proposal.objects.to_show().get(pk=proposal.pk)


def term(**changes: Any) -> DraftContent:
    """A term that could be published, changed."""
    whole: dict[str, Any] = {
        "slug": "no-stalking",
        "version": "1.0.0",
        "title": "No stalking",
        "plain": "Do not **follow** me around.",
        "legal": "The organisation does not track the individual.",
        "rules": (Rule("prohibition", "second", "track"),),
    }
    return DraftContent(**whole | changes)


ADOPTION: dict[str, Any] = {
    "poll": f"{settings.PUBLIC_ORIGIN}/polls/6f3c2a52-9a7e-4d61-8f0e-2f1f6f0a9b11/",
    "method": "yes_no",
    "eligible": 200,
    "cast": 61,
    "result": {"counts": {"yes": 50, "no": 8, "abstain": 3}, "outcome": "adopted"},
    "manifestSha256": "a" * 64,
    "resultSha256": "b" * 64,
}


def publish_version(author: Person, **changes: Any) -> Version:
    """A version of a term as if members had adopted it at ``NOW``; ``changes`` to its content."""
    draft = terms.create_draft(content=term(**changes), by=author, at=NOW)
    terms.freeze_draft(draft=draft, by=TEST, at=NOW)
    return terms.publish(draft=draft, adoption=ADOPTION, by=TEST, at=NOW)


def propose_term(author: Person, **changes: Any) -> Proposal:
    """Propose to adopt a term; ``changes`` are to its content."""
    return actions.propose(
        kind="adopt_term",
        summary="Companies would stop following people around.",
        problem="Advertising follows people across sites.",
        content=term(**changes),
        by=author,
        at=NOW,
    )


def advance(
    proposal: Proposal, to: str, *, sponsors: tuple[Person, ...], at: datetime = NOW
) -> Proposal:
    """Bring an idea to discussion, final or voting, each move at its first possible moment."""
    proposal = support(proposal, *sponsors, at=at)
    for stage, move in (
        (stages.DISCUSSION, actions.freeze),
        (stages.FINAL, actions.open_vote),
    ):
        if proposal.stage == to:
            break
        assert proposal.stage == stage
        assert proposal.ends_at
        proposal = move(proposal=proposal, by=TEST, at=proposal.ends_at)
    assert proposal.stage == to
    return fresh(proposal)


def vote(poll: Poll, person: Person, choice: str, *, at: datetime) -> None:
    """Take a ballot as ``person`` and cast it."""
    assert poll.manifest
    voter = Voter(poll.manifest)
    voter.take(voting.issue(poll=poll, blinded=voter.blinded, by=person, at=at))
    voting.cast(poll_id=poll.pk, ballot=voter.ballot(choice), at=at)
