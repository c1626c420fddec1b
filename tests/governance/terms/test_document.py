"""The document, its schema and its context agree with each other and with the vocabulary."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator

from governance.terms import document, schema
from governance.terms.rulebook import Rule
from governance.terms.vocabulary import POINTS, iri
from tests.governance.terms.conftest import ADOPTION
from tests.governance.terms.rules import agreeing, content

SITE = document.Site("https://example.org")
PROOF = {
    "type": "DataIntegrityProof",
    "cryptosuite": "eddsa-jcs-2022",
    "created": "2026-11-20T12:00:00Z",
    "verificationMethod": "did:web:example.org#terms-1",
    "proofPurpose": "assertionMethod",
    "proofValue": "z1",
}


def signed(**changes: Any) -> dict[str, Any]:
    written = document.unsigned(
        content(), site=SITE, issued="2026-11-20T12:00:00Z", adoption=ADOPTION
    )
    return written | {"proof": PROOF} | changes


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(schema.document_schema("https://example.org"))


@given(agreeing())
def test_every_document_fits_the_schema(rules: tuple[Rule, ...]) -> None:
    written = document.unsigned(
        content(rules=rules), site=SITE, issued="2026-11-20T12:00:00Z", adoption=ADOPTION
    )
    document.check(written | {"proof": PROOF})


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"rules": []}, "rules"),
        ({"rules": [{"kind": "permission", "party": "second", "action": "stalk"}]}, "rules.0"),
        ({"rules": [{"kind": "permission", "party": "second"}]}, "rules.0"),
        ({"extra": 1}, "the document"),
        ({"version": "1.0"}, "version"),
        ({"title": {}}, "title"),
        ({"proof": PROOF | {"cryptosuite": "other"}}, "proof.cryptosuite"),
    ],
)
def test_what_does_not_fit_is_named(changes: dict[str, Any], where: str) -> None:
    document.check(signed())
    with pytest.raises(ValueError, match=where):
        document.check(signed(**changes))


def test_what_is_missing_is_left_out_and_never_empty() -> None:
    written = document.unsigned(content(), site=SITE)
    assert not {"issued", "replaces", "adoption", "aliases"} & set(written)


def test_every_word_of_a_document_is_in_the_context_and_means_the_vocabularys_identifier() -> None:
    words = schema.context(SITE.namespace)["@context"]
    assert set(signed(replaces="x", aliases=["x"])) - {"@context"} <= set(words)
    scoped = words["rules"]["@context"]
    assert set(scoped) == set(Rule("", "", "").as_dict())
    for name, vocabulary in POINTS.items():
        assert scoped[name]["@type"] == "@vocab"
        assert scoped[name]["@context"] == {
            code: iri(word, SITE.namespace) for code, word in vocabulary.items()
        }


def test_every_prefix_of_the_context_is_declared() -> None:
    words = schema.context(SITE.namespace)["@context"]

    def used(value: Any) -> set[str]:
        if isinstance(value, dict):
            found = {value["@id"]} if isinstance(value.get("@id"), str) else set()
            return found.union(*(used(inner) for inner in value.values()))
        return {value} if isinstance(value, str) and ":" in value and "//" not in value else set()

    prefixes = {name.partition(":")[0] for name in used(words)} - {"@id", "@type"}
    assert {prefix for prefix in prefixes if prefix} <= set(words)


def test_the_parts_are_linked_by_hash() -> None:
    written = document.unsigned(content(), site=SITE)
    for part in document.parts(content(), SITE):
        links = [written["policy"], *written["text"]["en"].values()]
        assert [link["sha256"] for link in links if link["url"].endswith(part.name)] == [
            part.sha256
        ]


def test_a_text_is_published_with_line_feeds_and_one_at_its_end() -> None:
    assert document.parts(content(), SITE)[1].body == b"Do not follow me around.\n"


def test_the_digest_of_a_revision_names_one_text() -> None:
    assert document.revision_digest(content()) == document.revision_digest(content())
    others = [
        content(slug="other"),
        content(version="1.0.1"),
        content(title="Other"),
        content(rules=(Rule("duty", "second", "delete"),)),
        content(aliases=("https://example.org/a",)),
    ]
    digests = {document.revision_digest(one) for one in (content(), *others)}
    assert len(digests) == 1 + len(others)
