"""Leaving and money: accounts are in the export and go, what was paid stays without a name."""

from __future__ import annotations

from collections.abc import Callable

import jsonschema
import pytest
from django.db import connection
from pytest_django import Settings

from funding.grants import award_leaving_part
from funding.grants.actions import ending
from funding.grants.models import Award, GrantPayment, PayeeAccount, PayoutMark
from members import leaving
from members.models import Person
from tests.conftest import NOW, TEST
from tests.funding.grants.awards_acting import (
    PAYING_ACCOUNT,
    UnderWay,
    agree,
    approve,
    commit,
    name_account,
    proven,
    under_way,
)
from tests.funding.grants.awards_scene import IBAN, OTHER_IBAN, Scene, set_scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(make_person: Callable[..., Person], settings: Settings) -> Scene:
    settings.PAYING_ACCOUNT = PAYING_ACCOUNT
    return set_scene(make_person, large=True, milestones=2)


@pytest.fixture
def way(scene: Scene) -> UnderWay:
    way = under_way(scene)
    approve(way.payment, *scene.stewards[:2])
    return way


def test_everything_about_money_is_exported_and_fits_its_schema(
    scene: Scene, way: UnderWay
) -> None:
    name_account(scene.applicant, OTHER_IBAN)
    [part] = [part for part in leaving.parts() if part.name == "awards"]
    for person in (scene.applicant, *scene.stewards, scene.treasurer):
        jsonschema.validate(award_leaving_part.export(person), part.schema)
    held = award_leaving_part.export(scene.applicant)
    accounts = {account["iban"]: account for account in held["accounts"]}
    assert set(accounts) == {IBAN, OTHER_IBAN}
    assert accounts[IBAN]["looked_for_in_sanctions_lists"]
    assert held["awards"][0]["agreements"][0]["text"]
    assert [done["what"] for done in held["did"]] == ["evidence"]
    done = [one["what"] for one in award_leaving_part.export(scene.stewards[0])["did"]]
    assert done == ["payment-approved", "sanctions-check"]
    assert [one["what"] for one in award_leaving_part.export(scene.treasurer)["did"]] == [
        "payment-prepared"
    ]


def test_nobody_leaves_while_an_award_binds_money(scene: Scene) -> None:
    assert award_leaving_part.duties(scene.applicant, NOW) == []
    award = agree(scene, commit(scene))
    [duty] = award_leaving_part.duties(scene.applicant, NOW)
    assert "A wallet of one’s own" in duty
    assert award_leaving_part.duties(scene.stewards[0], NOW) == []
    sam, sue, _sid = scene.stewards
    proposed = ending.propose_termination(award=award, reason="They stopped.", by=sam, at=NOW)
    ending.confirm_termination(termination=proposed, by=sue, at=NOW)
    assert award_leaving_part.duties(scene.applicant, NOW) == []


def holds(text: str) -> list[str]:
    """The tables in which a text stands."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - our own tables
            if any(text in str(value) for row in cursor.fetchall() for value in row):
                found.append(table)
    return found


def test_nothing_of_an_account_is_left_once_its_owner_has_left(scene: Scene, way: UnderWay) -> None:
    mark = PayeeAccount.objects.get().mark
    masked = PayeeAccount.objects.get().masked
    assert holds(mark)
    # While money is to be paid to it the account is kept: leaving is refused then.
    award_leaving_part.erase(person=scene.applicant, by=TEST, at=NOW)
    assert PayeeAccount.objects.get().sealed
    Award.objects.update(stage="terminated", ended_at=NOW)
    for _again in range(2):
        award_leaving_part.erase(person=scene.applicant, by=TEST, at=NOW)
    account = PayeeAccount.objects.get()
    assert (bytes(account.sealed), account.mark, account.masked) == (b"", "", "")
    assert [one.fingerprint for one in PayoutMark.objects.all()] == [""]
    assert holds(mark) == []
    # Mails go with the part that sends them.
    assert holds(masked) == ["members_outgoingmail"]
    held = award_leaving_part.export(scene.applicant)["accounts"]
    assert [(one["iban"], one["name"]) for one in held] == [("", "")]
    assert GrantPayment.objects.count() == 1
    proven()
