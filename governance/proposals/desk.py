"""What proposals bring to the stewards' desk: flags, and decisions nobody was asked to ratify."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.proposals.models import Flag, Nomination, Provisional, Seat, founding_on
from members.desk import Item, Place, Source
from members.models import Person, RoleGrant

# Members are asked to ratify by a program, within minutes.
PATIENCE = timedelta(days=1)


def for_stewards(person: Person, at: datetime) -> Iterable[Item]:
    if person.holds(RoleGrant.Role.STEWARD, at.date()):
        yield from _flags(person)
        yield from _unasked(at)


def places(person: Person, at: datetime) -> Iterable[Place]:
    if person.holds(RoleGrant.Role.STEWARD, at.date()):
        yield Place(_("Flags"), _("what members want you to look at"), reverse("flags"))


def _flags(person: Person) -> Iterable[Item]:
    """What members flagged, but nothing that is the steward's own cause: two queries.

    As ``permissions.check_can_settle`` says of one flag.
    """
    seats = [
        str(seat) for seat in Seat.objects.filter(grant__person=person).values_list("pk", flat=True)
    ]
    standing = Nomination.objects.standing().filter(nominee=person)
    waiting = (
        Flag.objects.filter(settled_at=None)
        .exclude(person=person)
        .exclude(proposal__author=person)
        .exclude(proposal__supports__person=person)
        .exclude(proposal__manuscript__co_authors__person=person)
        .exclude(proposal__in=standing.values("proposal"))
        .exclude(comment__author=person)
        .exclude(comment__amendment__author=person)
        .exclude(comment__amendment__supports__person=person)
        .exclude(comment__flags__person=person)
        .exclude(Q(comment=None) & Q(proposal__flags__person=person, proposal__flags__comment=None))
        .exclude(proposal__kind="recall", proposal__wording__content__seat__in=seats)
    )
    for flag in waiting.values("pk", "comment", "proposal__wording__title", "at"):
        about = {"title": flag["proposal__wording__title"]}
        comment = _("Look at a comment on “%(title)s” that somebody flagged") % about
        idea = _("Look at the idea “%(title)s”, which somebody flagged") % about
        yield Item(
            key=f"flag:{flag['pk']}",
            what=comment if flag["comment"] else idea,
            url=reverse("flags"),
            since=flag["at"],
        )


def _unasked(at: datetime) -> Iterable[Item]:
    """Decisions of the founding that wait to be ratified and about which no proposal was opened."""
    waiting = list(
        Provisional.objects.waiting()
        .filter(decided_at__lt=at - PATIENCE)
        .values("pk", "decision__wording__title", "decided_at")
    )
    if not waiting or founding_on(at.date()):
        return
    for decision in waiting:
        yield Item(
            key=f"ratification:{decision['pk']}",
            what=_("Find out why members were not asked to ratify “%(title)s”")
            % {"title": decision["decision__wording__title"]},
            url=reverse("proposal", args=[decision["pk"]]),
            since=decision["decided_at"],
        )


SOURCE = Source(
    "proposals",
    {
        "flag": gettext_lazy("flag"),
        "ratification": gettext_lazy("ratification"),
    },
    for_stewards,
)
