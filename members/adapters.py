"""Where allauth asks us how people sign in.

Sign-in codes are mailed at once, inside the request, so that a stopped worker cannot block them.
"""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.forms import Form
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from kernel import sealed
from members import actions, invited, visitors
from members.models import Person

_INCORRECT_CODE = _("This is not the code we sent you. Please look at the newest mail from us.")


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """People sign up with an address alone, and no visitor's address is kept."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("This account has been closed."),
        "cannot_remove_primary_email": _("Please make another address your main one first."),
        "duplicate_email": _("This address is already yours."),
        "email_taken": _("This address cannot be used. Please try another one."),
        "incorrect_code": _INCORRECT_CODE,
        "invalid_login": _("Please type an e-mail address, like ada@example.org."),
        "max_email_addresses": _("You can have up to %d addresses. Please remove one first."),
        "too_many_login_attempts": _("Too many tries. Please ask for a new code in a few minutes."),
        "rate_limited": _("We have just sent you a code. Please wait a few seconds and try again."),
    }

    def save_user(
        self, request: HttpRequest, user: Person, form: Form, commit: bool = True
    ) -> Person:
        """Register whoever filled in the sign-up form; ``user`` is allauth's blank one."""
        person = actions.register(
            email=form.cleaned_data["email"],
            locale=get_language() or settings.LANGUAGE_CODE,
            at=timezone.now(),
        )
        if invitation := invited.put_down(request.session):
            actions.note_joined(invitation=invitation)
        return person

    def get_client_ip(self, request: HttpRequest) -> str:
        """What allauth counts tries by: it stands for the visitor, and for this day only."""
        return visitors.pseudonym(super().get_client_ip(request), timezone.now().date())

    def get_email_verification_redirect_url(self, email_address: EmailAddress) -> str:
        """Whoever has confirmed another address goes back to the list of them."""
        return reverse("account_email")

    def get_reauthentication_methods(self, user: Person) -> list[dict[str, Any]]:
        """A passkey first, and a recovery code for whoever has lost it."""
        described = {
            "mfa_reauthenticate:webauthn": _("Use my passkey"),
            "mfa_reauthenticate": _("Use a recovery code"),
        }
        offered = {method["id"]: method for method in super().get_reauthentication_methods(user)}
        return [
            {**offered[name], "description": description}
            for name, description in described.items()
            if name in offered
        ]

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Links in mail begin with our own origin, whatever host the request named."""
        super().send_mail(template_prefix, email, {**context, "origin": settings.SITE_ORIGIN})

    def send_account_already_exists_mail(self, email: str) -> None:
        """Tell whoever signs up with a known address to sign in instead."""
        self.send_mail("account/email/account_already_exists", email, {})

    def send_notification_mail(
        self,
        template_prefix: str,
        user: Person,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell somebody what was changed about how they sign in, and when."""
        self.send_mail(
            template_prefix, email or user.email, {**(context or {}), "when": timezone.now()}
        )


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Passkeys are called passkeys, and recovery codes are sealed at rest."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "cannot_generate_recovery_codes": _("Recovery codes are for people with a passkey."),
        "incorrect_code": _("This did not work. Please try again."),
        "unverified_email": _("Please confirm your e-mail address first."),
    }

    def encrypt(self, text: str) -> str:
        return sealed.seal(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return sealed.unseal(encrypted_text.encode()).decode()

    def _get_site_name(self) -> str:
        return "Customer Commons"

    def generate_authenticator_name(self, user: Person, type: Authenticator.Type) -> str:
        """What a new passkey is called until its person renames it."""
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return gettext("Passkey %(number)d") % {"number": number}
