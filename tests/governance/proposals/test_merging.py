"""What one changed, put onto a text that others changed meanwhile."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from governance.proposals.merging import merge

TEXTS = st.text(alphabet="ab \n", max_size=40)


@given(base=TEXTS, other=TEXTS)
def test_where_one_changed_nothing_the_other_stands(base: str, other: str) -> None:
    same = {"text": base}
    assert merge(same, same, {"text": other}) == {"text": other}
    assert merge(same, {"text": other}, same) == {"text": other}
    assert merge(same, {"text": other}, {"text": other}) == {"text": other}


def test_both_changes_stand_where_they_are_apart() -> None:
    base = {"text": "We meet on Mondays. Everybody may come. Minutes are kept.", "rules": [1]}
    mine = {"text": "We meet on Fridays. Everybody may come. Minutes are kept.", "rules": [1, 2]}
    now = {"text": "We meet on Mondays. Everybody may come. Minutes are public.", "rules": [1]}
    assert merge(base, mine, now) == {
        "text": "We meet on Fridays. Everybody may come. Minutes are public.",
        "rules": [1, 2],
    }


def test_where_both_changed_the_rules_mine_stand() -> None:
    assert merge({"rules": [1]}, {"rules": [2]}, {"rules": [3]}) == {"rules": [2]}
