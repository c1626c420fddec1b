"""Where the documents behind vouchers lie: outside of what the web server serves, by their hash.

A file is encrypted at rest, as bills name people. It is written once and never changed.
"""

from __future__ import annotations

import hashlib
import os
import uuid
from pathlib import Path

from django.conf import settings

from kernel.sealed import seal, unseal


class DocumentMissing(Exception):
    """The file of this hash is not there, or is not what its hash says."""


def keep(data: bytes, *, folder: Path | None = None) -> str:
    """Store a document; answers its SHA-256 in hex. The same bytes again change nothing.

    ``folder`` is another one than that of the books.
    """
    digest = hashlib.sha256(data).hexdigest()
    path = _path(digest, folder)
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        partial = path.with_name(f".{uuid.uuid4()}")
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(seal(data))
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    return digest


def read(digest: str, *, folder: Path | None = None) -> bytes:
    """The document of this SHA-256. Raises ``DocumentMissing``, and ``Unsealable``."""
    try:
        data = unseal(_path(digest, folder).read_bytes())
    except FileNotFoundError:
        raise DocumentMissing(f"no document {digest}") from None
    if hashlib.sha256(data).hexdigest() != digest:
        raise DocumentMissing(f"the document {digest} is not what it was")
    return data


def forget(digest: str, *, folder: Path) -> None:
    """Remove a document that nothing names any more. Again changes nothing."""
    _path(digest, folder).unlink(missing_ok=True)


def _path(digest: str, folder: Path | None) -> Path:
    return Path(folder or settings.BOOKS_DIR) / digest[:2] / digest
