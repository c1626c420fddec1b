"""The tables of this app whose rows never change."""

from kernel.immutability import append_only

TRIGGERS = (
    *append_only("members_event"),
    *append_only("members_standingperiod"),
    *append_only("members_attestation"),
)
