"""What dues write to the public record: that a membership was ended, and lifted. Never whose."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from governance.record.registry import COUNT, URL, UUID, EntryType, closed, register

ENDED = register(
    EntryType(
        name="standing.ended",
        schema=closed({"ending": UUID, "stewards": COUNT, "duesReturned": {"type": "boolean"}}),
        summary=_("%(stewards)s stewards ended a membership, and told the member why."),
    )
)

LIFTED = register(
    EntryType(
        name="standing.ending-lifted",
        schema=closed({"ending": UUID, "resolution": URL}),
        summary=_("The members lifted the end of a membership by a resolution."),
    )
)
