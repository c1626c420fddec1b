"""The founding, from three people on: what they decide lapses unless the many ratify it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from governance.proposals import actions, stages
from governance.proposals.kind_forms import ElectionContent
from governance.proposals.models import AdoptedRule, Proposal, Provisional, Seat
from governance.proposals.sweeps import ratify
from governance.proposals.timeline import timeline
from governance.terms.models import Status
from kernel.refusal import Refused
from members.actions import appoint_first_steward
from members.models import Person
from tests.conftest import NOW, TEST
from tests.governance.proposals.conftest import MakePerson, fresh, propose_term, resolve, support
from tests.governance.proposals.deciding import (
    adopt_all_rules,
    cast,
    decide,
    entries,
    no,
    poll_of,
    propose,
    work,
    yes,
)

DAY = timedelta(days=1)
Three = tuple[Person, Person, Person]


@pytest.fixture
def three(make_person: MakePerson, tmp_path: Path) -> Three:
    """Three people, members since today, and the rules of a file."""
    adopt_all_rules(tmp_path, at=NOW)
    ada, bob, cyd = (make_person(name, since=NOW.date()) for name in ("Ada", "Bob", "Cyd"))
    return ada, bob, cyd


def grow(make_person: MakePerson, *, to: int, since: date) -> list[Person]:
    """So many more members that there are ``to`` of them."""
    there = Person.objects.in_standing(since).count()
    return [make_person(f"New {number}", since=since) for number in range(to - there)]


def ratification_of(decision: Proposal) -> Proposal:
    asked = Provisional.objects.get(decision=decision).ratification
    assert asked is not None
    return fresh(asked)


def test_three_people_decide_and_the_many_ratify(three: Three, make_person: MakePerson) -> None:
    ada, bob, cyd = three
    appoint_first_steward(person=ada, by=TEST, at=NOW)
    adopted = decide(resolve(ada), yes(ada, bob, cyd), sponsors=(bob, cyd))
    assert adopted.stage == stages.ADOPTED
    assert poll_of(adopted).founding_minimum == 3
    missed = decide(resolve(ada, at=adopted.since), yes(ada, bob), sponsors=(bob, cyd))
    assert missed.stage == stages.NO_QUORUM
    assert [noted.decision for noted in Provisional.objects.all()] == [adopted]
    assert len(entries("decision.provisional")) == 1

    later = missed.since + DAY
    assert ratify(later) == 0
    many = grow(make_person, to=25, since=later.date())
    assert ratify(later) == 1
    assert ratify(later) == 0
    asked = ratification_of(adopted)
    assert (asked.kind, asked.stage, asked.sponsors_needed) == ("ratification", "discussion", 0)
    assert (asked.author, asked.rule and asked.rule.kind) == (ada, "ratification")
    ratified = decide(asked, yes(*many[:5]))
    assert ratified.stage == stages.ADOPTED
    assert Provisional.objects.get().stage == "ratified"
    assert entries("decision.ratified")[0]["proposal"].endswith(adopted.get_absolute_url())
    assert not Provisional.objects.filter(decision=ratified).exists()
    assert timeline(fresh(adopted))[-1].record_hash == Provisional.objects.get().record_hash


def test_what_the_many_do_not_ratify_lapses_as_its_kind_says(
    three: Three, make_person: MakePerson
) -> None:
    ada, bob, cyd = three
    before = AdoptedRule.objects.for_kind("resolution", NOW)
    assert before
    published = decide(propose_term(ada), yes(*three), sponsors=(bob, cyd))
    change = propose("change_rule", ada, replace(before.rule, sponsors=3), at=published.since)
    changed = decide(change, yes(*three), sponsors=(bob, cyd))
    election = propose("elect_stewards", ada, ElectionContent(1, 365), at=changed.since)
    election = support(election, bob, cyd, at=changed.since)
    for person in (ada, bob):
        actions.stand(
            proposal=election, statement="Me", interests="None", by=person, at=changed.since
        )
    option = election.nominations.get(nominee=ada).option
    elected = decide(election, [(person, [option]) for person in three])
    assert elected.stage == stages.ADOPTED

    later = elected.since + 30 * DAY
    many = grow(make_person, to=30, since=later.date())
    assert ratify(later) == 3
    began = [ratification_of(one) for one in (published, changed, elected)]
    work(later + 14 * DAY)
    work(later + 17 * DAY)
    for asked in began:
        poll = poll_of(asked)
        for person in many[:6]:
            cast(poll, person, "no", at=poll.opens_at)
    work(later + 24 * DAY)
    assert {fresh(asked).stage for asked in began} == {stages.REJECTED}
    assert set(Provisional.objects.values_list("stage", flat=True)) == {"lapsed"}
    end = later + 24 * DAY

    assert Status.objects.latest("pk").status == "withdrawn"
    now = AdoptedRule.objects.for_kind("resolution", end)
    assert now
    assert now.rule == before.rule
    assert now.basis.endswith(f"/polls/{fresh(began[1]).poll_id}/")
    seat = Seat.objects.get(grant__person=ada)
    assert seat.is_caretaker(end.date())
    assert ada.holds("steward", end.date())
    assert len(entries("decision.lapsed")) == 3


def test_a_ratification_asks_for_at_least_what_the_decision_asked_for(
    three: Three, make_person: MakePerson
) -> None:
    ada, bob, cyd = three
    rule = AdoptedRule.objects.for_kind("resolution", NOW)
    assert rule
    change = propose("change_rule", ada, replace(rule.rule, sponsors=3))
    changed = decide(change, yes(*three), sponsors=(bob, cyd))
    many = grow(make_person, to=30, since=changed.since.date())
    assert ratify(changed.since) == 1
    asked = ratification_of(changed)
    settled = decide(asked, yes(*many[:5]) + no(*many[5:8]))
    assert settled.stage == stages.REJECTED
    assert poll_of(settled).majority == "2/3"


def test_nobody_proposes_or_changes_a_ratification(three: Three, make_person: MakePerson) -> None:
    ada, bob, cyd = three
    with pytest.raises(Refused) as refused:
        propose("ratification", ada, "anything")
    assert refused.value.code == "by-program"
    adopted = decide(resolve(ada), yes(*three), sponsors=(bob, cyd))
    with pytest.raises(Refused) as refused:
        actions.ask_to_ratify(decision=adopted, by=TEST, at=adopted.since)
    assert refused.value.code == "founding-lasts"


def test_an_election_ends_the_command_that_appoints_for_good(
    three: Three, make_person: MakePerson
) -> None:
    ada, bob, cyd = three
    appoint_first_steward(person=ada, by=TEST, at=NOW)
    election = support(propose("elect_stewards", ada, ElectionContent(1, 30)), bob, cyd)
    for person in (bob, cyd):
        actions.stand(proposal=election, statement="Me", interests="None", by=person, at=NOW)
    option = election.nominations.get(nominee=bob).option
    elected = decide(election, [(person, [option]) for person in three])
    assert elected.stage == stages.ADOPTED
    for person in three:
        with pytest.raises(Refused) as refused:
            appoint_first_steward(person=person, by=TEST, at=elected.since + 900 * DAY)
        assert refused.value.code == "founding-over"


def test_a_file_changes_no_rule_once_the_founding_is_over(
    three: Three, make_person: MakePerson, tmp_path: Path
) -> None:
    grow(make_person, to=25, since=NOW.date())
    with pytest.raises(Refused) as refused:
        adopt_all_rules(tmp_path, at=NOW + DAY, resolution="1/2")
    assert refused.value.code == "founding-over"
