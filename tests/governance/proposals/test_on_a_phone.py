"""A long talk, long words and other directions on the smallest screen, as a browser draws them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from members.models import Person
from tests.browser import PHONE
from tests.conftest import NOW
from tests.governance.proposals.conftest import resolve
from tests.governance.proposals.long_history import write_long_history

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
# As tall as so many screens of a phone, and no taller: what is more is on the next page.
SCREENS = 40


def test_a_long_history_is_read_on_a_phone(
    live_server: LiveServer,
    new_browser: Callable[..., BrowserContext],
    rules: None,
    ada: Person,
    bob: Person,
    cyd: Person,
) -> None:
    proposal = resolve(ada, title="Donaudampfschifffahrtsgesellschaft" * 3)
    with time_machine.travel(NOW, tick=True):
        pages = write_long_history(proposal, author=ada, others=(bob, cyd))
        # axe puts styles of its own into the page it looks at.
        context = new_browser(viewport=PHONE, color_scheme="light", bypass_csp=True)
        client = Client()
        client.force_login(cyd)
        value = client.cookies[settings.SESSION_COOKIE_NAME].value
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}
        context.add_cookies([cookie])  # type: ignore[list-item] # a TypedDict of theirs
        page = context.new_page()
        for path in pages:
            page.goto(live_server.url + path)
            _fits(page, path)
            _is_accessible(page, path)
        page.emulate_media(color_scheme="dark")
        page.goto(live_server.url + pages[0])
        _is_accessible(page, pages[0])
        # What is written from right to left is read so.
        direction = "element => getComputedStyle(element).direction"
        arabic = page.locator(".prose", has_text="أحد").first
        assert arabic.evaluate(direction) == "rtl"


def _is_accessible(page: Page, path: str) -> None:
    found = Axe().run(page, options=RULES).response["violations"]
    assert not found, (path, [(one["id"], one["nodes"][0]["html"]) for one in found])


def _fits(page: Page, path: str) -> None:
    """Nothing hangs over the side, and nobody scrolls for ever."""
    width, height = page.evaluate(
        "() => [document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    )
    assert width <= PHONE["width"], path
    assert height <= SCREENS * PHONE["height"], (path, height)
