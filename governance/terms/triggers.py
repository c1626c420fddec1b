"""The tables of this app whose rows never change, a published version's bytes above all; and the
moves of a version's status, which the database knows too.
"""

from governance.terms import stages
from kernel.immutability import Trigger, append_only


def _moves_only() -> Trigger:
    """Refuse a status that the one before does not lead to: the first is "active", and one only."""
    name = "terms_status_moves_only"
    before = (
        "(SELECT status FROM terms_status WHERE version_id = NEW.version_id "
        "ORDER BY id DESC LIMIT 1)"
    )
    allowed = [f"({before} IS NULL AND NEW.status = '{stages.ACTIVE}')"] + [
        f"({before} = '{move.source}' AND NEW.status = '{move.target}')" for move in stages.MOVES
    ]
    condition = f"COALESCE({' OR '.join(allowed)}, FALSE)"
    message = "INSERT on terms_status is refused: no such move"
    return Trigger(
        name=name,
        table="terms_status",
        sqlite=f"CREATE TRIGGER {name} BEFORE INSERT ON terms_status WHEN NOT {condition} "
        f"BEGIN SELECT RAISE(ABORT, '{message}'); END",
        postgresql=f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN IF NOT {condition} THEN RAISE EXCEPTION '{message}' USING ERRCODE = '23514'; "
        f"END IF; RETURN NEW; END $$; "
        f"CREATE TRIGGER {name} BEFORE INSERT ON terms_status "
        f"FOR EACH ROW EXECUTE FUNCTION {name}()",
    )


# Of the tables that were there first. What came later has a migration of its own.
FROM_THE_BEGINNING = (
    *append_only("terms_revision"),
    *append_only("terms_version"),
    *append_only("terms_rendition"),
    *append_only("terms_publishedrule"),
    *append_only("terms_status"),
    *append_only("terms_event"),
)
STATUS_MOVES = (_moves_only(),)
TRANSLATIONS = append_only("terms_translation")

TRIGGERS = (*FROM_THE_BEGINNING, *STATUS_MOVES, *TRANSLATIONS)
