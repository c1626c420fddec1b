"""What the record says about itself: which keys sign."""

from django.utils.translation import gettext_lazy as _

from governance.record.registry import COUNT, MULTIBASE, EntryType, closed, one_of, register

KEY_LISTED = register(
    EntryType(
        name="key.listed",
        schema=closed(
            {
                "purpose": one_of("record", "terms"),
                "number": COUNT,
                "publicKeyMultibase": MULTIBASE,
                "replaces": COUNT,
            },
            optional=("replaces",),
        ),
        summary=_("The key %(purpose)s-%(number)s may sign from here on."),
    )
)
