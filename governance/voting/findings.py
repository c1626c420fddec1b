"""Everything that can be wrong with a published poll, each by a code that never changes. Pure.

``manage.py verify_poll`` and the page in the browser give the same codes;
``docs/voting-protocol.md`` has them as a table.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from governance.voting.rule import gettext_noop as _

SENTENCES: dict[str, str] = {
    # What was frozen
    "manifest-unreadable": _("The manifest cannot be read as one."),
    "manifest-altered": _("The manifest is not the one whose hash was recorded."),
    "roll-altered": _("The roll's size or root is not the one that was recorded."),
    "opened-differs": _("The record's entry on the opening says something else than the manifest."),
    # The record
    "record-altered": _("The record does not lead to what it says: an entry was changed."),
    "record-unreadable": _("An entry of the record on this vote cannot be read."),
    "opened-missing": _("The record does not say that this vote opened."),
    "closed-missing": _("The record does not say that this vote closed."),
    "entry-twice": _("The record says more than once that this vote opened or closed."),
    "committed-twice": _("The record commits to it more than once."),
    "ballot-dropped": _("The record committed to it, and it is not in the file."),
    "ballot-added": _("It is in the file, and the record never committed to it."),
    # The file of ballots
    "bundle-unreadable": _("This is no file of ballots."),
    "bundle-altered": _("The file of ballots is not the one whose hash was recorded."),
    "other-poll": _("These ballots belong to another vote or manifest."),
    "seed-altered": _("The seed is not the one that the manifest committed to."),
    "order-wrong": _("The ballots are not in the order of their hashes."),
    "issued-unreadable": _("The count of ballots taken is missing."),
    "more-than-issued": _("More people cast a ballot than took one."),
    "more-than-roll": _("More took a ballot than are on the roll."),
    # A ballot
    "ballot-malformed": _("This is not a ballot."),
    "hash-wrong": _("The ballot's hash is not what it says."),
    "ballot-twice": _("It is in the file more than once."),
    "ballot-of-another-poll": _("It was cast in another vote."),
    "unknown-choice": _("It chooses what cannot be chosen."),
    "token-not-issued": _("Its token is not signed by the vote's issuer."),
    "proof-wrong": _("It is not signed by the key that is its token."),
    "sequence-twice": _("Its token and number were used twice."),
    "superseded-wrong": _("Whether it counts is marked wrongly."),
    # The result
    "count-impossible": _("These ballots cannot be counted."),
    "result-differs": _("Counted again, the result is another."),
    "result-altered": _("The result is not the one whose hash was recorded."),
    "closed-differs": _("The record's entry on the close says something else than the files."),
    "keys-kept": _("The record does not say that the vote's keys were destroyed."),
}
# Of one kind so many are kept with their place; the others are counted.
MOST_PLACES = 100


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that does not hold. ``where`` is the ballot's hash or the entry's, if any."""

    code: str
    where: str = ""
    detail: str = ""

    @property
    def sentence(self) -> str:
        """What is wrong, in words."""
        said = SENTENCES[self.code]
        return f"{said.removesuffix('.')}: {self.detail}." if self.detail else said


class Faults:
    """What was found so far: how many of each code, and the first places of each."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.found: list[Fault] = []

    def add(self, code: str, where: str = "", detail: str = "") -> None:
        """One more of ``code``, which is one of :data:`SENTENCES`."""
        if self.counts[code] < MOST_PLACES:
            self.found.append(Fault(code, where, detail))
        self.counts[code] += 1

    def extend(self, others: Faults) -> None:
        """Those that were found apart."""
        self.counts += others.counts
        self.found += others.found
