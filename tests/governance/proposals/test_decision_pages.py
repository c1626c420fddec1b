"""The pages and the API of decisions: rules, offices, elections, interests, advice, outcome."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from governance.proposals import stages
from governance.proposals.kind_forms import ElectionContent
from governance.proposals.models import AdoptedRule, Nomination, Proposal
from governance.proposals.sweeps import seats as note_seats
from governance.proposals.waiting import proposals_waiting
from members.models import Person
from tests.conftest import NOW
from tests.governance.proposals.conftest import MakePerson, advance, resolve, support
from tests.governance.proposals.deciding import adopt_all_rules, decide, propose, yes

DAY = timedelta(days=1)


@pytest.fixture
def people(make_person: MakePerson, tmp_path: Path) -> list[Person]:
    adopt_all_rules(tmp_path, at=NOW - DAY)
    return [make_person(f"Member {number}") for number in range(30)]


@pytest.fixture
def election(people: list[Person]) -> Proposal:
    ada, bob, cyd, *_others = people
    return support(propose("elect_stewards", ada, ElectionContent(1, 365)), bob, cyd)


def as_(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_standing_nominating_and_declining_by_pages(
    people: list[Person], election: Proposal
) -> None:
    ada, bob, _cyd, dan, *_others = people
    here = reverse("candidates", args=[election.pk])
    said = {"statement": "**I** read it all.", "interests": "None"}
    with time_machine.travel(NOW, tick=False):
        page = as_(ada).post(
            reverse("candidate-nominate", args=[election.pk]), {"email": dan.email}
        )
        assert (page.status_code, page["Location"]) == (302, here)
        assert str(dan) not in Client().get(here).content.decode()
        assert "You were asked to stand" in as_(dan).get(here).content.decode()
        [waiting] = proposals_waiting(dan, NOW)
        assert waiting.url.endswith("#candidates")

        page = as_(dan).post(reverse("candidate-stand", args=[election.pk]), {"statement": "x"})
        assert page.status_code == 422
        assert page.context["stand_form"]["statement"].value() == "x"
        assert (
            as_(dan).post(reverse("candidate-stand", args=[election.pk]), said).status_code == 302
        )
        shown = Client().get(here).content.decode()
        assert str(dan) in shown
        assert "<strong>I</strong> read it all." in shown
        assert list(proposals_waiting(dan, NOW)) == []

        page = as_(dan).post(reverse("nomination-decline", args=[election.pk]))
        assert page.status_code == 409
        page = as_(dan).post(reverse("candidate-step-back", args=[election.pk]))
        assert page.status_code == 302
        assert Nomination.objects.get().stage == "withdrawn"
        assert as_(bob).post(reverse("candidate-step-back", args=[election.pk])).status_code == 404


def test_the_api_refuses_as_the_pages_do(people: list[Person], election: Proposal) -> None:
    ada, bob, *_others = people
    resolution = resolve(ada)

    def post(name: str, proposal: Proposal, body: dict[str, Any], by: Person) -> tuple[int, str]:
        answer = as_(by).post(
            reverse(name, args=[proposal.pk]), body, content_type="application/json"
        )
        body = answer.json() if answer.content else {}
        return answer.status_code, body.get("code", "")

    said = {"statement": "Me.", "interests": "None"}
    with time_machine.travel(NOW, tick=False):
        assert post("api-candidates", election, said, bob)[0] == 201
        assert post("api-candidates", election, {"statement": 1}, bob)[0] == 400
        assert post("api-candidates", resolution, said, bob)[0] == 404
        assert post("api-candidate-nominate", election, {"email": ada.email}, ada) == (
            409,
            "nominate-yourself",
        )
        assert post("api-proposal-interests", resolution, {"text": ""}, bob) == (
            409,
            "not-involved",
        )
        note = {"lawyer": "L", "admitted": "B", "interests": "N", "body": "B"}
        assert post("api-proposal-advice", resolution, note, bob) == (409, "not-a-steward")
        assert post("api-candidate-step-back", election, {}, bob)[0] == 204
        assert post("api-candidate-step-back", election, {}, bob) == (409, "nomination-answered")
        listed = Client().get(reverse("api-proposal-kinds")).json()
    assert {kind["name"]: kind["proposable"] for kind in listed}["ratification"] is False
    made = {"kind": "change_rule", "summary": "A", "problem": "B", "title": "C"}
    with time_machine.travel(NOW, tick=False):
        answer = as_(ada).post(
            reverse("api-proposal-list"),
            {**made, "content": {"kind": "resolution", "rule": {"sponsors": 0}}},
            content_type="application/json",
        )
    assert answer.status_code == 400
    assert "sponsors" in str(answer.json())


def test_the_rules_page_names_the_vote_behind_each_rule(people: list[Person]) -> None:
    ada, bob, cyd, *others = people
    rule = AdoptedRule.objects.for_kind("resolution", NOW)
    assert rule
    change = propose("change_rule", ada, replace(rule.rule, sponsors=9))
    text = as_(ada).get(change.get_absolute_url()).content.decode()
    assert "<strong>9</strong>" in text
    changed = decide(change, yes(*others[:9]), sponsors=(bob, cyd))
    for days, coming in ((1, True), (15, False)):
        with time_machine.travel(changed.since + days * DAY, tick=False):
            page = Client().get(reverse("decision-rules"))
        [shown] = [one for one in page.context["rules"] if one["kind"].name == "resolution"]
        assert bool(shown["coming"]) is coming
        assert f"/polls/{changed.poll_id}/" in page.content.decode()
    assert len(shown["before"]) == 1


def test_a_decided_proposal_shows_its_outcome_and_proves_every_step(people: list[Person]) -> None:
    ada, bob, cyd, *others = people
    decided = decide(resolve(ada), yes(*others[:5]), sponsors=(bob, cyd))
    page = Client().get(decided.get_absolute_url())
    shown = page.content.decode()
    assert "What happens now" in shown
    for step in page.context["timeline"]:
        assert step.unproved or reverse("record-entry", args=[step.record_hash]) in shown
    assert [bool(step.record_hash) for step in page.context["timeline"]] == [False] + [True] * 5
    path = Client().get(reverse("api-proposal-path", args=[decided.pk])).json()
    assert [step["record"] for step in path] == [
        step.record_hash for step in page.context["timeline"]
    ]


def test_a_final_text_says_who_votes_on_what_and_when(people: list[Person]) -> None:
    ada, bob, cyd, dan, *_others = people
    final = advance(resolve(ada), stages.FINAL, sponsors=(bob, cyd))
    assert final.ends_at
    with time_machine.travel(final.since, tick=False):
        shown = as_(dan).get(final.get_absolute_url()).content.decode()
        assert "As things stand you can vote" in shown
        assert "No, leave things as they are" in shown
        declare = as_(bob).get(reverse("proposal-interests", args=[final.pk]))
        assert declare.status_code == 200
        page = as_(dan).post(reverse("proposal-interests", args=[final.pk]), {"text": "All"})
        assert page.status_code == 409
        assert page.context["form"]["text"].value() == "All"
        assert [one.url for one in proposals_waiting(bob, final.since)] == [
            final.get_absolute_url() + "#interests"
        ]
    file = Client().get(reverse("proposal-calendar", args=[final.pk]))
    [event] = Calendar.from_ical(file.content).walk("VEVENT")
    assert (event.decoded("dtstart"), event.decoded("dtend")) == (
        final.ends_at,
        final.ends_at + 7 * DAY,
    )
    assert Client().get(reverse("proposal-calendar", args=[resolve(ada).pk])).status_code == 404


def test_the_offices_say_who_is_a_caretaker(people: list[Person], make_person: MakePerson) -> None:
    make_person("Sam", role="steward")
    note_seats(NOW)
    with time_machine.travel(NOW, tick=False):
        shown = Client().get(reverse("offices")).content.decode()
        [seat] = Client().get(reverse("api-offices")).json()["results"]
    assert "caretaker" in shown
    assert (seat["name"], seat["role"], seat["term_ends_on"]) == ("Sam", "steward", None)


@pytest.mark.parametrize(
    "kind",
    ["change_rule", "elect_stewards", "recall", "deprecate_term", "withdraw_term", "new_version"],
)
def test_every_kind_has_a_form_that_names_what_is_missing(people: list[Person], kind: str) -> None:
    client = as_(people[0])
    url = reverse("proposal-write", args=[kind])
    with time_machine.travel(NOW, tick=False):
        assert client.get(url, {"about": "resolution\x00"}).status_code == 200
        page = client.post(url, {"summary": "A", "problem": "B"})
    assert page.status_code == 422
    assert page.context["editor"].is_valid() is False


def test_the_stages_are_drawn_from_the_table(db: None) -> None:
    page = Client().get(reverse("proposal-stages"))
    shown = page.content.decode()
    assert all(move.when_in_words.replace("'", "&#x27;") in shown for move in stages.MOVES)
