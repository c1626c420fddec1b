"""The pictures of a term: a badge that fits any title, and a code that leads to it."""

from __future__ import annotations

import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st

from governance.terms import badge, qr
from governance.terms.badge import DARK, LIGHT, LONGEST

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = [
    '</title></text><script>alert("1")</script>',
    "a & b < c > \"d\" 'e'",
    "]]><!-- &amp; &#x41;",
    "\u202egnp.exe \u0000\u0007\ud800",
    "مرحبا بالعالم",
    "別跟蹤我，謝謝",
    "é" * 5 + "e\u0301" * 5,
    "🧑‍🌾🏳️‍🌈 farm",
    "W" * 120,
    "i" * 120,
]


def drawn(title: str, note: str = "") -> ElementTree.Element:
    name = f"{title}, version 1.0.0"
    return ElementTree.fromstring(badge.svg(title=title, name=name, note=note, scheme=LIGHT))  # noqa: S314


def check(title: str, note: str) -> None:
    root = drawn(title, note)
    assert {each.tag.removeprefix(SVG) for each in root.iter()} == {
        *("svg", "title", "rect", "path", "g", "text")
    }
    width = int(root.get("width", ""))
    assert root.get("viewBox") == f"0 0 {width} {badge.HEIGHT}"
    ends = []
    for text in root.iter(f"{SVG}text"):
        assert len(text.text or "") <= LONGEST
        start = int(text.get("x", ""))
        ends.append((start, start + int(text.get("textLength", ""))))
    assert all(end <= width - 8 for _start, end in ends)
    assert all(one[1] < other[0] for one, other in pairwise(ends))
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == root.find(f"{SVG}title").get("id")  # type: ignore[union-attr]


@pytest.mark.parametrize("title", HOSTILE)
@pytest.mark.parametrize("note", ["", "withdrawn"])
def test_any_title_is_escaped_and_stays_within_its_frame(title: str, note: str) -> None:
    check(title, note)
    assert badge.svg(title=title, name=title, note=note, scheme=DARK) == badge.svg(
        title=title, name=title, note=note, scheme=DARK
    )


@given(st.text(min_size=1, max_size=130))
def test_no_text_breaks_the_picture(title: str) -> None:
    check(title, "no longer advised")


def test_the_whole_title_is_its_name_even_where_the_picture_cuts_it() -> None:
    title = "Long words " * 12
    root = drawn(title)
    assert root.findtext(f"{SVG}title") == " ".join(f"{title}, version 1.0.0".split())
    assert (root.findtext(f".//{SVG}text") or "").endswith("…")


def test_the_text_follows_the_direction_of_the_line_and_not_of_the_title() -> None:
    assert "\u202e" not in (drawn("\u202egnp").findtext(f".//{SVG}text") or "")


def test_wide_letters_have_more_room_than_narrow_ones() -> None:
    assert badge.width("WWWW") > badge.width("nnnn") > badge.width("iiii")
    assert badge.width("別別") > badge.width("ee")
    assert badge.width("e\u0301") == badge.width("e")


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", [LIGHT, DARK])
def test_its_colours_can_be_read(scheme: badge.Scheme) -> None:
    paper = _luminance(scheme.paper)

    def contrast(colour: str) -> float:
        lighter, darker = sorted((_luminance(colour), paper), reverse=True)
        return (lighter + 0.05) / (darker + 0.05)

    assert contrast(scheme.ink) >= 7
    assert contrast(scheme.waits) >= 4.5
    assert contrast(scheme.mark) >= 3
    assert contrast(scheme.edge) >= 3


@pytest.mark.parametrize(
    "address",
    [
        "https://customercommons.example/terms/no-stalking/1.0.0",
        "http://localhost:8000/terms/a/1.0.0",
    ],
)
def test_the_code_is_that_of_exactly_this_address(address: str) -> None:
    """Read back from the drawing, module by module, with the white that a camera needs."""
    root = ElementTree.fromstring(qr.svg(address, name="It & more"))  # noqa: S314
    known = segno.make_qr(address, error="m", boost_error=False)
    side = len(known.matrix) + 2 * 4
    assert root.get("viewBox") == f"0 0 {side} {side}"
    assert root.findtext(f"{SVG}title") == "It & more"
    assert root.get("role") == "img"
    white, dark = root.find(f"{SVG}rect"), root.find(f"{SVG}path")
    assert white is not None
    assert dark is not None
    assert (white.get("fill"), white.get("width"), dark.get("fill")) == ("#fff", str(side), "#000")
    modules = [[0] * side for _row in range(side)]
    for left, top, length in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", dark.get("d", "")):
        for place in range(int(left), int(left) + int(length)):
            modules[int(top)][place] = 1
    inside = [row[4:-4] for row in modules[4:-4]]
    assert inside == [list(row) for row in known.matrix]
    assert sum(map(sum, modules)) == sum(map(sum, inside)), "the quiet zone is white"
