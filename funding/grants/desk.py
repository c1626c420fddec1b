"""What applications bring to the desk, from the first check to the members' decision.

Everything here goes through what ``ApplicationQuerySet`` says is somebody's to read and to decide:
what concerns them, or what they have not said that they are free of, is not found for them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Max, Min, OuterRef, Q, QuerySet, Subquery, UUIDField
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from funding.grants import actions, permissions, round_stages
from funding.grants import application_stages as stages
from funding.grants.models import (
    Application,
    Confirmation,
    Correction,
    Determination,
    Finding,
    Review,
    Reviewer,
)
from members.desk import Item, Place, Source
from members.models import Person, RoleGrant

# How long before an applicant hears stewards are told that reviews are still missing.
REVIEWS_BEFORE = timedelta(days=3)


def of_applications(person: Person, at: datetime) -> Iterable[Item]:
    """What ``person`` can do now about the applications that they look after."""
    yield from _interests(person, at)
    yield from _own_reviews(person, at)
    decides = set(
        Application.objects.all().decided_by(person, at.date()).values_list("pk", flat=True)
    )
    if decides:
        yield from _to_judge(decides, at)
        yield from _corrections(person, decides)
        yield from _determinations(person, decides)
    yield from _votes(person, at)


def places(person: Person, at: datetime) -> Iterable[Place]:
    held = RoleGrant.objects.on(at.date()).filter(person=person)
    roles = set(held.values_list("role", flat=True))
    if roles & {RoleGrant.Role.STEWARD, RoleGrant.Role.SCRUTINEER}:
        about = _("each application of a round, by stage, and the history of each")
        yield Place(_("Grant rounds"), about, reverse("grant-desk"))
    if roles:
        about = _("what is to be prepared, approved and sent")
        yield Place(_("Payments to projects"), about, reverse("grant-payments"))


def _interests(person: Person, at: datetime) -> Iterable[Item]:
    """That there are applications about which they have not said whether they have an interest."""
    rows = (
        Application.objects.undeclared_by(person, at.date())
        .values("round", "round__title", "round__hear_by")
        .annotate(count=Count("pk"), since=Min("version__sent_at"))
        .order_by("round")
    )
    for row in rows:
        yield Item(
            key=f"interest:{row['round']}",
            what=ngettext(
                "Say whether you have an interest in %(count)d application: “%(round)s”",
                "Say whether you have an interest in %(count)d applications: “%(round)s”",
                row["count"],
            )
            % {"count": row["count"], "round": row["round__title"]},
            url=reverse("grant-interests"),
            since=row["since"],
            due=row["round__hear_by"],
            personal=True,
        )


def _own_reviews(person: Person, at: datetime) -> Iterable[Item]:
    """Reviews that they have not written, as a reviewer of the round."""
    for row in reviews_to_write(person, at):
        yield Item(
            key=f"review:{row['pk']}",
            what=_("Review “%(title)s”") % {"title": row["version__title"]},
            url=reverse("grant-review", args=[row["pk"]]),
            since=row["eligible_at"] or row["round__closes_at"],
            due=row["round__hear_by"],
            personal=True,
        )


def reviews_to_write(person: Person, at: datetime) -> QuerySet[Application, Any]:
    """Of each application that ``person`` has still to review, what a line about it says."""
    named = Reviewer.objects.filter(person=person, ended_at=None)
    return (
        Application.objects.all()
        .open_to(person, at.date())
        .filter(stage=stages.IN_REVIEW, round__in=named.values("round"))
        .exclude(pk__in=Review.objects.filter(reviewer=person).values("application"))
        .annotate(eligible_at=_found_at(Finding.Name.FIND_ELIGIBLE))
        .values("pk", "version__title", "round__closes_at", "round__hear_by", "eligible_at")
        .order_by("round__hear_by", "pk")
    )


def _to_judge(decides: set[UUID], at: datetime) -> Iterable[Item]:
    """To screen, what got no answer, to shortlist or decline, and what slips."""
    asked_late = Q(stage=stages.ASKED_MORE, asked_until__lte=at)
    waiting = (
        Application.objects.filter(
            Q(stage__in=[stages.SCREENING, stages.IN_REVIEW]) | asked_late,
            round__stage=round_stages.REVIEWING,
        )
        .annotate(
            reviewed=Count("reviews", distinct=True),
            asked=Count("findings", filter=Q(findings__name=Finding.Name.ASK_MORE), distinct=True),
            found_at=Max("findings__at"),
        )
        # As plain values: there may be thousands, each with words that nothing here reads.
        .values(
            *("pk", "stage", "asked_until", "reviewed", "asked", "found_at"),
            *("round__hear_by", "round__closes_at", "round__form"),
            *("version__title", "version__sent_at"),
        )
    )
    for row in waiting:
        if row["pk"] in decides:
            item = _judging(row, at)
            if item is not None:
                yield item


def _judging(row: dict[str, Any], at: datetime) -> Item | None:
    pk, stage, hear_by = row["pk"], row["stage"], row["round__hear_by"]
    title = {"title": row["version__title"]}
    url = reverse("grant-panel", args=[pk])
    sent = max(row["version__sent_at"], row["round__closes_at"])
    if stage == stages.SCREENING and row["asked"]:
        what = _("Check “%(title)s” again: what was missing came") % title
        return Item(f"screening:{pk}", what, url, sent, hear_by)
    if stage == stages.SCREENING:
        what = _("Check whether the round is open to “%(title)s”") % title
        return Item(f"screening:{pk}", what, url, sent, hear_by)
    if stage == stages.ASKED_MORE:
        what = _("“%(title)s” did not send what was missing") % title
        return Item(f"unanswered:{pk}", what, url, row["asked_until"], hear_by)
    since = row["found_at"] or sent
    if row["reviewed"] >= actions.reviews_in(row["round__form"]):
        what = _("Put “%(title)s” on the shortlist, or decline it") % title
        return Item(f"shortlist:{pk}", what, url, since, hear_by)
    if hear_by <= at + REVIEWS_BEFORE:
        what = _("Reviews of “%(title)s” are missing, and its applicant is to hear") % title
        return Item(f"slipping:{pk}", what, url, since, hear_by)
    return None


def _corrections(person: Person, decides: set[UUID]) -> Iterable[Item]:
    """Corrections of fact that nobody heard yet; not of reasons they gave themselves."""
    last = Finding.objects.filter(application=OuterRef("pk")).order_by("-at", "-pk")
    waiting = (
        Correction.objects.filter(
            answered_at=None,
            of=F("application__stage"),
            application__round__stage=round_stages.REVIEWING,
        )
        .annotate(found_by=Subquery(last.values("by")[:1], output_field=UUIDField()))
        .values(
            "pk", "application__version__title", "at", "found_by", "application__round__hear_by"
        )
    )
    for row in waiting:
        if row["pk"] in decides and row["found_by"] != person.pk:
            yield Item(
                key=f"correction:{row['pk']}",
                what=_("Hear the correction of fact of “%(title)s”")
                % {"title": row["application__version__title"]},
                url=reverse("grant-panel", args=[row["pk"]]),
                since=row["at"],
                due=row["application__round__hear_by"],
            )


def _determinations(person: Person, decides: set[UUID]) -> Iterable[Item]:
    """What the members' vote decided and people still have to confirm."""
    mine = Confirmation.objects.filter(person=person).values("determination")
    waiting = (
        Determination.objects.filter(determined_at=None, application__stage=stages.BALLOTED)
        .exclude(pk__in=mine)
        .values("pk", "application__version__title", "read_at")
    )
    for row in waiting:
        if row["pk"] in decides:
            yield Item(
                key=f"determination:{row['pk']}",
                what=_("Confirm what members decided of “%(title)s”")
                % {"title": row["application__version__title"]},
                url=reverse("grant-panel", args=[row["pk"]]),
                since=row["read_at"],
            )


def _votes(person: Person, at: datetime) -> Iterable[Item]:
    """Rounds whose every application has its answer, for who looks after the round as a whole."""
    unanswered = Application.objects.filter(stage__in=stages.UNANSWERED)
    unheard = Correction.objects.filter(answered_at=None).exclude(
        application__stage=stages.WITHDRAWN
    )
    ready = (
        permissions.rounds_looked_after(person, at.date())
        .filter(stage=round_stages.REVIEWING)
        .exclude(pk__in=unanswered.values("round"))
        .exclude(pk__in=unheard.values("application__round"))
    )
    for round in ready:
        yield Item(
            key=f"vote:{round.pk}",
            what=_("Put the shortlist of “%(title)s” to the members’ vote")
            % {"title": round.title},
            url=reverse("grant-vote", args=[round.pk]),
            since=round.closes_at,
            due=round.hear_by,
        )


def _found_at(name: str) -> Subquery:
    found = Finding.objects.filter(application=OuterRef("pk"), name=name).order_by("-at", "-pk")
    return Subquery(found.values("at")[:1])


SOURCE = Source(
    "applications",
    {
        "interest": gettext_lazy("interest to declare"),
        "review": gettext_lazy("to review"),
        "screening": gettext_lazy("to screen"),
        "unanswered": gettext_lazy("no answer came"),
        "shortlist": gettext_lazy("to shortlist"),
        "slipping": gettext_lazy("reviews missing"),
        "correction": gettext_lazy("correction of fact"),
        "determination": gettext_lazy("to confirm"),
        "vote": gettext_lazy("to put to the vote"),
    },
    of_applications,
)
