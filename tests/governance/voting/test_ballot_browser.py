"""The ballot page in a real browser: review, cast, change; one pass, however many tabs."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from governance.voting import actions, ballots
from governance.voting.models import Intake, IssueMark, Poll
from tests.conftest import TEST
from tests.governance.voting.conftest import result_of, turnout

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Open = Callable[..., Page]


@pytest.fixture
def poll(open_now: Callable[..., Poll]) -> Poll:
    return open_now()


@pytest.fixture
def open_ballot(ada_opens: Open, poll: Poll) -> Open:
    return partial(ada_opens, poll)


def review(page: Page, choice: str) -> None:
    page.get_by_label(choice, exact=True).check()
    page.get_by_role("button", name="Review my ballot").click()
    expect(page.get_by_role("heading", name="Check your ballot")).to_be_visible()


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
    expect(page.locator("#ballot-stage")).to_have_text("Not cast yet")
    review(page, "Yes")
    expect(page.locator("#ballot-choice")).to_have_text("Yes")
    expect(page.locator("#ballot-review")).to_contain_text("Nothing has been cast yet")
    assert not IssueMark.objects.exists()
    cast(page)
    expect(page.get_by_role("heading", name="Your ballot is cast")).to_be_focused()
    expect(page.locator("#ballot-stage")).to_have_text("Cast")
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
    expect(page.locator("#ballot-stage")).to_have_text("Change not cast yet")
    review(page, "No")
    expect(page.locator("#ballot-review")).to_contain_text("stands until you cast this one")
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


def test_a_double_click_casts_one_ballot(open_ballot: Open, poll: Poll) -> None:
    page = open_ballot()
    sent = []
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    page.get_by_label("Yes", exact=True).check()
    page.get_by_role("button", name="Review my ballot").dblclick()
    expect(page.locator("#ballot-review")).to_be_visible()
    page.get_by_role("button", name="Cast my ballot").dblclick()
    expect(page.locator("#ballot-done")).to_be_visible()
    assert [request.url.rpartition("/")[2] for request in sent] == ["issue", "cast"]
    assert close(poll) == {"yes": 1, "no": 0, "abstain": 0}


def test_two_tabs_of_a_browser_share_one_pass(open_ballot: Open, poll: Poll) -> None:
    first = open_ballot()
    second = first.context.new_page()
    second.goto(first.url)
    # Both stand at the choice before either has a pass.
    expect(second.locator("#ballot-choose")).to_be_visible()
    review(first, "Yes")
    review(second, "No")
    cast(first)
    expect(first.locator("#ballot-done")).to_be_visible()
    # The other tab learns of it, and what is on its screen is still a change that was not cast.
    expect(second.locator("#ballot-stage")).to_have_text("Cast")
    second.get_by_role("button", name="Change my ballot").click()
    review(second, "No")
    cast(second)
    expect(second.locator("#ballot-done")).to_be_visible()
    hash_now = second.locator("#ballot-hash").inner_text()
    expect(first.locator("#ballot-hash")).to_have_text(hash_now)
    first.get_by_role("button", name="Remove my voting pass").click()
    expect(second.locator("#ballot-status")).to_contain_text("removed from this browser")
    assert Intake.objects.count() == 2
    assert close(poll) == {"yes": 0, "no": 1, "abstain": 0}
    assert turnout(poll) == (1, 1, 1)


def test_tabs_that_cast_at_the_same_time_lose_no_ballot(open_ballot: Open, poll: Poll) -> None:
    first = open_ballot()
    second = first.context.new_page()
    second.goto(first.url)
    review(first, "Yes")
    review(second, "Yes")
    # Without the browser's locks: the server's answer alone keeps their numbers apart.
    click = "document.getElementById('ballot-cast').click()"
    expect(second.get_by_role("button", name="Cast my ballot")).to_be_enabled()
    for page in (first, second):
        page.evaluate(click)
    for page in (first, second):
        expect(page.locator("#ballot-done")).to_be_visible()
    assert close(poll) == {"yes": 1, "no": 0, "abstain": 0}
    assert turnout(poll) == (1, 1, 1)


def test_the_back_button_goes_back_a_step(open_ballot: Open, poll: Poll) -> None:
    page = open_ballot()
    review(page, "Yes")
    page.go_back()
    expect(page.locator("#ballot-choose")).to_be_visible()
    expect(page.get_by_label("Yes", exact=True)).to_be_checked()
    page.go_forward()
    expect(page.locator("#ballot-review")).to_be_visible()
    cast(page)
    expect(page.locator("#ballot-done")).to_be_visible()
    # Nothing behind it casts again.
    page.go_back()
    expect(page.locator("#ballot-done")).to_be_visible()
    page.goto("about:blank")
    page.go_back()
    expect(page.locator("#ballot-done")).to_be_visible()
    assert Intake.objects.count() == 1


def test_a_pass_that_took_a_ballot_is_not_replaced(
    open_ballot: Open, poll: Poll, tmp_path: Path
) -> None:
    """Somebody opens the ballot in a second browser, and its pass in the first, which voted."""
    first, second = open_ballot(), open_ballot()
    review(second, "No")
    with second.expect_download() as pass_file:
        second.get_by_role("button", name="Save my voting pass").click()
    pass_file.value.save_as(tmp_path / "pass.json")
    review(first, "Yes")
    cast(first)
    expect(first.locator("#ballot-done")).to_be_visible()
    first.get_by_text("Vote with a voting pass you saved").click()
    first.set_input_files("#ballot-file", tmp_path / "pass.json")
    expect(first.locator("#ballot-status")).to_contain_text("we kept that one")
    # The second browser's pass will never be signed: it says where the ballot is.
    cast(second)
    expect(second.locator("#ballot-status")).to_contain_text("took your ballot already")
    expect(second.locator("#ballot-review")).to_be_hidden()
    assert close(poll) == {"yes": 1, "no": 0, "abstain": 0}


def test_whoever_was_signed_out_meanwhile_signs_in_and_goes_on(
    open_ballot: Open, poll: Poll
) -> None:
    page = open_ballot()
    review(page, "Yes")
    cookies = page.context.cookies()
    page.context.clear_cookies()
    cast(page)
    expect(page.locator("#ballot-status")).to_contain_text("Sign in again")
    page.context.add_cookies([{**cookie} for cookie in cookies])  # type: ignore[typeddict-item]
    page.reload()
    expect(page.locator("#ballot-choice")).to_have_text("Yes")
    cast(page)
    expect(page.locator("#ballot-done")).to_be_visible()


def test_a_vote_that_closed_meanwhile_says_so(open_ballot: Open, poll: Poll) -> None:
    page = open_ballot()
    review(page, "Yes")
    actions.close_poll(poll=poll, at=poll.closes_at, by=TEST)
    cast(page)
    expect(page.locator("#ballot-status")).to_contain_text("takes no more ballots")
    expect(page.locator("#ballot-stage")).to_have_text("Not cast yet")
