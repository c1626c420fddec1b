"""Events."""

from __future__ import annotations

from funding.stripe_sandbox.errors import ApiError
from funding.stripe_sandbox.params import boolean, listing, text
from funding.stripe_sandbox.store import Condition, Json, among, equals
from funding.stripe_sandbox.wire import PAGING, Call, Table

TABLE = Table()


@TABLE.add("GET", "/v1/events/<id>")
def retrieve_event(call: Call, id: str) -> Json:
    return call.account.store.get("event", id)


@TABLE.add(
    "GET",
    "/v1/events",
    {**PAGING, "delivery_success": boolean, "type": text, "types": listing(text)},
)
def list_events(call: Call) -> Json:
    conditions = []
    if "type" in call.params and "types" in call.params:
        raise ApiError("You may only specify one of these parameters: type, types.", param="type")
    if "type" in call.params:
        conditions.append(_event_type(call.params["type"]))
    if "types" in call.params:
        conditions.append(among("type", call.params["types"]))
    if "delivery_success" in call.params:
        # What is pending or was given up is not delivered; what no webhook wants is.
        sign = "NOT IN" if call.params["delivery_success"] else "IN"
        undelivered = "(SELECT event FROM delivery WHERE state != 'delivered')"
        conditions.append(Condition(f"id {sign} {undelivered}"))
    return call.page("event", conditions)


def _event_type(type: str) -> Condition:
    """A type may end in ``*``: ``charge.*`` is every event about charges."""
    if type.endswith("*"):
        prefix = type[:-1]
        return Condition("substr(json_extract(body, '$.type'), 1, ?) = ?", (len(prefix), prefix))
    return equals("type", type)
