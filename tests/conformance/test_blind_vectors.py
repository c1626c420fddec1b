"""Blind signatures against the vectors of RFC 9474, Appendix A, in both directions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from Crypto.Math.Numbers import Integer
from cryptography.hazmat.primitives.asymmetric import rsa

from governance.voting import blind

pytestmark = pytest.mark.vectors

PSS = ("RSABSSA-SHA384-PSS-Randomized", "RSABSSA-SHA384-PSS-Deterministic")
PSS_ZERO = ("RSABSSA-SHA384-PSSZERO-Randomized", "RSABSSA-SHA384-PSSZERO-Deterministic")


@pytest.fixture
def vector(request: pytest.FixtureRequest, vectors: Path) -> dict[str, Any]:
    rows = json.loads((vectors / "rfc9474/test_vectors_rfc9474.json").read_text())
    [found] = [row for row in rows if row["name"] == request.param]
    assert isinstance(found, dict)
    return found


def number(written: str) -> int:
    return int(written.removeprefix("0x"), 16)


def octets(written: str) -> bytes:
    digits = written.removeprefix("0x")
    return bytes.fromhex(digits.zfill(len(digits) + len(digits) % 2))


def issuer(vector: dict[str, Any]) -> rsa.RSAPrivateKey:
    p, q, d, n, e = (number(vector[name]) for name in ("p", "q", "d", "n", "e"))
    return rsa.RSAPrivateNumbers(
        p, q, d, d % (p - 1), d % (q - 1), rsa.rsa_crt_iqmp(p, q), rsa.RSAPublicNumbers(e, n)
    ).private_key()


@pytest.mark.parametrize("vector", PSS, indirect=True)
def test_the_voter_blinds_as_the_vector_does(
    vector: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    key = issuer(vector).public_key()
    inverse = Integer(number(vector["inv"]))
    factor = inverse.inverse(Integer(number(vector["n"])))
    monkeypatch.setattr(blind, "_blinding_factor", lambda _modulus: (inverse, factor))
    monkeypatch.setattr("secrets.token_bytes", lambda _length: octets(vector["salt"]))
    made = blind.blind(octets(vector["input_msg"]), key)
    assert made.message.hex() == vector["blinded_msg"]
    assert int.from_bytes(made.inverse, "big") == number(vector["inv"])


@pytest.mark.parametrize("vector", PSS + PSS_ZERO, indirect=True)
def test_the_issuer_signs_as_the_vector_does(vector: dict[str, Any]) -> None:
    signed = blind.sign(octets(vector["blinded_msg"]), issuer(vector))
    assert signed.hex() == vector["blind_sig"]


@pytest.mark.parametrize("vector", PSS, indirect=True)
def test_the_voter_uncovers_the_vectors_signature(vector: dict[str, Any]) -> None:
    key = issuer(vector).public_key()
    message = octets(vector["input_msg"])
    signature = blind.finalize(
        message, octets(vector["blind_sig"]), number(vector["inv"]).to_bytes(512, "big"), key
    )
    assert signature.hex() == vector["sig"]
    assert blind.holds(message, signature, key)
    assert not blind.holds(message + b"\x00", signature, key)


@pytest.mark.parametrize("vector", PSS[:1], indirect=True)
@pytest.mark.parametrize("place", [0, 255, 511])
def test_an_altered_answer_is_no_signature(vector: dict[str, Any], place: int) -> None:
    altered = bytearray(octets(vector["blind_sig"]))
    altered[place] ^= 1
    with pytest.raises(blind.BlindingFailed):
        blind.finalize(
            octets(vector["input_msg"]),
            bytes(altered),
            number(vector["inv"]).to_bytes(512, "big"),
            issuer(vector).public_key(),
        )
