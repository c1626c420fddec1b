"""Inviting a friend: the link, what it says, what it counts, and its end."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from kernel.refusal import Refused
from members import actions
from members.models import Invitation, Person
from tests.conftest import NOW, TEST

pytestmark = pytest.mark.django_db

MakePerson = Callable[..., Person]


@pytest.fixture
def ada(make_person: MakePerson) -> Person:
    return make_person("Ada")


def invite(person: Person, *, named: bool = True) -> Invitation:
    return actions.invite(person=person, named=named, by=person, at=NOW)


def landing(invitation: Invitation) -> str:
    return reverse("invited", args=[invitation.pk])


@pytest.mark.parametrize(
    ("named", "said"), [(True, "<bdi>Ada</bdi> invited you"), (False, "A member</bdi> invited")]
)
def test_the_link_says_who_invited_with_their_leave(
    named: bool, said: str, ada: Person, client: Client
) -> None:
    link = landing(invite(ada, named=named))
    page = client.get(link)
    assert said in page.content.decode()
    assert ("Ada" in page.content.decode()) == named
    assert "sessionid" not in page.cookies
    assert not Session.objects.exists()
    joining = client.post(link, follow=True)
    assert joining.redirect_chain == [(reverse("join"), 302)]
    assert said in client.get(reverse("account_signup")).content.decode()


def test_who_came_is_a_number_and_nothing_else(ada: Person, client: Client) -> None:
    invitation = invite(ada)
    client.post(landing(invitation))
    client.post(reverse("account_signup"), {"email": "new@example.org"})
    assert Person.objects.filter(email="new@example.org").exists()
    invitation.refresh_from_db()
    assert invitation.joined == 1
    for session in Session.objects.all():
        assert str(invitation.pk) not in str(session.get_decoded())
    # The next one from the same browser did not come by the link.
    client.post(reverse("account_signup"), {"email": "another@example.org"})
    invitation.refresh_from_db()
    assert invitation.joined == 1
    Client().post(reverse("account_signup"), {"email": "third@example.org"})
    invitation.refresh_from_db()
    assert invitation.joined == 1


def test_the_number_is_told_to_whoever_made_the_link(
    ada: Person, make_person: MakePerson, client: Client
) -> None:
    first = invite(ada)
    actions.note_joined(invitation=first.pk)
    actions.revoke_invitation(person=ada, by=ada, at=NOW)
    second = invite(ada)
    for _friend in range(2):
        actions.note_joined(invitation=second.pk)
    actions.note_joined(invitation=first.pk)  # it has ended
    client.force_login(ada)
    page = client.get(reverse("invite")).content.decode()
    assert "3 people signed up" in page
    assert f"http://localhost:8000{landing(second)}" in page
    client.force_login(make_person("Bob"))
    assert "Nobody has signed up" in client.get(reverse("invite")).content.decode()


def test_a_link_that_has_ended_says_so_kindly(ada: Person, client: Client) -> None:
    invitation = invite(ada)
    client.post(landing(invitation))
    actions.revoke_invitation(person=ada, by=ada, at=NOW)
    for path in (landing(invitation), reverse("invited", args=[uuid.UUID(int=0)])):
        ended = client.get(path)
        assert ended.status_code == 404
        assert "You are welcome all the same" in ended.content.decode()
        assert client.post(path).status_code == 404
    # Nor is it named where somebody had carried it.
    assert "invited you" not in client.get(reverse("account_signup")).content.decode()


@pytest.mark.parametrize("field", ["another", "program", "no standing", "no name", "twice"])
def test_who_cannot_invite_is_told_why(field: str, ada: Person, make_person: MakePerson) -> None:
    bob = make_person("Bob", standing=False)
    if field == "twice":
        invite(ada)
    Person.objects.filter(pk=ada.pk).update(display_name="")
    ada.refresh_from_db()
    attempts: dict[str, tuple[str, dict[str, Any]]] = {
        "another": ("invite-members-only", {"person": ada, "by": bob, "named": False}),
        "program": ("invite-members-only", {"person": ada, "by": TEST, "named": False}),
        "no standing": ("invite-members-only", {"person": bob, "by": bob, "named": False}),
        "no name": ("invite-nameless", {"person": ada, "by": ada, "named": True}),
        "twice": ("invitation-there", {"person": ada, "by": ada, "named": False}),
    }
    code, asked = attempts[field]
    with pytest.raises(Refused) as refused:
        actions.invite(**asked, at=NOW)
    assert refused.value.code == code
    assert Invitation.objects.count() == (field == "twice")


def test_nobody_ends_the_link_of_another(ada: Person, make_person: MakePerson) -> None:
    invite(ada)
    with pytest.raises(Refused):
        actions.revoke_invitation(person=ada, by=make_person("Bob"), at=NOW)
    assert Invitation.objects.live().count() == 1


def test_there_is_one_link_at_a_time_past_the_actions(ada: Person) -> None:
    invite(ada)
    with pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.create(person=ada, named=False, made_at=NOW)


def test_the_pages_make_and_end_a_link(client: Client, make_person: MakePerson) -> None:
    client.force_login(make_person("Bob", standing=False))
    assert "Members invite." in client.get(reverse("invite")).content.decode()
    assert client.post(reverse("invite"), {"named": "on"}).status_code == 409
    client.force_login(make_person("Ada"))
    client.post(reverse("invite"), {"named": "on"})
    again = client.post(reverse("invite"), {})
    assert again.status_code == 409
    assert "You have a link already." in again.content.decode()
    ended = client.post(reverse("invite-end"), follow=True)
    assert "Your link has ended." in ended.content.decode()
    none = client.post(reverse("invite-end"), follow=True)
    assert "There is no link that could end." in none.content.decode()


def test_the_api_makes_and_ends_a_link(client: Client, ada: Person) -> None:
    client.force_login(ada)
    path = "/api/v1/me/invitation/"
    assert client.get(path).json() == {"url": None, "named": None, "joined": 0}
    assert client.post(path, {}, content_type="application/json").status_code == 400
    made = client.post(path, {"named": True}, content_type="application/json")
    assert made.status_code == 201
    assert made.json()["url"].endswith(landing(Invitation.objects.get()))
    again = client.post(path, {"named": True}, content_type="application/json")
    assert (again.status_code, again.json()["code"]) == (409, "invitation-there")
    assert client.delete(path).status_code == 204
    assert client.delete(path).json()["code"] == "invitation-ended"
