"""Stripe's API, as far as it is spoken here: one function per operation, and the table of all."""

from __future__ import annotations

from funding.stripe_sandbox.api import (
    catalogue,
    checkout,
    customers,
    disputes,
    events,
    invoices,
    payments,
    portal,
    subscriptions,
)
from funding.stripe_sandbox.wire import Operation

OPERATIONS: tuple[Operation, ...] = (
    *customers.TABLE,
    *catalogue.TABLE,
    *checkout.TABLE,
    *subscriptions.TABLE,
    *invoices.TABLE,
    *disputes.TABLE,
    *portal.TABLE,
    *payments.TABLE,
    *events.TABLE,
)
