"""What the database itself refuses: a move not in the table, and a change of what is settled."""

from governance.proposals.stages import MOVES, TEXT_OPEN
from kernel.immutability import Trigger, append_only, refuse_change, refuse_removal

_A_MOVE = " OR ".join(
    f"(OLD.stage = '{move.source}' AND NEW.stage = '{move.target}')" for move in MOVES
)
_TEXT_OPEN = ", ".join(f"'{stage}'" for stage in sorted(TEXT_OPEN))


def _changed(*columns: str) -> str:
    return " OR ".join(f"OLD.{column} <> NEW.{column}" for column in columns)


def _lost(*columns: str) -> str:
    """Set once: whatever the column held, it holds."""
    return " OR ".join(
        f"(OLD.{column} IS NOT NULL AND (NEW.{column} IS NULL OR NEW.{column} <> OLD.{column}))"
        for column in columns
    )


def _keeps_its_poll() -> Trigger:
    """Refuse another poll for a proposal, unless the one it had is noted as a cancelled vote."""
    name = "proposals_proposal_keeps_its_poll"
    lost = (
        "OLD.poll_id IS NOT NULL AND (NEW.poll_id IS NULL OR NEW.poll_id <> OLD.poll_id "
        "AND NOT EXISTS (SELECT 1 FROM proposals_cancelledvote "
        "WHERE poll_id = OLD.poll_id AND proposal_id = OLD.id))"
    )
    message = "UPDATE on proposals_proposal is refused: a proposal keeps its poll"
    return Trigger(
        name=name,
        table="proposals_proposal",
        sqlite=f"CREATE TRIGGER {name} BEFORE UPDATE ON proposals_proposal WHEN {lost} "
        f"BEGIN SELECT RAISE(ABORT, '{message}'); END",
        postgresql=f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN IF {lost} THEN RAISE EXCEPTION '{message}' USING ERRCODE = '23514'; END IF; "
        f"RETURN NEW; END $$; "
        f"CREATE TRIGGER {name} BEFORE UPDATE ON proposals_proposal FOR EACH ROW "
        f"EXECUTE FUNCTION {name}()",
    )


# Those that name no table added later; the first migration of triggers installs them.
FROM_THE_BEGINNING = (
    *refuse_change(
        "proposals_proposal",
        when=f"(OLD.stage <> NEW.stage AND NOT ({_A_MOVE}))"
        f" OR (OLD.wording_id <> NEW.wording_id AND OLD.stage NOT IN ({_TEXT_OPEN}))"
        f" OR {_changed('id', 'kind', 'author_id', 'opened_at')}"
        f" OR {_lost('draft_id', 'rule_id')}",
        why="a proposal moves as its table of stages says and keeps what is settled",
    ),
    *refuse_removal("proposals_proposal", why="a proposal is never deleted"),
    *append_only("proposals_wording"),
    *append_only("proposals_step"),
    *append_only("proposals_adoptedrule"),
    *append_only("proposals_event"),
    *refuse_change(
        "proposals_comment",
        when=f"OLD.hidden_at IS NOT NULL OR {_changed('id', 'proposal_id', 'author_id', 'body')}",
        why="a comment can be hidden once and nothing else",
    ),
    *refuse_removal("proposals_comment", why="a comment is never deleted"),
)
TRIGGERS = (
    *FROM_THE_BEGINNING,
    _keeps_its_poll(),
    *append_only("proposals_cancelledvote"),
)
