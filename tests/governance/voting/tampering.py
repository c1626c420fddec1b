"""Whatever somebody could do to what is published of a poll: one set for every verifier.

``recount`` and the program of the page in the browser are both held to it, so that each names each
kind of tampering by the same code.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable

from governance.record.merkle import leaf_hash
from governance.voting import ballots
from governance.voting.actions.life import _opened
from tests.governance.voting.conftest import PaperPoll
from tests.governance.voting.published_poll import Published, sha256, signed_of

Tamper = Callable[[Published, PaperPoll], None]


# Adding, dropping, changing, swapping, duplicating


def drop(published: Published, other: PaperPoll) -> None:
    del published.entries[0]


def drop_the_superseding(published: Published, other: PaperPoll) -> None:
    [last] = [one for one in published.entries if one["ballot"]["sequence"] == 2]
    published.entries.remove(last)


def add_an_honest_one(published: Published, other: PaperPoll) -> None:
    published.add(published.paper.cast(*published.kind.other))


def change_the_choice(published: Published, other: PaperPoll) -> None:
    published.named(["abstain"])["ballot"]["choices"] = published.kind.other


def change_the_choice_and_hash(published: Published, other: PaperPoll) -> None:
    entry = published.named(["abstain"])
    entry["ballot"]["choices"] = published.kind.other
    published.rehash(entry)


def choose_what_is_not_there(published: Published, other: PaperPoll) -> None:
    published.add(published.paper.voter().ballot("perhaps"))


def swap_proofs(published: Published, other: PaperPoll) -> None:
    first, second, *_rest = published.entries
    first["proof"], second["proof"] = second["proof"], first["proof"]


def swap_choices(published: Published, other: PaperPoll) -> None:
    first, second = published.named(["abstain"]), published.named(published.kind.ballots[0])
    one, two = first["ballot"], second["ballot"]
    one["choices"], two["choices"] = two["choices"], one["choices"]
    published.rehash(first)
    published.rehash(second)


def duplicate(published: Published, other: PaperPoll) -> None:
    published.entries.insert(0, copy.deepcopy(published.entries[0]))


def write_it_another_way(published: Published, other: PaperPoll) -> None:
    # The last character of the base64 holds bits that decoding drops.
    body = published.entries[0]["ballot"]
    body["salt"] = body["salt"][:-2] + chr(ord(body["salt"][-2]) + 1) + "="


# Other keys, other polls


def resign_with_another_token(published: Published, other: PaperPoll) -> None:
    stranger = other.voter()
    body = stranger.ballot(*published.kind.other)
    body["ballot"]["poll"] = published.manifest["poll"]
    published.add(body)


def resign_with_another_key(published: Published, other: PaperPoll) -> None:
    """A token of this poll, and a proof by somebody else's key."""
    entry = published.named(["abstain"])
    thief = published.paper.voter()
    thief._signatures = signed_of(entry).ballot.signatures
    body = thief.ballot(*published.kind.other)
    body["ballot"]["token"] = entry["ballot"]["token"]
    entry |= body
    published.rehash(entry)


def take_another_voters_token(published: Published, other: PaperPoll) -> None:
    """One's own key, under the issuer's signature on somebody else's token."""
    thief = published.paper.voter()
    thief._signatures = signed_of(published.named(["abstain"])).ballot.signatures
    published.add(thief.ballot(*published.kind.other))


def add_from_another_poll(published: Published, other: PaperPoll) -> None:
    published.add(other.cast(*published.kind.other))


def add_moved_from_another_poll(published: Published, other: PaperPoll) -> None:
    written = other.cast(*published.kind.other)
    written["ballot"]["poll"] = published.manifest["poll"]
    published.add(written)


def leave_out_the_issuer(published: Published, other: PaperPoll) -> None:
    entry = published.entries[0]
    entry["ballot"]["signatures"][0]["issuer"] = "00" * 32
    published.rehash(entry)


def use_a_sequence_twice(published: Published, other: PaperPoll) -> None:
    published.add(published.undecided.ballot(*published.kind.other, sequence=2))


# Order, marks and counts


def reorder(published: Published, other: PaperPoll) -> None:
    published.entries.reverse()


def mark_another_superseded(published: Published, other: PaperPoll) -> None:
    for entry in published.entries:
        if entry["ballot"]["sequence"] == 2:
            entry["superseded"] = True
        elif entry["superseded"]:
            entry["superseded"] = False


def mark_by_a_word(published: Published, other: PaperPoll) -> None:
    published.entries[0]["superseded"] = 0


def claim_fewer_issued(published: Published, other: PaperPoll) -> None:
    published.bundle["issued"] = 2


def claim_more_issued_than_on_the_roll(published: Published, other: PaperPoll) -> None:
    published.bundle["issued"] = 11


def lose_the_count_of_issued(published: Published, other: PaperPoll) -> None:
    del published.bundle["issued"]


def alter_the_seed(published: Published, other: PaperPoll) -> None:
    published.bundle["seed"] = "00" * 32


def garble_the_seed(published: Published, other: PaperPoll) -> None:
    published.bundle["seed"] = 7


# The manifest


def alter_the_quorum(published: Published, other: PaperPoll) -> None:
    published.manifest["rule"]["quorum"] = "9/10"


def alter_the_quorum_and_the_bundle(published: Published, other: PaperPoll) -> None:
    published.manifest["rule"]["quorum"] = "9/10"
    published.bundle["manifestSha256"] = sha256(published.manifest)


def alter_the_window(published: Published, other: PaperPoll) -> None:
    published.manifest["closesAt"] = "2027-01-01T00:00:00Z"


def alter_the_roll(published: Published, other: PaperPoll) -> None:
    published.manifest["roll"]["root"] = "11" * 32


def enlarge_the_roll(published: Published, other: PaperPoll) -> None:
    published.manifest["roll"]["size"] = 1000


def add_an_issuer(published: Published, other: PaperPoll) -> None:
    published.manifest["issuers"].append(other.document["issuers"][0])


def bring_another_manifest(published: Published, other: PaperPoll) -> None:
    published.manifest = other.document


def garble_the_manifest(published: Published, other: PaperPoll) -> None:
    published.manifest = {"type": "PollManifest"}


# What cannot be read


def garble_a_ballot(published: Published, other: PaperPoll) -> None:
    published.entries[0]["ballot"] = "yes"


def garble_a_token(published: Published, other: PaperPoll) -> None:
    published.entries[0]["ballot"]["token"] = ballots.to_base64(b"\x04" + bytes(64))


def garble_an_entry(published: Published, other: PaperPoll) -> None:
    published.bundle["ballots"][0] = None


def garble_the_bundle(published: Published, other: PaperPoll) -> None:
    published.bundle = {"ballots": None}


# The result


def announce_another_result(published: Published, other: PaperPoll) -> None:
    published.result["outcome"] = "rejected"


def announce_another_cast(published: Published, other: PaperPoll) -> None:
    published.result["cast"] += 1


# The record


def change_an_entry(published: Published, other: PaperPoll) -> None:
    named, data = published.record[1]
    published.record[1] = (named, data.replace(b'"hashes":["', b'"hashes":["0'))


def forget_a_commitment(published: Published, other: PaperPoll) -> None:
    del published.record[2]


def commit_twice(published: Published, other: PaperPoll) -> None:
    body = json.loads(published.record[1][1])
    again = {"poll": body["poll"], "hashes": [*body["hashes"], "ab" * 32]}
    published.record.append(published.entry("poll.ballots-committed", again))


def open_twice(published: Published, other: PaperPoll) -> None:
    again = _opened(published.manifest, "00" * 32)
    published.record.append(published.entry("poll.opened", again))


def forget_the_opening(published: Published, other: PaperPoll) -> None:
    del published.record[0]


def garble_a_commitment(published: Published, other: PaperPoll) -> None:
    poll = published.manifest["poll"]
    published.record[2] = published.entry("poll.ballots-committed", {"poll": poll, "hashes": "all"})


def spoil_an_entry(published: Published, other: PaperPoll) -> None:
    data = b'{ "type": "poll.opened" }'
    published.record.append((leaf_hash(data).hex(), data))


def forget_the_close(published: Published, other: PaperPoll) -> None:
    del published.record[-1]


def keep_the_keys(published: Published, other: PaperPoll) -> None:
    published.close(keysDestroyed=False)


def close_with_other_numbers(published: Published, other: PaperPoll) -> None:
    published.close(cast=published.result["cast"] - 1)


# What each is called at the least; whoever does it may fit the record's closing entry to it.
BY_A_BALLOT: list[tuple[Tamper, str]] = [
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
    (swap_choices, "proof-wrong"),
    (duplicate, "ballot-twice"),
    (write_it_another_way, "ballot-malformed"),
    (resign_with_another_token, "token-not-issued"),
    (resign_with_another_key, "proof-wrong"),
    (take_another_voters_token, "token-not-issued"),
    (leave_out_the_issuer, "token-not-issued"),
    (use_a_sequence_twice, "sequence-twice"),
    (reorder, "order-wrong"),
    (mark_another_superseded, "superseded-wrong"),
    (mark_by_a_word, "superseded-wrong"),
    (claim_fewer_issued, "more-than-issued"),
    (claim_more_issued_than_on_the_roll, "more-than-roll"),
    (lose_the_count_of_issued, "issued-unreadable"),
    (alter_the_seed, "seed-altered"),
    (garble_the_seed, "seed-altered"),
    (alter_the_quorum, "manifest-altered"),
    (alter_the_quorum, "other-poll"),
    (alter_the_quorum_and_the_bundle, "opened-differs"),
    (alter_the_window, "opened-differs"),
    (alter_the_roll, "roll-altered"),
    (enlarge_the_roll, "roll-altered"),
    (add_an_issuer, "token-not-issued"),
    (bring_another_manifest, "other-poll"),
    (garble_the_manifest, "manifest-unreadable"),
    (announce_another_result, "result-differs"),
    (announce_another_cast, "result-differs"),
    (garble_a_ballot, "ballot-malformed"),
    (garble_a_token, "ballot-malformed"),
    (garble_an_entry, "ballot-malformed"),
    (garble_the_bundle, "bundle-unreadable"),
]
BY_THE_RECORD: list[tuple[Tamper, str]] = [
    (drop, "bundle-altered"),
    (announce_another_result, "result-altered"),
    (change_an_entry, "record-altered"),
    (forget_a_commitment, "ballot-added"),
    (commit_twice, "committed-twice"),
    (commit_twice, "ballot-dropped"),
    (open_twice, "entry-twice"),
    (forget_the_opening, "opened-missing"),
    (garble_a_commitment, "record-unreadable"),
    (spoil_an_entry, "record-unreadable"),
    (forget_the_close, "closed-missing"),
    (keep_the_keys, "keys-kept"),
    (close_with_other_numbers, "closed-differs"),
]


def tampered(published: Published, other: PaperPoll, tamper: Tamper, *, covered: bool) -> Published:
    """A tampered copy; ``covered`` if the record's closing entry was fitted to it."""
    spoiled = published.copy()
    tamper(spoiled, other)
    if covered:
        spoiled.close()
    return spoiled
