"""The rate limit of casting. It knows the ballot's token and nothing of whoever brings it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from members.visitors import pseudonym

if TYPE_CHECKING:
    from rest_framework.views import APIView


class TokenThrottle(SimpleRateThrottle):
    """``settings.CAST_RATE`` for each token: no address, no session and no person is looked at.

    What is counted by is an HMAC under a salt that this process forgets every day. What names no
    token is no ballot, is refused as such, and is not counted.
    """

    scope = "cast"

    def get_rate(self) -> str:
        rate: str = settings.CAST_RATE
        return rate

    def get_cache_key(self, request: Request, view: APIView) -> str | None:
        sent = request.data
        ballot = sent.get("ballot") if isinstance(sent, dict) else None
        token = ballot.get("token") if isinstance(ballot, dict) else None
        if not isinstance(token, str) or not token.isascii():
            return None
        return f"cast:{pseudonym(token, timezone.now().date())}"
