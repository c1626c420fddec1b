"""The ballots that count of a closed poll, in the formats that others read. Pure.

======================  ======================================================================
``yes_no``              PrefLib ``.soi``: the one choice, ranked first
``approval``            PrefLib ``.toi``: all that a ballot approves of, as one rank
``schulze``             PrefLib ``.toi`` and ``.blt``
``stv``                 ``.blt`` and PrefLib ``.soi``
``equal_shares``        Pabulib ``.pb``, in whole units of the currency
======================  ======================================================================

Options are named by their ids: names of people are in none of these files. Superseded ballots are
left out. Ballots that choose nothing are in ``.blt`` and ``.pb``; PrefLib has no way to write them.
The same poll gives the same bytes. A lot falls by the published ballots' own root, so that a tie
may break otherwise here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from babel.numbers import get_currency_precision

from governance.voting.formats import blt, pabulib, preflib, published
from governance.voting.rule import ABSTAIN, APPROVAL, EQUAL_SHARES, SCHULZE, STV, YES_NO, PollRule
from governance.voting.tally.ballots import ranking
from governance.voting.tally.election import Election

MEDIA_TYPE = "text/plain; charset=utf-8"
# By method, the endings of the files there are; the first is what most programs for it read.
ENDINGS: Mapping[str, tuple[str, ...]] = {
    YES_NO: ("soi",),
    APPROVAL: ("toi",),
    SCHULZE: ("toi", "blt"),
    STV: ("blt", "soi"),
    EQUAL_SHARES: ("pb",),
}


def files(document: Mapping[str, Any], manifest: Mapping[str, Any]) -> Iterator[tuple[str, bytes]]:
    """Every file there is of a poll, by its ending, from ``ballots.json`` and ``manifest.json``.

    Raises ``BadFile`` where these are not the published files of a poll.
    """
    election = _ranked(published.read(document, manifest))
    for ending in ENDINGS[election.method]:
        yield ending, "".join(_lines(election, manifest["rule"], ending)).encode()


def command(rule: PollRule, options: list[str], ending: str, needed: int) -> str:
    """How to count the file of this ending: what it does not say itself is said beside it.

    ``options`` are the options' ids in order, ``needed`` what the quorum takes.
    """
    said = [f"ballots.{ending}", "--method", rule.method]
    if rule.method in (APPROVAL, STV) and ending != "blt":
        said += ["--seats", str(rule.seats)]
    if rule.default:
        said += ["--default", str(options.index(rule.default) + 1)]
    if needed:
        said += ["--quorum", str(needed)]
    if rule.majority:
        said += ["--majority", rule.majority]
    return " ".join(["python manage.py count", *said])


def _ranked(election: Election) -> Election:
    """The election with rankings, where its ballots are to be written as such."""
    if election.method not in (YES_NO, APPROVAL) or election.approvals is None:
        return election
    # Abstaining is an option of yes_no, and of no other.
    nothing = frozenset({ABSTAIN} if election.method == YES_NO else ())
    return replace(
        election,
        rankings={
            ranking([approval or nothing]): cast for approval, cast in election.approvals.items()
        },
    )


def _lines(election: Election, rule: Mapping[str, Any], ending: str) -> Iterator[str]:
    if ending == "blt":
        return blt.write(election)
    if ending == "pb":
        return pabulib.write(_in_whole_units(election, rule["currency"]), _meta(rule))
    return preflib.write(election, "ballots", ending)


def _in_whole_units(election: Election, currency: str) -> Election:
    scale = 10 ** get_currency_precision(currency)
    return replace(
        election,
        costs={one: cost / scale for one, cost in (election.costs or {}).items()},
        budget=Fraction(election.budget or 0) / scale,
    )


def _meta(rule: Mapping[str, Any]) -> dict[str, str]:
    return {"currency": rule["currency"], "rule": "equalshares"}
