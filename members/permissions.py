"""Who may: manage a person's tokens, decide roles, leave, invite, and do what with a token."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from kernel.refusal import Refused
from members import scopes
from members.models import Author, Person, PersonalToken

if TYPE_CHECKING:
    from rest_framework.views import APIView


def can_manage_tokens(person: Person, by: Author) -> bool:
    """Whether ``by`` may make and end tokens that speak for ``person``: only they themselves."""
    return by == person


def check_can_manage_tokens(person: Person, by: Author) -> None:
    """Raises ``Refused`` unless ``by`` may make and end tokens that speak for ``person``."""
    if not can_manage_tokens(person, by):
        raise Refused("token-of-another", _("Only the person a token speaks for can do that."))


def HasScope(scope: str) -> type[BasePermission]:
    """A permission for ``permission_classes``: signed in, and a token must hold ``scope``.

    Whoever is signed in with a browser needs no scope. Raises ``ValueError`` for a scope that
    ``members.scopes`` does not list, when the view is defined.
    """
    if scopes.unknown([scope]):
        raise ValueError(f"no scope is called {scope!r}")

    class _HasScope(BasePermission):
        code = "scope-missing"

        @property
        def message(self) -> str:
            return _("This needs a token with the scope “%(scope)s”.") % {"scope": scope}

        def has_permission(self, request: Request, view: APIView) -> bool:
            if not request.user.is_authenticated:
                return False
            token = request.auth
            return not isinstance(token, PersonalToken) or scopes.opens(token.scopes, scope)

    return _HasScope


def can_decide_role(person: Person, by: Author) -> bool:
    """Whether ``by`` may write down that ``person`` is given or loses a role: never for oneself."""
    return by != person


def check_can_decide_role(person: Person, by: Author) -> None:
    """Raises ``Refused`` where ``by`` would decide about a role of their own."""
    if not can_decide_role(person, by):
        raise Refused("role-for-oneself", _("Nobody decides about a role of their own."))


def can_resign(person: Person, by: Author) -> bool:
    """Whether ``by`` may give back a role that ``person`` holds: only they themselves."""
    return by == person


def check_can_resign(person: Person, by: Author) -> None:
    """Raises ``Refused`` unless ``by`` may give back a role that ``person`` holds."""
    if not can_resign(person, by):
        raise Refused("role-of-another", _("Only whoever holds a role can give it back."))


def can_leave(person: Person, by: Author) -> bool:
    """Whether ``by`` may close the account of ``person``: only they themselves."""
    return by == person


def check_can_leave(person: Person, by: Author) -> None:
    """Raises ``Refused`` unless ``by`` may close the account of ``person``."""
    if not can_leave(person, by):
        raise Refused("leave-for-another", _("Only you can close your account."))


def can_invite(person: Person, by: Author, at: datetime) -> bool:
    """Whether ``by`` may invite as ``person`` at ``at``: they themselves, in standing."""
    return by == person and person.standing_on(at.date()) is not None


def check_can_invite(person: Person, by: Author, at: datetime) -> None:
    """Raises ``Refused`` unless ``by`` may invite as ``person`` at ``at``."""
    if not can_invite(person, by, at):
        raise Refused("invite-members-only", _("Members invite. Join first, then ask others."))
