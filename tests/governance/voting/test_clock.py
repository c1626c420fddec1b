"""Sweeps whose clock jumps, and several of them at once: a poll opens once and closes once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import pytest

from governance.record.models import Pending
from governance.voting import actions, sweeps
from governance.voting.actions import closing
from governance.voting.models import Poll, Upkeep
from kernel.refusal import Refused
from kernel.sweeps import claim
from members.models import Person
from tests.conftest import TEST
from tests.governance.voting.conftest import result_of, take, vote
from tests.governance.voting.test_concurrency import at_once

pytestmark = pytest.mark.django_db

MakePoll = Callable[..., Poll]
People = Callable[[int], list[Person]]


def everything(at: datetime) -> int:
    """One round of a worker."""
    return (
        sweeps.open_due(at)
        + sweeps.commit_waiting(at)
        + sweeps.remind_due(at)
        + sweeps.close_due(at)
        + sweeps.clear_cancelled(at)
    )


def test_a_clock_that_goes_back_undoes_nothing(
    make_poll: MakePoll, people: People, now: datetime
) -> None:
    [person] = people(1)
    poll = make_poll()
    everything(now)
    poll.refresh_from_db()
    assert poll.stage == "open"
    for back in (timedelta(seconds=1), timedelta(days=1), timedelta(days=400)):
        everything(now - back)
        poll.refresh_from_db()
        assert (poll.stage, poll.closes_at) == ("open", now + timedelta(days=3))
    vote(poll, person, "yes", now)
    everything(poll.closes_at)
    everything(now)
    poll.refresh_from_db()
    assert poll.stage == "closed"
    assert result_of(poll)["cast"] == 1
    # By the clock that was set back the window lasts again; the poll's own row says that it closed.
    with pytest.raises(Refused) as refused:
        take(poll, person, now)
    assert refused.value.code == "poll-closed"


def test_a_clock_that_jumps_over_the_window_opens_a_whole_one(
    make_poll: MakePoll, people: People, now: datetime
) -> None:
    people(1)
    poll = make_poll()
    late = poll.closes_at + timedelta(days=30)
    everything(late)
    poll.refresh_from_db()
    assert (poll.stage, poll.opens_at, poll.closes_at) == ("open", late, late + timedelta(days=3))
    # And when it goes back, that window stands: what is frozen is frozen.
    everything(now)
    poll.refresh_from_db()
    assert (poll.stage, poll.closes_at) == ("open", late + timedelta(days=3))


def test_closing_that_was_interrupted_goes_on_by_a_clock_that_was_set_back(
    make_open: MakePoll, people: People, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    [person] = people(1)
    poll = make_open()
    vote(poll, person, "yes", now)

    def dies(*_args: object, **_given: object) -> None:
        raise RuntimeError("the process died here")

    with monkeypatch.context() as crash:
        crash.setattr(closing, "publish_bundle", dies)
        with pytest.raises(RuntimeError):
            actions.close_poll(poll=poll, at=poll.closes_at, by=TEST)
    assert Poll.objects.get(pk=poll.pk).stage == "closing"
    assert sweeps.close_due(now) == 1
    poll.refresh_from_db()
    assert poll.stage == "closed"
    assert result_of(poll)["cast"] == 1


def test_a_claim_by_a_clock_that_ran_ahead_holds_nothing_up(
    make_poll: MakePoll, now: datetime
) -> None:
    """A worker a year ahead claimed the poll and died; the clock was put right."""
    poll = make_poll()
    ahead = now + timedelta(days=365)
    assert claim(Upkeep.objects.all(), at=ahead, lease=sweeps.LEASE, limit=1)
    assert sweeps.open_due(now) == 1
    assert Poll.objects.get(pk=poll.pk).stage == "open"


def test_a_claim_of_a_clock_a_little_ahead_is_kept(make_poll: MakePoll, now: datetime) -> None:
    make_poll()
    claim(Upkeep.objects.all(), at=now + sweeps.LEASE / 2, lease=sweeps.LEASE, limit=1)
    assert sweeps.open_due(now) == 0


@pytest.mark.django_db(transaction=True)
def test_workers_with_clocks_that_differ_open_and_close_a_poll_once(
    make_poll: MakePoll, people: People, now: datetime
) -> None:
    [person] = people(1)
    polls = [make_poll() for _ in range(3)]
    skews = [timedelta(seconds=seconds) for seconds in (0, 2, -1, 40)]
    for _round in range(2):
        at_once([partial(everything, now + timedelta(minutes=1) + skew) for skew in skews])
    assert {one.stage for one in Poll.objects.all()} == {"open"}
    assert Pending.objects.filter(type="poll.opened").count() == len(polls)
    for poll in Poll.objects.all():
        vote(poll, person, "yes", now)
    end = polls[0].closes_at + timedelta(minutes=1)
    for _round in range(3):
        at_once([partial(everything, end + skew) for skew in skews])
    assert {one.stage for one in Poll.objects.all()} == {"closed"}
    assert Pending.objects.filter(type="poll.closed").count() == len(polls)
    assert {result_of(poll)["cast"] for poll in Poll.objects.all()} == {1}
