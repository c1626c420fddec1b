"""What everybody reads of grants, and one's own share: part of the walk over all pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.urls import reverse

from funding.grants.actions import paying
from funding.grants.models import Determination, GrantPayment, Round
from members.models import Program
from tests.functional.grants_awards_pages import set_scene
from tests.functional.visiting import Visitor
from tests.funding.grants.awards_acting import a_line
from tests.funding.grants.dues_scene import pays
from tests.routes.grants_awards_scene import Awards
from tests.world import World

# What answers with a file.
NO_PAGES: set[str] = {
    *("grant-open-data", "grant-feed-atom", "grant-feed-json", "grant-my-share-csv"),
}
# Which pages each of them answers for.
OPENED: dict[str, set[str]] = {
    "reader of the money of grants": {"grant-money", "grant-award", "grant-round"},
    "payer of grants": {"grant-my-share"},
}


def paid(world: World) -> tuple[Awards, GrantPayment]:
    """An award of which something was paid, chosen for a reason."""
    scene = set_scene(world)
    sent = GrantPayment.objects.sent().get()
    line = a_line(world.steward, -sent.amount, reference=sent.pk.hex, on=scene.now.date())
    assert line.minor == -sent.minor
    assert paying.match_payment(payment=sent, by=Program("test"), at=scene.now)
    Determination.objects.create(
        application=scene.award.application,
        outcome="awarded",
        reasons="12 members approved of it, and their equal shares paid for it.",
        result_sha256="5" * 64,
        read_at=scene.now,
        determined_at=scene.now,
    )
    sent.refresh_from_db()
    return scene, sent


def reading(visitor: Visitor, world: World) -> None:
    visitor.go(reverse("grant-money"))
    scene, _payment = paid(world)
    visitor.go(reverse("grant-money"))
    visitor.go(scene.award.get_absolute_url())
    visitor.go(scene.award.application.round.get_absolute_url())
    visitor.go(scene.award.application.get_absolute_url())


def looking_for_ones_dues(visitor: Visitor, world: World) -> None:
    visitor.sign_in(world.member)
    visitor.go(reverse("grant-my-share"))
    scene, _payment = paid(world)
    round = Round.objects.get(pk=scene.award.fund_id)
    pays(world.member, 1200, round.adopted_at - timedelta(days=1))
    visitor.go(reverse("grant-my-share"))


WALKS: dict[str, Callable[[Visitor, World], None]] = {
    "reader of the money of grants": reading,
    "payer of grants": looking_for_ones_dues,
}
