"""Plans, checkouts, subscriptions, payments, and the inbox of what Stripe tells us."""

from funding.dues.models.cases import CardSeen, Case, CaseQuerySet, Ending, Reconciliation
from funding.dues.models.earning import Deferral, DeferralQuerySet
from funding.dues.models.gifts import Gift, GiftQuerySet
from funding.dues.models.inbox import InboxEvent, InboxObject, InboxObjectQuerySet
from funding.dues.models.money_moves import (
    BalanceTransaction,
    BalanceTransactionQuerySet,
    Dispute,
    Payout,
    PayoutQuerySet,
    Refund,
    RefundQuerySet,
)
from funding.dues.models.payments import (
    OneOff,
    OneOffQuerySet,
    Payment,
    PaymentQuerySet,
)
from funding.dues.models.plans import Event, Plan, PlanQuerySet, Scale
from funding.dues.models.statements import BankLine, BankLineQuerySet, BankStatement
from funding.dues.models.subscriptions import (
    FAILING_STATUSES,
    LIVE_STATUSES,
    Cancellation,
    CancellationQuerySet,
    CheckoutIntent,
    CheckoutIntentQuerySet,
    PlanChange,
    Subscription,
    SubscriptionQuerySet,
)
from funding.dues.models.waivers import Pot, Waiver, WaiverWish, WaiverYear

__all__ = [
    "FAILING_STATUSES",
    "LIVE_STATUSES",
    "BalanceTransaction",
    "BalanceTransactionQuerySet",
    "BankLine",
    "BankLineQuerySet",
    "BankStatement",
    "Cancellation",
    "CancellationQuerySet",
    "CardSeen",
    "Case",
    "CaseQuerySet",
    "CheckoutIntent",
    "CheckoutIntentQuerySet",
    "Deferral",
    "DeferralQuerySet",
    "Dispute",
    "Ending",
    "Event",
    "Gift",
    "GiftQuerySet",
    "InboxEvent",
    "InboxObject",
    "InboxObjectQuerySet",
    "OneOff",
    "OneOffQuerySet",
    "Payment",
    "PaymentQuerySet",
    "Payout",
    "PayoutQuerySet",
    "Plan",
    "PlanChange",
    "PlanQuerySet",
    "Pot",
    "Reconciliation",
    "Refund",
    "RefundQuerySet",
    "Scale",
    "Subscription",
    "SubscriptionQuerySet",
    "Waiver",
    "WaiverWish",
    "WaiverYear",
]
