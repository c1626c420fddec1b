"""The demo's story: most of a year of a small cooperative, told through actions and the sandbox.

Nothing here writes a row. People join and pay through Checkout on the sandbox; they propose,
sponsor, comment and vote through the actions; the sweeps move what time moves. Time comes in as an
argument, so a year passes in seconds.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import reverse

from config.demo import crowd, grants, money, movement, talk
from config.demo.checkout import Till
from config.demo.people import GUISES, NAMED, address_of, crowd_names
from config.demo.planned import (
    ADVICE,
    ADVICE_CUTOFF,
    ADVICE_LASTS,
    ADVICE_OPENS,
    DEPRECATED,
    DEPRECATED_BECAUSE,
    PLANNED,
    TRANSLATED,
    Advice,
    Planned,
)
from governance.proposals import actions as proposals
from governance.proposals import stages as proposal_stages
from governance.proposals.models import Proposal
from governance.terms import actions as terms
from governance.terms import roster
from governance.terms.models import Version
from governance.voting import actions as voting
from governance.voting import stages as poll_stages
from governance.voting.models import Poll
from governance.voting.rule import YES_NO, Option, PollRule, text_sha256
from kernel.sweeps import registered
from members import actions as members
from members.models import Person, Program

DEMO = Program("demo")
HERE = Path(__file__).parent


# Whoever came within so many days pays by the month.
_LATELY = 25

Happening = tuple[datetime, Callable[[], object]]


class Story:
    """Tells the story up to ``now``. ``size`` is how many members there are around the three."""

    def __init__(self, *, now: datetime, size: int, till: Till, say: Callable[[str], None]) -> None:
        self.now = now
        self.size = size
        self.till = till
        self.say = say
        self.terms = {
            f"{content.slug} {content.version}": content
            for name in ("roster", "other_terms")
            for content in roster.load(HERE / f"{name}.toml")
        }
        self.votes: dict[Any, Planned] = {}
        # What the sandbox calls the disputes, by who disputes, and the payout.
        self.disputes: dict[str, str] = {}
        self.payout = ""
        self.last = self.ago(1000)

    def tell(self) -> None:
        """Everything, in the order in which it happened."""
        begun = self.ago(320)
        self.run("record.keys", begun)
        proposals.adopt_founding_rules(file=settings.FOUNDING_RULES, by=DEMO, at=begun)
        # The founders agreed that from today on a decision takes minutes: one can be watched.
        proposals.adopt_founding_rules(
            file=settings.DEMO_RULES, by=DEMO, at=begun, effective_from=self.now
        )
        self.till.offer(by=DEMO, at=begun)
        happenings = sorted(
            [
                *self._joinings(),
                *self._proposals(),
                *self._afterwards(),
                *money.happenings(self),
                *grants.happenings(self),
                *talk.happenings(self),
                *movement.happenings(self),
            ],
            key=lambda happening: happening[0],
        )
        for step, (moment, happen) in enumerate(happenings, start=1):
            self._let_time_pass(moment)
            happen()
            if step % 25 == 0 or step == len(happenings):
                self.say(f"{moment:%B %Y}: {step} of {len(happenings)} steps")
        self._let_time_pass(self.now)
        money.settle(self)
        self.run("members.digest", self.now)
        self.run("record.sequence", self.now)
        while self.run("members.mail", self.now):
            pass

    def ago(self, days: float) -> datetime:
        """So many days before the story ends."""
        return self.now - timedelta(days=days)

    def _joinings(self) -> Iterator[Happening]:
        newcomer, member, steward, treasurer = GUISES
        yield self.ago(310), partial(self._begin, steward.name, steward.email, 310)
        yield self.ago(305), partial(self.join, member.name, member.email, 305)
        yield self.ago(304), partial(self.join, treasurer.name, treasurer.email, 304)
        at = self.ago(1)
        yield at, partial(self.open_account, newcomer.name, newcomer.email, at)
        # A third, and whoever the story names, came at once; the others one by one until yesterday.
        founders = max(self.size // 3, NAMED)
        for place, name in enumerate(crowd_names(self.size)):
            later = (place - founders) / (self.size - founders)
            days = 300 - place if place < founders else 230 - 229 * later
            yield self.ago(days), partial(self.join, name, address_of(name), days)

    def open_account(self, name: str, email: str, at: datetime) -> Person:
        """Somebody signs up and says what they are called."""
        person = members.register(email=email, locale="en", at=at, confirmed=True)
        members.set_display_name(person=person, display_name=name, by=person, at=at)
        return person

    def join(
        self, name: str, email: str, days: float, *, yearly: bool | None = None, card: str = ""
    ) -> Person:
        """Somebody signs up and pays, for a year unless they came lately."""
        at = self.ago(days)
        person = self.open_account(name, email, at)
        each_year = days > _LATELY if yearly is None else yearly
        self.till.pay(person, yearly=each_year, choice=len(name), card=card, at=at)
        return person

    def renew(self, name: str, *, accepted: bool, at: datetime) -> None:
        """The next month of somebody who pays monthly is charged."""
        self.till.renew(self.member(name), accepted=accepted, at=at)

    def _begin(self, name: str, email: str, days: float) -> None:
        """The first member is appointed steward: the one appointment that no poll made."""
        steward = self.join(name, email, days)
        members.appoint_first_steward(person=steward, by=DEMO, at=self.ago(days))

    def _proposals(self) -> Iterator[Happening]:
        for planned in PLANNED:
            yield self.ago(planned.days_ago), partial(self._propose, planned)

    def _propose(self, planned: Planned) -> None:
        at = self.ago(planned.days_ago)
        proposal = proposals.propose(
            kind=planned.kind,
            title=planned.title,
            summary=planned.summary,
            problem=planned.problem,
            content=self._content(planned, at),
            by=self.member(planned.author),
            at=at,
        )
        self.votes[proposal.pk] = planned
        if planned.sponsored:
            crowd.sponsor(proposal, at=at + timedelta(hours=3))
        for hours, (name, statement) in enumerate(planned.candidates, start=4):
            proposals.stand(
                proposal=proposal,
                statement=statement,
                interests="None.",
                by=self.member(name),
                at=at + timedelta(hours=hours),
            )
        for hours, (name, words) in enumerate(planned.comments, start=5):
            commented = at + timedelta(hours=hours)
            proposals.comment(proposal=proposal, body=words, by=self.member(name), at=commented)
        if planned.withdrawn_after is not None:
            withdrawn = at + timedelta(days=planned.withdrawn_after)
            self._let_time_pass(withdrawn)
            proposals.withdraw(proposal=proposal, by=self.member(planned.author), at=withdrawn)

    def _content(self, planned: Planned, at: datetime) -> Any:
        """What it would decide; None for an idea that is a sentence so far."""
        if planned.content:
            return planned.content(at)
        return self.terms[planned.term] if planned.term else planned.text or None

    def _afterwards(self) -> Iterator[Happening]:
        """What becomes of terms that were adopted: advice against one, others in German."""
        days, slug, successor = DEPRECATED
        yield self.ago(days), partial(self._deprecate, slug, successor, self.ago(days))
        for written in tomllib.loads((HERE / "german.toml").read_text("utf-8"))["term"]:
            at = self.ago(TRANSLATED)
            yield at, partial(self._translate, written, at)
        for advice in ADVICE:
            yield self.ago(ADVICE_CUTOFF), partial(self._ask_for_advice, advice)

    def _deprecate(self, slug: str, successor: str, at: datetime) -> None:
        terms.deprecate(
            version=Version.objects.newest().get(term=slug),
            reason=DEPRECATED_BECAUSE,
            successor=Version.objects.newest().get(term=successor),
            by=DEMO,
            at=at,
        )

    def _translate(self, written: dict[str, str], at: datetime) -> None:
        terms.add_translation(
            version=Version.objects.newest().get(term=written["slug"]),
            language="de",
            title=written["title"],
            plain=written["plain"].strip(),
            legal=written["legal"].strip(),
            by=DEMO,
            at=at,
        )

    def _ask_for_advice(self, advice: Advice) -> None:
        asked = self.ago(ADVICE_CUTOFF)
        voting.schedule_poll(
            title=advice.title,
            question_text=advice.question,
            options=[
                Option(id=one, label=label, text_sha256=text_sha256(text or label), text=text)
                for one, (label, text) in advice.options.items()
            ],
            rule=PollRule(method=advice.method, quorum="0/1", default=advice.default),
            opens_at=self.ago(ADVICE_OPENS),
            closes_at=self.ago(ADVICE_OPENS) + timedelta(days=ADVICE_LASTS),
            roll_from=asked.date(),
            cutoff=asked.date(),
            min_days=0,
            subject_url=reverse("proposal-list"),
            by=DEMO,
            at=asked,
        )

    def member(self, name: str) -> Person:
        """Who is called so."""
        member: Person = Person.objects.get(display_name=name)
        return member

    def _let_time_pass(self, until: datetime) -> None:
        """Run the sweeps at every moment until then at which something was due."""
        while (moment := self._next_due(until)) is not None:
            self._move(moment)

    def _next_due(self, until: datetime) -> datetime | None:
        """The next moment after the last one at which a proposal or a poll waits to move."""
        due = [
            *Proposal.objects.filter(ends_at__gt=self.last, ends_at__lte=until)
            .exclude(stage__in=proposal_stages.FINISHED)
            .values_list("ends_at", flat=True),
            *Poll.objects.filter(stage=poll_stages.SCHEDULED, opens_at__gt=self.last)
            .filter(opens_at__lte=until)
            .values_list("opens_at", flat=True),
            *Poll.objects.filter(stage=poll_stages.OPEN, closes_at__gt=self.last)
            .filter(closes_at__lte=until)
            .values_list("closes_at", flat=True),
        ]
        return min((moment for moment in due if moment is not None), default=None)

    def _move(self, moment: datetime) -> None:
        for name in ("voting.commit", "voting.close", "proposals.move", "voting.open"):
            self.run(name, moment)
        self.last = max(self.last, moment)
        # Prices that members adopted are made at the sandbox.
        self.run("dues.prices", moment)
        for proposal in Proposal.objects.filter(stage=proposal_stages.VOTING):
            if proposal.poll and proposal.poll.takes_ballots(moment):
                self._have_voted(proposal, proposal.poll, moment)

    def _have_voted(self, proposal: Proposal, poll: Poll, moment: datetime) -> None:
        planned = self.votes.pop(proposal.pk, None)
        if planned is None or not planned.vote:
            return
        if poll.method == YES_NO:
            crowd.vote(poll, **planned.vote, at=moment)
        else:
            names = [name for name, _statement in planned.candidates[:1]]
            favourites = proposal.nominations.filter(nominee__display_name__in=names)
            favourite = "".join(nomination.option for nomination in favourites)
            crowd.vote_somehow(poll, favourite=favourite, at=moment)

    def run(self, name: str, moment: datetime) -> int:
        """Run a sweep once, as the worker would at that moment; how many rows it moved."""
        (sweep,) = [each for each in registered() if each.name == name]
        return sweep.run(moment)
