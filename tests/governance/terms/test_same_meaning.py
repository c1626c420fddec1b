"""No two active terms mean the same, however their rules are written."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

import pytest
from django.apps import apps

from governance.terms import actions
from governance.terms.actions import publishing
from governance.terms.models import Draft, Term
from governance.terms.rulebook import DraftContent, Rule
from kernel.refusal import Refused
from members.models import Person
from tests.conftest import NOW, TEST
from tests.governance.terms.conftest import ADOPTION, Publish
from tests.governance.terms.rules import NO_TRACKING, content

pytestmark = pytest.mark.django_db

UP_TO = Rule("permission", "second", "store", retention="P30D")
AT_ALL = Rule("permission", "second", "store")
NOT_BEYOND = Rule("prohibition", "second", "store", retention="P30D")

# Keep up to thirty days and no longer, said in two ways.
ONE_WAY = content("a-month", rules=(UP_TO, NOT_BEYOND), title="A month at most")
ANOTHER = content("thirty-days", rules=(AT_ALL, NOT_BEYOND), title="Thirty days")


def test_a_draft_that_means_what_another_term_means_is_refused_and_told_which(
    publish: Publish, author: Person
) -> None:
    publish(ONE_WAY)
    with pytest.raises(Refused) as refused:
        actions.create_draft(content=ANOTHER, by=author, at=NOW)
    assert refused.value.code == "same-rules"
    assert refused.value.sentence == (
        "“A month at most” (a-month) means exactly the same. Propose a new version of that one."
    )
    assert not Draft.objects.exclude(revisions__slug="a-month").exists()


def test_a_new_version_may_say_the_same_in_other_rules(publish: Publish) -> None:
    publish(ONE_WAY)
    again = content("a-month", "1.0.1", rules=ANOTHER.rules, title="A month at most")
    assert publish(again).version == "1.0.1"


def test_nearly_the_same_is_another_term(publish: Publish) -> None:
    publish(ONE_WAY)
    publish(content("a-month-or-more", rules=(UP_TO,)))
    assert Term.objects.exclude(rules_in_force=None).count() == 2


def test_a_site_from_before_names_its_rules_by_their_meaning(publish: Publish) -> None:
    publish(ONE_WAY)
    publish(content("no-tracking", rules=(NO_TRACKING,)))
    named = dict(Term.objects.values_list("slug", "rules_in_force"))
    for number, slug in enumerate(named):
        Term.objects.filter(slug=slug).update(rules_in_force=f"{number}")
    Term.objects.create(slug="withdrawn")
    migration = import_module("governance.terms.migrations.0004_rules_by_meaning")
    for _time in range(2):
        migration.by_meaning(apps, None)
        assert dict(Term.objects.values_list("slug", "rules_in_force")) == {
            **named,
            "withdrawn": None,
        }


def test_of_two_that_were_both_let_through_the_database_refuses_one(
    publish: Publish,
    frozen: Callable[[DraftContent], Draft],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, second = frozen(ONE_WAY), frozen(ANOTHER)
    publish(content("no-tracking", rules=(NO_TRACKING,)))
    monkeypatch.setattr(publishing, "check_place", lambda content: None)
    actions.publish(draft=first, adoption=ADOPTION, by=TEST, at=NOW)
    with pytest.raises(Refused, match="“A month at most”") as refused:
        actions.publish(draft=second, adoption=ADOPTION, by=TEST, at=NOW)
    assert refused.value.code == "same-rules"
    assert not Term.objects.filter(slug="thirty-days").exists()
