"""What proposals write in the public record. Texts and rules stand there by their hashes."""

from django.utils.translation import gettext_lazy as _

from governance.record.registry import (
    COUNT,
    DURATION,
    FRACTION,
    PATH,
    SHA256,
    TIMESTAMP,
    URL,
    UUID,
    EntryType,
    closed,
    one_of,
    register,
)

RULE_ADOPTED = register(
    EntryType(
        name="decision-rule.adopted",
        schema=closed(
            {
                "rule": closed(
                    {
                        "kind": PATH,
                        "sponsors": COUNT,
                        "ideaLapsesAfter": DURATION,
                        "discussion": DURATION,
                        "final": DURATION,
                        "voting": DURATION,
                        "quorum": FRACTION,
                        "majority": FRACTION,
                        "minDays": COUNT,
                        "sponsorsMinDays": COUNT,
                    }
                ),
                "effectiveFrom": TIMESTAMP,
                "basis": {"anyOf": [{"const": "founding"}, URL]},
            }
        ),
        summary=_("A rule for deciding proposals took effect on %(effectiveFrom)s."),
    )
)

DISCUSSION_BEGAN = register(
    EntryType(
        name="proposal.discussion-began",
        schema=closed(
            {
                "proposal": URL,
                "kind": PATH,
                "textSha256": SHA256,
                "sponsors": COUNT,
                "rule": SHA256,
            }
        ),
        summary=_("%(sponsors)s members stood behind a proposal, and its discussion began."),
    )
)

FROZEN = register(
    EntryType(
        name="proposal.frozen",
        schema=closed({"proposal": URL, "kind": PATH, "textSha256": SHA256}),
        summary=_("The discussion of a proposal ended and its text was frozen."),
    )
)

LAPSED = register(
    EntryType(
        name="proposal.lapsed",
        schema=closed({"proposal": URL, "kind": PATH, "textSha256": SHA256}),
        summary=_("A proposal lapsed: too few sponsors confirmed its changed text."),
    )
)

DECIDED = register(
    EntryType(
        name="proposal.decided",
        schema=closed(
            {
                "proposal": URL,
                "kind": PATH,
                "textSha256": SHA256,
                "poll": URL,
                "outcome": one_of("adopted", "rejected", "no_quorum"),
                "manifestSha256": SHA256,
                "resultSha256": SHA256,
            }
        ),
        summary=_("The vote on a proposal closed: %(outcome)s."),
    )
)

COMMENT_HIDDEN = register(
    EntryType(
        name="comment.hidden",
        schema=closed({"proposal": URL, "comment": UUID}),
        summary=_("A steward hid a comment, for a reason the proposal's page shows."),
    )
)
