"""The Checkout page in a browser: narrow, dark, by keyboard, without scripts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
import stripe
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page

from funding.stripe_sandbox.server import Sandbox
from tests.browser import DESK, PHONE
from tests.funding.stripe_sandbox.driving import client_of, make_price, session_params

pytestmark = pytest.mark.browser

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture
def shop() -> Iterator[str]:
    """The site that sends somebody to Checkout and takes them back: its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>Back</title><link rel=icon href=data:,>")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://localhost:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def session(sandbox: Sandbox, shop: str) -> stripe.checkout.Session:
    client = client_of(sandbox)
    params = session_params(
        make_price(client).id,
        success_url=f"{shop}/wait/?session={{CHECKOUT_SESSION_ID}}",
        cancel_url=f"{shop}/join/",
    )
    return client.v1.checkout.sessions.create(params)


def accessible(page: Page) -> None:
    found: Any = Axe().run(page, options=RULES)
    assert found.response["violations"] == [], found.generate_report()
    wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wider <= 0, "the page scrolls sideways"


@pytest.mark.parametrize(
    ("viewport", "scheme"), [(PHONE, "dark"), (DESK, "light")], ids=["phone-dark", "desk-light"]
)
def test_every_state_of_the_page_is_accessible(
    new_browser: Callable[..., BrowserContext],
    sandbox: Sandbox,
    session: stripe.checkout.Session,
    viewport: dict[str, int],
    scheme: str,
) -> None:
    page = new_browser(viewport=viewport, color_scheme=scheme).new_page()
    page.goto(str(session.url))
    accessible(page)
    page.get_by_label("Card number").fill("1234")
    page.get_by_role("button", name="Pay €5.00").click()
    page.get_by_text("Please look at this again").wait_for()
    accessible(page)
    page.get_by_label("Card number").fill("4242424242424242")
    page.get_by_role("button", name="Try a card that is declined").click()
    page.get_by_text("Your card was declined").wait_for()
    accessible(page)
    client_of(sandbox).v1.checkout.sessions.expire(session.id)
    page.goto(str(session.url))
    page.get_by_text("This payment has expired").wait_for()
    accessible(page)


def test_one_tap_pays_and_leads_back(
    new_browser: Callable[..., BrowserContext],
    sandbox: Sandbox,
    session: stripe.checkout.Session,
    shop: str,
) -> None:
    page = new_browser(java_script_enabled=False).new_page()
    page.goto(str(session.url))
    page.get_by_role("button", name="Pay €5.00").click()
    page.wait_for_url(f"{shop}/wait/?session={session.id}")
    paid = client_of(sandbox).v1.checkout.sessions.retrieve(session.id)
    assert paid.payment_status == "paid"


def test_by_keyboard_alone(
    new_browser: Callable[..., BrowserContext], session: stripe.checkout.Session, shop: str
) -> None:
    page = new_browser().new_page()
    page.goto(str(session.url))
    for _ in range(5):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "name"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Pay €5.00"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineWidth") == "3px"
    page.keyboard.press("Enter")
    page.wait_for_url(f"{shop}/wait/**")


def test_leaving_goes_where_it_says(
    new_browser: Callable[..., BrowserContext], session: stripe.checkout.Session, shop: str
) -> None:
    page = new_browser().new_page()
    page.goto(str(session.url))
    page.get_by_role("link", name="Go back without paying").click()
    page.wait_for_url(f"{shop}/join/")
