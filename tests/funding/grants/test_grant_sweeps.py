"""What moves by itself: the call begins and ends, the vote is read, applicants are told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings

from funding.grants import actions, sweeps
from funding.grants.models import Application, Round
from governance.record.models import Pending
from governance.voting.models import Poll
from members.models import OutgoingMail, Person
from tests.conftest import NOW, TEST
from tests.funding.grants.conftest import CALL, READING, Sent, declare, reviewed, to_review

pytestmark = pytest.mark.django_db


def test_a_call_begins_and_ends_by_itself_and_the_record_is_told() -> None:
    round = actions.open_round(
        call=CALL, basis=f"{settings.PUBLIC_ORIGIN}/proposals/1/", by=TEST, at=NOW
    )
    again = actions.open_round(call=CALL, basis=round.basis, by=TEST, at=NOW)
    assert again == round
    assert sweeps.rounds(round.opens_at - timedelta(seconds=1)) == 0
    assert sweeps.rounds(round.opens_at) == 1
    assert sweeps.rounds(round.opens_at) == 0
    round.refresh_from_db()
    assert round.stage == "open"
    assert Pending.objects.filter(type="grant-round.opened").count() == 1
    assert sweeps.rounds(round.closes_at) == 1
    round.refresh_from_db()
    assert round.stage == "reviewing"


def test_what_was_sent_at_the_last_moment_is_screened_too(
    pia: Person, sent: Sent, round: Round
) -> None:
    application = sent(pia)
    actions.end_call(round=round, by=TEST, at=READING)
    assert sweeps.rounds(READING) == 1
    application.refresh_from_db()
    assert application.stage == "screening"


def test_an_applicant_hears_once_that_we_are_late(pia: Person, sent: Sent, round: Round) -> None:
    sent(pia)
    assert sweeps.rounds(READING) == 2
    assert sweeps.late(round.hear_by - timedelta(seconds=1)) == 0
    assert sweeps.late(round.hear_by) == 1
    assert sweeps.late(round.hear_by) == 0
    assert OutgoingMail.objects.filter(person=pia, key__endswith=":late").count() == 1


def test_a_closed_poll_is_read_and_a_cancelled_one_held_again(
    pia: Person, sam: Person, rex: Person, rhea: Person, sent: Sent, round: Round
) -> None:
    application = sent(pia)
    sweeps.rounds(READING)
    declare(application, sam, rex, rhea)
    to_review(application, sam)
    reviewed(application, rex, rhea)
    actions.shortlist(application=application, reasons="Good.", by=sam, at=READING)
    actions.put_to_vote(round=round, by=sam, at=READING)
    assert sweeps.rounds(READING) == 0
    Poll.objects.update(stage="cancelled")
    assert sweeps.rounds(READING) == 1
    round.refresh_from_db()
    assert (round.stage, round.poll_id) == ("reviewing", None)
    assert Application.objects.get().stage == "shortlisted"
