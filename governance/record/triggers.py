"""The tables of this app whose rows never change."""

from kernel.immutability import append_only, refuse_change

TRIGGERS = (
    # A row that waits is deleted once it is an entry, and is never altered on the way.
    *refuse_change("record_pending", why="what was submitted is what is recorded"),
    *append_only("record_entry"),
    *append_only("record_tile"),
    *append_only("record_checkpoint"),
)
