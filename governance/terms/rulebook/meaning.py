"""What a term means: a matrix of cells, each an act that somebody may ask about. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from governance.terms.rulebook.acts import covers_rule, overlaps_rule
from governance.terms.rulebook.rules import Rule
from governance.terms.vocabulary import CONTRIBUTED_FOR, gettext_noop

_ = gettext_noop

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
    if any(rule.kind == "prohibition" and covers_rule(rule, act) for rule in rules):
        return "no"
    if any(rule.kind == "duty" and overlaps_rule(rule, act) for rule in rules):
        return "must"
    if any(rule.kind == "permission" and overlaps_rule(rule, act) for rule in rules):
        return "yes"
    return "optional"
