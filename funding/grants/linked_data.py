"""What pages of grants tell search engines: schema.org as JSON-LD. Pure; it names no person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kernel.money import Money

_FUNDER = {"@type": "Organization", "name": "Customer Commons"}


@dataclass(frozen=True, slots=True)
class Project:
    """A project, or a round, as the public sees it: what it is called, what it is, where it is."""

    name: str
    description: str
    url: str


def project(about: Project, *, amount: Money | None, origin: str) -> dict[str, Any]:
    """A project, and the grant it was given, where it was given one."""
    said: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Project",
        "name": about.name,
        "description": about.description,
        "url": about.url,
    }
    if amount is None:
        return said
    grant = {
        "@type": "MonetaryGrant",
        "name": about.name,
        "amount": _amount(amount),
        "funder": {**_FUNDER, "url": f"{origin}/"},
    }
    return {**said, "funding": grant}


def round(
    about: Project, *, budget: Money, funded: Sequence[Project], origin: str
) -> dict[str, Any]:
    """A grant round: its budget, and the projects that were chosen."""
    said: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "MonetaryGrant",
        "name": about.name,
        "description": about.description,
        "url": about.url,
        "amount": _amount(budget),
        "funder": {**_FUNDER, "url": f"{origin}/"},
    }
    if funded:
        said["fundedItem"] = [
            {"@type": "Project", "name": one.name, "url": one.url} for one in funded
        ]
    return said


def _amount(amount: Money) -> dict[str, str]:
    # A text of digits, as schema.org allows: no reader rounds it.
    return {
        "@type": "MonetaryAmount",
        "value": f"{amount.major:f}",
        "currency": amount.currency,
    }
