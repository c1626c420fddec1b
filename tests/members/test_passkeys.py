"""Passkeys in a real browser, with an authenticator that Chromium pretends to have."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from members import actions
from members.models import Person
from tests.conftest import NOW

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NewBrowser = Callable[..., BrowserContext]


@pytest.fixture
def site(live_server: LiveServer) -> str:
    """Where the site is, by the name that passkeys work under."""
    return str(live_server.url).replace("127.0.0.1", "localhost")


@pytest.fixture
def ada(settings: object) -> Person:
    return actions.register(email="ada@example.org", locale="en", at=NOW, confirmed=True)


def with_authenticator(context: BrowserContext) -> Page:
    """A page of a device that keeps passkeys and always recognises its owner."""
    page = context.new_page()
    device = context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return page


def sign_in_by_code(page: Page, site: str, mailbox: list[EmailMessage]) -> None:
    cache.clear()  # tries are few in a minute, and these tests make many
    page.goto(f"{site}/login/")
    page.get_by_label("E-mail address").fill("ada@example.org")
    page.get_by_role("button", name="Mail me a code").click()
    page.wait_for_url("**/login/code/")
    [code] = re.findall(r"^\d{6}$", str(mailbox[-1].body), re.MULTILINE)
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(lambda url: "/login/code/" not in url)


def sign_out(page: Page, site: str) -> None:
    page.goto(f"{site}/logout/")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{site}/")


def add_passkey(page: Page, site: str) -> None:
    page.goto(f"{site}/me/passkeys/add/")
    page.get_by_label("Name").fill("my phone")
    page.get_by_role("button", name="Add a passkey").click()
    # The recovery codes follow, once the new passkey has been used.
    page.get_by_role("button", name="Use my passkey").click()
    page.wait_for_url("**/me/recovery-codes/")


def signed_in_at_account(page: Page, site: str) -> None:
    page.goto(f"{site}/me/account/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your account")


def assert_not_there_for_others(address: str) -> None:
    client = Client()
    client.force_login(
        actions.register(email="bob@example.org", locale="en", at=NOW, confirmed=True)
    )
    assert client.get(address).status_code == 404
    assert client.post(address.replace("rename", "remove")).status_code == 404
    assert Authenticator.objects.filter(type="webauthn").exists()


def test_a_passkey_is_made_used_renamed_and_removed(
    site: str, ada: Person, new_browser: NewBrowser, mailoutbox: list[EmailMessage]
) -> None:
    page = with_authenticator(new_browser())
    sign_in_by_code(page, site, mailoutbox)
    add_passkey(page, site)
    expect(page.get_by_role("list", name="Codes you have not used").locator("li")).to_have_count(10)
    assert mailoutbox[-1].subject == "A passkey was added to your account"

    sign_out(page, site)
    page.goto(f"{site}/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/home/")
    signed_in_at_account(page, site)

    page.goto(f"{site}/me/passkeys/")
    rename = page.get_by_role("link", name="Rename my phone")
    address = str(rename.get_attribute("href"))
    assert re.fullmatch(r"/me/passkeys/[0-9a-f]{20}/rename/", address)
    assert_not_there_for_others(address)
    rename.click()
    page.get_by_role("button", name="Use my passkey").click()
    page.get_by_label("Name").fill("my old phone")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/me/passkeys/")
    page.get_by_role("link", name="Remove my old phone").click()
    page.get_by_role("button", name="Remove it").click()
    expect(page.get_by_text("You have no passkey yet.")).to_be_visible()
    assert not Authenticator.objects.exists()
    assert mailoutbox[-1].subject == "A passkey was removed from your account"


def test_with_a_passkey_the_mailbox_alone_opens_nothing(
    site: str, ada: Person, new_browser: NewBrowser, mailoutbox: list[EmailMessage]
) -> None:
    page = with_authenticator(new_browser())
    sign_in_by_code(page, site, mailoutbox)
    add_passkey(page, site)
    codes = page.get_by_role("list", name="Codes you have not used").locator("li").all_inner_texts()

    thief = new_browser().new_page()
    sign_in_by_code(thief, site, mailoutbox)
    thief.wait_for_url("**/login/second/")
    thief.goto(f"{site}/me/account/")
    assert "/login/" in thief.url

    sign_out(page, site)
    sign_in_by_code(page, site, mailoutbox)
    page.get_by_role("button", name="Use my passkey").click()
    page.wait_for_url("**/home/")
    signed_in_at_account(page, site)

    # And without the passkey, by a recovery code, once.
    sign_out(page, site)
    sign_in_by_code(page, site, mailoutbox)
    page.get_by_text("I do not have my passkey here").click()
    page.get_by_label("Recovery code").fill(codes[0])
    page.get_by_role("button", name="Sign in with a recovery code").click()
    page.wait_for_url("**/home/")
    signed_in_at_account(page, site)


def test_a_device_that_gives_no_passkey_is_told_what_else_there_is(
    site: str, ada: Person, new_browser: NewBrowser
) -> None:
    page = with_authenticator(new_browser())
    page.goto(f"{site}/login/")
    problem = page.get_by_text("Your device gave us no passkey.")
    expect(problem).to_be_hidden()
    page.route("**/login/passkey/", lambda route: route.fulfill(status=503))
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(problem).to_be_visible()
    expect(problem).to_be_focused()


def test_signing_in_needs_no_javascript(
    site: str, ada: Person, new_browser: NewBrowser, mailoutbox: list[EmailMessage]
) -> None:
    page = new_browser(java_script_enabled=False).new_page()
    page.goto(f"{site}/login/")
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()
    sign_in_by_code(page, site, mailoutbox)
    signed_in_at_account(page, site)
    page.goto(f"{site}/me/passkeys/add/")
    expect(page.get_by_text("This browser has no passkeys, or JavaScript is off.")).to_be_visible()
