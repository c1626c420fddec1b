"""What grants write to the public record: rounds, shortlists, decisions. Never an applicant."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from governance.record.registry import (
    COUNT,
    CURRENCY,
    SHA256,
    URL,
    EntryType,
    closed,
    one_of,
    register,
)

ROUND_OPENED = register(
    EntryType(
        name="grant-round.opened",
        schema=closed(
            {
                "round": URL,
                "basis": URL,
                "budgetMinor": COUNT,
                "currency": CURRENCY,
                "criteriaSha256": SHA256,
            }
        ),
        summary=_("A grant round opened that the members adopted."),
    )
)

SHORTLISTED = register(
    EntryType(
        name="grant-application.shortlisted",
        schema=closed(
            {
                "application": URL,
                "round": URL,
                "versionSha256": SHA256,
                "sponsored": {"type": "boolean"},
            }
        ),
        summary=_("A project goes to the members' vote on a grant round."),
    )
)

DETERMINED = register(
    EntryType(
        name="grant-application.determined",
        schema=closed(
            {
                "application": URL,
                "round": URL,
                "outcome": one_of("awarded", "reserve", "not_chosen"),
                "resultSha256": SHA256,
                "confirmations": COUNT,
            }
        ),
        summary=_("%(confirmations)s people without a conflict confirmed what a vote decided."),
    )
)
