"""The controlled vocabulary that rules are written in: codes, plain labels, identifiers. Pure.

Published documents hold the codes; the JSON-LD context at ``/ns/terms/v1`` and the ODRL policy hold
the identifiers behind them: ODRL 2.2 (spelled with http by its specification), the Data Privacy
Vocabulary 2.2 (``dpv:``, ``pd:`` for personal data) and, where neither has a word exact enough, our
own (``cc:``, under ``/ns/terms/v1#``): never a word of another's bent to our meaning.

A code once published keeps its meaning for ever: a new meaning is a new code.
"""

from __future__ import annotations

from governance.terms.vocabulary.actions import ACTIONS, KINDS, PARTIES
from governance.terms.vocabulary.points import (
    CONTRIBUTED_FOR,
    DATA,
    PURPOSES,
    RECIPIENTS,
    RETENTIONS,
    STORAGE,
)
from governance.terms.vocabulary.words import (
    PREFIXES,
    Action,
    Vocabulary,
    Word,
    covers,
    gettext_noop,
    iri,
    overlap,
)

__all__ = [
    "ACTIONS",
    "CHOICES",
    "CONTRIBUTED_FOR",
    "DATA",
    "KINDS",
    "PARTIES",
    "POINTS",
    "PREFIXES",
    "PURPOSES",
    "RECIPIENTS",
    "RETENTIONS",
    "STORAGE",
    "Action",
    "Vocabulary",
    "Word",
    "covers",
    "gettext_noop",
    "iri",
    "overlap",
]

# What each further point of a rule is chosen from, and what every point is.
CHOICES: dict[str, Vocabulary] = {
    "purpose": PURPOSES,
    "data": DATA,
    "recipient": RECIPIENTS,
    "storage": STORAGE,
}
POINTS: dict[str, Vocabulary] = {"kind": KINDS, "party": PARTIES, "action": ACTIONS, **CHOICES}
