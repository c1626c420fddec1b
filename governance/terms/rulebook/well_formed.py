"""Which terms and rules are well formed, and which rules do not go together. Pure."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from governance.terms import versions
from governance.terms.rulebook.acts import contradict, covers_rule
from governance.terms.rulebook.problems import Problem
from governance.terms.rulebook.rules import DraftContent, Rule, days, is_retention
from governance.terms.tidy_text import says_something
from governance.terms.vocabulary import (
    ACTIONS,
    CHOICES,
    DATA,
    KINDS,
    PARTIES,
    covers,
    gettext_noop,
)

_ = gettext_noop

MOST_RULES = 40
MOST_ALIASES, LONGEST_ALIAS = 20, 300
LONGEST = {"title": 120, "plain": 5_000, "legal": 50_000}
_NOT_IN_ADDRESSES = re.compile(r'[\x00-\x20<>"{}|^`\\]')
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
# Names that addresses under /terms/ have for other things.
_TAKEN_SLUGS = frozenset(
    {"by-hash", "choose", "compare", "import", "preview", "latest", "index", "feed", "new"}
)


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
        if not says_something(text):
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
    if len(aliases) > MOST_ALIASES:
        yield Problem("aliases", _("At most {most} addresses fit here."), {"most": MOST_ALIASES})
        return
    for alias in aliases:
        if len(alias) > LONGEST_ALIAS:
            yield Problem(
                "aliases",
                _("An address has at most {most} characters here."),
                {"most": LONGEST_ALIAS},
            )
        elif not _is_address(alias):
            yield Problem(
                "aliases", _("“{alias}” is not a full address (https://…)."), {"alias": alias}
            )
    if len(set(aliases)) < len(aliases):
        yield Problem("aliases", _("One of these is listed twice."))


def _is_address(text: str) -> bool:
    if _NOT_IN_ADDRESSES.search(text):
        return False
    try:
        address = urlsplit(text)
    except ValueError:  # such as a bracket that is not closed
        return False
    return address.scheme in ("http", "https") and bool(address.netloc)


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
        if not is_retention(rule.retention):
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


def _clashes(rules: Sequence[Rule]) -> Iterable[Problem]:
    for row, rule in enumerate(rules):
        for earlier in range(row):
            if contradict(rules[earlier], rule):
                yield _explained(row, rule, earlier, rules[earlier])


_BOTH = {
    "permission": _(
        "Rule {other} forbids all that this rule allows: “{rule}” Both speak of this: {act}. "
        "Take one of them out, or let rule {other} forbid only a part of it."
    ),
    "prohibition": _(
        "This rule forbids all that rule {other} allows: “{rule}” Both speak of this: {act}. "
        "Take one of them out, or let this rule forbid only a part of it."
    ),
}
_TOO_LONG = {
    "permission": _(
        "This rule lets data be kept for {longer} days, and rule {other} has it deleted sooner: "
        "“{rule}” Both speak of this: {act}. Allow at most {shorter} days here, or {longer} there."
    ),
    "duty": _(
        "This rule has data deleted within {shorter} days, and rule {other} lets it be kept for "
        "longer: “{rule}” Both speak of this: {act}. Allow {longer} days here, or at most "
        "{shorter} there."
    ),
}


def _explained(row: int, rule: Rule, earlier: int, other: Rule) -> Problem:
    """What a contradiction is about, and what would resolve it."""
    permission, against = (rule, other) if rule.kind == "permission" else (other, rule)
    values: dict[str, str | int | Rule] = {
        "other": earlier + 1,
        "rule": other,
        "act": dataclasses.replace(permission, kind=""),
    }
    if against.kind == "prohibition":
        return Problem(f"rules.{row}", _BOTH[rule.kind], values)
    data = against.data if covers(DATA, permission.data, against.data) else permission.data
    values |= {
        "act": dataclasses.replace(permission, kind="", data=data),
        "longer": days(permission.retention),
        "shorter": days(against.retention),
    }
    return Problem(f"rules.{row}", _TOO_LONG[rule.kind], values)


def _repetitions(rules: Sequence[Rule]) -> Iterable[Problem]:
    for row, rule in enumerate(rules):
        for other, broader in enumerate(rules):
            same = rule == broader
            if other == row or rule.kind != broader.kind or (same and other > row):
                continue
            if covers_rule(broader, rule):
                yield Problem(
                    f"rules.{row}",
                    _("Rule {other} says this already: “{rule}” Take one of them out."),
                    {"other": other + 1, "rule": broader},
                )
                break
