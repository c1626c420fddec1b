"""No entry type lets personal data or free text into the record."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from governance.record import registry
from governance.record.registry import (
    AMOUNT,
    COUNT,
    SHA256,
    SLUG,
    UUID,
    BodyInvalid,
    EntryType,
    Schema,
    UnknownType,
    closed,
    listed,
    one_of,
    register,
)

PROBES = (
    "ada@example.org",
    "Ada Lovelace",
    "Ada",
    "ada lovelace",
    "Ада Лавлейс",
    "+49 30 1234567",
    "Unter den Linden 1, Berlin",
    "<script>",
    "https://example.org/?email=ada@example.org",
    "https://ada@example.org/",
    "mailto:ada@example.org",
    "Something that somebody wrote.",
    "",
)


def texts(schema: Schema) -> Iterator[Schema]:
    """Every schema of a text within ``schema``, however deep."""
    if schema.get("type") == "string" or "enum" in schema or "const" in schema:
        yield schema
    for inner in (
        *schema.get("properties", {}).values(),
        *schema.get("anyOf", ()),
        *schema.get("oneOf", ()),
        *([schema["items"]] if "items" in schema else ()),
    ):
        yield from texts(inner)


def objects(schema: Schema) -> Iterator[Schema]:
    """Every schema of an object within ``schema``, however deep."""
    if schema.get("type") == "object":
        yield schema
    for inner in (
        *schema.get("properties", {}).values(),
        *schema.get("anyOf", ()),
        *schema.get("oneOf", ()),
        *([schema["items"]] if "items" in schema else ()),
    ):
        yield from objects(inner)


def every_type() -> tuple[EntryType, ...]:
    return registry.registered()


def test_no_text_of_any_registered_type_takes_a_name_an_address_or_a_sentence() -> None:
    seen = 0
    for entry_type in every_type():
        for schema in texts(entry_type.entry_schema()):
            validator = Draft202012Validator(schema)
            taken = [probe for probe in PROBES if validator.is_valid(probe)]
            assert not taken, f"{entry_type.name}: {schema} takes {taken}"
            seen += 1
    assert seen > 2


def test_every_object_of_every_registered_type_is_closed() -> None:
    for entry_type in every_type():
        Draft202012Validator.check_schema(entry_type.entry_schema())
        for schema in objects(entry_type.entry_schema()):
            assert schema["additionalProperties"] is False, entry_type.name
            names = {name.lower() for name in schema["properties"]}
            for word in ("email", "member", "memberid", "person", "voter", "displayname", "name"):
                assert word not in names, entry_type.name


def test_every_sentence_is_made_of_required_fields() -> None:
    for entry_type in every_type():
        required = {name: f"<{name}>" for name in entry_type.schema["required"]}
        assert entry_type.sentence(required).strip(), entry_type.name


FREE = {"type": "string"}
OPEN = {"type": "object", "properties": {"slug": SLUG}}


@pytest.mark.parametrize(
    "properties",
    [
        {"note": FREE},
        {"note": {"type": "string", "maxLength": 20}},
        {"note": {"type": "string", "pattern": ".*"}},
        {"note": {"type": "string", "pattern": "^[a-z]+$"}},
        {"note": {"type": "string", "format": "uri"}},
        {"note": {}},
        {"note": True},
        {"note": {"type": ["string", "null"]}},
        {"note": {"$ref": "#/else"}},
        {"note": {"allOf": [SLUG]}},
        {"note": {"anyOf": [SLUG, FREE]}},
        {"note": {"oneOf": [SLUG], "type": "string"}},
        {"note": {"anyOf": "everything"}},
        {"note": {"enum": ["yes"], "if": {}}},
        {"notes": listed(FREE)},
        {"notes": {"type": "array"}},
        {"notes": {"type": "array", "prefixItems": [SLUG]}},
        {"inner": OPEN},
        {"inner": {**OPEN, "additionalProperties": FREE}},
        {"inner": closed({"deeper": closed({"note": FREE})})},
        {"inner": {**closed({}), "patternProperties": {"^x": FREE}}},
        {"share": {"type": "number", "minimum": 0, "maximum": 1}},
        {"number": {"type": "integer"}},
        {"number": {"type": "integer", "minimum": 0}},
        {"email": SLUG},
        {"member": UUID},
        {"memberId": UUID},
        {"members": listed(UUID)},
        {"voterHash": SHA256},
        {"decidedBy": UUID},
        {"displayName": SLUG},
        {"member": COUNT},
        {"under_score": SLUG},
        {"type": SLUG},
        {"at": SLUG},
    ],
)
def test_an_open_schema_is_refused(properties: Any) -> None:
    with pytest.raises(ValueError, match=r"^test\.open: "):
        register(EntryType("test.open", closed(properties), "Something."))


@pytest.mark.parametrize("schema", [{}, OPEN, SLUG, listed(SLUG)])
def test_a_body_is_a_closed_object(schema: Any) -> None:
    with pytest.raises(ValueError, match=r"^test\.open: "):
        register(EntryType("test.open", schema, "Something."))


def test_what_every_constant_describes_is_accepted() -> None:
    constants = [value for name, value in vars(registry).items() if name.isupper()]
    schemas = [value for value in constants if isinstance(value, dict) and "type" in value]
    assert len(schemas) == 15
    register(
        EntryType(
            "test.wide",
            closed(
                {
                    **{f"field{number}": schema for number, schema in enumerate(schemas)},
                    "members": COUNT,
                    "answer": one_of("yes", "no"),
                    "always": {"const": "so"},
                    "rows": listed(closed({"total": AMOUNT, "sha256": SHA256})),
                    "maybe": {"anyOf": [SHA256, {"type": "null"}]},
                    "provisional": {"type": "boolean"},
                },
                optional=("maybe",),
            ),
            "Something.",
        )
    )


GOOD = {
    "SLUG": ["no-stalking", "a1"],
    "PATH": ["income:dues", "yes_no", "a.b"],
    "SHA256": ["0" * 64],
    "UUID": ["58172aac-d8ba-41ed-83dd-0b3aef56cc33"],
    "TIMESTAMP": ["2026-11-20T12:00:00Z"],
    "DATE": ["2026-11-20"],
    "DURATION": ["P14D", "PT2M", "P1DT12H", "P0D"],
    "SEMVER": ["1.0.0", "0.12.3"],
    "FRACTION": ["2/3", "0/1"],
    "URL": ["http://localhost:8000/terms/no-stalking/1.0.0", "https://example.org/polls/1#roll"],
    "CURRENCY": ["EUR"],
    "LANGUAGE": ["en", "de-AT"],
    "MULTIBASE": ["z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"],
}
BAD = {
    "SLUG": ["No", "a--b", "-a"],
    "PATH": ["a:", ":a", "a b"],
    "SHA256": ["0" * 63, "G" * 64],
    "UUID": ["58172aac"],
    "TIMESTAMP": ["2026-11-20T12:00:00", "2026-11-20 12:00:00Z"],
    "DATE": ["20-11-2026"],
    "DURATION": ["P", "PT", "14D", "P1.5D"],
    "SEMVER": ["1.0", "01.0.0", "1.0.0-rc1"],
    "FRACTION": ["2/0", "0.5", "2"],
    "URL": ["ftp://example.org/", "https://example.org/?q=1", "https://example.org/a b"],
    "CURRENCY": ["eur"],
    "LANGUAGE": ["EN"],
    "MULTIBASE": ["z6Mk0", "u6Mk"],
}


@pytest.mark.parametrize("name", GOOD)
def test_each_text_constant_takes_what_it_names_and_nothing_else(name: str) -> None:
    validator = Draft202012Validator(getattr(registry, name))
    assert [text for text in GOOD[name] if not validator.is_valid(text)] == []
    assert [text for text in (*BAD[name], *PROBES) if validator.is_valid(text)] == []


@pytest.mark.parametrize("name", ["term", "Term.published", "term.", "term published", "a.b.c"])
def test_a_type_is_named_for_a_thing_and_what_happened_to_it(name: str) -> None:
    with pytest.raises(ValueError, match=r"term\.published"):
        register(EntryType(name, closed({}), "Something."))


def test_a_name_is_taken_once() -> None:
    with pytest.raises(ValueError, match=r"test\.counted"):
        register(EntryType("test.counted", closed({}), "Something."))


def test_a_body_is_held_to_its_schema_and_the_field_is_named() -> None:
    counted = registry.entry_type("test.counted")
    counted.check({"number": 3})
    for body, field in (
        ({}, "number"),
        ({"number": -1}, "number"),
        ({"number": 1.5}, "number"),
        ({"number": 1, "more": 1}, "more"),
    ):
        with pytest.raises(BodyInvalid, match=field):
            counted.check(body)
    with pytest.raises(UnknownType):
        registry.entry_type("test.unknown")


def test_the_schema_of_an_entry_has_its_type_and_time() -> None:
    schema = registry.entry_type("test.counted").entry_schema()
    entry = {"type": "test.counted", "at": "2026-11-20T12:00:00Z", "number": 1}
    validator = Draft202012Validator(schema)
    validator.validate(entry)
    for wrong in (
        {**entry, "type": "test.kept"},
        {**entry, "at": "yesterday"},
        {"number": 1},
    ):
        assert not validator.is_valid(wrong)
