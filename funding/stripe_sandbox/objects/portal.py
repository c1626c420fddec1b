"""Billing Portal sessions."""

from __future__ import annotations

from typing import Any

from funding.stripe_sandbox.ids import new_id

Json = dict[str, Any]

CONFIGURATION = "bpc_sandbox"


def portal_session(
    *,
    created: int,
    origin: str,
    customer: str,
    return_url: str | None,
    locale: str | None,
    flow: Json | None,
) -> Json:
    """A way into the portal for one customer, whose page is under ``origin``."""
    return {
        "id": new_id("bps_"),
        "object": "billing_portal.session",
        "after_expiration": None,
        "configuration": CONFIGURATION,
        "created": created,
        "customer": customer,
        "customer_account": None,
        "flow": flow,
        "livemode": False,
        "locale": locale,
        "on_behalf_of": None,
        "return_url": return_url,
        "url": f"{origin}/p/session/{new_id('test_')}",
    }


def portal_flow(given: Json) -> Json:
    """The one thing that a session leads to, as it is shown."""
    after = given.get("after_completion") or {"type": "portal_homepage"}
    return {
        "type": given["type"],
        "after_completion": {
            "type": after["type"],
            "hosted_confirmation": after.get("hosted_confirmation"),
            "redirect": after.get("redirect"),
        },
        "subscription_cancel": (
            {"retention": None, **given["subscription_cancel"]}
            if "subscription_cancel" in given
            else None
        ),
        "subscription_pause": None,
        "subscription_update": None,
        "subscription_update_confirm": None,
    }
