"""The ballot page when the connection breaks or the browser goes: no vote is lost at any step."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from governance.voting import actions
from governance.voting.models import Intake, IssueMark, Poll
from tests.conftest import TEST
from tests.governance.voting.conftest import result_of, turnout
from tests.governance.voting.test_methods import RULES, offered

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

METHODS = ["yes_no", "schulze"]
CHOICES = {"yes_no": ["yes"], "schulze": ["b", "a"]}


@pytest.fixture(params=METHODS)
def poll(request: pytest.FixtureRequest, open_now: Callable[..., Poll]) -> Poll:
    method = request.param
    return (
        open_now() if method == "yes_no" else open_now(rule=RULES[method], options=offered(method))
    )


@pytest.fixture
def page(ada_opens: Callable[..., Page], poll: Poll) -> Page:
    return ada_opens(poll)


def choose(page: Page, poll: Poll) -> None:
    for option in CHOICES[poll.method]:
        page.locator(f"[data-option={option}] :is(input, [data-act=toggle])").click()


def review(page: Page) -> None:
    page.get_by_role("button", name="Review my ballot").click()
    expect_review(page)


def expect_review(page: Page) -> None:
    expect(page.locator("#ballot-review")).to_be_visible()


def cast(page: Page) -> None:
    page.get_by_role("button", name="Cast my ballot").click()


def cut(page: Page, url: str, *, arrived: bool = False) -> None:
    """From now on nothing gets through to ``url``, or no answer comes back from it."""

    def break_off(route: Route) -> None:
        if arrived:
            route.fetch()
        route.abort("internetdisconnected")

    page.context.route(f"**/{url}", break_off)


def mend(page: Page, url: str) -> None:
    page.context.unroute(f"**/{url}")


def reopen(page: Page) -> Page:
    """The browser's window is closed, and the page opened again in a new one."""
    url, context = page.url, page.context
    page.close()
    page = context.new_page()
    page.goto(url)
    return page


def expect_counted(page: Page, poll: Poll) -> None:
    """The receipt is there, and the one ballot is counted as it was chosen."""
    expect(page.locator("#ballot-done")).to_be_visible()
    expect(page.locator("#ballot-stage")).to_have_text("Cast")
    stored = Intake.objects.get()
    assert json.loads(stored.body)["choices"] == CHOICES[poll.method]
    expect(page.locator("#ballot-hash")).to_have_text(stored.hash)
    actions.close_poll(poll=poll, at=poll.closes_at, by=TEST)
    assert turnout(poll) == (1, 1, 1)
    result: dict[str, Any] = result_of(poll)
    if poll.method == "yes_no":
        assert result["counts"] == {"yes": 1, "no": 0, "abstain": 0}
    else:
        assert result["winners"] == ["b"]


def test_the_manifest_does_not_come(page: Page, poll: Poll) -> None:
    cut(page, "manifest.json")
    page.reload()
    expect(page.locator("#ballot-status")).to_contain_text("Nothing is lost")
    expect(page.locator("#ballot-choose")).to_be_hidden()
    mend(page, "manifest.json")
    page.get_by_role("button", name="Try again").click()
    choose(page, poll)
    review(page)
    cast(page)
    expect_counted(page, poll)


@pytest.mark.parametrize("after", ["click", "reload", "reopen"])
@pytest.mark.parametrize("arrived", [False, True], ids=["not-sent", "answer-lost"])
@pytest.mark.parametrize("step", ["issue", "cast"])
def test_the_connection_breaks(
    page: Page, poll: Poll, step: str, arrived: bool, after: str
) -> None:
    choose(page, poll)
    review(page)
    cut(page, step, arrived=arrived)
    cast(page)
    expect(page.locator("#ballot-status")).to_contain_text("Nothing is lost")
    assert IssueMark.objects.exists() == (step == "cast" or arrived)
    assert Intake.objects.exists() == (step == "cast" and arrived)
    mend(page, step)
    if after == "reload":
        page.reload()
    elif after == "reopen":
        page = reopen(page)
    # One stands where one stood: what was chosen is on the screen, and one word says how far it is.
    expect_review(page)
    expect(page.locator("#ballot-choice")).to_contain_text(
        "Yes" if poll.method == "yes_no" else "Option bOption a"
    )
    if after != "click":
        expect(page.locator("#ballot-stage")).to_have_text(
            "Perhaps cast" if step == "cast" else "Not cast yet"
        )
    cast(page)
    expect_counted(page, poll)


def test_the_browser_goes_between_taking_and_casting(page: Page, poll: Poll) -> None:
    choose(page, poll)
    review(page)
    # The signed token is there, and the ballot still on its way, when the window closes.
    page.context.route("**/cast", lambda route: None)
    with page.expect_request("**/cast"):
        cast(page)
    assert IssueMark.objects.exists()
    page.context.unroute("**/cast")
    page = reopen(page)
    expect_review(page)
    cast(page)
    expect_counted(page, poll)


def test_a_connection_that_says_nothing_is_given_up(page: Page, poll: Poll) -> None:
    page.clock.install()
    page.reload()
    choose(page, poll)
    review(page)
    page.clock.run_for(1_000)
    page.context.route("**/cast", lambda route: None)
    with page.expect_request("**/cast"):
        cast(page)
    page.clock.run_for(61_000)
    expect(page.locator("#ballot-status")).to_contain_text("Nothing is lost")
    page.context.unroute("**/cast")
    cast(page)
    expect_counted(page, poll)


def test_the_page_is_loaded_again_at_each_step(page: Page, poll: Poll) -> None:
    page.reload()
    expect(page.locator("#ballot-choose")).to_be_visible()
    choose(page, poll)
    review(page)
    page.reload()
    expect_review(page)
    page.get_by_role("button", name="Change my choice").click()
    page.reload()
    expect(page.locator("#ballot-choose")).to_be_visible()
    review(page)
    cast(page)
    expect(page.locator("#ballot-done")).to_be_visible()
    page.reload()
    expect_counted(page, poll)


@pytest.mark.parametrize("answer", ["", "<h1>Welcome to our hotel</h1>", '{"type": "BallotRec'])
def test_what_answers_is_not_us(page: Page, poll: Poll, answer: str) -> None:
    choose(page, poll)
    review(page)
    for step in ("issue", "cast"):
        page.context.route(f"**/{step}", lambda route: route.fulfill(status=200, body=answer))
        with page.expect_response(f"**/{step}"):
            cast(page)
        expect(page.locator("#ballot-status")).to_contain_text("Nothing is lost")
        mend(page, step)
    cast(page)
    expect_counted(page, poll)


def test_what_is_cast_next_supersedes_what_was_lost(page: Page, poll: Poll) -> None:
    """A ballot went out, its answer was lost, and the voter changes their mind."""
    if poll.method != "yes_no":
        pytest.skip("the numbers of ballots are the same in every method")
    page.get_by_label("No", exact=True).check()
    review(page)
    cut(page, "cast", arrived=True)
    cast(page)
    expect(page.locator("#ballot-status")).to_contain_text("Nothing is lost")
    mend(page, "cast")
    page.get_by_role("button", name="Change my choice").click()
    page.get_by_label("Yes", exact=True).check()
    review(page)
    cast(page)
    expect(page.locator("#ballot-done")).to_be_visible()
    actions.close_poll(poll=poll, at=poll.closes_at, by=TEST)
    assert result_of(poll)["counts"] == {"yes": 1, "no": 0, "abstain": 0}
    assert turnout(poll) == (1, 1, 1)
