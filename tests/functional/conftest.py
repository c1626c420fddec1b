"""What the walks through the whole site stand on: a clock, a cooperative, and patience."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import settings as site
from django.db import connections
from django.test import Client
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from config.management.commands import worker
from funding.dues import actions as dues
from funding.stripe_sandbox.server import Sandbox
from governance.proposals import actions as proposals
from governance.voting.models import Poll
from members.actions import extend_standing
from members.models import Person
from tests.conftest import TEST

RULES = """
[adopt_term]
sponsors = 2
idea_lapses_after = "P90D"
discussion = "P14D"
final = "P3D"
voting = "P7D"
quorum = "1/10"
majority = "3/5"
min_days = 0
sponsor_min_days = 30

[resolution]
sponsors = 2
idea_lapses_after = "P90D"
discussion = "P14D"
final = "P3D"
voting = "P7D"
quorum = "1/10"
majority = "1/2"
min_days = 0
sponsor_min_days = 30

[change_rule]
sponsors = 2
idea_lapses_after = "P90D"
discussion = "P14D"
final = "P3D"
voting = "P7D"
quorum = "1/10"
majority = "2/3"
min_days = 0
sponsor_min_days = 30
"""
# One at a time, a browser waits for the worker's next turn.
PATIENCE = 30_000


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Time goes on as usual, and can be moved for the whole process."""
    with time_machine.travel(datetime.now(UTC), tick=True) as traveller:
        yield traveller


@pytest.fixture
def cooperative(
    live_server: LiveServer, settings: Settings, tmp_path: Path
) -> Iterator[LiveServer]:
    """A site on the day it begins: rules, plans, a payment provider and a worker. No people."""
    settings.SITE_ORIGIN = live_server.url
    settings.SESSION_COOKIE_AGE = 90 * 24 * 3600
    rules = tmp_path / "rules.toml"
    rules.write_text(RULES, encoding="utf-8")
    proposals.adopt_founding_rules(file=rules, by=TEST, at=datetime.now(UTC))
    stopping = threading.Event()
    with Sandbox(
        api_key=settings.STRIPE_API_KEY,
        webhook_secret=settings.STRIPE_WEBHOOK_SECRETS[0],
        webhook_url=live_server.url + reverse("dues-webhook"),
    ) as stripe:
        settings.STRIPE_API_BASE = stripe.url
        policy = copy.deepcopy(settings.CONTENT_SECURITY_POLICY)
        policy["DIRECTIVES"]["form-action"].append(stripe.url)
        settings.CONTENT_SECURITY_POLICY = policy
        dues.sync_plans(by=TEST, at=datetime.now(UTC))
        thread = threading.Thread(target=_work, args=(stopping,))
        thread.start()
        try:
            yield live_server
        finally:
            stopping.set()
            thread.join()


def _work(stopping: threading.Event) -> None:
    try:
        worker.turn(stopping)
    finally:
        connections.close_all()


def until(page: Page, address: str, words: str) -> None:
    """Look again until the proposal's status says ``words``: the worker moves it by itself."""
    for _ in range(PATIENCE // 500):
        page.goto(address)
        if words in page.locator(".status").first.inner_text():
            return
        page.wait_for_timeout(500)
    expect(page.locator(".status").first).to_contain_text(words)


def open_poll(page: Page) -> Poll:
    """The one poll that takes ballots, as soon as the worker has opened it."""
    for _ in range(PATIENCE // 500):
        if found := Poll.objects.taking_ballots(datetime.now(UTC)).first():
            return found
        page.wait_for_timeout(500)
    return Poll.objects.taking_ballots(datetime.now(UTC)).get()


def a_member(name: str) -> Person:
    now = datetime.now(UTC)
    person = Person.objects.create_user(f"{name.lower()}@example.org", display_name=name)
    extend_standing(
        person=person,
        starts_on=now.date() - timedelta(days=100),
        ends_on=now.date() + timedelta(days=265),
        kind="dues",
        source=f"test:{name}",
        by=TEST,
        at=now,
    )
    return person


def sit_down(
    new_browser: Callable[..., BrowserContext], home: str, person: Person, viewport: dict[str, int]
) -> Page:
    """A browser in which ``person`` is signed in."""
    client = Client()
    client.force_login(person, backend=site.AUTHENTICATION_BACKENDS[0])
    context = new_browser(viewport=viewport)
    cookie = client.cookies[site.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": site.SESSION_COOKIE_NAME, "value": cookie, "url": home}])
    return context.new_page()
