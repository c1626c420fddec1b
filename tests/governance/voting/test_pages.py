"""The pages of polls, as a visitor, a member on the roll and a member too new."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from time_machine import travel

from governance.voting import actions
from governance.voting.models import Poll
from members.models import Person
from tests.governance.voting.conftest import TEST

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(now: datetime) -> object:
    with travel(now, tick=False) as traveller:
        yield traveller


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_the_list_shows_open_votes_first(
    make_open: Callable[..., Poll], make_poll: Callable[..., Poll], make_person, now: datetime
) -> None:
    ada = make_person("Ada")
    closed = make_open(title="Settled", opens_at=now, closes_at=now + timedelta(hours=1))
    actions.close_poll(poll=closed, at=closed.closes_at, by=TEST)
    make_poll(title="Coming", opens_at=now + timedelta(days=1))
    make_open(title="Running")
    page = signed_in(ada).get(reverse("poll-list")).content.decode()
    assert page.index("Running") < page.index("Coming") < page.index("Settled")
    assert "you have not voted" in page
