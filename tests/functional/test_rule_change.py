"""Members change a rule by vote: what is proposed next goes by it, and what is running does not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from governance.proposals.models import AdoptedRule
from tests.browser import DESK, PHONE
from tests.functional.conftest import a_member, open_poll, sit_down, until
from tests.governance.proposals.deciding import cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_changed_rule_governs_the_next_proposal_and_not_the_running_one(
    cooperative: LiveServer,
    clock: time_machine.Traveller,
    new_browser: Callable[..., BrowserContext],
) -> None:
    home = cooperative.url
    people = [a_member(name) for name in ("Ann", "Bo", "Cy", "Dee")]
    ann, bo, cy = (
        sit_down(new_browser, home, person, viewport)
        for person, viewport in zip(people[:3], (DESK, PHONE, DESK), strict=True)
    )

    ann.goto(f"{home}/proposals/new/change_rule/?about=resolution")
    ann.get_by_label("Discussion", exact=True).fill("1 day")
    change = open_the_idea(ann, "Resolutions take too long")
    row = ann.locator("tr", has=ann.get_by_role("rowheader", name="Discussion"))
    expect(row).to_contain_text("14 days")
    expect(row.locator("strong")).to_have_text("1 day")
    sponsor(change, bo, cy)

    clock.shift(timedelta(days=14, minutes=1))
    until(ann, change, "The text is final")
    clock.shift(timedelta(days=3, minutes=1))
    until(ann, change, "Members vote until")
    poll = open_poll(ann)
    for person in people:
        cast(poll, person, "yes", at=datetime.now(UTC))
    clock.shift(timedelta(days=7, minutes=1))
    until(ann, change, "Adopted on")
    adopted = AdoptedRule.objects.get(basis__contains=str(poll.pk))
    assert adopted.rule.discussion == timedelta(days=1)

    # What is discussed before the new rule is in force goes by the old one, to its end.
    clock.shift(timedelta(days=10))
    running = a_resolution(ann, home, "Begun under the old rule")
    sponsor(running, bo, cy)
    clock.shift(timedelta(days=4, minutes=1))
    following = a_resolution(ann, home, "Begun under the new rule")
    sponsor(following, bo, cy)
    clock.shift(timedelta(days=1, minutes=1))
    until(bo, following, "The text is final")
    bo.goto(running)
    expect(bo.locator(".status").first).to_contain_text("In discussion until")

    # Which rule is in force, and the vote behind it, stand where everybody can read them.
    bo.goto(f"{home}/proposals/rules/#resolution")
    rule = bo.locator("#resolution")
    expect(rule).to_contain_text("1 day")
    expect(rule.locator(f"a[href*='{poll.pk}']").first).to_be_visible()


def a_resolution(page: Page, home: str, title: str) -> str:
    page.goto(f"{home}/proposals/new/resolution/")
    page.locator("[name=text]").fill("Meetings of stewards are open.")
    return open_the_idea(page, title)


def open_the_idea(page: Page, title: str) -> str:
    """Fill in the words that every kind has and send the form; answers the idea's address."""
    page.locator("[name=title]").fill(title)
    page.locator("[name=summary]").fill("One sentence on what would change.")
    page.locator("[name=problem]").fill("It goes on and on.")
    page.get_by_role("button", name="Open this idea").click()
    page.get_by_role("heading", name=title, level=1).wait_for()
    return page.url


def sponsor(address: str, *pages: Page) -> None:
    for page in pages:
        page.goto(address)
        page.get_by_role("button", name="Sponsor this text").click()
    expect(pages[-1].get_by_text("In discussion until")).to_be_visible()
