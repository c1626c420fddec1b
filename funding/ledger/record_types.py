"""What the books write in the public record: each day's digest, each month's report."""

from django.utils.translation import gettext_lazy as _

from governance.record.registry import (
    AMOUNT,
    COUNT,
    CURRENCY,
    DATE,
    SHA256,
    SLUG,
    EntryType,
    closed,
    listed,
    register,
)

DIGEST = register(
    EntryType(
        name="books.digest",
        schema=closed(
            {
                "day": DATE,
                "entries": closed({"first": COUNT, "last": COUNT}),
                "chainHead": SHA256,
                "totals": listed(closed({"code": SLUG, "currency": CURRENCY, "minor": AMOUNT})),
                "payments": COUNT,
                "received": listed(closed({"currency": CURRENCY, "minor": COUNT})),
                "root": SHA256,
            }
        ),
        summary=_("What the books held at the end of %(day)s, with %(payments)s payments."),
    )
)

MONTH = register(
    EntryType(
        name="books.month-locked",
        schema=closed(
            {
                "month": DATE,
                "entries": COUNT,
                "chainHead": SHA256,
                "reportSha256": SHA256,
            }
        ),
        summary=_("The books of the month from %(month)s on were closed with a report."),
    )
)
