"""Whatever is done to the published files is found and named."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from governance.voting import ballots, bundle
from governance.voting.recount import recount
from tests.governance.voting.conftest import PaperPoll

Document = dict[str, Any]


class Published:
    """What is published of a poll in which five voted and one of them changed their mind."""

    def __init__(self, paper: PaperPoll) -> None:
        self.paper = paper
        self.undecided = paper.voter()
        written = [
            *(paper.cast("yes"), paper.cast("yes"), paper.cast("no"), paper.cast("abstain")),
            *(self.undecided.ballot("no"), self.undecided.ballot("yes")),
        ]
        signed = [ballots.parse(one) for one in written]
        self.bundle: Document = bundle.build(
            paper.manifest, signed, issued=6, seed=bytes(range(32))
        )
        self.manifest: Document = copy.deepcopy(paper.document)
        self.result: Document = bundle.result(paper.manifest, signed, issued=6, seed=paper.seed)
        self.committed = [one.ballot.hash for one in signed]

    @property
    def entries(self) -> list[Document]:
        entries: list[Document] = self.bundle["ballots"]
        return entries

    def rehash(self, entry: Document) -> None:
        """Give an entry the hash of what it holds now, and put it in its place."""
        entry["hash"] = ballots.parse(
            {"ballot": entry["ballot"], "proof": entry["proof"]}
        ).ballot.hash
        self.entries.sort(key=lambda one: str(one["hash"]))

    def add(self, written: Document) -> None:
        entry = {"hash": "", "superseded": False, **copy.deepcopy(written)}
        self.entries.append(entry)
        self.rehash(entry)

    def faults(self) -> set[str]:
        checked = recount(
            self.bundle,
            self.manifest,
            manifest_sha256=self.paper.manifest.sha256,
            committed=self.committed,
            recorded_result=self.result,
        )
        return {fault.code for fault in checked.faults}


@pytest.fixture
def published(paper: PaperPoll) -> Published:
    return Published(paper)


def test_what_was_published_honestly_holds(published: Published) -> None:
    checked = recount(published.bundle, published.manifest)
    assert checked.holds
    assert checked.result == published.result
    assert published.faults() == set()


def test_the_last_ballot_of_a_token_counts(published: Published) -> None:
    assert published.result["counts"] == {"yes": 3, "no": 1, "abstain": 1}
    assert published.result["cast"] == 5
    assert len(published.entries) == 6
    assert [one["superseded"] for one in published.entries].count(True) == 1


def test_the_bundle_is_the_same_in_whatever_order_ballots_came(published: Published) -> None:
    signed = [
        ballots.parse({"ballot": one["ballot"], "proof": one["proof"]})
        for one in reversed(published.entries)
    ]
    paper = published.paper
    assert bundle.build(paper.manifest, signed, issued=6, seed=paper.seed) == published.bundle


Tamper = Callable[[Published, PaperPoll], None]


def drop(published: Published, other: PaperPoll) -> None:
    del published.entries[0]


def drop_the_superseding(published: Published, other: PaperPoll) -> None:
    [last] = [one for one in published.entries if one["ballot"]["sequence"] == 2]
    published.entries.remove(last)


def add_an_honest_one(published: Published, other: PaperPoll) -> None:
    published.add(published.paper.cast("no"))


def add_from_another_poll(published: Published, other: PaperPoll) -> None:
    published.add(other.cast("no"))


def add_moved_from_another_poll(published: Published, other: PaperPoll) -> None:
    written = other.cast("no")
    written["ballot"]["poll"] = published.manifest["poll"]
    published.add(written)


def change_the_choice(published: Published, other: PaperPoll) -> None:
    [entry] = [one for one in published.entries if one["ballot"]["choices"] == ["abstain"]]
    entry["ballot"]["choices"] = ["no"]


def change_the_choice_and_hash(published: Published, other: PaperPoll) -> None:
    [entry] = [one for one in published.entries if one["ballot"]["choices"] == ["abstain"]]
    entry["ballot"]["choices"] = ["no"]
    published.rehash(entry)


def choose_what_is_not_there(published: Published, other: PaperPoll) -> None:
    published.add(published.paper.voter().ballot("perhaps"))


def swap_proofs(published: Published, other: PaperPoll) -> None:
    first, second, *_rest = published.entries
    first["proof"], second["proof"] = second["proof"], first["proof"]


def duplicate(published: Published, other: PaperPoll) -> None:
    published.entries.insert(0, copy.deepcopy(published.entries[0]))


def resign_with_another_token(published: Published, other: PaperPoll) -> None:
    stranger = other.voter()
    published.add(
        {
            **stranger.ballot("no"),
            "ballot": stranger.ballot("no")["ballot"] | {"poll": published.manifest["poll"]},
        }
    )


def use_a_sequence_twice(published: Published, other: PaperPoll) -> None:
    published.add(published.undecided.ballot("no", sequence=2))


def reorder(published: Published, other: PaperPoll) -> None:
    published.entries.reverse()


def mark_another_superseded(published: Published, other: PaperPoll) -> None:
    for entry in published.entries:
        if entry["ballot"]["sequence"] == 2:
            entry["superseded"] = True
        elif entry["superseded"]:
            entry["superseded"] = False


def claim_fewer_issued(published: Published, other: PaperPoll) -> None:
    published.bundle["issued"] = 4


def claim_more_issued_than_on_the_roll(published: Published, other: PaperPoll) -> None:
    published.bundle["issued"] = 11


def lose_the_count_of_issued(published: Published, other: PaperPoll) -> None:
    del published.bundle["issued"]


def alter_the_seed(published: Published, other: PaperPoll) -> None:
    published.bundle["seed"] = "00" * 32


def garble_the_seed(published: Published, other: PaperPoll) -> None:
    published.bundle["seed"] = 7


def alter_the_quorum(published: Published, other: PaperPoll) -> None:
    published.manifest["rule"]["quorum"] = "0/1"


def alter_the_roll(published: Published, other: PaperPoll) -> None:
    published.manifest["roll"]["root"] = "11" * 32


def bring_another_manifest(published: Published, other: PaperPoll) -> None:
    published.manifest = other.document


def garble_the_manifest(published: Published, other: PaperPoll) -> None:
    published.manifest = {"type": "PollManifest"}


def announce_another_result(published: Published, other: PaperPoll) -> None:
    published.result = published.result | {"outcome": "rejected"}


def garble_a_ballot(published: Published, other: PaperPoll) -> None:
    published.entries[0]["ballot"] = "yes"


def garble_an_entry(published: Published, other: PaperPoll) -> None:
    published.bundle["ballots"][0] = None


def garble_the_bundle(published: Published, other: PaperPoll) -> None:
    published.bundle = {"ballots": None}


@pytest.mark.parametrize(
    ("tamper", "named"),
    [
        (drop, "ballot-dropped"),
        (drop_the_superseding, "superseded-wrong"),
        (add_an_honest_one, "ballot-added"),
        (add_from_another_poll, "ballot-of-another-poll"),
        (add_moved_from_another_poll, "proof-wrong"),
        (add_moved_from_another_poll, "token-not-issued"),
        (change_the_choice, "hash-wrong"),
        (change_the_choice_and_hash, "proof-wrong"),
        (choose_what_is_not_there, "unknown-choice"),
        (swap_proofs, "proof-wrong"),
        (duplicate, "ballot-twice"),
        (resign_with_another_token, "token-not-issued"),
        (use_a_sequence_twice, "sequence-twice"),
        (reorder, "order-wrong"),
        (mark_another_superseded, "superseded-wrong"),
        (claim_fewer_issued, "more-than-issued"),
        (claim_more_issued_than_on_the_roll, "more-than-roll"),
        (lose_the_count_of_issued, "issued-unreadable"),
        (alter_the_seed, "seed-altered"),
        (garble_the_seed, "seed-altered"),
        (alter_the_quorum, "manifest-altered"),
        (alter_the_quorum, "other-poll"),
        (alter_the_roll, "manifest-altered"),
        (bring_another_manifest, "other-poll"),
        (garble_the_manifest, "manifest-unreadable"),
        (announce_another_result, "result-differs"),
        (garble_a_ballot, "ballot-malformed"),
        (garble_an_entry, "ballot-malformed"),
        (garble_the_bundle, "bundle-unreadable"),
    ],
    ids=lambda one: getattr(one, "__name__", one),
)
def test_tampering_is_named(
    published: Published, other_paper: PaperPoll, tamper: Tamper, named: str
) -> None:
    tamper(published, other_paper)
    assert named in published.faults()


def values(document: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in a JSON value: what holds it, and under which key or index."""
    if isinstance(document, dict | list):
        for key, inner in document.items() if isinstance(document, dict) else enumerate(document):
            yield document, key
            yield from values(inner)


@pytest.mark.parametrize("which", ["bundle", "manifest"])
def test_no_single_value_can_be_replaced_unseen(published: Published, which: str) -> None:
    """Every leaf and branch of both files, put out one after another."""
    document = getattr(published, which)
    places = list(values(document))
    assert len(places) > 25
    for holder, key in places[:120]:
        kept = holder[key]
        holder[key] = [] if kept != [] else {}
        assert published.faults(), f"{key} was replaced unseen"
        holder[key] = kept
    assert published.faults() == set()
