"""The bytes of voting: one way to write each ballot, and signatures that hold or do not."""

from __future__ import annotations

import base64
import copy
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from governance.record.canonical import canonical_bytes
from governance.voting import ballots, keys
from governance.voting.ballots import Malformed, Receipt
from governance.voting.voter import NotAsPromised, Voter
from tests.governance.voting.conftest import PaperPoll

# The suite puts ready-made keys in its place.
NEW_ISSUER = keys.new_issuer


def test_an_issuer_key_has_3072_bits_and_is_new_each_time(paper: PaperPoll) -> None:
    one, two = NEW_ISSUER(), NEW_ISSUER()
    assert one.key_size == 3072
    assert one.public_key() != two.public_key()


def test_a_ballot_is_read_as_it_was_written(paper: PaperPoll) -> None:
    written = paper.cast("yes")
    signed = ballots.parse(written)
    assert signed.as_json() == written
    assert ballots.token_is_issued(signed.ballot, paper.manifest.issuers)
    assert ballots.proof_holds(signed)


def test_sorted_keys_are_canonical_json_for_a_ballot(paper: PaperPoll) -> None:
    """What the browser relies on: ASCII strings, small integers, lists and objects."""
    ballot = paper.cast("no")["ballot"]
    plain = json.dumps(ballot, sort_keys=True, separators=(",", ":"))
    assert (
        plain.encode()
        == canonical_bytes(ballot)
        == ballots.parse(
            {"ballot": ballot, "proof": base64.b64encode(bytes(64)).decode()}
        ).ballot.signed_bytes
    )


def test_the_hash_covers_choice_sequence_and_salt(paper: PaperPoll) -> None:
    ballot = ballots.parse(paper.cast("yes")).ballot
    others = [
        replace(ballot, choices=("no",)),
        replace(ballot, sequence=2),
        replace(ballot, salt=bytes(32)),
        replace(ballot, poll="0" * 8 + ballot.poll[8:]),
    ]
    assert len({one.hash for one in [ballot, *others]}) == 5


def at(path: str) -> Callable[[dict[str, Any], Any], dict[str, Any]]:
    """Put a value at ``path`` ("ballot.signatures.0.prefix") of a copy of a ballot."""

    def put(written: dict[str, Any], value: Any) -> dict[str, Any]:
        changed = copy.deepcopy(written)
        inner: Any = changed
        *way, last = [int(one) if one.isdigit() else one for one in path.split(".")]
        for one in way:
            inner = inner[one]
        inner[last] = value
        return changed

    return put


FIELDS = [
    *("ballot", "proof", "ballot.poll", "ballot.token", "ballot.signatures", "ballot.sequence"),
    *("ballot.choices", "ballot.salt", "ballot.signatures.0", "ballot.signatures.0.issuer"),
    *("ballot.signatures.0.prefix", "ballot.signatures.0.signature", "ballot.choices.0"),
]
JUNK: list[Any] = [
    *(None, True, 0, -1, 100, 1.5, 10**30, "", "x", "\x00", "\ud800", "é", "=" * 88),
    *([], [[]], {}, {"a": 1}, [None], ["yes", 3], "A" * 5000),
]


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("junk", JUNK, ids=repr)
def test_junk_in_any_field_is_malformed(paper: PaperPoll, field: str, junk: Any) -> None:
    if field == "ballot.choices.0" and junk == "x":
        return
    with pytest.raises(Malformed):
        ballots.parse(at(field)(paper.written, junk))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(json_values)
def test_whatever_json_holds_is_a_ballot_or_malformed(value: Any) -> None:
    with pytest.raises(Malformed):
        ballots.parse(value)


@pytest.mark.parametrize("missing", ["poll", "token", "signatures", "sequence", "choices", "salt"])
def test_every_field_is_needed(paper: PaperPoll, missing: str) -> None:
    written = copy.deepcopy(paper.written)
    del written["ballot"][missing]
    with pytest.raises(Malformed):
        ballots.parse(written)


def test_a_field_more_is_malformed(paper: PaperPoll) -> None:
    with pytest.raises(Malformed):
        ballots.parse(at("ballot.comment")(paper.written, "hello"))


def test_base64_has_one_way_to_write_bytes(paper: PaperPoll) -> None:
    """Else one token could be written in two ways, and vote twice."""
    token = paper.written["ballot"]["token"]
    # 65 bytes leave two unused bits in the last character.
    digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    twin = token[:-2] + digits[digits.index(token[-2]) ^ 1] + token[-1]
    assert base64.b64decode(twin) == base64.b64decode(token)
    for other in (twin, token + "\n", " " + token, token.rstrip("="), token[:8] + "\n" + token[8:]):
        with pytest.raises(Malformed):
            ballots.parse(at("ballot.token")(paper.written, other))


@pytest.mark.parametrize(
    "point",
    [
        b"\x04" + bytes(64),
        b"\x04" + b"\xff" * 64,
        b"\x02" + bytes(64),
        b"\x06" + b"\x01" * 64,
        bytes(65),
    ],
    ids=["zero", "beyond the field", "compressed", "hybrid", "infinity"],
)
def test_a_token_is_an_uncompressed_point_of_the_curve(paper: PaperPoll, point: bytes) -> None:
    with pytest.raises(Malformed):
        ballots.parse(at("ballot.token")(paper.written, base64.b64encode(point).decode()))


def test_another_issuers_signature_does_not_make_a_token(
    paper: PaperPoll, other_paper: PaperPoll
) -> None:
    ballot = ballots.parse(other_paper.cast("yes")).ballot
    assert not ballots.token_is_issued(ballot, paper.manifest.issuers)
    [signature] = ballot.signatures
    renamed = replace(signature, issuer=next(iter(paper.manifest.issuers)))
    assert not ballots.token_is_issued(
        replace(ballot, signatures=(renamed,)), paper.manifest.issuers
    )


def test_every_issuer_signs_once(paper: PaperPoll) -> None:
    ballot = ballots.parse(paper.written).ballot
    for signatures in ((), ballot.signatures * 2):
        twisted = replace(ballot, signatures=signatures)
        assert not ballots.token_is_issued(twisted, paper.manifest.issuers)


def test_a_signature_is_for_one_token_and_prefix(paper: PaperPoll) -> None:
    ballot = ballots.parse(paper.written).ballot
    [signature] = ballot.signatures
    moved = replace(signature, prefix=bytes(32))
    assert not ballots.token_is_issued(replace(ballot, signatures=(moved,)), paper.manifest.issuers)
    stolen = replace(ballot, token=Voter(paper.document).token)
    assert not ballots.token_is_issued(stolen, paper.manifest.issuers)


@pytest.mark.parametrize("field", ["ballot.sequence", "ballot.choices", "ballot.salt"])
def test_the_proof_covers_the_whole_ballot(paper: PaperPoll, field: str) -> None:
    other = {"sequence": 7, "choices": ["no"], "salt": base64.b64encode(bytes(32)).decode()}
    changed = at(field)(paper.written, other[field.removeprefix("ballot.")])
    assert not ballots.proof_holds(ballots.parse(changed))


def test_degenerate_proofs_do_not_hold(paper: PaperPoll) -> None:
    signed = ballots.parse(paper.written)
    for proof in (bytes(64), b"\xff" * 64, bytes(32) + signed.proof[32:]):
        assert not ballots.proof_holds(replace(signed, proof=proof))


def test_a_receipt_is_for_one_ballot_of_one_poll(paper: PaperPoll) -> None:
    written = paper.cast("yes")
    ballot = ballots.parse(written).ballot
    receipt = ballots.make_receipt(paper.receipt_key, poll=ballot.poll, ballot=ballot.hash)
    voter = Voter(paper.document)
    voter.check_receipt(written, receipt)
    assert ballots.read_receipt(receipt.as_json()) == receipt
    another = ballots.make_receipt(paper.receipt_key, poll=ballot.poll, ballot="0" * 64)
    forged = ballots.make_receipt(
        ec.generate_private_key(ec.SECP256R1()), poll=ballot.poll, ballot=ballot.hash
    )
    for wrong in (another, forged, replace(receipt, poll="0" * 8 + ballot.poll[8:])):
        with pytest.raises(NotAsPromised):
            voter.check_receipt(written, wrong)


@pytest.mark.parametrize("junk", JUNK, ids=repr)
def test_junk_is_no_receipt(junk: Any) -> None:
    with pytest.raises(Malformed):
        ballots.read_receipt(junk)
    honest = Receipt("0" * 8 + "-0000-0000-0000-" + "0" * 12, "0" * 64, bytes(64)).as_json()
    with pytest.raises(Malformed):
        ballots.read_receipt(honest | {"signature": junk})


def test_a_voter_takes_no_signature_but_the_issuers(
    paper: PaperPoll, other_paper: PaperPoll
) -> None:
    voter = Voter(paper.document)
    with pytest.raises(NotAsPromised):
        voter.take(other_paper.sign(Voter(other_paper.document).blinded))
    with pytest.raises(NotAsPromised):
        voter.take(b"")
    voter.take(paper.sign(voter.blinded))
