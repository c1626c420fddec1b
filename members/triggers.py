"""The tables of this app whose rows never change."""

from kernel.immutability import append_only, refuse_change, refuse_removal

STANDING = (
    *refuse_change(
        "members_standingperiod",
        when="NEW.ends_on > OLD.ends_on OR NEW.starts_on <> OLD.starts_on "
        "OR NEW.person_id <> OLD.person_id OR NEW.kind <> OLD.kind OR NEW.source <> OLD.source "
        "OR NEW.recorded_at <> OLD.recorded_at",
        why="days of standing can only be taken back",
    ),
    *refuse_removal("members_standingperiod", why="standing is kept"),
)
TRIGGERS = (
    *append_only("members_event"),
    *STANDING,
    *append_only("members_attestation"),
)
