"""The demo's story: most of a year of a small cooperative, told through actions and the sandbox.

Nothing here writes a row. People join and pay through Checkout on the sandbox; they propose,
sponsor, comment and vote through the actions; the sweeps move what time moves. Time comes in as an
argument, so a year passes in seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings

from config.demo import crowd
from config.demo.checkout import Till
from config.demo.people import GUISES, NAMED, address_of, crowd_names
from governance.proposals import actions as proposals
from governance.proposals import stages as proposal_stages
from governance.proposals.models import Proposal
from governance.terms import roster
from governance.voting import stages as poll_stages
from governance.voting.models import Poll
from kernel.sweeps import registered
from members import actions as members
from members.models import Person, Program

DEMO = Program("demo")
ROSTER = Path(__file__).parent / "roster.toml"
RESOLUTION = "resolution"
TERM = "adopt_term"


@dataclass(frozen=True, slots=True)
class Planned:
    """One proposal of the story: when, by whom, what, and how the vote goes if it comes to one."""

    days_ago: int
    author: str
    summary: str
    problem: str
    # A term has a title of its own.
    title: str = ""
    kind: str = TERM
    term: str = ""
    text: str = ""
    sponsored: bool = True
    withdrawn_after: int | None = None
    vote: dict[str, int] = field(default_factory=dict)
    comments: tuple[tuple[str, str], ...] = ()


PLANNED = (
    Planned(
        days_ago=250,
        author="Sam",
        term="no-stalking",
        summary="Show me ads if you must, but do not follow me around to choose them.",
        problem="I looked at one pair of shoes, once. They have been following me for a month.",
        vote={"yes": 8, "no": 1, "abstain": 1, "stay_away": 2},
        comments=(
            ("Ada", "Yes. And it should hold for *apps*, not only for sites."),
            ("Finn", "What about a shop that counts its own visitors? I would not mind that."),
            (
                "Sam",
                "Counting its own visitors is not following anybody elsewhere; point 5 says so.",
            ),
        ),
    ),
    Planned(
        days_ago=210,
        author="Mia",
        term="service-delivery-only",
        summary="Use my data to deliver what I asked for, and for nothing else.",
        problem="I wanted a bicycle pump. I did not want to become part of somebody's research.",
        vote={"yes": 7, "no": 2, "abstain": 1, "stay_away": 3},
        comments=(("Hana", "Short enough that my father would read it. In favour."),),
    ),
    Planned(
        days_ago=170,
        author="Elif",
        term="service-delivery-with-portability",
        summary="As “Just the service”, and I can take my data with me when I go.",
        problem="Leaving my old phone company took a week of typing in what it already knew.",
        vote={"yes": 6, "no": 2, "abstain": 1, "stay_away": 4},
    ),
    Planned(
        days_ago=130,
        author="Jonas",
        term="data-for-public-good",
        summary="My data may serve the public good, and nothing may be done with it against me.",
        problem="I would gladly help to plan better bus lines. I have no way to say only that.",
        vote={"yes": 6, "no": 3, "abstain": 1, "stay_away": 4},
        comments=(
            ("Olga", "Who decides what the public good is?"),
            ("Jonas", "We do, each time: the text says what it has to be published for."),
        ),
    ),
    Planned(
        days_ago=100,
        author="Otto",
        kind=RESOLUTION,
        title="Open our meetings to the press",
        summary="Journalists may listen to members' meetings.",
        problem="People who write about us have to guess what we talk about.",
        text="Journalists who ask beforehand may listen to members' meetings and quote from them.",
        vote={"yes": 1, "no": 0, "abstain": 0, "stay_away": 30},
    ),
    Planned(
        days_ago=75,
        author="Bela",
        term="service-and-own-analytics",
        summary="A company may study how its own service is used, and keep that to itself.",
        problem="Small shops need to see what works. I do not want to forbid them that.",
        vote={"yes": 4, "no": 6, "abstain": 1, "stay_away": 3},
        comments=(
            (
                "Rosa",
                "“No stalking” allows this already. One term more to choose from helps nobody.",
            ),
        ),
    ),
    Planned(
        days_ago=95,
        author="Goran",
        kind=RESOLUTION,
        title="Print a members' almanac",
        summary="A yearly booklet with our terms, sent to every member.",
        problem="My mother is a member and has no telephone that reads.",
        text="The cooperative prints its terms as a booklet each year and sends it to members.",
        sponsored=False,
    ),
    Planned(
        days_ago=40,
        author="Luca",
        kind=RESOLUTION,
        title="Meet in Trieste next year",
        summary="The yearly meeting takes place in Trieste.",
        problem="We always meet in the north.",
        text="The members' meeting of next year takes place in Trieste.",
        sponsored=False,
        withdrawn_after=9,
    ),
    Planned(
        days_ago=20,
        author="Nele",
        kind=RESOLUTION,
        title="Publish our letters to companies",
        summary="When we write to a company about a term, everybody can read the letter.",
        problem="We ask companies to be open, and our own letters sit in a drawer.",
        text="What the cooperative writes to a company about a term is published a week later.",
        vote={"yes": 6, "no": 2, "abstain": 1, "stay_away": 8},
        comments=(("Dana", "With their answers, if they agree."),),
    ),
    Planned(
        days_ago=15,
        author="Paula",
        kind=RESOLUTION,
        title="Answer every member within a week",
        summary="Whoever writes to the stewards hears from them within seven days.",
        problem="I waited for a month, and nobody was rude; they had simply forgotten.",
        text="The stewards answer each member's letter within seven days, if only to say when.",
    ),
    Planned(
        days_ago=6,
        author="Karim",
        term="my-data-for-ai",
        summary="What a company may and may not do with my data when it trains AI.",
        problem="Every service I use wrote to me this spring that it now trains on what I say.",
        comments=(
            ("Ines", "Please keep “training” and “use” apart. They are not the same thing."),
            ("Karim", "The text does now. Thank you."),
            ("Chen", "I would vote for this only with a way out for texts I wrote before."),
        ),
    ),
    Planned(
        days_ago=3,
        author="Farah",
        kind=RESOLUTION,
        title="Lend out a terms kit to schools",
        summary="A box with our terms as cards, for teachers to borrow.",
        problem="My pupils agree to thirty pages before breakfast and have never read one.",
        text="The cooperative makes three boxes of term cards and lends them to schools.",
        sponsored=False,
    ),
)


Happening = tuple[datetime, Callable[[], object]]


class Story:
    """Tells the story up to ``now``. ``size`` is how many members there are around the three."""

    def __init__(self, *, now: datetime, size: int, till: Till, say: Callable[[str], None]) -> None:
        self.now = now
        self.size = size
        self.till = till
        self.say = say
        self.terms = {content.slug: content for content in roster.load(ROSTER)}
        self.votes: dict[Any, dict[str, int]] = {}
        self.last = self._ago(1000)

    def tell(self) -> None:
        """Everything, in the order in which it happened."""
        begun = self._ago(320)
        self._run("record.keys", begun)
        proposals.adopt_founding_rules(file=settings.FOUNDING_RULES, by=DEMO, at=begun)
        # The founders agreed that from today on a decision takes minutes: one can be watched.
        proposals.adopt_founding_rules(
            file=settings.DEMO_RULES, by=DEMO, at=begun, effective_from=self.now
        )
        self.till.offer(by=DEMO, at=begun)
        happenings = sorted(
            [*self._joinings(), *self._proposals()], key=lambda happening: happening[0]
        )
        for step, (moment, happen) in enumerate(happenings, start=1):
            self._let_time_pass(moment)
            happen()
            if step % 25 == 0 or step == len(happenings):
                self.say(f"{moment:%B %Y}: {step} of {len(happenings)} steps")
        self._let_time_pass(self.now)
        self._run("record.sequence", self.now)
        while self._run("members.mail", self.now):
            pass

    def _ago(self, days: float) -> datetime:
        return self.now - timedelta(days=days)

    def _joinings(self) -> Iterator[Happening]:
        newcomer, member, steward = GUISES
        yield self._ago(310), partial(self._begin, steward.name, steward.email, 310)
        yield self._ago(305), partial(self._join, member.name, member.email, 305)
        yield self._ago(1), partial(self._open_account, newcomer.name, newcomer.email, 1)
        # A third, and whoever the story names, came at once; the others one by one until yesterday.
        founders = max(self.size // 3, NAMED)
        for place, name in enumerate(crowd_names(self.size)):
            later = (place - founders) / (self.size - founders)
            days = 300 - place if place < founders else 230 - 229 * later
            yield self._ago(days), partial(self._join, name, address_of(name), days)

    def _open_account(self, name: str, email: str, days: float) -> Person:
        at = self._ago(days)
        person = members.register(email=email, locale="en", at=at, confirmed=True)
        members.set_display_name(person=person, display_name=name, by=person, at=at)
        return person

    def _join(self, name: str, email: str, days: float) -> Person:
        person = self._open_account(name, email, days)
        self.till.pay(person, yearly=days > 25, choice=len(name), at=self._ago(days))
        return person

    def _begin(self, name: str, email: str, days: float) -> None:
        """The first member is appointed steward: the one appointment that no poll made."""
        steward = self._join(name, email, days)
        members.appoint_first_steward(person=steward, by=DEMO, at=self._ago(days))

    def _proposals(self) -> Iterator[Happening]:
        for planned in PLANNED:
            yield self._ago(planned.days_ago), partial(self._propose, planned)

    def _propose(self, planned: Planned) -> None:
        at = self._ago(planned.days_ago)
        proposal = proposals.propose(
            kind=planned.kind,
            title=planned.title,
            summary=planned.summary,
            problem=planned.problem,
            content=self.terms[planned.term] if planned.term else planned.text,
            by=self._member(planned.author),
            at=at,
        )
        self.votes[proposal.pk] = planned.vote
        if planned.sponsored:
            crowd.sponsor(proposal, at=at + timedelta(hours=3))
        for hours, (name, words) in enumerate(planned.comments, start=5):
            commented = at + timedelta(hours=hours)
            proposals.comment(proposal=proposal, body=words, by=self._member(name), at=commented)
        if planned.withdrawn_after is not None:
            withdrawn = at + timedelta(days=planned.withdrawn_after)
            self._let_time_pass(withdrawn)
            proposals.withdraw(proposal=proposal, by=self._member(planned.author), at=withdrawn)

    def _member(self, name: str) -> Person:
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
            self._run(name, moment)
        self.last = max(self.last, moment)
        for proposal in Proposal.objects.filter(stage=proposal_stages.VOTING):
            mix = self.votes.pop(proposal.pk, None)
            if mix and proposal.poll and proposal.poll.takes_ballots(moment):
                crowd.vote(proposal.poll, **mix, at=moment)

    def _run(self, name: str, moment: datetime) -> int:
        (sweep,) = [each for each in registered() if each.name == name]
        return sweep.run(moment)
