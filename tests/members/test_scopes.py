"""A token opens what it holds, and no scope includes another."""

from __future__ import annotations

import pytest

from members.permissions import HasScope
from members.scopes import SCOPES, opens, unknown


def test_each_scope_opens_itself_alone() -> None:
    for held in SCOPES:
        assert [wanted for wanted in SCOPES if opens([held], wanted)] == [held]


def test_nothing_opens_what_is_no_scope() -> None:
    assert not opens([*SCOPES, "everything"], "everything")
    assert unknown(["read", "everything", "polls:vote", ""]) == ["everything", ""]


def test_every_scope_says_what_it_means() -> None:
    assert all(scope.label and scope.name == name for name, scope in SCOPES.items())


def test_a_view_cannot_ask_for_what_is_no_scope() -> None:
    with pytest.raises(ValueError, match="no scope is called 'everything'"):
        HasScope("everything")
