"""How texts, times and the five marks are shown."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from config.templatetags.commons import day, markdown, moment, money, pipeline_marks
from kernel.money import Money


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "[click](javascript:alert(1))",
        "![x](https://tracker.example/pixel.png)",
        '<img src=x onerror="alert(1)">',
        "<a href='data:text/html,x'>x</a>",
        "[x](vbscript:x)",
        "<style>body{display:none}</style>",
        "<iframe src='//example.org'></iframe>",
    ],
)
def test_nothing_active_or_remote_survives_markdown(hostile: str) -> None:
    shown = str(markdown(f"before {hostile} after")).lower()
    for active in ("<script", "<img", "<style", "<iframe", 'href="javascript', 'href="data'):
        assert active not in shown
    assert "before" in shown


def test_markdown_headings_stay_below_the_page_s_own() -> None:
    shown = markdown("# One\n\n## Two\n\n#### Four")
    assert shown == "<h3>One</h3>\n<h4>Two</h4>\n<h6>Four</h6>\n"


def test_links_tell_their_target_nothing() -> None:
    shown = markdown("[a shop](https://shop.example/)")
    assert 'rel="nofollow ugc noopener"' in shown


def test_times_are_time_elements_in_utc() -> None:
    when = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
    assert moment(when) == (
        '<time datetime="2026-11-20T18:00:00+00:00">20 November 2026, 18:00 UTC</time>'
    )
    assert day(when) == '<time datetime="2026-11-20">20 November 2026</time>'
    assert day(date(2026, 1, 2)) == '<time datetime="2026-01-02">2 January 2026</time>'
    assert (day(None), moment(None)) == ("", "")


def test_money_is_written_as_people_write_it() -> None:
    assert money(Money(1250, "EUR")) == "€12.50"


@pytest.mark.parametrize(
    ("stage", "states"),
    [
        ("idea", ["here", "", "", "", ""]),
        ("discussion", ["done", "here", "", "", ""]),
        ("final", ["done", "done", "", "", ""]),
        ("voting", ["done", "done", "here", "", ""]),
        ("adopted", ["done", "done", "done", "here", ""]),
        ("rejected", ["done", "done", "stopped", "", ""]),
        ("lapsed", ["stopped", "", "", "", ""]),
    ],
)
def test_the_five_marks_are_filled_as_far_as_the_thing_has_come(
    stage: str, states: list[str]
) -> None:
    assert [mark.state for mark in pipeline_marks(stage)] == states
