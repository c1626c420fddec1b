"""Members' own part of leaving: what we hold about somebody ourselves, and what of it stays."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members import actions, leaving
from members.leaving import Part
from members.models import Event, OutgoingMail, Person, subject_of

# A mail that the server refused so often holds up nobody's leaving.
_TRIES = 4


def export(person: Person) -> dict[str, Any]:
    """Everything that members hold about ``person``."""
    return {
        "id": str(person.pk),
        "display_name": person.display_name,
        "locale": person.locale,
        "joined_at": person.joined_at.isoformat(),
        "last_signed_in_at": person.last_login.isoformat() if person.last_login else None,
        "addresses": [
            {"email": address.email, "verified": address.verified, "primary": address.primary}
            for address in EmailAddress.objects.filter(user=person).order_by("-primary", "email")
        ]
        or [{"email": person.email, "verified": False, "primary": True}],
        "standing": [
            {
                "starts_on": period.starts_on.isoformat(),
                "ends_on": period.ends_on.isoformat(),
                "kind": period.kind,
                "source": period.source,
            }
            for period in person.standing_periods.order_by("starts_on", "pk")
        ],
        "attestations": [
            {
                "version": attestation.version,
                "text": attestation.text,
                "attested_at": attestation.attested_at.isoformat(),
            }
            for attestation in person.attestations.order_by("attested_at", "pk")
        ],
        "roles": [
            {
                "role": grant.role,
                "starts_on": grant.starts_on.isoformat(),
                "ends_on": grant.ends_on.isoformat() if grant.ends_on else None,
                "basis": grant.basis,
                "ended_by": grant.ended_by,
            }
            for grant in person.role_grants.order_by("starts_on", "pk")
        ],
        "tokens": [
            {
                "name": token.name,
                "scopes": token.scopes,
                "created_at": token.created_at.isoformat(),
                "expires_at": token.expires_at.isoformat(),
                "revoked_at": token.revoked_at.isoformat() if token.revoked_at else None,
            }
            for token in person.tokens.order_by("created_at")
        ],
        "passkeys": [
            {
                "name": str(key),
                "created_at": key.created_at.isoformat(),
                "last_used_at": key.last_used_at.isoformat() if key.last_used_at else None,
            }
            for key in Authenticator.objects.filter(
                user=person, type=Authenticator.Type.WEBAUTHN
            ).order_by("created_at", "pk")
        ],
        "mail_choices": [
            {"kind": choice.kind, "wanted": choice.wanted}
            for choice in person.mail_choices.order_by("kind")
        ],
        "mail": [
            {
                "kind": mail.kind,
                "subject": mail.subject,
                "body": mail.body,
                "queued_at": mail.queued_at.isoformat(),
                "sent_at": mail.sent_at.isoformat() if mail.sent_at else None,
            }
            for mail in OutgoingMail.objects.filter(person=person).order_by("queued_at", "pk")
        ],
        "invitations": [
            {
                "named": invitation.named,
                "made_at": invitation.made_at.isoformat(),
                "revoked_at": invitation.revoked_at.isoformat() if invitation.revoked_at else None,
                "joined": invitation.joined,
            }
            for invitation in person.invitations.order_by("made_at")
        ],
        "in_hand": [
            {"what": claim.key, "claimed_at": claim.claimed_at.isoformat()}
            for claim in person.claims.order_by("claimed_at", "pk")
        ],
        "away": [
            {
                "first_on": away.first_on.isoformat(),
                "last_on": away.last_on.isoformat(),
                "stand_in": str(away.stand_in) if away.stand_in else None,
            }
            for away in person.aways.select_related("stand_in").order_by("first_on", "pk")
        ],
        "events": [
            {"verb": event.verb, "subject": event.subject, "at": event.at.isoformat()}
            for event in Event.objects.filter(
                Q(by=person) | Q(subject=subject_of(person))
            ).order_by("at", "pk")
        ],
    }


def _rows(**fields: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "array",
        "items": {
            "type": "object",
            "properties": fields,
            "required": list(fields),
            "additionalProperties": False,
        },
    }


_TEXT = {"type": "string"}
_TRUTH = {"type": "boolean"}
_DAY = {"type": "string", "format": "date"}
_TIME = {"type": "string", "format": "date-time"}
_DAY_OR_NONE = {"type": ["string", "null"], "format": "date"}
_TIME_OR_NONE = {"type": ["string", "null"], "format": "date-time"}

_FIELDS: dict[str, Any] = {
    "id": {"type": "string", "format": "uuid"},
    "display_name": _TEXT,
    "locale": _TEXT,
    "joined_at": _TIME,
    "last_signed_in_at": _TIME_OR_NONE,
    "addresses": _rows(email=_TEXT, verified=_TRUTH, primary=_TRUTH),
    "standing": _rows(starts_on=_DAY, ends_on=_DAY, kind=_TEXT, source=_TEXT),
    "attestations": _rows(version=_TEXT, text=_TEXT, attested_at=_TIME),
    "roles": _rows(role=_TEXT, starts_on=_DAY, ends_on=_DAY_OR_NONE, basis=_TEXT, ended_by=_TEXT),
    "tokens": _rows(
        name=_TEXT,
        scopes={"type": "array", "items": _TEXT},
        created_at=_TIME,
        expires_at=_TIME,
        revoked_at=_TIME_OR_NONE,
    ),
    "passkeys": _rows(name=_TEXT, created_at=_TIME, last_used_at=_TIME_OR_NONE),
    "mail_choices": _rows(kind=_TEXT, wanted=_TRUTH),
    "mail": _rows(kind=_TEXT, subject=_TEXT, body=_TEXT, queued_at=_TIME, sent_at=_TIME_OR_NONE),
    "invitations": _rows(
        named=_TRUTH, made_at=_TIME, revoked_at=_TIME_OR_NONE, joined={"type": "integer"}
    ),
    "in_hand": _rows(what=_TEXT, claimed_at=_TIME),
    "away": _rows(first_on=_DAY, last_on=_DAY, stand_in={"type": ["string", "null"]}),
    "events": _rows(verb=_TEXT, subject=_TEXT, at=_TIME),
}


def duties(person: Person, at: datetime) -> list[str]:
    """The roles that ``person`` holds: each is given back first."""
    return [
        _("You are %(role)s since %(day)s. Give this role back first, on your account's page.")
        % {"role": grant.get_role_display(), "day": date_format(grant.starts_on, "j F Y")}
        for grant in person.role_grants.on(at.date()).order_by("starts_on", "pk")
    ]


def ready(person: Person) -> bool:
    """Whether the last mail has gone out; one that cannot be delivered is not waited for."""
    return not OutgoingMail.objects.waiting().filter(person=person, attempts__lt=_TRIES).exists()


leaving.register(
    Part(
        name="members",
        label=gettext_lazy("Your account"),
        export=export,
        schema={
            "type": "object",
            "properties": _FIELDS,
            "required": list(_FIELDS),
            "additionalProperties": False,
        },
        duties=duties,
        prepare=actions.close_doors,
        ready=ready,
        erase=actions.forget_person,
        stays=gettext_lazy(
            "A row without a name, an address or a way to sign in: what was done here points at "
            "it. With it stay the days on which somebody was a member, what they attested, the "
            "roles they held, and when each of it was written down, so that votes and payments "
            "of the past can still be checked."
        ),
    )
)
