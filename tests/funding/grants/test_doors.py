"""Each action of grants has its page and its place in the API, and the documentation names them."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from pathlib import Path

from django.urls import URLPattern

from funding.grants import actions, urls

PAGE = Path(__file__).resolve().parents[3] / "docs" / "grants.md"
ROW = re.compile(r"^\| `(\w+)` \| (.+) \| (.+) \|$", re.MULTILINE)
NAME = re.compile(r"`([\w-]+)`")
# How things are held, moved and told: what actions are made of.
PARTS = {"moving", "award_moves"}


def written() -> dict[str, tuple[str, str]]:
    return {action: (page, api) for action, page, api in ROW.findall(PAGE.read_text())}


def functions() -> set[str]:
    """Every public function of the modules of actions."""
    found = set()
    for module in pkgutil.iter_modules(actions.__path__):
        if module.name in PARTS:
            continue
        loaded = importlib.import_module(f"{actions.__name__}.{module.name}")
        found |= {
            name
            for name, function in inspect.getmembers(loaded, inspect.isfunction)
            if function.__module__ == loaded.__name__ and not name.startswith("_")
        }
    return found


def routes(patterns: list[object]) -> set[str]:
    return {str(one.name) for one in patterns if isinstance(one, URLPattern)}


def test_every_action_is_in_the_table_or_named_as_having_no_door() -> None:
    text = PAGE.read_text()
    without = set(NAME.findall(text[text.index("The rest has no door") :]))
    assert set(written()) | without == functions()
    assert not set(written()) & without


def test_every_door_in_the_table_is_there() -> None:
    pages, api = routes([*urls.urlpatterns]), routes([*urls.api_urlpatterns])
    for action, (page, program) in written().items():
        assert set(NAME.findall(page)) <= pages, action
        assert set(NAME.findall(program)) <= api, action
        assert NAME.findall(page), action


def test_every_write_of_the_api_is_in_the_table() -> None:
    named = {name for _page, program in written().values() for name in NAME.findall(program)}
    writing = set()
    for pattern in urls.api_urlpatterns:
        assert isinstance(pattern, URLPattern)
        view = getattr(pattern.callback, "cls", None)
        if any(hasattr(view, method) for method in ("post", "put", "patch", "delete")):
            writing.add(str(pattern.name))
    assert writing == named
