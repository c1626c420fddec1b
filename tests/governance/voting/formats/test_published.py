"""Our own files: which ballots count, what the manifest lays down, and the lot's root."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from governance.record.merkle import leaf_hash, node_hash
from governance.voting.formats import published
from governance.voting.formats.reading import BadFile
from governance.voting.tally.conduct import conduct
from governance.voting.tally.election import Terms
from tests.governance.voting.tally.profiles import approve, read

POLL = "7d444840-9dc0-11d1-b245-5ffdce74fad2"


def manifest(method: str, *options: str, **rule: Any) -> dict[str, Any]:
    return {
        "type": "PollManifest",
        "poll": POLL,
        "method": method,
        "options": [{"id": option, "textSha256": "0" * 64} for option in options],
        "rule": {"quorum": "1/4", "majority": "1/2"} | rule,
        "roll": {"size": 10},
    }


def ballots(*choices: list[str], token: str = "") -> dict[str, Any]:
    entries = [
        {
            "hash": f"{at:064x}",
            "ballot": {"token": token or f"t{at}", "sequence": at, "choices": chosen},
        }
        for at, chosen in enumerate(choices, 1)
    ]
    return {"type": "PollBallots", "poll": POLL, "seed": "0f" * 32, "ballots": entries}


def test_a_yes_no_poll_brings_roll_quorum_and_seed() -> None:
    election = published.read(
        ballots(["yes"], ["yes"], ["yes"], ["no"]), manifest("yes_no", "yes", "no", "abstain")
    )
    assert election.terms.quorum == 3
    assert election.terms.seed == bytes.fromhex("0f" * 32)
    counted = conduct(election, "yes_no", Terms())
    assert (counted.count.outcome, counted.count.winners) == ("adopted", ("yes",))
    assert conduct(election, "yes_no", Terms(quorum=4)).count.outcome == "no_quorum"


def test_rankings_and_an_explicit_abstention() -> None:
    election = published.read(
        ballots(["b", "a"], ["a"], ["abstain"]), manifest("schulze", "a", "b", default="b")
    )
    assert election.rankings == read("1 b>a", "1 a", "1 ")
    assert election.terms.default == "b"


def test_approvals_with_costs() -> None:
    poll = manifest("equal_shares", "a", "b", budget=100)
    for option, cost in zip(poll["options"], (60, 40), strict=True):
        option["cost"] = cost
    election = published.read(ballots(["a", "b"], ["a"], ["a", "b"]), poll)
    assert election.approvals == approve("2 a,b", "1 a")
    assert conduct(election, "equal_shares", Terms()).count.winners == ("a", "b")


def test_the_highest_sequence_of_a_token_counts() -> None:
    election = published.read(
        ballots(["a"], ["b"], ["a", "b"], token="one"), manifest("stv", "a", "b", seats=1)
    )
    assert election.rankings == read("1 a>b")
    assert election.terms.seats == 1


def test_the_root_is_over_all_published_hashes_in_order() -> None:
    document = ballots(["a"], ["b"], ["a"])
    leaves = [leaf_hash(at.to_bytes(32, "big")) for at in (1, 2, 3)]
    root = node_hash(node_hash(leaves[0], leaves[1]), leaves[2])
    poll = manifest("approval", "a", "b")
    assert published.read(document, poll).root == root
    document["ballots"].reverse()
    assert published.read(document, poll).root == root


def broken(**changes: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    document, poll = ballots(["a"]), manifest("approval", "a")
    document |= copy.deepcopy(changes)
    return document, poll


@pytest.mark.parametrize(
    ("document", "poll", "reason"),
    [
        (*broken(type="Other"), "not the published files"),
        (*broken(poll="other"), "of different polls"),
        (*broken(seed="xx"), "not the published files"),
        (*broken(ballots=None), "not the published files"),
        (*broken(ballots=[{}]), "not the published files"),
        ([], {}, "not the published files"),
        (ballots(["c"]), manifest("approval", "a"), "chooses what it cannot"),
        (ballots(["a", "a"]), manifest("approval", "a"), "chooses what it cannot"),
    ],
)
def test_what_is_not_ours_is_refused(document: Any, poll: Any, reason: str) -> None:
    with pytest.raises(BadFile, match=reason) as bad:
        published.read(document, poll)
    assert bad.value.line is None
