"""The only writes to the record."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings

from governance.record.canonical import canonical_bytes, timestamp
from governance.record.merkle import leaf_hash
from governance.record.models import Pending
from governance.record.registry import BodyInvalid, entry_type

# An entry's length is written in two bytes in the bundles that monitors read.
LONGEST = 65_535
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def submit(*, type: str, body: Mapping[str, Any], at: datetime) -> Pending:
    """Hand the record one entry, in the caller's transaction; the sequencer gives it its place.

    The entry is ``{"type": type, "at": at, **body}`` in canonical form. Its ``leaf_hash`` is known
    at once: keep it to link to the entry. The same entry (same type, second and body) twice is
    recorded once. Takes no lock. Raises ``UnknownType``, and ``BodyInvalid`` for a body that does
    not fit its type's schema, names an address that is not ours, or is longer than 65,535 bytes.
    """
    entry_type(type).check(body)
    for text in _texts(body):
        if _CONTROL.search(text):
            raise BodyInvalid(f"{type}: a control character in {text!r}")
        if "://" in text and not text.startswith(settings.PUBLIC_ORIGIN + "/"):
            raise BodyInvalid(f"{type}: {text} is not under {settings.PUBLIC_ORIGIN}")
    data = canonical_bytes({"type": type, "at": timestamp(at), **body})
    if len(data) > LONGEST:
        raise BodyInvalid(f"{type}: an entry of {len(data)} bytes; {LONGEST} is the most")
    return Pending.objects.create(type=type, at=at, data=data, leaf_hash=leaf_hash(data).hex())


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)
