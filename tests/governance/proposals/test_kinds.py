"""Every kind of proposal carries out what members adopt, and refuses what cannot be decided."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from governance.proposals import actions, stages
from governance.proposals.kind_forms import ElectionContent, StatusContent
from governance.proposals.models import AdoptedRule, Nomination, Proposal, Seat
from governance.proposals.sweeps import seats as note_seats
from governance.proposals.timeline import timeline
from governance.record.canonical import canonical_bytes
from governance.terms.models import Status, Version
from kernel.refusal import Refused
from members.models import OutgoingMail, Person
from tests.conftest import NOW, TEST
from tests.governance.proposals.conftest import (
    MakePerson,
    fresh,
    propose_term,
    resolve,
    support,
    term,
)
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
People = Callable[[int], list[Person]]


@pytest.fixture
def people(make_person: MakePerson) -> list[Person]:
    """Thirty members: the founding is over."""
    return [make_person(f"Member {number}") for number in range(30)]


@pytest.fixture
def all_rules(db: None, tmp_path: Path) -> None:
    adopt_all_rules(tmp_path, at=NOW - DAY)


def stands(election: Proposal, person: Person) -> Nomination:
    return actions.stand(
        proposal=election,
        statement=f"I am {person} and I read every account.",
        interests="None",
        by=person,
        at=NOW,
    )


def test_a_rule_change_governs_the_next_proposal_and_not_the_running_one(
    all_rules: None, people: list[Person]
) -> None:
    ada, bob, cyd, *others = people
    rule = AdoptedRule.objects.for_kind("resolution", NOW)
    assert rule
    shorter = replace(rule.rule, discussion=DAY)
    change = propose("change_rule", ada, shorter)
    changed = decide(change, yes(*others[:4]), sponsors=(bob, cyd))
    assert changed.stage == stages.ADOPTED

    adopted = AdoptedRule.objects.get(kind="resolution", basis__contains="/polls/")
    assert adopted.rule == shorter
    assert adopted.effective_from == changed.since + 14 * DAY
    running = support(resolve(ada, at=changed.since), bob, cyd, at=changed.since)
    following = resolve(ada, at=adopted.effective_from)
    following = support(following, bob, cyd, at=adopted.effective_from)
    assert (running.ends_at, following.ends_at) == (
        changed.since + 14 * DAY,
        adopted.effective_from + DAY,
    )
    assert running.rule != following.rule
    recorded = entries("decision-rule.adopted")[-1]
    assert recorded["basis"].endswith(f"/polls/{changed.poll_id}/")


@pytest.mark.parametrize(("ayes", "noes", "stage"), [(6, 3, "adopted"), (5, 3, "rejected")])
def test_a_rule_changes_by_two_thirds(
    all_rules: None, people: list[Person], ayes: int, noes: int, stage: str
) -> None:
    ada, bob, cyd, *others = people
    rule = AdoptedRule.objects.for_kind("resolution", NOW)
    assert rule
    change = propose("change_rule", ada, replace(rule.rule, sponsors=9))
    votes = yes(*others[:ayes]) + no(*others[ayes : ayes + noes])
    assert decide(change, votes, sponsors=(bob, cyd)).stage == stage


def test_a_rule_changes_with_at_least_the_quorum_that_is_being_changed(
    db: None, tmp_path: Path, people: list[Person]
) -> None:
    adopt_all_rules(tmp_path, at=NOW - DAY, resolution="1/3")
    ada, bob, cyd, *others = people
    rule = AdoptedRule.objects.for_kind("resolution", NOW)
    assert rule
    easier = replace(rule.rule, quorum=Fraction(1, 100))
    missed = decide(propose("change_rule", ada, easier), yes(*others[:9]), sponsors=(bob, cyd))
    assert missed.stage == stages.NO_QUORUM
    assert missed.poll
    assert missed.poll.quorum == "1/3"


def test_a_rule_that_was_changed_meanwhile_is_not_changed_blindly(
    all_rules: None, people: list[Person]
) -> None:
    ada, bob, cyd, *others = people
    rule = AdoptedRule.objects.for_kind("resolution", NOW)
    assert rule
    late = support(propose("change_rule", ada, replace(rule.rule, sponsors=8)), bob, cyd)
    first = propose("change_rule", ada, replace(rule.rule, sponsors=9))
    decided = decide(first, yes(*others[:9]), sponsors=(bob, cyd))
    with pytest.raises(Refused) as refused:
        actions.freeze(proposal=late, by=TEST, at=decided.since)
    assert refused.value.code == "rule-changed-meanwhile"
    with pytest.raises(Refused) as refused:
        propose("change_rule", ada, replace(rule.rule, sponsors=9), at=decided.since)
    assert refused.value.code == "rule-unchanged"


def test_an_election_seats_whom_members_elect_and_holds_no_name(
    all_rules: None, people: list[Person], make_person: MakePerson
) -> None:
    ada, bob, cyd, *others = people
    appointed = make_person("Sam", role="steward")
    note_seats(NOW)
    election = propose("elect_stewards", ada, ElectionContent(seats=2, term_days=365))
    assert election.wording.title == "Election of stewards"
    support(election, bob, cyd)
    actions.nominate(proposal=election, email="BOB@nowhere.example", by=ada, at=NOW)
    actions.nominate(proposal=election, email=bob.email, by=ada, at=NOW)
    asked = Nomination.objects.get()
    assert (asked.nominee, asked.stage) == (bob, "asked")
    assert OutgoingMail.objects.filter(person=bob, key=f"nomination:{asked.pk}").exists()
    for person in (bob, cyd, others[0]):
        stands(election, person)

    now = advance_discussed(election)
    poll = poll_of(now)
    work(now.since)
    poll = poll_of(now)
    names = [str(person) for person in (bob, cyd, others[0])]
    held = json.dumps([poll.manifest, poll.options, poll.title, poll.question_text])
    assert not [name for name in names if name in held]
    assert {option.label for option in poll.choices} == set(names)
    one = Nomination.objects.get(nominee=cyd)
    assert one.sha256 == one.digest()
    assert one.sha256 in held
    by_person = {nomination.nominee: nomination.option for nomination in election.nominations.all()}
    for voter in others[:5]:
        cast(poll, voter, by_person[cyd], by_person[bob], at=poll.opens_at)
    cast(poll, others[6], by_person[bob], at=poll.opens_at)
    cast(poll, others[7], by_person[bob], at=poll.opens_at)
    work(poll.closes_at)

    decided = fresh(election)
    assert decided.stage == stages.ADOPTED
    day = decided.since.date()
    assert {seat.grant.person for seat in Seat.objects.held(day)} == {bob, cyd}
    assert not appointed.holds("steward", day)
    assert bob.holds("steward", day)
    assert [entry["until"] for entry in entries("office.seated")] == [
        (day + 365 * DAY).isoformat()
    ] * 2
    assert not [name for name in names if name in json.dumps(entries("office.seated"))]
    assert all(step.record_hash or step.unproved for step in timeline(decided))

    actions.erase_candidacies(person=cyd, by=TEST, at=decided.since)
    labels = {option.label for option in poll_of(now).choices}
    assert labels == {str(bob), str(others[0]), "somebody whose name was erased"}


def advance_discussed(election: Proposal) -> Proposal:
    """An election whose discussion has begun, taken to its vote by the worker alone."""
    now = fresh(election)
    while now.stage != stages.VOTING:
        assert now.ends_at
        work(now.ends_at)
        now = fresh(election)
    return now


def test_too_few_candidates_reopen_nominations_three_times_and_then_it_lapses(
    all_rules: None, people: list[Person]
) -> None:
    ada, bob, cyd, *_others = people
    election = propose("elect_scrutineers", ada, ElectionContent(seats=3, term_days=365))
    election = support(election, bob, cyd)
    stands(election, bob)
    for number in (1, 2, 3):
        assert election.ends_at
        work(election.ends_at)
        election = fresh(election)
        assert (election.stage, election.reopenings.count()) == (stages.DISCUSSION, number)
    assert [entry["candidates"] for entry in entries("election.nominations-reopened")] == [1, 1, 1]
    assert election.ends_at
    work(election.ends_at)
    assert fresh(election).reopenings.count() == 3
    with pytest.raises(Refused) as refused:
        actions.reopen_nominations(proposal=election, by=TEST, at=election.ends_at)
    assert refused.value.code == "reopened-enough"
    assert election.lapses_at
    work(election.lapses_at)
    assert fresh(election).stage == stages.LAPSED


def test_caretakers_stay_until_somebody_is_seated_and_no_longer(
    all_rules: None, people: list[Person]
) -> None:
    ada, bob, cyd, dan, *others = people
    first = support(
        propose("elect_stewards", ada, ElectionContent(seats=1, term_days=30)), bob, cyd
    )
    stands(first, bob)
    stands(first, dan)
    now = advance_discussed(first)
    options = {one.nominee: one.option for one in first.nominations.all()}
    decided = decide(now, [(voter, [options[bob]]) for voter in others[:4]])
    seat = Seat.objects.get(grant__person=bob)
    after = decided.since.date() + 31 * DAY
    assert seat.is_caretaker(after)
    assert bob.holds("steward", after)

    later = decided.since + 31 * DAY
    second = propose("elect_stewards", ada, ElectionContent(seats=1, term_days=30), at=later)
    second = support(second, bob, cyd, at=later)
    for person in (dan, cyd):
        actions.stand(proposal=second, statement="Me", interests="None", by=person, at=later)
    now = advance_discussed(second)
    options = {one.nominee: one.option for one in second.nominations.all()}
    decided = decide(now, [(voter, [options[dan]]) for voter in others[:4]])
    assert dan.holds("steward", decided.since.date())
    assert not bob.holds("steward", decided.since.date())


def test_enough_members_sign_a_recall_and_a_vote_ends_the_office(
    all_rules: None, people: list[Person], make_person: MakePerson
) -> None:
    ada, *others = people
    sam = make_person("Sam", role="steward")
    note_seats(NOW)
    seat = Seat.objects.get()
    petition = propose("recall", ada, str(seat.pk))
    # A fifth of the 31 members, rounded up, however few sponsors the rule asks for.
    assert petition.sponsors_needed == 7
    signed = support(petition, *others[:6])
    assert signed.stage == stages.IDEA
    signed = support(petition, others[6])
    assert signed.stage == stages.DISCUSSION
    decided = decide(signed, yes(*others[:4]) + no(sam))
    assert decided.stage == stages.ADOPTED
    assert not sam.holds("steward", decided.since.date())
    assert poll_of(decided).concerns.filter(person=sam).exists()
    [recalled] = entries("office.recalled")
    assert recalled["seat"] == str(seat.pk)
    with pytest.raises(Refused) as refused:
        propose("recall", ada, str(seat.pk), at=decided.since + DAY)
    assert refused.value.code == "seat-empty"


def test_a_term_is_published_replaced_advised_against_and_taken_back(
    all_rules: None, people: list[Person]
) -> None:
    ada, bob, cyd, *others = people
    with pytest.raises(Refused) as refused:
        propose("new_version", ada, term(version="1.1.0"))
    assert refused.value.code == "no-such-term"
    first = decide(propose_term(ada), yes(*others[:6]), sponsors=(bob, cyd))
    second = propose(
        "new_version", ada, term(version="1.1.0", plain="Do not follow me."), at=first.since
    )
    second = decide(second, yes(*others[:6]), sponsors=(bob, cyd))
    new = Version.objects.get(version="1.1.0")
    assert new.replaces == Version.objects.get(version="1.0.0")
    advised = propose(
        "deprecate_term",
        ada,
        StatusContent("no-stalking/1.1.0", "Browsers do it now."),
        at=second.since,
    )
    assert advised.wording.title == "Advise against no-stalking 1.1.0"
    advised = decide(advised, yes(*others[:6]), sponsors=(bob, cyd))
    assert Status.objects.filter(version=new).latest("pk").status == "deprecated"
    with pytest.raises(Refused) as refused:
        propose(
            "deprecate_term",
            ada,
            StatusContent("no-stalking/1.1.0", "Again."),
            at=advised.since,
        )
    assert refused.value.code == "status-cannot-change"
    taken = propose(
        "withdraw_term", ada, StatusContent("no-stalking/1.0.0", "It was wrong."), at=advised.since
    )
    decide(taken, yes(*others[:6]), sponsors=(bob, cyd))
    old = Version.objects.get(version="1.0.0")
    assert Status.objects.filter(version=old).latest("pk").status == "withdrawn"


def test_members_choose_among_texts_that_compete_or_leave_things_as_they_are(
    all_rules: None, people: list[Person]
) -> None:
    ada, bob, cyd, *others = people
    proposal = support(resolve(ada), bob, cyd)
    amendment = actions.amend(
        proposal=proposal,
        content="Meetings are open, and minuted.",
        reason="Minutes last.",
        base=1,
        by=bob,
        at=NOW,
    )
    for person in (cyd, others[0]):
        actions.support_amendment(
            amendment=amendment, text_sha256=amendment.wording.sha256, by=person, at=NOW
        )
    now = advance_discussed(proposal)
    poll = poll_of(now)
    assert poll.method == "schulze"
    ids = [option.id for option in poll.choices]
    assert ids == ["text", "amendment-1", "as-it-is"]
    votes = [(voter, ["amendment-1", "text", "as-it-is"]) for voter in others[:6]]
    decided = decide(now, votes)
    assert decided.stage == stages.ADOPTED
    [said] = entries("proposal.decided")
    assert said["adoptedTextSha256"] == amendment.wording.sha256


def test_a_lawyers_note_stands_beside_the_final_text_and_interests_freeze_with_the_vote(
    all_rules: None, people: list[Person], make_person: MakePerson
) -> None:
    ada, bob, cyd, *_others = people
    sam = make_person("Sam", role="steward")
    note = {
        "lawyer": "Dr. L. Example",
        "admitted": "Berlin, since 2010",
        "interests": "Paid by us.",
        "body": "It holds.",
    }
    proposal = support(resolve(ada), bob, cyd)

    def code(attempt: Callable[[], object]) -> str:
        with pytest.raises(Refused) as refused:
            attempt()
        return refused.value.code

    add = actions.add_note
    assert code(lambda: add(proposal=proposal, **note, by=sam, at=NOW)) == "text-not-final"
    actions.declare_interest(proposal=proposal, text="I sell locks.", by=ada, at=NOW)
    assert (
        code(lambda: actions.declare_interest(proposal=proposal, text="", by=sam, at=NOW))
        == "not-involved"
    )
    assert proposal.ends_at
    final = actions.freeze(proposal=proposal, by=TEST, at=proposal.ends_at)
    assert code(lambda: add(proposal=final, **note, by=ada, at=final.since)) == "not-a-steward"
    noted = add(proposal=final, **note, by=sam, at=final.since)
    assert noted.sha256 == noted.digest()
    [entry] = entries("proposal.advised")
    assert (entry["noteSha256"], entry["textSha256"]) == (noted.sha256, final.wording.sha256)
    assert "Example" not in canonical_bytes(entry).decode()
    assert code(lambda: add(proposal=final, **note, by=sam, at=final.since)) == "note-there"
    assert final.ends_at
    voting = actions.open_vote(proposal=final, by=TEST, at=final.ends_at)
    assert voting.interests.get().frozen_at == voting.since
    assert (
        code(lambda: actions.declare_interest(proposal=voting, text="", by=ada, at=voting.since))
        == "declared-for-good"
    )


def test_nominations_are_answered_by_their_nominee_alone_and_only_while_they_are_open(
    all_rules: None, people: list[Person]
) -> None:
    ada, bob, cyd, dan, *_others = people
    election = propose("elect_stewards", ada, ElectionContent(seats=1, term_days=365))

    def code(attempt: Callable[[], object]) -> str:
        with pytest.raises(Refused) as refused:
            attempt()
        return refused.value.code

    assert code(lambda: stands(election, bob)) == "nominations-closed"
    election = support(election, bob, cyd)
    assert (
        code(lambda: actions.nominate(proposal=election, email=ada.email, by=ada, at=NOW))
        == "nominate-yourself"
    )
    actions.nominate(proposal=election, email=dan.email, by=ada, at=NOW)
    asked = Nomination.objects.get(nominee=dan)
    assert code(lambda: actions.decline(nomination=asked, by=ada, at=NOW)) == "not-the-nominee"
    actions.decline(nomination=asked, by=dan, at=NOW)
    assert code(lambda: actions.decline(nomination=asked, by=dan, at=NOW)) == "nomination-answered"
    mine = stands(election, bob)
    stands(election, cyd)
    actions.step_back(nomination=mine, by=bob, at=NOW)
    stands(election, bob)
    now = advance_discussed(election)
    assert code(lambda: actions.step_back(nomination=mine, by=bob, at=now.since)) == (
        "nominations-closed"
    )
    resolution = support(resolve(ada), bob, cyd)
    assert code(lambda: stands(resolution, bob)) == "not-an-election"
