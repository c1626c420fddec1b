"""The API's rate limit. No address is stored: what is counted is a daily-salted HMAC, in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from members.visitors import pseudonym

if TYPE_CHECKING:
    from rest_framework.views import APIView


class Throttle(SimpleRateThrottle):
    """``settings.API_RATE`` for each person, or for each address where nobody is signed in."""

    scope = "api"

    def get_rate(self) -> str:
        rate: str = settings.API_RATE
        return rate

    def get_cache_key(self, request: Request, view: APIView) -> str:
        who = str(request.user.pk) if request.user.is_authenticated else self.get_ident(request)
        return f"api:{pseudonym(who, timezone.now().date())}"
