"""Writes of applicants: a draft that loses nothing, what was sent, team, files, taking it back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from funding.grants import application_stages as stages
from funding.grants import asking, file_checks, funding_json, mails, permissions
from funding.grants.actions.moving import hold, hold_round, move, stage_passed, tell
from funding.grants.asking import Ask, Limits, Problem
from funding.grants.models import (
    Application,
    ApplicationVersion,
    Attachment,
    Draft,
    Event,
    Relation,
    Reviewer,
    Round,
    TeamMember,
)
from funding.ledger import documents
from governance.terms.models import Term
from kernel import outbound
from kernel.refusal import Refused
from members.models import Person, RoleGrant, subject_of

MOST_TEAM = 12
MOST_DRAFTS = 3
_ADDRESS = re.compile(r"[^@\s]{1,64}@[^@\s]{1,180}\.[^@\s.]{2,}")


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the team, as the applicant names them."""

    name: str
    email: str
    role: str = ""


class Incomplete(Refused):
    """What was typed is no whole application: ``problems`` names each field."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("application-incomplete", _("Something is missing or does not add up."))
        self.problems = tuple(problems)


@transaction.atomic
def begin_application(*, round: Round, by: Person, at: datetime) -> Application:
    """Begin a draft that nobody else can read. An account is enough; no membership is asked for.

    Raises ``Refused``: "round-takes-none", "reviewer-applies", "too-many-drafts".
    """
    held = hold_round(round)
    if not held.takes_applications(at):
        raise _takes_none()
    if permissions.is_reviewer(held, by):
        raise Refused("reviewer-applies", _("Who reviews a round applies for nothing in it."))
    begun = Application.objects.filter(round=held, applicant=by, stage=stages.DRAFT)
    if begun.count() >= MOST_DRAFTS:
        raise Refused(
            "too-many-drafts",
            _("You have several drafts for this round already. Go on with one of them."),
        )
    application = Application.objects.create(round=held, applicant=by, begun_at=at)
    Draft.objects.create(application=application, content=asking.typed({}), saved_at=at)
    Event.record("application.begun", subject=subject_of(application), by=by, at=at)
    return application


@transaction.atomic
def save_draft(
    *, application: Application, content: Mapping[str, Any], seen: int, by: Person, at: datetime
) -> Draft:
    """Keep what was typed. ``seen`` is the number of the draft that was changed.

    Raises ``Refused``: "not-the-applicant", "stage-passed", and "draft-changed-elsewhere" where
    another tab saved meanwhile: then nothing is overwritten.
    """
    permissions.check_is_applicant(application, by)
    held = hold(application)
    if held.stage not in stages.EDITABLE:
        raise stage_passed()
    kept = asking.typed(content)
    mine = Draft.objects.filter(application=held, number=seen)
    if not mine.update(content=kept, number=seen + 1, saved_at=at):
        raise Refused(
            "draft-changed-elsewhere",
            _(
                "You changed this application in another window meanwhile. Nothing is lost: both "
                "texts are here. Take over what you want to keep, and save again."
            ),
        )
    return Draft.objects.get(application=held)


@transaction.atomic
def save_team(
    *,
    application: Application,
    members: Sequence[Member],
    related: Mapping[Person, str],
    by: Person,
    at: datetime,
) -> None:
    """Name the team, and who of those that look after the round is close to it.

    Whoever is named is kept apart from deciding about the application. Once it was sent, nobody is
    taken off again. Raises ``Refused``.
    """
    permissions.check_is_applicant(application, by)
    held = hold(application)
    if held.stage not in stages.EDITABLE:
        raise stage_passed()
    if len(members) > MOST_TEAM:
        raise Refused("team-too-large", _("Name at most twelve people."))
    named: dict[str, Member] = {}
    for member in members:
        address = member.email.strip().lower()
        if not _ADDRESS.fullmatch(address) or not member.name.strip():
            raise Refused("team-member-unnamed", _("Each of the team has a name and an address."))
        named[address] = member
    if held.version_id is None:
        held.team.exclude(email__in=named).delete()
        held.relations.exclude(person__in=related).delete()
    for address, member in named.items():
        TeamMember.objects.update_or_create(
            application=held,
            email=address,
            defaults={
                "name": member.name.strip()[:60],
                "role": member.role.strip()[:80],
                "person": Person.objects.filter(email=address, is_active=True).first(),
            },
        )
    panel = {person.pk for person in panel_of(held.round, at)}
    for person, what in related.items():
        if person.pk not in panel:
            raise Refused("not-on-panel", _("They look after nothing in this round."))
        Relation.objects.update_or_create(
            application=held, person=person, defaults={"what": what.strip()[:200]}
        )
    Event.record("application.team-named", subject=subject_of(held), by=by, at=at)


def panel_of(round: Round, at: datetime) -> list[Person]:
    """Who looks after the round: its reviewers, and the stewards and scrutineers of today."""
    reviewing = Reviewer.objects.filter(round=round, ended_at=None).values("person")
    offices = RoleGrant.objects.on(at.date()).filter(
        role__in=[RoleGrant.Role.STEWARD, RoleGrant.Role.SCRUTINEER]
    )
    people = Person.objects.filter(is_active=True)
    found = people.filter(pk__in=reviewing) | people.filter(pk__in=offices.values("person"))
    return list(found.distinct().order_by("display_name", "pk"))


def limits_of(round: Round) -> Limits:
    """What the round allows, as the rules for an application take it."""
    decided = round.hear_by + timedelta(days=round.vote_days)
    return Limits(
        small=round.is_small,
        smallest=round.smallest,
        largest=round.largest,
        first_day=decided.date(),
    )


def parse_draft(application: Application) -> tuple[Ask | None, tuple[Problem, ...]]:
    """What the draft amounts to, or what it lacks: for a preview."""
    asked, problems = asking.parse(application.draft.content, limits_of(application.round))
    unknown = _unknown_terms(application.draft.content)
    if unknown:
        problems = (*problems, Problem("terms", asking.NO_SUCH_TERM, {"slug": unknown[0]}))
    return (None, problems) if problems else (asked, ())


@transaction.atomic
def submit_application(
    *, application: Application, seen: int, by: Person, at: datetime
) -> ApplicationVersion:
    """Send the draft as it stands: a version of its own that never changes.

    While the round is open it can be sent again; later only where something was asked for. Raises
    ``Refused``: "not-the-applicant", "round-takes-none", "stage-passed", "answer-too-late",
    "draft-changed-elsewhere", and ``Incomplete`` with each field that lacks something.
    """
    permissions.check_is_applicant(application, by)
    held_round = hold_round(application.round)
    held = hold(application)
    held.round = held_round
    if held.stage == stages.ASKED_MORE:
        name, changes = "answer", {"asked_until": None}
        if held.asked_until is None or at >= held.asked_until:
            raise Refused("answer-too-late", _("The day by which we asked for this has passed."))
    else:
        name, changes = "submit", {}
        if not held_round.takes_applications(at):
            raise _takes_none()
    if not Draft.objects.filter(application=held, number=seen).exists():
        raise Refused(
            "draft-changed-elsewhere",
            _("You changed this application in another window meanwhile. Please look again."),
        )
    asked, problems = parse_draft(held)
    if asked is None:
        raise Incomplete(problems)
    number = held.versions.count() + 1
    version = ApplicationVersion.objects.create(
        application=held,
        number=number,
        title=asked.title,
        summary=asked.summary,
        content=asked.as_content(),
        sha256=asked.sha256(application=str(held.pk), number=number),
        ask_minor=asked.amount.minor,
        currency=asked.amount.currency,
        sent_at=at,
    )
    version.terms.set(Term.objects.filter(slug__in=asked.terms))
    move(held, name, by=by, at=at, version=version, **changes)
    tell(held, partial(mails.sent, held), about=f"sent:{number}", at=at)
    return version


@transaction.atomic
def withdraw_application(*, application: Application, by: Person, at: datetime) -> Application:
    """Take an application back, until it is decided. Raises ``Refused``."""
    permissions.check_is_applicant(application, by)
    held = hold(application)
    return move(held, "withdraw", by=by, at=at, asked_until=None)


@transaction.atomic
def attach_file(
    *, application: Application, name: str, data: bytes, by: Person, at: datetime
) -> Attachment:
    """Add a file: known by its bytes, kept encrypted. Raises ``Refused`` with what to send instead.

    The same bytes again change nothing.
    """
    permissions.check_is_applicant(application, by)
    held = hold(application)
    if held.stage not in stages.EDITABLE:
        raise stage_passed()
    if held.round.is_small:
        raise Refused("files-not-asked", _("This round asks five questions, and for no files."))
    try:
        checked = file_checks.check(name, data)
    except file_checks.Unfit as unfit:
        raise Refused(unfit.code, _(unfit.sentence)) from None
    if held.files.filter(removed_at=None).count() >= file_checks.MOST_FILES:
        raise Refused("too-many-files", _("An application has at most ten files."))
    digest = documents.keep(data, folder=files_folder())
    try:
        with transaction.atomic():
            added = Attachment.objects.create(
                application=held,
                name=checked.name,
                type=checked.type,
                size=len(data),
                sha256=digest,
                added_at=at,
            )
    except IntegrityError:
        return held.files.get(sha256=digest, removed_at=None)
    Event.record("application.file-added", subject=subject_of(held), by=by, at=at, sha256=digest)
    return added


@transaction.atomic
def remove_file(*, attachment: Attachment, by: Person, at: datetime) -> None:
    """Take a file off an application that can still be changed. Raises ``Refused``."""
    permissions.check_is_applicant(attachment.application, by)
    held = hold(attachment.application)
    if held.stage not in stages.EDITABLE:
        raise stage_passed()
    if not Attachment.objects.filter(pk=attachment.pk, removed_at=None).update(removed_at=at):
        raise Refused("file-removed", _("This file was taken off already."))
    Event.record(
        "application.file-removed",
        subject=subject_of(held),
        by=by,
        at=at,
        sha256=attachment.sha256,
    )


def files_folder() -> Path:
    """Where the files of applications lie: outside of what a web server serves."""
    return Path(settings.GRANTS_DIR)


def fetch_funding_json(url: str) -> bytes:
    """The file at ``url``, fetched past the guard; never inside a transaction.

    Raises ``kernel.outbound.OutboundRefused`` with what would work.
    """
    return outbound.fetch(
        url, media_types=funding_json.MEDIA_TYPES, limit=funding_json.LARGEST
    ).body


def import_funding_json(
    *, application: Application, data: bytes, guid: str, seen: int, by: Person, at: datetime
) -> Draft:
    """Fill what is empty in the draft from a funding.json. ``guid`` names one of its projects.

    Without ``guid`` it is the first. Nothing that was typed is lost. Raises ``Refused``.
    """
    permissions.check_is_applicant(application, by)
    try:
        projects = funding_json.read(data, application.round.currency)
    except funding_json.Unreadable as unreadable:
        raise Refused("funding-json-unreadable", _(unreadable.sentence)) from None
    chosen = next((one for one in projects if one.guid == guid), None if guid else projects[0])
    if chosen is None:
        raise Refused("funding-json-project", _("No project in this file is called that."))
    draft = Draft.objects.get(application=application)
    return save_draft(
        application=application,
        content=funding_json.merge(draft.content, chosen.draft),
        seen=seen,
        by=by,
        at=at,
    )


def _unknown_terms(content: Mapping[str, Any]) -> list[str]:
    slugs = [slug.strip() for slug in asking.typed(content)["terms"] if slug.strip()]
    known = set(Term.objects.filter(slug__in=slugs).values_list("slug", flat=True))
    return [slug for slug in slugs if slug not in known]


def _takes_none() -> Refused:
    return Refused("round-takes-none", _("This round takes no applications now."))
