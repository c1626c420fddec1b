"""Writes to the tokens with which programs speak for people."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.refusal import Refused
from members import scopes
from members.models import TOKEN_PREFIX, Author, Event, Person, PersonalToken, subject_of
from members.permissions import check_can_manage_tokens


@transaction.atomic
def create_token(
    *,
    person: Person,
    name: str,
    opens: Iterable[str],
    lasts: timedelta,
    by: Author,
    at: datetime,
) -> tuple[PersonalToken, str]:
    """Make a token that speaks for ``person``. The secret is returned once and kept nowhere.

    ``opens`` are names of ``members.scopes``. Raises ``Refused`` for somebody else's token, for no
    scope and for an unknown one.
    """
    check_can_manage_tokens(person, by)
    wanted = list(dict.fromkeys(opens))
    if not wanted or scopes.unknown(wanted):
        raise Refused("token-scopes", _("Please choose what the token may do."))
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    token = PersonalToken.objects.create(
        person=person,
        name=name,
        digest=hashlib.sha256(secret.encode()).hexdigest(),
        scopes=wanted,
        created_at=at,
        expires_at=at + lasts,
    )
    Event.record("token.created", subject=subject_of(token), by=by, at=at, scopes=wanted)
    return token, secret


@transaction.atomic
def revoke_token(*, token: PersonalToken, by: Author, at: datetime) -> None:
    """End a token now. Raises ``Refused`` for somebody else's and for one that has ended."""
    check_can_manage_tokens(token.person, by)
    if not PersonalToken.objects.live(at).filter(pk=token.pk).update(revoked_at=at):
        raise Refused("token-ended", _("This token has ended already."))
    Event.record("token.revoked", subject=subject_of(token), by=by, at=at)
