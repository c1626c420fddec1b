"""What is wrong with a term, in words that name the place. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from governance.terms.rulebook.rules import Rule
from governance.terms.rulebook.sentences import Say, act, as_it_is, sentence


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and where: "title", "rules", "rules.2", "rules.2.purpose" (rows from 0).

    ``message`` may have ``{names}`` that ``values`` fill in, so that it can be translated first. A
    rule among them is said as its sentence; one without a kind, as the act it speaks of.
    """

    field: str
    message: str
    values: Mapping[str, str | int | Rule] = dataclasses.field(default_factory=dict)

    @property
    def sentence(self) -> str:
        return self.said(as_it_is)

    def said(self, say: Say) -> str:
        """The problem in the reader's language: ``say`` translates the pieces."""
        return say(self.message).format(
            **{name: _in_words(value, say) for name, value in self.values.items()}
        )


def _in_words(value: str | int | Rule, say: Say) -> str | int:
    if isinstance(value, Rule):
        return sentence(value, say) if value.kind else act(value, say)
    return value
