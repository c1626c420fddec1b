"""What a ballot chooses, in each method. Pure.

``choices`` is a list of texts. There is one way to write each vote:

======================  ==========================================================================
``yes_no``              one option
``approval``,           the options approved of, in the order of the manifest
``equal_shares``
``schulze``             the options ranked, best first; equal ones as one text with ``=`` between,
                        in the order of the manifest: ``["b", "a=c"]``
``stv``                 the options ranked, best first
======================  ==========================================================================

In every method but ``yes_no``, where it is an option, ``["abstain"]`` takes part and chooses
nothing. Options that a ranking leaves out are unranked.
"""

from __future__ import annotations

from collections.abc import Sequence

from governance.voting.rule import ABSTAIN, RANKED, SCHULZE, YES_NO

EQUAL = "="


def groups(choices: Sequence[str]) -> list[list[str]]:
    """The options of each rank, the best first; none for a ballot that abstains."""
    if list(choices) == [ABSTAIN]:
        return []
    return [text.split(EQUAL) for text in choices]


def fit(choices: Sequence[str], method: str, options: Sequence[str]) -> bool:
    """Whether ``choices`` is a vote of this method among ``options``, written the one way."""
    if method == YES_NO:
        return len(choices) == 1 and choices[0] in options
    if list(choices) == [ABSTAIN]:
        return True
    ranks = groups(choices)
    named = [option for rank in ranks for option in rank]
    if not named or not set(named) <= set(options) or len(set(named)) < len(named):
        return False
    if method != SCHULZE and any(len(rank) > 1 for rank in ranks):
        return False
    place = {option: number for number, option in enumerate(options)}
    ordered = ranks if method in RANKED else [named]
    return all(rank == sorted(rank, key=place.__getitem__) for rank in ordered)
