"""What awaits who applies, who was given an award, and who reviews."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from funding.grants import application_stages as stages
from funding.grants import award_stages, milestone_stages
from funding.grants.actions.delivering import REMIND_BEFORE
from funding.grants.desk import reviews_to_write
from funding.grants.models import Acceptance, Application, Award, Milestone, Reviewer
from members.awaiting import Waiting
from members.desk_reads import holds_office
from members.models import Person


def grants_waiting(person: Person, at: datetime) -> Iterable[Waiting]:
    """What is asked of an applicant, of a project with an award, and of a reviewer."""
    yield from _asked(person)
    yield from _agreements(person)
    yield from _milestones(person, at)
    yield from _account(person)
    # Who holds an office finds it on their desk.
    if Reviewer.objects.filter(person=person, ended_at=None).exists() and not holds_office(
        person, at
    ):
        yield from _reviews(person, at)


def _asked(person: Person) -> Iterable[Waiting]:
    asked = Application.objects.filter(applicant=person, stage=stages.ASKED_MORE)
    for row in asked.values("pk", "version__title", "asked_until").order_by("asked_until", "pk"):
        yield Waiting(
            _("Send what is missing of “%(title)s”") % {"title": row["version__title"]},
            reverse("grant-write", args=[row["pk"]]),
            row["asked_until"],
        )


def _agreements(person: Person) -> Iterable[Waiting]:
    offered = Award.objects.filter(
        application__applicant=person, stage=award_stages.OFFERED
    ).not_accepted_by(Acceptance.Side.PROJECT)
    for row in offered.values("pk", "application__version__title").order_by("committed_at", "pk"):
        yield Waiting(
            _("Read the agreement about “%(title)s”, and accept it")
            % {"title": row["application__version__title"]},
            reverse("grant-agreement", args=[row["pk"]]),
        )


def _milestones(person: Person, at: datetime) -> Iterable[Waiting]:
    """What is due soon or late, and what came back."""
    soon = Q(due_on__lte=at.date() + REMIND_BEFORE) | Q(stage=milestone_stages.SENT_BACK)
    due = Milestone.objects.filter(
        soon,
        stage__in=milestone_stages.OPEN,
        award__stage=award_stages.AGREED,
        award__application__applicant=person,
    )
    for row in due.values("pk", "title", "stage", "due_on").order_by("due_on", "pk"):
        words = (
            _("Show what was missing of “%(title)s”")
            if row["stage"] == milestone_stages.SENT_BACK
            else _("Show that “%(title)s” is reached")
        )
        yield Waiting(
            words % {"title": row["title"]},
            reverse("grant-milestone", args=[row["pk"]]),
            datetime.combine(row["due_on"] + timedelta(days=1), time.min, UTC),
        )


def _account(person: Person) -> Iterable[Waiting]:
    live = Award.objects.filter(application__applicant=person, stage__in=award_stages.LIVE)
    if not live.exists():
        return
    current = person.payee_accounts.current().values_list("confirmed_at", flat=True).first()
    if current is not None:
        return
    named = person.payee_accounts.current().exists()
    words = (
        _("Confirm the account you named: the link is in our mail to you")
        if named
        else _("Name the account that your award is paid to")
    )
    yield Waiting(words, reverse("grant-account"))


def _reviews(person: Person, at: datetime) -> Iterable[Waiting]:
    undeclared = Application.objects.undeclared_by(person, at.date()).count()
    if undeclared:
        yield Waiting(
            ngettext(
                "Say whether you have an interest in %(count)d application",
                "Say whether you have an interest in %(count)d applications",
                undeclared,
            )
            % {"count": undeclared},
            reverse("grant-interests"),
        )
    for row in reviews_to_write(person, at):
        yield Waiting(
            _("Review “%(title)s”") % {"title": row["version__title"]},
            reverse("grant-review", args=[row["pk"]]),
            row["round__hear_by"],
        )
