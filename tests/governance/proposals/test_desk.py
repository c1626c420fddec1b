"""What proposals bring to the desk: nothing that is somebody's own cause."""

from __future__ import annotations

from datetime import timedelta

import pytest

from governance.proposals import actions, desk, permissions
from governance.proposals.models import Flag, Proposal, Provisional
from members.models import Person
from tests.conftest import NOW
from tests.governance.proposals.conftest import MakePerson, support

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=2)


def keys(person: Person) -> set[str]:
    return {item.key for item in desk.for_stewards(person, NOW)}


def test_a_flag_is_on_the_desk_of_whoever_may_decide_on_it(
    proposal: Proposal, ada: Person, bob: Person, cyd: Person, make_person: MakePerson
) -> None:
    free, flagging, sponsoring, writing = (
        make_person(name, role="steward") for name in ("Eve", "Fay", "Gus", "Hal")
    )
    support(proposal, sponsoring)
    said = actions.comment(proposal=proposal, body="Buy pills.", by=writing, at=NOW)
    other = actions.comment(proposal=proposal, body="Buy more.", by=bob, at=NOW)
    actions.flag(proposal=proposal, comment=said, reason="spam", by=flagging, at=NOW)
    actions.flag(proposal=proposal, comment=said, reason="spam", by=cyd, at=NOW)
    actions.flag(proposal=proposal, comment=other, reason="spam", by=ada, at=NOW)
    seen = {}
    for steward in (free, flagging, sponsoring, writing, ada):
        may = {
            f"flag:{flag.pk}"
            for flag in Flag.objects.waiting()
            if permissions.is_steward(steward, at=NOW)
            and permissions._allows(permissions.check_can_settle, flag, steward, at=NOW)
        }
        assert keys(steward) == may, str(steward)
        seen[str(steward)] = len(may)
    assert seen == {"Eve": 3, "Fay": 1, "Gus": 0, "Hal": 1, "Ada": 0}
    actions.hide_comment(comment=said, reason="It advertises.", by=free, at=NOW)
    assert len(keys(free)) == 1


def test_that_nobody_was_asked_to_ratify(
    proposal: Proposal, make_person: MakePerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    steward = make_person("Eve", role="steward")
    Provisional.objects.create(
        decision=proposal, stage="provisional", decided_at=NOW, record_hash="0" * 64
    )
    monkeypatch.setattr(desk, "founding_on", lambda day: True)
    assert list(desk.for_stewards(steward, LATER)) == []
    monkeypatch.setattr(desk, "founding_on", lambda day: False)
    assert keys(steward) == set()
    (item,) = desk.for_stewards(steward, LATER)
    assert item.key == f"ratification:{proposal.pk}"
