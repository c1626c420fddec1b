"""The pipeline of a round, and the history of an application, without what is not for one."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from funding.grants import (
    actions,
    application_stages,
    award_stages,
    milestone_stages,
    payment_stages,
    pipeline,
)
from funding.grants.history import history, words_of_verbs
from funding.grants.models import Application, Event, Round
from members.models import Person
from tests.conftest import NOW
from tests.funding.grants.awards_acting import LATER, pay, under_way
from tests.funding.grants.awards_scene import set_scene
from tests.funding.grants.conftest import (
    READING,
    Persons,
    Sent,
    declare,
    end_call,
    reviewed,
    to_review,
)

pytestmark = pytest.mark.django_db
SOON = READING + timedelta(days=1)


@pytest.fixture(autouse=True)
def _clock(time_machine: Any) -> None:
    time_machine.move_to(SOON, tick=False)


@pytest.fixture
def three(
    make_person: Persons,
    sent: Sent,
    round: Round,
    sam: Person,
    sue: Person,
    rex: Person,
    rhea: Person,
) -> list[Application]:
    """Three applications, sent by three people: one is screened, one reviewed, one nobody's yet."""
    found = [
        sent(make_person(f"Applicant {name}"), title=f"{name} project", ask=ask)
        for name, ask in (("Apple", "2500"), ("Beet", "2500"), ("Corn", "2500"))
    ]
    end_call(round)
    for each in found[:2]:
        declare(each, sam, sue, rex, rhea)
    to_review(found[1], sam)
    reviewed(found[1], rex)
    return found


def body(client: Client, name: str, of: Any, **asked: str) -> str:
    answer = client.get(reverse(name, args=[of.pk]), asked)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_the_board_has_a_column_for_each_stage(
    three: list[Application], round: Round, sam: Person, client: Client
) -> None:
    client.force_login(sam)
    page = body(client, "grant-board", round)
    assert "Apple project" in page
    assert "Beet project" in page
    # Nothing was said of it yet.
    assert "Corn project" not in page
    assert 'Being checked <span class="muted">1</span>' in page
    assert 'Being reviewed <span class="muted">1</span>' in page
    assert "3.6 of 5" in page
    assert page.count("waits for you") == 1


def test_the_table_is_sorted_and_narrowed_and_taken_away(
    three: list[Application], round: Round, sam: Person, client: Client
) -> None:
    client.force_login(sam)
    page = body(client, "grant-table", round, order="score")
    assert page.index("Beet project") < page.index("Apple project")
    assert "Apple" not in body(client, "grant-table", round, stage="in_review")
    assert "Beet" not in body(client, "grant-table", round, mine="true")
    assert "Apple" not in body(client, "grant-table", round, least="3")
    assert "Beet" not in body(client, "grant-table", round, least="4")
    # What cannot be understood is not asked for.
    assert "Beet" in body(client, "grant-table", round, least="many", order="x")
    rows = list(csv.reader(io.StringIO(body(client, "grant-table-csv", round, order="title"))))
    assert [row[0] for row in rows] == ["project", "Apple project", "Beet project"]
    assert rows[2][1:6] == ["being reviewed", "2500.00", "EUR", "3.6", "1"]


def test_a_long_column_leads_on_to_the_table(
    three: list[Application],
    round: Round,
    sam: Person,
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    declare(three[2], sam)
    client.force_login(sam)
    monkeypatch.setattr(pipeline, "IN_A_COLUMN", 1)
    page = body(client, "grant-board", round)
    assert "Apple project" in page
    assert "Corn project" not in page
    assert "1 more: being checked" in page
    assert "Corn project" in body(client, "grant-table", round, stage="screening")


def test_whoever_is_recused_finds_neither_the_project_nor_a_number(
    three: list[Application], round: Round, sue: Person, client: Client
) -> None:
    actions.declare_interest(
        application=three[1], conflicted=True, why="A friend.", by=sue, at=SOON
    )
    client.force_login(sue)
    for name in ("grant-board", "grant-table", "grant-table-csv"):
        page = body(client, name, round)
        assert "Apple" in page
        assert "Beet" not in page
        assert "3.6" not in page
    assert 'Being reviewed <span class="muted">0</span>' in body(client, "grant-board", round)
    assert client.get(reverse("grant-history", args=[three[1].pk])).status_code == 404


def test_a_reviewer_is_blind_until_their_own_is_in(
    three: list[Application], round: Round, rhea: Person, client: Client
) -> None:
    client.force_login(rhea)
    for name, of in (("grant-board", round), ("grant-table", round), ("grant-table-csv", round)):
        page = body(client, name, of)
        assert "Beet project" in page
        assert "3.6" not in page
    told = [each.what for each in history(three[1], rhea, SOON)]
    assert "Reviewed" not in told
    assert client.get(reverse("grant-history", args=[three[1].pk])).status_code == 200
    reviewed(three[1], rhea)
    assert "3.6 of 5" in body(client, "grant-board", round)
    assert [each.what for each in history(three[1], rhea, SOON)].count("Reviewed") == 2


def test_a_round_is_there_for_who_looks_after_it(
    three: list[Application],
    round: Round,
    rex: Person,
    client: Client,
    make_person: Persons,
    opened: Callable[..., Round],
) -> None:
    client.force_login(make_person("Otto"))
    for name in ("grant-board", "grant-table", "grant-table-csv"):
        assert client.get(reverse(name, args=[round.pk])).status_code == 403
    other = opened(title="Another round")
    actions.end_reviewer(
        reviewer=other.reviewers.get(person=rex),
        by=other.reviewers.get(person=rex).named_by,
        at=SOON,
    )
    client.force_login(rex)
    assert client.get(reverse("grant-board", args=[other.pk])).status_code == 404
    listed = client.get(reverse("grant-desk")).content.decode()
    assert "Receipts" in listed
    assert "Another round" not in listed


def test_as_many_queries_for_many_as_for_one(
    make_person: Persons, sent: Sent, round: Round, sam: Person, rex: Person, client: Client
) -> None:
    client.force_login(sam)

    def queries(count: int) -> list[int]:
        for number in range(count):
            sent(make_person(f"Applicant {count} {number}"))
        Round.objects.update(stage="reviewing")
        for each in Application.objects.filter(stage="submitted"):
            actions.begin_screening(application=each, by=each.applicant, at=READING)
            declare(each, sam, rex)
            to_review(each, sam)
            reviewed(each, rex)
        Round.objects.update(stage="open")
        taken = []
        for name in ("grant-board", "grant-table", "grant-table-csv"):
            with CaptureQueriesContext(connection) as captured:
                body(client, name, round)
            taken.append(len(captured))
        return taken

    assert queries(1) == queries(9)


def test_the_history_of_an_award_down_to_the_bank(make_person: Callable[..., Person]) -> None:
    scene = set_scene(make_person)
    way = under_way(scene)
    pay(way)
    told = history(scene.application, scene.stewards[0], LATER)
    said = [each.what for each in reversed(told)]
    order = [
        "Version 1 was sent",
        "The money was set aside",
        "A text of the agreement was offered",
        "Both had accepted the agreement",
    ]
    assert [what for what in said if what in order] == order
    assert any(what.startswith("A payment was prepared: €1,200.00") for what in said)
    assert sum(what.startswith("A payment was approved by one") for what in said) == 2
    assert any("A statement of the bank shows a payment" in what for what in said)
    assert [each.at for each in told] == sorted((each.at for each in told), reverse=True)


def test_who_holds_no_office_finds_no_payment_in_the_history(
    make_person: Callable[..., Person],
) -> None:
    scene = set_scene(make_person)
    way = under_way(scene)
    pay(way)
    rex = make_person("Rex")
    scene.round.reviewers.create(person=rex, named_by=scene.stewards[0], named_at=NOW)
    declare(scene.application, rex)
    said = " ".join(each.what for each in history(scene.application, rex, LATER))
    assert "The money was set aside" in said
    assert "payment" not in said


def test_every_move_has_its_words() -> None:
    told = set(words_of_verbs())
    with_words = {
        *("ask-more", "find-eligible", "find-ineligible", "shortlist", "decline", "submit"),
        "uphold-correction",
    }
    moves = {f"application.{move.name.replace('_', '-')}" for move in application_stages.MOVES}
    assert moves - {f"application.{name}" for name in with_words} <= told
    assert {f"award.{move.name}" for move in award_stages.MOVES} <= told
    parts = {f"milestone.{move.name.replace('_', '-')}" for move in milestone_stages.MOVES}
    assert parts <= told
    money = {f"payment.{move.name}" for move in payment_stages.MOVES}
    assert money - {"payment.approve"} <= told


def test_no_event_of_an_application_is_told_by_its_verb_alone(
    make_person: Callable[..., Person],
) -> None:
    scene = set_scene(make_person)
    pay(under_way(scene))
    verbs = set(Event.objects.values_list("verb", flat=True))
    assert len(verbs) > 10
    for each in history(scene.application, scene.stewards[0], LATER):
        assert each.what.partition(":")[0] not in verbs
