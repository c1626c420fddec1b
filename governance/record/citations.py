"""What entries say about published files, and whether the files in a copy are those.

Only what is in the copy is checked: an entry names a document by its hash, and the document may be
elsewhere. A document that carries a Data Integrity proof has it verified as well.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from governance.record import proofs, sums

_SLUG = re.compile("[a-z0-9-]+")
_VERSION = re.compile(r"[0-9.]+")


@dataclass(frozen=True, slots=True)
class Cited:
    """A file that an entry names: where it is in a copy, its hash, and whether it is signed."""

    path: str
    sha256: str
    signed: bool = False


def cited(content: Mapping[str, Any], host: str) -> Iterator[Cited]:
    """The files that an entry names, of a site whose published name is ``host``."""
    kind, get = content.get("type"), content.get
    if kind == "term.published":
        if path := path_of(get("url"), host):
            yield Cited(f"{path}.json", str(get("sha256")), signed=True)
    elif kind == "poll.opened" and _SLUG.fullmatch(str(get("poll"))):
        yield Cited(f"polls/{get('poll')}/manifest.json", str(get("manifestSha256")))
    elif kind == "poll.closed" and _SLUG.fullmatch(str(get("poll"))):
        yield Cited(f"polls/{get('poll')}/result.json", str(get("resultSha256")))
        yield Cited(f"polls/{get('poll')}/ballots.json", str(get("bundleSha256")))


def parts(document: Any, host: str) -> Iterator[Cited]:
    """The files that a signed document names: every ``{"url": …, "sha256": …}`` inside it."""
    if isinstance(document, Mapping):
        if path := path_of(document.get("url"), host) if "sha256" in document else "":
            yield Cited(path, str(document["sha256"]))
        for inner in document.values():
            yield from parts(inner, host)
    elif isinstance(document, list):
        for inner in document:
            yield from parts(inner, host)


def status_path(content: Mapping[str, Any]) -> str:
    """Where the signed status of a published term is; "" for another entry."""
    slug, version = str(content.get("slug")), str(content.get("version"))
    if content.get("type") != "term.published":
        return ""
    if not _SLUG.fullmatch(slug) or not _VERSION.fullmatch(version):
        return ""
    return f"terms/{slug}/{version}/status.json"


def path_of(url: Any, host: str) -> str:
    """The path under ``host`` that ``url`` leads to; "" for anything else."""
    for scheme in ("https", "http"):
        start = f"{scheme}://{host}/"
        if isinstance(url, str) and url.startswith(start):
            return url.removeprefix(start)
    return ""


def fault_in(content: bytes, found: Cited) -> str:
    """Why these bytes are not the file that was named; "" if they are."""
    actual = sums.digest(content)
    return "" if actual == found.sha256 else f"its SHA-256 is {actual}, not {found.sha256}"


def read_signed(content: bytes, keys: Mapping[str, Ed25519PublicKey]) -> dict[str, Any]:
    """A JSON document whose proof one of ``keys``, by their full ids, made over exactly it.

    Raises ``ProofInvalid`` saying why not.
    """
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        raise proofs.ProofInvalid("it is not JSON") from None
    proof = document.get("proof") if isinstance(document, dict) else None
    method = proof.get("verificationMethod") if isinstance(proof, dict) else None
    key = keys.get(method) if isinstance(method, str) else None
    if key is None:
        raise proofs.ProofInvalid("no key of the site's did.json signed it")
    try:
        proofs.verify(document, key)
    except ValueError:
        raise proofs.ProofInvalid("it cannot be put in canonical form") from None
    signed: dict[str, Any] = document
    return signed
