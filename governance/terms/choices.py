"""What a customer wants, asked in plain questions, and which term says it. Pure.

:func:`read` makes answers of what was sent, :func:`wanted` makes rules of answers, and :func:`rank`
finds among terms the one that says exactly that, the nearest that allows nothing more, and the
nearest of those that allow more. Texts are English; pages translate them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from governance.terms.comparison import Comparison, Relation, compare
from governance.terms.rulebook import Rule
from governance.terms.vocabulary import DATA, gettext_noop

_ = gettext_noop

Answers = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Option:
    """An answer to choose: its code, its words, perhaps a sentence more, and the rules it means."""

    code: str
    label: str
    hint: str = ""
    rules: tuple[Rule, ...] = ()


def _always(answers: Answers) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Question:
    """One question. ``short`` names it where the answers are listed; ``many`` takes several."""

    name: str
    label: str
    short: str
    options: tuple[Option, ...]
    hint: str = ""
    many: bool = False
    asked: Callable[[Answers], bool] = _always

    def option(self, code: str) -> Option | None:
        return next((option for option in self.options if option.code == code), None)


def _about(*codes: str) -> Callable[[Answers], bool]:
    return lambda answers: answers.get("about", ("",))[0] in codes


def _no(action: str, party: str = "second", **points: str) -> Rule:
    return Rule("prohibition", party, action, **points)


def _may(action: str, party: str = "second", **points: str) -> Rule:
    return Rule("permission", party, action, **points)


def _must(action: str) -> Rule:
    return Rule("duty", "second", action)


# What the rules are whatever else is answered.
_SERVICE = (
    _must("deliver_service"),
    *(_no(action, "third") for action in ("analyse", "track", "profile")),
)
_NOTHING_TO_OTHERS = (
    _no("share_anonymised", recipient="third_parties"),
    _no("share_identifiable", recipient="third_parties"),
)
_CONTRIBUTION = (
    *_SERVICE,
    *_NOTHING_TO_OTHERS,
    *(_no(action) for action in ("analyse", "track", "profile")),
    _must("provide_portability"),
    _must("inform"),
    _may("withdraw", "first"),
)
_ADS = (
    _may("show_ads"),
    _no("use", purpose="personalised_ads"),
    _no("track"),
    _no("profile", purpose="marketing"),
    _no("share_identifiable", recipient="advertisers"),
    _no("share_identifiable", recipient="data_brokers"),
    _no("track", "third"),
    _no("profile", "third"),
)


def _yes_or_no(name: str, label: str, short: str, hint: str) -> Question:
    options = (
        Option("no", _("No"), rules=(_no(name),)),
        Option("yes", _("Yes, for itself alone"), rules=(_may(name),)),
    )
    return Question(name, label, short, options, hint, asked=_about("service"))


QUESTIONS: dict[str, Question] = {
    question.name: question
    for question in (
        Question(
            "about",
            _("What do you want to do?"),
            _("What it is about"),
            (
                Option(
                    "service",
                    _("Use a shop, an app or another service"),
                    _("You give it what it needs to serve you. The next pages ask what else."),
                    _SERVICE,
                ),
                Option(
                    "ads",
                    _("Read a site that shows advertising, without being followed"),
                    _("Advertising that fits the page is fine. Following you to choose it is not."),
                    _ADS,
                ),
                Option(
                    "give",
                    _("Give data of mine for a purpose that I choose"),
                    _("You can always stop, have a copy, and be told what it was used for."),
                    _CONTRIBUTION,
                ),
            ),
        ),
        Question(
            "purpose",
            _("What do you give it for?"),
            _("What you give data for"),
            (
                Option(
                    "intentcasting",
                    _("To find sellers for what I want to buy"),
                    _("You say what you look for; sellers answer, not knowing who you are."),
                    (_may("use", purpose="intentcasting", data="intention"),),
                ),
                Option(
                    "ai",
                    _("To train and run an organisation's AI"),
                    _("Data that you give for AI, not what an AI of your own may do."),
                    (_may("use", purpose="ai"),),
                ),
                Option(
                    "public_good",
                    _("For the public good"),
                    _("Such as research into health or traffic, for no business's advantage."),
                    (_may("use", purpose="public_good"),),
                ),
            ),
            asked=_about("give"),
        ),
        _yes_or_no(
            "analyse",
            _("May it count and study how you use it?"),
            _("Study how you use it"),
            _("Which pages you open, what you look for, where you get stuck."),
        ),
        _yes_or_no(
            "track",
            _("May it follow you elsewhere?"),
            _("Follow you elsewhere"),
            _("Recognise you on other sites, in other apps and on your other devices."),
        ),
        _yes_or_no(
            "profile",
            _("May it build a profile of you?"),
            _("Build a profile of you"),
            _("Work out what you like, earn, believe or will do next, and keep it."),
        ),
        Question(
            "share",
            _("With whom may it share what it knows about you?"),
            _("Share it with"),
            (
                Option("nobody", _("With nobody"), rules=_NOTHING_TO_OTHERS),
                Option(
                    "researchers",
                    _("With researchers, so that nobody can tell it is me"),
                    rules=(
                        _may("share_anonymised", recipient="researchers"),
                        *(
                            _no("share_anonymised", recipient=others)
                            for others in ("advertisers", "data_brokers", "ai_developers")
                        ),
                        _no("share_identifiable", recipient="third_parties"),
                    ),
                ),
                Option(
                    "untraceable",
                    _("With anybody, so that nobody can tell it is me"),
                    rules=(
                        _may("share_anonymised", recipient="third_parties"),
                        _no("share_identifiable", recipient="third_parties"),
                    ),
                ),
                Option(
                    "anyone",
                    _("With anybody, and they may know that it is me"),
                    rules=(
                        _may("share_anonymised", recipient="third_parties"),
                        _may("share_identifiable", recipient="third_parties"),
                    ),
                ),
            ),
            asked=_about("service"),
        ),
        Question(
            "keep",
            _("How long may it keep what it knows about you?"),
            _("Keep it"),
            (
                Option("open", _("As long as it needs it"), _("You name no time.")),
                Option("P365D", _("A year at most"), rules=(_no("store", retention="P365D"),)),
                Option("P30D", _("Thirty days at most"), rules=(_no("store", retention="P30D"),)),
                Option(
                    "P0D",
                    _("Not at all"),
                    _("It uses it at that moment and stores nothing."),
                    (_no("store", retention="P0D"),),
                ),
            ),
            asked=_about("service", "give"),
        ),
        Question(
            "never",
            _("Is there anything it should never use or keep?"),
            _("Never use or keep"),
            tuple(
                Option(
                    data,
                    DATA[data].label,
                    rules=(_no("use", data=data), _no("store", data=data)),
                )
                for data in ("location", "health", "biometric", "communication", "finance")
            ),
            _("Choose none if what it needs is fine."),
            many=True,
            asked=_about("service"),
        ),
        Question(
            "back",
            _("Do you want to be able to take your data with you?"),
            _("Take your data with you"),
            (
                Option(
                    "yes",
                    _("Yes"),
                    _("When you ask, it hands over your data in a form others can read."),
                    (_must("provide_portability"),),
                ),
                Option("open", _("It does not matter here")),
            ),
            asked=_about("service"),
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Page:
    """Questions that stand on one page together; one alone is the heading of its page."""

    names: tuple[str, ...]
    heading: str = ""

    def asked(self, answers: Answers) -> tuple[Question, ...]:
        """Its questions that these answers leave to ask."""
        return tuple(QUESTIONS[name] for name in self.names if QUESTIONS[name].asked(answers))


PAGES = (
    Page(("about",)),
    Page(("purpose",)),
    Page(("analyse", "track", "profile"), _("What may it find out about you?")),
    Page(("share",)),
    Page(("keep",)),
    Page(("never",)),
    Page(("back",)),
)
# What is sent for a question with several answers where none was chosen.
NONE = "none"


@dataclass(frozen=True, slots=True)
class Reading:
    """Answers that could be read, and the names of questions whose answers could not."""

    answers: dict[str, tuple[str, ...]]
    unread: tuple[str, ...] = ()

    @property
    def pages(self) -> tuple[Page, ...]:
        """The pages that have something to ask, as far as the answers tell."""
        return tuple(page for page in PAGES if page.asked(self.answers))

    @property
    def page(self) -> Page | None:
        """What to ask next; None when all is answered."""
        return next(
            (
                page
                for page in self.pages
                if any(question.name not in self.answers for question in page.asked(self.answers))
            ),
            None,
        )


def read(sent: Mapping[str, Sequence[str]]) -> Reading:
    """What was answered: only questions that are asked, only codes there are; of a repeated answer
    to a question that takes one, the last. Whatever else was sent is left alone."""
    answers: dict[str, tuple[str, ...]] = {}
    unread = []
    for name, question in QUESTIONS.items():
        codes = tuple(sent.get(name, ()))
        if not codes or not question.asked(answers):
            continue
        if question.many:
            chosen = tuple(option.code for option in question.options if option.code in codes)
            sound = set(codes) <= {NONE, *chosen}
        else:
            chosen = codes[-1:]
            sound = question.option(chosen[0]) is not None
        if sound:
            answers[name] = chosen
        else:
            unread.append(name)
    return Reading(answers, tuple(unread))


def wanted(answers: Answers) -> tuple[Rule, ...]:
    """The rules that these answers mean, each once."""
    rules: dict[Rule, None] = {}
    for name, question in QUESTIONS.items():
        for code in answers.get(name, ()):
            option = question.option(code)
            for rule in option.rules if option else ():
                rules[rule] = None
    return tuple(rules)


Term = TypeVar("Term")


@dataclass(frozen=True, slots=True)
class Candidate(Generic[Term]):
    """A term beside what is wanted; ``comparison`` is of the term's rules to those."""

    term: Term
    comparison: Comparison

    @property
    def allows_more(self) -> bool:
        return self.comparison.relation in (Relation.LOOSER, Relation.DIFFERENT)


@dataclass(frozen=True, slots=True)
class Ranking(Generic[Term]):
    """What fits, the nearest first in each: ``exact`` says what is wanted, ``safe`` allows nothing
    more, ``looser`` allows something more."""

    exact: list[Candidate[Term]] = field(default_factory=list)
    safe: list[Candidate[Term]] = field(default_factory=list)
    looser: list[Candidate[Term]] = field(default_factory=list)

    @property
    def best(self) -> Candidate[Term] | None:
        return next(iter((*self.exact, *self.safe, *self.looser)), None)


def rank(rules: Iterable[Rule], terms: Iterable[tuple[str, Iterable[Rule], Term]]) -> Ranking[Term]:
    """The terms (a name, rules and whatever stands for it) by how near they come to ``rules``.

    Nearer is to differ in fewer things; where that is equal the name decides, so that the same
    question always has the same answer.
    """
    known = tuple(rules)
    found: list[tuple[int, str, Candidate[Term]]] = []
    for name, stated, term in terms:
        comparison = compare(stated, known)
        found.append((len(comparison.differences), name, Candidate(term, comparison)))
    found.sort(key=lambda one: one[:2])
    ranking: Ranking[Term] = Ranking()
    for _far, _name, candidate in found:
        if candidate.comparison.relation is Relation.SAME:
            ranking.exact.append(candidate)
        elif candidate.allows_more:
            ranking.looser.append(candidate)
        else:
            ranking.safe.append(candidate)
    return ranking
