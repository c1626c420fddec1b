"""Writes to the links with which people invite their friends."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from kernel.refusal import Refused
from members.models import Author, Event, Invitation, Person, subject_of
from members.permissions import check_can_invite


@transaction.atomic
def invite(*, person: Person, named: bool, by: Author, at: datetime) -> Invitation:
    """Make the link with which ``person`` invites; ``named``: whoever opens it reads their name.

    Raises ``Refused`` for another person, without standing, without a name to show, and where
    there is a link already.
    """
    check_can_invite(person, by, at)
    if named and not person.display_name:
        raise Refused("invite-nameless", _("You have no name to show yet. Choose one first."))
    try:
        with transaction.atomic():
            invitation = Invitation.objects.create(person=person, named=named, made_at=at)
    except IntegrityError:
        raise Refused(
            "invitation-there", _("You have a link already. End it first, then make another.")
        ) from None
    Event.record("invitation.made", subject=subject_of(invitation), by=by, at=at)
    return invitation


@transaction.atomic
def revoke_invitation(*, person: Person, by: Author, at: datetime) -> None:
    """End the link with which ``person`` invites. Raises ``Refused`` where there is none."""
    if by != person or not Invitation.objects.filter(person=person, revoked_at=None).update(
        revoked_at=at
    ):
        raise Refused("invitation-ended", _("There is no link that could end."))
    Event.record("invitation.revoked", subject=subject_of(person), by=by, at=at)


def note_joined(*, invitation: uuid.UUID) -> None:
    """Count somebody who came by a link that still invites; who it was is written nowhere."""
    Invitation.objects.live().filter(pk=invitation).update(joined=F("joined") + 1)
