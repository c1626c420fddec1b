"""For what an open vote may be cancelled: a short list, each in words that anybody can check. Pure.

That a vote goes the wrong way is none of them, and nobody is shown which way it goes.
"""

from __future__ import annotations

WRONG_TEXT = "wrong-text"
WRONG_ROLL = "wrong-roll"
CANNOT_VOTE = "cannot-vote"
KEYS_EXPOSED = "keys-exposed"
WRONG_PROGRAM = "wrong-program"

# What the sentence that names the fault may take: it is read on a page, beside the vote.
LONGEST_SENTENCE = 300


def gettext_noop(text: str) -> str:
    """Mark a text for the translators; who shows it translates it."""
    return text


_ = gettext_noop

FAULTS: dict[str, str] = {
    WRONG_TEXT: _("What the ballot asks is not the text that was frozen."),
    WRONG_ROLL: _("People are missing from the roll, or are on it who should not be."),
    CANNOT_VOTE: _("Many people on the roll cannot take or cast a ballot."),
    KEYS_EXPOSED: _("The keys of this vote may have come into somebody's hands."),
    WRONG_PROGRAM: _("The ballot page sends another program than the manifest names."),
}
