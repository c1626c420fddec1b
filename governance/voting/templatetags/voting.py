"""How templates say what a poll asked and how it ended."""

from __future__ import annotations

from django import template

from governance.voting import words
from governance.voting.models import Poll

register = template.Library()


@register.filter
def answer(poll: Poll) -> str:
    """How a closed poll ended, in one sentence."""
    return words.answer(poll)


@register.filter
def way_of_voting(poll: Poll) -> str:
    """What a voter does in it: "Rank the candidates"."""
    return str(words.METHODS[poll.method])


@register.filter
def listed(names: list[str]) -> str:
    """Names as a list in a sentence."""
    return words.listed(names)
