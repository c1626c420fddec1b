"""Who may do what with dues: everyone with their own, nobody with another's."""

from django.utils.translation import gettext as _

from kernel.refusal import Refused
from members.models import Author, Person


def can_manage_dues(person: Person, by: Author) -> bool:
    return by == person


def check_can_manage_dues(person: Person, by: Author) -> None:
    """Raise ``Refused`` unless ``by`` is that person."""
    if not can_manage_dues(person, by):
        raise Refused("dues-of-another", _("Only you can change what you pay."))
