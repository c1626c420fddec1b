"""The only writes to drafts and terms. One verb each, with a named author."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from governance.terms.models import Draft, Revision, Version
from governance.terms.rulebook import DraftContent
from members.models import Author, Person


@transaction.atomic
def create_draft(*, content: DraftContent, by: Person, at: datetime) -> Draft:
    """Start a draft with its first revision."""
    raise NotImplementedError


@transaction.atomic
def revise_draft(*, draft: Draft, content: DraftContent, by: Person, at: datetime) -> Revision:
    """Add a revision. Raises ``Refused``: "draft-frozen"."""
    raise NotImplementedError


@transaction.atomic
def freeze_draft(*, draft: Draft, by: Author, at: datetime) -> None:
    """From now on the text of this draft stays as it is. Again changes nothing."""
    raise NotImplementedError


@transaction.atomic
def publish(*, draft: Draft, adoption: dict[str, Any], by: Author, at: datetime) -> Version:
    """Publish a frozen draft's latest revision, as the members decided in the poll ``adoption`` names."""
    raise NotImplementedError
