"""The demo holds what it promises: every stage, an open vote, terms in force, a balanced past."""

from __future__ import annotations

import pytest
from django.utils import timezone

from governance.proposals.models import Proposal
from governance.record.models import Entry, Pending
from governance.terms.models import Term
from governance.voting.models import Poll
from members.models import Person, RoleGrant
from tests.world import World


@pytest.mark.django_db
def test_the_story_holds_every_stage(world: World) -> None:
    stages = set(Proposal.objects.values_list("stage", flat=True))
    assert stages == {
        *("idea", "discussion", "final", "voting"),
        *("adopted", "rejected", "no_quorum", "withdrawn", "lapsed"),
    }
    assert Poll.objects.filter(stage="open").count() == 1
    assert Term.objects.exclude(rules_in_force=None).count() == 4
    assert not Pending.objects.exists()
    assert Entry.objects.count() > 30
    _the_three_are_who_they_are_said_to_be(world)


def _the_three_are_who_they_are_said_to_be(world: World) -> None:
    assert world.member.standing_on(timezone.now().date()) is not None
    assert not world.newcomer.standing_periods.exists()
    assert RoleGrant.objects.get().person == world.steward
    assert Person.objects.in_standing(timezone.now().date()).count() == 42
