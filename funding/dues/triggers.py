"""The tables of this app whose rows never change, or are never removed."""

from kernel.immutability import append_only, refuse_removal

TRIGGERS = (
    *append_only("dues_event"),
    *append_only("dues_payment"),
    *refuse_removal("dues_inboxevent", why="events are kept"),
    *refuse_removal("dues_checkoutintent", why="checkouts are kept"),
    *refuse_removal("dues_subscription", why="subscriptions are kept"),
    *refuse_removal("dues_cancellation", why="cancellations are kept"),
)
