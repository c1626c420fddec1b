"""The two rounds of the demo, and what is applied for in them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from funding.grants.round_plans import RoundPlan
from funding.grants.rubric import Criterion
from kernel.money import Money

_USE = Criterion("use", "What it does for customers", "1: hard to say, 5: many need it at once", 60)
_CRAFT = Criterion("craft", "Whether it will be done", "1: hardly, 5: they have done such", 40)

FIRST_ROUND = RoundPlan(
    title="Tools that customers own",
    purpose="Small tools with which people keep what is theirs: receipts, choices, addresses. "
    "Whoever writes them may apply, a member or not.",
    small=False,
    budget=Money(120_000, "EUR"),
    smallest=Money(10_000, "EUR"),
    largest=Money(60_000, "EUR"),
    criteria=(_USE, _CRAFT),
    hold_back=10,
    opens_after=1,
    open_days=20,
    hear_days=20,
    vote_days=7,
    vote_quorum="1/10",
    sponsors_needed=3,
)
SMALL_ROUND = RoundPlan(
    title="A weekend's worth",
    purpose="Five hundred euros for small things: a form letter, a browser button, a printed card. "
    "Five questions, and what you get is paid at once.",
    small=True,
    budget=Money(50_000, "EUR"),
    smallest=Money(5_000, "EUR"),
    largest=Money(20_000, "EUR"),
    criteria=(replace(_USE, weight=100),),
    hold_back=0,
    opens_after=1,
    open_days=40,
    hear_days=21,
    vote_days=7,
    vote_quorum="1/10",
    sponsors_needed=3,
)


@dataclass(frozen=True, slots=True)
class Plan:
    """One application of the first round, by ``by``; ``halves`` are its milestones, half each."""

    by: str
    title: str
    summary: str
    who: str
    how: str
    ask: int
    halves: tuple[tuple[str, str, str], tuple[str, str, str]]
    terms: tuple[str, ...] = ()

    def typed(self) -> dict[str, Any]:
        """As somebody types it."""
        half = f"{self.ask / 2:.2f}"
        return {
            "title": self.title,
            "summary": self.summary,
            "who": self.who,
            "how": self.how,
            "ask": str(self.ask),
            "terms": list(self.terms),
            "budget": [{"what": "Work, in the evenings", "amount": str(self.ask)}],
            "milestones": [
                {"title": title, "criteria": criteria, "due": due, "amount": half}
                for title, criteria, due in self.halves
            ],
        }


RECEIPTS = Plan(
    by="Elif",
    title="Receipts one keeps",
    summary="A drawer for receipts that is on your own telephone and asks nobody.",
    who="Whoever has ever looked for the receipt of a kettle that broke.",
    how="I read receipts by camera, keep them on the telephone, and export them as plain files.",
    ask=600,
    halves=(
        ("It reads receipts", "Twenty receipts of five shops are read without a mistake.", ""),
        ("It gives them back", "All of them, photographs too, leave as plain files.", ""),
    ),
    terms=("no-stalking",),
)
LOYALTY = Plan(
    by="Goran",
    title="A loyalty card that tells nobody",
    summary="A stamp card that a shop can trust and cannot follow.",
    who="Customers of small shops, and the shops.",
    how="Blind stamps, as our own ballots have them, on paper and on a telephone.",
    ask=500,
    halves=(
        ("A card on paper", "Three shops stamp it for a month.", ""),
        ("A card on a telephone", "The same three shops, without paper.", ""),
    ),
)
REFUSER = Plan(
    by="Nele",
    title="Say no for me",
    summary="A button that answers the question about cookies as our term says.",
    who="Everybody who clicks until it goes away.",
    how="A browser extension that reads the term and answers with it.",
    ask=450,
    halves=(
        ("Ten sites", "It answers on ten sites without a click.", ""),
        ("A hundred sites", "It answers on a hundred, and says where it could not.", ""),
    ),
    terms=("no-stalking",),
)
FAR_OFF = Plan(
    by="Noah",
    title="A coin of our own",
    summary="A currency for customers.",
    who="Investors.",
    how="We would find out.",
    ask=600,
    halves=(("A paper", "It is white.", ""), ("A coin", "It exists.", "")),
)
APPLICATIONS = (RECEIPTS, LOYALTY, REFUSER, FAR_OFF)
SMALL_THING: dict[str, Any] = {
    "title": "A card to hand to the shop",
    "summary": "A printed card that says in one sentence what you agree to.",
    "who": "Whoever is asked for their e-mail address at the till.",
    "how": "I draw it, print two hundred, and put the files where all can print them.",
    "ask": "120",
    "done": "The files are there, and somebody I do not know has printed them.",
}
