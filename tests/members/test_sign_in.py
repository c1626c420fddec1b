"""Signing in as people do it: an address, a code from the mail, and no password anywhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import get_resolver, reverse

from members import actions
from members.models import Event, Person
from tests.conftest import NOW

pytestmark = pytest.mark.django_db

Mailbox = list[EmailMessage]
MakePerson = Callable[..., Person]


class _Inputs(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, dict[str, str | None]] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "input":
            self.found[given.get("name") or ""] = given


def inputs(page: bytes) -> dict[str, dict[str, str | None]]:
    """The input elements of a page by name."""
    parser = _Inputs()
    parser.feed(page.decode())
    return parser.found


def code_in(mail: EmailMessage) -> str:
    """The six digits that stand on a line of their own."""
    found = re.findall(r"^\d{6}$", str(mail.body), re.MULTILINE)
    assert len(found) == 1, mail.body
    return str(found[0])


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def confirmed(email: str = "ada@example.org") -> Person:
    return actions.register(email=email, locale="en", at=NOW, confirmed=True)


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_signing_up_takes_an_address_and_a_code(client: Client, mailoutbox: Mailbox) -> None:
    page = client.get(reverse("account_signup"))
    assert set(inputs(page.content)) == {"csrfmiddlewaretoken", "email"}

    posted = client.post(reverse("account_signup"), {"email": "Ada@Example.org"})
    assert (posted.status_code, posted["Location"]) == (
        302,
        reverse("account_email_verification_sent"),
    )
    [mail] = mailoutbox
    code = code_in(mail)
    assert mail.to == ["ada@example.org"]
    assert mail.subject == f"{code} is your code for Customer Commons"
    assert not is_signed_in(client)

    entered = client.post(reverse("account_email_verification_sent"), {"code": code})
    assert (entered.status_code, entered["Location"]) == (302, reverse("join"))
    assert is_signed_in(client)
    person = Person.objects.get()
    assert person.email == "ada@example.org"
    assert not person.has_usable_password()
    assert EmailAddress.objects.get(user=person).verified
    event = Event.objects.get()
    assert (event.verb, event.by) == ("person.registered", person)


def test_the_code_fills_itself_in(client: Client) -> None:
    client.post(reverse("account_signup"), {"email": "ada@example.org"})
    page = client.get(reverse("account_email_verification_sent"))
    field = inputs(page.content)["code"]
    assert field["autocomplete"] == "one-time-code"
    assert field["inputmode"] == "numeric"
    assert "autofocus" in field


def test_signing_in_takes_a_code(client: Client, mailoutbox: Mailbox) -> None:
    confirmed()
    posted = client.post(reverse("account_login"), {"login": "ADA@example.org"})
    assert posted["Location"] == reverse("account_confirm_login_code")
    field = inputs(client.get(posted["Location"]).content)["code"]
    assert (field["autocomplete"], field["inputmode"]) == ("one-time-code", "numeric")

    entered = client.post(posted["Location"], {"code": code_in(mailoutbox[0])})
    assert entered["Location"] == reverse("my-home")
    assert is_signed_in(client)
    assert len(mailoutbox) == 1


def test_a_code_that_was_typed_with_a_space_is_the_same_code(
    client: Client, mailoutbox: Mailbox
) -> None:
    confirmed()
    client.post(reverse("account_login"), {"login": "ada@example.org"})
    code = code_in(mailoutbox[0])
    client.post(reverse("account_confirm_login_code"), {"code": f"{code[:3]} {code[3:]}"})
    assert is_signed_in(client)


def test_a_sign_in_returns_to_where_it_was_asked_for(client: Client, mailoutbox: Mailbox) -> None:
    confirmed()
    asked = client.get(reverse("account"))
    assert asked["Location"] == "/login/?next=/me/account/"
    posted = client.post(asked["Location"], {"login": "ada@example.org", "next": "/me/account/"})
    entered = client.post(
        posted["Location"], {"code": code_in(mailoutbox[0]), "next": "/me/account/"}
    )
    assert entered["Location"] == "/me/account/"


def test_a_code_works_for_its_own_browser_only_and_once(
    client: Client, mailoutbox: Mailbox
) -> None:
    confirmed()
    client.post(reverse("account_login"), {"login": "ada@example.org"})
    code = code_in(mailoutbox[0])
    stranger = Client()
    stranger.post(reverse("account_confirm_login_code"), {"code": code})
    assert not is_signed_in(stranger)
    client.post(reverse("account_confirm_login_code"), {"code": code})
    assert is_signed_in(client)
    client.post(reverse("account_logout"))
    client.post(reverse("account_confirm_login_code"), {"code": code})
    assert not is_signed_in(client)


def test_three_wrong_codes_end_the_attempt(client: Client, mailoutbox: Mailbox) -> None:
    confirmed()
    client.post(reverse("account_login"), {"login": "ada@example.org"})
    code = code_in(mailoutbox[0])
    for _attempt in range(2):
        refused = client.post(reverse("account_confirm_login_code"), {"code": wrong(code)})
        assert "This is not the code we sent you" in refused.content.decode()
    third = client.post(reverse("account_confirm_login_code"), {"code": wrong(code)})
    assert third["Location"] == reverse("account_login")
    client.post(reverse("account_confirm_login_code"), {"code": code})
    assert not is_signed_in(client)


def test_a_wrong_code_does_not_sign_up_either(client: Client, mailoutbox: Mailbox) -> None:
    client.post(reverse("account_signup"), {"email": "ada@example.org"})
    code = code_in(mailoutbox[0])
    client.post(reverse("account_email_verification_sent"), {"code": wrong(code)})
    assert not is_signed_in(client)
    assert not EmailAddress.objects.get().verified


def test_a_new_code_replaces_the_old_one(client: Client, mailoutbox: Mailbox) -> None:
    confirmed()
    client.post(reverse("account_login"), {"login": "ada@example.org"})
    client.post(reverse("account_confirm_login_code"), {"action": "resend"})
    first, second = (code_in(mail) for mail in mailoutbox)
    if first != second:
        client.post(reverse("account_confirm_login_code"), {"code": first})
        assert not is_signed_in(client)
    client.post(reverse("account_confirm_login_code"), {"code": second})
    assert is_signed_in(client)


def answer(client: Client, route: str, field: str, email: str) -> tuple[int, str, str]:
    """What a stranger sees after typing ``email``: status, address, and the page without it."""
    posted = client.post(reverse(route), {field: email})
    page = client.get(posted["Location"]).content.decode()
    shown = re.sub(r'(value|nonce)="[^"]+"', "", page).replace(email, "…")
    return posted.status_code, posted["Location"], shown


@pytest.mark.parametrize(
    ("route", "field"), [("account_login", "login"), ("account_signup", "email")]
)
def test_nobody_learns_from_the_pages_who_has_joined(
    route: str, field: str, mailoutbox: Mailbox
) -> None:
    confirmed("known@example.org")
    known = answer(Client(), route, field, "known@example.org")
    unknown = answer(Client(), route, field, "unknown@example.org")
    assert known == unknown
    assert [mail.to for mail in mailoutbox] == [["known@example.org"], ["unknown@example.org"]]


def test_an_unknown_address_is_told_by_mail_how_to_join(
    client: Client, mailoutbox: Mailbox
) -> None:
    client.post(reverse("account_login"), {"login": "nobody@example.org"})
    [mail] = mailoutbox
    assert mail.subject == "You have not joined Customer Commons yet"
    assert "http://localhost:8000/signup/" in str(mail.body)
    assert not re.search(r"\d{6}", str(mail.body))
    client.post(reverse("account_confirm_login_code"), {"code": "000000"})
    assert not is_signed_in(client)
    assert not Person.objects.exists()


def test_a_known_address_is_told_by_mail_to_sign_in(client: Client, mailoutbox: Mailbox) -> None:
    confirmed()
    client.post(reverse("account_signup"), {"email": "ada@example.org"})
    [mail] = mailoutbox
    assert mail.subject == "You have already joined Customer Commons"
    assert "http://localhost:8000/login/" in str(mail.body)
    assert Person.objects.count() == 1


def test_links_in_mail_ignore_the_host_that_was_asked(client: Client, mailoutbox: Mailbox) -> None:
    client.post(
        reverse("account_login"), {"login": "nobody@example.org"}, headers={"host": "127.0.0.1"}
    )
    assert "http://localhost:8000/signup/" in str(mailoutbox[0].body)


def test_two_sign_ups_at_once_make_one_person(
    client: Client, mailoutbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    confirmed()
    monkeypatch.setattr("members.forms.SignUpForm.validate_unique_email", lambda self, value: value)
    posted = client.post(reverse("account_signup"), {"email": "ada@example.org"})
    assert posted["Location"] == reverse("account_email_verification_sent")
    assert mailoutbox[0].subject == "You have already joined Customer Commons"
    assert Person.objects.count() == 1


def test_an_account_that_was_closed_signs_nobody_in(client: Client, mailoutbox: Mailbox) -> None:
    person = confirmed()
    Person.objects.filter(pk=person.pk).update(is_active=False)
    client.post(reverse("account_login"), {"login": "ada@example.org"})
    assert mailoutbox[0].subject == "You have not joined Customer Commons yet"
    assert client.get(reverse("account_inactive")).status_code == 200


def test_signing_out_takes_a_post(client: Client) -> None:
    client.force_login(confirmed())
    assert client.get(reverse("account_logout")).status_code == 200
    assert is_signed_in(client)
    left = client.post(reverse("account_logout"))
    assert left["Location"] == "/"
    assert not is_signed_in(client)


def test_codes_for_one_address_are_few(client: Client, mailoutbox: Mailbox) -> None:
    confirmed()
    for _attempt in range(4):
        last = Client().post(reverse("account_login"), {"login": "ada@example.org"})
    assert len(mailoutbox) == 3
    assert "Too many tries" in last.content.decode()


def test_too_many_tries_are_answered_by_a_page(client: Client) -> None:
    for _attempt in range(21):
        last = client.post(reverse("account_signup"), {"email": "not an address"})
    assert last.status_code == 429
    assert "Too many tries" in last.content.decode()


def test_no_address_of_a_visitor_is_counted_by_or_kept(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys: list[str] = []
    add = cache.add

    def noting(key: str, *rest: Any, **more: Any) -> bool:
        keys.append(key)
        return bool(add(key, *rest, **more))

    monkeypatch.setattr(cache, "add", noting)
    client.post(reverse("account_login"), {"login": "ada@example.org"}, REMOTE_ADDR="203.0.113.77")
    assert any(":ip:" in key for key in keys)
    assert not [key for key in keys if "203.0.113.77" in key or "example.org" in key]


PASSWORD_ROUTES = [
    "/password/set/",
    "/password/reset/",
    "/password/change/",
    "/password/reset/done/",
    "/password/reset/key/done/",
    "/password/reset/key/1-set-password/",
    "/accounts/password/reset/",
    "/reauthenticate/",
    "/2fa/",
    "/2fa/totp/activate/",
    "/signup/passkey/",
]


@pytest.mark.parametrize("path", PASSWORD_ROUTES)
def test_there_is_nothing_where_passwords_would_be(path: str, client: Client) -> None:
    assert client.get(path).status_code == 404
    client.force_login(confirmed())
    assert client.get(path).status_code == 404
    assert client.post(path).status_code == 404


def test_no_route_is_about_passwords() -> None:
    names = [str(name) for name in get_resolver().reverse_dict]
    assert not [name for name in names if "password" in name or "totp" in name]


@pytest.mark.parametrize("route", ["account_signup", "account_login"])
def test_no_page_asks_for_a_password(route: str, client: Client) -> None:
    page = client.get(reverse(route)).content
    assert not [field for field in inputs(page).values() if field.get("type") == "password"]


def test_what_needs_an_account_asks_to_sign_in(client: Client) -> None:
    for route in ("account", "tokens", "account_email", "mfa_index", "mfa_add_webauthn"):
        answered = client.get(reverse(route))
        assert answered.status_code == 302, route
        assert answered["Location"].startswith("/login/?next="), route


def test_scripts_of_the_sign_in_page_carry_the_nonce(client: Client) -> None:
    response = client.get(reverse("account_login"))
    page = response.content.decode()
    scripts = re.findall(r"<script([^>]*)>", page)
    nonces = set(re.findall(r'nonce="([^"]+)"', page))
    assert len(scripts) == 2
    assert all("nonce=" in script for script in scripts)
    assert len(nonces) == 1
    assert f"'nonce-{nonces.pop()}'" in response["Content-Security-Policy"]
    assert " on" + "click" not in page


def test_a_second_address_is_confirmed_by_a_code(client: Client, mailoutbox: Mailbox) -> None:
    person = confirmed()
    client.force_login(person)
    sent = client.post(reverse("account_email"), {"action_add": "1", "email": "ada@example.net"})
    assert sent["Location"] == reverse("account_email_verification_sent")
    assert EmailAddress.objects.count() == 1
    client.post(sent["Location"], {"code": code_in(mailoutbox[0])})
    assert EmailAddress.objects.get(email="ada@example.net").verified

    client.post(reverse("account_email"), {"action_primary": "", "email": "ada@example.net"})
    person.refresh_from_db()
    assert person.email == "ada@example.net"
    told = mailoutbox[-1]
    assert (told.to, told.subject) == (["ada@example.org"], "Your main address has changed")

    client.post(reverse("account_email"), {"action_remove": "", "email": "ada@example.org"})
    assert [address.email for address in EmailAddress.objects.all()] == ["ada@example.net"]
    assert "ada@example.org no longer signs you in" in str(mailoutbox[-1].body)


def test_the_main_address_cannot_be_removed(client: Client) -> None:
    client.force_login(confirmed())
    client.post(reverse("account_email"), {"action_remove": "", "email": "ada@example.org"})
    assert EmailAddress.objects.get().email == "ada@example.org"


def test_somebody_elses_address_is_not_given_away(client: Client, mailoutbox: Mailbox) -> None:
    confirmed("bob@example.org")
    client.force_login(confirmed())
    sent = client.post(reverse("account_email"), {"action_add": "1", "email": "bob@example.org"})
    assert sent["Location"] == reverse("account_email_verification_sent")
    refused = client.post(sent["Location"], {"code": code_in(mailoutbox[0])})
    assert "This address cannot be used" in refused.content.decode()
    assert EmailAddress.objects.filter(email="bob@example.org").count() == 1


def test_no_mail_tells_an_address_or_browser_of_a_visitor(
    client: Client, mailoutbox: Mailbox
) -> None:
    client.force_login(confirmed())
    EmailAddress.objects.create(user=Person.objects.get(), email="b@example.org", verified=True)
    client.post(
        reverse("account_email"),
        {"action_remove": "", "email": "b@example.org"},
        REMOTE_ADDR="203.0.113.77",
        HTTP_USER_AGENT="Browser/1",
    )
    told = f"{mailoutbox[0].subject} {mailoutbox[0].body}"
    assert "203.0.113.77" not in told
    assert "Browser" not in told


def test_sessions_hold_no_address_of_a_visitor(client: Client, mailoutbox: Mailbox) -> None:
    confirmed()
    where: dict[str, Any] = {"REMOTE_ADDR": "203.0.113.77", "HTTP_X_FORWARDED_FOR": "203.0.113.78"}
    client.post(reverse("account_login"), {"login": "ada@example.org"}, **where)
    client.post(reverse("account_confirm_login_code"), {"code": code_in(mailoutbox[0])}, **where)
    for session in Session.objects.all():
        assert "203.0.113" not in str(session.get_decoded())
