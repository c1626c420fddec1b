"""The tables of this app whose rows never change, or are never removed."""

from kernel.immutability import append_only, refuse_change, refuse_removal

# Each migration of triggers installs those whose tables are there by then.
FROM_THE_BEGINNING = (
    *append_only("dues_event"),
    *append_only("dues_payment"),
    *refuse_removal("dues_inboxevent", why="events are kept"),
    *refuse_removal("dues_checkoutintent", why="checkouts are kept"),
    *refuse_removal("dues_subscription", why="subscriptions are kept"),
    *refuse_removal("dues_cancellation", why="cancellations are kept"),
)
MONEY_MOVES = (
    *refuse_change(
        "dues_balancetransaction",
        when="OLD.entry_id IS NOT NULL OR NEW.stripe_id <> OLD.stripe_id "
        "OR NEW.category <> OLD.category OR NEW.minor <> OLD.minor "
        "OR NEW.fee_minor <> OLD.fee_minor OR NEW.currency <> OLD.currency",
        why="what was in the balance stays, and is booked once",
    ),
    *refuse_removal("dues_balancetransaction", why="what was in the balance stays"),
    *refuse_removal("dues_refund", why="refunds are kept"),
    *refuse_removal("dues_dispute", why="disputes are kept"),
    *refuse_removal("dues_payout", why="payouts are kept"),
    *append_only("dues_bankstatement"),
    *refuse_change(
        "dues_bankline",
        when="NEW.reference <> OLD.reference OR NEW.minor <> OLD.minor "
        "OR NEW.currency <> OLD.currency OR NEW.booked_on <> OLD.booked_on",
        why="what the bank said stays",
    ),
    *refuse_removal("dues_bankline", why="what the bank said stays"),
    *refuse_removal("dues_case", why="cases are kept"),
    *refuse_removal("dues_ending", why="decisions are kept"),
    *append_only("dues_reconciliation"),
)
KINDNESS = (
    *refuse_removal("dues_oneoff", why="checkouts are kept"),
    *refuse_removal("dues_gift", why="gifts are kept"),
    *append_only("dues_waiver"),
    *append_only("dues_scale"),
    *refuse_removal("dues_planchange", why="changes of a plan are kept"),
)
EARNING = (
    *refuse_change(
        "dues_deferral",
        when="NEW.entry_id <> OLD.entry_id OR NEW.total_minor <> OLD.total_minor "
        "OR NEW.currency <> OLD.currency OR NEW.months <> OLD.months OR NEW.income <> OLD.income "
        "OR NEW.earned_minor < OLD.earned_minor",
        why="what was received stays, and what is earned only grows",
    ),
    *refuse_removal("dues_deferral", why="what is owed is kept"),
)
TRIGGERS = (*FROM_THE_BEGINNING, *MONEY_MOVES, *KINDNESS, *EARNING)
