"""What was added to the vocabulary, and what was said more clearly, and when. Pure.

Every code is accounted for by exactly one entry's ``added``; a test holds it to that. An entry once
published is not edited: it went out as news. A new code raises the second number of the version, a
clearer wording the third. A code never changes its meaning and is never taken out, so the first
number stays (docs/schemas.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from governance.terms.vocabulary import gettext_noop

_ = gettext_noop

Codes = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Change:
    """One entry: ``added`` and ``clarified`` are codes by the point of a rule they stand at."""

    version: str
    at: str
    title: str
    summary: str
    added: Codes = field(default_factory=dict)
    clarified: Codes = field(default_factory=dict)


# The newest first.
CHANGES = (
    Change(
        "1.2.0",
        "2026-11-22T01:30:00Z",
        _("Conclusions, decisions, breaches"),
        _(
            "What is concluded and decided about you, collecting and contacting; duties to correct "
            "and to report a breach; more data, recipients and one more purpose."
        ),
        added={
            "action": ("infer", "decide", "collect", "contact", "correct", "report_breach"),
            "purpose": ("direct_marketing",),
            "data": ("identity", "work", "beliefs"),
            "recipient": ("group_companies", "authorities"),
        },
    ),
    Change(
        "1.1.0",
        "2026-11-22T01:06:02Z",
        _("Encrypted, and only on your own device"),
        _(
            "A code for storage that is both, so that a rule about either of the two is a rule "
            "about it."
        ),
        added={"storage": ("encrypted_on_device",)},
    ),
    Change(
        "1.0.0",
        "2026-11-21T22:09:47Z",
        _("The vocabulary"),
        _(
            "The codes that rules are written in, with their identifiers: three kinds of rule, "
            "three parties, and the actions, purposes, data, recipients and storage that the "
            "first terms need."
        ),
        added={
            "kind": (
                "permission",
                "prohibition",
                "duty",
            ),
            "party": (
                "first",
                "second",
                "third",
            ),
            "action": (
                "use",
                "analyse",
                "track",
                "profile",
                "combine",
                "share_anonymised",
                "share_identifiable",
                "store",
                "show_ads",
                "deliver_service",
                "provide_portability",
                "delete",
                "inform",
                "withdraw",
            ),
            "purpose": (
                "service",
                "customer_care",
                "payment",
                "personalisation",
                "improvement",
                "security",
                "legal",
                "marketing",
                "advertising",
                "personalised_ads",
                "sale",
                "research",
                "public_good",
                "ai",
                "intentcasting",
            ),
            "data": (
                "contact",
                "location",
                "behaviour",
                "browsing",
                "device",
                "finance",
                "purchases",
                "preferences",
                "intention",
                "communication",
                "demographic",
                "health",
                "biometric",
            ),
            "recipient": (
                "processors",
                "third_parties",
                "advertisers",
                "data_brokers",
                "ai_developers",
                "researchers",
            ),
            "storage": (
                "on_device",
                "encrypted",
            ),
        },
    ),
)

VERSION = CHANGES[0].version
