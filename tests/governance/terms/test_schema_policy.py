"""The schema and context of today, held to those that were published first (docs/schemas.md).

Within v1 there are only additions: what was valid stays valid, and no word changes its meaning.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from governance.terms import schema
from governance.terms.vocabulary import POINTS

Schema = dict[str, Any]

SNAPSHOTS = Path(__file__).parent / "snapshots"
ORIGIN = "https://commons.example"
FIRST: Schema = json.loads((SNAPSHOTS / "term-v1.schema.json").read_text())
FIRST_CONTEXT: Schema = json.loads((SNAPSHOTS / "terms-v1.context.json").read_text())

# Keywords by which a schema says what it is called, and nothing about documents.
_NAMES = {"$schema", "$id", "title", "description", "$comment", "examples"}


def narrowed(old: Any, new: Any, where: str = "the document") -> Iterator[str]:
    """Each place at which ``new`` might refuse what ``old`` takes, or say something else of it.

    Stricter than it need be: a keyword that it does not know how to weigh must stay as it is.
    """
    if not isinstance(old, dict) or not isinstance(new, dict):
        if old != new:
            yield f"{where}: {old!r} became {new!r}"
        return
    for name, schema_ in old.get("properties", {}).items():
        if name not in new.get("properties", {}):
            yield f"{where}.{name} is gone"
        else:
            yield from narrowed(schema_, new["properties"][name], f"{where}.{name}")
    for name in set(new.get("required", [])) - set(old.get("required", [])):
        yield f"{where}.{name} is required now"
    if "enum" in old or "enum" in new:
        lost = set(old.get("enum", [])) - set(new.get("enum", []))
        if lost or "enum" not in old:
            yield f"{where} takes no {sorted(lost)}"
    for keyword in ("items", "additionalProperties", "propertyNames"):
        if keyword in old or keyword in new:
            yield from narrowed(old.get(keyword), new.get(keyword), f"{where}/{keyword}")
    weighed = {"properties", "required", "enum", "items", "additionalProperties", "propertyNames"}
    for keyword in (set(old) | set(new)) - weighed - _NAMES:
        if old.get(keyword) != new.get(keyword):
            yield f"{where}: {keyword} was {old.get(keyword)!r} and is {new.get(keyword)!r}"


def test_what_was_valid_is_valid() -> None:
    assert list(narrowed(FIRST, schema.document_schema(ORIGIN))) == []


def _without(*path: str) -> Callable[[Schema], None]:
    def change(altered: Schema) -> None:
        for name in path[:-1]:
            altered = altered[name]
        del altered[path[-1]]

    return change


def _required(altered: Schema) -> None:
    altered["properties"]["mood"] = {"type": "string"}
    altered["required"].append("mood")


def _fewer_codes(altered: Schema) -> None:
    altered["properties"]["rules"]["items"]["properties"]["action"]["enum"].pop()


def _another_type(altered: Schema) -> None:
    altered["properties"]["title"]["additionalProperties"]["type"] = "integer"


def _longer(altered: Schema) -> None:
    altered["properties"]["rules"]["minItems"] = 2


@pytest.mark.parametrize(
    "change",
    [
        _without("properties", "aliases"),
        _without("properties", "rules", "items", "properties", "data"),
        _required,
        _fewer_codes,
        _another_type,
        _longer,
    ],
)
def test_a_change_that_breaks_a_reader_is_found(change: Callable[[Schema], None]) -> None:
    altered = copy.deepcopy(FIRST)
    change(altered)
    assert list(narrowed(FIRST, altered))


def test_an_addition_breaks_nobody() -> None:
    altered = copy.deepcopy(FIRST)
    altered["properties"]["mood"] = {"type": "string"}
    altered["properties"]["rules"]["items"]["properties"]["action"]["enum"].append("dance")
    assert list(narrowed(FIRST, altered)) == []


def _document(rules: list[dict[str, str]]) -> dict[str, Any]:
    here = f"{ORIGIN}/terms/x/1.0.0"
    linked = {"url": here, "sha256": "0" * 64}
    time = "2026-11-20T12:00:00Z"
    return {
        "@context": [f"{ORIGIN}/ns/terms/v1"],
        "id": here,
        "type": "PublishedTerm",
        "slug": "x",
        "version": "1.0.0",
        "issued": time,
        "license": "https://creativecommons.org/publicdomain/zero/1.0/",
        "parties": {"first": "individual", "second": "organisation"},
        "title": {"en": "X"},
        "text": {"en": {"plain": linked, "legal": linked}},
        "authoritativeLanguage": "en",
        "rules": rules,
        "policy": linked,
        "adoption": {
            "poll": here,
            "method": "yes_no",
            "eligible": 3,
            "cast": 3,
            "result": {},
            "manifestSha256": "0" * 64,
            "resultSha256": "0" * 64,
        },
        "proof": {
            "type": "DataIntegrityProof",
            "cryptosuite": "eddsa-jcs-2022",
            "created": time,
            "verificationMethod": "did:web:commons.example#terms-1",
            "proofPurpose": "assertionMethod",
            "proofValue": "z1",
        },
    }


def _first_codes(point: str) -> list[str]:
    codes: list[str] = FIRST["properties"]["rules"]["items"]["properties"][point]["enum"]
    return codes


@settings(max_examples=60)
@given(
    st.lists(
        st.fixed_dictionaries(
            {point: st.sampled_from(_first_codes(point)) for point in ("kind", "party", "action")},
            optional={
                point: st.sampled_from(_first_codes(point))
                for point in ("purpose", "data", "recipient", "storage")
            },
        ),
        min_size=1,
        max_size=4,
    )
)
def test_a_document_of_then_is_valid_now(rules: list[dict[str, str]]) -> None:
    document = _document(rules)
    Draft202012Validator(FIRST).validate(document)
    Draft202012Validator(schema.document_schema(ORIGIN)).validate(document)


# What words mean


def changed_meanings(old: Any, new: Any, where: str = "") -> Iterator[str]:
    """Words of the old context that mean something else in the new, or nothing."""
    if isinstance(old, dict) and isinstance(new, dict):
        for name, meaning in old.items():
            if name not in new:
                yield f"{where}{name} is gone"
            else:
                yield from changed_meanings(meaning, new[name], f"{where}{name} ")
        for keyword in set(new) - set(old):
            if keyword.startswith("@"):
                yield f"{where}{keyword} is new"
    elif old != new:
        yield f"{where}was {old!r} and is {new!r}"


def test_no_word_changed_its_meaning() -> None:
    now = schema.context(f"{ORIGIN}/ns/terms/v1#")
    assert list(changed_meanings(FIRST_CONTEXT, now)) == []


def test_another_meaning_is_found() -> None:
    altered = copy.deepcopy(FIRST_CONTEXT)
    altered["@context"]["title"]["@id"] = "schema:name"
    altered["@context"]["rules"]["@context"]["action"]["@context"]["track"] = (
        "https://w3id.org/dpv#Use"
    )
    del altered["@context"]["reason"]
    altered["@context"]["version"] = {"@id": "schema:version", "@type": "@id"}
    assert len(list(changed_meanings(FIRST_CONTEXT, altered))) == 4


def test_the_schema_says_what_the_vocabulary_holds() -> None:
    now = schema.document_schema(ORIGIN)["properties"]["rules"]["items"]["properties"]
    assert {point: set(now[point]["enum"]) for point in POINTS} == {
        point: set(words) for point, words in POINTS.items()
    }
