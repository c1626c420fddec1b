"""What grants write to the public record: from a round to what is paid. Never a person."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from governance.record.registry import (
    COUNT,
    CURRENCY,
    SHA256,
    URL,
    UUID,
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

PROMOTED = register(
    EntryType(
        name="grant-application.promoted",
        schema=closed(
            {
                "application": URL,
                "round": URL,
                "rank": COUNT,
                "freeMinor": COUNT,
                "currency": CURRENCY,
                "resultSha256": SHA256,
            }
        ),
        summary=_("Money of a grant round came free and went to the next in line."),
    )
)

AWARD_COMMITTED = register(
    EntryType(
        name="grant-award.committed",
        schema=closed(
            {"award": UUID, "application": UUID, "minor": COUNT, "currency": CURRENCY},
        ),
        summary=_("Money of a grant round was set aside for a project."),
    )
)

AWARD_AGREED = register(
    EntryType(
        name="grant-award.agreed",
        schema=closed({"award": UUID, "agreementSha256": SHA256, "milestones": COUNT}),
        summary=_("A project and Customer Commons accepted an agreement on %(milestones)s steps."),
    )
)

AWARD_AMENDED = register(
    EntryType(
        name="grant-award.amended",
        schema=closed({"award": UUID, "milestone": COUNT, "criteriaSha256": SHA256}),
        summary=_("Two people agreed to change milestone %(milestone)s of an award."),
    )
)

AWARD_PAID = register(
    EntryType(
        name="grant-award.paid",
        schema=closed(
            {
                "award": UUID,
                "payment": UUID,
                "minor": COUNT,
                "currency": CURRENCY,
                "approvals": COUNT,
                "entry": SHA256,
            }
        ),
        summary=_("A project was paid for a milestone; %(approvals)s people approved it."),
    )
)

AWARD_REVERSED = register(
    EntryType(
        name="grant-award.payment-reversed",
        schema=closed({"award": UUID, "payment": UUID, "entry": SHA256}),
        summary=_("A payment to a project came back to the bank."),
    )
)

AWARD_ENDED = register(
    EntryType(
        name="grant-award.ended",
        schema=closed(
            {
                "award": UUID,
                "how": one_of("closed", "declined", "terminated"),
                "releasedMinor": COUNT,
                "currency": CURRENCY,
            }
        ),
        summary=_("A grant ended."),
    )
)
