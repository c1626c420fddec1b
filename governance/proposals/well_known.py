"""The first way of accepting: a file at the organisation's own domain."""

from __future__ import annotations

import hashlib

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.proposals import acceptance_file
from governance.proposals.acceptance_file import NoStatement
from governance.proposals.acceptance_ways import Looked, Way
from kernel import outbound
from kernel.refusal import Refused

SECONDS = 10


def address(domain: str) -> str:
    """Where the file of ``domain`` is."""
    return str(settings.ACCEPTANCE_FILE).format(domain=domain)


def look(domain: str) -> Looked:
    """Read the file of ``domain``. Raises ``Refused``."""
    fetched = outbound.fetch(
        address(domain),
        media_types=acceptance_file.MEDIA_TYPES,
        limit=acceptance_file.LARGEST,
        seconds=SECONDS,
    )
    try:
        statement = acceptance_file.read(fetched.body)
    except NoStatement as problem:
        if not problem.where:
            raise Refused(
                "statement-unreadable",
                _("The file is not what the format asks for: JSON with three parts."),
            ) from None
        raise Refused(
            "statement-unfitting",
            _("The file does not fit the format. Please look at this part of it: %(where)s")
            % {"where": problem.where[:100]},
        ) from None
    return Looked(statement, hashlib.sha256(fetched.body).hexdigest())


WELL_KNOWN = Way(
    name="well-known",
    said=gettext_lazy("A file at its own domain says so."),
    where=address,
    look=look,
)
