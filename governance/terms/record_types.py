"""What terms write to the public record."""

from django.utils.translation import gettext_lazy as _

from governance.record.registry import (
    LANGUAGE,
    SEMVER,
    SHA256,
    SLUG,
    URL,
    EntryType,
    closed,
    one_of,
    register,
)

register(
    EntryType(
        name="term.published",
        schema=closed(
            {
                "slug": SLUG,
                "version": SEMVER,
                "url": URL,
                "sha256": SHA256,
                "replaces": URL,
                "poll": URL,
                "manifestSha256": SHA256,
                "resultSha256": SHA256,
            },
            optional=("replaces",),
        ),
        summary=_("Version %(version)s of the term “%(slug)s” was published."),
    )
)

register(
    EntryType(
        name="term.status",
        schema=closed(
            {
                "slug": SLUG,
                "version": SEMVER,
                "status": one_of("superseded", "deprecated", "withdrawn"),
                "successor": SEMVER,
                # Where the successor is a version of another term.
                "successorSlug": SLUG,
                # Of the reason in UTF-8, which the status document gives in words.
                "reasonSha256": SHA256,
            },
            optional=("successor", "successorSlug", "reasonSha256"),
        ),
        summary=_("Version %(version)s of the term “%(slug)s” is now %(status)s."),
    )
)

register(
    EntryType(
        name="term.translation",
        schema=closed(
            {
                "slug": SLUG,
                "version": SEMVER,
                "language": LANGUAGE,
                # Of the title in UTF-8, and of the two texts as they are published.
                "titleSha256": SHA256,
                "plainSha256": SHA256,
                "legalSha256": SHA256,
            }
        ),
        summary=_(
            "Version %(version)s of the term “%(slug)s” was published in another language: "
            "%(language)s."
        ),
    )
)
