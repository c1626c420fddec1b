"""What a ballot shows of its poll: the options with what they cost, and the programs it loads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from governance.voting import scripts
from governance.voting.models import Poll
from governance.voting.option_texts import frozen_texts
from governance.voting.rule import RANKED, Option
from kernel.money import Money


@dataclass(frozen=True, slots=True)
class Offer:
    """An option as it stands on the ballot. ``default``: the others are measured by it."""

    option: Option
    cost: Money | None
    default: bool


def context(poll: Poll) -> dict[str, Any]:
    """What the ballot's templates are filled with."""
    return {
        "offers": [
            Offer(
                option=option,
                cost=None if option.cost is None else Money(option.cost, poll.currency),
                default=option.id == poll.default_option,
            )
            for option in poll.choices
        ],
        "ranked": poll.method in RANKED,
        "budget": None if poll.budget is None else Money(poll.budget, poll.currency),
        "texts": frozen_texts(poll),
        "scripts": scripts.NAMES,
        "import_map": scripts.import_map(),
    }
