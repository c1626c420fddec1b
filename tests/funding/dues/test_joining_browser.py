"""Joining on a phone, from the home page to the welcome; and every page of dues, held to WCAG."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page
from playwright.sync_api import TimeoutError as NotYet
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from funding.dues import actions, sweeps
from funding.stripe_sandbox.server import Sandbox
from members.models import Person
from tests.browser import DESK, PHONE
from tests.conftest import NOW, TEST
from tests.funding.dues.conftest import KEY, SECRET, Till, all_once

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


class Visitor:
    """Somebody with a phone, who counts what they have to do."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.taps = self.typed = 0

    def tap(self, role: Any, name: str) -> None:
        self.page.get_by_role(role, name=name, exact=True).first.click()
        self.taps += 1

    def type(self, label: str, text: str) -> None:
        field = self.page.get_by_label(label)
        assert field.input_value() == ""
        field.fill(text)
        self.typed += 1


def test_at_most_eight_taps_and_three_typed_fields_from_home_to_welcome(
    live_server: LiveServer,
    new_browser: Callable[..., BrowserContext],
    settings: Settings,
    mailoutbox: list[EmailMessage],
) -> None:
    settings.SITE_ORIGIN = live_server.url
    with Sandbox(
        api_key=KEY,
        webhook_secret=SECRET,
        webhook_url=live_server.url + reverse("dues-webhook"),
    ) as sandbox:
        settings.STRIPE_API_BASE = sandbox.url
        policy = copy.deepcopy(settings.CONTENT_SECURITY_POLICY)
        policy["DIRECTIVES"]["form-action"].append(sandbox.url)
        settings.CONTENT_SECURITY_POLICY = policy
        actions.sync_plans(by=TEST, at=NOW)
        page = new_browser(viewport=PHONE, java_script_enabled=False).new_page()
        visitor = Visitor(page)
        page.goto(live_server.url)
        visitor.tap("link", "Join")
        visitor.tap("button", "Start with your e-mail address")
        visitor.type("E-mail address", "nia@example.org")
        visitor.tap("button", "Mail me a code")
        visitor.type("Code", code_in(mailoutbox[0]))
        visitor.tap("button", "Continue")
        visitor.type("Display name", "Nia")
        visitor.tap("checkbox", "I confirm this statement.")
        visitor.tap("button", "Continue to payment")
        visitor.tap("button", "Pay €50.00")
        page.get_by_text("Your payment is being confirmed.").wait_for()
        # The worker, as often as it comes round; the page looks again without being asked.
        for _ in range(20):
            sweeps.inbox(datetime.now(UTC))
            with suppress(NotYet):
                page.get_by_role("heading", name="Welcome").wait_for(timeout=1000)
                break
        assert page.get_by_role("heading", name="Welcome").is_visible()
    assert (visitor.taps, visitor.typed) == (7, 3)
    all_once(Person.objects.get(email="nia@example.org"))


def code_in(mail: EmailMessage) -> str:
    found = re.findall(r"^\d{6}$", str(mail.body), re.MULTILINE)
    assert len(found) == 1
    return str(found[0])


@pytest.mark.parametrize(
    ("viewport", "scheme"), [(PHONE, "dark"), (DESK, "light")], ids=["phone-dark", "desk-light"]
)
def test_every_page_is_accessible(
    till: Till,
    live_server: LiveServer,
    new_browser: Callable[..., BrowserContext],
    make_person: Callable[..., Person],
    viewport: dict[str, int],
    scheme: str,
) -> None:
    def page_of(person: Person | None) -> Page:
        # axe puts styles of its own into the page it looks at.
        context = new_browser(viewport=viewport, color_scheme=scheme, bypass_csp=True)
        if person:
            client = Client()
            client.force_login(person)
            value = client.cookies["sessionid"].value
            context.add_cookies([{"name": "sessionid", "value": value, "url": live_server.url}])
        return context.new_page()

    def look(page: Page, path: str, heading: str) -> None:
        page.goto(live_server.url + path)
        page.get_by_role("heading", name=heading, level=1).wait_for()
        accessible(page)

    visitor, newcomer = page_of(None), make_person("Nia", standing=False)
    mine = page_of(newcomer)
    look(visitor, reverse("join"), "Become a member")
    look(visitor, reverse("money"), "Where the money goes")
    look(mine, reverse("my-dues"), "Your dues")
    look(mine, reverse("join"), "Become a member")
    mine.get_by_label("Display name").fill("nia@example.org")
    mine.get_by_label("I confirm this statement.").check()
    mine.get_by_role("button", name="Continue to payment").click()
    mine.get_by_text("This did not go through").wait_for()
    accessible(mine)
    checkout = till.choose(newcomer)
    query = f"?checkout={checkout.pk}"
    look(mine, reverse("join-wait") + query, "Confirming your payment")
    look(mine, reverse("join-wait") + query + "&since=1", "Confirming your payment")
    look(mine, reverse("join-cancelled") + query, "Nothing was charged")
    till.pay(checkout)
    till.settle()
    look(mine, reverse("join-wait") + query, "Welcome")
    look(mine, reverse("my-dues"), "Your dues")
    look(mine, reverse("my-dues-cancel"), "Cancel the renewal")
    look(visitor, reverse("money"), "Where the money goes")


def accessible(page: Page) -> None:
    found: Any = Axe().run(page, options=RULES)
    assert found.response["violations"] == [], found.generate_report()
    wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wider <= 0, "the page scrolls sideways"
