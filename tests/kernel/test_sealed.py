"""What is sealed opens with our keys only, through every change of keys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_django import Settings

from kernel import sealed

Keys = Callable[..., None]


@pytest.fixture
def keys(tmp_path: Path, settings: Settings) -> Keys:
    """Use the keys of these names, newest first, making those that are not there."""

    def use(*names: str) -> None:
        for name in names:
            if not (tmp_path / name).exists():
                (tmp_path / name).write_bytes(sealed.new_key() + b"\n")
        settings.SEALING_KEYS = [str(tmp_path / name) for name in names]

    return use


def test_what_was_sealed_opens_again(keys: Keys) -> None:
    keys("first")
    box = sealed.seal(b"a secret")
    assert b"a secret" not in box
    assert sealed.unseal(box) == b"a secret"


def test_databases_may_hand_the_bytes_back_as_a_view(keys: Keys) -> None:
    keys("first")
    assert sealed.unseal(memoryview(sealed.seal(b"a secret"))) == b"a secret"  # type: ignore[arg-type]


def test_the_same_secret_is_never_sealed_the_same_way(keys: Keys) -> None:
    keys("first")
    assert sealed.seal(b"a secret") != sealed.seal(b"a secret")


def test_another_key_opens_nothing(keys: Keys) -> None:
    keys("first")
    box = sealed.seal(b"a secret")
    keys("second")
    with pytest.raises(sealed.Unsealable):
        sealed.unseal(box)


def test_altered_bytes_open_nothing(keys: Keys) -> None:
    keys("first")
    box = bytearray(sealed.seal(b"a secret"))
    box[len(box) // 2] ^= 1
    with pytest.raises(sealed.Unsealable):
        sealed.unseal(bytes(box))


def test_a_new_key_seals_and_the_old_one_still_opens(keys: Keys) -> None:
    keys("first")
    old = sealed.seal(b"a secret")
    keys("second", "first")
    new = sealed.seal(b"another")
    assert sealed.unseal(old) == b"a secret"
    keys("second")
    assert sealed.unseal(new) == b"another"


def test_a_fingerprint_outlives_a_new_key(keys: Keys) -> None:
    keys("first")
    fingerprint = sealed.fingerprint(b"somebody")
    assert len(fingerprint) == 32
    assert sealed.fingerprint(b"somebody else") != fingerprint
    keys("second", "first")
    assert sealed.fingerprint(b"somebody") == fingerprint
    keys("second")
    assert sealed.fingerprint(b"somebody") != fingerprint
