"""The ballot page in a real browser: whatever breaks, no vote is lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from governance.voting import actions, ballots
from governance.voting.models import Intake, IssueMark, Poll
from members.models import Person
from tests.conftest import TEST
from tests.governance.voting.conftest import result_of, turnout

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Open = Callable[..., Page]


@pytest.fixture
def ada(make_person: Callable[..., Person]) -> Person:
    today = timezone.now().date()
    return make_person("Ada", since=today - timedelta(days=90), until=today + timedelta(days=90))


@pytest.fixture
def poll(ada: Person, make_poll: Callable[..., Poll]) -> Poll:
    """Open now, by the clock that the live server reads."""
    now = timezone.now()
    poll = make_poll(
        opens_at=now,
        closes_at=now + timedelta(hours=1),
        roll_from=now.date() - timedelta(days=14),
        cutoff=now.date(),
    )
    actions.open_poll(poll=poll, at=now, by=TEST)
    return poll


@pytest.fixture
def open_ballot(
    live_server: LiveServer, new_browser: Callable[..., BrowserContext], ada: Person, poll: Poll
) -> Open:
    """The ballot page as Ada, in a browser of its own."""
    # The site's name: browsers offer cryptography under localhost as under https.
    site = live_server.url.replace("127.0.0.1", "localhost")

    def open_page(init_script: str = "", **options: object) -> Page:
        client = Client()
        client.force_login(ada)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        browser = new_browser(**options)
        browser.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site}])
        page = browser.new_page()
        if init_script:
            page.add_init_script(init_script)
        page.goto(site + reverse("poll", args=[poll.pk]))
        return page

    return open_page


def review(page: Page, choice: str) -> None:
    page.get_by_label(choice, exact=True).check()
    page.get_by_role("button", name="Review my ballot").click()
    expect(page.locator("#ballot-review")).to_contain_text("Nothing has been cast yet")


def cast(page: Page) -> None:
    page.get_by_role("button", name="Cast my ballot").click()


def close(poll: Poll) -> dict[str, int]:
    actions.close_poll(poll=poll, at=poll.closes_at, by=TEST)
    counts: dict[str, int] = result_of(poll)["counts"]
    return counts


def test_a_ballot_is_reviewed_cast_and_changed(
    open_ballot: Open, poll: Poll, tmp_path: Path
) -> None:
    page = open_ballot()
    sent = []
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    review(page, "Yes")
    expect(page.locator("#ballot-choice")).to_have_text("Yes")
    assert not IssueMark.objects.exists()
    cast(page)
    expect(page.get_by_role("heading", name="Your ballot is cast")).to_be_focused()
    expect(page.locator("#poll-state")).to_contain_text("you have voted")

    # Casting tells nothing of who casts.
    [_issue, casting] = sent
    assert casting.url.endswith("/cast")
    assert not {"cookie", "referer", "authorization"} & casting.all_headers().keys()

    with page.expect_download() as receipt_file:
        page.get_by_role("button", name="Save my receipt").click()
    receipt_file.value.save_as(tmp_path / "receipt.json")
    receipt = ballots.read_receipt(json.loads((tmp_path / "receipt.json").read_bytes()))
    assert ballots.receipt_holds(receipt, poll.frozen.receipt_key)
    assert receipt.ballot == Intake.objects.get().hash

    page.reload()
    expect(page.locator("#ballot-hash")).to_have_text(receipt.ballot)
    page.get_by_role("button", name="Change my ballot").click()
    review(page, "No")
    cast(page)
    expect(page.locator("#ballot-hash")).not_to_have_text(receipt.ballot)
    assert close(poll) == {"yes": 0, "no": 1, "abstain": 0}
    assert turnout(poll) == (1, 1, 1)


def test_a_saved_pass_votes_again_from_another_browser(
    open_ballot: Open, poll: Poll, tmp_path: Path
) -> None:
    first = open_ballot()
    review(first, "Yes")
    with first.expect_download() as pass_file:
        first.get_by_role("button", name="Save my voting pass").click()
    pass_file.value.save_as(tmp_path / "pass.json")
    cast(first)
    expect(first.locator("#ballot-done")).to_be_visible()

    second = open_ballot()
    expect(second.locator("#ballot-status")).to_contain_text("in another browser")
    expect(second.locator("#ballot-choose")).to_be_hidden()
    (tmp_path / "other.json").write_text('{"type": "VotingPass"}')
    second.set_input_files("#ballot-file", tmp_path / "other.json")
    expect(second.locator("#ballot-status")).to_contain_text("not a voting pass for this vote")
    second.set_input_files("#ballot-file", tmp_path / "pass.json")
    review(second, "Abstain")
    cast(second)
    expect(second.locator("#ballot-done")).to_be_visible()
    assert close(poll) == {"yes": 0, "no": 0, "abstain": 1}
    assert turnout(poll) == (1, 1, 1)


@pytest.mark.parametrize("step", ["issue", "cast"])
@pytest.mark.parametrize("arrived", [True, False])
def test_a_connection_that_breaks_loses_nothing(
    open_ballot: Open, poll: Poll, step: str, arrived: bool
) -> None:
    page = open_ballot()

    def break_off(route: Route) -> None:
        if arrived:
            route.fetch()
        route.fulfill(status=503)

    page.route(f"**/{step}", break_off)
    review(page, "Yes")
    cast(page)
    expect(page.locator("#ballot-status")).to_contain_text("Nothing is lost")
    page.unroute(f"**/{step}")
    page.reload()
    if step == "cast":
        expect(page.locator("#ballot-status")).to_contain_text("it counts once")
    else:
        review(page, "Yes")
    cast(page)
    expect(page.locator("#ballot-done")).to_be_visible()
    assert Intake.objects.count() == 1
    assert close(poll) == {"yes": 1, "no": 0, "abstain": 0}


def test_without_browser_storage_the_pass_is_saved_first(open_ballot: Open, poll: Poll) -> None:
    page = open_ballot("Object.defineProperty(window, 'indexedDB', {get() {throw new Error()}})")
    review(page, "Yes")
    expect(page.locator("#ballot-review")).to_contain_text("does not let us keep anything")
    cast(page)
    expect(page.locator("#ballot-status")).to_contain_text("Save your voting pass first")
    assert not IssueMark.objects.exists()
    page.get_by_label("I saved my voting pass").check()
    cast(page)
    expect(page.locator("#ballot-done")).to_be_visible()


def test_a_browser_forgets_the_pass_when_asked(open_ballot: Open) -> None:
    page = open_ballot()
    review(page, "Yes")
    cast(page)
    page.get_by_role("button", name="Remove my voting pass").click()
    expect(page.locator("#ballot-status")).to_contain_text("Your ballot stays cast")
    page.reload()
    expect(page.locator("#ballot-status")).to_contain_text("in another browser")


def test_without_javascript_the_page_says_why(open_ballot: Open) -> None:
    page = open_ballot(java_script_enabled=False)
    # The page's own text: Playwright does not count what stands in <noscript> as text.
    reason = page.locator("noscript .status")
    expect(reason).to_be_visible()
    assert "Voting needs JavaScript" in (reason.text_content() or "")
    expect(page.locator("#ballot")).to_be_hidden()
