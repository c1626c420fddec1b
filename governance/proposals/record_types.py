"""What proposals write in the public record. Texts and rules stand there by their hashes."""

from django.utils.translation import gettext_lazy as _

from governance.record.registry import (
    COUNT,
    DATE,
    DURATION,
    FRACTION,
    PATH,
    SEMVER,
    SHA256,
    SLUG,
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
                        "petition": FRACTION,
                    },
                    optional=("petition",),
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
                "adoptedTextSha256": SHA256,
            },
            optional=("adoptedTextSha256",),
        ),
        summary=_("The vote on a proposal closed: %(outcome)s."),
    )
)

NOMINATIONS_REOPENED = register(
    EntryType(
        name="election.nominations-reopened",
        schema=closed({"proposal": URL, "candidates": COUNT, "seats": COUNT}),
        summary=_("%(candidates)s stand for %(seats)s seats: nominations in an election go on."),
    )
)

SEATED = register(
    EntryType(
        name="office.seated",
        schema=closed({"role": PATH, "seat": UUID, "from": DATE, "until": DATE, "poll": URL}),
        summary=_("The members elected somebody into office: %(role)s until %(until)s."),
    )
)

RECALLED = register(
    EntryType(
        name="office.recalled",
        schema=closed({"role": PATH, "seat": UUID, "poll": URL}),
        summary=_("The members recalled somebody from office: %(role)s."),
    )
)

SEAT_ENDED = register(
    EntryType(
        name="office.ended",
        schema=closed({"role": PATH, "seat": UUID, "poll": URL}),
        summary=_("A seat ended, as a new election had seated somebody: %(role)s."),
    )
)

TERM_CUT = register(
    EntryType(
        name="office.term-cut",
        schema=closed({"role": PATH, "seat": UUID, "until": DATE, "poll": URL}),
        summary=_(
            "An election of the founding was not ratified: who it seated is a caretaker (%(role)s)."
        ),
    )
)

ADVICE_ADDED = register(
    EntryType(
        name="proposal.advised",
        schema=closed({"proposal": URL, "textSha256": SHA256, "noteSha256": SHA256}),
        summary=_("A lawyer's advisory note was put beside a final text."),
    )
)

PROVISIONAL = register(
    EntryType(
        name="decision.provisional",
        schema=closed({"proposal": URL, "kind": PATH, "poll": URL}),
        summary=_("A decision was taken during the founding; it lapses unless members ratify it."),
    )
)

RATIFIED = register(
    EntryType(
        name="decision.ratified",
        schema=closed({"proposal": URL, "kind": PATH, "ratification": URL}),
        summary=_("A decision of the founding was ratified by the members."),
    )
)

UNRATIFIED = register(
    EntryType(
        name="decision.lapsed",
        schema=closed({"proposal": URL, "kind": PATH, "ratification": URL}),
        summary=_("A decision of the founding was not ratified by the members, and lapsed."),
    )
)

COMMENT_HIDDEN = register(
    EntryType(
        name="comment.hidden",
        schema=closed({"proposal": URL, "comment": UUID}),
        summary=_("A steward hid a comment, for a reason the proposal's page shows."),
    )
)

IDEA_HIDDEN = register(
    EntryType(
        name="idea.hidden",
        schema=closed({"proposal": URL}),
        summary=_("A steward hid an idea, for a reason its page shows."),
    )
)

SHOWN_AGAIN = register(
    EntryType(
        name="moderation.shown-again",
        schema=closed({"hidden": UUID, "resolution": URL}),
        summary=_("What a steward had hidden is shown again: members resolved so."),
    )
)

ACCEPTANCE_OBSERVED = register(
    EntryType(
        name="acceptance.observed",
        schema=closed(
            {
                "domain": PATH,
                "form": SLUG,
                "slug": SLUG,
                "version": SEMVER,
                "sha256": SHA256,
                # Of the bytes in which the organisation says so.
                "statementSha256": SHA256,
            }
        ),
        summary=_("%(domain)s was seen to accept version %(version)s of the term “%(slug)s”."),
    )
)

ACCEPTANCE_ENDED = register(
    EntryType(
        name="acceptance.ended",
        schema=closed(
            {
                "domain": PATH,
                "form": SLUG,
                "slug": SLUG,
                "version": SEMVER,
                "observed": SHA256,
                "ending": one_of("gone", "changed"),
            }
        ),
        summary=_(
            "%(domain)s no longer says that it accepts version %(version)s of the term “%(slug)s”."
        ),
    )
)
