"""What acts rules speak of, whether one speaks of all that another does, what contradicts. Pure."""

from __future__ import annotations

from governance.terms.rulebook.rules import Rule, days
from governance.terms.vocabulary import (
    ACTIONS,
    DATA,
    PURPOSES,
    RECIPIENTS,
    STORAGE,
    covers,
    overlap,
)

# Days of keeping a rule speaks of, from and to: the longest that can be written, and one more.
_FOR_EVER = 100_000


def contradict(one: Rule, other: Rule) -> bool:
    """Whether two well-formed rules cannot both hold, whichever is named first.

    A prohibition contradicts a permission whose whole it takes away; a duty to delete within some
    days contradicts a permission to keep for longer. What can be a duty can be nothing else.
    """
    return _contradicts(one, other) or _contradicts(other, one)


def _contradicts(one: Rule, other: Rule) -> bool:
    if one.party != other.party:
        return False
    if one.kind == "prohibition" and other.kind == "permission":
        return covers_rule(one, other)
    if (one.kind, one.action, other.kind) == ("duty", "delete", "permission"):
        return (
            bool(one.retention)
            and "retention" in ACTIONS[other.action].takes
            and overlap(DATA, one.data, other.data)
            and bool(other.retention)
            and days(other.retention) > days(one.retention)
        )
    return False


def covers_rule(broad: Rule, narrow: Rule) -> bool:
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


def overlaps_rule(one: Rule, other: Rule) -> bool:
    """Whether there is an act that both rules speak of; kinds apart."""
    return (
        one.party == other.party
        and overlap(ACTIONS, one.action, other.action)
        and overlap(PURPOSES, one.purpose, other.purpose)
        and overlap(DATA, one.data, other.data)
        and overlap(RECIPIENTS, one.recipient, other.recipient)
        and overlap(STORAGE, one.storage, other.storage)
        and _span(one)[0] <= _span(other)[1]
        and _span(other)[0] <= _span(one)[1]
    )


def _span(rule: Rule) -> tuple[int, int]:
    """Days of keeping that it speaks of; of a duty, the days by which it will have been done."""
    if not rule.retention:
        return (_FOR_EVER, _FOR_EVER) if rule.kind == "duty" else (0, _FOR_EVER)
    if rule.kind == "duty":
        return (days(rule.retention), _FOR_EVER)
    if rule.kind == "prohibition":
        return (days(rule.retention) + 1, _FOR_EVER)
    return (0, days(rule.retention))


def _span_covers(broad: tuple[int, int], narrow: tuple[int, int]) -> bool:
    return broad[0] <= narrow[0] and narrow[1] <= broad[1]
