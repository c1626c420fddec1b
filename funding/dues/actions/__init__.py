"""The only writes to dues: plans, checkouts, the inbox, cancellations. One module for each."""

from funding.dues.actions.cancellations import (
    confirm_cancellation,
    postpone_cancellation,
    request_cancellation,
)
from funding.dues.actions.checkouts import begin_checkout, expire_checkout, open_checkout
from funding.dues.actions.inbox import (
    apply_session,
    apply_subscription,
    postpone_object,
    question_checkout,
    store_notice,
)
from funding.dues.actions.plans import ensure_plans, sync_plans

__all__ = [
    "apply_session",
    "apply_subscription",
    "begin_checkout",
    "confirm_cancellation",
    "ensure_plans",
    "expire_checkout",
    "open_checkout",
    "postpone_cancellation",
    "postpone_object",
    "question_checkout",
    "request_cancellation",
    "store_notice",
    "sync_plans",
]
