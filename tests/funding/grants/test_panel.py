"""Screening, reviews, shortlist and the one correction; and who is kept apart from each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from funding.grants import actions, recusal
from funding.grants.actions import Member
from funding.grants.models import Application, Finding, Interest, Review, Round
from kernel.refusal import Refused
from members.models import OutgoingMail, Person, RoleGrant
from tests.conftest import NOW, TEST
from tests.funding.grants.conftest import (
    OPEN,
    READING,
    SCORES,
    Opened,
    Persons,
    Sent,
    declare,
    end_call,
    reviewed,
    to_review,
)
from tests.funding.grants.test_applying import code_of

pytestmark = pytest.mark.django_db
DAY = READING.date()


@pytest.fixture
def read(pia: Person, sent: Sent, round: Round) -> Application:
    """An application whose call is over."""
    application = sent(pia)
    end_call(round)
    return Application.objects.with_version().get(pk=application.pk)


def seen(person: Person) -> set[Application]:
    return set(Application.objects.visible_to(person, DAY))


def test_nobody_reads_anything_before_they_said_that_they_have_no_interest(
    read: Application, pia: Person, sam: Person, rex: Person, make_person: Persons
) -> None:
    other = make_person("Otto")
    assert seen(pia) == {read}
    for person in (sam, rex):
        assert seen(person) == set()
        assert list(Application.objects.undeclared_by(person, DAY)) == [read]
        declare(read, person)
        assert seen(person) == {read}
        assert not Application.objects.undeclared_by(person, DAY).exists()
    assert seen(other) == set()
    assert code_of(lambda: declare(read, other)) == "not-a-steward"


def test_whoever_is_named_by_their_address_stays_out_when_they_have_another(
    pia: Person, sent: Sent, round: Round, rex: Person
) -> None:
    application = sent(pia)
    application.team.create(name="Rex", email=rex.email, role="")
    end_call(round)
    with pytest.raises(Refused) as refused:
        declare(application, rex)
    assert refused.value.code == "conflict-of-interest"
    Person.objects.filter(pk=rex.pk).update(email="rex@elsewhere.example")
    rex.refresh_from_db()
    assert code_of(lambda: declare(application, rex)) == "conflict-of-interest"
    assert application.team.get().person == rex


def test_who_has_an_interest_stays_out_for_good(read: Application, rex: Person) -> None:
    declare(read, rex)
    say: dict[str, Any] = {"application": read, "by": rex, "at": READING}
    actions.declare_interest(conflicted=True, why="My cousin's project.", **say)
    assert seen(rex) == set()
    assert code_of(lambda: actions.declare_interest(conflicted=False, why="", **say)) == (
        "interest-declared"
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        Interest.objects.filter(person=rex).update(conflicted=False, why="")
    with pytest.raises(IntegrityError), transaction.atomic():
        Interest.objects.filter(person=rex)._raw_delete("default")


def by_the_team(application: Application, person: Person) -> None:
    actions.save_team(
        application=application,
        members=[Member("Somebody", person.email)],
        related={},
        by=application.applicant,
        at=OPEN,
    )


def by_relation(application: Application, person: Person) -> None:
    actions.save_team(
        application=application,
        members=[],
        related={person: "my cousin"},
        by=application.applicant,
        at=OPEN,
    )


def by_account(application: Application, person: Person) -> None:
    for each in (application.applicant, person):
        actions.mark_payout(person=each, fingerprint="f" * 64, by=TEST, at=OPEN)


def by_account_of_the_team(application: Application, person: Person) -> None:
    tom = Person.objects.create_user("tom@example.org")
    by_the_team(application, tom)
    for each in (tom, person):
        actions.mark_payout(person=each, fingerprint="f" * 64, by=TEST, at=OPEN)


def by_own_word(application: Application, person: Person) -> None:
    actions.declare_interest(
        application=application, conflicted=True, why="We share a flat.", by=person, at=OPEN
    )


@pytest.mark.parametrize(
    "why", [by_the_team, by_relation, by_account, by_account_of_the_team, by_own_word]
)
@pytest.mark.parametrize("role", ["steward", "reviewer"])
def test_whatever_makes_the_conflict_it_keeps_them_out_of_everything(
    role: str,
    why: Callable[[Application, Person], None],
    pia: Person,
    sam: Person,
    rex: Person,
    rhea: Person,
    sent: Sent,
    round: Round,
    make_person: Persons,
) -> None:
    person = sam if role == "steward" else rex
    application = sent(pia)
    if why is not by_own_word:
        declare(application, person)
        assert person in {sam, rex}
    why(application, person)
    end_call(round)
    assert recusal.is_conflicted(person, application)
    assert not Application.objects.filter(pk=application.pk).open_to(person, DAY).exists()
    assert seen(person) == ({application} if why is by_the_team else set())
    assert not Review.objects.shown_to(person, application, DAY).exists()
    assert not Application.objects.undeclared_by(person, DAY).exists()
    about: dict[str, Any] = {"application": application, "by": person, "at": READING}
    refusals = {
        code_of(lambda: actions.ask_more(what="More.", **about)),
        code_of(lambda: actions.find_eligible(reasons="Fits.", **about)),
        code_of(lambda: actions.find_ineligible(reasons="No.", **about)),
        code_of(lambda: actions.shortlist(reasons="Good.", **about)),
        code_of(lambda: actions.decline(reasons="Not.", **about)),
        code_of(lambda: actions.answer_correction(upheld=True, answer="Yes.", **about)),
        code_of(lambda: actions.confirm(**about)),
        code_of(lambda: actions.sponsor(**about)),
    }
    assert refusals == {"conflict-of-interest"}
    if role == "reviewer":
        review: dict[str, Any] = {"scores": SCORES, "comment": "Good.", **about}
        assert code_of(lambda: actions.review(**review)) == "conflict-of-interest"
        assert code_of(lambda: actions.remark(text="Hm.", **about)) == "conflict-of-interest"
    else:
        assert code_of(lambda: actions.put_to_vote(round=round, by=sam, at=READING)) == (
            "conflict-of-interest"
        )


def test_a_change_of_address_does_not_shake_off_a_conflict(
    pia: Person, rex: Person, sent: Sent, round: Round
) -> None:
    application = sent(pia)
    by_the_team(application, rex)
    Person.objects.filter(pk=rex.pk).update(email="new@example.org")
    rex.refresh_from_db()
    assert recusal.is_conflicted(rex, application)


def test_an_account_made_after_being_named_is_known_by_its_address(
    pia: Person, sent: Sent, make_person: Persons, sam: Person
) -> None:
    application = sent(pia)
    actions.save_team(
        application=application,
        members=[Member("Nia", "nia@example.org")],
        related={},
        by=pia,
        at=OPEN,
    )
    nia = make_person("Nia", role="steward")
    assert recusal.is_conflicted(nia, application)
    # Trying to open it ties the account to the name, whatever address it has later.
    assert code_of(lambda: declare(application, nia)) == "conflict-of-interest"


def test_who_applies_is_conflicted_about_every_application_of_the_round(
    pia: Person, make_person: Persons, sent: Sent, opened: Opened, sam: Person
) -> None:
    theirs = sent(pia)
    own = sent(sam)
    assert recusal.is_conflicted(sam, theirs)
    elsewhere = sent(pia, to=opened())
    assert not recusal.is_conflicted(sam, elsewhere)
    actions.withdraw_application(application=own, by=sam, at=OPEN)
    assert not recusal.is_conflicted(sam, theirs)


def test_a_team_is_conflicted_about_its_own_project_alone_and_stays_so_once_it_was_sent(
    pia: Person, make_person: Persons, sent: Sent, sam: Person
) -> None:
    theirs, other = sent(pia), sent(make_person("Otto"), title="Another")
    named: dict[str, Any] = {"application": theirs, "related": {}, "by": pia, "at": OPEN}
    actions.save_team(members=[Member("Sam", sam.email)], **named)
    assert recusal.is_conflicted(sam, theirs)
    assert not recusal.is_conflicted(sam, other)
    actions.save_team(members=[], **named)
    assert recusal.is_conflicted(sam, theirs)
    assert not recusal.is_conflicted(sam, other)


def test_screening_leads_on_or_out_with_reasons_for_the_applicant_alone(
    read: Application, pia: Person, sam: Person
) -> None:
    about: dict[str, Any] = {"application": read, "by": sam, "at": READING}
    assert code_of(lambda: actions.find_ineligible(reasons="No.", **about)) == (
        "interest-undeclared"
    )
    declare(read, sam)
    assert code_of(lambda: actions.find_ineligible(reasons=" ", **about)) == "text-missing"
    actions.find_ineligible(reasons="It is for shops.", **about)
    read.refresh_from_db()
    assert (read.stage, read.named_at) == ("ineligible", None)
    assert "It is for shops." in OutgoingMail.objects.filter(person=pia).latest("pk").body
    assert code_of(lambda: actions.find_eligible(reasons="Yes.", **about)) == "stage-passed"


def test_reviews_are_blind_until_ones_own_is_in(
    read: Application, sam: Person, rex: Person, rhea: Person
) -> None:
    declare(read, sam, rex, rhea)
    to_review(read, sam)
    reviewed(read, rex)
    shown = Review.objects.shown_to
    assert list(shown(rhea, read, DAY)) == []
    assert code_of(lambda: actions.remark(application=read, text="Hm.", by=rhea, at=READING)) == (
        "review-first"
    )
    reviewed(read, rhea)
    assert {review.reviewer for review in shown(rhea, read, DAY)} == {rex, rhea}
    assert {review.reviewer for review in shown(sam, read, DAY)} == {rex, rhea}
    assert code_of(lambda: reviewed(read, rhea)) == "already-reviewed"
    actions.remark(application=read, text="We lie far apart.", by=rhea, at=READING)
    actions.remark(application=read, text="Please talk.", by=sam, at=READING)


@pytest.mark.parametrize("scores", [{}, {"reach": 4}, {"reach": 6, "craft": 1}, {"reach": "4"}])
def test_a_review_scores_each_criterion(
    read: Application, sam: Person, rex: Person, scores: dict[str, Any]
) -> None:
    declare(read, sam, rex)
    to_review(read, sam)
    act: dict[str, Any] = {
        "application": read,
        "scores": scores,
        "comment": "x",
        "by": rex,
        "at": READING,
    }
    assert code_of(lambda: actions.review(**act)) == "scores-unfit"


def test_only_who_is_named_reviews(read: Application, sam: Person, make_person: Persons) -> None:
    declare(read, sam)
    to_review(read, sam)
    for person in (sam, make_person("Otto")):
        assert code_of(partial(reviewed, read, person)) == "not-a-reviewer"


def test_an_answer_stands_on_reviews(
    read: Application, sam: Person, rex: Person, rhea: Person
) -> None:
    declare(read, sam, rex, rhea)
    to_review(read, sam)
    about: dict[str, Any] = {
        "application": read,
        "reasons": "It helps many.",
        "by": sam,
        "at": READING,
    }
    reviewed(read, rex)
    assert code_of(lambda: actions.shortlist(**about)) == "reviews-missing"
    reviewed(read, rhea)
    actions.shortlist(**about)
    read.refresh_from_db()
    assert (read.stage, read.named_at) == ("shortlisted", READING)
    assert code_of(lambda: actions.decline(**about)) == "stage-passed"


def test_one_correction_of_fact_is_heard_by_somebody_else(
    read: Application, pia: Person, sam: Person, sue: Person
) -> None:
    declare(read, sam, sue)
    actions.find_ineligible(application=read, reasons="For shops.", by=sam, at=READING)
    correct: dict[str, Any] = {
        "application": read,
        "text": "It is for shoppers.",
        "by": pia,
        "at": READING,
    }
    actions.correct_fact(**correct)
    assert code_of(lambda: actions.correct_fact(**correct)) == "corrected-already"
    answer: dict[str, Any] = {
        "application": read,
        "upheld": True,
        "answer": "You are right.",
        "at": READING,
    }
    assert code_of(lambda: actions.answer_correction(by=sam, **answer)) == "own-finding"
    actions.answer_correction(by=sue, **answer)
    read.refresh_from_db()
    assert read.stage == "screening"
    # It was heard once: another answer is final.
    actions.find_ineligible(application=read, reasons="Too small.", by=sue, at=READING)
    assert code_of(lambda: actions.correct_fact(**correct)) == "corrected-already"


def test_a_correction_that_is_not_upheld_changes_nothing(
    read: Application, pia: Person, sam: Person, sue: Person
) -> None:
    declare(read, sam, sue)
    actions.find_ineligible(application=read, reasons="For shops.", by=sam, at=READING)
    actions.correct_fact(application=read, text="No.", by=pia, at=READING)
    actions.answer_correction(application=read, upheld=False, answer="So.", by=sue, at=READING)
    read.refresh_from_db()
    assert read.stage == "ineligible"


def test_scrutineers_stand_in_where_too_few_stewards_are_free_and_only_there(
    read: Application, sam: Person, sue: Person, make_person: Persons
) -> None:
    tess = make_person("Tess", role="scrutineer")
    assert list(Application.objects.on_panel_of(tess, DAY)) == []
    assert code_of(lambda: declare(read, tess)) == "not-a-steward"
    actions.declare_interest(application=read, conflicted=True, why="", by=sam, at=READING)
    declare(read, tess)
    assert seen(tess) == {read}
    to_review(read, tess)
    # Once two stewards are free again, they decide.
    make_person("Nora", role="steward")
    about: dict[str, Any] = {"application": read, "reasons": "Good.", "by": tess, "at": READING}
    assert code_of(lambda: actions.shortlist(**about)) == "steward-is-free"


def test_without_any_steward_scrutineers_stand_in(
    read: Application, sam: Person, make_person: Persons
) -> None:
    tess = make_person("Tess", role="scrutineer")
    RoleGrant.objects.filter(person=sam).update(ends_on=NOW.date())
    declare(read, tess)
    to_review(read, tess)
    read.refresh_from_db()
    assert read.stage == "in_review"


def test_nobody_names_themselves_and_nobody_who_has_read_reviews(
    sam: Person, sue: Person, rex: Person, make_person: Persons, round: Round
) -> None:
    name: dict[str, Any] = {"round": round, "by": sam}
    assert code_of(lambda: actions.name_reviewer(person=sam, at=OPEN, **name)) == "own-naming"
    assert code_of(lambda: actions.name_reviewer(person=rex, at=OPEN, **name)) == (
        "already-reviewer"
    )
    otto = make_person("Otto")
    assert code_of(lambda: actions.name_reviewer(round=round, person=otto, by=rex, at=OPEN)) == (
        "not-a-steward"
    )
    end_call(round)
    assert code_of(lambda: actions.name_reviewer(person=sue, at=READING, **name)) == (
        "steward-has-read"
    )
    actions.name_reviewer(person=otto, at=READING, **name)


def test_who_reviews_no_more_sees_nothing_more(
    read: Application, rex: Person, sam: Person, round: Round
) -> None:
    declare(read, rex)
    reviewer = round.reviewers.get(person=rex)
    actions.end_reviewer(reviewer=reviewer, by=sam, at=READING)
    assert seen(rex) == set()
    with pytest.raises(Refused):
        actions.end_reviewer(reviewer=reviewer, by=sam, at=READING)


def test_an_applicant_is_told_once_that_we_are_late(
    read: Application, pia: Person, round: Round
) -> None:
    tell: dict[str, Any] = {"application": read, "by": TEST}
    assert not actions.tell_late(at=round.hear_by - timedelta(seconds=1), **tell)
    assert actions.tell_late(at=round.hear_by, **tell)
    assert not actions.tell_late(at=round.hear_by, **tell)
    assert OutgoingMail.objects.filter(person=pia, key__endswith="late").count() == 1


def test_what_was_found_stays(read: Application, sam: Person) -> None:
    declare(read, sam)
    to_review(read, sam)
    with pytest.raises(IntegrityError), transaction.atomic():
        Finding.objects.update(reasons="Other")


def test_what_an_open_round_asks_is_frozen(round: Round) -> None:
    changes: list[dict[str, Any]] = [
        *({"criteria": []}, {"budget_minor": 9}, {"closes_at": READING}, {"title": "x"})
    ]
    for change in changes:
        with pytest.raises(IntegrityError), transaction.atomic():
            Round.objects.filter(pk=round.pk).update(**change)
