"""The ballot of each method in a real browser: what hand, finger and keyboard chose is counted."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Literal

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Locator, Page, expect

from governance.voting import actions, ballot_page
from governance.voting.models import Intake, Poll
from governance.voting.option_texts import frozen_texts
from tests.browser import DESK, PHONE
from tests.conftest import TEST
from tests.functional.visiting import AXE, EVERY_RULE, OPTIONS, SHAPE
from tests.governance.voting.conftest import result_of
from tests.governance.voting.test_methods import RULES, offered

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Open = Callable[..., Page]


@pytest.fixture
def make(open_now: Callable[..., Poll]) -> Callable[[str], Poll]:
    """An open poll of one method."""

    def poll(method: str) -> Poll:
        if method == "yes_no":
            return open_now()
        return open_now(rule=RULES[method], options=offered(method))

    return poll


def option(page: Page, name: str) -> Locator:
    return page.locator(f"[data-option={name}]")


def tap(page: Page, *names: str) -> None:
    for name in names:
        option(page, name).locator("[data-act=toggle]").click()


def tick(page: Page, *names: str) -> None:
    for name in names:
        option(page, name).get_by_role("checkbox").check()


def ranking(page: Page) -> list[str]:
    """The ranked options as they stand, each with the number beside it."""
    items = page.locator("[data-list=ranked] > [data-option]")
    return [
        f"{item.locator('[data-place]').inner_text()} {item.get_attribute('data-option')}"
        for item in items.all()
    ]


def review(page: Page) -> list[str]:
    """Go on to the review; answers what it lists, line by line."""
    page.get_by_role("button", name="Review my ballot").click()
    expect(page.get_by_role("heading", name="Check your ballot")).to_be_focused()
    return [line for line in page.locator("#ballot-choice").inner_text().splitlines() if line]


def cast(page: Page, poll: Poll) -> dict[str, Any]:
    """Cast it; answers the ballot's choices and, the poll closed, its result."""
    page.get_by_role("button", name="Cast my ballot").click()
    expect(page.locator("#ballot-stage")).to_have_text("Cast")
    choices = json.loads(Intake.objects.get().body)["choices"]
    actions.close_poll(poll=poll, at=poll.closes_at, by=TEST)
    return {"choices": choices, **result_of(poll)}


def test_approving_counts_what_was_ticked(ada_opens: Open, make: Callable[[str], Poll]) -> None:
    poll = make("approval")
    page = ada_opens(poll)
    expect(page.locator("#ballot-choose")).to_contain_text("At most 2 can win")
    tick(page, "c", "a", "b")
    option(page, "b").get_by_role("checkbox").uncheck()
    option(page, "a").get_by_text("The full text").click()
    expect(option(page, "a")).to_contain_text("All of a.")
    assert review(page) == ["Option a", "Option c", "Not ticked: Option b"]
    counted = cast(page, poll)
    assert (counted["choices"], sorted(counted["winners"])) == (["a", "c"], ["a", "c"])


def test_dividing_money_shows_what_each_costs(ada_opens: Open, make: Callable[[str], Poll]) -> None:
    poll = make("equal_shares")
    page = ada_opens(poll)
    expect(page.locator("#ballot-choose")).to_contain_text("there are €70.00 to divide")
    expect(option(page, "b").locator("label")).to_have_text("Option b €30.00")
    tick(page, "b", "a")
    review(page)
    counted = cast(page, poll)
    assert (counted["choices"], sorted(counted["winners"])) == (["a", "b"], ["a", "b"])


def test_ranking_by_tapping(ada_opens: Open, make: Callable[[str], Poll]) -> None:
    poll = make("stv")
    page = ada_opens(poll)
    expect(page.locator("#ballot-choose")).to_contain_text("At most 2 will be elected")
    tap(page, "c", "a", "b")
    assert ranking(page) == ["1 c", "2 a", "3 b"]
    # Tapped again it is out, and those below it move up.
    tap(page, "a")
    assert ranking(page) == ["1 c", "2 b"]
    assert page.get_by_role("button", name="As good as").count() == 0
    assert review(page) == ["Option c", "Option b", "Not ranked: Option a"]
    page.reload()
    page.get_by_role("button", name="Change my choice").click()
    assert ranking(page) == ["1 c", "2 b"]
    option(page, "b").get_by_role("button", name="Move up").click()
    review(page)
    counted = cast(page, poll)
    assert (counted["choices"], counted["winners"][0]) == (["b", "c"], "b")


def test_equal_ranks(ada_opens: Open, make: Callable[[str], Poll]) -> None:
    poll = make("schulze")
    page = ada_opens(poll)
    expect(option(page, "further")).to_contain_text("you would rather not have")
    tap(page, "c", "a", "further")
    equal = option(page, "a").get_by_role("button", name="As good as the one above")
    equal.click()
    expect(equal).to_have_attribute("aria-pressed", "true")
    assert ranking(page) == ["1 c", "1 a", "2 further"]
    equal.click()
    assert ranking(page) == ["1 c", "2 a", "3 further"]
    equal.click()
    # One of two equals moves above the other; a third is as good as both.
    option(page, "a").get_by_role("button", name="Move up").click()
    assert ranking(page) == ["1 a", "2 c", "3 further"]
    for name in ("c", "further"):
        option(page, name).get_by_role("button", name="As good as").click()
    assert ranking(page) == ["1 a", "1 c", "1 further"]
    option(page, "c").get_by_role("button", name="As good as").click()
    assert ranking(page) == ["1 a", "2 c", "2 further"]
    assert review(page)[:2] == ["Option a", "Option c, Option further: equally good"]
    counted = cast(page, poll)
    assert (counted["choices"], counted["winners"]) == (["a", "c=further"], ["a"])


def test_ranking_by_keyboard_alone(ada_opens: Open, make: Callable[[str], Poll]) -> None:
    poll = make("schulze")
    page = ada_opens(poll)
    expect(page.locator("#ballot-choose")).to_be_visible()
    said = page.locator("#ballot-said")
    keyboard = page.keyboard

    def tab_to(name: str) -> None:
        for _ in range(60):
            keyboard.press("Tab")
            if page.evaluate("document.activeElement.innerText").count(name):
                return
        pytest.fail(f"Tab does not lead to {name}")

    tab_to("Option a")
    keyboard.press("Enter")
    expect(said).to_have_text("Option a is number 1 of 1.")
    # The focus is on the next one that is not ranked.
    keyboard.press("Space")
    expect(said).to_have_text("Option b is number 2 of 2.")
    keyboard.press("Space")
    page.locator("[data-option=c] [data-act=toggle]").focus()
    keyboard.press("ArrowUp")
    keyboard.press("ArrowUp")
    expect(said).to_have_text("Option c is number 1 of 3.")
    keyboard.press("ArrowUp")
    expect(said).to_have_text("Option c is first already.")
    keyboard.press("ArrowDown")
    assert ranking(page) == ["1 a", "2 c", "3 b"]
    tab_to("Up")
    keyboard.press("Enter")
    assert ranking(page) == ["1 c", "2 a", "3 b"]
    assert page.evaluate("document.activeElement.dataset.act") == "up"
    tab_to("Remove")
    keyboard.press("Enter")
    expect(said).to_have_text("Option c is not ranked.")
    tab_to("Review my ballot")
    keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Check your ballot")).to_be_focused()
    expect(page.get_by_role("button", name="Cast my ballot")).to_be_enabled()
    tab_to("Cast my ballot")
    keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Your ballot is cast")).to_be_focused()
    assert json.loads(Intake.objects.get().body)["choices"] == ["a", "b"]


def middle(found: Locator) -> tuple[float, float]:
    found.wait_for()
    box = found.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@pytest.mark.parametrize("by", ["mouse", "finger"])
def test_ranking_by_dragging(ada_opens: Open, make: Callable[[str], Poll], by: str) -> None:
    poll = make("schulze")
    page = ada_opens(poll, has_touch=by == "finger", viewport={"width": 360, "height": 1700})
    touches = page.context.new_cdp_session(page)

    def drag(name: str, to: Locator, *, past: int) -> None:
        """Take hold of an option and let it go ``past`` the middle of something."""
        (x, y), (_, goal) = middle(option(page, name).locator("[data-handle]")), middle(to)
        path = [y + (goal + past - y) * step / 8 for step in range(1, 9)]
        if by == "mouse":
            page.mouse.move(x, y)
            page.mouse.down()
            for height in path:
                page.mouse.move(x, height)
            page.mouse.up()
            return
        for kind, heights in (("touchStart", [y]), ("touchMove", path)):
            for height in heights:
                point = {"x": x, "y": height}
                touches.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
        touches.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    empty = page.locator(".ranks [data-empty]").first
    drag("b", empty, past=-4)
    expect(page.locator("#ballot-said")).to_have_text("Option b is number 1 of 1.")
    drag("c", option(page, "b"), past=-20)
    assert ranking(page) == ["1 c", "2 b"]
    drag("a", option(page, "b"), past=20)
    assert ranking(page) == ["1 c", "2 b", "3 a"]
    drag("a", option(page, "c"), past=-20)
    assert ranking(page) == ["1 a", "2 c", "3 b"]
    # Between two that are equal it is as good as both; below the list it is out.
    option(page, "b").get_by_role("button", name="As good as").click()
    drag("a", option(page, "c"), past=20)
    assert ranking(page) == ["1 c", "1 a", "1 b"]
    drag("b", page.locator("[data-list=unranked]"), past=0)
    assert ranking(page) == ["1 c", "1 a"]
    review(page)
    assert cast(page, poll)["choices"] == ["a=c"]


@pytest.mark.parametrize("altered", ["", "b", "title", "missing"])
def test_every_text_is_compared_with_what_was_frozen(
    ada_opens: Open,
    make: Callable[[str], Poll],
    monkeypatch: pytest.MonkeyPatch,
    altered: str,
) -> None:
    """A page that shows anything else says which, and offers no ballot."""
    poll = make("schulze")
    texts = frozen_texts(poll)
    assert texts["options"]["b"] == "All of b."
    if altered == "title":
        texts["title"] += "\r\n"
    elif altered == "missing":
        # As of somebody who was erased: said, and no reason to stop.
        del texts["options"]["b"]
    elif altered:
        texts["options"][altered] = "None of b."
    monkeypatch.setattr(ballot_page, "frozen_texts", lambda poll: texts)
    page = ada_opens(poll)
    if altered in ("b", "title"):
        said = page.locator("#ballot-status")
        expect(said).to_contain_text("not what was frozen when the vote opened")
        expect(said).to_contain_text("Option b" if altered == "b" else "The title")
        expect(page.locator("#ballot-choose")).to_be_hidden()
        expect(page.locator("#ballot-compared")).to_be_hidden()
        return
    page.get_by_text("What is asked, word for word").click()
    shown = page.locator("#ballot-exact")
    expect(shown).to_contain_text("All of c.")
    expect(shown).to_contain_text(poll.options[1]["textSha256"])
    expect(shown).to_contain_text("These words were erased" if altered else "All of b.")
    tap(page, "a")
    review(page)


@pytest.mark.parametrize("method", RULES)
def test_abstaining_is_a_choice_and_choosing_nothing_is_none(
    ada_opens: Open, make: Callable[[str], Poll], method: str
) -> None:
    poll = make(method)
    page = ada_opens(poll)
    page.get_by_role("button", name="Review my ballot").click()
    expect(page.locator("#ballot-status")).to_contain_text("Choose something first")
    (tap if method in ("schulze", "stv") else tick)(page, "a")
    page.get_by_label("I abstain").check()
    expect(option(page, "a").locator("input, [data-act=toggle]")).to_be_disabled()
    assert review(page) == ["I abstain: I take part and choose nothing."]
    counted = cast(page, poll)
    assert (counted["choices"], counted["abstained"]) == (["abstain"], 1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("method", ["yes_no", *RULES])
def test_every_ballot_can_be_used_by_everybody(
    ada_opens: Open, make: Callable[[str], Poll], method: str, scheme: Literal["light", "dark"]
) -> None:
    """At each step, on a phone and on a desk: axe, nothing sideways, one filled button."""
    page = ada_opens(make(method), color_scheme=scheme)
    expect(page.locator("#ballot-choose")).to_be_visible()
    faults: list[str] = []

    def look(step: str) -> None:
        for size in (PHONE, DESK):
            page.set_viewport_size({"width": size["width"], "height": size["height"]})
            found = page.evaluate(SHAPE)
            found += page.evaluate(AXE, {**OPTIONS, "runOnly": EVERY_RULE})
            faults.extend(f"{step}, {size['width']} px: {fault}" for fault in found)

    page.evaluate(AXE_SCRIPT)
    if method in ("schulze", "stv"):
        tap(page, "a", "c", "b")
    elif method == "yes_no":
        page.get_by_label("No", exact=True).check()
    else:
        tick(page, "a", "c")
    if method == "schulze":
        option(page, "b").get_by_role("button", name="As good as").click()
    look("choosing")
    if method != "yes_no":
        page.get_by_label("I abstain").check()
        look("abstaining")
        page.get_by_label("I abstain").uncheck()
    review(page)
    look("review")
    page.get_by_role("button", name="Cast my ballot").click()
    expect(page.locator("#ballot-stage")).to_have_text("Cast")
    look("cast")
    assert faults == []
