"""From the reminder in the mailbox to the ballot that is cast: at most four taps."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.utils import timezone
from playwright.sync_api import BrowserContext, expect
from pytest_django.live_server_helper import LiveServer

from governance.voting import actions, sweeps
from governance.voting.models import Intake, Poll
from members import sweeps as members
from members.actions import choose_mail
from members.models import Person
from tests.conftest import TEST

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Counts in every page what the finger does, not what the page makes of it.
COUNT_TAPS = """
addEventListener("pointerdown", () => {
  sessionStorage.setItem("taps", Number(sessionStorage.getItem("taps") || 0) + 1);
}, true);
"""


def test_four_taps_from_the_mail_to_the_ballot_cast(
    live_server: LiveServer,
    new_browser: Callable[..., BrowserContext],
    make_person: Callable[..., Person],
    make_poll: Callable[..., Poll],
) -> None:
    now = timezone.now()
    today = now.date()
    ada = make_person("Ada", since=today - timedelta(days=90), until=today + timedelta(days=90))
    choose_mail(person=ada, kind="votes", wanted=True, by=ada, at=now)
    poll = make_poll(
        opens_at=now - timedelta(minutes=40),
        closes_at=now + timedelta(minutes=20),
        roll_from=today - timedelta(days=14),
        cutoff=today - timedelta(days=1),
    )
    actions.open_poll(poll=poll, at=now, by=TEST)
    sweeps.remind_due(now)
    members.mail(now)
    [message] = mail.outbox
    [link] = [one for one in re.findall(r"http\S+", str(message.body)) if "/polls/" in one]

    site = live_server.url.replace("127.0.0.1", "localhost")
    client = Client()
    client.force_login(ada)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    browser = new_browser(viewport={"width": 360, "height": 740}, has_touch=True)
    browser.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site}])
    page = browser.new_page()
    page.add_init_script(COUNT_TAPS)

    page.goto(link.replace(settings.SITE_ORIGIN, site))  # the first tap, in the mail
    page.get_by_label("Yes", exact=True).tap()
    page.get_by_role("button", name="Review my ballot").tap()
    page.get_by_role("button", name="Cast my ballot").tap()
    expect(page.get_by_role("heading", name="Your ballot is cast")).to_be_visible()

    assert 1 + int(page.evaluate("sessionStorage.getItem('taps')")) <= 4
    assert Intake.objects.count() == 1
