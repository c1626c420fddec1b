"""The tables of this app whose rows never change: a published version's bytes above all."""

from kernel.immutability import append_only

TRIGGERS = (
    *append_only("terms_revision"),
    *append_only("terms_version"),
    *append_only("terms_rendition"),
    *append_only("terms_publishedrule"),
    *append_only("terms_status"),
    *append_only("terms_event"),
)
