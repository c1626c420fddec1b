"""Open data of grants: valid by the standard, exact to the cent, naming nobody; and the feeds."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from defusedxml import ElementTree
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker
from pytest_django import DjangoAssertNumQueries

from funding.grants import award_stages, news, open_grants, open_reads
from funding.grants.actions import agreeing, funds
from funding.grants.models import Application, Award, GrantPayment, PayeeAccount, Round
from kernel.money import Money
from members.models import Person
from tests.conftest import NOW
from tests.funding.grants.awards_acting import agree, commit, pay, under_way
from tests.funding.grants.awards_scene import IBAN, Scene, a_round, an_application, set_scene
from tests.funding.grants.giving_schema import PACKAGE

pytestmark = pytest.mark.django_db
Persons = Callable[..., Person]

FILE = "/grants/360giving.json"
VALID = Draft202012Validator(PACKAGE, format_checker=FormatChecker())


@pytest.fixture
def scene(make_person: Persons) -> Scene:
    return set_scene(make_person, large=True, milestones=3, hold_back=10, ask=100_001)


@pytest.fixture
def paid(scene: Scene) -> GrantPayment:
    return pay(under_way(scene))


def fetched(client: Client) -> dict[str, Any]:
    answer = client.get(FILE)
    assert answer.status_code == 200
    said: dict[str, Any] = json.loads(answer.getvalue())
    return said


def test_the_file_is_valid_and_has_no_key_of_our_own(client: Client, paid: GrantPayment) -> None:
    said = fetched(client)
    assert [error.message for error in VALID.iter_errors(said)] == []
    [grant] = said["grants"]
    assert grant["recipientIndividual"]["name"] == "Individual Recipient"
    assert grant["id"] == f"360G-CustomerCommons-{paid.milestone.award_id}"
    assert said["license"].startswith("https://creativecommons.org/publicdomain/zero/")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda said: said["grants"][0].update(ours=1),
        lambda said: said["grants"][0].pop("fundingOrganization"),
        lambda said: said["grants"][0].pop("recipientIndividual"),
        lambda said: said["grants"][0].update(
            recipientOrganization=[{"id": "360G-x-1", "name": "Both"}]
        ),
        lambda said: said["grants"][0].update(amountAwarded="1000.01"),
        lambda said: said["grants"][0].update(awardDate="1 May 2026"),
        lambda said: said["grants"][0].update(dateModified="2026-05-01"),
        lambda said: said["grants"].clear(),
        lambda said: said["publisher"].pop("name"),
        lambda said: said.update(ours=1),
    ],
)
def test_the_schema_sees_what_is_wrong(
    client: Client, paid: GrantPayment, spoil: Callable[[Any], None]
) -> None:
    said = copy.deepcopy(fetched(client))
    spoil(said)
    assert list(VALID.iter_errors(said))


def test_amounts_are_whole_units_exact_to_the_cent(client: Client, paid: GrantPayment) -> None:
    text = client.get(FILE).getvalue().decode()
    [grant] = json.loads(text, parse_float=Decimal)["grants"]
    assert grant["amountAwarded"] == grant["amountAppliedFor"] == Decimal("1000.01")
    assert grant["amountDisbursed"] == paid.amount.major
    [transfer] = grant["disbursementTransaction"]
    assert transfer["value"] == paid.amount.major
    assert transfer["transactionDate"] == f"{paid.paid_on}"


@given(minor=st.integers(-(10**15) + 1, 10**15 - 1))
def test_a_number_is_read_back_to_the_cent(minor: int) -> None:
    written = json.dumps(open_grants.number(Money(minor, "EUR")))
    assert json.loads(written, parse_float=Decimal, parse_int=Decimal) * 100 == minor


def test_what_no_double_holds_is_refused() -> None:
    with pytest.raises(ValueError, match="too large"):
        open_grants.number(Money(10**15, "EUR"))
    assert open_grants.number(Money(1250, "JPY")) == 1250


def test_it_names_nobody_and_no_account(client: Client, paid: GrantPayment, scene: Scene) -> None:
    account = PayeeAccount.objects.get()
    text = client.get(FILE).getvalue().decode()
    for secret in (
        *("Noor", "noor", IBAN, IBAN[-4:] + '"', account.masked, str(account.pk), account.mark),
        *(str(scene.applicant.pk), scene.applicant.email, "Amsel"),
    ):
        assert secret not in text, secret
    assert "beneficiary" not in text.lower()


def test_a_payment_leads_to_what_proves_it(client: Client, paid: GrantPayment) -> None:
    [grant] = fetched(client)["grants"]
    [document] = [one for one in grant["relatedDocument"] if one["id"] == str(paid.pk)]
    leaf = document["url"].rpartition("/")[2]
    assert open_reads.proofs([paid]) == {str(paid.pk): leaf}


def test_dates_say_what_was_planned_and_what_was(
    client: Client, scene: Scene, make_person: Persons
) -> None:
    award = commit(scene)
    [grant] = fetched(client)["grants"]
    assert "actualDates" not in grant
    assert grant["plannedDates"] == [{"startDate": f"{NOW:%Y-%m-%d}", "endDate": "2027-05-31"}]
    agree(scene, award)
    [grant] = fetched(client)["grants"]
    assert grant["actualDates"] == [{"startDate": f"{NOW:%Y-%m-%d}"}]


def test_there_is_no_file_without_a_grant(client: Client, scene: Scene) -> None:
    answer = client.get(FILE)
    assert answer.status_code == 404
    assert answer.json()["code"] == "no-grants"
    assert answer["Access-Control-Allow-Origin"] == "*"


def test_what_is_not_public_is_not_in_it(client: Client, scene: Scene) -> None:
    award = commit(scene)
    assert len(fetched(client)["grants"]) == 1
    agreeing.decline_award(award=award, by=scene.applicant, at=NOW)
    assert Award.objects.get().stage == award_stages.DECLINED
    assert client.get(FILE).status_code == 404
    assert b"A wallet" not in client.get("/grants/feed.json").content


def test_whoever_has_it_is_told_so_without_reading_it(
    client: Client, scene: Scene, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    award = commit(scene)
    first = client.get(FILE)
    assert first["Content-Type"] == "application/json"
    assert first["Access-Control-Allow-Origin"] == "*"
    assert "Cookie" not in first.get("Vary", "")
    assert 'rel="license"' in first["Link"]
    again = {"If-None-Match": first["ETag"]}
    with django_assert_num_queries(3):  # awards, movements, amendments
        assert client.get(FILE, headers=again).status_code == 304
    agree(scene, award)
    changed = client.get(FILE, headers=again)
    assert changed.status_code == 200
    assert changed["ETag"] != first["ETag"]


def test_any_origin_may_ask_first(client: Client, scene: Scene) -> None:
    answer = client.options(FILE)
    assert answer.status_code == 200
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert client.post(FILE).status_code == 405


def test_thousands_are_read_in_parts(client: Client, make_person: Persons) -> None:
    scene = set_scene(make_person, budget=10**9, settled=10**9)
    awards = [_bare(scene.round, scene.applicant) for _number in range(450)]
    Award.objects.bulk_create(awards)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(FILE)
        pieces = list(answer)
    assert answer.streaming
    assert len(pieces) == 450 + 2
    said = json.loads(b"".join(pieces))
    assert len(said["grants"]) == len({grant["id"] for grant in said["grants"]}) == 450
    # Three of the state, and of each part of 200 the awards, milestones, payments, ....
    assert len(queries) <= 3 + 3 * 8


def _bare(round: Round, applicant: Person) -> Award:
    fund = funds.open_fund(round=round, by=applicant, at=NOW)
    application = an_application(round, applicant)
    return Award(application=application, fund=fund, minor=100, currency="EUR", committed_at=NOW)


# Feeds


ATOM, JSON = "/grants/feed.atom", "/grants/feed.json"
NAMES = {"a": "http://www.w3.org/2005/Atom"}


def test_feeds_tell_the_whole_story_of_a_grant(
    client: Client, paid: GrantPayment, scene: Scene
) -> None:
    items = client.get(JSON).json()["items"]
    kinds = [item["id"].partition("#")[2].partition("-")[0] for item in items]
    assert sorted(kinds) == ["awarded", "decided", "opened", "paid", "reached"]
    assert [item["date_modified"] for item in items] == sorted(
        (item["date_modified"] for item in items), reverse=True
    )
    titles = {item["title"] for item in items}
    assert "“A wallet of one’s own” gets €1,000.01" in titles
    assert f"“A wallet of one’s own” was paid {paid.amount.format()}" in titles
    tree = ElementTree.fromstring(client.get(ATOM).content)
    assert len(tree.findall("a:entry", NAMES)) == len(items)
    assert "Noor" not in client.get(ATOM).content.decode()


def test_a_project_that_is_not_named_is_in_no_feed(client: Client, scene: Scene) -> None:
    commit(scene)
    assert b"A wallet" in client.get(ATOM).content
    other = an_application(a_round(), scene.applicant)
    Application.objects.filter(pk=other.pk).update(stage="declined", named_at=None)
    assert str(other.pk).encode() not in client.get(ATOM).content


def test_feeds_are_paged_and_ask_few_questions(
    client: Client, scene: Scene, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    Award.objects.bulk_create([_bare(scene.round, scene.applicant) for _number in range(60)])
    first = client.get(JSON).json()
    assert len(first["items"]) == news.AT_ONCE
    assert first["next_url"].endswith("?page=2")
    with django_assert_num_queries(4):  # how many, one part, its rounds, its awards
        second = client.get(JSON, {"page": "2"}).json()
    seen = {item["id"] for item in first["items"]} | {item["id"] for item in second["items"]}
    assert len(seen) == 62
    for beyond in ("3", "0", "x", "9" * 20):
        assert client.get(JSON, {"page": beyond}).status_code == 404
    tree = ElementTree.fromstring(client.get(ATOM, {"page": "2"}).content)
    relations = {link.get("rel") for link in tree.findall("a:link", NAMES)}
    assert {"first", "previous", "last"} <= relations


def test_feeds_are_for_programs_of_any_origin(client: Client, scene: Scene) -> None:
    for address in (ATOM, JSON):
        answer = client.get(address)
        assert answer["Access-Control-Allow-Origin"] == "*"
        again = client.get(address, headers={"If-None-Match": answer["ETag"]})
        assert again.status_code == 304


def test_pages_name_the_feeds(client: Client, scene: Scene) -> None:
    for address in (reverse("grants"), reverse("grant-awards"), scene.round.get_absolute_url()):
        assert b"/grants/feed.atom" in client.get(address).content
