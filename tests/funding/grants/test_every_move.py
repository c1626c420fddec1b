"""Every move of the tables of grants × stage × who × what recuses them × action, page and API.

As actions the moves are tried in full: each in every stage, by everybody of the cast (offices, the
applicant and a colleague, and stewards recused by their own word, by the team, by a declared
relation and by a shared payout account). At the page and in the API each move is tried by everybody
in the first stage that it leads out of, and in the first that it does not. The moves that are a
program's have no door; they are tried in every stage as actions. What is refused is refused with a
code, and leaves every table as it was.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from pytest_django import Settings

from funding.dues.models import BankLine
from funding.grants import (
    actions,
    application_stages,
    award_stages,
    milestone_stages,
    payment_stages,
    round_stages,
)
from funding.grants.actions import agreeing, delivering, ending, paying, reversing
from funding.grants.models import (
    Acceptance,
    Application,
    Award,
    Confirmation,
    Correction,
    Determination,
    Finding,
    GrantPayment,
    Milestone,
    Reversal,
    Review,
    Round,
    Termination,
)
from funding.grants.round_stages import Move as Allowed
from kernel.refusal import Refused
from members.models import Person
from tests.conftest import NOW, TEST
from tests.funding.grants.awards_acting import (
    LATER,
    PAYING_ACCOUNT,
    a_line,
    agree,
    approve,
    commit,
    name_account,
    under_way,
)
from tests.funding.grants.awards_scene import OTHER_IBAN, Scene, declares_none, set_scene
from tests.funding.grants.conftest import READING, SCORES, Opened, Persons, Sent
from tests.funding.grants.moves import Cast, Move, Trial, make_cast
from tests.routes.walking import undone

pytestmark = pytest.mark.django_db

STEWARD = frozenset({"steward"})
APPLICANT = frozenset({"applicant"})
# Who may prepare and send a payment: no word of theirs is asked for, as they judge nothing.
PREPARERS = frozenset({"treasurer", "preparer", "steward", "silent"})
Doors = Callable[[], tuple[str, dict[str, Any]]]


def leads(moves: tuple[Allowed, ...], *names: str) -> dict[str, str]:
    """From which stages the moves of these names lead where."""
    return {move.source: move.target for move in moves if move.name in names}


def door(name: str, key: object, **sent: Any) -> Doors:
    return lambda: (reverse(name, args=[key]), sent)


# Applications

A = application_stages


class Applications:
    """One application of a large round, with two reviews, that is put into any stage."""

    def __init__(self, make_person: Persons, application: Application, sue: Person) -> None:
        self.application, self.sue = application, sue
        self.round = application.round
        self.key = application.pk
        self.cast = make_cast(make_person, application)
        declares_none(sue, application)
        for name in ("Rex", "Rhea"):
            reviewer = make_person(f"{name} again")
            Review.objects.create(
                application=application, reviewer=reviewer, scores=SCORES, comment="Good.", at=NOW
            )
        Finding.objects.create(
            application=application, name="find_eligible", reasons="It fits.", by=sue, at=NOW
        )

    def put(self, stage: str, move: Move) -> None:
        taking = stage in (A.DRAFT, A.SUBMITTED)
        Round.objects.filter(pk=self.round.pk).update(
            stage=round_stages.OPEN if taking else round_stages.REVIEWING
        )
        # Where an answer is awaited, the day to answer has passed for whoever waits for it.
        waits = timedelta(hours=-1 if move.name == "find_ineligible" else 1)
        Application.objects.filter(pk=self.key).update(
            stage=stage,
            asked_until=READING + waits if stage == A.ASKED_MORE else None,
            named_at=None if stage in (A.DRAFT, A.SUBMITTED) else NOW,
        )

    def stage_now(self) -> str:
        return str(Application.objects.values_list("stage", flat=True).get(pk=self.key))

    def now(self) -> Application:
        return Application.objects.with_version().get(pk=self.key)

    def judged(self, name: str) -> Move:
        act = getattr(actions, name)
        words = "what" if name == "ask_more" else "reasons"
        sent = {"what": name, "reasons": "For good reasons."}
        return Move(
            name,
            STEWARD,
            leads(A.MOVES, name),
            lambda by: act(application=self.now(), **{words: "For reasons."}, by=by, at=READING),
            door("grant-panel", self.key, **sent),
            door("api-grant-decide", self.key, **sent),
        )

    def corrected(self, stage: str) -> None:
        if stage in (A.INELIGIBLE, A.DECLINED):
            Correction.objects.create(
                application=self.application, of=stage, text="For shoppers.", at=NOW
            )

    def determined(self, outcome: str) -> Callable[[str], None]:
        def prepare(stage: str) -> None:
            read = Determination.objects.create(
                application=self.application,
                outcome=outcome,
                rank=1 if outcome == A.RESERVE else None,
                reasons="As members voted.",
                result_sha256="0" * 64,
                read_at=NOW,
            )
            Confirmation.objects.create(determination=read, person=self.sue, at=NOW)

        return prepare

    def confirmed(self, name: str, outcome: str) -> Move:
        return Move(
            name,
            STEWARD,
            leads(A.MOVES, name),
            lambda by: actions.confirm(application=self.now(), by=by, at=READING),
            door("grant-confirm", self.key),
            door("api-grant-confirm", self.key),
            self.determined(outcome),
        )

    def moves(self) -> list[Move]:
        key, seen = self.key, {"seen": self.application.draft.number}
        in_standing = frozenset({"member", "steward", "silent", "scrutineer", "treasurer"})
        return [
            Move(
                "submit",
                APPLICANT,
                leads(A.MOVES, "submit", "answer"),
                lambda by: actions.submit_application(
                    application=self.now(), **seen, by=by, at=READING
                ),
                door("grant-preview", key, **seen),
                door("api-grant-submit", key, **seen),
            ),
            Move(
                "withdraw",
                APPLICANT,
                leads(A.MOVES, "withdraw"),
                lambda by: actions.withdraw_application(application=self.now(), by=by, at=READING),
                door("grant-withdraw", key),
                door("api-grant-withdraw", key),
            ),
            *(
                self.judged(name)
                for name in ("ask_more", "find_eligible", "find_ineligible", "shortlist", "decline")
            ),
            Move(
                "uphold_correction",
                STEWARD,
                leads(A.MOVES, "uphold_correction"),
                lambda by: actions.answer_correction(
                    application=self.now(), upheld=True, answer="Right.", by=by, at=READING
                ),
                door("grant-answer", key, upheld="yes", answer="Right."),
                door("api-grant-answer", key, upheld=True, answer="Right."),
                self.corrected,
            ),
            # With one sponsor asked for, the first one is the last.
            Move(
                "sponsor",
                in_standing,
                leads(A.MOVES, "sponsor"),
                lambda by: actions.sponsor(application=self.now(), by=by, at=READING),
                door("grant-sponsor", key),
                door("api-grant-sponsor", key),
            ),
            self.confirmed("award", A.AWARDED),
            self.confirmed("reserve", A.RESERVE),
            self.confirmed("not_choose", A.NOT_CHOSEN),
        ]


@pytest.fixture
def applications(
    opened: Opened, sent: Sent, pia: Person, sue: Person, make_person: Persons
) -> Applications:
    # It takes applications at the moment at which others read.
    to = opened(sponsors_needed=1, closes_at=READING + timedelta(days=1))
    return Applications(make_person, sent(pia, to=to), sue)


def of_applications(applications: Applications) -> Trial:
    return Trial(
        applications.cast,
        list(A.STAGES),
        applications.moves(),
        applications.put,
        applications.stage_now,
    )


def test_applications_by_actions(applications: Applications) -> None:
    trial = of_applications(applications)
    by_people = {"answer", *(move.name for move in trial.moves)}
    # What comes free, and whom a closed fund leaves waiting, has its own tests (test_next_in_line).
    of_programs = {"begin_screening", "put_to_vote", "vote_again", "promote", "end_line"}
    assert by_people | of_programs == {move.name for move in A.MOVES}
    trial.actions()
    assert trial.tried == 12 * 13 * 12
    for stage in A.STAGES:
        with undone():
            applications.put(stage, trial.moves[0])
            if stage != A.SUBMITTED:
                with pytest.raises(Refused):
                    actions.begin_screening(application=applications.now(), by=TEST, at=READING)
                assert applications.stage_now() == stage


def test_applications_by_pages_and_programs(applications: Applications) -> None:
    with time_machine.travel(READING, tick=False):
        of_applications(applications).doors()


# Rounds

R = round_stages


@pytest.fixture
def rounds(applications: Applications) -> Trial:
    """A round with one application on its shortlist or, to end without a vote, with none."""
    round = applications.round

    def put(stage: str, move: Move) -> None:
        on_shortlist = move.name == "put_to_vote"
        Application.objects.filter(pk=applications.key).update(
            stage=A.SHORTLISTED if on_shortlist else A.INELIGIBLE, named_at=NOW
        )
        if stage in (R.VOTING, R.DECIDING):
            Application.objects.filter(pk=applications.key).update(stage=A.SHORTLISTED)
            Round.objects.filter(pk=round.pk).update(stage=R.REVIEWING)
            actions.put_to_vote(round=now(), by=applications.sue, at=READING)
        Round.objects.filter(pk=round.pk).update(
            stage=stage, decided_at=NOW if stage == R.DECIDED else None
        )

    def now() -> Round:
        return Round.objects.get(pk=round.pk)

    def putting(name: str) -> Move:
        return Move(
            name,
            frozenset({"steward", "silent"}),
            leads(R.MOVES, name),
            lambda by: actions.put_to_vote(round=now(), by=by, at=READING),
            door("grant-vote", round.pk),
            door("api-grant-vote", round.pk),
        )

    return Trial(
        applications.cast,
        list(R.STAGES),
        [putting("put_to_vote"), putting("end_without_vote")],
        put,
        lambda: now().stage,
    )


def test_rounds_by_actions_pages_and_programs(rounds: Trial, applications: Applications) -> None:
    rounds.actions()
    assert rounds.tried == 2 * 6 * 12
    with time_machine.travel(READING, tick=False):
        rounds.doors()
    of_programs: dict[str, Callable[..., Any]] = {
        "open": actions.begin_call,
        "end_call": actions.end_call,
        "count": actions.read_result,
        "vote_again": actions.vote_again,
    }
    later = READING + timedelta(days=9)
    for (name, act), stage in itertools.product(of_programs.items(), R.STAGES):
        with undone():
            rounds.put(stage, rounds.moves[0])
            round = Round.objects.get(pk=applications.round.pk)
            # What waits for its poll waits for that in its own stage too.
            if stage != R.source_of(name) or name in ("count", "vote_again"):
                with pytest.raises(Refused):
                    act(round=round, by=TEST, at=later)
                assert rounds.stage_now() == stage
            else:
                act(round=round, by=TEST, at=later)
                assert rounds.stage_now() == R.target_of(name)


# Awards

W = award_stages


@pytest.fixture
def scene(make_person: Callable[..., Person], settings: Settings) -> Scene:
    settings.PAYING_ACCOUNT = PAYING_ACCOUNT
    return set_scene(make_person, large=True, milestones=3, hold_back=10)


class Awards:
    """An award whose text was offered, that is put into any stage."""

    def __init__(self, make_person: Persons, scene: Scene) -> None:
        self.scene, self.cast = scene, make_cast(make_person, scene.application)
        self.award = commit(scene)
        self.key = self.award.pk
        self.text = agreeing.offer_agreement(
            award=self.award, text="We agree.", by=scene.stewards[0], at=NOW
        )

    def put(self, stage: str, move: Move) -> None:
        ended = stage not in W.LIVE
        Award.objects.filter(pk=self.key).update(
            stage=stage,
            agreed_at=None if stage in (W.COMMITTED, W.OFFERED, W.DECLINED) else NOW,
            ended_at=NOW if ended else None,
        )

    def now(self) -> Award:
        return Award.objects.get(pk=self.key)

    def accepted(self, side: str) -> Callable[[str], object]:
        by = self.scene.applicant if side == "project" else self.scene.stewards[1]
        return lambda stage: Acceptance.objects.create(
            agreement=self.text, side=side, by=by, at=NOW
        )

    def proposed(self, stage: str) -> Termination:
        return Termination.objects.create(
            award=self.award,
            reason="It stopped.",
            proposed_by=self.scene.stewards[1],
            proposed_at=NOW,
        )

    def agreeing(self, may: frozenset[str], other: str, api: str) -> Move:
        """The second side accepts: the other one has."""
        same = {"sha256": self.text.sha256}
        return Move(
            "agree",
            may,
            leads(W.MOVES, "agree"),
            lambda by: agreeing.accept_agreement(award=self.now(), **same, by=by, at=LATER),
            door("grant-agreement", self.key, do="accept", **same),
            door(api, self.key, **same),
            self.accepted(other),
        )

    def moves(self) -> list[Move]:
        key = self.key
        return [
            Move(
                "offer",
                STEWARD,
                leads(W.MOVES, "offer"),
                lambda by: agreeing.offer_agreement(
                    award=self.now(), text="Other words.", by=by, at=LATER
                ),
                door("grant-agreement", key, do="offer", text="Other words."),
                door("api-grant-offer", key, text="Other words."),
            ),
            self.agreeing(APPLICANT, "commons", "api-grant-accept"),
            self.agreeing(STEWARD, "project", "api-grant-countersign"),
            Move(
                "decline",
                APPLICANT,
                leads(W.MOVES, "decline"),
                lambda by: agreeing.decline_award(award=self.now(), by=by, at=LATER),
                door("grant-agreement", key, do="decline"),
                door("api-grant-award-decline", key),
            ),
            Move(
                "terminate",
                STEWARD,
                leads(W.MOVES, "terminate"),
                lambda by: ending.confirm_termination(
                    termination=Termination.objects.get(), by=by, at=LATER
                ),
                door("grant-award-end", key, do="confirm"),
                door("api-grant-terminate-confirm", key),
                self.proposed,
            ),
        ]


@pytest.fixture
def awards(make_person: Persons, scene: Scene) -> Awards:
    return Awards(make_person, scene)


def test_awards_by_actions_pages_and_programs(awards: Awards) -> None:
    moves = awards.moves()
    trial = Trial(awards.cast, list(W.STAGES), moves, awards.put, lambda: awards.now().stage)
    assert {"close", *(move.name for move in moves)} == {move.name for move in W.MOVES}
    trial.actions()
    assert trial.tried == 5 * 6 * 12
    with time_machine.travel(LATER, tick=False):
        trial.doors()
    Milestone.objects.filter(minor=0).update(stage=milestone_stages.ACCEPTED)
    Milestone.objects.exclude(minor=0).update(stage=milestone_stages.PAID)
    for stage in W.STAGES:
        with undone():
            awards.put(stage, moves[0])
            if stage in W.sources_of("close"):
                assert ending.close_if_done(awards.now(), by=TEST, at=LATER)
                assert awards.now().stage == W.CLOSED
            else:
                with pytest.raises(Refused):
                    ending.close_if_done(awards.now(), by=TEST, at=LATER)


# Milestones

M = milestone_stages


def test_milestones_by_actions_pages_and_programs(make_person: Persons, scene: Scene) -> None:
    award = agree(scene, commit(scene))
    cast = make_cast(make_person, scene.application)
    key = award.milestones.get(number=1).pk

    def now() -> Milestone:
        return Milestone.objects.get(pk=key)

    def put(stage: str, move: Move) -> None:
        Milestone.objects.filter(pk=key).update(stage=stage)

    def judging(name: str, accepted: bool) -> Move:
        said = {"judge-accepted": "yes" if accepted else "no", "judge-reasons": "I looked."}
        return Move(
            name,
            STEWARD,
            # What is paid on award is accepted with the agreement, and by nobody.
            {M.SUBMITTED: leads(M.MOVES, name)[M.SUBMITTED]},
            lambda by: delivering.judge_milestone(
                milestone=now(), accepted=accepted, reasons="I looked.", by=by, at=LATER
            ),
            door("grant-milestone", key, do="judge", **said),
            door("api-grant-verdict", key, accepted=accepted, reasons="I looked."),
        )

    shown: dict[str, Any] = {"url": "https://example.org/release", "note": "Here."}
    showing = Move(
        "submit",
        APPLICANT,
        # More can be shown while it is looked at: that moves nothing.
        {**leads(M.MOVES, "submit"), M.SUBMITTED: M.SUBMITTED},
        lambda by: delivering.show_evidence(milestone=now(), **shown, by=by, at=LATER),
        door("grant-milestone", key, do="show", **shown),
        door("api-grant-evidence", key, **shown),
    )
    moves = [showing, judging("accept", True), judging("send_back", False)]
    trial = Trial(cast, list(M.STAGES), moves, put, lambda: now().stage)
    elsewhere = {"pay", "unpay", "drop"}
    assert elsewhere | {move.name for move in moves} == {move.name for move in M.MOVES}
    trial.actions()
    assert trial.tried == 3 * 6 * 12
    with time_machine.travel(LATER, tick=False):
        trial.doors()
    # An award that ends drops what is not paid.
    for stage in M.STAGES:
        with undone():
            put(stage, showing)
            proposed = ending.propose_termination(
                award=award, reason="It stopped.", by=scene.stewards[0], at=LATER
            )
            ending.confirm_termination(termination=proposed, by=scene.stewards[1], at=LATER)
            assert now().stage == leads(M.MOVES, "drop").get(stage, stage)


# Payments

P = payment_stages


class Payments:
    """A payment that the treasurer prepared, brought into any stage by what people do."""

    def __init__(self, make_person: Persons, scene: Scene) -> None:
        self.way = under_way(scene)
        self.scene, self.key = scene, self.way.payment.pk
        cast = make_cast(make_person, scene.application)
        self.cast: Cast = {**cast, "preparer": scene.treasurer, "approver": scene.stewards[1]}

    def now(self) -> GrantPayment:
        return GrantPayment.objects.get(pk=self.key)

    def put(self, stage: str, move: Move) -> None:
        _sam, sue, sid = self.scene.stewards
        if stage == P.CANCELLED:
            paying.cancel_payment(payment=self.now(), by=self.scene.treasurer, at=LATER)
        elif stage != P.REQUESTED:
            approved = approve(self.now(), sue, sid)
            if stage == P.APPROVED:
                return
            paying.record_transfer(
                payment=approved,
                fingerprint=approved.fingerprint,
                reference="BANK-1",
                by=self.scene.treasurer,
                at=LATER,
            )
            if stage == P.PAID:
                a_line(sid, -approved.amount, reference="BANK-1")
                assert paying.match_payment(payment=approved, by=TEST, at=LATER)

    def with_first_approval(self, stage: str) -> None:
        if stage == P.REQUESTED:
            approve(self.now(), self.scene.stewards[1])

    def with_another_account(self, stage: str) -> None:
        """The project named another account; what was approved for the old one still stands."""
        self.now().account.person.payee_accounts.current().update(replaced_at=NOW)
        name_account(self.scene.applicant, OTHER_IBAN)

    def with_a_line_back(self, stage: str) -> None:
        """The money came back; of what was paid, the treasurer proposed to undo it."""
        line = a_line(self.scene.stewards[0], self.now().amount, reference="BACK")
        if stage == P.PAID:
            reversing.propose_reversal(
                payment=self.now(), line=line, reason="Back", by=self.scene.treasurer, at=LATER
            )

    def undo(self, by: Person) -> None:
        """Confirm what is proposed of a payment; where nothing is, propose it."""
        proposed = Reversal.objects.filter(payment=self.key).first()
        if proposed is None:
            line = BankLine.objects.get(reference="BACK")
            reversing.propose_reversal(payment=self.now(), line=line, reason="B", by=by, at=LATER)
        else:
            reversing.confirm_reversal(reversal=proposed, by=by, at=LATER)

    def same(self, name: str, api: str = "", **more: Any) -> tuple[Doors, Doors]:
        """The doors at which exactly what one saw is meant."""

        def page() -> tuple[str, dict[str, Any]]:
            sent = {"do": name, "fingerprint": self.now().fingerprint, **more}
            return reverse("grant-payment", args=[self.key]), sent

        def program() -> tuple[str, dict[str, Any]]:
            sent = {"fingerprint": self.now().fingerprint, **more}
            return reverse(f"api-grant-payment-{api or name}", args=[self.key]), sent

        return page, program

    def seen(self) -> dict[str, Any]:
        payment = self.now()
        return {"payment": payment, "fingerprint": payment.fingerprint, "at": LATER}

    def moves(self) -> list[Move]:
        key, day = self.key, f"{LATER:%Y-%m-%d}"
        both = {"payments": [str(key)], "execute_on": day}
        may_prepare = PREPARERS | {"approver"}
        first = Move(
            "approve",
            frozenset({"steward", "approver"}),
            {P.REQUESTED: P.REQUESTED},
            lambda by: paying.approve_payment(**self.seen(), by=by),
            *self.same("approve"),
        )
        second = Move(
            "approve",
            STEWARD,
            {P.REQUESTED: P.APPROVED},
            first.act,
            first.page,
            first.api,
            self.with_first_approval,
        )
        return [
            first,
            second,
            Move(
                "change",
                may_prepare,
                leads(P.MOVES, "change"),
                lambda by: paying.change_payment(**self.seen(), by=by),
                *self.same("change"),
                self.with_another_account,
            ),
            Move(
                "cancel",
                may_prepare,
                leads(P.MOVES, "cancel"),
                lambda by: paying.cancel_payment(payment=self.now(), by=by, at=LATER),
                *self.same("cancel"),
            ),
            Move(
                "send",
                PREPARERS,
                leads(P.MOVES, "send"),
                lambda by: paying.record_transfer(**self.seen(), reference="R-1", by=by),
                *self.same("transfer", reference="R-1"),
            ),
            Move(
                "send",
                PREPARERS,
                leads(P.MOVES, "send"),
                lambda by: paying.make_bank_file(
                    payments=[self.now()], execute_on=LATER.date(), by=by, at=LATER
                ),
                lambda: (reverse("grant-payments"), both),
                lambda: (reverse("api-grant-bank-files"), both),
            ),
            Move(
                "fail",
                may_prepare,
                leads(P.MOVES, "fail"),
                lambda by: paying.fail_payment(payment=self.now(), by=by, at=LATER),
                *self.same("fail"),
            ),
            # Paid stays paid; what is undone is the milestone, by a second person who decides.
            Move(
                "undo",
                frozenset({"steward", "approver"}),
                {P.PAID: P.PAID},
                self.undo,
                door("grant-payment-reversal", key, do="confirm"),
                door("api-grant-payment-reversal-confirm", key),
                self.with_a_line_back,
            ),
        ]


@pytest.fixture
def payments(make_person: Persons, scene: Scene) -> Payments:
    return Payments(make_person, scene)


def test_payments_by_actions_pages_and_programs(payments: Payments) -> None:
    moves = payments.moves()
    trial = Trial(payments.cast, list(P.STAGES), moves, payments.put, lambda: payments.now().stage)
    by_people = {move.name for move in moves} - {"undo"}
    assert by_people | {"void", "pay"} == {move.name for move in P.MOVES}
    trial.actions()
    assert trial.tried == 8 * 5 * 14
    with time_machine.travel(LATER, tick=False):
        trial.doors()
    for stage in P.STAGES:
        with undone():
            payments.put(stage, moves[0])
            before = payments.now().fingerprint
            name_account(payments.scene.applicant, OTHER_IBAN)
            after = payments.now()
            assert (after.fingerprint != before) == (stage in P.sources_of("void"))
            assert after.stage == leads(P.MOVES, "void").get(stage, stage)
        with undone():
            payments.put(stage, moves[0])
            named = "BANK-2" if stage == P.PAID else "BANK-1"
            a_line(payments.scene.stewards[0], -payments.now().amount, reference=named)
            moved = paying.match_payment(payment=payments.now(), by=TEST, at=LATER)
            assert moved == (stage in P.sources_of("pay"))
            assert payments.now().stage == leads(P.MOVES, "pay").get(stage, stage)
