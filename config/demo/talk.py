"""What the demo's members say, amend, draft and flag, whom they ask, and who leaves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from config.demo.people import address_of
from config.demo.planned import AMENDED, TALKED
from governance.proposals import actions as proposals
from governance.proposals.models import Amendment, Comment, Proposal
from members import actions as members
from members.models import OutgoingMail

if TYPE_CHECKING:
    from config.demo.story import Happening, Story

LEAVING = "Xenia"
# Who has the problem of an idea too, and stands behind an amendment.
_OTHERS = ("Ada", "Bela", "Chen", "Dana", "Farah", "Finn")
IDEA = "I cannot tell what a subscription costs before I give my card"


def happenings(story: Story) -> Iterator[Happening]:
    """What is said and done beside proposing and voting, each with its moment."""
    ago = story.ago
    yield ago(8.5), partial(_discuss, story, ago(8.5))
    yield ago(7), partial(_amend_and_take, story, ago(7))
    yield ago(6.5), partial(_amend_and_talk, story, ago(6.5))
    yield ago(5.5), partial(_flag, story, ago(5.5))
    yield ago(12), partial(_amend_for_the_vote, story, ago(12))
    yield ago(1.1), partial(_have_it_too, story, ago(1.1))
    yield ago(6.8), partial(_nominate, story, ago(6.8))
    yield ago(3.5), partial(_draft, story, ago(3.5))
    yield ago(40), partial(_invite, story, ago(40))
    yield ago(90), partial(story.join, LEAVING, address_of(LEAVING), 90)
    yield ago(21), partial(_leave, story, ago(21))


_TAKEN = (
    "The cooperative pays the room for one repair café a month, and the parts that are used up.",
    "Without screws and wire nobody mends anything.",
)
_SPARE = (
    "The cooperative pays the room for two repair cafés a month.",
    "Whoever works on Saturdays should be able to come too.",
)
_COMPETING = (
    "Members' meetings end after three hours, with a break.",
    "Two hours were too short for the last three meetings.",
)


def _of(title: str) -> Proposal:
    return Proposal.objects.to_show().get(wording__title=title)


def _discuss(story: Story, at: datetime) -> None:
    """A reason for, one against, a question that is answered and one that waits, and threads."""
    proposal = _of(TALKED)
    said: list[Comment] = []

    def say(name: str, body: str, stance: str = "remark", parent: Comment | None = None) -> None:
        moment = at + timedelta(hours=len(said))
        spoken = proposals.comment(
            proposal=proposal,
            body=body,
            stance=stance,
            parent=parent,
            by=story.member(name),
            at=moment,
        )
        said.append(spoken)

    say("Finn", "My bakery would lend its back room, and its oven gloves.", "for")
    say("Otto", "Insurance. Somebody will mend a toaster, and a house will burn.", "against")
    say("Paula", "Where would the first one be?", "question")
    say("Mia", "In Finn's bakery, if nothing speaks against it.", parent=said[2])
    say("Finn", "Nothing does, on Sundays.", parent=said[3])
    say("Nele", "There is insurance for exactly this; ours costs 90 euros a year.", parent=said[1])
    say("Jonas", "Who decides what the room may cost?", "question")
    say("Emil", "Cheap watches, nearly real: write to me.")
    for name in ("Ada", "Chen", "Dana"):
        proposals.react(comment=said[5], by=story.member(name), at=at + timedelta(hours=9))


def _amendment(
    story: Story, title: str, by: str, base: int, text: str, reason: str, at: datetime
) -> Amendment:
    return proposals.amend(
        proposal=_of(title), content=text, reason=reason, base=base, by=story.member(by), at=at
    )


def _amend_and_talk(story: Story, at: datetime) -> None:
    """One that waits for the author, with a reason against it and what its own author says."""
    amendment = _amendment(story, TALKED, "Hugo", 2, *_SPARE, at)
    doubt = proposals.comment(
        proposal=amendment.proposal,
        amendment=amendment,
        body="We do not fill one afternoon yet. Let us see how the first goes.",
        stance="against",
        by=story.member("Nele"),
        at=at + timedelta(hours=2),
    )
    proposals.comment(
        proposal=amendment.proposal,
        parent=doubt,
        body="Because Sundays are full of children. I would take the second one.",
        by=story.member("Hugo"),
        at=at + timedelta(hours=3),
    )


def _amend_and_take(story: Story, at: datetime) -> None:
    taken = _amendment(story, TALKED, "Ines", 1, *_TAKEN, at)
    sha256 = taken.wording.sha256
    later = at + timedelta(hours=6)
    wording = proposals.accept_amendment(
        amendment=taken, text_sha256=sha256, by=story.member("Mia"), at=later
    )
    # Whoever stood behind the old text is asked, reads the new one, and confirms.
    for support in wording.proposal.supports.select_related("person"):
        proposals.support(
            proposal=wording.proposal,
            text_sha256=wording.sha256,
            by=support.person,
            at=later + timedelta(hours=2),
        )


def _amend_for_the_vote(story: Story, at: datetime) -> None:
    """Its author leaves it to the vote, and as many stand behind it as behind the text."""
    amendment = _amendment(story, AMENDED, "Jonas", 1, *_COMPETING, at)
    for hours, name in enumerate(_OTHERS[:5], start=1):
        proposals.support_amendment(
            amendment=amendment,
            text_sha256=amendment.wording.sha256,
            by=story.member(name),
            at=at + timedelta(hours=hours),
        )
    proposals.leave_to_the_vote(
        amendment=amendment,
        answer="I would rather be short. Let us see what members say.",
        by=story.member("Edda"),
        at=at + timedelta(hours=9),
    )


def _flag(story: Story, at: datetime) -> None:
    comment = Comment.objects.get(proposal=_of(TALKED), body__startswith="Cheap watches")
    proposals.flag(
        proposal=_of(TALKED),
        comment=comment,
        reason="spam",
        words="",
        by=story.member("Paula"),
        at=at,
    )


def _have_it_too(story: Story, at: datetime) -> None:
    for name in _OTHERS:
        proposals.echo(proposal=_of(IDEA), by=story.member(name), at=at)


def _nominate(story: Story, at: datetime) -> None:
    """The member is asked to stand, and has not answered."""
    election = Proposal.objects.get(kind="elect_stewards")
    proposals.nominate(proposal=election, email=address_of("Mia"), by=story.member("Ines"), at=at)


def _draft(story: Story, at: datetime) -> None:
    """A draft that two write, and one that the member is asked to write at."""
    mia, hana, elif_ = (story.member(name) for name in ("Mia", "Hana", "Elif"))
    own = proposals.start_manuscript(
        kind="resolution",
        data={"title": "A table of what our terms are worth", "problem": "Nobody has counted."},
        by=mia,
        at=at,
    )
    invitation, _secret = proposals.invite(manuscript=own, name="Hana", by=mia, at=at)
    proposals.answer_invitation(
        invitation=invitation, accept=True, by=hana, at=at + timedelta(hours=1)
    )
    other = proposals.start_manuscript(
        kind="resolution", data={"title": "Terms for landlords"}, by=elif_, at=at
    )
    proposals.invite(manuscript=other, name="Mia", by=elif_, at=at)


def _invite(story: Story, at: datetime) -> None:
    mia = story.member("Mia")
    members.invite(person=mia, named=True, by=mia, at=at)


def _leave(story: Story, at: datetime) -> None:
    """Somebody closes their account with the code from the mail; the worker erases who it was."""
    person = story.member(LEAVING)
    members.send_leaving_code(person=person, by=person, at=at)
    mail = OutgoingMail.objects.filter(person=person, key__startswith="leaving-code:").latest("pk")
    code = re.findall(r"^\d+$", mail.body, re.MULTILINE)[0]
    with story.till.clock(at):
        members.leave(person=person, code=code, by=person, at=at)
        story.run("dues.cancel", at)
    # Who they were is erased once the last mail to them has gone out.
    while story.run("members.mail", at):
        pass
    story.run("members.leave", at)
