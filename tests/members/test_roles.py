"""Roles given and ended by polls, given back by whoever holds them, and refused."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from kernel.refusal import Refused
from members import actions
from members.models import Event, Person, RoleGrant
from tests.conftest import NOW, TEST

pytestmark = pytest.mark.django_db

MakePerson = Callable[..., Person]
DAY = timedelta(days=1)
TODAY = NOW.date()
POLL, RECALL = uuid.UUID(int=1), uuid.UUID(int=2)


def seat(person: Person, *, starts: int = 0, ends: int | None = 365) -> RoleGrant:
    return actions.grant_role(
        person=person,
        role="steward",
        starts_on=TODAY + starts * DAY,
        ends_on=None if ends is None else TODAY + ends * DAY,
        poll=POLL,
        by=TEST,
        at=NOW,
    )


def end(person: Person, day: int) -> None:
    actions.end_role(
        person=person, role="steward", ends_on=TODAY + day * DAY, poll=RECALL, by=TEST, at=NOW
    )


def test_a_poll_seats_somebody_once_and_is_named(make_person: MakePerson) -> None:
    ada = make_person("Ada")
    for _time in range(2):
        grant = seat(ada)
    assert (grant.basis, grant.ended_by) == (f"poll:{POLL}", "")
    assert RoleGrant.objects.count() == 1
    assert [ada.holds("steward", TODAY + n * DAY) for n in (-1, 0, 364, 365)] == [
        *(False, True, True, False)
    ]
    [event] = Event.objects.filter(verb="role.granted")
    assert event.details == {"role": "steward", "poll": str(POLL)}


@pytest.mark.parametrize("ends", [365, None])
def test_a_recall_ends_it_on_its_day_and_is_named(
    ends: int | None, make_person: MakePerson
) -> None:
    ada = make_person("Ada")
    seat(ada, ends=ends)
    end(ada, 10)
    grant = RoleGrant.objects.get()
    assert (grant.ends_on, grant.ended_by) == (TODAY + 10 * DAY, f"poll:{RECALL}")
    assert [ada.holds("steward", TODAY + n * DAY) for n in (9, 10)] == [True, False]
    with pytest.raises(Refused) as refused:
        end(ada, 10)
    assert refused.value.code == "role-not-held"
    assert RoleGrant.objects.get().ended_by == f"poll:{RECALL}"


def test_a_term_that_would_begin_later_never_does(make_person: MakePerson) -> None:
    ada = make_person("Ada")
    seat(ada, starts=30)
    end(ada, 0)
    assert not any(ada.holds("steward", TODAY + n * DAY) for n in range(0, 400, 10))
    with pytest.raises(Refused):
        end(ada, 0)


def test_what_has_ended_already_keeps_its_end(make_person: MakePerson) -> None:
    ada = make_person("Ada")
    seat(ada, starts=-100, ends=-10)
    with pytest.raises(Refused):
        end(ada, 0)
    assert RoleGrant.objects.get().ends_on == TODAY - 10 * DAY


def test_nobody_decides_about_a_role_of_their_own(make_person: MakePerson) -> None:
    ada, bob = make_person("Ada"), make_person("Bob")
    seat(ada)
    for decide in (
        lambda: actions.grant_role(
            person=bob, role="steward", starts_on=TODAY, ends_on=None, poll=POLL, by=bob, at=NOW
        ),
        lambda: actions.end_role(
            person=ada, role="steward", ends_on=TODAY, poll=RECALL, by=ada, at=NOW
        ),
    ):
        with pytest.raises(Refused) as refused:
            decide()
        assert refused.value.code == "role-for-oneself"
    assert ada.holds("steward", TODAY)
    assert not bob.holds("steward", TODAY)


def test_a_role_is_given_back_by_whoever_holds_it_and_by_nobody_else(
    make_person: MakePerson,
) -> None:
    ada, bob = make_person("Ada"), make_person("Bob")
    seat(ada, starts=-1)
    for by in (bob, TEST):
        with pytest.raises(Refused) as refused:
            actions.resign_role(person=ada, role="steward", by=by, at=NOW)
        assert refused.value.code == "role-of-another"
    actions.resign_role(person=ada, role="steward", by=ada, at=NOW)
    assert not ada.holds("steward", TODAY)
    assert RoleGrant.objects.get().ended_by == "resigned"
    with pytest.raises(Refused) as refused:
        actions.resign_role(person=ada, role="steward", by=ada, at=NOW)
    assert refused.value.code == "role-not-held"


def test_whoever_has_left_is_seated_in_nothing(make_person: MakePerson) -> None:
    ada = make_person("Ada")
    Person.objects.filter(pk=ada.pk).update(is_active=False)
    with pytest.raises(Refused) as refused:
        seat(ada)
    assert refused.value.code == "person-left"


@pytest.mark.parametrize("broken", [{"ended_by": "resigned"}, {"basis": ""}, {"role": "king"}])
def test_the_database_holds_what_a_grant_must_say(
    broken: dict[str, str], make_person: MakePerson
) -> None:
    grant = seat(make_person("Ada"), ends=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleGrant.objects.filter(pk=grant.pk).update(**broken)
