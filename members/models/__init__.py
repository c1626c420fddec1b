"""People, their standing and roles, their tokens, the mail we owe them, and how they leave."""

from members.models.desk import Away, AwayQuerySet, Claim, SweepRun
from members.models.invitations import Invitation, InvitationQuerySet, OwnInvitations
from members.models.leaving import Leaving, LeavingCode, LeavingQuerySet
from members.models.mail import OutgoingMail, OutgoingMailQuerySet
from members.models.people import (
    NOBODYS_ADDRESS,
    AbstractEvent,
    Attestation,
    Author,
    Event,
    HoldersOfRole,
    JoinedInMonth,
    MailChoice,
    Person,
    PersonManager,
    PersonQuerySet,
    Program,
    RoleGrant,
    RoleGrantQuerySet,
    StandingPeriod,
    StandingPeriodQuerySet,
    subject_of,
)
from members.models.tokens import TOKEN_PREFIX, PersonalToken, PersonalTokenQuerySet

__all__ = [
    "NOBODYS_ADDRESS",
    "TOKEN_PREFIX",
    "AbstractEvent",
    "Attestation",
    "Author",
    "Away",
    "AwayQuerySet",
    "Claim",
    "Event",
    "HoldersOfRole",
    "Invitation",
    "InvitationQuerySet",
    "JoinedInMonth",
    "Leaving",
    "LeavingCode",
    "LeavingQuerySet",
    "MailChoice",
    "OutgoingMail",
    "OutgoingMailQuerySet",
    "OwnInvitations",
    "Person",
    "PersonManager",
    "PersonQuerySet",
    "PersonalToken",
    "PersonalTokenQuerySet",
    "Program",
    "RoleGrant",
    "RoleGrantQuerySet",
    "StandingPeriod",
    "StandingPeriodQuerySet",
    "SweepRun",
    "subject_of",
]
