"""The pages of awards and payments, by who opens them: part of the walk over all pages."""

from __future__ import annotations

from collections.abc import Callable

from django.urls import reverse
from django.utils import timezone

from funding.grants.actions import paying as paying_actions
from funding.grants.bank_file import reference_of
from members.models import Person, Program
from tests.functional.visiting import Visitor
from tests.funding.grants.awards_acting import a_line
from tests.routes.grants_awards_scene import Awards, set_awards
from tests.world import World

# What answers with a file.
NO_PAGES: set[str] = {"grant-evidence", "grant-bank-file"}
# Which pages each of them answers for.
OPENED: dict[str, set[str]] = {
    "reader of awards": {"grant-awards", "grant-award"},
    "recipient of an award": {
        *("grant-agreement", "grant-milestone", "grant-account", "grant-account-confirm"),
    },
    "steward who pays": {
        *("grant-payments", "grant-payment", "grant-payment-new", "grant-bank-file-page"),
    },
    "steward who ends and undoes": {
        *("grant-award-payee", "grant-award-returns", "grant-award-end", "grant-fund"),
        "grant-payment-reversal",
    },
}


def set_scene(world: World) -> Awards:
    now = timezone.now()
    others = Person.objects.in_standing(now.date()).filter(role_grants=None)
    people = others.exclude(pk__in=[world.member.pk, world.newcomer.pk]).order_by("pk")[:3]
    return set_awards(world.member, world.steward, list(people), now)


def reading_awards(visitor: Visitor, world: World) -> None:
    visitor.go(reverse("grant-awards"))
    scene = set_scene(world)
    visitor.go(reverse("grant-awards"))
    visitor.go(scene.award.get_absolute_url())
    visitor.go(reverse("grant-account-confirm", args=[scene.token]))


def receiving(visitor: Visitor, world: World) -> None:
    visitor.sign_in(world.member)
    scene = set_scene(world)
    visitor.go(scene.award.get_absolute_url())
    visitor.go(scene.offered.get_absolute_url())
    visitor.go(reverse("grant-agreement", args=[scene.offered.pk]))
    visitor.send("I accept exactly this text")
    later = scene.award.milestones.get(number=5)
    visitor.go(reverse("grant-milestone", args=[later.pk]))
    visitor.send("Show it", {"A link to it": "http://example.org/"})
    visitor.send("Show it", {"A link to it": "https://example.org/release"})
    visitor.go(reverse("grant-milestone", args=[scene.reached.pk]))
    visitor.go(reverse("grant-account"))
    visitor.send("Name this account", {"IBAN": "DE00"})
    visitor.send(
        "Name this account",
        {
            "Name on the account": "Mia Muster",
            "IBAN": "NL91ABNA0417164300",
            "Town": "Utrecht",
            "Country, as two letters": "NL",
        },
    )
    visitor.go(reverse("grant-account-confirm", args=[scene.token]))


def paying(visitor: Visitor, world: World) -> None:
    visitor.sign_in(world.steward)
    visitor.go(reverse("grant-payments"))
    scene = set_scene(world)
    visitor.go(reverse("grant-payments"))
    visitor.go(reverse("grant-agreement", args=[scene.offered.pk]))
    visitor.go(reverse("grant-milestone", args=[scene.shown.pk]))
    visitor.send("Tell the project")
    visitor.go(reverse("grant-payment-new", args=[scene.reached.pk]))
    visitor.send("Ask two others to approve it")
    visitor.go(scene.payment.get_absolute_url())
    visitor.send("Approve exactly this")
    visitor.send("Cancel it")
    visitor.go(reverse("grant-bank-file-page", args=[scene.file.pk]))


def undoing(visitor: Visitor, world: World) -> None:
    visitor.sign_in(world.steward)
    scene, now = set_scene(world), timezone.now()
    visitor.go(scene.award.get_absolute_url())
    visitor.go(reverse("grant-award-payee", args=[scene.award.pk]))
    visitor.send("Show me the name and the address")
    visitor.send("Note it")
    sent = scene.file.payments.get()
    undo = reverse("grant-payment-reversal", args=[sent.pk])
    returns = reverse("grant-award-returns", args=[scene.award.pk])
    visitor.go(undo)
    visitor.go(returns)
    known = reference_of(sent.pk)
    a_line(world.steward, -sent.amount, reference=known, on=now.date())
    paying_actions.match_payment(payment=sent, by=Program("test"), at=now)
    visitor.go(undo)
    for number in range(2):
        text = f"Grant of a round that has a long name, part {number}, given back as it is"
        a_line(world.steward, sent.amount, reference=f"{known}-{number}", text=text)
    visitor.go(sent.get_absolute_url())
    visitor.go(undo)
    visitor.send("Propose to undo it", {"Why it came back": "A long reason: " + "it came " * 20})
    visitor.page.get_by_role("radio").first.check()
    visitor.send("Propose to undo it", {"Why it came back": "The account was closed."})
    visitor.go(returns)
    visitor.send("This is money given back")
    visitor.page.get_by_role("radio").first.check()
    visitor.send("This is money given back")
    visitor.go(reverse("grant-award-end", args=[scene.award.pk]))
    visitor.send("Propose to end it")
    visitor.send("Propose to end it", {"Why it should end": "It stopped. " * 100})
    visitor.go(reverse("grant-fund", args=[scene.award.fund_id]))
    visitor.send("Close the fund")


WALKS: dict[str, Callable[[Visitor, World], None]] = {
    "reader of awards": reading_awards,
    "recipient of an award": receiving,
    "steward who pays": paying,
    "steward who ends and undoes": undoing,
}
