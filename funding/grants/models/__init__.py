"""Tables, constraints, and reads as QuerySet methods."""

from funding.grants.models.applications import (
    Application,
    ApplicationQuerySet,
    ApplicationVersion,
    Attachment,
    Draft,
    Relation,
    TeamMember,
)
from funding.grants.models.events import Event
from funding.grants.models.interests import Interest, PayoutMark
from funding.grants.models.reviewing import (
    Confirmation,
    Correction,
    Determination,
    Finding,
    Remark,
    Review,
    ReviewQuerySet,
    Sponsorship,
)
from funding.grants.models.rounds import Reviewer, Round, RoundQuerySet

__all__ = [
    "Application",
    "ApplicationQuerySet",
    "ApplicationVersion",
    "Attachment",
    "Confirmation",
    "Correction",
    "Determination",
    "Draft",
    "Event",
    "Finding",
    "Interest",
    "PayoutMark",
    "Relation",
    "Remark",
    "Review",
    "ReviewQuerySet",
    "Reviewer",
    "Round",
    "RoundQuerySet",
    "Sponsorship",
    "TeamMember",
]
