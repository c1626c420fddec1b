"""Rules come into force once, are kept, and stop coming from a file when the founding is over."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from governance.proposals import kinds
from governance.proposals.decision_rules import BadRules, parse_rules
from governance.proposals.kinds import Kind
from governance.proposals.models import AdoptedRule, Event
from governance.record.models import Pending
from kernel.refusal import Refused
from tests.conftest import NOW
from tests.governance.proposals.conftest import RULES, MakePerson, WriteRules

DAY = timedelta(days=1)


def test_a_rule_comes_into_force_with_its_record_entry(rules: None) -> None:
    adopted = AdoptedRule.objects.for_kind("resolution", NOW)
    assert adopted
    assert adopted.rule == parse_rules(RULES)[1]
    assert adopted.basis == "founding"
    entry = Pending.objects.get(leaf_hash=adopted.record_hash)
    assert json.loads(bytes(entry.data)) == {
        "type": "decision-rule.adopted",
        "at": "2026-11-19T12:00:00Z",
        "rule": adopted.rule.as_json(),
        "effectiveFrom": "2026-11-19T12:00:00Z",
        "basis": "founding",
    }


def test_the_same_file_again_changes_nothing(rules: None, write_rules: WriteRules) -> None:
    write_rules(at=NOW)
    assert AdoptedRule.objects.count() == 2
    assert Event.objects.filter(verb="rule.adopted").count() == 2


def test_a_changed_file_adds_a_rule_from_then_on(rules: None, write_rules: WriteRules) -> None:
    write_rules('quorum = "1/10"\nmajority = "1/2"', 'quorum = "1/5"\nmajority = "1/2"', at=NOW)
    assert AdoptedRule.objects.count() == 3
    quorums = [
        adopted.quorum
        for at in (NOW - 2 * DAY, NOW - DAY, NOW, NOW + DAY)
        if (adopted := AdoptedRule.objects.for_kind("resolution", at))
    ]
    assert quorums == ["1/10", "1/5", "1/5"]
    in_force = AdoptedRule.objects.in_force(NOW)
    assert {(adopted.kind, adopted.quorum) for adopted in in_force} == {
        ("adopt_term", "1/10"),
        ("resolution", "1/5"),
    }


def test_after_the_founding_a_file_changes_no_rule(
    rules: None, write_rules: WriteRules, make_person: MakePerson
) -> None:
    for number in range(25):
        make_person(f"Member {number}")
    write_rules(at=NOW)
    with pytest.raises(Refused) as refused:
        write_rules("sponsors = 2", "sponsors = 1", at=NOW)
    assert refused.value.code == "founding-over"
    assert AdoptedRule.objects.count() == 2


def test_a_rule_for_no_kind_is_named(write_rules: WriteRules) -> None:
    with pytest.raises(BadRules, match="coup: there is no such kind"):
        write_rules("[resolution]", "[coup]")
    assert not AdoptedRule.objects.exists()


def test_the_files_we_ship_found_a_community(db: None) -> None:
    for path in ("governance/proposals/founding.toml", "config/demo/rules.toml"):
        said = StringIO()
        call_command("found", rules=Path(path), stdout=said)
        assert "The rule for adopt_term is in force." in said.getvalue()
    said = StringIO()
    call_command("found", rules=Path(path), stdout=said)
    assert "in force already" in said.getvalue()
    assert {kind.name for kind in kinds.registered()} == set(
        AdoptedRule.objects.in_force(NOW + 10_000 * DAY).values_list("kind", flat=True)
    )


def test_the_command_says_what_is_wrong(db: None, tmp_path: Path, make_person: MakePerson) -> None:
    bad = tmp_path / "rules.toml"
    bad.write_text("[resolution]\nsponsors = 0\n")
    with pytest.raises(CommandError, match=r"resolution.sponsors: expected a whole number from 1"):
        call_command("found", rules=bad)
    with pytest.raises(CommandError, match="cannot read"):
        call_command("found", rules=tmp_path / "missing.toml")
    assert not AdoptedRule.objects.exists()


def test_a_kind_is_registered_once() -> None:
    known: Kind = kinds.get("resolution")
    with pytest.raises(ValueError, match="two kinds"):
        kinds.register(known)
