"""What a rule is, which rules are well formed and agree, and what they mean together. Pure.

A term is a set of rules. Each names a *kind* (permission, prohibition, duty), the *party* it binds
or frees (``first``: the individual; ``second``: the organisation; ``third``: anyone else), an
*action*, and may be narrowed by purpose, category of data, recipient, retention and storage. All
are codes of :mod:`governance.terms.vocabulary`; an empty point is open: any purpose, any data.

Where a prohibition takes away *part* of a permission, it is an exception and the prohibition wins
(``odrl:conflict`` is ``odrl:prohibit``). Where it takes away the *whole* permission, the rules
contradict each other, and such a term cannot be published.
"""

from governance.terms.rulebook.acts import contradict
from governance.terms.rulebook.meaning import CELL_LABELS, CELLS, matrix
from governance.terms.rulebook.problems import Problem
from governance.terms.rulebook.rules import DraftContent, Rule, days
from governance.terms.rulebook.sentences import as_it_is, part_of_act, sentence
from governance.terms.rulebook.well_formed import (
    LONGEST,
    LONGEST_ALIAS,
    MOST_ALIASES,
    MOST_RULES,
    problems_with,
    problems_with_rules,
)

__all__ = [
    "CELLS",
    "CELL_LABELS",
    "LONGEST",
    "LONGEST_ALIAS",
    "MOST_ALIASES",
    "MOST_RULES",
    "DraftContent",
    "Problem",
    "Rule",
    "as_it_is",
    "contradict",
    "days",
    "matrix",
    "part_of_act",
    "problems_with",
    "problems_with_rules",
    "sentence",
]
