"""What people attest about dues, word for word, for how they join. A changed text is a new version.

The version says nothing about how somebody joined: that is nobody's business.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

VERSION = "2026-11"

TEXT = _(
    "I am a natural person, not a company, and I join for myself. I pay my dues with my own money, "
    "and nobody pays me back: no employer, no business, no organisation. If that changes, I will "
    "say so."
)

# For whoever joins without paying: by a gift, or by a waiver.
UNPAID = _(
    "I am a natural person, not a company, and I join for myself. Nobody told me how to vote or "
    "what to say for it, and I speak for no employer, business or organisation. If that changes, I "
    "will say so."
)

# For whoever gives to others.
GIVING = _(
    "I am a natural person, and I give my own money. Nobody pays me back: no employer, no "
    "business, no organisation. I expect nothing for it from whoever is helped."
)


def text_for(kind: str) -> StrOrPromise:
    """What somebody confirms whose standing is of this kind (``StandingPeriod.Kind``)."""
    return UNPAID if kind in ("waiver", "gift") else TEXT
