"""Signed notes and checkpoints."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from governance.record import notes
from governance.record.notes import NoteInvalid, TreeHead, Verifier

NAME = "example.org/record"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OURS = Verifier(NAME, KEY.public_key())
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
OTHER = Verifier("witness.example", OTHER_KEY.public_key())
HEAD = TreeHead(NAME, 3, bytes(range(32)))
NOTE = notes.sign(HEAD.text, name=NAME, key=KEY)


def signature_line(key: Ed25519PrivateKey, name: str, text: str) -> str:
    return notes.sign(text, name=name, key=key).rpartition("\n\n")[2]


def test_a_note_verifies_with_its_key_and_says_what_was_signed() -> None:
    text = notes.verify(NOTE, [OURS])
    assert notes.parse_tree_head(text) == HEAD
    assert NOTE.startswith("example.org/record\n3\nAAECAwQF")
    assert "\n\n— example.org/record " in NOTE


def test_the_verifier_key_is_as_tools_write_it() -> None:
    name, key_id, encoded = OURS.vkey.split("+", 2)
    assert (name, key_id) == (NAME, OURS.key_id.hex())
    assert base64.b64decode(encoded) == b"\x01" + KEY.public_key().public_bytes_raw()
    assert notes.parse_vkey(OURS.vkey) == OURS or notes.parse_vkey(OURS.vkey).vkey == OURS.vkey
    for wrong in ("", NAME, OURS.vkey[:-4], OURS.vkey.replace(key_id, "00000000"), "+" + OURS.vkey):
        with pytest.raises(ValueError, match=r"key|base64"):
            notes.parse_vkey(wrong)


def test_a_witness_may_sign_too_and_is_passed_over_when_unknown() -> None:
    both = NOTE + signature_line(OTHER_KEY, OTHER.name, HEAD.text)
    for known in ([OURS], [OTHER], [OURS, OTHER]):
        assert notes.verify(both, known) == HEAD.text


def test_a_known_key_whose_signature_does_not_fit_spoils_the_note() -> None:
    wrong = NOTE + signature_line(OTHER_KEY, OTHER.name, HEAD.text.replace("3", "4"))
    assert notes.verify(wrong, [OURS]) == HEAD.text
    with pytest.raises(NoteInvalid, match="does not fit"):
        notes.verify(wrong, [OURS, OTHER])


@pytest.mark.parametrize(
    "note",
    [
        "",
        "\n\n",
        HEAD.text,
        NOTE.rstrip("\n"),
        NOTE.replace("\n3\n", "\n4\n"),
        NOTE.replace("— ", "- "),
        NOTE.replace("\n\n", "\n"),
        NOTE.replace(NAME, "example.org/other"),
        NOTE.replace("\n", "\r\n"),
        NOTE[:-6] + "\n",
        NOTE + "\n",
        NOTE + "— short AAAA\n",
        NOTE + "— a+b AAAAAAAA\n",
        NOTE + "— a\u00a0b AAAAAAAA\n",
        NOTE + "— many AAAAAAAA\n" * 100,
        NOTE.replace("example", "ex\tample"),
    ],
)
def test_any_other_note_is_refused(note: str) -> None:
    with pytest.raises(NoteInvalid):
        notes.verify(note, [OURS])


def test_no_key_verifies_nothing() -> None:
    with pytest.raises(NoteInvalid, match="no key we know"):
        notes.verify(NOTE, [])


@pytest.mark.parametrize("text", ["no newline", "a tab\t\n", ""])
def test_what_a_note_cannot_carry_is_not_signed(text: str) -> None:
    with pytest.raises(ValueError, match="newline"):
        notes.sign(text, name=NAME, key=KEY)


@pytest.mark.parametrize("name", ["", "two words", "a+b"])
def test_a_name_that_would_break_the_format_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        notes.sign("text\n", name=name, key=KEY)


def test_extension_lines_are_allowed_and_passed_over() -> None:
    assert notes.parse_tree_head(HEAD.text + "more\n") == HEAD


@pytest.mark.parametrize(
    "text",
    [
        "",
        "origin\n3\n",
        HEAD.text.rstrip("\n"),
        HEAD.text + "\n",
        HEAD.text.replace("\n3\n", "\n03\n"),
        HEAD.text.replace("\n3\n", "\n-3\n"),
        HEAD.text.replace("\n3\n", "\n" + "9" * 40 + "\n"),
        HEAD.text.replace("AAEC", "A?EC"),
        "\n3\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
        "origin\n3\nAAEC\n",
    ],
)
def test_what_is_not_a_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(NoteInvalid):
        notes.parse_tree_head(text)
