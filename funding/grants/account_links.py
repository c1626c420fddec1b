"""The link by which somebody confirms an account they named: signed, for that account, for a time.

The link alone changes nothing: it opens a page, and the account is confirmed when the form is sent.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from django.conf import settings
from django.core import signing
from django.urls import reverse

from funding.grants.models import PayeeAccount
from funding.grants.payee_details import CONFIRM_WITHIN

_SALT = "grants.account"


class NotOurs(Exception):
    """This is no link of ours."""


def link(account: PayeeAccount, at: datetime) -> str:
    """The address to mail to whose account it is."""
    return f"{settings.SITE_ORIGIN}{reverse('grant-account-confirm', args=[token(account, at)])}"


def token(account: PayeeAccount, at: datetime) -> str:
    """What stands in the address of a link made at ``at``."""
    ends = int((at + CONFIRM_WITHIN).timestamp())
    return signing.dumps([account.pk.hex, ends], salt=_SALT)


def read(token: str, at: datetime) -> uuid.UUID | None:
    """The account a link is about; None for one that is too old. Raises ``NotOurs``."""
    try:
        key, ends = signing.loads(token, salt=_SALT)
    except (signing.BadSignature, ValueError):
        raise NotOurs from None
    return uuid.UUID(key) if at.timestamp() < ends else None
