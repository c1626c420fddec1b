"""Check single entries of a copy: their form, their schema, and the files they name. Pure."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from governance.record import citations, proofs
from governance.record.copies import SCHEMAS, Source, canonical_object
from governance.record.findings import Findings

KEY_LISTED = "key.listed"
_TYPE = re.compile(r"[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*")
# A schema that leads elsewhere is not ours, and nothing is fetched for it.
_REFERENCE = re.compile(rb'"\$(dynamic)?[rR]ef"')
# More kinds of entry than there can be.
_MOST_TYPES = 1000


class EntryChecks:
    """Checks entries one by one, and remembers which keys they list."""

    def __init__(
        self,
        source: Source,
        findings: Findings,
        *,
        host: str,
        keys: Mapping[str, Ed25519PublicKey],
    ) -> None:
        """``host`` is what published addresses name, ``keys`` the site's by their full ids."""
        self._source, self._findings = source, findings
        self._host, self._keys = host, keys
        self._fault = findings.fault
        self._schemas: dict[str, Draft202012Validator | None] = {}
        # The kinds of entry that the copy has no schema for.
        self.without_schema: set[str] = set()
        # By name ("record-1"): the entry that lists it, and the key.
        self.keys_listed: dict[str, tuple[str, str]] = {}

    def check(self, path: str, index: int, data: bytes) -> None:
        """Check entry ``index``, which is in the bundle at ``path``."""
        content = canonical_object(data)
        if content is None:
            self._fault(path, f"entry {index} is not an object in canonical JSON")
            return
        kind = content.get("type")
        schema = self._schema(kind) if isinstance(kind, str) else None
        for error in schema.iter_errors(content) if schema else ():
            where = ".".join(str(part) for part in error.absolute_path) or "it"
            self._fault(path, f"entry {index}: {where} does not fit the schema of {kind}")
            break
        if kind == KEY_LISTED:
            name = f"{content.get('purpose')}-{content.get('number')}"
            public = str(content.get("publicKeyMultibase"))
            listed = self.keys_listed.setdefault(name, (f"entry {index}", public))
            if listed[1] != public:
                self._fault(path, f"entry {index} lists another key {name} than {listed[0]}")
        self._check_cited(index, content)

    def _schema(self, kind: str) -> Draft202012Validator | None:
        """The schema for a type of entry, as the copy has it; None if it has none."""
        if kind not in self._schemas and len(self._schemas) < _MOST_TYPES:
            self._schemas[kind] = self._read_schema(kind) if _TYPE.fullmatch(kind) else None
            if self._schemas[kind] is None:
                self.without_schema.add(kind)
        return self._schemas.get(kind)

    def _read_schema(self, kind: str) -> Draft202012Validator | None:
        path = f"{SCHEMAS}/{kind}.json"
        content = self._source.read(path)
        if content is None:
            return None
        try:
            schema = json.loads(content)
            Draft202012Validator.check_schema(schema)
            if schema["properties"]["type"] != {"const": kind} or _REFERENCE.search(content):
                raise ValueError("another schema")
        except (ValueError, KeyError, TypeError, RecursionError, SchemaError):
            self._fault(path, f"it is not the schema of entries of the kind {kind}")
            return None
        return Draft202012Validator(schema)

    def _check_cited(self, index: int, content: Mapping[str, Any]) -> None:
        """The files that an entry names, and those that they name, where the copy has them."""
        due = deque(citations.cited(content, self._host))
        while due:
            one = due.popleft()
            found = self._source.read(one.path)
            if found is None:
                continue
            self._findings.documents += 1
            if fault := citations.fault_in(found, one):
                self._fault(one.path, f"it is not what entry {index} names: {fault}")
            elif one.signed:
                due += citations.parts(self._signed(one.path, found), self._host)
        status = citations.status_path(content)
        if status and (found := self._source.read(status)) is not None:
            self._findings.documents += 1
            self._signed(status, found)

    def _signed(self, path: str, content: bytes) -> dict[str, Any] | None:
        try:
            return citations.read_signed(content, self._keys)
        except proofs.ProofInvalid as error:
            self._fault(path, str(error))
            return None
