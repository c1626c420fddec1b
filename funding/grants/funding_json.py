"""What a project says of itself in a ``funding.json`` (fundingjson.org), as a draft. Pure.

Only what an application asks for is taken: the project's name, description and website, and the
plans it needs money for. Names, addresses and accounts in the file are left where they are.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from funding.grants import asking

LARGEST = 256 * 2**10
MEDIA_TYPES = ("application/json", "text/plain", "application/octet-stream")
_MOST_PROJECTS = 50


def gettext_noop(text: str) -> str:
    """Mark a text for the translators; who raises it translates it."""
    return text


_ = gettext_noop


class Unreadable(ValueError):
    """The file is no funding.json, or says nothing that helps. ``sentence`` says what it lacks."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Project:
    """One project of the file, as what could be typed into a draft."""

    guid: str
    draft: Mapping[str, Any]


def read(data: bytes, currency: str) -> tuple[Project, ...]:
    """The projects of a file; of its plans those of the round's ``currency``, which are paid once.

    Raises ``Unreadable``.
    """
    if len(data) > LARGEST:
        raise Unreadable(_("A funding.json has at most 256 kB."))
    try:
        manifest = json.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise Unreadable(_("This is not a JSON file.")) from None
    if not isinstance(manifest, Mapping) or not isinstance(manifest.get("projects"), list):
        raise Unreadable(_("This JSON file has no projects, so it is no funding.json."))
    budget = _budget(manifest.get("funding"), currency)
    projects = tuple(
        _project(given, budget)
        for given in manifest["projects"][:_MOST_PROJECTS]
        if isinstance(given, Mapping) and _text(given.get("name"))
    )
    if not projects:
        raise Unreadable(_("No project in this file has a name."))
    return projects


def merge(draft: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, Any]:
    """``draft`` with what it lacks taken from ``found``: nothing that somebody typed is lost."""
    kept = asking.typed(draft)
    for name, value in asking.typed(found).items():
        if not kept[name]:
            kept[name] = value
    return kept


def _project(given: Mapping[str, Any], budget: list[dict[str, str]]) -> Project:
    name = _text(given.get("name"))
    description = _text(given.get("description"))
    page = given.get("webpageUrl") or given.get("repositoryUrl")
    website = _text(page.get("url")) if isinstance(page, Mapping) else ""
    draft: dict[str, Any] = {
        "title": name[: asking.LONGEST_TITLE],
        "summary": description[: asking.LONGEST_SUMMARY],
        "website": website,
        "budget": budget,
    }
    # What is cut off the summary is not lost.
    if len(description) > asking.LONGEST_SUMMARY:
        draft["how"] = description[: asking.LONGEST_ANSWER]
    return Project(guid=_text(given.get("guid"))[:100], draft=asking.typed(draft))


def _budget(funding: Any, currency: str) -> list[dict[str, str]]:
    plans = funding.get("plans") if isinstance(funding, Mapping) else None
    lines = []
    for plan in plans if isinstance(plans, list) else []:
        if not isinstance(plan, Mapping) or plan.get("currency") != currency:
            continue
        amount = _amount(plan.get("amount"))
        if amount and plan.get("frequency") == "one-time" and plan.get("status") != "inactive":
            what = _text(plan.get("name"))[: asking.LONGEST_LINE]
            lines.append({"what": what, "amount": amount})
    return lines[: asking.MOST_LINES]


def _amount(value: Any) -> str:
    """An amount as somebody would type it; empty for none. JSON's numbers are read exactly."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    try:
        exact = Decimal(str(value))
    except InvalidOperation:
        return ""
    return f"{exact:f}" if exact.is_finite() and 0 < exact < 10**12 else ""


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
