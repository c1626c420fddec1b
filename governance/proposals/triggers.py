"""What the database itself refuses: a move not in the table, and a change of what is settled."""

from collections.abc import Iterable

from governance.proposals.amendment_stages import MOVES as AMENDMENT_MOVES
from governance.proposals.nomination_stages import MOVES as NOMINATION_MOVES
from governance.proposals.provisional_stages import MOVES as PROVISIONAL_MOVES
from governance.proposals.provisional_stages import PROVISIONAL
from governance.proposals.stages import MOVES, TEXT_OPEN, Move
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


def _settled(*columns: str) -> str:
    """Never changed, though it may be empty."""
    return " OR ".join(
        f"((OLD.{column} IS NULL) <> (NEW.{column} IS NULL)) OR OLD.{column} <> NEW.{column}"
        for column in columns
    )


def _guard(name: str, *, table: str, event: str, when: str, why: str) -> Trigger:
    """Refuse ``event`` of ``table`` where ``when``, a condition that may ask other tables."""
    message = f"{event} on {table} is refused: {why}"
    return Trigger(
        name=name,
        table=table,
        sqlite=f"CREATE TRIGGER {name} BEFORE {event} ON {table} WHEN {when} "
        f"BEGIN SELECT RAISE(ABORT, '{message}'); END",
        postgresql=f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN IF {when} THEN RAISE EXCEPTION '{message}' USING ERRCODE = '23514'; END IF; "
        f"RETURN NEW; END $$; "
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW "
        f"EXECUTE FUNCTION {name}()",
    )


def _keeps_its_poll() -> Trigger:
    """Refuse another poll for a proposal, unless the one it had is noted as a cancelled vote."""
    lost = (
        "OLD.poll_id IS NOT NULL AND (NEW.poll_id IS NULL OR NEW.poll_id <> OLD.poll_id "
        "AND NOT EXISTS (SELECT 1 FROM proposals_cancelledvote "
        "WHERE poll_id = OLD.poll_id AND proposal_id = OLD.id))"
    )
    return _guard(
        "proposals_proposal_keeps_its_poll",
        table="proposals_proposal",
        event="UPDATE",
        when=lost,
        why="a proposal keeps its poll",
    )


def _keeps_what_it_said() -> Trigger:
    """Refuse other words for a comment, unless the words it had stand in its history."""
    lost = (
        "OLD.body <> NEW.body AND NOT EXISTS (SELECT 1 FROM proposals_commentedit "
        "WHERE comment_id = OLD.id AND body = OLD.body)"
    )
    return _guard(
        "proposals_comment_keeps_history",
        table="proposals_comment",
        event="UPDATE",
        when=lost,
        why="what it said stands in its history first",
    )


OF_WORDINGS = append_only("proposals_wording")
# Until comments had threads and a history.
OF_COMMENTS_AT_FIRST = (
    *refuse_change(
        "proposals_comment",
        when=f"OLD.hidden_at IS NOT NULL OR {_changed('id', 'proposal_id', 'author_id', 'body')}",
        why="a comment can be hidden once and nothing else",
    ),
    *refuse_removal("proposals_comment", why="a comment is never deleted"),
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
    *append_only("proposals_step"),
    *append_only("proposals_adoptedrule"),
    *append_only("proposals_event"),
)
OF_CANCELLED_VOTES = (_keeps_its_poll(), *append_only("proposals_cancelledvote"))


def _not_a_move(moves: Iterable[Move]) -> str:
    """That a row's stage changes as the table of moves does not say."""
    allowed = " OR ".join(
        f"(OLD.stage = '{move.source}' AND NEW.stage = '{move.target}')" for move in moves
    )
    return f"OLD.stage <> NEW.stage AND NOT ({allowed})"


OF_OFFICES = (
    *append_only("proposals_reopening"),
    *append_only("proposals_advisorynote"),
    *refuse_change(
        "proposals_nomination",
        when=f"({_not_a_move(NOMINATION_MOVES)})"
        f" OR {_changed('id', 'proposal_id', 'nominee_id', 'nominated_by_id', 'place')}"
        f" OR (OLD.sha256 <> '' AND ({_changed('sha256', 'stage')}))"
        f" OR (OLD.sha256 <> '' AND NEW.erased_at IS NULL"
        f" AND ({_changed('name', 'salt', 'statement', 'interests')}))",
        why="once nominations have closed a candidate can be erased and not changed",
    ),
    *refuse_removal("proposals_nomination", why="a nomination is never deleted"),
    *refuse_change(
        "proposals_seat",
        when=f"{_changed('id', 'grant_id', 'record_hash')} OR {_lost('election_id', 'recall_id')}",
        why="a seat keeps what gave and what ended it",
    ),
    *refuse_removal("proposals_seat", why="a seat is never deleted"),
    *refuse_change(
        "proposals_provisional",
        when=f"({_not_a_move(PROVISIONAL_MOVES)}) OR OLD.stage <> '{PROVISIONAL}'"
        f" OR {_changed('decision_id', 'decided_at')}",
        why="what was settled stays settled",
    ),
    *refuse_removal("proposals_provisional", why="what the founding decided is never forgotten"),
    *refuse_change(
        "proposals_interest",
        when=f"OLD.frozen_at IS NOT NULL OR {_changed('proposal_id', 'person_id')}",
        why="what was declared stays once the vote has opened",
    ),
)
_AN_AMENDMENT_MOVE = " OR ".join(
    f"(OLD.state = '{source}' AND NEW.state = '{target}')" for source, target in AMENDMENT_MOVES
)
OF_TALK = (
    *refuse_change(
        "proposals_comment",
        when=f"{_changed('id', 'proposal_id', 'author_id', 'stance', 'at')}"
        f" OR {_settled('thread_id', 'parent_id')}"
        f" OR {_lost('hidden_at', 'hidden_by_id', 'restored_at', 'restored_by_id')}"
        f" OR (OLD.hidden_at IS NOT NULL"
        f" AND ({_changed('body', 'hidden_reason', 'record_hash')}))",
        why="a comment keeps its place, and hidden its words",
    ),
    _keeps_what_it_said(),
    *refuse_removal("proposals_comment", why="a comment is never deleted"),
    *append_only("proposals_commentedit"),
    *refuse_change(
        "proposals_hiddenidea",
        when=f"{_changed('proposal_id', 'at', 'by_id', 'reason', 'record_hash')}"
        f" OR {_lost('restored_at', 'restored_by_id')}",
        why="an idea is hidden once, for one reason",
    ),
    *refuse_removal("proposals_hiddenidea", why="what was hidden is not forgotten"),
    *refuse_change(
        "proposals_flag",
        when=f"OLD.settled_at IS NOT NULL"
        f" OR {_changed('id', 'proposal_id', 'person_id', 'reason', 'words', 'at')}"
        f" OR {_settled('comment_id')}",
        why="a flag is settled once",
    ),
    *refuse_removal("proposals_flag", why="a flag is not forgotten"),
    *refuse_change(
        "proposals_amendment",
        when=f"(OLD.state <> NEW.state AND NOT ({_AN_AMENDMENT_MOVE}))"
        f" OR {_changed('id', 'proposal_id', 'number', 'author_id', 'base_id', 'wording_id', 'at')}"
        f" OR {_changed('reason')} OR {_settled('replaces_id')}",
        why="an amendment keeps its text and moves as its table says",
    ),
    *refuse_removal("proposals_amendment", why="an amendment is never deleted"),
)
OF_TALK_ABOUT_AMENDMENTS = (
    _guard(
        "proposals_comment_keeps_its_amendment",
        table="proposals_comment",
        event="UPDATE",
        when=_settled("amendment_id"),
        why="it stays with the amendment that it is about",
    ),
    # A thread is about one thing, and an amendment that is talked about is to that proposal.
    _guard(
        "proposals_comment_is_about_one_thing",
        table="proposals_comment",
        event="INSERT",
        when="EXISTS (SELECT 1 FROM proposals_amendment WHERE id = NEW.amendment_id"
        " AND proposal_id <> NEW.proposal_id)"
        " OR EXISTS (SELECT 1 FROM proposals_comment AS first WHERE first.id = NEW.thread_id"
        " AND (first.proposal_id <> NEW.proposal_id"
        " OR COALESCE(CAST(first.amendment_id AS text), '')"
        " <> COALESCE(CAST(NEW.amendment_id AS text), '')))",
        why="a thread is about one text",
    ),
)
OF_MOVEMENT = (
    *refuse_change(
        "proposals_acceptance",
        when=f"{_lost('until')}"
        f" OR {_changed('id', 'organisation_id', 'version_id', 'form', 'since', 'record_hash')}"
        f" OR (OLD.until IS NOT NULL AND ({_changed('ending', 'record_hash_ended')}))"
        f" OR {_changed('statement_sha256')}",
        why="an acceptance ends once and nothing else of it changes",
    ),
    *refuse_removal("proposals_acceptance", why="what was accepted is not forgotten"),
    *refuse_change(
        "proposals_organisation",
        when=_changed("id", "domain", "form", "submitted_at"),
        why="an organisation keeps its domain",
    ),
    *refuse_removal("proposals_organisation", why="an organisation keeps its history"),
)
TRIGGERS = (
    *FROM_THE_BEGINNING,
    *OF_WORDINGS,
    *OF_CANCELLED_VOTES,
    *OF_OFFICES,
    *OF_TALK,
    *OF_TALK_ABOUT_AMENDMENTS,
    *OF_MOVEMENT,
)
