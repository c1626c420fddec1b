"""Who stands in an election. All of it while it is discussed; then the ballot is what they wrote.

Nobody is told who was asked to stand: a nomination is seen by others once its nominee has accepted.
"""

from __future__ import annotations

import secrets
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from governance.proposals import kinds, nomination_stages, stages
from governance.proposals.actions import moves
from governance.proposals.models import Event, Nomination, Proposal
from governance.proposals.permissions import (
    can_stand,
    check_can_answer,
    check_can_nominate,
    check_can_stand,
)
from governance.terms.tidy_text import tidy
from kernel.refusal import Refused
from members.actions import queue_mail
from members.models import Author, Person, subject_of

LONGEST_STATEMENT = 4000
LONGEST_INTERESTS = 1000


@transaction.atomic
def nominate(*, proposal: Proposal, email: str, by: Person, at: datetime) -> None:
    """Ask whoever has this address to stand. Nothing is answered about whether anybody has.

    Raises ``Refused``: "not-in-standing", "not-an-election", "nominations-closed",
    "nominate-yourself".
    """
    check_can_nominate(by, at=at)
    held = _held_open(proposal)
    nominee = Person.objects.filter(email__iexact=email.strip(), is_active=True).first()
    if nominee == by:
        raise Refused("nominate-yourself", _("Stand yourself: write your statement below."))
    Event.record("election.nominated", subject=subject_of(held), by=by, at=at)
    if nominee is None or not can_stand(held, nominee, at=at):
        return
    try:
        with transaction.atomic():
            asked = _new(held, nominee, by=by, at=at, stage=nomination_stages.ASKED)
    except IntegrityError:
        return
    words = {
        "title": held.wording.title,
        "url": settings.SITE_ORIGIN + held.get_absolute_url(),
    }
    queue_mail(
        person=nominee,
        kind="proposals",
        key=f"nomination:{asked.pk}",
        subject=_("You were asked to stand: %(title)s") % words,
        body=_(
            "Somebody would like to see you in office and asked you to stand in “%(title)s”. "
            "Nobody else knows of it unless you accept. Here you can accept or decline:\n%(url)s\n"
        )
        % words,
        at=at,
    )


@transaction.atomic
def stand(
    *, proposal: Proposal, statement: str, interests: str, by: Person, at: datetime
) -> Nomination:
    """Stand in an election, asked or not, or change what one wrote. Both texts are public.

    Raises ``Refused``: "not-in-standing", "too-new-to-stand", "not-an-election",
    "nominations-closed", "statement-missing", "interests-missing", "statement-too-long".
    """
    check_can_stand(proposal, by, at=at)
    held = _held_open(proposal)
    statement, interests = tidy(statement), tidy(interests)
    if not statement:
        raise Refused("statement-missing", _("Say why members should elect you."))
    if not interests:
        raise Refused(
            "interests-missing",
            _("Declare your interests: who pays you, what you own or sit on. “None” is an answer."),
        )
    if len(statement) > LONGEST_STATEMENT or len(interests) > LONGEST_INTERESTS:
        raise Refused("statement-too-long", _("That is longer than fits on a ballot."))
    mine = Nomination.objects.filter(proposal=held, nominee=by)
    known = mine.filter(stage__in=nomination_stages.sources("stand"))
    if not known.update(
        stage=nomination_stages.STANDING, statement=statement, interests=interests, answered_at=at
    ):
        _new(
            held,
            by,
            by=by,
            at=at,
            stage=nomination_stages.STANDING,
            statement=statement,
            interests=interests,
            answered_at=at,
        )
    Event.record("election.stands", subject=subject_of(held), by=by, at=at)
    return mine.get()


@transaction.atomic
def decline(*, nomination: Nomination, by: Person, at: datetime) -> None:
    """Say no to a nomination. Raises ``Refused``: "not-the-nominee", "nomination-answered"."""
    _answer(nomination, "decline", nomination_stages.DECLINED, by=by, at=at)


@transaction.atomic
def step_back(*, nomination: Nomination, by: Person, at: datetime) -> None:
    """Stand no longer. Raises ``Refused``: "not-the-nominee", "nomination-answered"."""
    _answer(nomination, "step_back", nomination_stages.WITHDRAWN, by=by, at=at)


@transaction.atomic
def close_nominations(*, proposal: Proposal, by: Author, at: datetime) -> None:
    """Settle who stands and what they wrote: from now on their salted hashes say so.

    Whoever cannot stand any more, as their membership ended, steps back.
    """
    for nomination in proposal.nominations.standing().select_related("nominee"):
        if nomination.nominee.standing_on(at.date()) is None:
            Nomination.objects.filter(pk=nomination.pk).update(
                stage=nomination_stages.WITHDRAWN, answered_at=at
            )
            continue
        nomination.name = str(nomination.nominee)
        nomination.salt = secrets.token_hex(32)
        Nomination.objects.filter(pk=nomination.pk, sha256="").update(
            name=nomination.name, salt=nomination.salt, sha256=nomination.digest()
        )
    Event.record("election.nominations-closed", subject=subject_of(proposal), by=by, at=at)


@transaction.atomic
def erase_candidacies(*, person: Person, by: Author, at: datetime) -> int:
    """Erase name, words and salt of whoever left from elections; their hashes stay, unlinkable."""
    theirs = Nomination.objects.filter(nominee=person, erased_at=None)
    erased = theirs.update(name="", salt="", statement="", interests="", erased_at=at)
    if erased:
        Event.record("election.erased", subject=subject_of(person), by=by, at=at)
    return erased


def _new(
    held: Proposal, nominee: Person, *, by: Person, at: datetime, stage: str, **more: object
) -> Nomination:
    return Nomination.objects.create(
        proposal=held,
        nominee=nominee,
        nominated_by=by,
        stage=stage,
        place=secrets.token_hex(16),
        asked_at=at,
        **more,
    )


def _answer(nomination: Nomination, move: str, to: str, *, by: Person, at: datetime) -> None:
    check_can_answer(nomination, by)
    held = _held_open(nomination.proposal)
    waiting = Nomination.objects.filter(pk=nomination.pk, stage__in=nomination_stages.sources(move))
    if not waiting.update(stage=to, answered_at=at):
        raise Refused("nomination-answered", _("You have answered this already. Look again."))
    Event.record(f"election.{move.replace('_', '-')}", subject=subject_of(held), by=by, at=at)


def _held_open(proposal: Proposal) -> Proposal:
    """The election as it stands now, held. Refuses unless nominations are open."""
    held = moves.hold(proposal)
    if not kinds.get(held.kind).elects:
        raise Refused("not-an-election", _("Nobody stands in this: it is no election."))
    if held.stage != stages.DISCUSSION:
        raise Refused(
            "nominations-closed",
            _("Members nominate each other while an election is discussed, and not now."),
        )
    return held
