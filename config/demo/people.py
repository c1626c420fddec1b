"""Who lives in the demo: four people to sign in as, and the members around them."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Guise:
    """Somebody a visitor can sign in as with one click."""

    slug: str
    name: str
    email: str
    what: object


GUISES = (
    Guise(
        "newcomer",
        "Noor",
        "noor@example.org",
        _("A newcomer: has an account and has not joined yet."),
    ),
    Guise(
        "member",
        "Mia",
        "mia@example.org",
        _("A member for most of a year: can propose, sponsor, discuss and vote."),
    ),
    Guise(
        "steward",
        "Sam",
        "sam@example.org",
        _("A steward: a member who also looks after the house."),
    ),
    Guise(
        "treasurer",
        "Tova",
        "tova@example.org",
        _("The treasurer: elected by the members, keeps the books and approves nothing."),
    ),
)

_FIRST = [
    *("Ada", "Amir", "Anouk", "Bela", "Berta", "Bilal", "Carla", "Chen", "Dana", "Dario", "Edda"),
    *("Elif", "Emil", "Farah", "Finn", "Gina", "Goran", "Hana", "Hugo", "Ines", "Ivo", "Jana"),
    *("Jonas", "Kaja", "Karim", "Lena", "Luca", "Maja", "Malik", "Nele", "Noah", "Olga", "Otto"),
    *("Paula", "Pavel", "Rosa"),
]
_WORDS = [
    *("of the Hill", "by the Sea", "in the North", "with Bicycle"),
    *("and Cat", "the Baker", "the Reader"),
]


# The first names stand alone; the story calls some of them by name.
NAMED = len(_FIRST)


def crowd_names(count: int) -> list[str]:
    """``count`` different display names; pseudonyms are welcome here, and common."""
    names = [*_FIRST, *(f"{first} {words}" for words in _WORDS for first in _FIRST)]
    return names[:count]


def address_of(name: str) -> str:
    return f"{name.lower().replace(' ', '.')}@example.org"
