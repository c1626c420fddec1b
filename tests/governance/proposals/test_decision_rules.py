"""Rules come from a file that says clearly what is wrong with it."""

from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from governance.proposals import kinds
from governance.proposals.decision_rules import (
    BadRules,
    DecisionRule,
    format_duration,
    format_fraction,
    is_founding,
    parse_duration,
    parse_fraction,
    parse_rules,
)

GOOD = """
[resolution]
sponsors = 5
idea_lapses_after = "P90D"
discussion = "P14D"
final = "P3D"
voting = "P7D"
quorum = "1/10"
majority = "1/2"
min_days = 0
sponsor_min_days = 30
"""


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("P14D", timedelta(days=14)),
        ("P2W", timedelta(days=14)),
        ("PT2M", timedelta(minutes=2)),
        ("PT30S", timedelta(seconds=30)),
        ("P1DT12H", timedelta(days=1, hours=12)),
        ("PT0S", timedelta(0)),
    ],
)
def test_durations_are_read(text: str, span: timedelta) -> None:
    assert parse_duration(text) == span


@pytest.mark.parametrize(
    "text",
    [
        *("", "P", "PT", "P1Y", "P1M", "-P1D", "P1.5D", "1D", "P1DT", "p1d", "P1D\n", "P٣D"),
        *("P3661D", "P99999999999D", "PT99999999999999999999S"),
    ],
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"duration|ten years"):
        parse_duration(text)


@given(st.integers(min_value=0, max_value=3660 * 86_400).map(lambda s: timedelta(seconds=s)))
@example(timedelta(0))
@example(timedelta(days=3660))
def test_a_duration_survives_being_written_and_read(span: timedelta) -> None:
    assert parse_duration(format_duration(span)) == span


@pytest.mark.parametrize("span", [timedelta(days=-1), timedelta(microseconds=1)])
def test_a_span_that_is_no_duration_is_not_written(span: timedelta) -> None:
    with pytest.raises(ValueError, match="whole seconds"):
        format_duration(span)


@given(st.integers(1, 9999).flatmap(lambda q: st.tuples(st.integers(1, q), st.just(q))))
def test_a_fraction_survives_being_read_and_written(pair: tuple[int, int]) -> None:
    fraction = parse_fraction(f"{pair[0]}/{pair[1]}")
    assert fraction == Fraction(*pair)
    assert parse_fraction(format_fraction(fraction)) == fraction


@pytest.mark.parametrize("text", ["0/1", "2/1", "1/0", "0.5", "1", "-1/2", "1/2/3", "½", "1/99999"])
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"fraction|above nothing"):
        parse_fraction(text)


def test_a_rule_is_read_whole() -> None:
    assert parse_rules(GOOD) == (
        DecisionRule(
            kind="resolution",
            sponsors=5,
            idea_lapses_after=timedelta(days=90),
            discussion=timedelta(days=14),
            final=timedelta(days=3),
            voting=timedelta(days=7),
            quorum=Fraction(1, 10),
            majority=Fraction(1, 2),
            min_days=0,
            sponsor_min_days=30,
        ),
    )


def test_a_rule_is_recorded_as_plain_json() -> None:
    (rule,) = parse_rules(GOOD)
    assert rule.as_json() == {
        "kind": "resolution",
        "sponsors": 5,
        "ideaLapsesAfter": "P90D",
        "discussion": "P14D",
        "final": "P3D",
        "voting": "P7D",
        "quorum": "1/10",
        "majority": "1/2",
        "minDays": 0,
        "sponsorsMinDays": 30,
    }


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('quorum = "1/10"', "quorum = 0.1", "resolution.quorum: expected a fraction"),
        ('quorum = "1/10"', "", "resolution.quorum: missing"),
        ('majority = "1/2"', 'majority = "1/3"', "resolution.majority: '1/3' is not from 1/2"),
        ('majority = "1/2"', 'majority = "1/1"', "resolution.majority: '1/1' is not from 1/2"),
        ("sponsors = 5", "sponsors = 0", "resolution.sponsors: expected a whole number from 1"),
        ("sponsors = 5", "sponsors = true", "resolution.sponsors: expected a whole number"),
        ("min_days = 0", "min_days = -1", "resolution.min_days: expected a whole number from 0"),
        ('final = "P3D"', 'final = "PT0S"', "resolution.final: a duration of nothing"),
        ('final = "P3D"', "final = 3", "resolution.final: expected a duration"),
        ('final = "P3D"', 'final = "P3M"', "resolution.final: 'P3M' is not a duration"),
        ("sponsors = 5", "sponsors = 5\nveto = true", "resolution.veto: unknown; known are"),
        ("[resolution]", "resolution = 1\n[other]", "resolution: expected a table"),
        ("[resolution]", "[resolution", "not TOML"),
    ],
)
def test_each_problem_is_named_where_it_is(old: str, new: str, problem: str) -> None:
    with pytest.raises(BadRules) as caught:
        parse_rules(GOOD.replace(old, new, 1))
    assert any(found.startswith(problem) for found in caught.value.problems), caught.value.problems


def test_all_problems_are_named_at_once() -> None:
    with pytest.raises(BadRules) as caught:
        parse_rules(GOOD.replace('"P14D"', '"soon"').replace('"1/10"', '"most"'))
    assert len(caught.value.problems) == 2


def test_a_file_without_rules_is_refused() -> None:
    with pytest.raises(BadRules, match="there are no rules"):
        parse_rules("")


@pytest.mark.parametrize("path", ["governance/proposals/founding.toml", "config/demo/rules.toml"])
def test_the_files_we_ship_can_be_used(path: str) -> None:
    ruled = {rule.kind for rule in parse_rules(Path(path).read_text())}
    known = {kind.name for kind in kinds.registered()}
    assert ruled <= known
    assert {"adopt_term", "resolution"} <= ruled
    if "founding" in path:
        assert ruled == known


def test_the_founding_ends_with_the_twenty_fifth_member() -> None:
    assert is_founding(24)
    assert not is_founding(25)
