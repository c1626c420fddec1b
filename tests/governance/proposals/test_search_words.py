"""By which words proposals are found: on every database the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.proposals.filters import ProposalFilter
from governance.proposals.models import Proposal
from governance.proposals.search_words import LONGEST, MOST, TITLE, stems_in, weighed
from governance.proposals.similar import like
from members.models import Person
from tests.conftest import NOW
from tests.governance.proposals.conftest import resolve, revise


@given(st.text(max_size=300))
def test_stems_are_short_folded_and_each_once(text: str) -> None:
    stems = stems_in(text)
    assert len(set(stems)) == len(stems)
    assert all(0 < len(stem) <= LONGEST and stem == stem.casefold() for stem in stems)
    assert len(weighed(text, text, text)) <= MOST


def test_endings_accents_and_capitals_do_not_matter() -> None:
    assert stems_in("Tracking tracked TRACKS") == ["track"]
    assert stems_in("Résumé") == stems_in("resume")
    assert weighed("Trees", "the tree", "trees")["tree"] == TITLE


@pytest.mark.usefixtures("rules")
def test_a_proposal_is_found_by_every_word_it_says_now(ada: Person) -> None:
    open_ = resolve(ada, title="Meet in the open")
    other = resolve(ada, title="Plant two trees")

    def found(text: str) -> set[object]:
        everything = Proposal.objects.to_show()
        return {row.pk for row in ProposalFilter({"q": text}, queryset=everything).qs}

    assert found("meetings") == {open_.pk, other.pk}  # both speak of meetings in their text
    assert found("planting trees") == {other.pk}
    assert found("planting meadows") == set()
    assert found("ant two") == {other.pk}  # a piece of the title
    revise(other, "Hedgehogs.", by=ada, at=NOW)
    assert found("hedgehog") == {other.pk}


@pytest.mark.usefixtures("rules")
def test_what_sounds_alike_is_offered_first(ada: Person, django_assert_num_queries: object) -> None:
    resolve(ada, title="Plant two trees")
    nearest = resolve(ada, title="Planting many trees by the river")
    assert like("river trees planted")[0].pk == nearest.pk
    assert like("the of and") == []
    assert like("zebra") == []
    with django_assert_num_queries(1):  # type: ignore[operator] # pytest-django's fixture
        like("river trees planted by anybody who has a spade and time")
