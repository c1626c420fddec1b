"""Closed polls of every method, for tests of what is shown and published of them."""

from __future__ import annotations

from typing import Any, Protocol

from governance.voting.models import Poll
from governance.voting.rule import Option, PollRule, text_sha256


class Settle(Protocol):
    """``settle("stv")``: a poll that five people voted in, closed.

    ``revote`` is what the first of them votes in the end; ``changes`` are those of the poll.
    """

    def __call__(
        self,
        method: str,
        *,
        ballots: list[list[str]] | None = None,
        revote: list[str] | None = None,
        voters: int = 5,
        **changes: Any,
    ) -> Poll: ...


def options(labels: dict[str, str], cost: int | None = None) -> list[Option]:
    return [
        Option(id=one, label=label, text_sha256=text_sha256(label), cost=cost)
        for one, label in labels.items()
    ]


_THREE = {"a": "Ada Moss", "b": "Ben Tal", "c": "Cleo Okafor"}

RULES = {
    "yes_no": PollRule(method="yes_no", quorum="1/10", majority="1/2"),
    "approval": PollRule(method="approval", quorum="1/10", seats=2),
    "schulze": PollRule(method="schulze", quorum="1/10", majority="1/2", default="further"),
    "stv": PollRule(method="stv", quorum="1/10", seats=2),
    "equal_shares": PollRule(method="equal_shares", quorum="1/10", budget=7000, currency="EUR"),
}
OPTIONS = {
    "yes_no": options({"yes": "In favour", "no": "Against", "abstain": "Neither"}),
    "approval": options(_THREE),
    "schulze": options({**_THREE, "further": "Further discussion"}),
    "stv": options(_THREE),
    "equal_shares": options(_THREE, cost=3000),
}
BALLOTS: dict[str, list[list[str]]] = {
    "yes_no": [["yes"], ["yes"], ["yes"], ["no"], ["abstain"]],
    "approval": [["a", "b"], ["a"], ["b", "c"], ["abstain"], ["a"]],
    "schulze": [["a", "b=c"], ["b", "a"], ["a", "further"], ["c", "a", "b"], ["abstain"]],
    "stv": [["a"], ["a", "b"], ["a", "b"], ["b", "c"], ["abstain"]],
    "equal_shares": [["a", "b"], ["a", "b"], ["a"], ["c"], ["abstain"]],
}
