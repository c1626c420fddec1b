"""Our signing keys: files in ``settings.KEYS_DIR``, and what they sign.

``record-1.pem`` signs checkpoints, ``terms-1.pem`` documents. Each is listed in the record
("key.listed") and, from there, in ``/.well-known/did.json`` under its name.

When a key is replaced, the next number is made, and **it signs once the published ``did.json``
lists it**: nobody ever meets a signature by a key they cannot look up, and the checkpoint that
lists a key is signed by the one before. The old key stays listed; its file is kept, or is replaced
by the public key alone. The very first key of a purpose signs before it is listed.
"""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from django.conf import settings
from django.utils.translation import gettext as _

from governance.record import multikey, proofs
from governance.record.canonical import timestamp
from governance.record.public_files import read_public, sync_folder
from kernel import sealed
from kernel.refusal import Refused

PURPOSES = ("record", "terms")
DID_DOCUMENT = ".well-known/did.json"
_NAME = re.compile(r"(record|terms)-([1-9][0-9]*)")


class KeyMissing(Exception):
    """A key is missing, unreadable or of another kind. ``manage.py keys`` makes missing keys."""


@dataclass(frozen=True, slots=True)
class Key:
    """One of our keys. ``private`` is None for one that only verifies any more."""

    purpose: str
    number: int
    public: Ed25519PublicKey
    private: Ed25519PrivateKey | None

    @property
    def fragment(self) -> str:
        return f"{self.purpose}-{self.number}"

    @property
    def multibase(self) -> str:
        return multikey.encode_public(self.public)


def make_keys(folder: Path) -> list[str]:
    """Make the signing keys that are missing in ``folder``; answers their names ("record-1").

    Files are PKCS#8 PEM, readable by their owner alone. Again makes nothing. Raises ``KeyMissing``
    where a key that is published already has no file any more: another must not take its name.
    """
    there = {key.purpose for key in _files(folder)}
    missing = [purpose for purpose in PURPOSES if purpose not in there]
    for purpose in missing:
        if lost := [key.fragment for key in _published() if key.purpose == purpose]:
            raise KeyMissing(
                f"{folder} has no {purpose} key, and {lost[-1]} is published: put {lost[-1]}.pem "
                f"back from its backup, or go on with manage.py keys --rotate {purpose}"
            )
    return [f"{name}-1" for name in missing if _make_private(folder / f"{name}-1.pem")]


def make_next_key(purpose: str) -> str:
    """Make the next key of ``purpose``, and answer its name ("record-2").

    One that was made and is not published yet is the next one: then nothing is made.
    """
    published = [key.number for key in _published() if key.purpose == purpose]
    newest = [key for key in all_keys() if key.purpose == purpose][-1:]
    for key in newest:
        if published and key.number > published[-1]:
            return key.fragment
    name = f"{purpose}-{newest[0].number + 1 if newest else 1}"
    _make_private(Path(settings.KEYS_DIR, f"{name}.pem"))
    return name


def retire_key(name: str) -> bool:
    """Keep the public key of "record-1" alone. False if that is all there is already.

    Raises ``KeyMissing`` if there is no such file, and ``Refused`` ("key-signs") for a key that
    signs now or will.
    """
    key = next((key for key in key_files() if key.fragment == name), None)
    if key is None:
        raise KeyMissing(f"there is no key {name} in {settings.KEYS_DIR}")
    if key.private is None:
        return False
    signs, _private = signer(key.purpose)
    if key.number >= _number(signs):
        raise Refused(
            "key-signs",
            _("%(name)s is not an old key: %(signs)s signs now. Rotate first.")
            % {"name": name, "signs": signs},
        )
    pem = key.public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    _write_file(Path(settings.KEYS_DIR, f"{name}.pem"), pem, replace=True)
    return True


def make_sealing_key(path: Path) -> bool:
    """Make the key that encrypts at rest, if missing. Answers whether it was made."""
    return _write_file(path, sealed.new_key())


def sign_document(document: Mapping[str, Any], *, at: datetime) -> dict[str, Any]:
    """``document`` with an ``eddsa-jcs-2022`` proof by the newest terms key.

    Raises ``KeyMissing``, and ``ValueError`` if the document already has a proof.
    """
    name, key = signer("terms")
    return proofs.create(
        document,
        key=key,
        verification_method=f"{did()}#{name}",
        created=timestamp(at),
    )


def did() -> str:
    """Our ``did:web``, from ``settings.PUBLIC_ORIGIN``."""
    return multikey.did_web(settings.PUBLIC_ORIGIN)


def did_document() -> dict[str, Any]:
    """What ``/.well-known/did.json`` says: what was published last; before that, our files."""
    if content := read_public(DID_DOCUMENT):
        document: dict[str, Any] = json.loads(content)
        return document
    return describe(key_files())


def describe(keys: Iterable[Key]) -> dict[str, Any]:
    """The ``did.json`` that lists exactly these keys, by purpose and number."""
    ordered = sorted(keys, key=lambda key: (key.purpose, key.number))
    return multikey.did_document(
        did(), [multikey.Method(key.fragment, key.public) for key in ordered]
    )


def log_origin() -> str:
    """The record's name in checkpoints: our origin without the scheme, and ``/record``."""
    return f"{urlsplit(settings.PUBLIC_ORIGIN).netloc}/record"


def all_keys() -> list[Key]:
    """Every key there is or was, by purpose and number: those published, and those of our files.

    A key is what was published under its name, whatever a file of that name holds.
    """
    found = {key.fragment: key for key in key_files()}
    for key in _published():
        if key.fragment not in found or found[key.fragment].multibase != key.multibase:
            found[key.fragment] = key
    return sorted(found.values(), key=lambda key: (key.purpose, key.number))


def key_files() -> list[Key]:
    """The keys in ``settings.KEYS_DIR``, by purpose and number."""
    return _files(Path(settings.KEYS_DIR))


def signer(purpose: str) -> tuple[str, Ed25519PrivateKey]:
    """The name ("record-1") and key that sign for ``purpose`` now. Raises ``KeyMissing``.

    That is the newest that is published. Where its private key is lost, or none is published yet,
    it is the newest there is.
    """
    keys = [key for key in all_keys() if key.purpose == purpose]
    published = {key.fragment for key in _published()}
    listed = [key for key in keys if key.fragment in published]
    for key in (*listed[-1:], *keys[-1:]):
        if key.private:
            return key.fragment, key.private
    if listed:
        lost = listed[-1].fragment
        raise KeyMissing(
            f"no {purpose} key that signs: the private key of {lost} is not in {settings.KEYS_DIR}."
            f" Put {lost}.pem back, or go on with manage.py keys --rotate {purpose}"
        )
    raise KeyMissing(f"no {purpose} key that signs in {settings.KEYS_DIR}: run manage.py keys")


def key_of(purpose: str, number: int, multibase: str) -> Key:
    """A key of which the public part is known. Raises ``ValueError``."""
    return Key(purpose, number, multikey.decode_public(multibase), None)


def _published() -> list[Key]:
    """The keys that the published ``did.json`` lists; none before there is one."""
    document = json.loads(read_public(DID_DOCUMENT) or b"{}")
    keys = []
    for method in document.get("verificationMethod", ()):
        if match := _NAME.fullmatch(method["id"].rpartition("#")[2]):
            keys.append(key_of(match[1], int(match[2]), method["publicKeyMultibase"]))
    return sorted(keys, key=lambda key: (key.purpose, key.number))


def _number(name: str) -> int:
    return int(name.rpartition("-")[2])


def _files(folder: Path) -> list[Key]:
    found = [
        _read(path, purpose=match[1], number=int(match[2]))
        for path in (folder.iterdir() if folder.is_dir() else ())
        if path.suffix == ".pem" and (match := _NAME.fullmatch(path.stem))
    ]
    return sorted(found, key=lambda key: (key.purpose, key.number))


def _read(path: Path, *, purpose: str, number: int) -> Key:
    try:
        pem = path.read_bytes()
        if b"PRIVATE" in pem:
            private = load_pem_private_key(pem, password=None)
            if isinstance(private, Ed25519PrivateKey):
                return Key(purpose, number, private.public_key(), private)
        else:
            public = load_pem_public_key(pem)
            if isinstance(public, Ed25519PublicKey):
                return Key(purpose, number, public, None)
    except (OSError, ValueError) as error:
        raise KeyMissing(f"{path} cannot be read as a key: {error}") from error
    raise KeyMissing(f"{path} is not an Ed25519 key")


def _make_private(path: Path) -> bool:
    """Make a private key, unless there is a file already. Answers whether it was made."""
    pem = Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    return _write_file(path, pem)


def _write_file(path: Path, content: bytes, *, replace: bool = False) -> bool:
    """Write a file for its owner's eyes, whole or not at all.

    Unless it may ``replace`` the one there is: then False, and nothing is written.
    """
    if path.exists() and not replace:
        return False
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_name(f".{secrets.token_hex(8)}.tmp")
    try:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            os.replace(temporary, path)
        else:
            os.link(temporary, path)
    except FileExistsError:
        return False
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)
    return True
