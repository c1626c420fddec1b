"""The roster: what each term says, as facts, and that no two are the same."""

from __future__ import annotations

import csv
import os
import re
import tomllib
from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest
from django.conf import settings

from governance.terms.comparison import identity
from governance.terms.document import Site, parts
from governance.terms.roster import load
from governance.terms.rulebook import CELLS, DraftContent, matrix, problems_with, sentence

DEMO = Path(settings.BASE_DIR) / "config/demo"
ROSTER = DEMO / "roster.toml"
P7012 = "https://w3id.org/dpv/standards/p7012#"

# Rows of the list that the Data Privacy Vocabulary keeps of IEEE 7012's agreements, by our name: in
# the order of the cells, then what data is contributed for.
ROWS = {
    "service-delivery-only": ("SD-BASE", "must no no no no no no no no optional", ""),
    "service-delivery-with-portability": ("SD-BASE-DP", "must no no no no no no no no must", ""),
    "service-and-own-analytics": ("SD-BASE-A", "must yes no no no no no no no optional", ""),
    "service-and-own-analytics-with-portability": (
        "SD-BASE-A-DP",
        "must yes no no no no no no no must",
        "",
    ),
    "service-and-own-tracking": ("SD-BASE-AT", "must yes yes no no no no no no optional", ""),
    "service-and-own-tracking-with-portability": (
        "SD-BASE-AT-DP",
        "must yes yes no no no no no no must",
        "",
    ),
    "service-and-own-profile": ("SD-BASE-ATP", "must yes yes yes no no no no no optional", ""),
    "service-and-own-profile-with-portability": (
        "SD-BASE-ATP-DP",
        "must yes yes yes no no no no no must",
        "",
    ),
    "service-profile-and-sharing": (
        "SD-BASE-ATP-S3P",
        "must yes yes yes yes no no no no optional",
        "",
    ),
    "service-profile-and-sharing-with-portability": (
        "SD-BASE-ATP-S3P-DP",
        "must yes yes yes yes no no no no must",
        "",
    ),
    "intentcasting": ("PDC-INTENT", "must no no no no no no no no must", "intentcasting"),
    "my-data-for-ai": (
        "PDC-AI",
        "must no no no no no no no no must",
        "training and operating AI",
    ),
    "data-for-public-good": ("PDC-GOOD", "must no no no no no no no no must", "public good"),
}
O = "optional"  # noqa: E741 - so that the row reads as a row
OWN = {"no-stalking": f"{O} {O} no {O} {O} {O} {O} no no {O}"}

TERMS = {term.slug: term for term in load(ROSTER)}
EVERY_TERM = [*load(ROSTER), *load(DEMO / "other_terms.toml")]


def test_the_roster_holds_thirteen_agreements_and_no_stalking() -> None:
    assert len(ROWS) == 13
    assert [term.slug for term in load(ROSTER)] == [*OWN, *ROWS]


@pytest.mark.parametrize("slug", ROWS)
def test_a_term_says_what_its_row_of_the_published_list_says(slug: str) -> None:
    name, row, contributed_for = ROWS[slug]
    expected = dict(zip(CELLS, row.split(), strict=True)) | {"contributed_for": contributed_for}
    assert matrix(TERMS[slug].rules) == expected
    assert TERMS[slug].aliases == (P7012 + name,)


@pytest.mark.vectors
def test_the_rows_are_those_of_the_published_list() -> None:
    vectors = os.environ.get("CONFORMANCE_VECTORS", "")
    path = Path(vectors).parent / "terms" / "p7012-agreements.csv"
    if not vectors or not path.exists():
        pytest.skip("no copy of the published list beside CONFORMANCE_VECTORS")
    with path.open(encoding="utf-8", newline="") as file:
        published = {
            line["iri_fragment"]: (" ".join(line[cell] for cell in CELLS), line["contributed_for"])
            for line in csv.DictReader(file)
        }
    assert {name: (row, given) for name, row, given in ROWS.values()} == published


def test_no_stalking_claims_no_outside_name() -> None:
    for slug, row in OWN.items():
        expected = dict(zip(CELLS, row.split(), strict=True)) | {"contributed_for": ""}
        assert matrix(TERMS[slug].rules) == expected
        assert TERMS[slug].aliases == ()


@pytest.mark.parametrize("term", EVERY_TERM, ids=lambda term: f"{term.slug}-{term.version}")
def test_a_term_is_well_formed_and_contradicts_itself_nowhere(term: DraftContent) -> None:
    assert problems_with(term) == []


def test_no_two_terms_mean_the_same() -> None:
    for one, other in combinations(EVERY_TERM, 2):
        assert identity(one.rules) != identity(other.rules), (one.slug, other.slug)


def test_what_two_terms_have_in_common_they_say_in_the_same_words() -> None:
    """Every rule stands in one clause, and every point of a legal text is one of the clauses."""
    clauses = tomllib.loads(ROSTER.read_text("utf-8"))["clause"]
    texts = {" ".join(clause["legal"].split()) for clause in clauses.values()}
    for term in TERMS.values():
        points = [re.sub(r"^\d+\. ", "", line) for line in term.legal.splitlines()]
        assert set(points) <= texts
        assert len(points) == len(set(points))
    used = Counter(name for term in _written() for name in term["clauses"])
    assert set(used) == set(clauses)


def test_data_for_ai_says_in_its_title_who_gives_what_to_whom() -> None:
    """“For AI” could also mean what an AI of one's own may do: the title leaves no doubt."""
    assert TERMS["my-data-for-ai"].title == "I give you data to train and run your AI"
    assert "it\nsays nothing of an AI that works for me" in TERMS["my-data-for-ai"].plain


def test_titles_are_told_apart_and_texts_are_short() -> None:
    assert len({term.title for term in TERMS.values()}) == len(TERMS)
    for term in TERMS.values():
        assert len(term.plain.split()) < 110, term.slug
        assert len(term.legal.split()) < 400, term.slug
        assert all(sentence(rule) for rule in term.rules)
        assert parts(term, Site("https://example.org"))


def test_a_term_that_could_not_be_published_is_named(tmp_path: Path) -> None:
    path = tmp_path / "roster.toml"
    path.write_text(ROSTER.read_text("utf-8").replace('title = "No stalking"', 'title = ""'))
    with pytest.raises(ValueError, match=r"no-stalking: title: Give the term a title\."):
        load(path)


def test_an_unknown_clause_is_named(tmp_path: Path) -> None:
    path = tmp_path / "roster.toml"
    path.write_text(ROSTER.read_text("utf-8").replace('"plain_ads", ', '"loud_ads", '))
    with pytest.raises(KeyError, match="loud_ads"):
        load(path)


def _written() -> list[dict[str, list[str]]]:
    written: list[dict[str, list[str]]] = tomllib.loads(ROSTER.read_text("utf-8"))["term"]
    return written
