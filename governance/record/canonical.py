"""Canonical JSON (RFC 8785): one value, one sequence of bytes, so that a hash means the value."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import rfc8785


def canonical_bytes(value: Mapping[str, Any] | list[Any] | str | float | bool | None) -> bytes:
    """The RFC 8785 form of a JSON value, as UTF-8.

    Raises ``ValueError`` for what JSON cannot say exactly: NaN, infinities, integers beyond
    ±(2^53 - 1), lone surrogates, keys that are not strings, and Python types JSON does not have.
    """
    return rfc8785.dumps(dict(value) if isinstance(value, Mapping) else value)


def timestamp(at: datetime) -> str:
    """How every published document writes a time: ``2026-11-20T12:00:00Z``, whole seconds, UTC."""
    if at.tzinfo is None:
        raise ValueError("a published time needs a time zone")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
