"""What the demo's members propose, in the order they thought of it, and how the votes go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from config.demo.grant_plans import FIRST_ROUND, SMALL_ROUND
from funding.dues.plans import Interval, Level, PlanSpec, ScaleSpec
from governance.proposals.actions import moves
from governance.proposals.kind_forms import ElectionContent

RESOLUTION = "resolution"
TERM = "adopt_term"
# What is amended on its way to the vote, and what is talked about most.
AMENDED = "End our meetings on time"
TALKED = "Mend things together once a month"


@dataclass(frozen=True, slots=True)
class Planned:
    """One proposal of the story: when, by whom, what, and how the vote goes if it comes to one."""

    days_ago: float
    author: str
    summary: str
    problem: str
    # A term has a title of its own.
    title: str = ""
    kind: str = TERM
    # Its short name and version.
    term: str = ""
    text: str = ""
    # What is neither a term nor a text, as of the day on which it is proposed.
    content: Callable[[datetime], Any] | None = None
    # Who stands in an election, and what they write. The first has most behind them.
    candidates: tuple[tuple[str, str], ...] = ()
    sponsored: bool = True
    withdrawn_after: int | None = None
    vote: dict[str, int] = field(default_factory=dict)
    comments: tuple[tuple[str, str], ...] = ()


def _shorter_recall(at: datetime) -> Any:
    """The rule for recalls as it stands, with half the discussion."""
    return replace(moves.rule_in_force("recall", at).rule, discussion=timedelta(days=7))


_AMOUNTS = {Interval.MONTH: (100, 500, 1200), Interval.YEAR: (1000, 5000, 12000)}


def _amounts(at: datetime) -> Any:
    """The scale with half the concession, and a waiver for more people."""
    plans = [
        PlanSpec(level, interval, minor)
        for interval, amounts in _AMOUNTS.items()
        for level, minor in zip(Level, amounts, strict=True)
    ]
    return ScaleSpec(tuple(plans), waivers_each_year=120)


PLANNED = (
    Planned(
        days_ago=262,
        author="Bela",
        term="stay-on-your-own-site 1.0.0",
        summary="What I do on other sites is none of a shop's business.",
        problem="I read about knee pain on one site, and another sold me bandages for a week.",
        vote={"yes": 6, "no": 1, "abstain": 1, "stay_away": 3},
    ),
    Planned(
        days_ago=250,
        author="Sam",
        term="no-stalking 1.0.0",
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
        days_ago=222,
        author="Ada",
        kind=RESOLUTION,
        title="Advise against “Stay on your own site”",
        summary="“No stalking” says all of it, and says more. Two of them confuse a shop.",
        problem="A shop accepted the old one and believed that it had accepted the new one.",
        text="Members advise against “Stay on your own site” in favour of “No stalking”.",
        vote={"yes": 3, "no": 1, "abstain": 0, "stay_away": 8},
    ),
    Planned(
        days_ago=210,
        author="Mia",
        term="service-delivery-only 1.0.0",
        summary="Use my data to deliver what I asked for, and for nothing else.",
        problem="I wanted a bicycle pump. I did not want to become part of somebody's research.",
        vote={"yes": 5, "no": 1, "abstain": 1, "stay_away": 9},
        comments=(("Hana", "Short enough that my father would read it. In favour."),),
    ),
    Planned(
        days_ago=205,
        author="Ines",
        kind="elect_treasurers",
        summary="Somebody who is not a steward should keep the books.",
        problem="Sam pays the bills and writes them down. Two people should do that.",
        content=lambda at: ElectionContent(seats=1, term_days=730),
        candidates=(
            ("Tova", "I kept the books of a food co-op for six years, and I answer questions."),
            ("Amir", "I audit small charities. I would publish every bill above 500 euros."),
            ("Berta", "I am new to books and would learn them in the open."),
        ),
        vote={"yes": 1},
    ),
    Planned(
        days_ago=176,
        author="Ines",
        kind="elect_scrutineers",
        summary="Two who watch how we decide, and stand in where too few stewards are free.",
        problem="Sam is the only steward. Nobody decides about money alone.",
        content=lambda at: ElectionContent(seats=2, term_days=730),
        candidates=(
            ("Paula", "I count votes for my town, and I say what I see."),
            ("Karim", "I read every line twice, which my friends find tiring."),
        ),
        vote={"yes": 1},
    ),
    Planned(
        days_ago=190,
        author="Jonas",
        term="data-for-public-good 0.9.0",
        summary="My data may serve the public good, and nobody may follow me for it.",
        problem="I would gladly help to plan better bus lines. I have no way to say only that.",
        vote={"yes": 3, "no": 1, "abstain": 0, "stay_away": 10},
        comments=(
            ("Olga", "Who decides what the public good is?"),
            ("Jonas", "Let us begin with this, and write a better version when we know more."),
        ),
    ),
    Planned(
        days_ago=170,
        author="Elif",
        term="service-delivery-with-portability 1.0.0",
        summary="As “Just the service”, and I can take my data with me when I go.",
        problem="Leaving my old phone company took a week of typing in what it already knew.",
        vote={"yes": 4, "no": 1, "abstain": 1, "stay_away": 12},
    ),
    Planned(
        days_ago=165,
        author="Ines",
        kind="open_round",
        summary="The first money we give: tools with which customers keep what is theirs.",
        problem="Those who write such tools do it at night, and stop when they have children.",
        content=lambda at: FIRST_ROUND,
        vote={"yes": 8, "no": 1, "abstain": 1, "stay_away": 2},
        comments=(("Otto", "Small steps and a report after each, please."),),
    ),
    Planned(
        days_ago=150,
        author="Hana",
        term="service-and-own-analytics 1.0.0",
        summary="A company may study how its own service is used, and keep that to itself.",
        problem="Small shops need to see what works. I do not want to forbid them that.",
        vote={"yes": 4, "no": 2, "abstain": 1, "stay_away": 13},
        comments=(("Finn", "This is the one I would show to my bakery."),),
    ),
    Planned(
        days_ago=130,
        author="Jonas",
        term="data-for-public-good 1.0.0",
        summary="The second version: nothing is passed on, and I can stop at any time.",
        problem="The first version forgot to say what happens when I change my mind.",
        vote={"yes": 4, "no": 2, "abstain": 1, "stay_away": 13},
        comments=(
            ("Olga", "Who decides what the public good is?"),
            ("Jonas", "We do, each time: the text says that results have to be published."),
        ),
    ),
    Planned(
        days_ago=120,
        author="Hugo",
        kind="change_rule",
        title="Discuss a recall for a week, not for two",
        summary="Whoever is to be recalled should not wait for a month to know.",
        problem="A recall takes 24 days from petition to result. That is hard on everybody.",
        content=_shorter_recall,
        vote={"yes": 5, "no": 1, "abstain": 0, "stay_away": 6},
        comments=(("Edda", "In favour. The petition has been discussed by then anyhow."),),
    ),
    Planned(
        days_ago=110,
        author="Rosa",
        term="intentcasting 1.0.0",
        summary="I say what I am looking for, and sellers come to me without learning who I am.",
        problem="I asked six shops for a rowing machine. Six shops now think I row.",
        vote={"yes": 3, "no": 1, "abstain": 1, "stay_away": 13},
    ),
    Planned(
        days_ago=105,
        author="Elif",
        kind="dues_amounts",
        title="Halve the lowest dues",
        summary="One euro a month for those who have little, and 120 waivers a year.",
        problem="Two members told me that two euros a month were a thing to think about.",
        content=_amounts,
        vote={"yes": 6, "no": 2, "abstain": 1, "stay_away": 4},
        comments=(
            ("Dario", "What would we lose?"),
            ("Elif", "Some thirty euros in a month, by last month's figures on the money page."),
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
        days_ago=90,
        author="Finn",
        term="service-and-own-analytics-with-portability 1.0.0",
        summary="As “The service, and you may count”, and I can take my data with me when I go.",
        problem="My running app may look at my runs. It may not keep them from me.",
        vote={"yes": 3, "no": 1, "abstain": 1, "stay_away": 15},
    ),
    Planned(
        days_ago=75,
        author="Bela",
        term="service-profile-and-sharing 1.0.0",
        summary="A company may get to know me, and pass on what nobody can trace to me.",
        problem="Research needs numbers, and nobody gives it any.",
        vote={"yes": 2, "no": 4, "abstain": 1, "stay_away": 13},
        comments=(
            (
                "Rosa",
                "“Nobody can trace it” has been promised before. Research has a term.",
            ),
        ),
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
        vote={"yes": 3, "no": 1, "abstain": 1, "stay_away": 15},
        comments=(("Dana", "With their answers, if they agree."),),
    ),
    Planned(
        days_ago=19,
        author="Pavel",
        term="service-and-own-profile-with-portability 1.0.0",
        summary="A company may get to know me for itself alone, and hands me my data when I ask.",
        problem="I like it that my bookshop knows what I read. I do not want anybody else to.",
        vote={"yes": 1, "no": 1, "abstain": 0, "stay_away": 18},
    ),
    Planned(
        days_ago=18.2,
        author="Edda",
        kind=RESOLUTION,
        title=AMENDED,
        summary="Members' meetings begin and end at times one can plan with.",
        problem="The last meeting ended at midnight, and the decisions were taken by the patient.",
        text="Members' meetings end after two hours.",
        vote={"yes": 1},
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
        days_ago=14.5,
        author="Chen",
        term="service-and-own-tracking-with-portability 1.0.0",
        summary="A company may recognise me elsewhere for itself alone, and hands me my data.",
        problem="One account on three devices should be possible without selling me for it.",
    ),
    Planned(
        days_ago=9,
        author="Mia",
        kind=RESOLUTION,
        title=TALKED,
        summary="One afternoon a month on which members mend things together.",
        problem="My kettle broke on the day after its warranty ended. It took a screw to mend it.",
        text="The cooperative pays the room for one repair café a month.",
    ),
    Planned(
        days_ago=7.5,
        author="Bilal",
        kind="elect_stewards",
        summary="One steward is too few: nobody can look after what concerns Sam.",
        problem="Sam cannot decide about flags in a discussion that Sam takes part in.",
        content=lambda at: ElectionContent(seats=2, term_days=730),
        candidates=(
            ("Carla", "I moderate a forum of gardeners. I read before I answer."),
            ("Hugo", "I would answer every letter within two days, or say why not."),
        ),
    ),
    Planned(
        days_ago=42,
        author="Farah",
        kind="open_round",
        summary="Five hundred euros for small things that customers hold in their own hands.",
        problem="Good ideas stay ideas for want of a weekend that somebody pays for.",
        content=lambda at: SMALL_ROUND,
        vote={"yes": 7, "no": 1, "abstain": 1, "stay_away": 2},
    ),
    Planned(
        days_ago=6,
        author="Karim",
        term="my-data-for-ai 1.0.0",
        summary="I choose data that a company may train and run its AI with, and no more.",
        problem="Every service I use wrote to me this spring that it now trains on what I say.",
        comments=(
            ("Ines", "Please say whose AI is meant. Mine also reads my data."),
            ("Karim", "The title says it now: data that I give, for theirs. Thank you."),
            ("Chen", "I would vote for this only with a way out for texts I wrote before."),
        ),
    ),
    Planned(
        days_ago=5,
        author="Dana",
        term="forget-me-soon 1.0.0",
        summary="Keep what you know about me for thirty days, and then delete it.",
        problem="A hotel wished me a happy birthday eleven years after I slept there.",
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
    Planned(
        days_ago=2.5,
        author="Malik",
        term="service-and-own-tracking 1.0.0",
        summary="A company may count and recognise me elsewhere, for itself alone.",
        problem="My library's app forgets me each time I change from telephone to computer.",
        sponsored=False,
    ),
    Planned(
        days_ago=2,
        author="Kaja",
        term="service-and-own-profile 1.0.0",
        summary="A company may get to know me, and keeps that to itself.",
        problem="A good shopkeeper knows me. That is not what I am afraid of.",
        sponsored=False,
    ),
    Planned(
        days_ago=1.5,
        author="Bela",
        term="service-profile-and-sharing-with-portability 1.0.0",
        summary="As the one you rejected, and you get your data too: better?",
        problem="You said no to sharing what nobody can trace. I have listened.",
        sponsored=False,
    ),
    Planned(
        days_ago=1.2,
        author="Rosa",
        kind=RESOLUTION,
        title="I cannot tell what a subscription costs before I give my card",
        summary="Three services asked for my card before they told me the price.",
        problem="I do not know yet what to do about it. Is it only me?",
        sponsored=False,
    ),
)


@dataclass(frozen=True, slots=True)
class Advice:
    """An advisory vote, open when the story ends, so that its kind of ballot can be tried."""

    title: str
    question: str
    method: str
    # Each with what it stands for.
    options: dict[str, tuple[str, str]]
    default: str = ""


ADVICE_CUTOFF = 2
ADVICE_OPENS = 1
ADVICE_LASTS = 6
ADVICE = (
    Advice(
        title="Advisory: which work should come first?",
        question="What the stewards should do next with the little time they have. This vote binds"
        " nobody: it is here so that you can try a ballot that ranks.",
        method="schulze",
        default="rest",
        options={
            "german": ("Put every term into German", "Three terms are in German. The rest follow."),
            "companies": (
                "Write to a hundred companies",
                "A letter to companies that sell to members, asking which term they would accept.",
            ),
            "schools": (
                "Lend out a terms kit to schools",
                "Three boxes with our terms as cards, for teachers to borrow.",
            ),
            "rest": ("None of these for now", "The stewards go on with what they are doing."),
        },
    ),
    Advice(
        title="Advisory: which evenings suit you for a members' meeting?",
        question="Tick every evening on which you could come. This vote binds nobody: it is here so"
        " that you can try a ballot that approves.",
        method="approval",
        options={
            "monday": ("Monday, at seven", ""),
            "tuesday": ("Tuesday, at seven", ""),
            "wednesday": ("Wednesday, at eight", ""),
            "thursday": ("Thursday, at eight", ""),
        },
    ),
)

# What members decided about a term once it was adopted: how long ago, and which.
DEPRECATED = (197, "stay-on-your-own-site", "no-stalking")
DEPRECATED_BECAUSE = "“No stalking” says all of this and more, and two terms for one thing confuse."
TRANSLATED = 180
