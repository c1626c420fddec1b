"""What a rule is, which rules are well formed and agree, and what they mean together. Pure.

A term is a set of rules. Each names a *kind* (permission, prohibition, duty), the *party* it binds
or frees (``first``: the individual; ``second``: the organisation; ``third``: anyone else), an
*action*, and may be narrowed by purpose, category of data, recipient, retention and storage. All
are codes of :mod:`governance.terms.vocabulary`; an empty point is open: any purpose, any data.

Where a prohibition takes away *part* of a permission, it is an exception and the prohibition wins
(``odrl:conflict`` is ``odrl:prohibit``). Where it takes away the *whole* permission, the rules
contradict each other, and such a term cannot be published.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from governance.terms import versions
from governance.terms.vocabulary import (
    ACTIONS,
    CHOICES,
    CONTRIBUTED_FOR,
    DATA,
    KINDS,
    PARTIES,
    PURPOSES,
    RECIPIENTS,
    STORAGE,
    covers,
    gettext_noop,
    overlap,
)

_ = gettext_noop

MOST_RULES = 40
LONGEST = {"title": 120, "plain": 5_000, "legal": 50_000}
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_RETENTION = re.compile(r"P(0|[1-9][0-9]{0,4})D")
# Names that addresses under /terms/ have for other things.
_TAKEN_SLUGS = frozenset({"by-hash", "preview", "latest", "index", "feed", "new"})


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: codes of the vocabulary; an empty code leaves that point open.

    ``retention`` is an ISO 8601 duration in whole days ("P30D"). On a permission or a duty it is
    how long at most; on a prohibition of keeping it is how long beyond which.
    """

    kind: str
    party: str
    action: str
    purpose: str = ""
    data: str = ""
    recipient: str = ""
    retention: str = ""
    storage: str = ""

    def as_dict(self) -> dict[str, str]:
        """Every point by name, empty ones too."""
        return dataclasses.asdict(self)

    def stated(self) -> dict[str, str]:
        """The points that are not open, as the published document writes them."""
        return {name: code for name, code in self.as_dict().items() if code}


@dataclass(frozen=True, slots=True)
class DraftContent:
    """All that an author writes: what becomes a published version, apart from who decided it.

    ``plain`` and ``legal`` are CommonMark. ``aliases`` are outside IRIs of the same term.
    """

    slug: str
    version: str
    title: str
    plain: str
    legal: str
    rules: tuple[Rule, ...]
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and where: "title", "rules", "rules.2", "rules.2.purpose" (rows from 0).

    ``message`` may have ``{names}`` that ``values`` fill in, so that a page can translate it first.
    """

    field: str
    message: str
    values: Mapping[str, str | int] = dataclasses.field(default_factory=dict)

    @property
    def sentence(self) -> str:
        return self.message.format(**self.values)


# Well formed


def problems_with(content: DraftContent) -> list[Problem]:
    """All that keeps this content from being published, in the order of the form."""
    return [
        *_problems_with_names(content),
        *_problems_with_texts(content),
        *_problems_with_aliases(content.aliases),
        *problems_with_rules(content.rules),
    ]


def _problems_with_names(content: DraftContent) -> Iterable[Problem]:
    if not _SLUG.fullmatch(content.slug) or len(content.slug) > 60:
        yield Problem(
            "slug",
            _("Use small letters, digits and single hyphens, at most 60: “no-stalking”."),
        )
    elif content.slug in _TAKEN_SLUGS:
        yield Problem("slug", _("This name is taken by another page here. Choose another."))
    try:
        versions.parse(content.version)
    except ValueError:
        yield Problem("version", _("A version is three numbers with dots between: “1.0.0”."))


def _problems_with_texts(content: DraftContent) -> Iterable[Problem]:
    for name, missing in (
        ("title", _("Give the term a title.")),
        ("plain", _("Say in plain words what the term asks for.")),
        ("legal", _("Give the wording that counts when there is a dispute.")),
    ):
        text: str = getattr(content, name)
        if not text.strip():
            yield Problem(name, missing)
        elif len(text) > LONGEST[name]:
            yield Problem(
                name,
                _("This has {length} characters; at most {most} fit."),
                {"length": len(text), "most": LONGEST[name]},
            )
        elif any(ord(sign) < 32 and sign not in "\n\t" for sign in text) or (
            name == "title" and "\n" in text
        ):
            yield Problem(name, _("This holds signs that cannot be printed. Type it anew."))


def _problems_with_aliases(aliases: Sequence[str]) -> Iterable[Problem]:
    for alias in aliases:
        address = urlsplit(alias)
        if address.scheme not in ("http", "https") or not address.netloc or " " in alias:
            yield Problem(
                "aliases", _("“{alias}” is not a full address (https://…)."), {"alias": alias}
            )
    if len(set(aliases)) < len(aliases):
        yield Problem("aliases", _("One of these is listed twice."))


def problems_with_rules(rules: Sequence[Rule]) -> list[Problem]:
    """What is wrong with each rule, then with the rules together."""
    if not rules:
        return [Problem("rules", _("A term needs at least one rule."))]
    if len(rules) > MOST_RULES:
        return [Problem("rules", _("At most {most} rules fit in one term."), {"most": MOST_RULES})]
    malformed = [
        dataclasses.replace(problem, field=f"rules.{row}.{problem.field}")
        for row, rule in enumerate(rules)
        for problem in _problems_with_rule(rule)
    ]
    if malformed:
        return malformed
    return [*_clashes(rules), *_repetitions(rules)]


def _problems_with_rule(rule: Rule) -> Iterable[Problem]:
    for name, words in (("kind", KINDS), ("party", PARTIES), ("action", ACTIONS)):
        code: str = getattr(rule, name)
        if code not in words:
            yield Problem(name, _("Choose one from the list."))
    action = ACTIONS.get(rule.action)
    if action is None or rule.kind not in KINDS or rule.party not in PARTIES:
        return
    if rule.party not in action.parties:
        yield Problem("party", _("No rule can bind this party to this action. Choose another."))
    if rule.kind not in action.kinds:
        yield Problem("kind", _("This action cannot be ruled this way. Choose another."))
    for name, choices in CHOICES.items():
        code = getattr(rule, name)
        if code and code not in choices:
            yield Problem(name, _("Choose one from the list."))
        elif code and name not in action.takes:
            yield Problem(name, _("This makes no difference to this action. Leave it open."))
    yield from _problems_with_keeping(rule)


def _problems_with_keeping(rule: Rule) -> Iterable[Problem]:
    takes = ACTIONS[rule.action].takes
    if rule.retention:
        if not _RETENTION.fullmatch(rule.retention):
            yield Problem("retention", _("Write a number of days: “P30D” is 30 days."))
        elif "retention" not in takes:
            yield Problem("retention", _("This makes no difference to this action. Leave it open."))
        elif rule.kind == "prohibition" and rule.action != "store":
            yield Problem(
                "retention",
                _("A time limit on what is forbidden can be read two ways. Leave it open."),
            )
    if rule.storage and rule.kind == "prohibition":
        yield Problem(
            "storage", _("A place on what is forbidden can be read two ways. Leave it open.")
        )


# Together


def contradict(one: Rule, other: Rule) -> bool:
    """Whether two well-formed rules cannot both hold, whichever is named first.

    A prohibition contradicts a permission whose whole it takes away, and a duty of which it takes
    away anything; a duty to delete within some days contradicts a permission to keep for longer.
    """
    return _contradicts(one, other) or _contradicts(other, one)


def _contradicts(one: Rule, other: Rule) -> bool:
    if one.party != other.party:
        return False
    if one.kind == "prohibition" and other.kind == "permission":
        return _covers(one, other)
    if one.kind == "prohibition" and other.kind == "duty":
        return _overlap(one, other)
    if (one.kind, one.action, other.kind) == ("duty", "delete", "permission"):
        return (
            bool(one.retention)
            and "retention" in ACTIONS[other.action].takes
            and overlap(DATA, one.data, other.data)
            and bool(other.retention)
            and days(other.retention) > days(one.retention)
        )
    return False


def _covers(broad: Rule, narrow: Rule) -> bool:
    """Whether every act that ``narrow`` speaks of is one that ``broad`` speaks of; kinds apart."""
    return (
        broad.party == narrow.party
        and covers(ACTIONS, broad.action, narrow.action)
        and covers(PURPOSES, broad.purpose, narrow.purpose)
        and covers(DATA, broad.data, narrow.data)
        and covers(RECIPIENTS, broad.recipient, narrow.recipient)
        and covers(STORAGE, broad.storage, narrow.storage)
        and _span_covers(_span(broad), _span(narrow))
    )


def _overlap(one: Rule, other: Rule) -> bool:
    """Whether there is an act that both rules speak of; kinds apart."""
    return (
        one.party == other.party
        and overlap(ACTIONS, one.action, other.action)
        and overlap(PURPOSES, one.purpose, other.purpose)
        and overlap(DATA, one.data, other.data)
        and overlap(RECIPIENTS, one.recipient, other.recipient)
        and _span(one)[0] <= _span(other)[1]
        and _span(other)[0] <= _span(one)[1]
    )


# Days of keeping a rule speaks of, from and to: the longest that can be written, and one more.
_FOR_EVER = 100_000


def days(retention: str) -> int:
    """``"P30D"`` is 30. Raises ``ValueError`` for what is not a whole number of days."""
    found = _RETENTION.fullmatch(retention)
    if not found:
        raise ValueError(f"not a duration in days: {retention!r}")
    return int(found[1])


def _span(rule: Rule) -> tuple[int, int]:
    if not rule.retention:
        return (0, _FOR_EVER)
    if rule.kind == "prohibition":
        return (days(rule.retention) + 1, _FOR_EVER)
    return (0, days(rule.retention))


def _span_covers(broad: tuple[int, int], narrow: tuple[int, int]) -> bool:
    return broad[0] <= narrow[0] and narrow[1] <= broad[1]


def _clashes(rules: Sequence[Rule]) -> Iterable[Problem]:
    for row, rule in enumerate(rules):
        for earlier in range(row):
            if contradict(rules[earlier], rule):
                yield Problem(
                    f"rules.{row}",
                    _("This contradicts rule {other}. Change one of them, or take it out."),
                    {"other": earlier + 1},
                )


def _repetitions(rules: Sequence[Rule]) -> Iterable[Problem]:
    for row, rule in enumerate(rules):
        for other, broader in enumerate(rules):
            same = rule == broader
            if other == row or rule.kind != broader.kind or (same and other > row):
                continue
            if _covers(broader, rule):
                yield Problem(
                    f"rules.{row}",
                    _("Rule {other} says this already. Take one of them out."),
                    {"other": other + 1},
                )
                break


# What a term means

# Cells of the matrix: an act each. The names are those of the list of agreements that the Data
# Privacy Vocabulary keeps for IEEE 7012 ("2p" second party, "3p" third party).
CELLS: dict[str, Rule] = {
    "service_delivery": Rule("", "second", "deliver_service"),
    "analytics_2p": Rule("", "second", "analyse"),
    "tracking_2p": Rule("", "second", "track"),
    "profiling_2p": Rule("", "second", "profile"),
    "share_anonymised_3p": Rule("", "second", "share_anonymised", recipient="third_parties"),
    "share_identifiable_3p": Rule("", "second", "share_identifiable", recipient="third_parties"),
    "analytics_3p": Rule("", "third", "analyse"),
    "tracking_3p": Rule("", "third", "track"),
    "profiling_3p": Rule("", "third", "profile"),
    "data_portability": Rule("", "second", "provide_portability"),
}
CELL_LABELS = {
    "service_delivery": _("It delivers the service you asked for"),
    "analytics_2p": _("It analyses how you use the service"),
    "tracking_2p": _("It follows you across sites, apps or devices"),
    "profiling_2p": _("It builds a profile of you"),
    "share_anonymised_3p": _("It shares data that nobody can trace to you"),
    "share_identifiable_3p": _("It shares data that can be traced to you"),
    "analytics_3p": _("Others analyse how you use the service"),
    "tracking_3p": _("Others follow you across sites, apps or devices"),
    "profiling_3p": _("Others build a profile of you"),
    "data_portability": _("It hands over your data so that you can take it elsewhere"),
    "contributed_for": _("You contribute data for"),
}


def matrix(rules: Iterable[Rule]) -> dict[str, str]:
    """What the rules say about each of :data:`CELLS`, and what data is contributed for.

    ``no``: forbidden, whatever the purpose and the data. ``must``: a duty. ``yes``: permitted,
    perhaps within limits. ``optional``: the rules leave it open, or forbid only some of it. The
    last cell, ``contributed_for``, names the purposes ("public good"), or is empty.
    """
    known = tuple(rules)
    found = {name: _cell(known, act) for name, act in CELLS.items()}
    contributed = {
        rule.purpose
        for rule in known
        if (rule.kind, rule.party, rule.action) == ("permission", "second", "use")
    }
    found["contributed_for"] = ", ".join(
        words for code, words in CONTRIBUTED_FOR.items() if code in contributed
    )
    return found


def _cell(rules: tuple[Rule, ...], act: Rule) -> str:
    if any(rule.kind == "prohibition" and _covers(rule, act) for rule in rules):
        return "no"
    if any(rule.kind == "duty" and _overlap(rule, act) for rule in rules):
        return "must"
    if any(rule.kind == "permission" and _overlap(rule, act) for rule in rules):
        return "yes"
    return "optional"


def identity(rules: Iterable[Rule]) -> str:
    """A digest (hex SHA-256): the same for the same rules in any order, and for no others."""
    lines = sorted({json.dumps(rule.as_dict(), sort_keys=True) for rule in rules})
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


# In words


def _as_it_is(text: str) -> str:
    return text


def sentence(rule: Rule, say: Callable[[str], str] = _as_it_is) -> str:
    """A well-formed rule as one plain sentence: "The organisation may not build a profile of you."

    ``say`` translates the pieces.
    """
    action = ACTIONS[rule.action]
    what = say(action.of_data if rule.data else action.phrase).format(
        data=say(DATA[rule.data].phrase) if rule.data else "",
        recipient=say(RECIPIENTS[rule.recipient].phrase) if rule.recipient else say(_("anyone")),
    )
    if rule.purpose:
        what += " " + say(PURPOSES[rule.purpose].phrase)
    if rule.retention:
        what += say(_time_limit(rule)).format(number=days(rule.retention))
    if rule.storage:
        what += ", " + say(STORAGE[rule.storage].phrase)
    return say(_("{who} {may} {what}.")).format(
        who=say(PARTIES[rule.party].phrase), may=say(KINDS[rule.kind].phrase), what=what
    )


def _time_limit(rule: Rule) -> str:
    """The words for a retention, with the space or comma before them."""
    number = days(rule.retention)
    if rule.kind == "prohibition":
        return _(" for longer than {number} days") if number else _(" beyond the moment")
    if rule.action == "delete":
        return _(" within {number} days") if number else _(" at once")
    if rule.action == "store":
        return _(" for at most {number} days") if number else _(" only for the moment")
    return _(", kept for at most {number} days") if number else _(", kept only for the moment")
