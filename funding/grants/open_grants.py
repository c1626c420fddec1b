"""Grants as open data: the JSON of the 360Giving Data Standard, version 1.3. Pure.

The standard asks who got the money. Whoever applies here is a person with an account, and names can
be forgotten while published files cannot: so every recipient is an individual whose name is the
words that the standard has for that, and whose identifier belongs to this one grant. Nothing here
says that two grants went to the same person, or where anybody lives.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from governance.record.canonical import timestamp
from kernel.money import Money

VERSION = "1.3"
LICENCE = "https://creativecommons.org/publicdomain/zero/1.0/"
MEDIA_TYPE = "application/json"
# Raised whenever the same grants are written as other bytes.
FORMAT = 1
# What the standard suggests for an individual's name.
NOBODYS_NAME = "Individual Recipient"
# Closed lists of the standard: a cause that is not the recipient's own need; a community's project.
_REASON, _PURPOSE = "GTIR120", "GTIP160"
# The most that a JSON number is read back as, to the cent, by a reader that keeps it as a double.
_MOST_MINOR = 10**15


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who publishes: the prefix that 360Giving assigned, the organisation's identifier, where."""

    prefix: str
    organisation: str
    name: str
    website: str


@dataclass(frozen=True, slots=True)
class Paid:
    """One payment, by its identifier, and the address of the record entry that proves it."""

    id: str
    on: date
    amount: Money
    proof: str


@dataclass(frozen=True, slots=True)
class Grant:
    """One award as it is published. Addresses are whole; ``disbursed`` is what was paid and kept.

    ``starts_on`` is None until both accepted the agreement, ``ended_on`` until it is over.
    """

    id: str
    title: str
    description: str
    asked: Money
    awarded: Money
    disbursed: Money
    awarded_on: date
    url: str
    planned_start: date
    planned_end: date
    starts_on: date | None
    ended_on: date | None
    round_id: str
    round_title: str
    round_url: str
    votes: str
    payments: tuple[Paid, ...]
    modified_at: datetime


def grant(about: Grant, publisher: Publisher, *, source: str) -> dict[str, Any]:
    """One grant of the file. ``source`` is the address of the file itself."""
    individual = {"id": f"{publisher.prefix}-IND-{about.id}", "name": NOBODYS_NAME}
    said: dict[str, Any] = {
        "id": f"{publisher.prefix}-{about.id}",
        "title": about.title,
        "description": about.description,
        "currency": about.awarded.currency,
        "amountAppliedFor": number(about.asked),
        "amountAwarded": number(about.awarded),
        "amountDisbursed": number(about.disbursed),
        "awardDate": about.awarded_on.isoformat(),
        "url": about.url,
        "plannedDates": [_dates(about.planned_start, about.planned_end)],
        "recipientIndividual": individual,
        "toIndividualsDetails": {"primaryGrantReason": _REASON, "grantPurpose": [_PURPOSE]},
        "fundingOrganization": [{"id": publisher.organisation, "name": publisher.name}],
        "grantProgramme": [
            {"code": about.round_id, "title": about.round_title, "url": about.round_url}
        ],
        "fromOpenCall": "Yes",
        "dateModified": timestamp(about.modified_at),
        "dataSource": source,
    }
    if about.starts_on is not None:
        said["actualDates"] = [_dates(about.starts_on, about.ended_on)]
    if about.payments:
        said["disbursementTransaction"] = [
            {
                "id": f"{publisher.prefix}-{paid.id}",
                "transactionDate": paid.on.isoformat(),
                "currency": paid.amount.currency,
                "value": number(paid.amount),
                "provider": publisher.organisation,
                "recipient": individual["id"],
            }
            for paid in about.payments
        ]
    if documents := list(_documents(about)):
        said["relatedDocument"] = documents
    return said


def package(
    grants: Iterable[Mapping[str, Any]],
    publisher: Publisher,
    *,
    source: str,
    page: str,
    modified_at: datetime,
) -> Iterator[bytes]:
    """The file piece by piece, however many grants there are; the standard asks for one at least.

    ``page`` is where people read the same.
    """
    head = {
        "version": VERSION,
        "title": "Grants that the members of Customer Commons gave",
        "description": "Every project that members chose to fund from their dues.",
        "modified": timestamp(modified_at),
        "identifier": f"{publisher.prefix}-grants",
        "publisher": {
            "identifier": publisher.organisation,
            "name": publisher.name,
            "website": publisher.website,
        },
        "downloadURL": source,
        "accessURL": page,
        "license": LICENCE,
    }
    yield _written(head)[:-1] + b', "grants": ['
    for place, one in enumerate(grants):
        yield (b",\n" if place else b"\n") + _written(one)
    yield b"\n]}\n"


def number(amount: Money) -> int | float:
    """An amount in whole units as JSON writes numbers, to the cent: ``12.5`` for €12.50.

    Read from its exact decimal digits, and never reckoned with. Raises ``ValueError`` for an amount
    that a reader's double would not hold to the cent.
    """
    if abs(amount.minor) >= _MOST_MINOR:
        raise ValueError(f"too large for a number of JSON: {amount}")
    exact = amount.major
    whole = int(exact)
    return whole if whole == exact else float(exact)


def _dates(start: date, end: date | None) -> dict[str, str]:
    dates = {"startDate": start.isoformat()}
    return dates if end is None else {**dates, "endDate": end.isoformat()}


def _documents(about: Grant) -> Iterator[dict[str, str]]:
    if about.votes:
        yield {
            "id": "votes",
            "title": "The ballots that chose it",
            "url": about.votes,
            "documentType": "Members’ vote (Pabulib)",
        }
    for paid in about.payments:
        if paid.proof:
            yield {
                "id": paid.id,
                "title": f"What proves the payment of {paid.on.isoformat()}",
                "url": paid.proof,
                "documentType": "Public record entry",
            }


def _written(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
