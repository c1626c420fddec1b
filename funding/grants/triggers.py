"""The tables of this app whose rows never change, or are never removed."""

from funding.grants.award_triggers import AWARDS
from kernel.immutability import append_only, refuse_change, refuse_removal

# Each migration of triggers installs those whose tables are there by then.
ROUNDS = (
    *append_only("grants_event"),
    *refuse_change(
        "grants_round",
        when="NEW.basis <> OLD.basis OR (OLD.stage <> 'announced' AND ("
        "NEW.title <> OLD.title OR NEW.purpose <> OLD.purpose OR NEW.form <> OLD.form "
        "OR NEW.criteria <> OLD.criteria OR NEW.budget_minor <> OLD.budget_minor "
        "OR NEW.smallest_minor <> OLD.smallest_minor OR NEW.largest_minor <> OLD.largest_minor "
        "OR NEW.currency <> OLD.currency OR NEW.hold_back <> OLD.hold_back "
        "OR NEW.opens_at <> OLD.opens_at OR NEW.closes_at <> OLD.closes_at "
        "OR NEW.hear_by <> OLD.hear_by OR NEW.vote_days <> OLD.vote_days "
        "OR NEW.vote_quorum <> OLD.vote_quorum OR NEW.sponsors_needed <> OLD.sponsors_needed))",
        why="what an open round asks and how it is judged never changes",
    ),
    *refuse_removal("grants_round", why="rounds are kept"),
    *refuse_removal("grants_reviewer", why="who reviewed is kept"),
    *refuse_removal("grants_application", why="applications are kept"),
    *refuse_change(
        "grants_applicationversion",
        when="NEW.erased_at IS NULL OR OLD.erased_at IS NOT NULL OR NEW.number <> OLD.number "
        "OR NEW.application_id <> OLD.application_id OR NEW.sha256 <> OLD.sha256 "
        "OR NEW.ask_minor <> OLD.ask_minor OR NEW.currency <> OLD.currency "
        "OR NEW.sent_at <> OLD.sent_at",
        why="what was sent is erased or stays",
    ),
    *refuse_removal("grants_applicationversion", why="what was sent stays"),
    *refuse_change(
        "grants_interest",
        when="NEW.application_id <> OLD.application_id OR NEW.person_id <> OLD.person_id "
        "OR (OLD.conflicted AND NOT NEW.conflicted)",
        why="who declared an interest stays out",
    ),
    *refuse_removal("grants_interest", why="who declared an interest stays out"),
    *append_only("grants_finding"),
    *append_only("grants_review"),
    *append_only("grants_remark"),
    *refuse_change(
        "grants_correction",
        when="OLD.answered_at IS NOT NULL AND NOT (NEW.text = '' AND NEW.answer = OLD.answer "
        "AND NEW.upheld = OLD.upheld AND NEW.answered_at = OLD.answered_at)",
        why="one correction is heard once",
    ),
    *refuse_removal("grants_correction", why="one correction is heard once"),
    *append_only("grants_sponsorship"),
    *refuse_change(
        "grants_determination",
        when="OLD.determined_at IS NOT NULL OR NEW.outcome <> OLD.outcome "
        "OR NEW.reasons <> OLD.reasons OR NEW.result_sha256 <> OLD.result_sha256",
        why="what the vote decided stays",
    ),
    *refuse_removal("grants_determination", why="what the vote decided stays"),
    *append_only("grants_confirmation"),
)
MARKS = (
    *refuse_change(
        "grants_payoutmark",
        when="OLD.erased_at IS NOT NULL OR NEW.erased_at IS NULL "
        "OR NEW.person_id <> OLD.person_id OR NEW.marked_at <> OLD.marked_at",
        why="who was paid where stays until they have left",
    ),
    *refuse_removal("grants_payoutmark", why="who was paid where stays until they have left"),
)
TRIGGERS = (*ROUNDS, *AWARDS, *MARKS)
