"""What an applicant writes survives a killed browser, a lost connection and a second window."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import BrowserContext, Error, Page, expect
from pytest_django.live_server_helper import LiveServer

from funding.grants import actions
from funding.grants.models import Application, Draft
from members.models import Person
from tests.browser import PHONE
from tests.conftest import TEST
from tests.functional.conftest import PATIENCE, sit_down
from tests.funding.grants.conftest import CALL

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

KEPT, AWAY = "Kept as a draft.", "No connection."
NAME = "What is your project called?"
HOW = "How will you do it?"

Write = Callable[..., Page]


@pytest.fixture
def application() -> Application:
    """An application that Pia has begun."""
    now = datetime.now(UTC)
    pia = Person.objects.create_user("pia@example.org", display_name="Pia")
    call = replace(
        CALL, opens_at=now, closes_at=now + timedelta(days=1), hear_by=now + timedelta(days=9)
    )
    basis = f"{settings.PUBLIC_ORIGIN}/proposals/1/"
    round = actions.open_round(call=call, basis=basis, by=TEST, at=now)
    round = actions.begin_call(round=round, by=TEST, at=now)
    return actions.begin_application(round=round, by=pia, at=now)


@pytest.fixture
def write(
    live_server: LiveServer,
    application: Application,
    new_browser: Callable[..., BrowserContext],
) -> Write:
    """``write()``: the page of the application, in a browser of its own."""

    def sit() -> Page:
        page = sit_down(new_browser, live_server.url, application.applicant, PHONE)
        page.goto(live_server.url + reverse("grant-write", args=[application.pk]))
        return page

    return sit


def kept(application: Application) -> dict[str, object]:
    content: dict[str, object] = Draft.objects.get(application=application).content
    return content


def test_what_was_written_is_there_after_the_browser_was_killed(
    application: Application, write: Write
) -> None:
    page = write()
    page.get_by_label(NAME).fill("Receipts one keeps")
    page.get_by_label(HOW).press_sequentially("In the evenings")
    expect(page.get_by_text(KEPT)).to_be_visible(timeout=PATIENCE)
    # Not closed but gone, with whatever it had in mind.
    with page.expect_event("crash"), suppress(Error):
        page.goto("chrome://crash")
    again = write()
    expect(again.get_by_label(NAME)).to_have_value("Receipts one keeps")
    expect(again.get_by_label(HOW)).to_have_value("In the evenings")


def test_whoever_turns_away_at_once_loses_nothing(application: Application, write: Write) -> None:
    page = write()
    page.get_by_label(NAME).fill("Receipts one keeps")
    with page.expect_response("**/save/"):
        page.evaluate(
            """() => {
              Object.defineProperty(document, "visibilityState", {value: "hidden"});
              document.dispatchEvent(new Event("visibilitychange"));
            }"""
        )
    assert kept(application)["title"] == "Receipts one keeps"


def test_what_is_written_without_a_connection_is_kept_when_it_is_back(
    application: Application, write: Write
) -> None:
    page = write()
    page.get_by_label(NAME).fill("Receipts")
    expect(page.get_by_text(KEPT)).to_be_visible(timeout=PATIENCE)
    page.context.set_offline(True)
    page.get_by_label(NAME).fill("Receipts one keeps")
    page.get_by_label(HOW).fill("In a tunnel, on a train.")
    expect(page.get_by_text(AWAY)).to_be_visible(timeout=PATIENCE)
    assert kept(application)["title"] == "Receipts"
    page.context.set_offline(False)
    expect(page.get_by_text(KEPT)).to_be_visible(timeout=PATIENCE)
    assert kept(application)["title"] == "Receipts one keeps"
    assert kept(application)["how"] == "In a tunnel, on a train."


def test_two_windows_warn_and_lose_nothing(application: Application, write: Write) -> None:
    one, other = write(), write()
    one.get_by_label(NAME).fill("From the telephone")
    expect(one.get_by_text(KEPT)).to_be_visible(timeout=PATIENCE)
    other.get_by_label(HOW).fill("From the desk")
    warning = "You changed this application in another window meanwhile."
    expect(other.get_by_text(warning)).to_be_visible(timeout=PATIENCE)
    assert kept(application)["title"] == "From the telephone"
    # Sent by hand it is refused too, with both texts on the page; then the writer decides.
    other.get_by_role("button", name="Keep it", exact=True).click()
    expect(other.get_by_role("heading", name="What stands there")).to_be_visible()
    expect(other.get_by_text("From the telephone")).to_be_visible()
    expect(other.get_by_label(HOW)).to_have_value("From the desk")
    other.get_by_label(NAME).fill("From both")
    other.get_by_role("button", name="Keep it", exact=True).click()
    expect(other.get_by_text("Kept. Nobody but you")).to_be_visible()
    assert (kept(application)["title"], kept(application)["how"]) == ("From both", "From the desk")
