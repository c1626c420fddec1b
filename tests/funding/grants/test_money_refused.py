"""What must never pay a project, by its name: refused by the action, the page and the API alike."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from funding.grants import payee_details
from funding.grants.actions import paying
from funding.grants.models import Approval, GrantPayment, Interest
from kernel.refusal import Refused
from members.models import Person, RoleGrant
from tests.conftest import NOW
from tests.funding.grants.awards_acting import (
    LATER,
    PAYING_ACCOUNT,
    UnderWay,
    approve,
    look,
    name_account,
    under_way,
)
from tests.funding.grants.awards_scene import OTHER_IBAN, set_scene
from tests.funding.grants.moves import everything
from tests.governance.voting.test_concurrency import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def way(make_person: Callable[..., Person], settings: Settings) -> UnderWay:
    settings.PAYING_ACCOUNT = PAYING_ACCOUNT
    return under_way(set_scene(make_person, large=True, milestones=3, hold_back=10))


def refused_everywhere(
    code: str, payment: GrantPayment, by: Person, *, at: datetime = LATER, do: str = "approve"
) -> None:
    """``by`` cannot ``do`` what they see, by none of the doors, and nothing is changed by trying.

    Whom the payment concerns does not find it: the action says why, and the doors are not there.
    """
    hidden = code == "conflict-of-interest"
    seen = {"fingerprint": payment.fingerprint}
    more = {"reference": "R-1"} if do == "transfer" else {}
    acts: dict[str, Callable[..., GrantPayment]] = {
        "approve": paying.approve_payment,
        "transfer": paying.record_transfer,
    }
    client = Client()
    with time_machine.travel(at, tick=False):
        client.force_login(by)
        before = everything()
        with pytest.raises(Refused) as refusal:
            acts[do](payment=payment, **seen, **more, by=by, at=at)
        page = client.post(payment.get_absolute_url(), {"do": do, **seen, **more})
        program = client.post(
            reverse(f"api-grant-payment-{do}", args=[payment.pk]),
            {**seen, **more},
            content_type="application/json",
        )
    assert refusal.value.code == code
    assert page.status_code == (404 if hidden else 409)
    assert program.status_code == (404 if hidden else 409)
    if not hidden:
        assert str(refusal.value.sentence) in page.context["refusal"]
        assert program.json()["code"] == code
    assert everything() == before


def test_an_edit_after_approval(way: UnderWay) -> None:
    """What was approved is not what it says now: neither approved again unseen, nor sent."""
    sam, sue, sid = way.scene.stewards
    seen = approve(way.payment, sam, sue)
    name_account(way.scene.applicant, OTHER_IBAN)
    refused_everywhere("changed-since", seen, sid, do="transfer")
    refused_everywhere("changed-since", seen, sid)
    now = GrantPayment.objects.get()
    assert now.stage == "requested"
    refused_everywhere("account-replaced", now, sid)


def test_approval_by_the_preparer(way: UnderWay) -> None:
    RoleGrant.objects.create(
        person=way.scene.treasurer, role="steward", starts_on=NOW.date(), basis="test"
    )
    Interest.objects.create(
        application=way.scene.application,
        person=way.scene.treasurer,
        conflicted=False,
        declared_at=NOW,
    )
    refused_everywhere("own-payment", way.payment, way.scene.treasurer)


def test_approval_by_somebody_it_concerns(
    way: UnderWay, make_person: Callable[..., Person]
) -> None:
    sam = way.scene.stewards[0]
    Interest.objects.filter(person=sam).update(conflicted=True)
    refused_everywhere("conflict-of-interest", way.payment, sam)
    silent = make_person("Sil", role="steward")
    refused_everywhere("interest-undeclared", way.payment, silent)


def test_approval_by_one_person_under_two_roles(way: UnderWay) -> None:
    """A steward who is the treasurer too: one approval, and no sending of what they approved."""
    sam, sue, _sid = way.scene.stewards
    RoleGrant.objects.create(person=sam, role="treasurer", starts_on=NOW.date(), basis="test")
    approved = approve(way.payment, sam)
    refused_everywhere("approved-already", approved, sam)
    refused_everywhere("approved-by-you", approve(approved, sue), sam, do="transfer")


def test_a_replayed_form(way: UnderWay) -> None:
    """The same request again: of an approval, of a transfer, of a preparation and of a file."""
    sam, sue, sid = way.scene.stewards
    approved = approve(way.payment, sam)
    refused_everywhere("approved-already", approved, sam)
    sent = paying.record_transfer(
        payment=approve(approved, sue),
        fingerprint=approved.fingerprint,
        reference="R-1",
        by=sid,
        at=LATER,
    )
    refused_everywhere("not-approved", sent, sid, do="transfer")
    client = Client()
    client.force_login(way.scene.treasurer)
    before = everything()
    with pytest.raises(Refused) as again:
        paying.prepare_payment(milestone=way.milestone, by=way.scene.treasurer, at=LATER)
    assert again.value.code == "payment-under-way"
    with pytest.raises(Refused) as twice:
        paying.make_bank_file(payments=[sent], execute_on=LATER.date(), by=sid, at=LATER)
    assert twice.value.code == "not-approved"
    file: dict[str, Any] = {"payments": [str(sent.pk)], "execute_on": f"{LATER:%Y-%m-%d}"}
    with time_machine.travel(LATER, tick=False):
        new = reverse("grant-payment-new", args=[way.milestone.pk])
        assert client.post(new).status_code == 409
        program = client.post(reverse("api-grant-pay", args=[way.milestone.pk]))
        assert (program.status_code, program.json()["code"]) == (409, "payment-under-way")
        # What is sent is no choice on the page any more.
        assert client.post(reverse("grant-payments"), file).status_code == 422
        program = client.post(
            reverse("api-grant-bank-files"), file, content_type="application/json"
        )
        assert (program.status_code, program.json()["code"]) == (409, "not-approved")
    assert everything() == before


def test_the_payee_changed_inside_the_cooling_off(way: UnderWay) -> None:
    """Prepared anew for an account that was confirmed only just now: by nobody."""
    sam, _sue, _sid = way.scene.stewards
    name_account(way.scene.applicant, OTHER_IBAN)
    payment = GrantPayment.objects.get()
    soon = NOW + timedelta(days=1)
    refused_everywhere("account-replaced", payment, sam, at=soon)
    seen = {"fingerprint": payment.fingerprint}
    tea, client = way.scene.treasurer, Client()
    client.force_login(tea)
    before = everything()
    with time_machine.travel(soon, tick=False):
        with pytest.raises(Refused) as refusal:
            paying.change_payment(payment=payment, **seen, by=tea, at=soon)
        assert refusal.value.code == "account-cooling-off"
        page = client.post(payment.get_absolute_url(), {"do": "change", **seen})
        program = client.post(
            reverse("api-grant-payment-change", args=[payment.pk]),
            seen,
            content_type="application/json",
        )
    assert (page.status_code, program.status_code) == (409, 409)
    assert program.json()["code"] == "account-cooling-off"
    assert everything() == before


def test_an_account_that_still_cools_off_is_neither_approved_nor_sent(way: UnderWay) -> None:
    sam, sue, sid = way.scene.stewards
    soon = NOW + timedelta(days=1)
    refused_everywhere("account-cooling-off", way.payment, sam, at=soon)
    approved = approve(way.payment, sam, sue)
    refused_everywhere("account-cooling-off", approved, sid, at=soon, do="transfer")


def test_an_approval_with_an_old_sanctions_check(way: UnderWay) -> None:
    sam, sue, _sid = way.scene.stewards
    late = LATER + payee_details.CHECK_LASTS
    refused_everywhere("check-missing", way.payment, sam, at=late)
    look(way.scene, way.award, found=True, by=sue)
    refused_everywhere("sanctions-found", way.payment, sam)


@pytest.mark.django_db(transaction=True)
def test_two_approving_at_once(way: UnderWay) -> None:
    """Both count, one after the other; the same person twice counts once."""
    sam, sue, sid = way.scene.stewards

    def by(person: Person) -> Callable[[], GrantPayment]:
        return partial(
            paying.approve_payment,
            payment=GrantPayment.objects.get(),
            fingerprint=way.payment.fingerprint,
            by=person,
            at=LATER,
        )

    twice = at_once([by(sam), by(sam)])
    assert sorted(map(str, twice)) == sorted([str(way.payment), "approved-already"])
    assert Approval.objects.count() == 1
    # Two more at once: one makes it two, and for the other it is in another stage.
    both = at_once([by(sue), by(sid)])
    assert sorted(map(str, both)) == sorted([str(way.payment), "stage-passed"])
    assert GrantPayment.objects.get().stage == "approved"
    assert Approval.objects.count() == 2
