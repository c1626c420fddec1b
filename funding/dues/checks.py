"""What must be true of the settings before anything starts."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

from funding.dues import stripe_gateway


def demo_never_takes_money(*args: Any, **kwargs: Any) -> list[CheckMessage]:
    """The demo with a live Stripe key would charge real cards for sample people."""
    if settings.DEMO and stripe_gateway.is_live(settings.STRIPE_API_KEY):
        return [
            Error(
                "The demo does not start with a live Stripe key.",
                hint="Unset STRIPE_API_KEY, or set a key that begins with sk_test_.",
                id="dues.E001",
            )
        ]
    return []
