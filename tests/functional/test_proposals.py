"""Five people and two proposals: one becomes a term with words of several of them, one lapses.

As in the other walks the site is real, over HTTP, with its worker, and only the clock is moved. The
five are members already, and sign in without a code.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.mail import EmailMessage
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from governance.terms.models import Version
from tests.browser import DESK, PHONE
from tests.functional.conftest import PATIENCE, a_member, open_poll, sit_down, until
from tests.governance.proposals.deciding import cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NAMES = ("Ann", "Bo", "Cy", "Dee", "Eli")


def test_five_people_two_amendments_and_an_idea_that_lapses(
    cooperative: LiveServer,
    clock: time_machine.Traveller,
    new_browser: Callable[..., BrowserContext],
    mailoutbox: list[EmailMessage],
) -> None:
    home = cooperative.url
    people = [a_member(name) for name in NAMES]
    ann, bo, cy, dee, eli = (
        sit_down(new_browser, home, person, PHONE if place % 2 else DESK)
        for place, person in enumerate(people)
    )

    lonely = begin_with_a_sentence(eli, home)
    address = begin_with_a_sentence(ann, home, "My mail provider reads along")
    for page in (bo, cy):
        page.goto(address)
        page.get_by_role("button", name="I have this too").click()
    expect(cy.get_by_text("2 members have this problem too.")).to_be_visible()

    write_the_text(ann)
    for page in (bo, cy):
        page.goto(address)
        page.get_by_role("button", name="Sponsor this text").click()
    expect(cy.get_by_text("In discussion until")).to_be_visible()

    ask(dee, address, "Does this cover attachments?")
    answer(ann, address, "It does.")
    plain = amend(dee, address, "plain", "Do not read my letters, attachments too.", "Say it all.")
    legal = amend(eli, address, "legal", "No organisation reads letters.", "Nobody slips through.")
    expect(eli.get_by_text("It changes the legal text, and not the plain words.")).to_be_visible()

    # Ann takes the one, which the other was not written over: its author puts it on the new text.
    ann.goto(plain)
    ann.get_by_role("button", name="Take it into the text").click()
    expect(ann.get_by_text("taken from amendment 1 by Dee")).to_be_visible()
    eli.goto(legal)
    eli.get_by_role("button", name="Put it on the new text").click()
    # What Dee changed meanwhile is there already.
    expect(eli.get_by_label("In plain words")).to_have_value(
        "Do not read my letters, attachments too."
    )
    eli.get_by_role("button", name="Propose this amendment").click()
    expect(eli.get_by_role("heading", name="Amendment 3")).to_be_visible()
    newer = eli.url
    ann.goto(newer)
    ann.get_by_text("Leave it to the vote").first.click()
    ann.get_by_label("What you say to it").fill("Too strict for me. Let us all decide.")
    ann.get_by_role("button", name="Leave it to the vote").click()
    for page in (bo, dee):
        page.goto(newer)
        page.get_by_role("button", name="Sponsor this amendment").click()
    for page in (bo, cy):
        page.goto(address)
        page.get_by_role("button", name="I stand behind the new text too").click()

    clock.shift(timedelta(days=14, minutes=1))
    until(ann, address, "The text is final")
    clock.shift(timedelta(days=3, minutes=1))
    until(ann, address, "Members vote until")
    # Two vote in their browsers, at a desk and on a phone; the others by the client we publish.
    poll = open_poll(ann)
    rank(bo, address, "amendment-3", "text")
    rank(ann, address, "text", "amendment-3")
    for person in people[2:]:
        cast(poll, person, "amendment-3", "text", at=datetime.now(UTC))
    clock.shift(timedelta(days=7, minutes=1))
    until(bo, address, "Adopted on")
    expect(bo.get_by_text("Members chose amendment 3 by Eli.")).to_be_visible()
    published = Version.objects.select_related("revision").get().revision
    assert published.legal == "No organisation reads letters."
    assert published.plain == "Do not read my letters, attachments too."
    assert [rule["action"] for rule in published.rules] == ["track"]

    clock.shift(timedelta(days=70))
    until(eli, lonely, "Lapsed on")
    told = "Your proposal has lapsed: More trees along the river"
    for _look in range(PATIENCE // 500):
        subjects = [mail.subject for mail in mailoutbox if mail.to == ["eli@example.org"]]
        if told in subjects:
            break
        eli.wait_for_timeout(500)
    assert told in subjects


def begin_with_a_sentence(
    page: Page, home: str, sentence: str = "More trees along the river"
) -> str:
    """Open an idea that is its sentence and the problem behind it; answers its address."""
    page.goto(f"{home}/proposals/new/adopt_term/")
    page.get_by_label("In one sentence").fill(sentence)
    page.get_by_label("The problem behind it").fill("It goes on and on.")
    page.get_by_role("button", name="Begin with the sentence alone").click()
    page.get_by_role("heading", name=sentence, level=1).wait_for()
    return page.url


def write_the_text(page: Page) -> None:
    page.get_by_role("button", name="Write the text").click()
    page.get_by_label("Title of the term").fill("Leave my letters alone")
    page.get_by_label("In plain words").fill("Do not read my letters.")
    page.get_by_label("Who", exact=True).select_option("second")
    page.get_by_label("may, may not or must").select_option("prohibition")
    page.get_by_label("do what").select_option("track")
    page.get_by_label("Legal text").fill("The organisation does not read letters.")
    page.get_by_role("button", name="Save the new text").click()
    page.get_by_role("heading", name="Leave my letters alone", level=1).wait_for()


def ask(page: Page, address: str, question: str) -> None:
    page.goto(address)
    page.get_by_label("Your comment").fill(question)
    page.get_by_label("It is").select_option("question")
    page.get_by_role("button", name="Say it").click()
    expect(page.get_by_text("waits for an answer")).to_be_visible()


def answer(page: Page, address: str, words: str) -> None:
    page.goto(address)
    page.get_by_role("link", name="Answer", exact=True).click()
    page.get_by_label("Your answer to").fill(words)
    page.get_by_role("button", name="Answer").click()
    expect(page.get_by_text("answered", exact=True)).to_be_visible()


def amend(page: Page, address: str, part: str, words: str, why: str) -> str:
    """Propose other words for one part of the text; answers the amendment's address."""
    page.goto(address)
    page.get_by_role("link", name="Propose another text").click()
    page.get_by_label("Why, in one sentence").fill(why)
    page.locator(f"[name=term-{part}]").fill(words)
    page.get_by_role("button", name="Propose this amendment").click()
    expect(page.locator(".lede")).to_have_text(why)
    return page.url


def rank(page: Page, address: str, *options: str) -> None:
    page.goto(address)
    page.get_by_role("button", name="Go to the vote").click()
    for option in options:
        page.locator(f"[data-option={option}] [data-act=toggle]").click()
    page.get_by_role("button", name="Review my ballot").click()
    page.get_by_role("button", name="Cast my ballot").click()
    page.get_by_role("heading", name="Your ballot is cast").wait_for(timeout=PATIENCE)
