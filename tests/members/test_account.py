"""One's own account: the page, the tokens, and what they refuse."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from kernel import sealed
from members import actions
from members.models import Event, Person, PersonalToken
from tests.conftest import NOW

pytestmark = pytest.mark.django_db

MakePerson = Callable[..., Person]


@pytest.fixture
def ada(client: Client) -> Person:
    """Ada, signed in."""
    person = actions.register(email="ada@example.org", locale="en", at=NOW, confirmed=True)
    client.force_login(person)
    return person


def new_token(person: Person, name: str = "my spreadsheet") -> PersonalToken:
    token, _secret = actions.create_token(
        person=person,
        name=name,
        opens=["read"],
        lasts=timedelta(days=30),
        by=person,
        at=timezone.now(),
    )
    return token


def test_the_account_shows_how_one_signs_in_and_what_one_holds(
    client: Client, ada: Person, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    actions.appoint_first_steward(person=ada, by=ada, at=NOW)
    # session, person, addresses, passkeys, roles, tokens
    with django_assert_num_queries(6):
        page = client.get(reverse("account")).content.decode()
    for said in ("ada@example.org", "Add a passkey", "Add a second address", "steward"):
        assert said in page
    assert "founding" in page


def test_a_new_name_is_kept(client: Client, ada: Person) -> None:
    answer = client.post(reverse("account"), {"display_name": " Ada  King", "locale": "en"})
    assert answer["Location"] == reverse("account")
    ada.refresh_from_db()
    assert ada.display_name == "Ada King"


def test_a_name_that_misleads_comes_back_filled_in_with_a_sentence(
    client: Client, ada: Person
) -> None:
    answer = client.post(reverse("account"), {"display_name": "ada@example.org", "locale": "en"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="ada@example.org"' in page
    assert "it cannot be an e-mail address" in page
    assert [event.verb for event in Event.objects.all()] == ["person.registered"]


def test_a_language_we_do_not_write_is_not_kept(client: Client, ada: Person) -> None:
    answer = client.post(reverse("account"), {"display_name": "Ada", "locale": "tlh"})
    assert answer.status_code == 422


def test_without_a_token_the_page_says_what_to_do(client: Client, ada: Person) -> None:
    page = client.get(reverse("tokens")).content.decode()
    assert "You have no token" in page
    for label in ("Take a ballot in your name", "Write and change your drafts of terms"):
        assert label in page


def test_the_secret_of_a_token_is_shown_once(client: Client, ada: Person) -> None:
    made = client.post(
        reverse("tokens"), {"name": "my spreadsheet", "opens": ["read"], "lasts": "30"}
    )
    page = made.content.decode()
    [secret] = re.findall(r"cc_[\w-]{20,}", page)
    assert "no-store" in made["Cache-Control"]
    answer = Client().get("/api/v1/me/", headers={"authorization": f"Bearer {secret}"})
    assert answer.status_code == 200
    token = PersonalToken.objects.get()
    assert token.expires_at - token.created_at == timedelta(days=30)
    again = client.get(reverse("tokens")).content.decode()
    assert "my spreadsheet" in again
    assert again.count("Read what you can read") == 2  # what the token may do, and the form
    assert secret not in again


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"opens": []}, "Please choose what the token may do."),
        ({"opens": ["everything"]}, "everything is not one of the available choices"),
        ({"lasts": "100000"}, "100000 is not one of the available choices"),
        ({"name": ""}, "This field is required"),
    ],
)
def test_a_token_form_that_lacks_something_comes_back(
    change: dict[str, object], said: str, client: Client, ada: Person
) -> None:
    form = {"name": "my spreadsheet", "opens": ["read"], "lasts": "30", **change}
    answer = client.post(reverse("tokens"), form)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not PersonalToken.objects.exists()


def test_a_token_is_ended_by_a_post(client: Client, ada: Person) -> None:
    token = new_token(ada)
    assert client.get(reverse("token-revoke", args=[token.pk])).status_code == 405
    answer = client.post(reverse("token-revoke", args=[token.pk]))
    assert answer["Location"] == reverse("tokens")
    assert not PersonalToken.objects.live(timezone.now()).exists()
    assert "has ended" in client.get(reverse("tokens")).content.decode()


def test_a_token_that_has_ended_already_is_said_to_have(client: Client, ada: Person) -> None:
    token = new_token(ada)
    actions.revoke_token(token=token, by=ada, at=timezone.now())
    answer = client.post(reverse("token-revoke", args=[token.pk]))
    assert answer.status_code == 409
    assert "This token has ended already." in answer.content.decode()


def test_somebody_elses_token_is_not_there(
    client: Client, ada: Person, make_person: MakePerson
) -> None:
    token = new_token(make_person("Bob", standing=False), "the token of Bob")
    assert client.post(reverse("token-revoke", args=[token.pk])).status_code == 404
    assert "the token of Bob" not in client.get(reverse("tokens")).content.decode()


def test_the_list_of_tokens_is_one_query(
    client: Client, ada: Person, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        new_token(ada, f"token {number}")
    # session, person, tokens
    with django_assert_num_queries(3):
        client.get(reverse("tokens"))


def test_forms_need_our_own_page(ada: Person) -> None:
    stranger = Client(enforce_csrf_checks=True)
    stranger.force_login(ada)
    token = new_token(ada)
    for path in (reverse("account"), reverse("tokens"), reverse("token-revoke", args=[token.pk])):
        assert stranger.post(path, {"display_name": "Mallory"}).status_code == 403
    assert PersonalToken.objects.live(timezone.now()).exists()


def test_a_form_that_waits_for_a_passkey_keeps_no_address_of_a_visitor(
    client: Client, ada: Person
) -> None:
    RecoveryCodes.activate(ada)
    answer = client.post(
        reverse("account_email"),
        {"action_add": "1", "email": "ada@example.net"},
        REMOTE_ADDR="203.0.113.77",
        HTTP_X_FORWARDED_FOR="203.0.113.78",
        HTTP_X_REAL_IP="203.0.113.79",
        HTTP_CF_CONNECTING_IP="203.0.113.80",
        HTTP_FORWARDED="for=203.0.113.81",
        HTTP_USER_AGENT="Browser/1",
    )
    assert answer["Location"].startswith(reverse("mfa_reauthenticate"))
    kept = str([session.get_decoded() for session in Session.objects.all()])
    assert "email=ada%40example.net" in kept  # the form itself waits
    assert "203.0.113" not in kept
    assert "Browser" not in kept


def test_a_form_that_waited_goes_on_after_a_recovery_code(
    client: Client, ada: Person, mailoutbox: list[object]
) -> None:
    codes = RecoveryCodes.activate(ada).get_unused_codes()
    asked = client.post(reverse("account_email"), {"action_add": "1", "email": "ada@example.net"})
    answer = client.post(asked["Location"], {"code": codes[0], "next": reverse("account_email")})
    assert answer["Location"] == reverse("account_email_verification_sent")
    assert len(mailoutbox) == 1


def test_recovery_codes_are_sealed_at_rest(client: Client, ada: Person) -> None:
    codes = RecoveryCodes.activate(ada)
    kept = codes.instance.data["seed"]
    seed = sealed.unseal(kept.encode()).decode()
    assert seed not in kept
    assert len(codes.get_unused_codes()) == 10


def test_recovery_codes_need_a_confirmation(client: Client, ada: Person) -> None:
    RecoveryCodes.activate(ada)
    for route in (
        "mfa_view_recovery_codes",
        "mfa_download_recovery_codes",
        "mfa_generate_recovery_codes",
    ):
        answer = client.get(reverse(route))
        assert answer.status_code == 302, route
        assert answer["Location"].startswith(reverse("mfa_reauthenticate")), route


def test_a_passkey_waits_for_a_confirmed_address(client: Client, ada: Person) -> None:
    EmailAddress.objects.update(verified=False)
    answer = client.get(reverse("mfa_add_webauthn"), follow=True)
    assert answer.redirect_chain[-1][0] == reverse("mfa_index")
    assert "Please confirm your e-mail address first." in answer.content.decode()


@pytest.mark.parametrize("route", ["passkey-rename", "passkey-remove"])
def test_a_passkey_that_is_not_ones_own_is_not_there(
    route: str, client: Client, ada: Person
) -> None:
    assert client.get(reverse(route, args=["0" * 20])).status_code == 404
