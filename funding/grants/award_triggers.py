"""What the database itself demands of awards and of money that goes out.

- An approval is of what the payment says now, by somebody who did not prepare it.
- A payment is approved, sent and paid only with two approvals of what it says, and sent only by
  somebody who did not approve it. Paid and cancelled are the end.
- What an approval is for cannot change without a new fingerprint.
- An agreement is accepted by the project's applicant and by somebody else.
"""

from funding.grants.payment_stages import APPROVALS
from kernel.immutability import Trigger, append_only, refuse_change, refuse_removal


def _refuse(table: str, name: str, event: str, refusals: dict[str, str]) -> Trigger:
    """Refuse an ``event`` on ``table`` where a condition on OLD and NEW holds, with a sentence.

    Unlike ``refuse_change`` the conditions may ask other tables.
    """
    checks = "".join(
        f"SELECT RAISE(ABORT, '{sentence}') WHERE {condition}; "
        for condition, sentence in refusals.items()
    )
    branches = "".join(
        f"IF {condition} THEN RAISE EXCEPTION '{sentence}' USING ERRCODE = '23514'; END IF; "
        for condition, sentence in refusals.items()
    )
    return Trigger(
        name=name,
        table=table,
        sqlite=f"CREATE TRIGGER {name} BEFORE {event} ON {table} BEGIN {checks}END",
        postgresql=f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql VOLATILE "
        f"AS $$ BEGIN {branches}RETURN NEW; END $$; "
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
    )


_APPROVES_WHAT_IS = (
    "EXISTS (SELECT 1 FROM grants_grantpayment p WHERE p.id = NEW.payment_id "
    "AND p.stage = 'requested' AND p.fingerprint = NEW.fingerprint "
    "AND p.prepared_by_id <> NEW.by_id)"
)
_CHECKED = (
    "EXISTS (SELECT 1 FROM grants_sanctionscheck c JOIN grants_grantpayment p "
    "ON p.account_id = c.account_id WHERE c.id = NEW.checked_id AND p.id = NEW.payment_id "
    "AND NOT c.found)"
)
_APPROVALS = (
    "(SELECT COUNT(*) FROM grants_approval a WHERE a.payment_id = NEW.id "
    "AND a.fingerprint = NEW.fingerprint)"
)
_SENT_BY_APPROVER = (
    "EXISTS (SELECT 1 FROM grants_approval a WHERE a.payment_id = NEW.id "
    "AND a.fingerprint = NEW.fingerprint AND a.by_id = NEW.sent_by_id)"
)
_APPLICANT = (
    "(SELECT p.applicant_id FROM grants_agreementversion v "
    "JOIN grants_award w ON w.id = v.award_id "
    "JOIN grants_application p ON p.id = w.application_id WHERE v.id = NEW.agreement_id)"
)

AWARDS = (
    *refuse_change(
        "grants_fund",
        when="NEW.round_id <> OLD.round_id OR NEW.currency <> OLD.currency "
        "OR NEW.budget_minor <> OLD.budget_minor",
        why="a budget is what members adopted",
    ),
    *refuse_removal("grants_fund", why="funds are kept"),
    *append_only("grants_movement"),
    *refuse_change(
        "grants_award",
        when="NEW.application_id <> OLD.application_id OR NEW.fund_id <> OLD.fund_id "
        "OR NEW.minor <> OLD.minor OR NEW.currency <> OLD.currency OR OLD.ended_at IS NOT NULL",
        why="what was promised stays",
    ),
    *refuse_removal("grants_award", why="what was promised stays"),
    *append_only("grants_agreementversion"),
    *append_only("grants_acceptance"),
    _refuse(
        "grants_acceptance",
        "grants_acceptance_by_each_side",
        "INSERT",
        {
            f"(NEW.side = 'project') <> (NEW.by_id = {_APPLICANT})": (
                "an acceptance is refused: the applicant accepts for the project and nobody else"
            )
        },
    ),
    *refuse_change(
        "grants_milestone",
        when="NEW.award_id <> OLD.award_id OR NEW.number <> OLD.number "
        "OR NEW.minor <> OLD.minor OR NEW.currency <> OLD.currency OR NEW.final <> OLD.final "
        "OR NEW.on_award <> OLD.on_award",
        why="what a milestone pays stays",
    ),
    *refuse_removal("grants_milestone", why="milestones are kept"),
    *append_only("grants_evidence"),
    *append_only("grants_verdict"),
    *refuse_change(
        "grants_amendment",
        when="OLD.decided_at IS NOT NULL OR NEW.milestone_id <> OLD.milestone_id "
        "OR NEW.criteria <> OLD.criteria OR NEW.due_on <> OLD.due_on",
        why="what was asked is decided as it was asked",
    ),
    *refuse_removal("grants_amendment", why="what was asked is kept"),
    *refuse_change(
        "grants_termination",
        when="OLD.confirmed_at IS NOT NULL OR OLD.withdrawn_at IS NOT NULL "
        "OR NEW.reason <> OLD.reason",
        why="what was decided stays",
    ),
    *refuse_removal("grants_termination", why="what was decided stays"),
    *refuse_change(
        "grants_payeeaccount",
        when="NEW.person_id <> OLD.person_id OR NEW.digest <> OLD.digest "
        "OR OLD.erased_at IS NOT NULL OR (OLD.replaced_at IS NOT NULL AND NEW.replaced_at IS NULL) "
        "OR (OLD.confirmed_at IS NOT NULL AND NEW.confirmed_at <> OLD.confirmed_at) "
        "OR ((NEW.sealed <> OLD.sealed OR NEW.mark <> OLD.mark) AND NEW.erased_at IS NULL)",
        why="another account is another row",
    ),
    *refuse_removal("grants_payeeaccount", why="where money went is kept"),
    *append_only("grants_sanctionscheck"),
    *append_only("grants_bankfile"),
    *refuse_removal("grants_grantpayment", why="payments are kept"),
    _refuse(
        "grants_grantpayment",
        "grants_grantpayment_as_approved",
        "UPDATE",
        {
            "OLD.stage = 'paid' OR OLD.stage = 'cancelled'": (
                "UPDATE on grants_grantpayment is refused: paid and cancelled are the end"
            ),
            "NEW.fingerprint = OLD.fingerprint AND (NEW.account_id <> OLD.account_id "
            "OR NEW.minor <> OLD.minor OR NEW.currency <> OLD.currency "
            "OR NEW.milestone_id <> OLD.milestone_id OR NEW.preparation <> OLD.preparation)": (
                "UPDATE on grants_grantpayment is refused: another payment, the same fingerprint"
            ),
            f"NEW.stage IN ('approved', 'sent', 'paid') AND {_APPROVALS} < {APPROVALS}": (
                "UPDATE on grants_grantpayment is refused: two people have to approve it"
            ),
            f"NEW.stage = 'sent' AND {_SENT_BY_APPROVER}": (
                "UPDATE on grants_grantpayment is refused: who approved it does not send it"
            ),
            "NEW.stage = 'sent' AND OLD.stage <> 'approved' AND OLD.stage <> 'sent'": (
                "UPDATE on grants_grantpayment is refused: it is not approved"
            ),
            "NEW.stage = 'paid' AND OLD.stage <> 'sent'": (
                "UPDATE on grants_grantpayment is refused: it was not sent"
            ),
        },
    ),
    _refuse(
        "grants_grantpayment",
        "grants_grantpayment_begins_requested",
        "INSERT",
        {"NEW.stage <> 'requested'": "a payment begins with a request"},
    ),
    *append_only("grants_approval"),
    _refuse(
        "grants_approval",
        "grants_approval_of_what_is",
        "INSERT",
        {
            f"NOT {_APPROVES_WHAT_IS}": (
                "an approval is refused: it is not of what waits, or by who prepared it"
            ),
            f"NOT {_CHECKED}": "an approval is refused: no check found nothing about this account",
        },
    ),
    *refuse_change(
        "grants_reversal",
        when="OLD.confirmed_at IS NOT NULL OR NEW.payment_id <> OLD.payment_id "
        "OR NEW.line_id <> OLD.line_id",
        why="what was undone stays undone",
    ),
    *refuse_removal(
        "grants_reversal",
        when="OLD.confirmed_at IS NOT NULL",
        why="what was undone stays undone",
    ),
    *append_only("grants_moneyreturned"),
)
