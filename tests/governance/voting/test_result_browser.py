"""Results in a browser: on a phone and on a desk, in light and in dark, with nothing in the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.urls import reverse
from playwright.sync_api import BrowserContext
from pytest_django.live_server_helper import LiveServer

from governance.voting.rule import METHODS
from tests.browser import DESK, PHONE
from tests.functional.visiting import AXE, OPTIONS, SHAPE
from tests.governance.voting.settled import Settle

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("method", METHODS)
def test_a_result_is_for_everybody(
    settle: Settle,
    live_server: LiveServer,
    new_browser: Callable[..., BrowserContext],
    method: str,
) -> None:
    poll = settle(method)
    page = new_browser(reduced_motion="reduce").new_page()
    page.goto(str(live_server.url) + reverse("poll", args=[poll.pk]))
    page.evaluate(AXE_SCRIPT)
    faults: list[str] = []
    sizes: list[Any] = [PHONE, DESK]
    for size in sizes:
        page.set_viewport_size(size)
        faults += page.evaluate(SHAPE)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            faults += page.evaluate(AXE, OPTIONS)
    assert faults == []
    # What is drawn is also said: every picture is hidden from whoever hears the page.
    figures = page.locator("section figure svg")
    assert figures.count() >= 3
    assert all(one.get_attribute("aria-hidden") == "true" for one in figures.all())
