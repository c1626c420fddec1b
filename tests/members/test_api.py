"""Members through the API: numbers for anyone, oneself for whoever signs in or holds a token."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from members import actions
from members.authentication import PersonalTokenAuthentication
from members.models import Person, PersonalToken, RoleGrant
from members.permissions import HasScope
from tests.conftest import NOW, TEST

pytestmark = pytest.mark.django_db

MakePerson = Callable[..., Person]
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _at_noon() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


def bearer(person: Person, *opens: str, lasts: timedelta = DAY) -> dict[str, str]:
    """The header that a new token of ``person`` is sent in."""
    _token, secret = actions.create_token(
        person=person, name="test", opens=opens, lasts=lasts, by=person, at=NOW
    )
    return {"authorization": f"Bearer {secret}"}


def test_anyone_reads_the_membership_in_numbers(
    client: Client, make_person: MakePerson, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ada = make_person("Ada", since=date(2026, 5, 3), role="steward")
    make_person("Bob", since=date(2026, 5, 31))
    make_person("Cid", since=date(2025, 12, 1), until=date(2026, 6, 1))
    make_person("Future", since=date(2026, 12, 1))
    make_person("Guest", standing=False)
    actions.extend_standing(
        person=ada,
        starts_on=date(2027, 5, 4),
        ends_on=date(2028, 5, 4),
        kind="dues",
        source="again",
        by=TEST,
        at=NOW,
    )
    # in standing, first periods by month, holders by role
    with django_assert_num_queries(3):
        answer = client.get("/api/v1/members/summary/")
    assert answer.json() == {
        "day": "2026-11-20",
        "in_standing": 2,
        "joined": [{"month": "2025-12", "members": 1}, {"month": "2026-05", "members": 2}],
        "roles": [
            {"role": "steward", "holders": 1},
            {"role": "scrutineer", "holders": 0},
            {"role": "treasurer", "holders": 0},
        ],
    }
    assert "Ada" not in answer.content.decode()


def test_somebody_with_two_first_periods_joined_once(
    make_person: MakePerson, client: Client
) -> None:
    ada = make_person("Ada", since=date(2026, 5, 3))
    actions.extend_standing(
        person=ada,
        starts_on=date(2026, 5, 3),
        ends_on=date(2026, 6, 3),
        kind="gift",
        source="gift:1",
        by=TEST,
        at=NOW,
    )
    joined = client.get("/api/v1/members/summary/").json()["joined"]
    assert joined == [{"month": "2026-05", "members": 1}]


def test_somebody_with_two_grants_of_a_role_holds_it_once(
    make_person: MakePerson, client: Client
) -> None:
    ada = make_person("Ada", role="steward")
    RoleGrant.objects.create(person=ada, role="steward", starts_on=NOW.date(), basis="poll:1")
    roles = client.get("/api/v1/members/summary/").json()["roles"]
    assert roles[0] == {"role": "steward", "holders": 1}


def test_a_browser_reads_about_oneself(
    client: Client, make_person: MakePerson, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(make_person("Ada", since=date(2026, 1, 1), role="steward"))
    # session, person, standing, roles
    with django_assert_num_queries(4):
        answer = client.get("/api/v1/me/")
    assert answer.json() == {
        "display_name": "Ada",
        "standing": {"since": "2026-01-01", "until": "2027-05-04"},
        "roles": ["steward"],
    }


def test_somebody_without_standing_is_told_so(client: Client, make_person: MakePerson) -> None:
    client.force_login(make_person("Guest", standing=False))
    assert client.get("/api/v1/me/").json()["standing"] is None


def test_a_token_reads_about_its_person_and_writes_nothing(
    client: Client, make_person: MakePerson, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    header = bearer(make_person("Ada"), "read")
    before = PersonalToken.objects.values().get()
    # token with its person, standing, roles
    with django_assert_num_queries(3) as queries:
        answer = client.get("/api/v1/me/", headers=header)
    assert answer.json()["display_name"] == "Ada"
    assert all(query["sql"].startswith("SELECT") for query in queries.captured_queries)
    assert PersonalToken.objects.values().get() == before


def test_oneself_is_not_for_anyone(client: Client) -> None:
    answer = client.get("/api/v1/me/")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"


def test_a_token_opens_its_scopes_alone(client: Client, make_person: MakePerson) -> None:
    answer = client.get("/api/v1/me/", headers=bearer(make_person("Ada"), "polls:vote"))
    assert answer.status_code == 403
    assert "“read”" in answer.json()["detail"]


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer ", "Bearer cc_nothing", "bearer x y", "Bearer \xff\xfe"]
)
def test_what_is_no_token_is_refused_even_where_anyone_reads(header: str, client: Client) -> None:
    for path in ("/api/v1/me/", "/api/v1/members/summary/"):
        answer = client.get(path, headers={"authorization": header})
        assert answer.status_code == 401, path


def test_a_token_that_has_ended_opens_nothing(client: Client, make_person: MakePerson) -> None:
    ada = make_person("Ada")
    expired = bearer(ada, "read", lasts=DAY)
    with time_machine.travel(NOW + DAY, tick=False):
        assert client.get("/api/v1/me/", headers=expired).status_code == 401
    revoked = bearer(ada, "read")
    for token in ada.tokens.live(NOW):
        actions.revoke_token(token=token, by=ada, at=NOW)
    assert client.get("/api/v1/me/", headers=revoked).status_code == 401


def test_a_token_of_an_account_that_was_closed_opens_nothing(
    client: Client, make_person: MakePerson
) -> None:
    ada = make_person("Ada")
    header = bearer(ada, "read")
    Person.objects.filter(pk=ada.pk).update(is_active=False)
    assert client.get("/api/v1/me/", headers=header).status_code == 401


def test_an_unknown_token_costs_as_much_as_a_known_one(
    make_person: MakePerson, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    def authenticate(header: str) -> object:
        request = Request(APIRequestFactory().get("/", HTTP_AUTHORIZATION=header))
        return PersonalTokenAuthentication().authenticate(request)

    known = bearer(make_person("Ada"), "read")["authorization"]
    # the token with its person
    with django_assert_num_queries(1):
        assert authenticate(known)
    for header in ("Bearer cc_unknown", "Bearer " + "x" * 5000):
        with django_assert_num_queries(1), pytest.raises(AuthenticationFailed):
            authenticate(header)


def test_no_page_takes_a_token_for_a_browser(client: Client, make_person: MakePerson) -> None:
    answer = client.get("/me/account/", headers=bearer(make_person("Ada"), *["read"]))
    assert answer.status_code == 302


def test_a_scope_combines_with_other_permissions(make_person: MakePerson) -> None:
    class Both(APIView):
        permission_classes = [IsAuthenticated & HasScope("terms:write")]

        def post(self, request: Request) -> None:
            raise AssertionError("nobody gets here")

    header = bearer(make_person("Ada"), "read")["authorization"]
    answer = Both.as_view()(APIRequestFactory().post("/", HTTP_AUTHORIZATION=header))
    assert answer.status_code == 403
