"""How decision rules come into force."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from governance.proposals import kinds, record_types
from governance.proposals.decision_rules import (
    CHANGE_TAKES_EFFECT_AFTER,
    BadRules,
    DecisionRule,
    parse_rules,
)
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
        row = _adopt(rule, effective_from=effective_from, basis="founding", by=by, at=at)
        adopted.append(row)
    return adopted


@transaction.atomic
def change_rule(
    *, rule: DecisionRule, replaces: AdoptedRule | None, poll: str, by: Author, at: datetime
) -> AdoptedRule:
    """Let a rule that members adopted take effect, so long after the vote as rules take.

    What runs by then keeps the rule it began with. Raises ``Refused``: "rule-changed-meanwhile".
    """
    check_replaces(rule.kind, replaces)
    return _adopt(
        rule,
        effective_from=at + CHANGE_TAKES_EFFECT_AFTER,
        basis=poll,
        by=by,
        at=at,
    )


@transaction.atomic
def restore_rule(*, changed: AdoptedRule, poll: str, by: Author, at: datetime) -> None:
    """Put the rule back that an unratified change replaced, where that change still holds.

    ``poll`` is of the vote that did not ratify it.
    """
    of_kind = AdoptedRule.objects.filter(kind=changed.kind)
    before = of_kind.filter(effective_from__lt=changed.effective_from)
    old = before.order_by("-effective_from").first()
    newer = of_kind.filter(effective_from__gt=changed.effective_from)
    if old is None or newer.exists():
        return
    since = max(at, changed.effective_from + timedelta(microseconds=1))
    _adopt(old.rule, effective_from=since, basis=poll, by=by, at=at)


def newest_rule(kind: str) -> AdoptedRule | None:
    """The rule of a kind that was adopted last, whether it has taken effect or will."""
    return AdoptedRule.objects.filter(kind=kind).order_by("-effective_from").first()


def check_replaces(kind: str, replaces: AdoptedRule | None) -> None:
    """Raise ``Refused`` unless ``replaces`` is the rule of this kind that was adopted last."""
    if newest_rule(kind) != replaces:
        raise Refused(
            "rule-changed-meanwhile",
            _("This rule was changed since. Save the text again, to say what it changes now."),
        )


def _adopt(
    rule: DecisionRule,
    *,
    effective_from: datetime,
    basis: str,
    by: Author,
    at: datetime,
) -> AdoptedRule:
    entry = submit(
        type=record_types.RULE_ADOPTED.name,
        body={
            "rule": rule.as_json(),
            "effectiveFrom": timestamp(effective_from),
            "basis": basis,
        },
        at=at,
    )
    row = AdoptedRule.objects.create(
        **AdoptedRule.columns(rule),
        effective_from=effective_from,
        basis=basis,
        record_hash=entry.leaf_hash,
    )
    Event.record("rule.adopted", subject=subject_of(row), by=by, at=at, kind=rule.kind)
    return row
