"""Checking a vote, a roll entry and a receipt in a real browser: nothing of one's own is sent."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from governance.record import sweeps
from governance.voting import actions
from governance.voting.ballots import Receipt
from governance.voting.models import Poll
from members.models import Person
from tests.conftest import TEST
from tests.governance.voting.conftest import take

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SNIPPET = Path(settings.BASE_DIR, "governance/voting/templates/voting/_roll_snippet.txt")


class Voted:
    """A poll in which one of three changed their mind, closed and recorded, with its receipts."""

    def __init__(self, make_person: Callable[..., Person], make_poll: Callable[..., Poll]) -> None:
        now = timezone.now()
        days = {
            "since": now.date() - timedelta(days=90),
            "until": now.date() + timedelta(days=90),
        }
        self.ada, ben, _cleo = (make_person(name, **days) for name in ("Ada", "Ben", "Cleo"))
        opens, closes = now - timedelta(days=2), now - timedelta(minutes=5)
        self.poll = make_poll(
            opens_at=opens,
            closes_at=closes,
            roll_from=opens.date() - timedelta(days=14),
            cutoff=opens.date(),
        )
        actions.open_poll(poll=self.poll, at=opens, by=TEST)
        self.receipts: list[Receipt] = []
        for person, choices in ((self.ada, ["no", "yes"]), (ben, ["no"])):
            voter = take(self.poll, person, opens)
            for choice in choices:
                ballot = voter.ballot(choice)
                self.receipts.append(actions.cast(poll_id=self.poll.pk, ballot=ballot, at=opens))

    def close(self) -> None:
        actions.close_poll(poll=self.poll, at=self.poll.closes_at, by=TEST)
        sweeps.sequence(timezone.now())


@pytest.fixture
def voted(make_person: Callable[..., Person], make_poll: Callable[..., Poll]) -> Voted:
    return Voted(make_person, make_poll)


@pytest.fixture
def open_page(
    live_server: LiveServer, new_browser: Callable[..., BrowserContext], voted: Voted
) -> Callable[..., Page]:
    """A page of the poll by its name, in a browser of its own, as Ada if ``signed_in``."""
    site = live_server.url.replace("127.0.0.1", "localhost")

    def make(name: str, *, signed_in: bool = False, **options: Any) -> Page:
        browser = new_browser(**options)
        if signed_in:
            client = Client()
            client.force_login(voted.ada)
            session = client.cookies[settings.SESSION_COOKIE_NAME].value
            browser.add_cookies(
                [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site}]
            )
        page = browser.new_page()
        page.goto(site + reverse(name, args=[voted.poll.pk]))
        return page

    return make


def test_a_closed_vote_is_checked_in_the_browser(
    open_page: Callable[..., Page], voted: Voted
) -> None:
    voted.close()
    page = open_page("poll-verify")
    page.get_by_role("button", name="Check it now").click()
    expect(page.locator("#verify-status")).to_contain_text("Everything holds. Ballots checked: 3")
    expect(page.locator("#verify-held")).to_contain_text("took on trust")
    expect(page.locator("#verify-faults")).to_be_hidden()


def test_a_ballot_that_was_changed_on_the_way_is_named(
    open_page: Callable[..., Page], voted: Voted
) -> None:
    voted.close()
    page = open_page("poll-verify")

    def change(route: Any) -> None:
        body = route.fetch().text()
        route.fulfill(body=body.replace('"choices":["no"]', '"choices":["yes"]', 1))

    page.context.route("**/ballots.json", change)
    page.get_by_role("button", name="Check it now").click()
    expect(page.locator("#verify-status")).to_contain_text("Something does not hold")
    found = page.locator("#verify-faults")
    for code in ("hash-wrong", "proof-wrong", "bundle-altered"):
        expect(found).to_contain_text(code)


@pytest.mark.parametrize(
    ("status", "says"),
    [(404, "is not there"), (503, "The download broke off"), (None, "The download broke off")],
)
def test_a_download_that_fails_decides_nothing(
    open_page: Callable[..., Page], voted: Voted, status: int | None, says: str
) -> None:
    voted.close()
    page = open_page("poll-verify")
    page.context.route(
        "**/ballots.json",
        lambda route: route.abort() if status is None else route.fulfill(status=status),
    )
    page.get_by_role("button", name="Check it now").click()
    expect(page.locator("#verify-status")).to_contain_text(says)
    page.context.unroute("**/ballots.json")
    expect(page.locator("#verify-start")).to_have_text("Check it again")
    page.locator("#verify-start").click()
    expect(page.locator("#verify-status")).to_contain_text("Everything holds")


def test_before_the_close_there_is_nothing_to_check(open_page: Callable[..., Page]) -> None:
    page = open_page("poll-verify")
    expect(page.locator("main")).to_contain_text("There is nothing to check yet")
    expect(page.locator("#verify")).to_have_count(0)


def test_without_javascript_the_command_is_named(
    open_page: Callable[..., Page], voted: Voted
) -> None:
    voted.close()
    page = open_page("poll-verify", java_script_enabled=False)
    expect(page.locator("#verify")).to_be_hidden()
    expect(page.locator("pre")).to_contain_text(f"verify_poll {settings.PUBLIC_ORIGIN}/polls/")


def look_for(page: Page, receipt: dict[str, Any], says: str) -> None:
    page.get_by_label("Or paste what stands in it").fill(json.dumps(receipt))
    page.get_by_role("button", name="Look for my ballot").click()
    expect(page.locator("#mine-status")).to_contain_text(says)


def test_a_receipt_is_looked_at_in_the_browser_alone(
    open_page: Callable[..., Page], voted: Voted, tmp_path: Path
) -> None:
    first, last, _ben = (receipt.as_json() for receipt in voted.receipts)
    page = open_page("poll-receipt")
    look_for(page, last, "Come back when the vote has closed")
    voted.close()
    page.reload()
    sent: list[str] = []
    page.on("request", lambda one: sent.append(f"{one.url} {one.headers} {one.post_data}"))
    look_for(page, last, "as you cast it, and it counts")
    look_for(page, first, "you cast another one after it")
    look_for(page, {**last, "ballot": "00" * 32}, "not signed by this vote's key")
    look_for(page, {**last, "poll": "00" * 16}, "from another vote")
    look_for(page, {"type": "VotingPass"}, "no ballot receipt")
    (tmp_path / "receipt.json").write_text(json.dumps(last))
    page.set_input_files("#mine-file", tmp_path / "receipt.json")
    expect(page.locator("#mine-hash")).to_have_text(last["ballot"])
    # Only the published files were asked for, and nothing of the receipt went with it.
    asked = {one.split()[0].rpartition("/")[2] for one in sent} - {"favicon.svg"}
    assert asked <= {"manifest.json", "ballots.json"}
    for secret in (first["ballot"], last["ballot"], first["signature"], last["signature"]):
        assert not [one for one in sent if secret in one]


def test_a_promise_that_was_broken_is_told(open_page: Callable[..., Page], voted: Voted) -> None:
    voted.close()
    page = open_page("poll-receipt")
    own = voted.receipts[1].as_json()

    def drop(route: Any) -> None:
        document = route.fetch().json()
        kept = [one for one in document["ballots"] if one["hash"] != own["ballot"]]
        route.fulfill(json={**document, "ballots": kept})

    page.route("**/ballots.json", drop)
    look_for(page, own, "We broke our promise")


def test_a_roll_entry_proves_itself_in_the_browser_and_in_python(
    open_page: Callable[..., Page], voted: Voted, tmp_path: Path
) -> None:
    page = open_page("poll-my-roll-entry", signed_in=True)
    expect(page.locator("#mine-status")).to_contain_text("It holds")
    with page.expect_download() as entry:
        page.get_by_role("button", name="Download my roll entry").click()
    entry.value.save_as(tmp_path / entry.value.suggested_filename)
    (tmp_path / "manifest.json").write_text(json.dumps(voted.poll.manifest))
    assert _snippet(tmp_path) == "I am on the roll."
    path = next(tmp_path.glob("roll-entry-*.json"))
    path.write_text(json.dumps(json.loads(path.read_text()) | {"salt": "00" * 32}))
    assert _snippet(tmp_path) == "This does not hold."

    def another(route: Any) -> None:
        document = route.fetch().json()
        route.fulfill(json={**document, "roll": {**document["roll"], "root": "00" * 32}})

    page.route("**/manifest.json", another)
    page.reload()
    expect(page.locator("#mine-status")).to_contain_text("It does not hold")


def _snippet(folder: Path) -> str:
    """What the lines on the page say of the files in ``folder``."""
    done = subprocess.run(
        [sys.executable, "-"],
        input=SNIPPET.read_text(),
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()
