"""What the database refuses: editing a poll that has opened, growing a roll, losing a ballot."""

from __future__ import annotations

from governance.voting import stages
from kernel.immutability import Trigger, append_only, refuse_change, refuse_removal

# Set while a poll is scheduled or in the moment it opens, and never after.
FROZEN = (
    *("id", "title", "question_text", "options", "method", "quorum", "majority"),
    *("founding_minimum", "seats", "default_option", "budget", "currency"),
    *("opens_at", "closes_at", "roll_from", "cutoff", "min_days"),
    *("subject_url", "scheduled_at", "manifest", "manifest_sha256", "roll_size"),
    *("record_hash_opened", "seed"),
)


def _poll_condition() -> str:
    """When an UPDATE of a poll is refused: a frozen column, or a move that is not in the table."""
    changed = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in FROZEN)
    moves = " OR ".join(
        f"(OLD.stage = '{move.source}' AND NEW.stage = '{move.target}')" for move in stages.MOVES
    )
    final = ", ".join(f"'{stage}'" for stage in (stages.CLOSED, stages.CANCELLED))
    return (
        f"OLD.stage IN ({final}) OR (OLD.stage <> '{stages.SCHEDULED}' AND ({changed})) "
        f"OR (NEW.stage <> OLD.stage AND NOT ({moves}))"
    )


def _only_while(table: str, *allowed: str) -> Trigger:
    """Refuse rows inserted into ``table`` unless their poll is in one of the ``allowed`` stages."""
    name = f"{table}_only_while"
    within = ", ".join(f"'{stage}'" for stage in allowed)
    there = (
        f"EXISTS (SELECT 1 FROM voting_poll "  # noqa: S608 - names and stages of our own
        f"WHERE id = NEW.poll_id AND stage IN ({within}))"
    )
    message = f"INSERT on {table} is refused: the poll is not {' or '.join(allowed)}"
    return Trigger(
        name=name,
        table=table,
        sqlite=f"CREATE TRIGGER {name} BEFORE INSERT ON {table} WHEN NOT {there} "
        f"BEGIN SELECT RAISE(ABORT, '{message}'); END",
        postgresql=f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN IF NOT {there} THEN RAISE EXCEPTION '{message}' USING ERRCODE = '23514'; END IF; "
        f"RETURN NEW; END $$; "
        f"CREATE TRIGGER {name} BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
    )


def _intake_not_committed() -> Trigger:
    """Refuse a ballot into the intake whose token and sequence are committed already.

    *After* the insert, so that a ballot cast while its like is being committed, which waits on the
    intake's unique constraint until that commit, is judged by what the commit left behind.
    """
    name = "voting_intake_not_committed"
    there = (
        "EXISTS (SELECT 1 FROM voting_ballot WHERE poll_id = NEW.poll_id "
        "AND token = NEW.token AND sequence = NEW.sequence)"
    )
    message = "INSERT on voting_intake is refused: this sequence is committed"
    return Trigger(
        name=name,
        table="voting_intake",
        sqlite=f"CREATE TRIGGER {name} AFTER INSERT ON voting_intake WHEN {there} "
        f"BEGIN SELECT RAISE(ABORT, '{message}'); END",
        postgresql=f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN IF {there} THEN RAISE EXCEPTION '{message}' USING ERRCODE = '23514'; END IF; "
        f"RETURN NEW; END $$; "
        f"CREATE TRIGGER {name} AFTER INSERT ON voting_intake FOR EACH ROW "
        f"EXECUTE FUNCTION {name}()",
    )


def _cancelled_by_two() -> Trigger:
    """Refuse to cancel an open poll unless two people have named its fault together."""
    name = "voting_poll_cancelled_by_two"
    move = f"OLD.stage = '{stages.OPEN}' AND NEW.stage = '{stages.CANCELLED}'"
    agreed = (
        "EXISTS (SELECT 1 FROM voting_namedfault "
        "WHERE poll_id = NEW.id AND confirmed_by_id IS NOT NULL)"
    )
    message = "UPDATE on voting_poll is refused: no two scrutineers named a fault"
    return Trigger(
        name=name,
        table="voting_poll",
        sqlite=f"CREATE TRIGGER {name} BEFORE UPDATE ON voting_poll WHEN {move} AND NOT {agreed} "
        f"BEGIN SELECT RAISE(ABORT, '{message}'); END",
        postgresql=f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN IF NOT {agreed} THEN RAISE EXCEPTION '{message}' USING ERRCODE = '23514'; END IF; "
        f"RETURN NEW; END $$; "
        f"CREATE TRIGGER {name} BEFORE UPDATE ON voting_poll FOR EACH ROW WHEN ({move}) "
        f"EXECUTE FUNCTION {name}()",
    )


# What was named stays as it was named; a second person confirms it once, and its entry in the
# record is noted once.
_NAMED = " OR ".join(
    f"NEW.{column} IS DISTINCT FROM OLD.{column}"
    for column in ("id", "poll_id", "fault", "sentence", "proposed_by_id", "proposed_at")
)
_CONFIRMED = (
    "OLD.confirmed_by_id IS NOT NULL AND (NEW.confirmed_by_id IS DISTINCT FROM OLD.confirmed_by_id "
    "OR NEW.confirmed_at IS DISTINCT FROM OLD.confirmed_at)"
)

# Those that name no column added later; the first migration of triggers installs them.
FROM_THE_BEGINNING = (
    *append_only("voting_event"),
    *append_only("voting_rollentry"),
    _only_while("voting_rollentry", stages.SCHEDULED),
    *append_only("voting_ballot"),
    _only_while("voting_ballot", stages.OPEN, stages.CLOSING),
    *append_only("voting_commitment"),
    _intake_not_committed(),
    *refuse_removal("voting_poll", why="frozen"),
)
OF_THE_METHODS = (
    *FROM_THE_BEGINNING,
    *refuse_change("voting_poll", when=_poll_condition(), why="frozen"),
)
OF_THE_LIFE = (
    *OF_THE_METHODS,
    *append_only("voting_concern"),
    _only_while("voting_concern", stages.SCHEDULED),
    *refuse_change(
        "voting_namedfault",
        when=f"{_NAMED} OR ({_CONFIRMED}) OR OLD.record_hash <> ''",
        why="a fault is named, confirmed and recorded once",
    ),
    *refuse_removal("voting_namedfault"),
    _cancelled_by_two(),
)
TRIGGERS = (
    *OF_THE_LIFE,
    *append_only("voting_objection"),
    *append_only("voting_objectioncount"),
)
