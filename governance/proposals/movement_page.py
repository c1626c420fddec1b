"""What pages show of the movement behind a term, and of who accepts it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from governance.proposals import domain_names, permissions
from governance.proposals.models import Acceptance, Ask, Proffer
from governance.proposals.models.movement import Asked
from governance.terms.document import Site
from governance.terms.models import Status, Version
from governance.terms.page_parts import PagePart
from members.models import Person

# A domain is named in public from so many members on: fewer could be told apart, or play a joke.
NAMED_FROM = 3
SHOWN = 10


def movement_of(slug: str, person: Person | None, at: datetime) -> dict[str, Any]:
    """How far a term has come since it was adopted, and what of it is ``person``'s own."""
    day = at.date()
    asked = Ask.objects.filter(term=slug).by_domain(day, at_least=NAMED_FROM)
    accepting = Acceptance.objects.current().filter(version__term=slug)
    mine: dict[str, Any] = {}
    if person is not None:
        mine = {
            "proffers": Proffer.objects.filter(term=slug, person=person).exists(),
            "asks": list(
                Ask.objects.filter(term=slug, person=person)
                .order_by("domain")
                .values_list("domain", flat=True)
            ),
            "may": permissions.can_proffer(person, at=at),
        }
    return {
        "slug": slug,
        "proffers": Proffer.objects.filter(term=slug).counted(day).count(),
        "asked": rows(asked[:SHOWN]),
        "accepting": accepting.values("organisation__domain").distinct().count(),
        "mine": mine,
    }


def part_of_page(slug: str, person: Person | None, at: datetime) -> PagePart:
    """The piece of a term's page that says how far it has come."""
    shows = movement_of(slug, person, at)
    stage = "accepted" if shows["accepting"] else "adopted"
    return PagePart("proposals/movement/_on_term.html", shows, stage)


def rows(asked: Iterable[Asked]) -> list[dict[str, Any]]:
    """Each domain with how people write it."""
    return [
        {
            "domain": row["domain"],
            "shown": domain_names.shown(row["domain"]),
            "asking": row["asking"],
        }
        for row in asked
    ]


def in_force(version: Version) -> bool:
    """Whether members advise a version that was read ``with_status``."""
    return version.status == Status.Name.ACTIVE


def letter(version: Version, domain: str, asking: int, at: datetime) -> str:
    """What members send an organisation, as plain text; they put their own name under it."""
    here = Site(settings.PUBLIC_ORIGIN).term(version.term_id, version.version)
    words: Mapping[str, Any] = {
        "title": version.revision.title,
        "plain": version.revision.plain.strip(),
        "term": here,
        "sha256": version.sha256,
        "domain": domain_names.shown(domain),
        "origin": settings.PUBLIC_ORIGIN,
        "day": date_format(at, "j F Y"),
    }
    asks = _(
        "%(day)s\n\nTo %(domain)s\n\nPlease accept “%(title)s”\n\n"
        "I am a customer, and I ask you to accept one term that members of Customer "
        "Commons wrote and adopted by vote:\n\n%(plain)s\n\n"
        "Its text, and what a program can read of it:\n%(term)s\n\n"
    )
    others = _("%(asking)d members of Customer Commons ask you for it.\n\n")
    how = _(
        "You accept it by publishing a small file at\n"
        "https://%(domain)s/.well-known/customer-commons.json\n"
        "that names the term and the hash of its document:\n\n"
        "  term    %(term)s\n  sha256  %(sha256)s\n\n"
        "How the file is made, and where to tell us that it is there:\n"
        "%(origin)s/accepting/\n\nYours sincerely\n"
    )
    named = others % {"asking": asking} if asking >= NAMED_FROM else ""
    return asks % words + named + how % words
