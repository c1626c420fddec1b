"""What the page of a closed poll shows: the picture of its method, ties, and files to take away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import reverse

from governance.voting import exports, lots, reads, words
from governance.voting.chart import bars, duels, flow
from governance.voting.models import Poll
from governance.voting.rule import APPROVAL, EQUAL_SHARES, SCHULZE, STV, YES_NO


def context(shown: Poll) -> dict[str, Any]:
    """What the page of a closed poll shows of how it ended."""
    result = shown.result or {}
    labels = words.labels_of(shown)
    found: dict[str, Any] = {
        "result": result,
        "commitments": shown.commitments.order_by("at", "pk"),
        "verify_command": reads.verify_command(shown),
        "objections": reads.objections(shown),
        "picture": f"voting/_picture_{shown.method}.html",
        "exports": _exports(shown),
        "ties": [words.tie(one, labels) for one in result.get("ties", [])],
    }
    broken = [*result.get("ties", []), *result.get("greedy", {}).get("ties", [])]
    if drawn := words.drawn(broken):
        lot = lots.lot_of(shown)
        found["lot"] = lot
        found["drawn"] = [(labels[one], one, lot.number(one).hex()) for one in lot.order(drawn)]
    return found | _PICTURES[shown.method](shown, result, labels)


def _exports(shown: Poll) -> list[dict[str, str]]:
    options = [option["id"] for option in shown.options]
    needed = shown.rule.needed(shown.roll_size or 0)
    return [
        {
            "ending": ending,
            "url": reverse("poll-export", args=[shown.pk, ending]),
            "command": exports.command(shown.rule, options, ending, needed),
        }
        for ending in exports.ENDINGS[shown.method]
    ]


def _yes_no(shown: Poll, result: dict[str, Any], labels: dict[str, str]) -> dict[str, Any]:
    quorum, majority = result["explanation"]
    drawn = bars.bars(result["counts"], labels, needed=quorum["needed"])
    return {"quorum": quorum, "majority": majority, "bars": drawn}


def _approval(shown: Poll, result: dict[str, Any], labels: dict[str, str]) -> dict[str, Any]:
    drawn = bars.approval_bars(result, labels)
    return {
        "bars": drawn,
        "met": sum(row["quorumMet"] for row in result["rounds"]),
        "expressed": result["cast"] - result["abstained"],
    }


def _schulze(shown: Poll, result: dict[str, Any], labels: dict[str, str]) -> dict[str, Any]:
    return {"duels": duels.duels(result, labels)}


def _stv(shown: Poll, result: dict[str, Any], labels: dict[str, str]) -> dict[str, Any]:
    drawn = flow.flow(result, labels)
    table = [
        {"candidate": one, "votes": [stage.votes[at] for stage in drawn.stages]}
        for at, one in enumerate(drawn.candidates)
    ]
    return {"flow": drawn, "table": table}


def _equal_shares(shown: Poll, result: dict[str, Any], labels: dict[str, str]) -> dict[str, Any]:
    return {
        "money": words.money_of(shown),
        "greedy_ties": [words.tie(one, labels) for one in result["greedy"]["ties"]],
    }


_PICTURES: dict[str, Callable[[Poll, dict[str, Any], dict[str, str]], dict[str, Any]]] = {
    YES_NO: _yes_no,
    APPROVAL: _approval,
    SCHULZE: _schulze,
    STV: _stv,
    EQUAL_SHARES: _equal_shares,
}
