"""What follows the demo's terms: who proffers them, who is asked, and companies that accept them.

The companies are on this machine: the site itself serves the file that each would have at its own
domain, and the worker reads it through the one guarded fetch as it would read any other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from django.conf import settings

from config.demo.people import GUISES
from governance.proposals import acceptance_file
from governance.proposals import actions as proposals
from governance.proposals.well_known import WELL_KNOWN
from governance.terms.document import Site
from governance.terms.models import Term, Version
from members.models import Person

if TYPE_CHECKING:
    from config.demo.story import Happening, Story


@dataclass(frozen=True, slots=True)
class Company:
    """A company of the demo, the terms it accepts, and whether its file has their hashes right."""

    name: str
    terms: tuple[str, ...]
    careful: bool = True


COMPANIES = {
    "bakery.example": Company("Finn's bakery", ("no-stalking", "service-delivery-only")),
    "library.example": Company("The town library", ("no-stalking",)),
    "bike-shop.example": Company("Spokes and sons", ("no-stalking",), careful=False),
}
# How many members proffer a term, and how many ask whom for one.
PROFFERS = {"no-stalking": 31, "service-delivery-only": 17, "data-for-public-good": 6}
ASKS = {"railway.example": 14, "supermarket.example": 9, "gym.example": 4, "cinema.example": 2}
ASKED_FOR = "no-stalking"


def happenings(story: Story) -> Iterator[Happening]:
    """What members and companies do once terms are in force, each with its moment."""
    ago = story.ago
    yield ago(6), partial(_proffer, ago(6))
    yield ago(4), partial(_ask, ago(4))
    # They are looked at as soon as the site runs: what is read there is not read before.
    yield ago(0.01), partial(_tell, story, ago(0.01))


def file_of(domain: str) -> str | None:
    """The file that the company at ``domain`` publishes; None where none is."""
    company = COMPANIES.get(domain)
    if company is None:
        return None
    here = Site(settings.PUBLIC_ORIGIN)
    newest = Version.objects.newest().filter(term__in=company.terms).defer("document")
    accepts = {
        here.term(one.term_id, one.version): one.sha256 if company.careful else "0" * 64
        for one in newest.order_by("term_id")
    }
    return acceptance_file.example(company.name, accepts)


def _members(at: datetime) -> list[Person]:
    """Those in standing but the ones a visitor can be: these decide for themselves."""
    visitors = [guise.email for guise in GUISES]
    return list(Person.objects.in_standing(at.date()).exclude(email__in=visitors).order_by("pk"))


def _proffer(at: datetime) -> None:
    people = _members(at)
    for slug, count in PROFFERS.items():
        term = Term.objects.get(slug=slug)
        for place, person in enumerate(people[:count]):
            proposals.proffer(term=term, by=person, at=at + timedelta(minutes=place))


def _ask(at: datetime) -> None:
    people, term = _members(at), Term.objects.get(slug=ASKED_FOR)
    for domain, count in ASKS.items():
        for place, person in enumerate(people[-count:]):
            moment = at + timedelta(minutes=place)
            proposals.ask(term=term, domain=domain, by=person, at=moment)


def _tell(story: Story, at: datetime) -> None:
    """A member tells us of each company; the sweep has still to look."""
    for domain in COMPANIES:
        proposals.submit_organisation(
            domain=domain, form=WELL_KNOWN.name, by=story.member("Finn"), at=at
        )
