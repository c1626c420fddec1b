"""Which tests run, and which first: what takes longest must not be begun last.

A plugin that ``tests/conftest.py`` names.
"""

from __future__ import annotations

import pytest

# Each takes a minute or more; whoever runs the suite on several cores begins with them.
LONGEST = (
    "tests/functional/test_pages.py",
    "tests/routes/test_routes.py",
    "tests/functional/test_make_run.py",
    "tests/routes/test_schemathesis.py",
    "tests/functional/",
    "tests/faults/",
)
_DATABASE = frozenset({"db", "transactional_db", "live_server"})


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database-only",
        action="store_true",
        help="leave out what is the same on each database: what touches none, and how pages look",
    )


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--database-only"):
        config.hook.pytest_deselected(items=[item for item in items if not _may_differ(item)])
        items[:] = [item for item in items if _may_differ(item)]
    items.sort(key=_turn)


def _may_differ(item: pytest.Item) -> bool:
    """Whether it may come out otherwise on another database."""
    if item.get_closest_marker("looks") is not None:
        return False
    names: list[str] = getattr(item, "fixturenames", [])
    return item.get_closest_marker("django_db") is not None or not _DATABASE.isdisjoint(names)


def _turn(item: pytest.Item) -> int:
    for turn, path in enumerate(LONGEST):
        if item.nodeid.startswith(path):
            return turn
    return len(LONGEST)
