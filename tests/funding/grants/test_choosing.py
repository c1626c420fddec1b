"""Members choose: sponsors, the poll by Equal Shares, what it decided, and who confirms it."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from funding.grants import actions, sweeps
from funding.grants.models import Application, Award, Determination, Round, Sponsorship
from governance.voting.actions import cast, close_poll, issue, open_poll
from governance.voting.models import Poll
from governance.voting.option_texts import frozen_texts
from governance.voting.rule import text_sha256
from governance.voting.voter import Voter
from kernel.money import Money
from kernel.refusal import Refused
from members.models import Person
from tests.conftest import TEST
from tests.funding.grants.awards_scene import fill_bank
from tests.funding.grants.conftest import (
    READING,
    Persons,
    Sent,
    declare,
    end_call,
    reviewed,
    to_review,
)
from tests.funding.grants.test_applying import code_of

pytestmark = pytest.mark.django_db


def answered(
    application: Application, how: str, steward: Person, *reviewers: Person
) -> Application:
    """Bring an application to the shortlist or decline it."""
    declare(application, steward, *reviewers)
    to_review(application, steward)
    reviewed(application, *reviewers)
    act = actions.shortlist if how == "shortlist" else actions.decline
    act(application=application, reasons="For good reasons.", by=steward, at=READING)
    return Application.objects.with_version().get(pk=application.pk)


@pytest.fixture
def two(
    make_person: Persons,
    sent: Sent,
    sam: Person,
    sue: Person,
    rex: Person,
    rhea: Person,
    round: Round,
) -> tuple[Application, Application]:
    """Two shortlisted projects, of 2,500 and 4,000."""
    first = sent(make_person("Pia", standing=False))
    second = sent(
        make_person("Paul", standing=False),
        title="Prices one compares",
        ask="4000",
        budget=[{"what": "Work", "amount": "4000"}],
        milestones=[
            {"title": "Ship", "criteria": "It runs", "due": "2027-06-30", "amount": "4000"}
        ],
    )
    end_call(round)
    return (
        answered(first, "shortlist", sam, rex, rhea),
        answered(second, "shortlist", sam, rex, rhea),
    )


def vote(round: Round, votes: dict[Person, list[Application]]) -> datetime:
    """Open the round's poll, cast these approvals, and close it; answers when."""
    poll = round.poll
    assert poll is not None
    open_poll(poll=poll, at=READING, by=TEST)
    for person, approved in votes.items():
        voter = Voter(poll.manifest or {})
        voter.take(issue(poll=poll, blinded=voter.blinded, by=person, at=READING))
        ballot = voter.ballot(*[str(application.pk) for application in approved])
        cast(poll_id=poll.pk, ballot=ballot, at=READING)
    over = READING + timedelta(days=8)
    close_poll(poll=poll, at=over, by=TEST)
    return over


def test_the_shortlist_goes_to_a_poll_within_the_budget(
    two: tuple[Application, Application], round: Round, sam: Person
) -> None:
    voting = actions.put_to_vote(round=round, by=sam, at=READING)
    poll = voting.poll
    assert voting.stage == "voting"
    assert poll is not None
    assert (poll.method, poll.budget, poll.currency) == ("equal_shares", 1_000_000, "EUR")
    assert {(option["id"], option["cost"]) for option in poll.options} == {
        (str(two[0].pk), 250_000),
        (str(two[1].pk), 400_000),
    }
    # What the ballot page compares with the frozen hashes: each project word for word.
    texts = frozen_texts(poll)["options"]
    assert {option["id"]: text_sha256(texts[option["id"]]) for option in poll.options} == {
        option["id"]: option["textSha256"] for option in poll.options
    }
    assert "A wallet for receipts." in texts[str(two[0].pk)]
    assert {concern.person for concern in poll.concerns.all()} == {
        application.applicant for application in two
    }
    assert set(Application.objects.values_list("stage", flat=True)) == {"balloted"}
    assert code_of(lambda: actions.put_to_vote(round=round, by=sam, at=READING)) == "stage-passed"


def test_every_application_has_its_answer_before_the_vote(
    two: tuple[Application, Application], round: Round, sam: Person, sue: Person
) -> None:
    Application.objects.filter(pk=two[0].pk).update(stage="in_review")
    put: dict[str, Any] = {"round": round, "by": sam, "at": READING}
    assert code_of(lambda: actions.put_to_vote(**put)) == "answers-missing"
    actions.decline(application=two[0], reasons="No.", by=sam, at=READING)
    actions.correct_fact(application=two[0], text="Yes.", by=two[0].applicant, at=READING)
    assert code_of(lambda: actions.put_to_vote(**put)) == "answers-missing"
    declare(two[0], sue)
    actions.answer_correction(application=two[0], upheld=False, answer="No.", by=sue, at=READING)
    actions.put_to_vote(**put)


def test_only_a_steward_whom_nothing_concerns_puts_it_to_the_vote(
    two: tuple[Application, Application], round: Round, rex: Person, sam: Person, sue: Person
) -> None:
    assert code_of(lambda: actions.put_to_vote(round=round, by=rex, at=READING)) == "not-a-steward"
    actions.declare_interest(
        application=two[0], conflicted=True, why="A friend.", by=sue, at=READING
    )
    assert code_of(lambda: actions.put_to_vote(round=round, by=sue, at=READING)) == (
        "conflict-of-interest"
    )


def test_with_nothing_on_the_shortlist_the_round_ends(
    pia: Person, sent: Sent, round: Round, sam: Person, rex: Person, rhea: Person
) -> None:
    application = sent(pia)
    end_call(round)
    answered(application, "decline", sam, rex, rhea)
    ended = actions.put_to_vote(round=round, by=sam, at=READING)
    assert (ended.stage, ended.decided_at) == ("decided", READING)
    assert not Poll.objects.exists()


def test_enough_members_put_a_project_on_the_ballot(
    pia: Person,
    sent: Sent,
    round: Round,
    sam: Person,
    rex: Person,
    rhea: Person,
    make_person: Persons,
) -> None:
    application = sent(pia)
    end_call(round)
    application = answered(application, "decline", sam, rex, rhea)
    otto, olga = make_person("Otto"), make_person("Olga")
    newcomer = make_person("New", standing=False)
    sponsor: dict[str, Any] = {"application": application, "at": READING}
    # Nobody is named who does not want to be.
    assert code_of(lambda: actions.sponsor(by=otto, **sponsor)) == "stage-passed"
    assert not Application.objects.public().exists()
    assert code_of(lambda: actions.ask_members(by=otto, **sponsor)) == "not-the-applicant"
    actions.ask_members(by=pia, **sponsor)
    assert code_of(lambda: actions.ask_members(by=pia, **sponsor)) == "asked-already"
    assert code_of(lambda: actions.sponsor(by=newcomer, **sponsor)) == "not-in-standing"
    actions.sponsor(by=otto, **sponsor)
    assert code_of(lambda: actions.sponsor(by=otto, **sponsor)) == "already-sponsored"
    application.refresh_from_db()
    assert application.stage == "declined"
    actions.sponsor(by=olga, **sponsor)
    application.refresh_from_db()
    assert (application.stage, application.sponsored) == ("shortlisted", True)


def test_the_count_decides_and_two_without_a_conflict_confirm_it(
    two: tuple[Application, Application],
    round: Round,
    sam: Person,
    sue: Person,
    rex: Person,
    make_person: Persons,
) -> None:
    first, second = two
    voters = [make_person(f"Voter {number}") for number in range(4)]
    voting = actions.put_to_vote(round=round, by=sam, at=READING)
    over = vote(voting, {person: [first] for person in voters})
    counted = actions.read_result(round=voting, by=TEST, at=over)
    assert counted.stage == "deciding"
    assert code_of(lambda: actions.read_result(round=voting, by=TEST, at=over)) == "stage-passed"
    found = {each.application_id: each for each in Determination.objects.all()}
    assert found[first.pk].outcome == "awarded"
    assert "4 members approved of it" in found[first.pk].reasons
    assert found[second.pk].outcome == "not_chosen"
    confirm: dict[str, Any] = {"application": second, "at": over}
    assert code_of(lambda: actions.confirm(by=rex, **confirm)) == "not-a-steward"
    assert code_of(lambda: actions.confirm(by=sue, **confirm)) == "interest-undeclared"
    declare(second, sue)
    actions.confirm(by=sam, **confirm)
    assert code_of(lambda: actions.confirm(by=sam, **confirm)) == "already-confirmed"
    second.refresh_from_db()
    assert second.stage == "balloted"
    actions.confirm(by=sue, **confirm)
    second.refresh_from_db()
    assert second.stage == "not_chosen"
    assert code_of(lambda: actions.confirm(by=sue, **confirm)) == "stage-passed"
    round.refresh_from_db()
    assert round.stage == "deciding"
    # With the last confirmation of what was chosen its money is promised, if it has settled.
    fill_bank(250_000)
    declare(first, sue)
    for steward in (sam, sue):
        actions.confirm(application=first, by=steward, at=over)
    assert Award.objects.get().amount == Money(250_000, "EUR")
    round.refresh_from_db()
    assert (round.stage, round.decided_at) == ("decided", over)


def test_money_that_has_not_settled_is_promised_later_and_the_decision_stands(
    two: tuple[Application, Application],
    round: Round,
    sam: Person,
    sue: Person,
    make_person: Persons,
) -> None:
    first, _second = two
    voting = actions.put_to_vote(round=round, by=sam, at=READING)
    voters = [make_person(f"Voter {number}") for number in range(4)]
    over = vote(voting, {person: [first] for person in voters})
    actions.read_result(round=voting, by=TEST, at=over)
    fill_bank(249_999)
    declare(first, sue)
    for steward in (sam, sue):
        actions.confirm(application=first, by=steward, at=over)
    first.refresh_from_db()
    assert first.stage == "awarded"
    assert not Award.objects.exists()
    assert sweeps.promises(over) == 0
    fill_bank(1, key="test:one-more")
    assert sweeps.promises(over) == 1
    assert Award.objects.get().application == first


def test_everybody_reads_what_was_decided_and_every_ballot_behind_it(
    two: tuple[Application, Application],
    round: Round,
    sam: Person,
    sue: Person,
    make_person: Persons,
    client: Client,
) -> None:
    first, _second = two
    voters = [make_person(f"Voter {number}") for number in range(4)]
    voting = actions.put_to_vote(round=round, by=sam, at=READING)
    assert ".pb" not in client.get(round.get_absolute_url()).content.decode()
    over = vote(voting, {person: [first] for person in voters})
    counted = actions.read_result(round=voting, by=TEST, at=over)
    page = client.get(round.get_absolute_url()).content.decode()
    assert counted.poll is not None
    ballots = reverse("poll-export", args=[counted.poll.pk, "pb"])
    assert ballots in page
    assert client.get(ballots).content.startswith(b"META")
    assert "Chosen by members" not in page, "nobody has confirmed it"
    for application in two:
        declare(application, sue)
        for steward in (sam, sue):
            actions.confirm(application=application, by=steward, at=over)
    page = client.get(round.get_absolute_url()).content.decode()
    assert page.index("Chosen by members") < page.index("Not chosen this time")
    assert "4 members approved of it" in page
    said = client.get(reverse("grant-feed-json")).json()
    assert [item["id"].rpartition("#")[2].partition("-")[0] for item in said["items"]] == [
        *("decided", "vote", "opened"),
    ]


def test_a_cancelled_poll_is_held_again(
    two: tuple[Application, Application], round: Round, sam: Person
) -> None:
    voting = actions.put_to_vote(round=round, by=sam, at=READING)
    assert code_of(lambda: actions.vote_again(round=voting, by=TEST, at=READING)) == (
        "vote-not-over"
    )
    Poll.objects.update(stage="cancelled")
    voting.refresh_from_db()
    again = actions.vote_again(round=voting, by=TEST, at=READING)
    assert (again.stage, again.poll) == ("reviewing", None)
    assert set(Application.objects.values_list("stage", flat=True)) == {"shortlisted"}
    assert actions.put_to_vote(round=again, by=sam, at=READING).poll is not None


@pytest.mark.django_db(transaction=True)
def test_the_last_sponsor_and_the_one_after_do_not_both_count(
    pia: Person,
    sent: Sent,
    round: Round,
    sam: Person,
    rex: Person,
    rhea: Person,
    make_person: Persons,
) -> None:
    application = sent(pia)
    end_call(round)
    application = answered(application, "decline", sam, rex, rhea)
    actions.ask_members(application=application, by=pia, at=READING)
    people = [make_person(f"Member {number}") for number in range(5)]
    start, answers = threading.Barrier(len(people)), list[str]()

    def stand(person: Person) -> None:
        start.wait()
        try:
            actions.sponsor(application=application, by=person, at=READING)
            answers.append("counted")
        except Refused as refusal:
            answers.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=stand, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["counted"] * 2 + ["stage-passed"] * 3
    assert Sponsorship.objects.count() == 2
