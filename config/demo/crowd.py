"""The other members of the demo: they sponsor and vote through the same actions as anybody."""

from __future__ import annotations

import itertools
from datetime import datetime

from config.demo.people import GUISES
from governance.proposals import stages
from governance.proposals.actions import moves, words
from governance.proposals.models import Proposal
from governance.voting import actions as voting
from governance.voting.models import Poll
from governance.voting.rule import ABSTAIN, APPROVED, YES_NO
from governance.voting.voter import Voter
from kernel.refusal import Refused
from members.models import Person

_VISITORS = [guise.email for guise in GUISES]


def sponsor(proposal: Proposal, *, at: datetime) -> int:
    """Have others stand behind the text until its rule is content; answers how many did."""
    proposal.refresh_from_db()
    others = (
        Person.objects.in_standing(at.date())
        .exclude(email__in=_VISITORS)
        .exclude(pk=proposal.author_id)
        .exclude(supports__proposal=proposal, supports__text_sha256=proposal.wording.sha256)
        .order_by("pk")
    )
    asked = moves.rule_in_force(proposal.kind, at).sponsors
    missing = asked - proposal.supports.confirmed(at.date()).count()
    count = 0
    for person in others.iterator():
        if count >= missing or Proposal.objects.get(pk=proposal.pk).stage != stages.IDEA:
            break
        try:
            words.support(proposal=proposal, text_sha256=proposal.wording.sha256, by=person, at=at)
        except Refused as refusal:
            if refusal.code != "too-new-to-sponsor":
                raise
        else:
            count += 1
    return count


def vote(poll: Poll, *, yes: int, no: int, abstain: int, at: datetime, stay_away: int = 3) -> int:
    """Have the others on the roll vote in this proportion; answers how many did.

    Of each ``yes + no + abstain + stay_away`` people, ``stay_away`` do not vote.
    """
    ways = [["yes"]] * yes + [["no"]] * no + [["abstain"]] * abstain + [[]] * stay_away
    return _vote(poll, ways, at=at)


def vote_somehow(poll: Poll, *, at: datetime, favourite: str = "") -> int:
    """Have the others on the roll vote, whatever the method: each option has those who want it.

    ``favourite`` is the option that most put first; without one it is the first.
    """
    if poll.method == YES_NO:
        return vote(poll, yes=6, no=3, abstain=1, at=at)
    options = [option.id for option in poll.choices]
    options.sort(key=lambda option: option != favourite)
    ways = [options[first:] + options[:first] for first in range(len(options))]
    if poll.method in APPROVED:
        ways = [[option for option in options if option in way[:2]] for way in ways]
    return _vote(poll, [*ways, ways[0], [ABSTAIN], []], at=at)


def _vote(poll: Poll, ways: list[list[str]], *, at: datetime) -> int:
    """Have them vote in these ways in turn; nothing chosen is staying away."""
    entries = (
        poll.roll.filter(issue_mark=None)
        .exclude(person__email__in=_VISITORS)
        .select_related("person")
        .order_by("person__email")
    )
    count = 0
    for entry, choices in zip(entries, itertools.cycle(ways), strict=False):
        if choices:
            cast(poll, *choices, by=entry.person, at=at)
            count += 1
    return count


def cast(poll: Poll, *choices: str, by: Person, at: datetime) -> None:
    """One whole vote: take a token signed in, cast signed out, check the receipt."""
    voter = Voter(poll.manifest or {})
    voter.take(voting.issue(poll=poll, blinded=voter.blinded, by=by, at=at))
    ballot = voter.ballot(*choices)
    voter.check_receipt(ballot, voting.cast(poll_id=poll.pk, ballot=ballot, at=at))
