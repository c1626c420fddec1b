"""The pages of the desk: who opens which, as part of the walk through every page."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from funding.dues.models import Payment
from members.models import Person, RoleGrant
from tests.functional.visiting import Visitor
from tests.routes import stewards_work
from tests.world import World

# What answers with a file or only takes a form, and so is no page.
NO_PAGES: set[str] = {"desk-csv", "desk-claim", "desk-release", "desk-away-end"}
OPENED: dict[str, set[str]] = {
    "officer": {"desk", "desk-hand-over", "desk-away", "desk-sweeps"},
}


def at_the_desk(visitor: Visitor, world: World) -> None:
    now = timezone.now()
    colleague = Person.objects.in_standing(now.date()).filter(role_grants=None).order_by("pk")[0]
    visitor.sign_in(world.steward)
    visitor.go(reverse("desk") + "?whose=mine")
    RoleGrant.objects.create(person=colleague, role="steward", starts_on=now.date(), basis="pages")
    paid = Payment.objects.exclude(person__in=[world.steward, colleague]).order_by("paid_at")[0]
    work = stewards_work.make(paid, member=world.member, colleague=colleague, now=now)
    visitor.go(reverse("my-home"))
    visitor.go(reverse("desk"))
    visitor.send("Show")
    address = f"{reverse('desk-hand-over')}?key=case:{work.case.pk}"
    visitor.go(address)
    visitor.send("Hand it over")
    visitor.page.get_by_label(str(colleague)).first.check()
    visitor.send("Hand it over")
    visitor.go(reverse("desk-away"))
    visitor.send("Say so")
    first, last = now.date(), now.date() + timedelta(days=9)
    visitor.send("Say so", {"First day": f"{first}", "Last day": f"{last}"})
    visitor.go(reverse("desk"))
    visitor.go(reverse("desk-sweeps"))


WALKS = {"officer": at_the_desk}
