"""What an application says: answers, an ask, budget lines, milestones. Pure.

A draft is whatever was typed, as text (:data:`TYPED`). :func:`parse` makes an :class:`Ask` of it,
or says of each field what is missing: the same for the page, the API and a file that was imported.
What was sent is kept as :meth:`Ask.as_content` and never has a name in it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

import rfc8785
from babel.numbers import get_currency_precision

from kernel.money import Money

LONGEST_TITLE = 120
LONGEST_SUMMARY = 600
LONGEST_ANSWER = 8000
LONGEST_LINE = 200
MOST_LINES = 40
MOST_MILESTONES = 12
MOST_TERMS = 20
# What every round asks; the other two of the five questions are how much, and how one sees that it
# is done.
ANSWERS = ("who", "how")
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_AMOUNT = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,4})?")


def gettext_noop(text: str) -> str:
    """Mark a text for the translators; who shows it translates it."""
    return text


_ = gettext_noop
NO_SUCH_TERM = _("“{slug}” names no term.")


@dataclass(frozen=True, slots=True)
class Limits:
    """What the round allows: a small or a large form, and how much may be asked for."""

    small: bool
    smallest: Money
    largest: Money
    # The first day that a milestone can be due: after the round is decided.
    first_day: date


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in the field ``where``. ``sentence`` may have ``{names}`` for ``values``."""

    where: str
    sentence: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """What some of the money is for."""

    what: str
    minor: int


@dataclass(frozen=True, slots=True)
class Milestone:
    """A part of the work: when it is done, by what one sees that, and what is then paid."""

    title: str
    criteria: str
    due: date
    minor: int


@dataclass(frozen=True, slots=True)
class Ask:
    """A whole application, without anything that names a person."""

    title: str
    summary: str
    answers: Mapping[str, str]
    amount: Money
    budget: tuple[BudgetLine, ...]
    milestones: tuple[Milestone, ...]
    terms: tuple[str, ...]
    website: str = ""

    def as_content(self) -> dict[str, Any]:
        """As JSON, the way it is kept and hashed."""
        return {
            "title": self.title,
            "summary": self.summary,
            "answers": dict(self.answers),
            "minor": self.amount.minor,
            "currency": self.amount.currency,
            "budget": [{"what": line.what, "minor": line.minor} for line in self.budget],
            "milestones": [
                {
                    "title": milestone.title,
                    "criteria": milestone.criteria,
                    "due": milestone.due.isoformat(),
                    "minor": milestone.minor,
                }
                for milestone in self.milestones
            ],
            "terms": list(self.terms),
            "website": self.website,
        }

    @property
    def priced_budget(self) -> list[tuple[BudgetLine, Money]]:
        """Each line with its amount, for a page."""
        return [(line, Money(line.minor, self.amount.currency)) for line in self.budget]

    @property
    def priced_milestones(self) -> list[tuple[Milestone, Money]]:
        """Each milestone with its amount, for a page."""
        return [(each, Money(each.minor, self.amount.currency)) for each in self.milestones]

    def canonical(self, *, application: str, number: int) -> bytes:
        """This very version of this very application, in its RFC 8785 form."""
        whole: dict[str, Any] = {
            "application": application,
            "number": number,
            "content": self.as_content(),
        }
        return rfc8785.dumps(whole)

    def sha256(self, *, application: str, number: int) -> str:
        """The hash of :meth:`canonical`: what is voted on."""
        return hashlib.sha256(self.canonical(application=application, number=number)).hexdigest()


# What a draft holds, everything as it was typed.
TYPED: dict[str, Any] = {
    "title": "",
    "summary": "",
    "who": "",
    "how": "",
    "ask": "",
    "done": "",
    "done_by": "",
    "website": "",
    "terms": [],
    "budget": [],
    "milestones": [],
}
_LINE = ("what", "amount")
_MILESTONE = ("title", "criteria", "due", "amount")


def read(content: Mapping[str, Any]) -> Ask:
    """What :meth:`Ask.as_content` wrote."""
    return Ask(
        title=content["title"],
        summary=content["summary"],
        answers=dict(content["answers"]),
        amount=Money(content["minor"], content["currency"]),
        budget=tuple(BudgetLine(line["what"], line["minor"]) for line in content["budget"]),
        milestones=tuple(
            Milestone(
                milestone["title"],
                milestone["criteria"],
                date.fromisoformat(milestone["due"]),
                milestone["minor"],
            )
            for milestone in content["milestones"]
        ),
        terms=tuple(content["terms"]),
        website=content["website"],
    )


def typed(given: Any) -> dict[str, Any]:
    """A draft of whatever came: what belongs to one, as text and within bounds, and nothing else.

    Nothing that fits is lost; rows that are empty throughout are left out.
    """
    given = given if isinstance(given, Mapping) else {}
    kept: dict[str, Any] = {
        name: _text(given.get(name), LONGEST_ANSWER) for name, empty in TYPED.items() if empty == ""
    }
    kept["terms"] = [_text(slug, 100) for slug in _items(given.get("terms"), MOST_TERMS)]
    kept["budget"] = _rows(given.get("budget"), _LINE, MOST_LINES)
    kept["milestones"] = _rows(given.get("milestones"), _MILESTONE, MOST_MILESTONES)
    return kept


def minor(written: str, currency: str) -> int | None:
    """The minor units of an amount as somebody writes it: "1250", "1250.50", "1 250,50".

    None for what is no amount, for more places than the currency has, and for nothing.
    """
    plain = re.sub(r"[\s'’]", "", written)
    if "," in plain and "." not in plain and re.fullmatch(r"[0-9]+,[0-9]{1,2}", plain):
        plain = plain.replace(",", ".")
    elif re.fullmatch(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?", plain):
        plain = plain.replace(",", "")
    if not (plain.isascii() and _AMOUNT.fullmatch(plain)):
        return None
    try:
        exact = Decimal(plain).scaleb(get_currency_precision(currency))
    except InvalidOperation:
        return None
    return int(exact) if exact == exact.to_integral_value() and exact > 0 else None


def parse(draft: Mapping[str, Any], limits: Limits) -> tuple[Ask | None, tuple[Problem, ...]]:
    """An application of what was typed; or None, and of each field what would have to change."""
    content = typed(draft)
    reading = _Reading(content, limits)
    asked = reading.ask()
    return (None, tuple(reading.problems)) if reading.problems else (asked, ())


class _Reading:
    """One pass over a draft, gathering what is wrong with it."""

    def __init__(self, content: dict[str, Any], limits: Limits) -> None:
        self.content = content
        self.limits = limits
        self.currency = limits.smallest.currency
        self.problems: list[Problem] = []

    def ask(self) -> Ask:
        amount = self._amount()
        return Ask(
            title=self._needed("title", LONGEST_TITLE),
            summary=self._needed("summary", LONGEST_SUMMARY),
            answers={name: self._needed(name, LONGEST_ANSWER) for name in ANSWERS},
            amount=Money(amount or 0, self.currency),
            budget=() if self.limits.small else self._budget(amount),
            milestones=self._one_milestone(amount)
            if self.limits.small
            else self._milestones(amount),
            terms=self._terms(),
            website=self._website(),
        )

    def _says(self, name: str, sentence: str, **values: str) -> None:
        self.problems.append(Problem(name, sentence, values))

    def _needed(self, name: str, longest: int) -> str:
        text: str = self.content[name].strip()
        if not text:
            self._says(name, _("This is missing."))
        elif len(text) > longest:
            self._says(name, _("This is longer than {longest} signs."), longest=str(longest))
        return text

    def _amount(self) -> int | None:
        amount = minor(self.content["ask"], self.currency)
        if amount is None:
            self._says("ask", _("Write an amount, for example 1250 or 1250.50."))
        elif not self.limits.smallest.minor <= amount <= self.limits.largest.minor:
            self._says(
                "ask",
                _("This round gives between {smallest} and {largest}."),
                smallest=self.limits.smallest.format(),
                largest=self.limits.largest.format(),
            )
        return amount

    def _budget(self, amount: int | None) -> tuple[BudgetLine, ...]:
        lines = []
        for place, row in enumerate(self.content["budget"]):
            name = f"budget-{place}"
            what, part = row["what"].strip(), minor(row["amount"], self.currency)
            if not what or len(what) > LONGEST_LINE:
                self._says(f"{name}-what", _("Say in a line what this money is for."))
            if part is None:
                self._says(f"{name}-amount", _("Write an amount, for example 1250 or 1250.50."))
            lines.append(BudgetLine(what, part or 0))
        if not lines:
            self._says("budget", _("Say what the money is for: at least one line."))
        else:
            self._adds_up("budget", [line.minor for line in lines], amount)
        return tuple(lines)

    def _milestones(self, amount: int | None) -> tuple[Milestone, ...]:
        milestones = []
        for place, row in enumerate(self.content["milestones"]):
            name = f"milestones-{place}"
            title, criteria = row["title"].strip(), row["criteria"].strip()
            part = minor(row["amount"], self.currency)
            if not title or len(title) > LONGEST_TITLE:
                self._says(f"{name}-title", _("Name this milestone in a few words."))
            if not criteria:
                self._says(f"{name}-criteria", _("Say by what anybody sees that it is reached."))
            if part is None:
                self._says(f"{name}-amount", _("Write an amount, for example 1250 or 1250.50."))
            due = self._day(f"{name}-due", row["due"])
            milestones.append(Milestone(title, criteria, due or date.max, part or 0))
        if not milestones:
            self._says("milestones", _("Plan at least one milestone."))
            return ()
        days = [milestone.due for milestone in milestones]
        if days != sorted(days):
            self._says("milestones", _("Put the milestones in the order of their dates."))
        self._adds_up("milestones", [milestone.minor for milestone in milestones], amount)
        return tuple(milestones)

    def _one_milestone(self, amount: int | None) -> tuple[Milestone, ...]:
        """A small round's: what its fifth question says, paid on award."""
        criteria = self._needed("done", LONGEST_ANSWER)
        due = self._day("done_by", self.content["done_by"])
        title = self.content["title"].strip()[:LONGEST_TITLE]
        return (Milestone(title, criteria, due or date.max, amount or 0),)

    def _adds_up(self, name: str, parts: Sequence[int], amount: int | None) -> None:
        """Whether the parts make the ask: only where each of them, and the ask, is an amount."""
        if amount is None or not all(parts) or sum(parts) == amount:
            return
        self._says(
            name,
            _("These make {sum} together, and you ask for {ask}."),
            sum=Money(sum(parts), self.currency).format(),
            ask=Money(amount, self.currency).format(),
        )

    def _day(self, name: str, written: str) -> date | None:
        try:
            day = date.fromisoformat(written.strip())
        except ValueError:
            self._says(name, _("Write a day as year, month and day: 2027-03-31."))
            return None
        if day < self.limits.first_day:
            self._says(
                name,
                _("This has to lie after the round is decided, {first_day} at the earliest."),
                first_day=self.limits.first_day.isoformat(),
            )
        return day

    def _terms(self) -> tuple[str, ...]:
        slugs = list(dict.fromkeys(slug.strip() for slug in self.content["terms"] if slug.strip()))
        for slug in slugs:
            if not _SLUG.fullmatch(slug):
                self._says("terms", NO_SUCH_TERM, slug=slug[:60])
        return tuple(slugs)

    def _website(self) -> str:
        website: str = self.content["website"].strip()
        if website and not re.fullmatch(r"https?://[^\s<>\"]{3,300}", website):
            self._says("website", _("An address begins with https://."))
        return website


def _text(value: Any, longest: int) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    # No database stores a NUL, and no text needs one.
    return str(value).replace("\x00", "").replace("\r\n", "\n")[: longest + 1]


def _items(value: Any, most: int) -> list[Any]:
    return value[:most] if isinstance(value, list) else []


def _rows(value: Any, names: Sequence[str], most: int) -> list[dict[str, str]]:
    rows = []
    for item in _items(value, most):
        if isinstance(item, Mapping):
            row = {name: _text(item.get(name), LONGEST_ANSWER) for name in names}
            if any(text.strip() for text in row.values()):
                rows.append(row)
    return rows
