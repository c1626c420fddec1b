"""One's own page: what awaits, until when one is a member, and what is new."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from members import awaiting, digest
from members.awaiting import Followed, Waiting
from members.models import Person

pytestmark = pytest.mark.django_db

MakePerson = Callable[..., Person]


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch) -> None:
    now = timezone.now()
    waits = [
        Waiting("Read the <new> text", "/proposals/1/"),
        Waiting("Vote on “No stalking”", "/polls/1/", now + timedelta(days=2)),
        Waiting("Vote on “Two trees”", "/polls/2/", now + timedelta(days=1)),
    ]
    theirs = {"Ada": waits}
    monkeypatch.setattr(
        awaiting, "_finders", {"all": lambda person, at: theirs.get(person.display_name, [])}
    )
    followed = [Followed("Terms for landlords", "discussion", "/proposals/2/")]
    monkeypatch.setattr(awaiting, "_followed", {"all": lambda person: followed})
    monkeypatch.setattr(
        digest,
        "_sections",
        {"news": ("Proposals", lambda person, since, until: [("Adopted", "/p/")])},
    )


def test_what_ends_first_is_first(
    client: Client, make_person: MakePerson, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(make_person("Ada"))
    # session, person, standing; and standing again for whether one may invite
    with django_assert_num_queries(4):
        page = client.get(reverse("my-home")).content.decode()
    order = [
        *("Vote on “Two trees”", "Vote on “No stalking”", "Read the &lt;new&gt; text"),
        *("Terms for landlords", "Adopted"),
    ]
    places = [page.index(sentence) for sentence in order]
    assert places == sorted(places)
    assert 'href="/polls/2/"' in page
    assert "your membership lasts to" in page
    assert "Invite a friend" in page


def test_an_empty_page_says_so_and_where_to_go(client: Client, make_person: MakePerson) -> None:
    client.force_login(make_person("Bob", standing=False))
    page = client.get(reverse("my-home")).content.decode()
    assert "Nothing is waiting for you." in page
    assert "Become a member" in page
    assert reverse("proposal-list") in page
    assert "Invite a friend" not in page


def test_the_api_says_the_same(client: Client, make_person: MakePerson) -> None:
    client.force_login(make_person("Ada"))
    waiting = client.get("/api/v1/me/awaiting/").json()["awaiting"]
    assert [(one["url"], one["due"] is None) for one in waiting] == [
        *(("/polls/2/", False), ("/polls/1/", False), ("/proposals/1/", True))
    ]
    client.force_login(make_person("Bob"))
    assert client.get("/api/v1/me/awaiting/").json() == {"awaiting": []}
