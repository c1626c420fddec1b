"""What became of a version: the signed statement ``status.json``, checked offline."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from customer_commons.verifier import Keys, NotVerified, json_object, verify_document

_STATUSES = ("active", "superseded", "deprecated", "withdrawn")
_SHA256 = re.compile("[0-9a-f]{64}")
# How far another computer's clock may be ahead of ours.
_AHEAD = timedelta(minutes=10)


class StatusExpired(UserWarning):
    """The statement is genuine, and too old to rely on: it may have changed since."""


class NotInForce(UserWarning):
    """The version is superseded, deprecated or withdrawn."""


@dataclass(frozen=True)
class Linked:
    """Something that a document or statement names by hash: a text, the policy."""

    name: str
    url: str
    sha256: str


@dataclass(frozen=True)
class TermStatus:
    """A verified statement. ``successor`` and ``latest`` are identifiers, "" where none is named.

    ``concerns`` are the reasons, if any, not to rely on the version as it stands; each is a warning
    whose text is one sentence.
    """

    term: str
    sha256: str
    status: str
    since: str
    successor: str
    reason: str
    latest: str
    as_of: datetime
    expires: datetime
    translations: Mapping[str, tuple[Linked, ...]]
    signed_by: str
    concerns: tuple[UserWarning, ...]

    @property
    def expired(self) -> bool:
        """Whether the statement was past its ``expires`` when it was checked."""
        return any(isinstance(concern, StatusExpired) for concern in self.concerns)

    @property
    def in_force(self) -> bool:
        """Whether the statement calls the version active, and has not expired."""
        return not self.concerns


def verify_status(
    statement: bytes, keys: Keys, *, term: str, sha256: str, now: datetime
) -> TermStatus:
    """Check a ``status.json`` that should be about the document of this id and hash.

    ``now`` is an aware time. A statement that has expired, or says that the version is no longer in
    force, verifies, and names that among its ``concerns``. Raises ``NotVerified``.
    """
    content = json_object(statement, "status")
    signed_by = verify_document(content, keys)
    if content.get("type") != "TermStatus":
        raise NotVerified("status", "This is not a statement of a term's status.")
    if content.get("term") != term:
        raise NotVerified("status", f"The status is that of {content.get('term')}, not of {term}.")
    if content.get("sha256") != sha256:
        raise NotVerified("status", "The status is about a document with another hash.")
    name = content.get("status")
    if name not in _STATUSES:
        raise NotVerified("status", f"The status is {name!r}, which this program does not know.")
    as_of, expires = _time(content, "asOf"), _time(content, "expires")
    if expires <= as_of:
        raise NotVerified("status", "The status expires before it begins.")
    if as_of > now + _AHEAD:
        raise NotVerified(
            "status", f"The status is of {as_of:%Y-%m-%d %H:%M} UTC, which is still to come here."
        )
    found = {key: _text(content, key) for key in ("since", "successor", "reason", "latest")}
    concerns: list[UserWarning] = []
    if now > expires:
        concerns.append(
            StatusExpired(
                f"This status expired on {expires:%Y-%m-%d} at {expires:%H:%M} UTC, and may have "
                "changed since. Ask again."
            )
        )
    if name != "active":
        concerns.append(NotInForce(_ended(str(name), found)))
    return TermStatus(
        term=term,
        sha256=sha256,
        status=str(name),
        as_of=as_of,
        expires=expires,
        translations=_translations(content),
        signed_by=signed_by,
        concerns=tuple(concerns),
        **found,
    )


def _ended(name: str, found: Mapping[str, str]) -> str:
    words = f"This version is {name}"
    if found["since"]:
        words += f" since {found['since'][:10]}"
    if found["successor"]:
        words += f"; its successor is {found['successor']}"
    return f"{words}. {found['reason']}".strip()


def _time(content: Mapping[str, Any], name: str) -> datetime:
    try:
        return datetime.strptime(content[name], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except (KeyError, TypeError, ValueError) as error:
        raise NotVerified("status", f"The status has no proper {name}.") from error


def _text(content: Mapping[str, Any], name: str) -> str:
    value = content.get(name, "")
    if not isinstance(value, str):
        raise NotVerified("status", f"The status has no proper {name}.")
    return value


def _translations(content: Mapping[str, Any]) -> dict[str, tuple[Linked, ...]]:
    listed = content.get("translations", {})
    if not isinstance(listed, dict):
        raise NotVerified("status", "The translations cannot be read.")
    return {language: _texts(language, texts, "status") for language, texts in listed.items()}


def parts_of(document: Mapping[str, Any]) -> tuple[Linked, ...]:
    """What a term's document links to by hash: its policy and its texts. Raises ``NotVerified``."""
    listed = document.get("text")
    if not isinstance(listed, dict):
        raise NotVerified("document", "The document lists no texts.")
    found = [_linked("policy.jsonld", document.get("policy"), "document")]
    for language, texts in listed.items():
        found += _texts(language, texts, "document")
    return tuple(found)


def _texts(language: str, texts: Any, what: str) -> tuple[Linked, ...]:
    if not isinstance(texts, dict):
        raise NotVerified(what, f"The texts in {language!r} cannot be read.")
    return tuple(
        _linked(f"{name}.{language}", linked, what)
        for name, linked in texts.items()
        if name in ("plain", "legal")
    )


def _linked(name: str, value: Any, what: str) -> Linked:
    """One link by hash; the name must be a plain file name, for it may become one."""
    if not re.fullmatch(r"policy\.jsonld|(plain|legal)\.[a-z]{2}", name):
        raise NotVerified(what, f"{name!r} is not the name of a part of a term.")
    url, digest = (
        (value.get("url"), value.get("sha256")) if isinstance(value, dict) else (None, None)
    )
    if not isinstance(url, str) or not isinstance(digest, str) or not _SHA256.fullmatch(digest):
        raise NotVerified(what, f"{name} is not named by its address and hash.")
    return Linked(name, url, digest)
