"""The whole path, as three people in three browsers: from dues to a term that a developer verifies.

Everything is real but the money and the clock: the site over HTTP, the sandbox with its webhooks,
the worker's sweeps in a thread. The clock is moved, for all of them at once, past the weeks that a
decision takes.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings as site
from django.core.mail import EmailMessage
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from governance.terms.models import Version
from tests.browser import DESK, PHONE
from tests.functional.conftest import PATIENCE, until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_from_dues_to_a_term_that_a_developer_verifies(
    cooperative: LiveServer,
    clock: time_machine.Traveller,
    new_browser: Callable[..., BrowserContext],
    mailoutbox: list[EmailMessage],
) -> None:
    home = cooperative.url
    ann, bo, cy = (new_browser(viewport=viewport).new_page() for viewport in (PHONE, DESK, PHONE))
    for page, name in ((ann, "Ann"), (bo, "Bo"), (cy, "Cy")):
        join(page, home, name, mailoutbox)

    address = propose(ann, home)
    for page in (bo, cy):
        page.goto(address)
        page.get_by_role("button", name="Sponsor this text").click()
    expect(cy.get_by_text("In discussion until")).to_be_visible()
    cy.get_by_label("Your comment").fill("Short, and I **mean** it.")
    cy.get_by_role("button", name="Say it").click()
    expect(cy.locator("strong", has_text="mean")).to_be_visible()

    clock.shift(timedelta(days=14, minutes=1))
    until(ann, address, "The text is final")
    clock.shift(timedelta(days=3, minutes=1))
    until(ann, address, "Members vote until")
    for page, choice in ((ann, "Yes, adopt it"), (bo, "Yes, adopt it"), (cy, "Yes, adopt it")):
        vote(page, address, choice)
    assert "in favour" not in ann.locator("main").inner_text().split("Who can vote")[0]

    clock.shift(timedelta(days=7, minutes=1))
    until(bo, address, "Adopted on")
    bo.get_by_role("link", name="The vote and its count").click()
    expect(bo.locator("#poll-state")).to_contain_text("3 in favour")

    bo.goto(f"{home}/terms/")
    bo.get_by_role("article").get_by_role("link", name="Leave my letters alone").click()
    expect(bo.get_by_text("3 of 3 members who could vote took part.")).to_be_visible()
    fetch_and_verify(home)


def join(page: Page, home: str, name: str, mailoutbox: list[EmailMessage]) -> None:
    """From the front page through sign-up, attestation and Checkout to the welcome."""
    page.goto(home)
    page.get_by_role("link", name="Join", exact=True).first.click()
    page.get_by_role("button", name="Start with your e-mail address").click()
    page.get_by_label("E-mail address").fill(f"{name.lower()}@example.org")
    page.get_by_role("button", name="Mail me a code").click()
    page.get_by_label("Code").wait_for()
    to_them = [mail for mail in mailoutbox if mail.to == [f"{name.lower()}@example.org"]]
    (code,) = re.findall(r"^\d{6}$", str(to_them[-1].body), re.MULTILINE)
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Display name").fill(name)
    page.get_by_label("I confirm this statement.").check()
    page.get_by_role("button", name="Continue to payment").click()
    page.get_by_role("button", name="Pay €50.00").click()
    page.get_by_role("heading", name="Welcome").wait_for(timeout=PATIENCE)


def propose(page: Page, home: str) -> str:
    """Draft a term with its rules, look at the preview, open the idea; answers its address."""
    page.goto(f"{home}/proposals/")
    page.get_by_role("button", name="Propose something").click()
    page.get_by_role("link", name="Adopt a term").click()
    page.get_by_label("In one sentence").fill("Nobody reads my letters to sell me things.")
    page.get_by_label("The problem behind it").fill("My mail provider knew before my mother did.")
    page.get_by_label("Title of the term").fill("Leave my letters alone")
    page.get_by_label("In plain words").fill("Do not follow me around. Deliver my letters.")
    page.get_by_label("Who", exact=True).select_option("second")
    page.get_by_label("may, may not or must").select_option("prohibition")
    page.get_by_label("do what").select_option("track")
    page.get_by_label("Legal text").fill("The organisation does not follow the individual.")
    expect(page.locator("#term-preview")).to_contain_text(
        "The organisation may not follow you across sites, apps or devices."
    )
    page.get_by_role("button", name="Open this idea").click()
    page.get_by_role("heading", name="Leave my letters alone", level=1).wait_for()
    return page.url


def vote(page: Page, address: str, choice: str) -> None:
    """Choose, review, cast; the receipt is on the screen."""
    page.goto(address)
    page.get_by_role("button", name="Go to the vote").click()
    page.get_by_label(choice).check()
    page.get_by_role("button", name="Review my ballot").click()
    expect(page.get_by_text("Nothing has been cast yet.").first).to_be_visible()
    page.get_by_role("button", name="Cast my ballot").click()
    page.get_by_role("heading", name="Your ballot is cast").wait_for(timeout=PATIENCE)
    assert re.fullmatch(r"[0-9a-f]{64}", page.locator("#ballot-hash").inner_text())


def fetch_and_verify(home: str) -> None:
    """What a developer does: find the term, fetch it, check everything with the client alone."""

    def fetch(path: str) -> Any:
        with urllib.request.urlopen(home + path, timeout=10) as answer:  # noqa: S310 - ours
            return json.load(answer)

    (row,) = fetch("/terms/index.json")["terms"]
    assert (row["slug"], row["status"]) == ("leave-my-letters-alone", "active")
    document = fetch("/terms/leave-my-letters-alone/1.0.0.json")
    assert document["adoption"]["eligible"] == 3
    assert document["adoption"]["result"]["counts"] == {"yes": 3, "no": 0, "abstain": 0}
    (listed,) = fetch("/api/v1/terms/")["results"]
    assert listed["sha256"] == Version.objects.get().sha256 == row["sha256"]

    url = f"{home}/terms/leave-my-letters-alone/1.0.0"
    # The clock has moved on, for the other process too: what is signed in its future it refuses.
    program = (
        "import sys, time_machine\n"
        "from customer_commons.__main__ import main\n"
        "with time_machine.travel(sys.argv[1]):\n"
        "    sys.exit(main(sys.argv[2:]))"
    )
    asked = [timezone.now().isoformat(), "verify", url, "--identity", site.PUBLIC_ORIGIN]
    client = Path(site.BASE_DIR, "clients/python")
    checked = subprocess.run(
        [sys.executable, "-c", program, *asked],
        cwd=client,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr
    assert "is what members approved." in checked.stdout
