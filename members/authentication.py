"""Personal tokens for the API: ``Authorization: Bearer cc_…``."""

from __future__ import annotations

import hashlib
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from members.models import Person, PersonalToken


class PersonalTokenAuthentication(BaseAuthentication):
    """A live personal token signs its person in; ``request.auth`` is the token, with its scopes.

    One hash and one look-up by it, whatever was sent, and nothing is written: a token leaves no
    trace of when it was used.
    """

    def authenticate(self, request: Request) -> tuple[Person, PersonalToken] | None:
        kind, _space, secret = get_authorization_header(request).partition(b" ")
        if kind.lower() != b"bearer":
            return None
        digest = hashlib.sha256(secret.strip()).hexdigest()
        token = (
            PersonalToken.objects.live(timezone.now())
            .filter(digest=digest, person__is_active=True)
            .select_related("person")
            .first()
        )
        if token is None:
            raise AuthenticationFailed(_("This token is unknown, expired or revoked."))
        return token.person, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class _TokenScheme(OpenApiAuthenticationExtension):
    """How the description of the API names this authentication."""

    target_class = PersonalTokenAuthentication
    name = "personalToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "A personal token, cc_…"}
