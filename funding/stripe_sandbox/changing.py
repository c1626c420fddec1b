"""A change of plan in the middle of a period: what is unused is given back, the rest is charged."""

from __future__ import annotations

from datetime import UTC, datetime

from funding.stripe_sandbox import billing, collecting
from funding.stripe_sandbox.account import Account, Cause
from funding.stripe_sandbox.errors import ApiError
from funding.stripe_sandbox.objects import invoicing, money
from funding.stripe_sandbox.objects.billing import period_of, repriced
from funding.stripe_sandbox.proration import share
from funding.stripe_sandbox.store import Json


def change_plan(
    account: Account,
    subscription: Json,
    *,
    prices: dict[str, tuple[Json, int]],
    behavior: str,
    restart: bool,
    strict: bool,
    prorated_at: int | None,
    at: int,
    cause: Cause,
) -> Json:
    """Sell other prices from now on: ``prices`` has a price and a quantity for items by their id.

    ``behavior`` is Stripe's ``proration_behavior``. Another interval, or ``restart``, begins a new
    period now and bills it at once. With ``strict`` a payment that fails changes nothing: raises
    ``ApiError``. Answers with the subscription.
    """
    store = account.store
    start, end = period_of(subscription)
    moment = at if prorated_at is None else prorated_at
    if not start <= moment <= end:
        raise ApiError(
            "Cannot specify proration date outside of current subscription period",
            param="proration_date",
        )
    items = subscription["items"]["data"]
    new = [
        repriced(item, *prices.get(item["id"], (item["price"], item["quantity"]))) for item in items
    ]
    _check_together(new, subscription["currency"])
    restart = restart or _rhythm(new[0]) != _rhythm(items[0])
    if behavior != "none":
        for before, after in zip(items, new, strict=True):
            if restart or before != after:
                _prorate(account, subscription, before, after, restart, at=moment)
    changed: Json = {"items": {**subscription["items"], "data": new}}
    if restart:
        moved = {**subscription, **changed, "billing_cycle_anchor": at}
        end = billing.boundary_after(moved, at)
        period = {"current_period_start": at, "current_period_end": end}
        changed["items"] = {**moved["items"], "data": [{**item, **period} for item in new]}
        changed["billing_cycle_anchor"] = at
        if subscription["cancel_at_period_end"]:
            changed["cancel_at"] = end
    after = {**subscription, **changed}
    invoice = None
    if restart or (behavior == "always_invoice" and collecting.pending_items(account, after)):
        invoice = collecting.issue(
            account,
            after,
            store.get("customer", subscription["customer"]),
            reason="subscription_update",
            period=(start, at),
            lines=invoicing.period_lines(after, start=at, end=end) if restart else [],
            at=at,
        )
        changed["latest_invoice"] = invoice["id"]
    after = account.changed(
        "customer.subscription.updated", subscription, at=at, cause=cause, **changed
    )
    if invoice and billing.attempt(account, invoice, at=at)["status"] != "paid" and strict:
        raise ApiError(money.DECLINED, status=402, kind="card_error", code="card_declined")
    return store.get("subscription", subscription["id"])


def _check_together(items: list[Json], currency: str) -> None:
    if any(item["price"]["currency"] != currency for item in items):
        raise ApiError(
            "The price specified must have the same currency as the subscription.",
            param="items[0][price]",
        )
    if len({_rhythm(item) for item in items}) > 1:
        raise ApiError(
            "All prices on a subscription must have the same `recurring.interval` and "
            "`recurring.interval_count`.",
            param="items",
        )


def _rhythm(item: Json) -> tuple[str, int]:
    recurring = item["price"]["recurring"]
    return recurring["interval"], recurring["interval_count"]


def _prorate(
    account: Account, subscription: Json, before: Json, after: Json, restart: bool, *, at: int
) -> None:
    """What is unused of the old price, and, where its period runs on, what is left of the new."""
    start, end = period_of(subscription)
    day = datetime.fromtimestamp(at, UTC).strftime("%d %b %Y")
    parts = [(before, -1, "Unused time")]
    if not restart:
        parts.append((after, 1, "Remaining time"))
    for item, sign, words in parts:
        whole = sign * item["price"]["unit_amount"] * item["quantity"]
        made = invoicing.invoice_item(
            created=at,
            subscription=subscription,
            item=item,
            amount=share(whole, at=at, start=start, end=end),
            description=f"{words} on {item['price']['nickname'] or 'this plan'} after {day}",
            end=end,
        )
        account.store.add(made)
        account.emit("invoiceitem.created", made, at=at)
