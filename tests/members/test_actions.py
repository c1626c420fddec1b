"""What is done to people, standing, roles and tokens, by whom, and what is refused."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction

from kernel.refusal import Refused
from members import actions
from members.models import Attestation, Event, OutgoingMail, Person, PersonalToken, RoleGrant
from tests.conftest import NOW, TEST

pytestmark = pytest.mark.django_db

MakePerson = Callable[..., Person]
DAY = timedelta(days=1)
TODAY = NOW.date()


def verbs() -> list[str]:
    return list(Event.objects.order_by("pk").values_list("verb", flat=True))


def test_registering_makes_a_person_without_a_password() -> None:
    person = actions.register(email="Ada@Example.org", locale="en", at=NOW)
    assert (person.email, person.joined_at) == ("ada@example.org", NOW)
    assert not person.has_usable_password()
    assert not EmailAddress.objects.exists()
    event = Event.objects.get()
    assert (event.verb, event.by, event.subject) == (
        "person.registered",
        person,
        f"person:{person.pk}",
    )


def test_an_address_may_be_confirmed_from_the_start() -> None:
    person = actions.register(email="ada@example.org", locale="en", at=NOW, confirmed=True)
    address = EmailAddress.objects.get(user=person)
    assert (address.email, address.verified, address.primary) == ("ada@example.org", True, True)


@pytest.mark.parametrize("again", ["ada@example.org", "ADA@example.ORG"])
def test_an_address_belongs_to_one_person(again: str) -> None:
    actions.register(email="ada@example.org", locale="en", at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        actions.register(email=again, locale="en", at=NOW)
    assert verbs() == ["person.registered"]


def test_case_does_not_make_another_address_even_past_the_actions() -> None:
    Person.objects.create_user("ada@example.org")
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.create(email="ADA@example.org")


def extend(person: Person, source: str = "dues:in_1") -> None:
    actions.extend_standing(
        person=person,
        starts_on=TODAY,
        ends_on=TODAY + 30 * DAY,
        kind="dues",
        source=source,
        by=TEST,
        at=NOW,
    )


def test_standing_from_one_source_is_recorded_once() -> None:
    person = Person.objects.create_user("ada@example.org")
    extend(person)
    extend(person)
    assert person.standing_periods.count() == 1
    assert verbs() == ["standing.extended"]
    assert person.days_in_standing(TODAY) == 1
    standing = person.standing_on(TODAY + 29 * DAY)
    assert standing is not None
    assert standing.until == TODAY + 30 * DAY
    assert person.standing_on(TODAY + 30 * DAY) is None


def test_the_event_does_not_say_what_standing_came_from() -> None:
    person = Person.objects.create_user("ada@example.org")
    actions.extend_standing(
        person=person,
        starts_on=TODAY,
        ends_on=TODAY + DAY,
        kind="waiver",
        source="waiver:1",
        by=TEST,
        at=NOW,
    )
    event = Event.objects.get()
    assert "waiver" not in f"{event.verb} {event.details} {event.subject}"


def test_people_in_standing_are_those_whose_days_cover_today(make_person: MakePerson) -> None:
    ada = make_person("Ada")
    make_person("Late", since=TODAY + DAY)
    make_person("Gone", until=TODAY)
    make_person("Guest", standing=False)
    left = make_person("Left")
    Person.objects.filter(pk=left.pk).update(is_active=False)
    assert list(Person.objects.in_standing(TODAY)) == [ada]


def test_a_name_is_cleaned_and_recorded() -> None:
    person = Person.objects.create_user("ada@example.org")
    actions.set_display_name(person=person, display_name="  Ada   King ", by=person, at=NOW)
    assert person.display_name == "Ada King"
    person.refresh_from_db()
    assert person.display_name == "Ada King"
    assert verbs() == ["person.renamed"]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("  ", "display-name-empty"),
        ("a\u202eb", "display-name-hidden-characters"),
        ("a" * 61, "display-name-long"),
        ("ada@example.org", "display-name-address"),
    ],
)
def test_a_name_that_misleads_is_refused(name: str, code: str) -> None:
    person = Person.objects.create_user("ada@example.org", display_name="Ada")
    with pytest.raises(Refused) as refused:
        actions.set_display_name(person=person, display_name=name, by=person, at=NOW)
    assert refused.value.code == code
    assert str(refused.value)
    person.refresh_from_db()
    assert person.display_name == "Ada"
    assert verbs() == []


def test_an_account_that_stays_as_it_is_leaves_no_event() -> None:
    person = Person.objects.create_user("ada@example.org", display_name="Ada")
    actions.set_account(person=person, display_name="Ada", locale="en", by=person, at=NOW)
    assert verbs() == []
    actions.set_account(person=person, display_name="Bea", locale="de", by=person, at=NOW)
    person.refresh_from_db()
    assert (person.display_name, person.locale) == ("Bea", "de")
    assert verbs() == ["person.renamed", "person.locale-set"]


def test_nobody_attests_for_another(make_person: MakePerson) -> None:
    ada, bob = make_person("Ada", standing=False), make_person("Bob", standing=False)
    with pytest.raises(Refused) as refused:
        actions.attest(person=ada, version="1", text="I am a person.", by=bob, at=NOW)
    assert refused.value.code == "attest-for-another"
    actions.attest(person=ada, version="1", text="I am a person.", by=ada, at=NOW)
    assert Attestation.objects.get().text == "I am a person."


def test_the_founding_appointment_ends_for_good_when_a_poll_has_seated_someone(
    make_person: MakePerson,
) -> None:
    ada, bob = make_person("Ada", standing=False), make_person("Bob", standing=False)
    for _time in range(2):
        actions.appoint_first_steward(person=ada, by=TEST, at=NOW)
    assert ada.holds("steward", TODAY)
    assert verbs() == ["role.granted"]
    RoleGrant.objects.create(
        person=bob, role="scrutineer", starts_on=TODAY, ends_on=TODAY + DAY, basis="poll:1"
    )
    with pytest.raises(Refused) as refused:
        actions.appoint_first_steward(person=bob, by=TEST, at=NOW + 400 * DAY)
    assert refused.value.code == "founding-over"


def test_a_role_is_held_from_its_first_day_until_its_last(make_person: MakePerson) -> None:
    ada = make_person("Ada", standing=False)
    RoleGrant.objects.create(
        person=ada, role="treasurer", starts_on=TODAY, ends_on=TODAY + DAY, basis="poll:1"
    )
    held = [ada.holds("treasurer", day) for day in (TODAY - DAY, TODAY, TODAY + DAY)]
    assert held == [False, True, False]
    assert list(Person.objects.holding("treasurer", TODAY)) == [ada]
    assert list(Person.objects.holding("steward", TODAY)) == []


def test_a_role_does_not_end_before_it_starts(make_person: MakePerson) -> None:
    ada = make_person("Ada", standing=False)
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleGrant.objects.create(
            person=ada, role="treasurer", starts_on=TODAY, ends_on=TODAY - DAY, basis="poll:1"
        )


def test_the_same_notice_is_one_mail() -> None:
    person = Person.objects.create_user("ada@example.org")
    for _time in range(2):
        actions.queue_mail(
            person=person, kind="account", key="welcome:1", subject="Hello", body="…", at=NOW
        )
    assert OutgoingMail.objects.count() == 1


def make_token(person: Person, *opens: str) -> tuple[PersonalToken, str]:
    return actions.create_token(
        person=person,
        name="my spreadsheet",
        opens=opens or ("read",),
        lasts=30 * DAY,
        by=person,
        at=NOW,
    )


def test_only_the_hash_of_a_token_is_kept() -> None:
    person = Person.objects.create_user("ada@example.org")
    token, secret = make_token(person, "read", "polls:vote", "read")
    assert secret.startswith("cc_")
    assert token.digest == hashlib.sha256(secret.encode()).hexdigest()
    kept = PersonalToken.objects.values().get()
    assert secret not in str(kept)
    assert kept["scopes"] == ["read", "polls:vote"]
    assert kept["expires_at"] == NOW + 30 * DAY
    event = Event.objects.get()
    assert (event.verb, event.details) == ("token.created", {"scopes": ["read", "polls:vote"]})
    assert secret not in str(event.details)


def test_each_token_has_a_secret_of_its_own() -> None:
    person = Person.objects.create_user("ada@example.org")
    assert make_token(person)[1] != make_token(person)[1]


@pytest.mark.parametrize("opens", [[], ["everything"], ["read", "everything"]])
def test_a_token_opens_something_we_know(opens: list[str]) -> None:
    person = Person.objects.create_user("ada@example.org")
    with pytest.raises(Refused) as refused:
        actions.create_token(person=person, name="x", opens=opens, lasts=DAY, by=person, at=NOW)
    assert refused.value.code == "token-scopes"
    assert not PersonalToken.objects.exists()


def test_a_token_speaks_for_whoever_made_it_and_nobody_else(make_person: MakePerson) -> None:
    ada, bob = make_person("Ada", standing=False), make_person("Bob", standing=False)
    token, _secret = make_token(ada)
    with pytest.raises(Refused) as refused:
        actions.create_token(person=ada, name="x", opens=["read"], lasts=DAY, by=bob, at=NOW)
    assert refused.value.code == "token-of-another"
    with pytest.raises(Refused) as refused:
        actions.revoke_token(token=token, by=bob, at=NOW)
    assert refused.value.code == "token-of-another"
    with pytest.raises(Refused):
        actions.revoke_token(token=token, by=TEST, at=NOW)
    assert PersonalToken.objects.live(NOW).get() == token


def test_a_token_ends_once() -> None:
    person = Person.objects.create_user("ada@example.org")
    token, _secret = make_token(person)
    actions.revoke_token(token=token, by=person, at=NOW + DAY)
    with pytest.raises(Refused) as refused:
        actions.revoke_token(token=token, by=person, at=NOW + 2 * DAY)
    assert refused.value.code == "token-ended"
    token.refresh_from_db()
    assert token.revoked_at == NOW + DAY
    assert verbs() == ["token.created", "token.revoked"]


def test_an_event_and_its_effect_happen_together(monkeypatch: pytest.MonkeyPatch) -> None:
    person = Person.objects.create_user("ada@example.org")

    def fail(*args: object, **kwargs: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(Event, "record", fail)
    with pytest.raises(OSError, match="disk"):
        make_token(person)
    assert not PersonalToken.objects.exists()
