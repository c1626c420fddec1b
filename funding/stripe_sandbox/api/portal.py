"""Billing Portal sessions: where customers change their card, stop, and go on after all."""

from __future__ import annotations

from funding.stripe_sandbox.api.customers import living
from funding.stripe_sandbox.errors import ApiError
from funding.stripe_sandbox.objects import portal
from funding.stripe_sandbox.params import fields, lasting, one_of, text, url
from funding.stripe_sandbox.store import Json
from funding.stripe_sandbox.wire import Call, Table

TABLE = Table()

_FLOW = fields(
    {
        "after_completion": fields(
            {
                "type": one_of("portal_homepage", "redirect"),
                "redirect": fields({"return_url": url}, required=("return_url",)),
            },
            required=("type",),
        ),
        "subscription_cancel": fields({"subscription": lasting}, required=("subscription",)),
        "type": one_of("payment_method_update", "subscription_cancel"),
    },
    required=("type",),
)


@TABLE.add(
    "POST",
    "/v1/billing_portal/sessions",
    {"customer": lasting, "flow_data": _FLOW, "locale": text, "return_url": url},
    required=("customer",),
)
def create_portal_session(call: Call) -> Json:
    given = call.params
    customer = living(call, given["customer"], param="customer", status=400)
    flow = given.get("flow_data")
    if flow and flow["type"] == "subscription_cancel":
        _check_cancel(call, flow, customer)
    session = call.account.store.add(
        portal.portal_session(
            created=call.at,
            origin=call.account.settings.public_origin,
            customer=customer["id"],
            return_url=given.get("return_url"),
            locale=given.get("locale"),
            flow=portal.portal_flow(flow) if flow else None,
        )
    )
    call.account.emit("billing_portal.session.created", session, at=call.at, cause=call.cause)
    return session


def _check_cancel(call: Call, flow: Json, customer: Json) -> None:
    param = "flow_data[subscription_cancel][subscription]"
    if "subscription_cancel" not in flow:
        raise ApiError(f"Missing required param: {param}.", param=param, code="parameter_missing")
    id = flow["subscription_cancel"]["subscription"]
    subscription = call.account.store.get("subscription", id, param=param, status=400)
    if subscription["customer"] != customer["id"]:
        raise ApiError(
            f"The subscription `{id}` does not belong to the customer `{customer['id']}`.",
            param=param,
        )
    if subscription["status"] == "canceled" or subscription["cancel_at_period_end"]:
        raise ApiError(
            f"The subscription `{id}` cannot be updated because it is already set to be canceled.",
            param=param,
        )
