"""The API and the pages: open reads, lists with few queries, the same refusals, nothing leaked."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from funding.grants import actions
from funding.grants.models import Application, Round
from members.models import Person
from tests.funding.grants.conftest import (
    OPEN,
    READING,
    Opened,
    Persons,
    Sent,
    declare,
    end_call,
    reviewed,
    to_review,
)

pytestmark = pytest.mark.django_db
CANARY = "quetzal"


@pytest.fixture(autouse=True)
def _clock(time_machine: Any) -> None:
    time_machine.move_to(READING, tick=False)


@pytest.fixture
def secret(pia: Person, sent: Sent, round: Round, sam: Person) -> Application:
    """An application that is being read, with a canary in each of its words and files."""
    application = sent(
        pia, title=f"{CANARY} title", summary=CANARY, how=CANARY, who=CANARY, website=""
    )
    actions.attach_file(
        application=application, name=f"{CANARY}.txt", data=CANARY.encode(), by=pia, at=OPEN
    )
    end_call(round)
    return application


def addresses(application: Application) -> list[str]:
    """Every page and list of the application and its round."""
    file = application.files.get()
    one = [
        reverse(name, args=[application.pk])
        for name in (
            *("grant-application", "grant-write", "grant-preview", "grant-team", "grant-files"),
            *("grant-import", "grant-withdraw", "grant-correct", "grant-panel", "grant-review"),
            *("api-grant-project",),
        )
    ]
    lists = [
        reverse(name)
        for name in (
            *("grants", "grant-mine", "grant-desk", "grant-interests"),
            *("api-grant-rounds", "api-grant-projects", "api-grant-applications"),
            *("api-grant-reviews", "api-grant-payments", "api-grant-accounts", "grant-money"),
            *("api-grant-awards", "api-grant-milestones", "api-grant-paid", "api-grant-funds"),
            *("api-grant-movements", "api-grant-my-share", "grant-feed-atom", "grant-feed-json"),
            *("grant-open-data", "grant-awards", "grant-my-share", "grant-my-share-csv"),
        )
    ]
    of_round = [
        reverse(name, args=[application.round_id])
        for name in (
            "grant-round",
            "api-grant-round",
            "grant-vote",
            "grant-reviewers",
            "grant-board",
        )
    ]
    return [*one, *lists, *of_round, reverse("grant-file", args=[application.pk, file.pk])]


def told(client: Client, application: Application) -> set[str]:
    """The addresses at which the canary is told."""
    return {
        address
        for address in addresses(application)
        if CANARY.encode() in b"".join(client.get(address, follow=True))
    }


def test_a_recused_reviewer_finds_nothing_at_any_address(
    secret: Application, rex: Person, client: Client
) -> None:
    client.force_login(rex)
    # Before they said anything they are shown what it is called, and nothing more.
    assert told(client, secret) == {reverse("grant-interests")}
    actions.declare_interest(
        application=secret, conflicted=True, why="A friend.", by=rex, at=READING
    )
    assert told(client, secret) == set()


def test_who_has_no_interest_finds_it_and_a_stranger_does_not(
    secret: Application, rex: Person, client: Client, make_person: Persons
) -> None:
    declare(secret, rex)
    client.force_login(rex)
    assert told(client, secret) >= {
        reverse("grant-panel", args=[secret.pk]),
        reverse("grant-board", args=[secret.round_id]),
        reverse("api-grant-applications"),
        reverse("grant-file", args=[secret.pk, secret.files.get().pk]),
    }
    client.force_login(make_person("Otto"))
    assert told(client, secret) == set()
    client.logout()
    assert told(client, secret) == set()


def test_a_declined_project_is_named_nowhere_but_to_its_applicant(
    secret: Application,
    sam: Person,
    rex: Person,
    rhea: Person,
    pia: Person,
    client: Client,
    make_person: Persons,
) -> None:
    declare(secret, sam, rex, rhea)
    to_review(secret, sam)
    reviewed(secret, rex, rhea)
    actions.decline(application=secret, reasons="Too small.", by=sam, at=READING)
    client.force_login(make_person("Otto"))
    assert told(client, secret) == set()
    client.force_login(pia)
    assert reverse("grant-application", args=[secret.pk]) in told(client, secret)


def test_sponsoring_is_refused_by_page_and_api_alike(
    secret: Application,
    sam: Person,
    rex: Person,
    rhea: Person,
    pia: Person,
    client: Client,
    make_person: Persons,
) -> None:
    declare(secret, sam, rex, rhea)
    to_review(secret, sam)
    reviewed(secret, rex, rhea)
    actions.decline(application=secret, reasons="Too small.", by=sam, at=READING)
    api, page = (reverse(name, args=[secret.pk]) for name in ("api-grant-sponsor", "grant-sponsor"))
    client.force_login(make_person("Otto"))
    assert (client.post(api).status_code, client.post(page).status_code) == (404, 404)
    actions.ask_members(application=secret, by=pia, at=READING)
    assert client.post(api).status_code == 201
    again = client.post(api)
    assert (again.status_code, again.json()["code"]) == (409, "already-sponsored")
    assert "already" in client.post(page, follow=True).content.decode()
    client.force_login(pia)
    mine = client.post(api)
    assert (mine.status_code, mine.json()["code"]) == (409, "not-in-standing")
    assert secret.sponsorships.count() == 1


def test_lists_take_as_many_queries_for_many_as_for_one(
    opened: Opened, client: Client, django_assert_num_queries: Any
) -> None:
    for _each in range(3):
        opened()
    with django_assert_num_queries(2):  # how many; the rounds with how many are named
        assert client.get(reverse("grants")).status_code == 200
    with django_assert_num_queries(1):  # the rounds
        assert len(client.get(reverse("api-grant-rounds")).json()["results"]) == 3
    stage = client.get(reverse("api-grant-rounds") + "?stage=decided")
    assert stage.json()["results"] == []


def test_the_panels_list_takes_as_many_queries_for_many_as_for_one(
    make_person: Persons,
    sent: Sent,
    round: Round,
    rex: Person,
    client: Client,
    django_assert_max_num_queries: Any,
) -> None:
    for number in range(4):
        sent(make_person(f"Applicant {number}"))
    end_call(round)
    for application in Application.objects.all():
        declare(application, rex)
    client.force_login(rex)
    # the session; who asks; their roles; the applications
    with django_assert_max_num_queries(4):
        answer = client.get(reverse("api-grant-applications"))
    assert len(answer.json()["results"]) == 4
    assert {row["stage"] for row in answer.json()["results"]} == {"screening"}
    assert client.get(reverse("api-grant-applications") + "?stage=draft").json()["results"] == []
