"""A real browser against a real server: Debian's Chromium, driven through Playwright.

A plugin that ``tests/conftest.py`` names, so that one process starts one browser.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

# Playwright keeps an event loop in the test's thread; the ORM here is used from one thread only.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

# What a console says of an answer that is an error, and of a connection that a test cuts off.
NO_COMPLAINTS = (
    "the server responded with a status of",
    "net::ERR_INTERNET_DISCONNECTED",
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Chromium, started once. A named skip where it is not installed; a failure on CI."""
    program = shutil.which("chromium")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("Chromium is not installed, and CI requires it")
        pytest.skip("no browser here: install Debian's chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def new_browser(chromium: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """A fresh browser of somebody's own: ``new_browser(viewport=PHONE, color_scheme="dark")``.

    Anything a page complains of in its console, and any failed script, fails the test.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def listen(page: Page) -> None:
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.on(
            "console",
            lambda message: (
                complaints.append(f"{page.url}: {message.text}")
                if message.type == "error"
                and not any(known in message.text for known in NO_COMPLAINTS)
                else None
            ),
        )

    def make(**options: Any) -> BrowserContext:
        context = chromium.new_context(**{"viewport": PHONE, **options})
        context.set_default_timeout(15_000)
        context.on("page", listen)
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()
    assert complaints == []
