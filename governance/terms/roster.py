"""A roster of terms: read from a TOML file, and put in order for whoever looks for one. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from governance.terms.rulebook import DraftContent, Rule, matrix, problems_with
from governance.terms.vocabulary import gettext_noop

_ = gettext_noop


def load(path: Path) -> list[DraftContent]:
    """The terms of the file, in its order.

    A ``[clause.name]`` table is one point of legal text (``legal``) and the ``rules`` that say the
    same, tables with the points of a rule. A ``[[term]]`` table has ``slug``, ``version``,
    ``title``, ``plain``, perhaps ``aliases``, and ``clauses``: names of clauses, which make its
    numbered legal text and its rules. Raises ``ValueError`` naming the term that could not be
    published as it stands, ``KeyError`` or ``TypeError`` for a missing or unknown point or clause.
    """
    file = tomllib.loads(path.read_text("utf-8"))
    terms = [_content(written, file["clause"]) for written in file["term"]]
    for term in terms:
        for problem in problems_with(term):
            raise ValueError(f"{term.slug}: {problem.field}: {problem.sentence}")
    return terms


def _content(written: Mapping[str, Any], clauses: Mapping[str, Mapping[str, Any]]) -> DraftContent:
    chosen = [clauses[name] for name in written["clauses"]]
    return DraftContent(
        slug=written["slug"],
        version=written["version"],
        title=written["title"],
        plain=written["plain"].strip(),
        legal="\n".join(
            f"{number}. {' '.join(clause['legal'].split())}"
            for number, clause in enumerate(chosen, start=1)
        ),
        rules=tuple(Rule(**rule) for clause in chosen for rule in clause["rules"]),
        aliases=tuple(written.get("aliases", ())),
    )


# Terms that are alike stand together on the roster, the strictest first.
GROUPS = {
    "service": _("Just the service"),
    "learning": _("The service, and what it may learn for itself"),
    "sharing": _("The service, and what it may pass on"),
    "giving": _("Data that you give for a purpose"),
    "single": _("About one thing"),
}

# The cells of the matrix as heads of narrow columns.
COLUMNS = {
    "service_delivery": _("Delivers the service"),
    "analytics_2p": _("Studies how you use it"),
    "tracking_2p": _("Follows you"),
    "profiling_2p": _("Builds a profile"),
    "share_anonymised_3p": _("Passes on, not traceable"),
    "share_identifiable_3p": _("Passes on, traceable"),
    "analytics_3p": _("Others study it"),
    "tracking_3p": _("Others follow you"),
    "profiling_3p": _("Others build a profile"),
    "data_portability": _("Hands you your data"),
    "contributed_for": _("You give data for"),
}


def group_of(rules: Iterable[Rule]) -> str:
    """Which of :data:`GROUPS` a term with these rules belongs to."""
    found = matrix(rules)
    if found["contributed_for"]:
        return "giving"
    if found["service_delivery"] != "must":
        return "single"
    if "yes" in (found["share_anonymised_3p"], found["share_identifiable_3p"]):
        return "sharing"
    learns = (found["analytics_2p"], found["tracking_2p"], found["profiling_2p"])
    return "service" if set(learns) == {"no"} else "learning"
