"""The API's rate limit. No address is stored: what is counted is a daily-salted HMAC, in memory."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

if TYPE_CHECKING:
    from rest_framework.views import APIView


class _Salt:
    """A secret that is forgotten when the day ends."""

    day: date | None = None
    value = b""

    def today(self) -> bytes:
        today = datetime.now(UTC).date()
        if self.day != today:
            self.day, self.value = today, secrets.token_bytes(32)
        return self.value


_salt = _Salt()


class Throttle(SimpleRateThrottle):
    """``settings.API_RATE`` for each person, or for each address where nobody is signed in."""

    scope = "api"

    def get_rate(self) -> str:
        rate: str = settings.API_RATE
        return rate

    def get_cache_key(self, request: Request, view: APIView) -> str:
        who = str(request.user.pk) if request.user.is_authenticated else self.get_ident(request)
        return "api:" + hmac.new(_salt.today(), who.encode(), hashlib.sha256).hexdigest()
