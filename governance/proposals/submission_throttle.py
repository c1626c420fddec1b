"""How often one visitor may tell us of a domain. No address is stored: a daily-salted HMAC is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone
from rest_framework.throttling import SimpleRateThrottle

from members.visitors import pseudonym

if TYPE_CHECKING:
    from django.http import HttpRequest


class SubmissionThrottle(SimpleRateThrottle):
    """Twenty an hour for each address where nobody is signed in; members have their own rate."""

    scope = "organisations"
    rate = "20/hour"

    def get_cache_key(self, request: Any, view: Any) -> str | None:
        if request.user.is_authenticated or request.method != "POST":
            return None
        day = timezone.now().date()
        return f"organisations:{pseudonym(str(self.get_ident(request)), day)}"


def allows(request: HttpRequest) -> bool:
    """Whether whoever sent ``request`` may tell us of a domain now."""
    return bool(SubmissionThrottle().allow_request(request, None))  # type: ignore[arg-type]
