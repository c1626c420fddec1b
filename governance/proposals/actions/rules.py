"""How decision rules come into force."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from governance.proposals import kinds, record_types
from governance.proposals.decision_rules import BadRules, parse_rules
from governance.proposals.models import AdoptedRule, Event, founding_on
from governance.record.actions import submit
from governance.record.canonical import timestamp
from kernel.refusal import Refused
from members.models import Author, subject_of


@transaction.atomic
def adopt_founding_rules(
    *, file: Path, by: Author, at: datetime, effective_from: datetime | None = None
) -> list[AdoptedRule]:
    """Adopt the rules of a TOML file, one for each kind; answers those that are new.

    They are in force from ``at``, or from ``effective_from`` if they are to follow later. The same
    content again changes nothing. Once 25 members have standing a file can still bring
    the first rule of a kind, but change none. Raises ``BadRules`` naming what is wrong with the
    file, and ``Refused`` ("founding-over").
    """
    effective_from = effective_from or at
    rules = parse_rules(file.read_text(encoding="utf-8"))
    known = {kind.name for kind in kinds.registered()}
    if unknown := [rule.kind for rule in rules if rule.kind not in known]:
        raise BadRules([f"{kind}: there is no such kind of proposal" for kind in unknown])
    adopted = []
    for rule in rules:
        current = AdoptedRule.objects.for_kind(rule.kind, effective_from)
        if current is not None and current.rule == rule:
            continue
        if current is not None and not founding_on(at.date()):
            raise Refused(
                "founding-over",
                _("The founding is over: a rule that is in force changes only by a vote."),
            )
        entry = submit(
            type=record_types.RULE_ADOPTED.name,
            body={
                "rule": rule.as_json(),
                "effectiveFrom": timestamp(effective_from),
                "basis": "founding",
            },
            at=at,
        )
        row = AdoptedRule.objects.create(
            **AdoptedRule.columns(rule),
            effective_from=effective_from,
            basis="founding",
            record_hash=entry.leaf_hash,
        )
        Event.record("rule.adopted", subject=subject_of(row), by=by, at=at, kind=rule.kind)
        adopted.append(row)
    return adopted
