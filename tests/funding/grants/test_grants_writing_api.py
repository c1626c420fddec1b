"""Programs apply, judge, agree and pay: the same actions as the pages, and the same refusals."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from funding.grants.actions import agreeing
from funding.grants.models import (
    Application,
    Award,
    Event,
    GrantPayment,
    Interest,
    PayeeAccount,
    Round,
)
from kernel.money import Money
from members import scopes
from members.actions import create_token
from members.models import Person
from tests.conftest import NOW
from tests.funding.grants.awards_acting import (
    LATER,
    PAYING_ACCOUNT,
    a_line,
    agree,
    approve,
    commit,
    pay,
    under_way,
)
from tests.funding.grants.awards_scene import IBAN, Scene, set_scene
from tests.funding.grants.conftest import (
    DRAFT,
    OPEN,
    READING,
    SCORES,
    Persons,
    Sent,
    end_call,
)

pytestmark = pytest.mark.django_db


class Caller:
    """A program of somebody's, with a token that holds every scope unless others are named."""

    def __init__(self, person: Person, *held: str) -> None:
        self.client = Client()
        _token, secret = create_token(
            person=person,
            name="t",
            opens=held or scopes.SCOPES,
            lasts=timedelta(days=300),
            by=person,
            at=NOW,
        )
        self.headers = {"Authorization": f"Bearer {secret}"}

    def __call__(
        self, name: str, /, *keys: Any, status: int, method: str = "post", **sent: Any
    ) -> Any:
        answer = getattr(self.client, method)(
            reverse(name, args=keys),
            sent,
            headers=self.headers,
            **({} if method == "get" else {"content_type": "application/json"}),
        )
        assert answer.status_code == status, (name, answer.status_code, answer.content)
        return answer.json() if answer.content else None

    def refused(self, code: str, name: str, /, *keys: Any, status: int = 409, **sent: Any) -> None:
        told = self(name, *keys, status=status, **sent)
        assert told["code"] == code
        assert told["detail"]


@pytest.fixture
def at_open() -> Iterator[None]:
    with time_machine.travel(OPEN, tick=False):
        yield


@pytest.fixture
def at_reading() -> Iterator[None]:
    with time_machine.travel(READING, tick=False):
        yield


# Who applies


@pytest.mark.usefixtures("at_open")
def test_a_program_writes_checks_and_sends_an_application(
    pia: Person, sam: Person, round: Round
) -> None:
    call = Caller(pia)
    begun = call("api-grant-apply", round.pk, status=201)
    key = begun["id"]
    assert begun["number"] == 1
    assert {"title", "ask", "summary"} <= {problem["field"] for problem in begun["problems"]}
    half = {**DRAFT, "milestones": [{"title": "Ship", "amount": "2500"}]}
    call("api-grant-mine", key, method="put", status=200, seen=1, content=half)
    lacking = call("api-grant-submit", key, status=422, seen=2)
    assert lacking["code"] == "invalid"
    assert {error["field"] for error in lacking["errors"]} == {
        "milestones.0.criteria",
        "milestones.0.due",
    }
    call.refused("draft-changed-elsewhere", "api-grant-submit", key, seen=1)
    told = call(
        "api-grant-mine", key, method="put", status=409, seen=1, content={"title": "Overwritten"}
    )
    assert told["code"] == "draft-changed-elsewhere"
    kept = call("api-grant-mine", key, method="put", status=200, seen=2, content=DRAFT)
    assert kept["problems"] == []
    plan = b64encode(b"%PDF-1.7 a plan").decode()
    added = call("api-grant-files", key, status=201, name="plan.pdf", document=plan)
    packed = b64encode(b"PK\x03\x04" + bytes(100)).decode()
    assert call("api-grant-files", key, status=409, name="a.pdf", document=packed)["detail"]
    assert call("api-grant-files", key, status=400, name="a.pdf", document="!!")["errors"]
    call("api-grant-file", key, added["id"], method="delete", status=204)
    team = call(
        "api-grant-team",
        key,
        method="put",
        status=200,
        members=[{"name": "Tom", "email": "tom@example.org"}],
        related=[{"person": str(sam.pk), "what": "my cousin"}],
    )
    assert team["members"][0]["name"] == "Tom"
    assert str(sam.pk) in {each["person"] for each in team["panel"]}
    assert (
        call(
            "api-grant-team",
            key,
            method="put",
            status=409,
            members=[],
            related=[{"person": str(pia.pk), "what": "me"}],
        )["code"]
        == "not-on-panel"
    )
    sent = call("api-grant-submit", key, status=200, seen=3)
    assert (sent["stage"], sent["version"]) == ("submitted", 1)
    assert [row["id"] for row in call("api-grant-mine-list", method="get", status=200)["results"]]
    assert call("api-grant-withdraw", key, status=200)["stage"] == "withdrawn"
    call.refused("stage-passed", "api-grant-withdraw", key)


@pytest.mark.usefixtures("at_open")
def test_a_funding_json_fills_what_is_empty(pia: Person, round: Round) -> None:
    call = Caller(pia)
    key = call("api-grant-apply", round.pk, status=201)["id"]
    both = call("api-grant-import", key, status=400, seen=1)
    assert both["errors"][0]["field"] == "url"
    call.refused(
        "funding-json-unreadable",
        "api-grant-import",
        key,
        seen=1,
        document=b64encode(b"{").decode(),
    )


@pytest.mark.usefixtures("at_open")
def test_nobody_else_finds_an_application(pia: Person, sam: Person, sent: Sent) -> None:
    application = sent(pia)
    other = Caller(sam)
    for name in ("api-grant-submit", "api-grant-withdraw"):
        other(name, application.pk, status=404, seen=2)
    other("api-grant-mine", application.pk, method="get", status=404)


def test_each_scope_opens_its_own(make_person: Persons) -> None:
    person = make_person("Noor")
    wants = {
        "grants:apply": ["api-grant-withdraw", "api-grant-accept", "api-grant-evidence"],
        "grants:judge": ["api-grant-decide", "api-grant-offer", "api-grant-terminate"],
        "grants:pay": ["api-grant-payment-approve", "api-grant-payee", "api-grant-check"],
    }
    nowhere = "00000000-0000-0000-0000-000000000000"
    for held in wants:
        call = Caller(person, held)
        for scope, names in wants.items():
            for name in names:
                told = call(name, nowhere, status=404 if scope == held else 403)
                assert told["code"] == ("not-found" if scope == held else "scope-missing")


# Who looks after it


@pytest.mark.usefixtures("at_reading")
def test_programs_screen_review_and_shortlist(
    pia: Person, sam: Person, sue: Person, rex: Person, rhea: Person, round: Round, sent: Sent
) -> None:
    application = sent(pia)
    end_call(round)
    key = application.pk
    steward, other = Caller(sam), Caller(sue)
    eligible: dict[str, Any] = {"what": "find_eligible", "reasons": "It fits."}
    steward("api-grant-decide", key, status=404, **eligible)
    for call in (steward, other, Caller(rex), Caller(rhea)):
        call("api-grant-interest", key, status=201, conflicted=False)
    steward.refused("interest-declared", "api-grant-interest", key, conflicted=False)
    bad = steward("api-grant-decide", key, status=400, what="praise")
    assert {error["field"] for error in bad["errors"]} == {"what", "reasons"}
    Caller(rex).refused("not-a-steward", "api-grant-decide", key, **eligible)
    assert steward("api-grant-decide", key, status=200, **eligible)["stage"] == "in_review"
    steward.refused(
        "reviews-missing", "api-grant-decide", key, what="shortlist", reasons="It is good."
    )
    for person in (rex, rhea):
        call = Caller(person)
        call.refused("review-first", "api-grant-remark", key, text="Let us talk.")
        call.refused("scores-unfit", "api-grant-review", key, scores={"reach": 4}, comment="Good.")
        call("api-grant-review", key, status=201, scores=SCORES, comment="Good.")
        call("api-grant-remark", key, status=201, text="Let us talk.")
    told = steward("api-grant-decide", key, status=200, what="decline", reasons="Too small.")
    assert told["stage"] == "declined"
    mine = Caller(pia)
    mine("api-grant-correct", key, status=200, text="It is for shoppers.")
    heard: dict[str, Any] = {"upheld": True, "answer": "You are right."}
    steward.refused("own-finding", "api-grant-answer", key, **heard)
    assert other("api-grant-answer", key, status=200, **heard)["stage"] == "in_review"
    other("api-grant-decide", key, status=200, what="shortlist", reasons="It is good.")
    Caller(pia).refused("not-a-steward", "api-grant-vote", round.pk)
    assert steward("api-grant-vote", round.pk, status=200)["stage"] == "voting"
    steward.refused("stage-passed", "api-grant-confirm", key)


@pytest.mark.usefixtures("at_reading")
def test_whoever_says_that_they_have_an_interest_finds_it_no_more(
    pia: Person, sam: Person, sent: Sent, round: Round
) -> None:
    application = sent(pia)
    end_call(round)
    call = Caller(sam)
    call("api-grant-interest", application.pk, status=201, conflicted=True, why="A cousin.")
    for name in ("api-grant-decide", "api-grant-remark", "api-grant-confirm"):
        call(name, application.pk, status=404)


@pytest.mark.usefixtures("at_open")
def test_reviewers_are_named_and_let_go(
    sam: Person, pia: Person, rex: Person, make_person: Persons, round: Round
) -> None:
    call, fay = Caller(sam), make_person("Fay")
    call("api-grant-reviewer", round.pk, status=201, email=fay.email)
    call.refused("already-reviewer", "api-grant-reviewer", round.pk, email=fay.email)
    call.refused("nobody-there", "api-grant-reviewer", round.pk, email="no@example.org")
    # Who names nobody learns nothing of who has an account.
    for email in (fay.email, "no@example.org"):
        for name in ("api-grant-reviewer", "api-grant-reviewer-end"):
            Caller(pia).refused("not-a-steward", name, round.pk, email=email)
    call("api-grant-reviewer-end", round.pk, status=200, email=fay.email)
    call.refused("reviewer-ended", "api-grant-reviewer-end", round.pk, email=fay.email)
    Caller(rex)("api-grant-reviewer-end", round.pk, status=200, email=rex.email)


# Awards and payments


@pytest.fixture
def scene(make_person: Callable[..., Person], settings: Settings) -> Iterator[Scene]:
    settings.PAYING_ACCOUNT = PAYING_ACCOUNT
    with time_machine.travel(LATER, tick=False):
        yield set_scene(make_person, large=True, milestones=3, hold_back=10)


def test_an_award_from_its_text_to_its_last_payment_by_programs(scene: Scene) -> None:
    sam, sue, sid = (Caller(steward) for steward in scene.stewards)
    tea, noor = Caller(scene.treasurer), Caller(scene.applicant)
    award = commit(scene).pk
    offered = sam("api-grant-offer", award, status=200, text="We agree.")
    sha256 = offered["agreement_sha256"]
    noor.refused("changed-since", "api-grant-accept", award, sha256="0" * 64)
    noor("api-grant-accept", award, status=200, sha256=sha256)
    noor.refused("conflict-of-interest", "api-grant-countersign", award, sha256=sha256)
    sid("api-grant-accept", award, status=404, sha256=sha256)
    assert sid("api-grant-countersign", award, status=200, sha256=sha256)["stage"] == "agreed"
    noor.refused("stage-passed", "api-grant-award-decline", award)
    account: dict[str, Any] = {
        "name": "Noor Amsel",
        "iban": IBAN,
        "town": "Berlin",
        "country": "DE",
    }
    noor.refused("payee-iban", "api-grant-account", **{**account, "iban": IBAN[:-1] + "1"})
    named = noor("api-grant-account", status=201, **account)
    assert IBAN not in str(named)
    PayeeAccount.objects.update(confirmed_at=NOW)
    milestone = Award.objects.get().milestones.get(number=1).pk
    assert noor("api-grant-evidence", milestone, status=400)["errors"][0]["field"] == "url"
    shown = noor(
        "api-grant-evidence",
        milestone,
        status=201,
        name="r.pdf",
        document=b64encode(b"%PDF-1.7 shown").decode(),
    )
    assert shown["evidence"][0]["file_type"] == "application/pdf"
    noor.refused(
        "conflict-of-interest", "api-grant-verdict", milestone, accepted=True, reasons="It runs."
    )
    told = sam("api-grant-verdict", milestone, status=200, accepted=True, reasons="It runs.")
    assert told["stage"] == "accepted"
    payment = tea("api-grant-pay", milestone, status=201)
    key: str = payment["id"]
    same: dict[str, Any] = {"fingerprint": payment["fingerprint"]}
    tea.refused("payment-under-way", "api-grant-pay", milestone)
    assert sam("api-grant-payee", award, status=200)["name"] == "Noor Amsel"
    assert Event.objects.filter(verb="account.revealed").count() == 1
    sam.refused("check-missing", "api-grant-payment-approve", key, **same)
    sam("api-grant-check", award, status=201, lists="eu", found=False)
    tea.refused("own-payment", "api-grant-payment-approve", key, **same)
    assert sam("api-grant-payment-approve", key, status=200, **same)["approvals"] == 1
    sam.refused("approved-already", "api-grant-payment-approve", key, **same)
    assert sue("api-grant-payment-approve", key, status=200, **same)["stage"] == "approved"
    day = f"{LATER:%Y-%m-%d}"
    sue.refused("approved-by-you", "api-grant-bank-files", payments=[key], execute_on=day)
    file = tea("api-grant-bank-files", status=201, payments=[key], execute_on=day)
    assert IBAN.encode() in b64decode(file["document"])
    assert tea("api-grant-bank-file", file["id"], method="get", status=200) == file
    assert tea("api-grant-payment-fail", key, status=200)["stage"] == "requested"
    tea.refused("changed-since", "api-grant-payment-change", key, **same)
    tea.refused("nothing-changes", "api-grant-payment-change", key, **_now(key))
    for call in (sam, sue):
        call("api-grant-payment-approve", key, status=200, **_now(key))
    sent = tea("api-grant-payment-transfer", key, status=200, **_now(key), reference="R-1")
    assert sent["stage"] == "sent"
    tea.refused("stage-passed", "api-grant-payment-cancel", key)
    noor("api-grant-payment", key, method="get", status=404)


def _now(key: str) -> dict[str, Any]:
    return {"fingerprint": GrantPayment.objects.get(pk=key).fingerprint}


def test_a_milestone_is_changed_by_two_programs(scene: Scene) -> None:
    sam, sue, _sid = (Caller(steward) for steward in scene.stewards)
    noor = Caller(scene.applicant)
    award = agree(scene, commit(scene))
    milestone = award.milestones.get(number=1).pk
    yes: dict[str, Any] = {"accepted": True}
    sam.refused("stage-passed", "api-grant-amendment-answer", milestone, **yes)
    sam.refused(
        "not-the-applicant", "api-grant-extend", milestone, due_on="2027-09-01", reason="Late."
    )
    noor("api-grant-extend", milestone, status=201, due_on="2027-09-01", reason="Late.")
    other: dict[str, Any] = {"criteria": "Less.", "due_on": "2027-09-02", "reason": "Ill."}
    noor.refused("amendment-open", "api-grant-amend", milestone, **other)
    told = sam("api-grant-amendment-answer", milestone, status=200, **yes)
    assert told["amendments"][0]["supported"] is True
    sam.refused("second-person", "api-grant-amendment-answer", milestone, **yes)
    told = sue("api-grant-amendment-answer", milestone, status=200, **yes)
    assert (told["due_on"], told["criteria"]) == ("2027-09-01", "It runs.")
    noor("api-grant-amend", milestone, status=201, **other)
    sam.refused("no-reasons", "api-grant-amendment-answer", milestone, accepted=False)


def test_an_award_ends_and_money_comes_back_by_programs(scene: Scene) -> None:
    way = under_way(scene)
    payment = pay(way)
    sam, sue, sid = (Caller(steward) for steward in scene.stewards)
    tea, award = Caller(scene.treasurer), way.award.pk
    back = a_line(scene.stewards[2], payment.amount, reference="BACK")
    (line,) = tea("api-grant-payment-reversal", payment.pk, method="get", status=200)
    why: dict[str, Any] = {"line": line["id"], "reason": "Account closed."}
    assert line["id"] == str(back.pk)
    sam.refused("stage-passed", "api-grant-payment-reversal-confirm", payment.pk)
    told = tea("api-grant-payment-reversal", payment.pk, status=201, **why)
    assert told["reversal"]["reason"] == "Account closed."
    told = tea("api-grant-payment-reversal", payment.pk, method="delete", status=200)
    assert told["reversal"] is None
    tea("api-grant-payment-reversal", payment.pk, status=201, **why)
    tea.refused("not-a-steward", "api-grant-payment-reversal-confirm", payment.pk)
    sam("api-grant-payment-reversal-confirm", payment.pk, status=200)
    again = Caller(scene.treasurer)("api-grant-pay", way.milestone.pk, status=201)
    tea("api-grant-payment-cancel", again["id"], status=200)
    sam.refused("stage-passed", "api-grant-terminate-confirm", award)
    sam("api-grant-terminate", award, status=201, reason="It stopped.")
    sam.refused("second-person", "api-grant-terminate-confirm", award)
    sue("api-grant-terminate-withdraw", award, status=200)
    sue("api-grant-terminate", award, status=201, reason="It stopped again.")
    ended = sid("api-grant-terminate-confirm", award, status=200)
    assert ended["stage"] == "terminated"
    assert sam("api-grant-returns", award, method="get", status=200) == []
    more = a_line(scene.stewards[2], Money(1, "EUR"), reference="MORE")
    sam.refused("more-than-paid", "api-grant-returns", award, line=str(more.pk))
    closed = sam("api-grant-fund-close", scene.round.pk, status=200)
    assert closed["closed_at"]
    sam.refused("fund-closed", "api-grant-fund-close", scene.round.pk)


def test_money_given_back_is_noted_by_a_program(scene: Scene) -> None:
    way = under_way(scene)
    pay(way)
    sam = Caller(scene.stewards[0])
    line = a_line(scene.stewards[2], Money(10_000, "EUR"), reference="BACK")
    (shown,) = sam("api-grant-returns", way.award.pk, method="get", status=200)
    sam("api-grant-returns", way.award.pk, status=201, line=shown["id"])
    sam.refused("line-taken", "api-grant-returns", way.award.pk, line=str(line.pk))
    Caller(scene.applicant).refused(
        "conflict-of-interest", "api-grant-returns", way.award.pk, line=str(line.pk)
    )


def test_whom_a_payment_concerns_finds_nothing_of_it(scene: Scene) -> None:
    way = under_way(scene)
    sam, sue, sid = scene.stewards
    approve(way.payment, sam, sue)
    Interest.objects.filter(person=sid).update(conflicted=True)
    call = Caller(sid)
    payment = way.payment.pk
    same: dict[str, Any] = {"fingerprint": way.payment.fingerprint}
    for name in ("approve", "cancel", "change", "fail", "transfer", "reversal"):
        call(f"api-grant-payment-{name}", payment, status=404, **same)
    call("api-grant-payment", payment, method="get", status=404)
    call("api-grant-pay", way.milestone.pk, status=404)
    call.refused(
        "no-payments", "api-grant-bank-files", payments=[str(payment)], execute_on="2099-01-01"
    )
    for name in ("offer", "countersign", "terminate", "check", "payee"):
        call(f"api-grant-{name}", way.award.pk, status=404)


def test_what_is_not_taken_is_given_back_by_a_program(scene: Scene) -> None:
    award = commit(scene)
    agreeing.offer_agreement(award=award, text="We agree.", by=scene.stewards[0], at=NOW)
    noor = Caller(scene.applicant)
    assert noor("api-grant-award-decline", award.pk, status=200)["stage"] == "declined"
    assert Application.objects.get().stage == "awarded"
