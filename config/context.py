"""What every page may show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from members.invited import inviter

_SECTIONS = (
    ("term-list", _("Terms")),
    ("proposal-list", _("Proposals")),
    ("poll-list", _("Votes")),
    ("money", _("Money")),
    ("record", _("Record")),
)


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the site in the navigation; ``here`` where the page belongs to it."""

    label: object
    url: str
    here: bool


def site(request: HttpRequest) -> dict[str, Any]:
    """The navigation, the public origin, and whether this is a demonstration."""
    sections = [(label, reverse(name)) for name, label in _SECTIONS]
    return {
        "demo": settings.DEMO,
        "public_origin": settings.PUBLIC_ORIGIN,
        "me_url": reverse("me"),
        "my_home_url": reverse("my-home"),
        # Called by the pages of joining alone: others leave the session alone.
        "invited_by": lambda: inviter(request.session),
        "navigation": [
            Section(label, url, request.path.startswith(url)) for label, url in sections
        ],
    }
