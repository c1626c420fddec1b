"""What members themselves bring: sweeps that stall or fail; the desk's line on one's own page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from kernel.sweeps import registered
from members import desk_reads
from members.awaiting import Waiting
from members.desk import Item, Place, Source
from members.models import Person, RoleGrant, SweepRun

# How much longer than its own time a sweep may take before somebody looks at it.
PATIENCE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class SweepState:
    """How a sweep does. ``run`` is None where it never ran."""

    name: str
    every: timedelta
    run: SweepRun | None
    stalled: bool

    @property
    def failing(self) -> bool:
        return self.run is not None and self.run.failures > 0


def sweeps(at: datetime) -> list[SweepState]:
    """Every sweep, those that fail or stall first. One query."""
    runs = {run.name: run for run in SweepRun.objects.all()}
    states = []
    for sweep in registered():
        run = runs.get(sweep.name)
        limit = at - 2 * sweep.every - PATIENCE
        stalled = run is None or run.is_stalled(limit)
        states.append(SweepState(sweep.name, sweep.every, run, stalled))
    return sorted(states, key=lambda state: (not state.failing, not state.stalled, state.name))


def sweeps_on_the_desk(person: Person, at: datetime) -> Iterable[Item]:
    """For stewards: that nothing runs at all, or each sweep that fails or stalls."""
    if not person.holds(RoleGrant.Role.STEWARD, at.date()):
        return
    page = reverse("desk-sweeps")
    states = sweeps(at)
    if all(state.run is None for state in states):
        yield Item(
            "sweep:none", _("Nothing runs by itself: the worker was never started"), page, at
        )
        return
    for state in states:
        about = {"name": state.name}
        if state.run is not None and state.run.failing_since:
            what = ngettext(
                "%(name)s failed %(count)d time: %(fault)s",
                "%(name)s failed %(count)d times in a row: %(fault)s",
                state.run.failures,
            ) % {**about, "count": state.run.failures, "fault": state.run.fault}
            yield Item(f"sweep:{state.name}", what, page, state.run.failing_since)
        elif state.stalled:
            what = _("%(name)s has not run for too long") % about
            since = state.run.ran_at if state.run and state.run.ran_at else at
            yield Item(f"sweep:{state.name}", what, page, since)


SWEEPS = Source("members", {"sweep": gettext_lazy("what runs by itself")}, sweeps_on_the_desk)


def places(person: Person, at: datetime) -> Iterable[Place]:
    """Pages of the desk itself."""
    yield Place(_("Away"), _("who is away and when, and who stands in"), reverse("desk-away"))
    if person.holds(RoleGrant.Role.STEWARD, at.date()):
        yield Place(_("What runs by itself"), _("when each sweep last ran"), reverse("desk-sweeps"))


def desk_waiting(person: Person, at: datetime) -> Iterable[Waiting]:
    """For whoever holds an office, one line: how many things stand on their desk."""
    if not desk_reads.holds_office(person, at):
        return
    if count := desk_reads.count(person, at):
        yield Waiting(
            ngettext("%(count)d thing on your desk", "%(count)d things on your desk", count)
            % {"count": count},
            reverse("desk"),
        )
