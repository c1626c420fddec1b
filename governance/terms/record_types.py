"""What terms write to the public record."""

from django.utils.translation import gettext_lazy as _

from governance.record.registry import (
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
            },
            optional=("successor",),
        ),
        summary=_("Version %(version)s of the term “%(slug)s” is now %(status)s."),
    )
)
