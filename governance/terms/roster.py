"""A roster of terms in a TOML file: what a site can begin with."""

from __future__ import annotations

import tomllib
from pathlib import Path

from governance.terms.rulebook import DraftContent, Rule, problems_with


def load(path: Path) -> list[DraftContent]:
    """The terms of the file, in its order.

    Each is a ``[[term]]`` table with ``slug``, ``version``, ``title``, ``plain``, ``legal``,
    perhaps ``aliases``, and ``rules``: tables with the points of a rule. Raises ``ValueError``
    naming the term that could not be published as it stands, ``KeyError`` or ``TypeError`` for a
    missing or unknown point.
    """
    terms = [
        DraftContent(
            slug=written["slug"],
            version=written["version"],
            title=written["title"],
            plain=written["plain"].strip(),
            legal=written["legal"].strip(),
            rules=tuple(Rule(**rule) for rule in written["rules"]),
            aliases=tuple(written.get("aliases", ())),
        )
        for written in tomllib.loads(path.read_text("utf-8"))["term"]
    ]
    for term in terms:
        for problem in problems_with(term):
            raise ValueError(f"{term.slug}: {problem.field}: {problem.sentence}")
    return terms
