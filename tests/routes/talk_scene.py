"""What is said, amended, drafted and flagged in the scene of the walk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from governance.proposals import actions
from governance.proposals.models import (
    Amendment,
    CoAuthorInvitation,
    Comment,
    Flag,
    Manuscript,
    Proposal,
)
from members.models import Person


@dataclass(frozen=True, slots=True)
class Talk:
    """A discussed resolution with an amendment and a flag, and drafts of the member and another.

    ``own_comment`` is the member's. ``link`` opens the member's ``draft`` to somebody else;
    ``invited`` asks the member to write with another.
    """

    discussed: Proposal
    amendment: Amendment
    own_amendment: Amendment
    comment: Comment
    own_comment: Comment
    flag: Flag
    draft: Manuscript
    link: str
    invited: CoAuthorInvitation
    invited_link: str


def set_talk(member: Person, people: list[Person], now: datetime) -> Talk:
    """``people`` are four others in standing; none of them is a steward."""
    author, second, third, fourth = people
    proposal = actions.propose(
        kind="resolution",
        title="Plant a hedge",
        summary="The cooperative plants a hedge.",
        problem="There is none.",
        content="The cooperative plants a hedge.",
        by=author,
        at=now,
    )
    for sponsor in (second, third):
        actions.support(proposal=proposal, text_sha256=proposal.wording.sha256, by=sponsor, at=now)
    proposal = Proposal.objects.to_show().get(pk=proposal.pk)

    def amended(text: str, by: Person) -> Amendment:
        return actions.amend(
            proposal=proposal, content=text, reason="It is better.", base=1, by=by, at=now
        )

    comment = actions.comment(proposal=proposal, body="Which hedge?", by=second, at=now)
    draft = actions.start_manuscript(
        kind="resolution", data={"title": "A draft"}, by=member, at=now
    )
    other = actions.start_manuscript(
        kind="resolution", data={"title": "Another"}, by=fourth, at=now
    )
    _open, link = actions.invite(manuscript=draft, by=member, at=now)
    _other, invited_link = actions.invite(manuscript=other, by=fourth, at=now)
    invited = CoAuthorInvitation.objects.create(
        manuscript=other,
        by=fourth,
        person=member,
        token_sha256="f" * 64,
        at=now,
        ends_at=_open.ends_at,
    )
    return Talk(
        discussed=proposal,
        amendment=amended("The cooperative plants two hedges.", third),
        own_amendment=amended("The cooperative plants three hedges.", member),
        comment=comment,
        own_comment=actions.comment(proposal=proposal, body="Beech.", by=member, at=now),
        flag=actions.flag(proposal=proposal, comment=comment, reason="spam", by=third, at=now),
        draft=draft,
        link=link,
        invited=invited,
        invited_link=invited_link,
    )
