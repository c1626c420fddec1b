"""The API's reads of awards and of their money: open parts, one's own, and who looks after it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from funding.grants.actions import agreeing, delivering
from funding.grants.models import Application, Award, Fund, GrantPayment, Interest
from members.models import Person
from tests.conftest import NOW
from tests.funding.grants.awards_acting import (
    LATER,
    agree,
    approve,
    commit,
    name_account,
    pay,
    under_way,
)
from tests.funding.grants.awards_scene import (
    OTHER_IBAN,
    Scene,
    an_application,
    declares_none,
    set_scene,
)
from tests.funding.grants.test_open_pages import decided

pytestmark = pytest.mark.django_db
Persons = Callable[..., Person]
OPEN = [
    f"api-grant-{name}" for name in ("awards", "milestones", "paid", "funds", "movements", "rounds")
]
WORK = ["api-grant-payments", "api-grant-accounts", "api-grant-reviews"]


@pytest.fixture(autouse=True)
def _clock(time_machine: Any) -> None:
    time_machine.move_to(LATER, tick=False)


@pytest.fixture
def scene(make_person: Persons) -> Scene:
    return set_scene(make_person, large=True, milestones=3, ask=90_000)


@pytest.fixture
def paid(scene: Scene) -> GrantPayment:
    return pay(under_way(scene))


def rows(client: Client, name: str, **asked: Any) -> list[dict[str, Any]]:
    answer = client.get(reverse(name), asked)
    assert answer.status_code == 200, answer.content
    found: list[dict[str, Any]] = answer.json()["results"]
    return found


# For everybody


def test_everything_open_is_there_and_names_nobody(
    client: Client, paid: GrantPayment, scene: Scene
) -> None:
    decided(scene.application, "awarded", "Nine approved.")
    award = paid.milestone.award
    [told] = rows(client, "api-grant-awards")
    assert told["reasons"] == "Nine approved."
    assert told["paid"] == {"minor": paid.minor, "currency": "EUR"}
    assert award.agreement is not None
    assert told["agreement_sha256"] == award.agreement.sha256
    assert client.get(reverse("api-grant-award", args=[award.pk])).json() == told
    [shown] = rows(client, "api-grant-paid")
    assert paid.entry is not None
    assert shown["entry"] == paid.entry.seal.hash
    assert shown["record"].startswith("/record/entry/")
    [fund] = rows(client, "api-grant-funds")
    assert (fund["committed"]["minor"], fund["paid"]["minor"]) == (90_000, paid.minor)
    moved = rows(client, "api-grant-movements")
    assert {row["kind"]: row["amount"]["minor"] for row in moved} == {
        "commitment": 90_000,
        "payment": paid.minor,
    }
    steps = rows(client, "api-grant-milestones")
    assert [len(step["evidence"]) for step in steps] == [1, 0, 0, 0]
    account = paid.account
    for name in OPEN:
        text = client.get(reverse(name)).content.decode()
        for secret in ("Noor", account.masked, str(account.pk), str(scene.applicant.pk)):
            assert secret not in text, (name, secret)


def test_filters_narrow_the_lists(
    client: Client, paid: GrantPayment, scene: Scene, make_person: Persons
) -> None:
    other = an_application(scene.round, make_person("Pia", standing=False), ask=1000)
    second = commit(Scene(scene.round, other, other.applicant, scene.stewards, scene.treasurer))
    award = paid.milestone.award
    nobody = "00000000-0000-0000-0000-000000000000"

    def ids(name: str, key: str = "id", **asked: Any) -> list[str]:
        return [row[key] for row in rows(client, name, **asked)]

    assert ids("api-grant-awards", stage="committed") == [str(second.pk)]
    assert ids("api-grant-awards", project=str(other.pk)) == [str(second.pk)]
    assert ids("api-grant-awards", round=nobody) == []
    assert ids("api-grant-awards", committed_after=f"{LATER.isoformat()}") == []
    assert len(ids("api-grant-awards", committed_before=f"{LATER.isoformat()}")) == 2
    assert len(ids("api-grant-milestones", award=str(award.pk))) == 4
    assert len(ids("api-grant-milestones", round=str(scene.round.pk))) == 6
    assert len(ids("api-grant-milestones", stage="paid")) == 1
    assert len(ids("api-grant-milestones", due_before="2027-04-01")) == 3
    assert ids("api-grant-paid", award=str(second.pk)) == []
    assert ids("api-grant-paid", paid_after=f"{paid.paid_on}") == [str(paid.pk)]
    assert ids("api-grant-paid", paid_before=f"{paid.paid_on}") == []
    assert ids("api-grant-funds", "round", open="yes") == [str(scene.round.pk)]
    assert ids("api-grant-funds", "round", open="no") == []
    assert ids("api-grant-movements", "award", kind="payment") == [str(award.pk)]
    assert ids("api-grant-movements", "kind", award=str(second.pk)) == ["commitment"]
    for name, asked in (
        ("api-grant-awards", {"stage": "nonsense"}),
        ("api-grant-awards", {"round": "x"}),
        ("api-grant-paid", {"paid_after": "tomorrow"}),
        ("api-grant-funds", {"open": "perhaps"}),
    ):
        answer = client.get(reverse(name), asked)
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["field"] == next(iter(asked))


def test_what_was_not_taken_or_not_named_is_not_there(
    client: Client, scene: Scene, make_person: Persons
) -> None:
    award = commit(scene)
    agreeing.decline_award(award=award, by=scene.applicant, at=NOW)
    for name in ("api-grant-awards", "api-grant-milestones", "api-grant-paid"):
        assert rows(client, name) == []
    assert client.get(reverse("api-grant-award", args=[award.pk])).status_code == 404
    fund = Fund.objects.get()
    assert fund.committed_minor == 0


def test_evidence_is_open_once_its_milestone_is_reached(client: Client, scene: Scene) -> None:
    award = agree(scene, commit(scene))
    first = award.milestones.get(number=1)
    delivering.show_evidence(
        milestone=first, url="https://example.org/x", note="Noor", by=scene.applicant, at=NOW
    )
    assert rows(client, "api-grant-milestones")[0]["evidence"] == []
    delivering.judge_milestone(
        milestone=first, accepted=True, reasons="Yes.", by=scene.stewards[1], at=NOW
    )
    [shown] = rows(client, "api-grant-milestones")[0]["evidence"]
    assert shown["url"] == "https://example.org/x"
    assert "note" not in shown


@pytest.mark.parametrize("name", OPEN[:5])
def test_open_lists_ask_as_many_questions_however_long_they_are(
    name: str, client: Client, paid: GrantPayment, scene: Scene, make_person: Persons
) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            rows(client, name)
        return len(queries)

    few = asked()
    for number in range(5):
        other = an_application(scene.round, make_person(f"P{number}", standing=False), ask=1000)
        commit(Scene(scene.round, other, other.applicant, scene.stewards, scene.treasurer))
    assert asked() == few <= 3


# Who looks after it


@pytest.mark.parametrize("name", WORK)
def test_lists_of_work_are_for_who_does_it(
    name: str, client: Client, paid: GrantPayment, scene: Scene, make_person: Persons
) -> None:
    assert client.get(reverse(name)).status_code == 401
    client.force_login(make_person("Otto"))
    answer = client.get(reverse(name))
    assert answer.status_code == 403 or answer.json()["results"] == []
    client.force_login(scene.stewards[0])
    assert len(rows(client, name)) == 1


@pytest.mark.parametrize("name", WORK)
def test_who_has_an_interest_finds_nothing(
    name: str, client: Client, paid: GrantPayment, scene: Scene
) -> None:
    sam = scene.stewards[0]
    Interest.objects.filter(person=sam).update(conflicted=True)
    client.force_login(sam)
    assert rows(client, name) == []


def test_an_applicant_with_an_office_finds_nothing_of_their_round(
    client: Client, paid: GrantPayment, scene: Scene, make_person: Persons
) -> None:
    una = make_person("Una", role="steward")
    an_application(scene.round, una)
    declares_none(una, scene.application)
    client.force_login(una)
    for name in WORK:
        assert rows(client, name) == []


def test_the_treasurer_sees_what_to_pay_with_the_account_masked(
    client: Client, scene: Scene
) -> None:
    way = under_way(scene)
    client.force_login(scene.treasurer)
    [told] = rows(client, "api-grant-payments", stage="requested")
    assert told["account"] == way.payment.account.masked
    assert told["fingerprint"] == way.payment.fingerprint
    assert told["approvals"] == 0
    assert rows(client, "api-grant-payments", stage="paid") == []
    [state] = rows(client, "api-grant-accounts")
    assert state["account"] == way.payment.account.masked
    assert state["found_on_a_list"] is False
    assert state["payable_from"]
    for name in WORK[:2]:
        text = client.get(reverse(name)).content.decode()
        for secret in ("DE89", "Noor", "Amsel", str(scene.applicant.pk), scene.applicant.email):
            assert secret not in text


def test_only_approvals_of_what_it_says_now_are_counted(client: Client, scene: Scene) -> None:
    way = under_way(scene)
    approve(way.payment, scene.stewards[0])
    client.force_login(scene.treasurer)
    assert rows(client, "api-grant-payments")[0]["approvals"] == 1
    # The project names another account: what was approved is something else now.
    name_account(scene.applicant, OTHER_IBAN, confirmed=False)
    [told] = rows(client, "api-grant-payments")
    assert (told["stage"], told["approvals"]) == ("requested", 0)
    assert GrantPayment.objects.get().approvals.count() == 1


def test_reviews_say_how_far_they_are_and_not_what(
    client: Client, paid: GrantPayment, scene: Scene
) -> None:
    client.force_login(scene.stewards[0])
    [state] = rows(client, "api-grant-reviews")
    assert set(state) == {"id", "title", "round", "stage", "reviewers", "reviews", "mine"}
    assert (state["reviewers"], state["reviews"], state["mine"]) == (0, 0, False)
    assert rows(client, "api-grant-reviews", mine="yes") == []
    assert len(rows(client, "api-grant-reviews", mine="no", stage="awarded")) == 1
    other = "00000000-0000-0000-0000-000000000000"
    assert rows(client, "api-grant-reviews", round=other) == []


@pytest.mark.parametrize("name", WORK)
def test_lists_of_work_ask_as_many_questions_however_long_they_are(
    name: str, client: Client, paid: GrantPayment, scene: Scene, make_person: Persons
) -> None:
    client.force_login(scene.stewards[0])

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            rows(client, name)
        return len(queries)

    few = asked()
    for number in range(5):
        other = an_application(scene.round, make_person(f"P{number}", standing=False), ask=1000)
        declares_none(scene.stewards[0], other)
        commit(Scene(scene.round, other, other.applicant, scene.stewards, scene.treasurer))
    assert asked() <= few + 1, "with one more sanctions look, at the most"
    assert Award.objects.count() == Application.objects.count() == 6
