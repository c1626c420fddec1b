"""A rule as a plain sentence. Pure."""

from __future__ import annotations

from collections.abc import Callable

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
