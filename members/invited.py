"""By whose link a visitor came: carried in their session from the link until they sign up.

Who came by which link is written down nowhere. What a link's maker is told is a number.
"""

from __future__ import annotations

import uuid

from django.contrib.sessions.backends.base import SessionBase
from django.utils.translation import gettext as _

from members.models import Invitation

_KEY = "invitation"


def carry(session: SessionBase, invitation: Invitation) -> None:
    """Remember ``invitation`` for as long as this visit."""
    session[_KEY] = str(invitation.pk)


def put_down(session: SessionBase) -> uuid.UUID | None:
    """The invitation that was carried, forgotten from here on; None where none was."""
    carried = session.pop(_KEY, None)
    return uuid.UUID(carried) if carried else None


def inviter(session: SessionBase) -> str | None:
    """Whose link the visitor came by, in words; None where they came by none that still invites."""
    carried = session.get(_KEY)
    if not carried:
        return None
    invitation = Invitation.objects.live().select_related("person").filter(pk=carried).first()
    return None if invitation is None else name_shown(invitation)


def name_shown(invitation: Invitation) -> str:
    """The name of whoever made the link, where they agreed that it is read; else "A member"."""
    return str(invitation.person) if invitation.named else _("A member")
