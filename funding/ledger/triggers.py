"""What the database itself demands of the books.

- A leg may join only an entry that is there and not sealed, asked in one query: a concurrent
  transaction either cannot see the entry yet, or sees it together with its seal.
- A seal may be set only on an entry of two legs or more that sum to zero in each currency, at the
  chain's next position, after the hash that is there now.
- Nothing is ever changed or removed; the chain's head only moves forward.
"""

from funding.ledger.entries import GENESIS
from kernel.immutability import Trigger, append_only, refuse_change, refuse_removal

_UNSEALED = (
    "EXISTS (SELECT 1 FROM ledger_entry e WHERE e.seal_id = NEW.entry_id "
    "AND NOT EXISTS (SELECT 1 FROM ledger_seal s WHERE s.id = e.seal_id))"
)
_FEW = "(SELECT COUNT(*) FROM ledger_leg l WHERE l.entry_id = NEW.id) < 2"
_UNBALANCED = (
    "EXISTS (SELECT 1 FROM ledger_leg l WHERE l.entry_id = NEW.id "
    "GROUP BY l.currency HAVING SUM(l.minor) <> 0)"
)
_OUT_OF_CHAIN = (
    f"NOT ((NEW.position = 1 AND NEW.previous_hash = '{GENESIS}') "  # noqa: S608 - our constant
    "OR EXISTS (SELECT 1 FROM ledger_seal s "
    "WHERE s.position = NEW.position - 1 AND s.hash = NEW.previous_hash))"
)


def _before_insert(table: str, name: str, refusals: dict[str, str]) -> Trigger:
    """Refuse an INSERT into ``table`` where a condition on NEW holds, with its sentence."""
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
        sqlite=f"CREATE TRIGGER {name} BEFORE INSERT ON {table} BEGIN {checks}END",
        # One function for each trigger, VOLATILE so that it sees what its own transaction just did.
        postgresql=f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql VOLATILE "
        f"AS $$ BEGIN {branches}RETURN NEW; END $$; "
        f"CREATE TRIGGER {name} BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
    )


# Each migration of triggers installs those whose tables are there by then.
FROM_THE_BEGINNING = (
    *append_only("ledger_event"),
    *append_only("ledger_entry"),
    *append_only("ledger_leg"),
    *append_only("ledger_seal"),
    _before_insert(
        "ledger_leg",
        "ledger_leg_joins_unsealed",
        {f"NOT {_UNSEALED}": "a leg is refused: its entry is sealed, or is not there"},
    ),
    _before_insert(
        "ledger_seal",
        "ledger_seal_balances",
        {
            _FEW: "a seal is refused: the entry has fewer than two legs",
            _UNBALANCED: "a seal is refused: the legs do not sum to zero",
            _OUT_OF_CHAIN: "a seal is refused: it does not follow the last one",
        },
    ),
    *refuse_change(
        "ledger_account",
        when="NEW.code <> OLD.code OR NEW.type <> OLD.type",
        why="code and type never change",
    ),
    *refuse_removal("ledger_account", why="accounts stay"),
    *refuse_change(
        "ledger_chainhead",
        when="NEW.position <> OLD.position + 1",
        why="the chain only grows",
    ),
    *refuse_removal("ledger_chainhead", why="the chain only grows"),
)
# What came with the closing of months. An entry is looked at when it is written, and again when it
# is sealed: closing a month holds the chain's head, so whoever seals next sees that it is closed.
_LOCKED = "EXISTS (SELECT 1 FROM ledger_month m WHERE m.ends_on > NEW.effective_on)"
_LOCKED_BY_NOW = (
    "EXISTS (SELECT 1 FROM ledger_month m JOIN ledger_entry e ON m.ends_on > e.effective_on "
    "WHERE e.seal_id = NEW.id)"
)
_DIGEST_OUT_OF_ORDER = (
    "NEW.first_position <> 1 + COALESCE((SELECT MAX(d.last_position) FROM ledger_digest d), 0) "
    "OR EXISTS (SELECT 1 FROM ledger_digest d WHERE d.day >= NEW.day)"
)
_MONTH_OUT_OF_ORDER = "EXISTS (SELECT 1 FROM ledger_month m WHERE m.ends_on > NEW.first)"
MONTHS = (
    *append_only("ledger_paymentleaf"),
    *append_only("ledger_digest"),
    *append_only("ledger_month"),
    *refuse_removal("ledger_voucher", why="what was prepared is kept"),
    *refuse_change(
        "ledger_voucher",
        when="OLD.state = 'posted' OR OLD.state = 'withdrawn'",
        why="what is decided is not changed",
    ),
    _before_insert(
        "ledger_entry",
        "ledger_entry_in_open_month",
        {
            _LOCKED: "an entry is refused: its month is closed",
            "NEW.concerns_on >= NEW.effective_on": "an entry is refused: it concerns a later day",
        },
    ),
    _before_insert(
        "ledger_seal",
        "ledger_seal_in_open_month",
        {_LOCKED_BY_NOW: "a seal is refused: the month is closed"},
    ),
    _before_insert(
        "ledger_digest",
        "ledger_digest_follows",
        {_DIGEST_OUT_OF_ORDER: "a digest is refused: it does not follow the last one"},
    ),
    _before_insert(
        "ledger_month",
        "ledger_month_follows",
        {_MONTH_OUT_OF_ORDER: "a month is refused: a later one is closed"},
    ),
)
TRIGGERS = (*FROM_THE_BEGINNING, *MONTHS)
