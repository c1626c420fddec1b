"""Awards: promised, agreed, delivered, ended; the fund and the books say the same throughout."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from funding.grants import award_stages, milestone_stages
from funding.grants.actions import agreeing, delivering, ending, funds, next_in_line, seed_fund
from funding.grants.models import (
    Amendment,
    Award,
    Event,
    Evidence,
    Fund,
    Interest,
    Movement,
)
from funding.ledger import actions as ledger
from funding.ledger import chart
from funding.ledger.entries import LegSpec
from funding.ledger.models import Entry, Leg
from governance.record.models import Pending
from kernel.money import Money
from kernel.refusal import Refused
from members.models import OutgoingMail, Person, RoleGrant
from tests.conftest import NOW, TEST
from tests.funding.grants.awards_acting import (
    LATER,
    a_line,
    agree,
    commit,
    pay,
    proven,
    reach,
    under_way,
)
from tests.funding.grants.awards_scene import (
    Scene,
    a_round,
    an_application,
    declares_none,
    fill_bank,
    set_scene,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(make_person: Callable[..., Person]) -> Scene:
    return set_scene(make_person)


def refused(code: str, do: Callable[..., Any], **how: Any) -> None:
    with pytest.raises(Refused) as refusal:
        do(**how)
    assert refusal.value.code == code


def recorded(kind: str) -> list[dict[str, Any]]:
    bodies = [pending.content for pending in Pending.objects.order_by("pk")]
    return [body for body in bodies if body["type"] == kind]


# Promised


def test_a_promise_is_in_the_fund_the_books_and_the_record(scene: Scene) -> None:
    award = commit(scene)
    fund = Fund.objects.get()
    assert (fund.budget_minor, fund.funded_minor) == (500_000, 500_000)
    assert (fund.committed_minor, fund.paid_minor) == (120_000, 0)
    books = {balance.code: balance.amount.minor for balance in Leg.objects.trial_balance()}
    assert books["awards"] == 120_000
    assert books["awards-payable"] == -120_000
    assert [(m.title, m.minor, m.final) for m in award.milestones.in_order()] == [
        ("Part 1", 120_000, False),
        ("Final report", 0, True),
    ]
    (said,) = recorded("grant-award.committed")
    assert said["award"] == str(award.pk)
    assert "noor" not in str(said).lower()
    assert OutgoingMail.objects.get(person=scene.applicant).key.endswith("committed")
    proven()


def test_the_last_euro_is_promised_and_not_one_cent_more(
    make_person: Callable[..., Person], scene: Scene
) -> None:
    commit(scene)
    rest = an_application(scene.round, make_person("Rae", standing=False), ask=380_000)
    assert rest.version
    funds.commit_award(application=rest, amount=rest.version.ask, by=TEST, at=NOW)
    late = an_application(scene.round, make_person("Late", standing=False), ask=1)
    refused(
        "budget-spent",
        funds.commit_award,
        application=late,
        amount=Money(1, "EUR"),
        by=TEST,
        at=NOW,
    )
    assert Award.objects.count() == 2
    proven()


def test_the_same_project_is_promised_once(scene: Scene) -> None:
    commit(scene)
    refused("awarded-already", commit, scene=scene)
    assert Fund.objects.get().committed_minor == 120_000


def test_nothing_is_promised_that_was_not_asked_or_not_chosen(scene: Scene) -> None:
    said: dict[str, Any] = {"application": scene.application, "by": TEST, "at": NOW}
    refused("not-what-was-asked", funds.commit_award, **said, amount=Money(119_999, "EUR"))
    scene.application.stage = "reserve"
    refused("stage-passed", funds.commit_award, **said, amount=Money(120_000, "EUR"))


def test_dues_count_once_they_have_settled_and_are_earned(
    make_person: Callable[..., Person],
) -> None:
    scene = set_scene(make_person, settled=0)
    refused("budget-not-settled", commit, scene=scene)
    # Held by Stripe, or on its way: not settled.
    ledger.post(
        source_key="test:held",
        description="Dues at Stripe",
        legs=[
            LegSpec(chart.STRIPE, Money(500_000, "EUR")),
            LegSpec(chart.DUES, Money(-500_000, "EUR")),
        ],
        effective_on=NOW.date(),
        by=TEST,
        at=NOW,
    )
    refused("budget-not-settled", commit, scene=scene)
    # In the bank, and for months to come: a debt to members.
    fill_bank(119_999)
    ledger.post(
        source_key="test:deferred",
        description="A year's dues",
        legs=[
            LegSpec(chart.BANK, Money(100, "EUR")),
            LegSpec(chart.DEFERRED_DUES, Money(-100, "EUR")),
        ],
        effective_on=NOW.date(),
        by=TEST,
        at=NOW,
    )
    refused("budget-not-settled", commit, scene=scene)
    fill_bank(1, key="test:one-more-cent")
    commit(scene)
    proven()


def test_two_rounds_never_count_on_the_same_euro(make_person: Callable[..., Person]) -> None:
    scene = set_scene(make_person, settled=150_000)
    commit(scene)
    assert Fund.objects.get().funded_minor == 150_000, "the whole of what is free is set aside"
    other = an_application(a_round(), make_person("Rae", standing=False), ask=30_001)
    assert other.version
    how: dict[str, Any] = {"application": other, "amount": other.version.ask, "by": TEST, "at": NOW}
    refused("budget-not-settled", funds.commit_award, **how)
    proven()


def test_what_a_closed_round_did_not_promise_is_free_for_the_next(scene: Scene) -> None:
    agree(scene, commit(scene))
    fund = Fund.objects.get()
    sam = scene.stewards[0]
    assert next_in_line.close_fund(fund=fund, by=sam, at=NOW) == Money(380_000, "EUR")
    assert seed_fund.settled_and_free("EUR") == 380_000
    assert seed_fund.left_for_new_rounds("EUR") == Money(380_000, "EUR")
    proven()


def test_a_fund_that_differs_from_the_books_is_found(scene: Scene) -> None:
    commit(scene)
    Fund.objects.update(committed_minor=120_001)
    found = {pair.what: (pair.fund, pair.books) for pair in funds.prove_funds(by=TEST, at=NOW)}
    assert found["committed"] == (120_001, 120_000)
    assert found["all committed"] == (120_001, 120_000)
    assert Event.objects.filter(verb="fund.differs").count() == 1


def test_a_promise_written_past_the_fund_is_found(scene: Scene) -> None:
    commit(scene)
    assert funds.differences_of_all("EUR") == ()
    ledger.post(
        source_key="test:past",
        description="Past the fund",
        legs=[
            LegSpec(chart.AWARDS, Money(7, "EUR")),
            LegSpec(chart.AWARDS_PAYABLE, Money(-7, "EUR")),
        ],
        effective_on=NOW.date(),
        by=TEST,
        at=NOW,
    )
    assert [pair.what for pair in funds.differences_of_all("EUR")] == ["all committed", "all owed"]


# Agreed


def test_both_accept_one_text_and_its_hash_is_in_the_record(scene: Scene) -> None:
    award = agree(scene, commit(scene))
    assert award.stage == award_stages.AGREED
    assert award.agreement
    assert "A wallet of one’s own" in award.agreement.text
    assert recorded("grant-award.agreed")[0]["agreementSha256"] == award.agreement.sha256
    # A small round pays on award.
    assert award.milestones.get(number=1).stage == milestone_stages.ACCEPTED


def test_another_text_has_to_be_accepted_anew(scene: Scene) -> None:
    award = commit(scene)
    sam, sue, sid = scene.stewards
    first = agreeing.offer_agreement(award=award, text="One.", by=sam, at=NOW)
    accept = agreeing.accept_agreement
    accept(award=award, sha256=first.sha256, by=scene.applicant, at=NOW)
    second = agreeing.offer_agreement(award=award, text="Two.", by=sue, at=NOW)
    refused("changed-since", accept, award=award, sha256=first.sha256, by=sid, at=NOW)
    accept(award=award, sha256=second.sha256, by=sid, at=NOW)
    award.refresh_from_db()
    assert award.stage == award_stages.OFFERED
    refused("accepted-already", accept, award=award, sha256=second.sha256, by=sue, at=NOW)
    accept(award=award, sha256=second.sha256, by=scene.applicant, at=NOW)
    award.refresh_from_db()
    assert award.stage == award_stages.AGREED
    refused("stage-passed", agreeing.decline_award, award=award, by=scene.applicant, at=NOW)


def test_who_has_an_interest_or_no_office_writes_and_accepts_nothing(
    scene: Scene, make_person: Callable[..., Person]
) -> None:
    award = commit(scene)
    sam = scene.stewards[0]
    Interest.objects.filter(person=sam).update(conflicted=True)
    offer: dict[str, Any] = {"award": award, "text": "One.", "at": NOW}
    refused("conflict-of-interest", agreeing.offer_agreement, **offer, by=sam)
    refused("not-a-steward", agreeing.offer_agreement, **offer, by=make_person("Mia"))
    refused("conflict-of-interest", agreeing.offer_agreement, **offer, by=scene.applicant)
    fresh = make_person("Fay", role=RoleGrant.Role.STEWARD)
    refused("interest-undeclared", agreeing.offer_agreement, **offer, by=fresh)
    scrutineer = make_person("Cy", role=RoleGrant.Role.SCRUTINEER)
    declares_none(scrutineer, scene.application)
    refused("steward-is-free", agreeing.offer_agreement, **offer, by=scrutineer)
    Interest.objects.filter(person__in=scene.stewards).update(conflicted=True)
    Interest.objects.create(
        application=scene.application, person=fresh, conflicted=True, declared_at=NOW
    )
    agreeing.offer_agreement(**offer, by=scrutineer)


def test_what_is_not_taken_is_free_again(scene: Scene) -> None:
    award = commit(scene)
    refused("not-the-applicant", agreeing.decline_award, award=award, by=scene.treasurer, at=NOW)
    agreeing.decline_award(award=award, by=scene.applicant, at=NOW)
    fund = Fund.objects.get()
    assert (fund.committed_minor, fund.free.minor) == (0, 500_000)
    assert recorded("grant-award.ended")[0]["how"] == "declined"
    assert Award.objects.given().count() == 0
    proven()


# Delivered


@pytest.fixture
def large(make_person: Callable[..., Person]) -> Scene:
    return set_scene(make_person, large=True, milestones=3, hold_back=10)


def test_a_part_is_held_back_until_the_report(large: Scene) -> None:
    award = agree(large, commit(large))
    assert [m.minor for m in award.milestones.in_order()] == [36_000, 36_000, 36_000, 12_000]
    assert {m.stage for m in award.milestones.all()} == {milestone_stages.PLANNED}


def test_evidence_is_a_link_or_a_file_known_by_its_bytes(large: Scene) -> None:
    award = agree(large, commit(large))
    how: dict[str, Any] = {
        "milestone": award.milestones.get(number=1),
        "note": "",
        "by": large.applicant,
        "at": NOW,
    }
    show = delivering.show_evidence
    refused("one-thing", show, **how)
    refused("one-thing", show, **how, url="https://a.example/", name="a.pdf", data=b"%PDF-1")
    refused("bad-link", show, **how, url="javascript:alert(1)")
    refused("bad-link", show, **how, url="http://a.example/")
    with pytest.raises(Refused):
        show(**how, name="a.pdf", data=b"<svg onload=alert(1)>")
    with pytest.raises(Refused):
        show(**how, name="a.zip", data=b"PK\x03\x04" + bytes(100))
    shown = show(**how, name="../../a.pdf", data=b"%PDF-1.7 here")
    assert (shown.file_type, shown.file_size) == ("application/pdf", 13)
    show(**{**how, "note": "And more."}, url="https://a.example/release")
    assert Evidence.objects.count() == 2
    assert award.milestones.get(number=1).stage == milestone_stages.SUBMITTED
    steward = {**how, "by": large.stewards[0]}
    refused("not-the-applicant", show, **steward, url="https://a.example/")


def test_what_is_missing_is_said_and_shown_again(large: Scene) -> None:
    award = agree(large, commit(large))
    milestone = award.milestones.get(number=1)
    judge = delivering.judge_milestone
    how: dict[str, Any] = {"milestone": milestone, "by": large.stewards[0], "at": NOW}
    refused("stage-passed", judge, **how, accepted=True, reasons="It runs.")
    reach_url: dict[str, Any] = {
        "url": "https://a.example/",
        "note": "",
        "by": large.applicant,
        "at": NOW,
    }
    delivering.show_evidence(milestone=milestone, **reach_url)
    refused("no-reasons", judge, **how, accepted=False, reasons=" ")
    refused(
        "conflict-of-interest",
        judge,
        **{**how, "by": large.applicant},
        accepted=True,
        reasons="It runs.",
    )
    judge(**how, accepted=False, reasons="No tests.")
    delivering.show_evidence(milestone=milestone, **reach_url)
    assert judge(**how, accepted=True, reasons="It runs.").stage == milestone_stages.ACCEPTED
    keys = OutgoingMail.objects.filter(key__contains="verdict").count()
    assert keys == 2


def test_a_milestone_is_changed_by_two_people_and_its_money_never(large: Scene) -> None:
    award = agree(large, commit(large))
    sam, sue, _sid = large.stewards
    milestone = award.milestones.get(number=2)
    ask: dict[str, Any] = {
        "milestone": milestone,
        "criteria": "It runs on a phone.",
        "due_on": milestone.due_on + timedelta(days=30),
        "reason": "A part came late.",
        "at": NOW,
    }
    refused("not-the-applicant", delivering.ask_amendment, **ask, by=sam)
    asked = delivering.ask_amendment(**ask, by=large.applicant)
    refused("amendment-open", delivering.ask_amendment, **ask, by=large.applicant)
    yes: dict[str, Any] = {"amendment": asked, "accepted": True, "answer": "", "at": NOW}
    refused("conflict-of-interest", delivering.decide_amendment, **yes, by=large.applicant)
    delivering.decide_amendment(**yes, by=sam)
    milestone.refresh_from_db()
    assert milestone.criteria == "It runs."
    refused("second-person", delivering.decide_amendment, **yes, by=sam)
    delivering.decide_amendment(**yes, by=sue)
    milestone.refresh_from_db()
    assert milestone.criteria == "It runs on a phone."
    assert milestone.minor == 36_000
    assert recorded("grant-award.amended")[0]["milestone"] == 2
    refused("stage-passed", delivering.decide_amendment, **yes, by=sue)


def test_one_no_is_enough_and_has_its_reasons(large: Scene) -> None:
    award = agree(large, commit(large))
    milestone = award.milestones.get(number=1)
    asked = delivering.ask_amendment(
        milestone=milestone,
        criteria="Less.",
        due_on=milestone.due_on,
        reason="Easier.",
        by=large.applicant,
        at=NOW,
    )
    no: dict[str, Any] = {"amendment": asked, "accepted": False, "by": large.stewards[0], "at": NOW}
    refused("no-reasons", delivering.decide_amendment, **no, answer="")
    delivering.decide_amendment(**no, answer="It was promised so.")
    assert Amendment.objects.get().accepted is False
    assert award.milestones.get(number=1).criteria == "It runs."


def test_a_project_is_reminded_once_for_each_time(large: Scene) -> None:
    award = agree(large, commit(large))
    milestone = award.milestones.get(number=1)
    at = NOW + timedelta(days=200)
    assert delivering.remind(milestone=milestone, by=TEST, at=at)
    assert not delivering.remind(milestone=milestone, by=TEST, at=at)
    assert OutgoingMail.objects.filter(key__contains=":due:").count() == 1


# Ended


def test_an_award_is_ended_by_two_people_with_a_public_reason(large: Scene) -> None:
    award = agree(large, commit(large))
    sam, sue, _sid = large.stewards
    propose: dict[str, Any] = {"award": award, "reason": "It stopped.", "at": NOW}
    refused("conflict-of-interest", ending.propose_termination, **propose, by=large.applicant)
    proposed = ending.propose_termination(**propose, by=sam)
    refused("proposed-already", ending.propose_termination, **propose, by=sue)
    confirm: dict[str, Any] = {"termination": proposed, "at": NOW}
    refused("second-person", ending.confirm_termination, **confirm, by=sam)
    ending.confirm_termination(**confirm, by=sue)
    award.refresh_from_db()
    assert award.stage == award_stages.TERMINATED
    assert {m.stage for m in award.milestones.all()} == {milestone_stages.DROPPED}
    assert Fund.objects.get().committed_minor == 0
    assert recorded("grant-award.ended")[0]["releasedMinor"] == 120_000
    refused("stage-passed", ending.confirm_termination, **confirm, by=sue)
    proven()


def test_a_proposal_to_end_is_taken_back(large: Scene) -> None:
    award = agree(large, commit(large))
    sam, sue, _sid = large.stewards
    proposed = ending.propose_termination(award=award, reason="It stopped.", by=sam, at=NOW)
    ending.withdraw_termination(termination=proposed, by=sue, at=NOW)
    refused("stage-passed", ending.confirm_termination, termination=proposed, by=sue, at=NOW)
    ending.propose_termination(award=award, reason="It stopped again.", by=sue, at=NOW)


def test_what_a_project_gives_back_is_free_again(large: Scene) -> None:
    way = under_way(large)
    sam, sue, sid = large.stewards
    payment = pay(way)
    assert Fund.objects.get().paid_minor == 36_000
    proposed = ending.propose_termination(award=way.award, reason="It stopped.", by=sam, at=LATER)
    ending.confirm_termination(termination=proposed, by=sue, at=LATER)
    back = a_line(sid, Money(10_000, "EUR"), reference="BACK")
    more = a_line(sid, Money(26_001, "EUR"), reference="MORE")
    take: dict[str, Any] = {"award": way.award, "by": sam, "at": LATER}
    ending.take_back(**take, line=back)
    refused("line-taken", ending.take_back, **take, line=back)
    refused("more-than-paid", ending.take_back, **take, line=more)
    fund = Fund.objects.get()
    assert (fund.committed_minor, fund.paid_minor) == (26_000, 26_000)
    back.refresh_from_db()
    assert back.entry_id
    assert payment.entry_id
    assert Movement.objects.count() == 4
    proven()


def test_an_award_closes_with_its_last_milestone(scene: Scene) -> None:
    way = under_way(scene)
    pay(way)
    way.award.refresh_from_db()
    assert way.award.stage == award_stages.AGREED, "the report is still to come"
    reach(scene, way.award, 2)
    way.award.refresh_from_db()
    assert way.award.stage == award_stages.CLOSED
    assert recorded("grant-award.ended")[0]["how"] == "closed"
    assert Entry.objects.filter(source_key__startswith="award").count() == 2
    proven()
