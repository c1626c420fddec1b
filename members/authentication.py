"""Personal tokens for the API: ``Authorization: Bearer cc_…``."""

from __future__ import annotations

import hashlib

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from members.models import Person, PersonalToken

PREFIX = "cc_"


class PersonalTokenAuthentication(BaseAuthentication):
    """A live personal token signs its person in; ``request.auth`` is the token, with its scopes."""

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
