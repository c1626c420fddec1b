"""Write ``docs/stages.md`` from the tables of stages: ``manage.py stages``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from django.conf import settings
from django.core.management.base import BaseCommand

from funding.dues import gift_stages, refund_stages
from funding.dues import stages as checkout_stages
from funding.grants import (
    application_stages,
    award_stages,
    milestone_stages,
    payment_stages,
    round_stages,
)
from funding.ledger import stages as voucher_stages
from governance.proposals import nomination_stages, provisional_stages
from governance.proposals import stages as proposal_stages
from governance.terms import stages as version_stages
from governance.voting import stages as poll_stages

PAGE = settings.BASE_DIR / "docs" / "stages.md"


class Move(Protocol):
    """What each app's table of moves is made of."""

    @property
    def name(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def target(self) -> str: ...
    @property
    def who(self) -> str: ...
    @property
    def when_in_words(self) -> str: ...


class Command(BaseCommand):
    help = "Write docs/stages.md from the tables of stages."

    def handle(self, *args: Any, **options: Any) -> None:
        PAGE.write_text(page(), encoding="utf-8")
        self.stdout.write(f"{PAGE.relative_to(settings.BASE_DIR)} is current")


def page() -> str:
    """The whole page, as Markdown."""
    return "\n".join(
        [
            "# Stages",
            "",
            "Each lifecycle is one table in code, and this page is made from those tables by",
            "`manage.py stages`; a test keeps it current. A move that is not listed cannot happen.",
            "",
            *_lifecycle("A proposal", "governance/proposals/stages.py", proposal_stages.MOVES),
            *_lifecycle(
                "A nomination",
                "governance/proposals/nomination_stages.py",
                nomination_stages.MOVES,
            ),
            *_lifecycle(
                "A decision of the founding",
                "governance/proposals/provisional_stages.py",
                provisional_stages.MOVES,
            ),
            *_lifecycle("A poll", "governance/voting/stages.py", poll_stages.MOVES),
            *_lifecycle("A version of a term", "governance/terms/stages.py", version_stages.MOVES),
            *_lifecycle(
                "A checkout, or a payment of once", "funding/dues/stages.py", checkout_stages.MOVES
            ),
            *_lifecycle("A gift", "funding/dues/gift_stages.py", gift_stages.MOVES),
            *_lifecycle("A refund", "funding/dues/refund_stages.py", refund_stages.MOVES),
            *_lifecycle("A grant round", "funding/grants/round_stages.py", round_stages.MOVES),
            *_lifecycle(
                "An application for a grant",
                "funding/grants/application_stages.py",
                application_stages.MOVES,
            ),
            *_lifecycle("An award", "funding/grants/award_stages.py", award_stages.MOVES),
            *_lifecycle(
                "A milestone", "funding/grants/milestone_stages.py", milestone_stages.MOVES
            ),
            *_lifecycle(
                "A payment to a project", "funding/grants/payment_stages.py", payment_stages.MOVES
            ),
            *_lifecycle("A voucher", "funding/ledger/stages.py", voucher_stages.MOVES),
        ]
    )


def _lifecycle(title: str, source: str, moves: Iterable[Move]) -> list[str]:
    moves = list(moves)
    return [
        f"## {title}",
        "",
        f"From `{source}`.",
        "",
        "```mermaid",
        "stateDiagram-v2",
        *(f"    {move.source} --> {move.target}: {move.name}" for move in moves),
        "```",
        "",
        "| move | from | to | who | when |",
        "|---|---|---|---|---|",
        *(
            f"| {move.name} | {move.source} | {move.target} | {move.who} | {move.when_in_words} |"
            for move in moves
        ),
        "",
    ]
