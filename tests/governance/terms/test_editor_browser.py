"""The editor in a real browser: the preview keeps up, and all of it works without scripts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from members.models import Person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NO_TRACKING = "The organisation may not follow you across sites, apps or devices."


@pytest.fixture
def editor(
    live_server: LiveServer,
    new_browser: Callable[..., BrowserContext],
    make_person: Callable[..., Person],
) -> Callable[..., Page]:
    """The page on which a member writes a term; ``editor(java_script_enabled=False)`` without."""

    def open_page(**options: object) -> Page:
        client = Client()
        client.force_login(make_person("Mia"))
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        browser = new_browser(**options)
        browser.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
        )
        page = browser.new_page()
        page.goto(live_server.url + reverse("proposal-write", args=["adopt_term"]))
        return page

    return open_page


def write_rule(page: Page, row: int, party: str, kind: str, action: str) -> None:
    for name, code in (("party", party), ("kind", kind), ("action", action)):
        page.locator(f"#id_rules-{row}-{name}").select_option(code)


def test_the_preview_keeps_up_while_one_writes(editor: Callable[..., Page]) -> None:
    page = editor()
    preview = page.locator("#term-preview")
    expect(preview).to_contain_text("As you write")
    page.get_by_label("Title of the term").fill("No tracking")
    expect(preview).to_contain_text("No tracking")
    write_rule(page, 0, "second", "prohibition", "track")
    expect(preview).to_contain_text(NO_TRACKING)
    expect(preview).to_contain_text('"slug": "no-tracking"')
    expect(page.get_by_label("Title of the term")).to_have_value("No tracking")


def test_without_scripts_rules_come_and_go_and_nothing_written_is_lost(
    editor: Callable[..., Page],
) -> None:
    page = editor(java_script_enabled=False)
    page.get_by_label("Title of the term").fill("No tracking")
    write_rule(page, 0, "second", "prohibition", "track")
    page.get_by_role("button", name="Add a rule").click()
    write_rule(page, 1, "second", "duty", "deliver_service")
    page.get_by_role("button", name="Preview").last.click()
    preview = page.locator("#term-preview")
    expect(preview).to_contain_text(NO_TRACKING)
    expect(preview).to_contain_text("The organisation must deliver the service you asked for.")
    page.get_by_role("button", name="Take out rule 1").click()
    expect(page.locator("#id_rules-0-action")).to_have_value("deliver_service")
    expect(page.locator("#id_rules-1-action")).to_have_count(0)
    expect(page.get_by_label("Title of the term")).to_have_value("No tracking")


def test_the_enter_key_shows_the_preview_and_takes_no_rule_out(
    editor: Callable[..., Page],
) -> None:
    page = editor(java_script_enabled=False)
    write_rule(page, 0, "second", "prohibition", "track")
    page.get_by_label("Title of the term").fill("No tracking")
    page.get_by_label("Title of the term").press("Enter")
    expect(page.locator("#term-preview")).to_contain_text(NO_TRACKING)
    expect(page.locator("#id_rules-0-action")).to_have_value("track")
