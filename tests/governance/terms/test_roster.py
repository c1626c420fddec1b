"""The terms a demonstration begins with: what each says, as facts, and that no two are the same."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest
from django.conf import settings

from governance.terms.roster import load
from governance.terms.rulebook import CELLS, identity, matrix, problems_with

ROSTER = Path(settings.BASE_DIR) / "config/demo/roster.toml"
P7012 = "https://w3id.org/dpv/standards/p7012#"

# Rows of the list that the Data Privacy Vocabulary keeps of IEEE 7012's agreements, in the order of
# the cells; the last is what data is contributed for. Two terms of the roster have no row there.
SERVICE = "must no no no no no no no no"
ROWS = {
    "service-delivery-only": ("SD-BASE", f"{SERVICE} optional", ""),
    "service-delivery-with-portability": ("SD-BASE-DP", f"{SERVICE} must", ""),
    "service-and-own-analytics": ("SD-BASE-A", "must yes no no no no no no no optional", ""),
    "intentcasting": ("PDC-INTENT", f"{SERVICE} must", "intentcasting"),
    "my-data-for-ai": ("PDC-AI", f"{SERVICE} must", "training and operating AI"),
    "data-for-public-good": ("PDC-GOOD", f"{SERVICE} must", "public good"),
}
OPEN = "optional"
OWN = {
    "no-stalking": f"{OPEN} {OPEN} no {OPEN} {OPEN} {OPEN} {OPEN} no no {OPEN}",
    "forget-me-soon": " ".join([OPEN] * 10),
}

TERMS = {term.slug: term for term in load(ROSTER)}


def test_the_roster_holds_these_terms_and_no_others() -> None:
    assert set(TERMS) == set(ROWS) | set(OWN)
    assert len(load(ROSTER)) == len(TERMS)


@pytest.mark.parametrize("slug", ROWS)
def test_a_term_says_what_its_row_of_the_published_list_says(slug: str) -> None:
    name, row, contributed_for = ROWS[slug]
    expected = dict(zip(CELLS, row.split(), strict=True)) | {"contributed_for": contributed_for}
    assert matrix(TERMS[slug].rules) == expected
    assert TERMS[slug].aliases == (P7012 + name,)


@pytest.mark.parametrize("slug", OWN)
def test_a_term_of_our_own_claims_no_outside_name(slug: str) -> None:
    expected = dict(zip(CELLS, OWN[slug].split(), strict=True)) | {"contributed_for": ""}
    assert matrix(TERMS[slug].rules) == expected
    assert TERMS[slug].aliases == ()


@pytest.mark.parametrize("slug", TERMS)
def test_a_term_is_well_formed_and_contradicts_itself_nowhere(slug: str) -> None:
    assert problems_with(TERMS[slug]) == []


def test_no_two_terms_have_the_same_rules() -> None:
    for one, other in combinations(TERMS.values(), 2):
        assert identity(one.rules) != identity(other.rules), (one.slug, other.slug)


def test_a_term_that_could_not_be_published_is_named(tmp_path: Path) -> None:
    path = tmp_path / "roster.toml"
    path.write_text(ROSTER.read_text("utf-8").replace('title = "No stalking"', 'title = ""'))
    with pytest.raises(ValueError, match=r"no-stalking: title: Give the term a title\."):
        load(path)
