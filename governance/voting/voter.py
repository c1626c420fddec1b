"""A voter's side of the protocol, for tests, the demo and whoever votes by a program of their own.

It does what the ballot page does in the browser. Pure: whoever uses it carries the messages. ::

    voter = Voter(manifest)                        # the poll's manifest, as published
    answer = ...ask the poll's issue endpoint to sign voter.blinded, signed in...
    voter.take(answer)
    ballot = voter.ballot("yes")                   # post this to its cast endpoint, signed out
    voter.check_receipt(ballot, receipt)           # keep the receipt
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from governance.voting import ballots, blind
from governance.voting.ballots import Ballot, Receipt, SignedBallot, TokenSignature
from governance.voting.manifest import read


class NotAsPromised(Exception):
    """What the server answered does not verify: it is not a signature or a receipt of this poll."""


class Voter:
    """One voter in one poll: a fresh key, and the ballots signed with it.

    ``manifest`` is the poll's manifest as a JSON value. Raises ``ManifestInvalid`` for anything
    else.
    """

    def __init__(self, manifest: Mapping[str, Any]) -> None:
        self.manifest = read(manifest)
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._prefix = secrets.token_bytes(ballots.PREFIX_BYTES)
        self._signatures: tuple[TokenSignature, ...] = ()
        self._sequence = 0
        self.token = ballots.token_of(self._key.public_key())
        self._prepared = ballots.prepare(self.token, self._prefix)
        # A second issuer would have a blinded message of its own; there is one.
        [(self._issuer, self._issuer_key)] = self.manifest.issuers.items()
        self._blinded = blind.blind(self._prepared, self._issuer_key)

    @property
    def blinded(self) -> bytes:
        """The message to have signed while signed in: the issuer cannot tell the token from it."""
        return self._blinded.message

    def take(self, blind_signature: bytes) -> None:
        """Uncover the issuer's signature over the token. Raises ``NotAsPromised`` for none."""
        try:
            signature = blind.finalize(
                self._prepared, blind_signature, self._blinded.inverse, self._issuer_key
            )
        except blind.BlindingFailed as failed:
            raise NotAsPromised(f"the issuer did not sign the token: {failed}") from failed
        self._signatures = (TokenSignature(self._issuer, self._prefix, signature),)

    def ballot(self, *choices: str, sequence: int | None = None) -> dict[str, Any]:
        """A ballot for ``choices``, signed, as the JSON to cast; it supersedes this voter's last.

        ``sequence`` is the next one unless it is given.
        """
        self._sequence = sequence or self._sequence + 1
        ballot = Ballot(
            poll=self.manifest.poll,
            token=self.token,
            signatures=self._signatures,
            sequence=self._sequence,
            choices=choices,
            salt=secrets.token_bytes(ballots.SALT_BYTES),
        )
        proof = ballots.ecdsa_sign(self._key, ballot.signed_bytes)
        return SignedBallot(ballot, proof).as_json()

    def check_receipt(self, ballot: Mapping[str, Any], receipt: Receipt) -> None:
        """Raises ``NotAsPromised`` unless ``receipt`` promises, signed, to include ``ballot``."""
        if receipt.ballot != ballots.parse(dict(ballot)).ballot.hash:
            raise NotAsPromised("the receipt is for another ballot")
        if receipt.poll != self.manifest.poll:
            raise NotAsPromised("the receipt is for another poll")
        if not ballots.receipt_holds(receipt, self.manifest.receipt_key):
            raise NotAsPromised("the receipt is not signed by this poll's receipt key")
