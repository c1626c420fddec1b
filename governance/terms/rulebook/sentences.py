"""A rule as a plain sentence. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable

from governance.terms.rulebook.rules import Rule, days
from governance.terms.vocabulary import (
    ACTIONS,
    DATA,
    KINDS,
    PARTIES,
    PURPOSES,
    RECIPIENTS,
    STORAGE,
    gettext_noop,
)

_ = gettext_noop

Say = Callable[[str], str]


def as_it_is(text: str) -> str:
    """For a reader of English."""
    return text


def sentence(rule: Rule, say: Say = as_it_is) -> str:
    """A well-formed rule as one plain sentence: "The organisation may not build a profile of you."

    ``say`` translates the pieces.
    """
    return say(_("{who} {may} {what}.")).format(
        who=say(PARTIES[rule.party].phrase), may=say(KINDS[rule.kind].phrase), what=act(rule, say)
    )


def act(rule: Rule, say: Say = as_it_is) -> str:
    """What a rule speaks of: "build a profile of you". The act may have no kind."""
    return _act(rule, _time_limit(rule, say), say)


def part_of_act(kind: str, whole: Rule, but: Iterable[Rule], say: Say = as_it_is) -> str:
    """An act from which others are taken out, as a statement without a full stop.

    ``kind`` says what is said of it; the acts themselves have none, and their retention is how long
    at most, or by when.
    """
    shorter = ""
    rest = []
    for each in but:
        if dataclasses.replace(each, retention=whole.retention) != whole:
            rest.append(_fragment(whole, each, say))
        elif kind != "duty":
            shorter = each.retention
    time = _between(whole, shorter, say) if shorter else _time_limit(whole, say)
    said = say(_("{who} {may} {what}")).format(
        who=say(PARTIES[whole.party].phrase),
        may=say(KINDS[kind].phrase),
        what=_act(whole, time, say),
    )
    if rest:
        return say(_("{rule} (apart from: {parts})")).format(rule=said, parts="; ".join(rest))
    return said


def _act(rule: Rule, time: str, say: Say) -> str:
    action = ACTIONS[rule.action]
    what = say(action.of_data if rule.data else action.phrase).format(
        data=say(DATA[rule.data].phrase) if rule.data else "",
        recipient=say(RECIPIENTS[rule.recipient].phrase) if rule.recipient else say(_("anyone")),
    )
    if rule.purpose:
        what += " " + say(PURPOSES[rule.purpose].phrase)
    what += time
    if rule.storage:
        what += ", " + say(STORAGE[rule.storage].phrase)
    return what


def _fragment(whole: Rule, part: Rule, say: Say) -> str:
    """The points in which a part of an act differs from it: "your location for marketing"."""
    points = {
        name: "" if code == getattr(whole, name) else code
        for name, code in part.as_dict().items()
        if name not in ("kind", "party", "action")
    }
    narrowed = dataclasses.replace(part, **points)
    if part.action != whole.action:
        return act(narrowed, say)
    said = [
        say(words[code].phrase)
        for words, code in ((DATA, narrowed.data), (PURPOSES, narrowed.purpose))
        if code
    ]
    if narrowed.recipient:
        recipient = say(RECIPIENTS[narrowed.recipient].phrase)
        said.insert(0, say(_("with {recipient}")).format(recipient=recipient))
    if narrowed.retention:
        said.append(_time_limit(narrowed, say).strip(" ,"))
    if narrowed.storage:
        said.append(say(STORAGE[narrowed.storage].phrase))
    return " ".join(said)


def _time_limit(rule: Rule, say: Say) -> str:
    """The words for a retention, with the space or comma before them."""
    if not rule.retention:
        return ""
    number = days(rule.retention)
    if rule.kind == "prohibition":
        text = _(" for longer than {number} days") if number else _(" beyond the moment")
    elif rule.action == "delete":
        text = _(" within {number} days") if number else _(" at once")
    elif rule.action == "store":
        text = _(" for at most {number} days") if number else _(" only for the moment")
    else:
        text = _(", kept for at most {number} days") if number else _(", kept only for the moment")
    return say(text).format(number=number)


def _between(whole: Rule, shorter: str, say: Say) -> str:
    """The words for a time that is longer than one and, perhaps, at most another."""
    least, most = days(shorter), days(whole.retention) if whole.retention else None
    if most is None:
        text = (
            _(" for longer than {least} days")
            if whole.action == "store"
            else _(", kept for longer than {least} days")
        )
    elif whole.action == "store":
        text = _(" for more than {least} and at most {most} days")
    else:
        text = _(", kept for more than {least} and at most {most} days")
    return say(text).format(least=least, most=most)
