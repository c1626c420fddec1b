"""Blind signatures: any token, any key of a poll, and what the issuer can tell: nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.voting import blind
from tests.governance.voting.conftest import PaperPoll


@given(message=st.binary(max_size=200))
def test_what_was_signed_unread_holds_for_the_message(paper: PaperPoll, message: bytes) -> None:
    public = paper.issuer.public_key()
    made = blind.blind(message, public)
    answer = blind.sign(made.message, paper.issuer)
    signature = blind.finalize(message, answer, made.inverse, public)
    assert blind.holds(message, signature, public)
    assert not blind.holds(message + b"x", signature, public)


def test_the_same_message_is_never_blinded_alike_and_always_answered_alike(
    paper: PaperPoll,
) -> None:
    public = paper.issuer.public_key()
    one, two = blind.blind(b"token", public), blind.blind(b"token", public)
    assert one.message != two.message
    assert blind.sign(one.message, paper.issuer) == blind.sign(one.message, paper.issuer)


def test_each_blinded_message_could_hide_each_token(paper: PaperPoll) -> None:
    """What the issuer saw fits every signature it meets later, by some inverse."""
    public = paper.issuer.public_key()
    modulus = public.public_numbers().n
    seen = [blind.blind(token, public) for token in (b"ada", b"ben", b"cem")]
    answers = [blind.sign(one.message, paper.issuer) for one in seen]
    signatures = [
        blind.finalize(token, answer, one.inverse, public)
        for token, answer, one in zip((b"ada", b"ben", b"cem"), answers, seen, strict=True)
    ]
    for answer in answers:
        for token, signature in zip((b"ada", b"ben", b"cem"), signatures, strict=True):
            fitting = (
                int.from_bytes(signature, "big")
                * pow(int.from_bytes(answer, "big"), -1, modulus)
                % modulus
            )
            again = blind.finalize(token, answer, fitting.to_bytes(384, "big"), public)
            assert again == signature


@pytest.mark.parametrize("junk", [b"", bytes(383), bytes(385), b"\xff" * 384])
def test_nothing_is_signed_or_uncovered_that_does_not_fit_the_key(
    paper: PaperPoll, junk: bytes
) -> None:
    public = paper.issuer.public_key()
    assert not blind.fits(junk, public)
    with pytest.raises(blind.BlindingFailed):
        blind.sign(junk, paper.issuer)
    with pytest.raises(blind.BlindingFailed):
        blind.finalize(b"token", junk, bytes(384), public)


def test_another_keys_answer_uncovers_nothing(paper: PaperPoll, other_paper: PaperPoll) -> None:
    public = paper.issuer.public_key()
    made = blind.blind(b"token", public)
    # A number that fits both keys.
    answer = blind.sign(bytes(192) + made.message[192:], other_paper.issuer)
    answer = bytes(1) + answer[1:]
    with pytest.raises(blind.BlindingFailed):
        blind.finalize(b"token", answer, made.inverse, public)


def test_a_faulty_signature_never_leaves(paper: PaperPoll, monkeypatch: pytest.MonkeyPatch) -> None:
    """One faulty signature of an RSA key computed by remainders would give the key away."""
    made = blind.blind(b"token", paper.issuer.public_key())
    monkeypatch.setattr(
        "Crypto.PublicKey.RSA.RsaKey._decrypt_to_bytes", lambda _key, _number: bytes(383) + b"\x02"
    )
    with pytest.raises(blind.BlindingFailed, match="does not verify"):
        blind.sign(made.message, paper.issuer)
