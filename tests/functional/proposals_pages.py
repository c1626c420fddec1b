"""The pages of proposals in every state: each stage, each kind of form, each refusal."""

from __future__ import annotations

from collections.abc import Callable

from django.urls import reverse
from django.utils import timezone

from governance.proposals import actions, kinds, stages
from governance.proposals.kinds import ResolutionText
from governance.proposals.models import Proposal
from tests.conftest import TEST
from tests.functional.visiting import Visitor
from tests.world import World

LONG = "Ein-Wort-das-niemand-bricht" * 4
# Which pages each of them answers for.
OPENED: dict[str, set[str]] = {
    "reader of every stage": {"proposal", "proposal-texts", "amendment-list", "candidates"},
    "writer of every kind": {"proposal-write"},
}


def reading_every_stage(visitor: Visitor, world: World) -> None:
    """One proposal in each stage there is, the empty, the long and the hidden."""
    found = {proposal.stage: proposal for proposal in Proposal.objects.to_show()}
    found[stages.LAPSED] = _lapsed(world)
    missing = set(stages.STAGES) - set(found)
    assert not missing, f"the story has no proposal that is {missing}"
    for stage in sorted(found):
        visitor.go(found[stage].get_absolute_url())
    first = found[stages.IDEA]
    visitor.go(reverse("proposal-texts", args=[first.pk]))
    visitor.go(reverse("amendment-list", args=[first.pk]))
    election = Proposal.objects.filter(kind="elect_stewards").order_by("opened_at")[0]
    visitor.go(reverse("candidates", args=[election.pk]))
    visitor.go(_hidden(world).get_absolute_url())


def writing_every_kind(visitor: Visitor, world: World) -> None:
    """The form of each kind: as it is opened, and as it comes back when nothing was filled in."""
    visitor.sign_in(world.member)
    for kind in kinds.proposable():
        visitor.go(reverse("proposal-write", args=[kind.name]))
        visitor.send("Open this idea")


def _resolution(world: World, title: str) -> Proposal:
    return actions.propose(
        kind="resolution",
        title=title,
        summary=LONG,
        problem=f"{LONG}\n\n- one\n- two\n\n> {LONG}",
        content=ResolutionText(f"# {LONG}\n\n`{LONG}`"),
        by=world.member,
        at=timezone.now(),
    )


def _lapsed(world: World) -> Proposal:
    proposal = _resolution(world, LONG)
    assert proposal.lapses_at
    return actions.lapse(proposal=proposal, by=TEST, at=proposal.lapses_at)


def _hidden(world: World) -> Proposal:
    proposal = _resolution(world, f"{LONG} again")
    actions.hide_idea(proposal=proposal, reason=LONG, by=world.steward, at=timezone.now())
    return proposal


WALKS: dict[str, Callable[[Visitor, World], None]] = {
    "reader of every stage": reading_every_stage,
    "writer of every kind": writing_every_kind,
}
