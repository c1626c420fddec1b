"""The pages of grants: who opens which, as part of the walk through every page."""

from __future__ import annotations

from collections.abc import Callable

from django.urls import reverse
from django.utils import timezone

from funding.grants import actions
from members.models import Person
from tests.functional.visiting import Visitor
from tests.routes.grants_scene import Grants, set_grants
from tests.world import World

# What answers with a file or only takes a form, and so is no page.
NO_PAGES: set[str] = {
    *("grant-apply", "grant-save", "grant-file", "grant-file-remove"),
    *("grant-ask-members", "grant-sponsor", "grant-remark", "grant-answer", "grant-confirm"),
    "grant-table-csv",
}
# Which pages each of them answers for.
OPENED: dict[str, set[str]] = {
    "reader of grants": {"grants", "grant-round", "grant-application"},
    "applicant": {
        *("grant-mine", "grant-write", "grant-preview", "grant-team", "grant-files"),
        *("grant-import", "grant-withdraw", "grant-correct"),
    },
    "steward of grants": {
        *("grant-desk", "grant-interests", "grant-panel", "grant-review"),
        *("grant-board", "grant-table", "grant-history"),
        *("grant-reviewers", "grant-vote"),
    },
}


def set_scene(world: World) -> Grants:
    now = timezone.now()
    others = Person.objects.in_standing(now.date()).filter(role_grants=None)
    people = others.exclude(pk__in=[world.member.pk, world.newcomer.pk]).order_by("pk")[:6]
    return set_grants(world.member, world.steward, list(people), now)


def reading_grants(visitor: Visitor, world: World) -> None:
    visitor.go(reverse("grants"))
    scene = set_scene(world)
    visitor.go(reverse("grants"))
    for round in (scene.open, scene.read):
        visitor.go(round.get_absolute_url())
    visitor.go(scene.standing.get_absolute_url())
    visitor.sign_in(scene.reviewer)
    visitor.go(scene.standing.get_absolute_url())
    visitor.send("I want it on the ballot")


def applying(visitor: Visitor, world: World) -> None:
    visitor.sign_in(world.member)
    visitor.go(reverse("grant-mine"))
    scene = set_scene(world)
    visitor.go(reverse("grant-mine"))
    visitor.go(scene.open.get_absolute_url())
    for name in ("grant-application", "grant-team", "grant-files", "grant-import", "grant-write"):
        visitor.go(reverse(name, args=[scene.draft.pk]))
    # Forms that are refused, and say why
    visitor.go(reverse("grant-files", args=[scene.draft.pk]))
    visitor.send("Add it")
    visitor.go(reverse("grant-import", args=[scene.draft.pk]))
    visitor.send("Fill it in", {"Address of the file": "https://127.0.0.1/funding.json"})
    visitor.go(reverse("grant-team", args=[scene.draft.pk]))
    visitor.page.get_by_label("Name", exact=True).first.fill("Tom")
    visitor.send("Keep it")
    # From another window
    visitor.go(reverse("grant-write", args=[scene.draft.pk]))
    actions.save_draft(
        application=scene.draft,
        content=scene.draft.draft.content,
        seen=scene.draft.draft.number,
        by=world.member,
        at=timezone.now(),
    )
    visitor.send("Keep it", {"How much do you ask for?": "251"})
    visitor.send("Keep it, and check it")
    visitor.go(reverse("grant-write", args=[scene.draft.pk]))
    visitor.send("Keep it, and check it", {"How much do you ask for?": "250"})
    visitor.send("Send it")
    visitor.go(scene.draft.get_absolute_url())
    visitor.go(reverse("grant-withdraw", args=[scene.draft.pk]))
    visitor.send("Take it back")
    visitor.go(scene.declined.get_absolute_url())
    visitor.go(reverse("grant-correct", args=[scene.declined.pk]))
    visitor.send("Send my correction")
    visitor.send("Send my correction", {"Which fact is wrong, and what is right?": "For all."})
    # Somebody else's, in the same round
    visitor.go(scene.standing.get_absolute_url())


def looking_after(visitor: Visitor, world: World) -> None:
    visitor.sign_in(world.steward)
    visitor.go(reverse("grant-desk"), status=200)
    scene = set_scene(world)
    visitor.go(reverse("grant-desk"))
    visitor.go(reverse("grant-interests"))
    visitor.send("Say so")
    visitor.page.get_by_label("No. I know none of them well and gain nothing by it.").first.check()
    visitor.send("Say so")
    for application in (scene.screened, scene.reviewed, scene.standing, scene.declined):
        visitor.go(reverse("grant-panel", args=[application.pk]))
    visitor.go(reverse("grant-board", args=[scene.open.pk]))
    visitor.go(reverse("grant-board", args=[scene.read.pk]))
    visitor.go(reverse("grant-table", args=[scene.read.pk]))
    visitor.send("Show")
    visitor.go(reverse("grant-table", args=[scene.read.pk]) + "?least=5")
    for application in (scene.reviewed, scene.standing):
        visitor.go(reverse("grant-history", args=[application.pk]))
    visitor.go(reverse("grant-panel", args=[scene.screened.pk]))
    visitor.send("Do this")
    visitor.go(reverse("grant-review", args=[scene.reviewed.pk]))
    visitor.send("Put my review in")
    visitor.go(reverse("grant-reviewers", args=[scene.open.pk]))
    visitor.send("Name them", {"E-mail address of their account": "nobody@example.org"})
    visitor.send("Name them", {"E-mail address of their account": scene.reviewer.email})
    visitor.go(reverse("grant-vote", args=[scene.read.pk]))
    visitor.send("End the round without a vote")


WALKS: dict[str, Callable[[Visitor, World], None]] = {
    "reader of grants": reading_grants,
    "applicant": applying,
    "steward of grants": looking_after,
}
