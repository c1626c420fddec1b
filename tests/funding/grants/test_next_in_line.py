"""What came free of a round goes to the next in line, by the vote's order; nothing else does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funding.grants import outcomes, sweeps
from funding.grants.actions import agreeing, next_in_line
from funding.grants.models import Application, Award, Determination, Fund
from funding.ledger.models import Entry
from governance.record.models import Pending
from kernel.money import Money
from kernel.refusal import Refused
from members.models import OutgoingMail, Person
from tests.conftest import NOW, TEST
from tests.funding.grants.awards_acting import agree, commit, proven
from tests.funding.grants.awards_scene import Scene, an_application, fill_bank, set_scene

RANKS = st.dictionaries(st.integers(1, 30), st.integers(1, 1000))


@given(RANKS, st.integers(0, 1000))
def test_the_first_whom_it_suffices_is_next(asks: dict[int, int], free: int) -> None:
    rank = outcomes.next_in_line(asks, free=free)
    if rank is None:
        assert all(ask > free for ask in asks.values())
        return
    assert asks[rank] <= free
    assert all(ask > free for earlier, ask in asks.items() if earlier < rank)


@pytest.fixture
def scene(make_person: Callable[..., Person]) -> Scene:
    """A round of 5,000 of which 1,200 were awarded; the rest of it was left over by the vote."""
    return set_scene(make_person)


@pytest.fixture
def line(scene: Scene, make_person: Callable[..., Person]) -> list[Application]:
    """Three next in line, who ask for 1,500, 1,000 and 200."""
    found = []
    for rank, ask in enumerate((150_000, 100_000, 20_000), start=1):
        waiting = an_application(scene.round, make_person(f"Res {rank}", standing=False), ask=ask)
        Application.objects.filter(pk=waiting.pk).update(stage="reserve")
        Determination.objects.create(
            application=waiting,
            outcome="reserve",
            rank=rank,
            reasons="Too little was left.",
            result_sha256="c" * 64,
            read_at=NOW,
            determined_at=NOW,
        )
        waiting.refresh_from_db()
        found.append(waiting)
    return found


def stages_of(line: list[Application]) -> list[str]:
    return [Application.objects.get(pk=one.pk).stage for one in line]


def test_what_the_vote_left_over_is_not_given_away(scene: Scene, line: list[Application]) -> None:
    commit(scene)
    assert next_in_line.promote(round=scene.round, by=TEST, at=NOW) is None
    assert sweeps.promises(NOW) == 0
    assert stages_of(line) == ["reserve"] * 3


def test_what_one_does_not_take_goes_to_the_next_whom_it_suffices(
    scene: Scene, line: list[Application]
) -> None:
    agreeing.decline_award(award=commit(scene), by=scene.applicant, at=NOW)
    # 1,200 came free: the first asks for more, the second gets 1,000, the third the last 200.
    assert sweeps.promises(NOW) == 2
    assert sweeps.promises(NOW) == 0
    assert stages_of(line) == ["reserve", "awarded", "awarded"]
    assert Award.objects.get(application=line[1]).amount == Money(100_000, "EUR")
    assert Fund.objects.get().committed == Money(120_000, "EUR")
    written = Pending.objects.filter(type="grant-application.promoted").order_by("pk")
    assert [entry.content["freeMinor"] for entry in written] == [120_000, 20_000]
    assert OutgoingMail.objects.filter(person=line[1].applicant, key__endswith=":promoted").exists()
    proven()


def test_who_was_next_and_does_not_take_it_either_frees_it_for_the_one_after(
    scene: Scene, line: list[Application]
) -> None:
    agreeing.decline_award(award=commit(scene), by=scene.applicant, at=NOW)
    award = next_in_line.promote(round=scene.round, by=TEST, at=NOW)
    assert award is not None
    agreeing.decline_award(award=award, by=award.application.applicant, at=NOW)
    assert sweeps.promises(NOW) == 1
    assert stages_of(line) == ["reserve", "awarded", "awarded"]
    assert Fund.objects.get().committed == Money(20_000, "EUR")
    proven()


def test_the_line_waits_where_what_came_free_settled_for_another(
    make_person: Callable[..., Person],
) -> None:
    scene = set_scene(make_person, settled=120_000)
    award = commit(scene)
    other = an_application(scene.round, make_person("Oda", standing=False), ask=110_000)
    waiting = an_application(scene.round, make_person("Res", standing=False), ask=100_000)
    Application.objects.filter(pk=waiting.pk).update(stage="reserve")
    Determination.objects.create(
        application=waiting,
        outcome="reserve",
        rank=1,
        reasons="Too little was left.",
        result_sha256="c" * 64,
        read_at=NOW,
        determined_at=NOW,
    )
    agreeing.decline_award(award=award, by=scene.applicant, at=NOW)
    # Members chose the other: the settled money is promised to it, and 100 are left of it.
    assert sweeps.promises(NOW) == 1
    assert Award.objects.get(application=other).amount == Money(110_000, "EUR")
    assert stages_of([waiting]) == ["reserve"]
    fill_bank(90_000, key="test:later")
    assert sweeps.promises(NOW) == 1
    assert stages_of([waiting]) == ["awarded"]
    proven()


def test_two_workers_promote_one(scene: Scene, line: list[Application]) -> None:
    agreeing.decline_award(award=commit(scene), by=scene.applicant, at=NOW)
    before = Entry.objects.count()
    awards = [next_in_line.promote(round=scene.round, by=TEST, at=NOW) for _again in range(5)]
    assert [award is not None for award in awards] == [True, True, False, False, False]
    assert Entry.objects.count() == before + 2


def test_closing_the_fund_ends_the_line_and_needs_every_agreement(
    scene: Scene, line: list[Application]
) -> None:
    award = commit(scene)
    sam, fund = scene.stewards[0], Fund.objects.get()
    with pytest.raises(Refused) as refused:
        next_in_line.close_fund(fund=fund, by=sam, at=NOW)
    assert refused.value.code == "fund-still-needed"
    agree(scene, award)
    assert next_in_line.close_fund(fund=fund, by=sam, at=NOW) == Money(380_000, "EUR")
    assert stages_of(line) == ["not_chosen"] * 3
    told = OutgoingMail.objects.filter(key__endswith=":line-ended")
    assert {mail.person for mail in told} == {one.applicant for one in line}
    with pytest.raises(Refused) as refused:
        next_in_line.close_fund(fund=fund, by=sam, at=NOW + timedelta(days=1))
    assert refused.value.code == "fund-closed"
    proven()
