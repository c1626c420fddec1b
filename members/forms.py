"""Turn input into values: signing in, addresses, passkeys, one's account and tokens."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from allauth.account import forms as account
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import forms as webauthn
from cryptography.exceptions import InvalidSignature
from django import forms
from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from members import mail_kinds, names
from members.actions import NAME_REFUSALS
from members.models import Person
from members.scopes import SCOPES


class DisplayNameField(forms.CharField):
    """What others see, cleaned; a name that could mislead is refused with a sentence."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Display name"))
        kwargs.setdefault("help_text", _("What others see. A pseudonym is welcome."))
        kwargs.setdefault("error_messages", {"required": NAME_REFUSALS[names.Problem.EMPTY]})
        super().__init__(**kwargs)
        self.widget.attrs |= {"autocomplete": "nickname", "maxlength": names.MAX_LENGTH}

    def clean(self, value: Any) -> str:
        name = names.clean(super().clean(value))
        if name and (problem := names.problem_with(name)):
            raise forms.ValidationError(NAME_REFUSALS[problem], code=problem.value)
        return name


class AccountForm(forms.Form):
    """What others see, and the language we write in."""

    display_name = DisplayNameField(help_text=_("A pseudonym is welcome."))
    locale = forms.ChoiceField(label=_("Language of our mail to you"), choices=settings.LANGUAGES)

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        kwargs["initial"] = {"display_name": person.display_name, "locale": person.locale}
        super().__init__(*args, **kwargs)


class MailChoicesForm(forms.Form):
    """A box for each kind of mail that can be declined."""

    def __init__(self, data: Any = None, *, person: Person) -> None:
        super().__init__(data)
        for kind in mail_kinds.optional_kinds():
            self.fields[kind.name] = forms.BooleanField(
                label=kind.label,
                help_text=kind.sentence,
                required=False,
                initial=person.wants(kind.name),
            )

    def choices(self) -> dict[str, bool]:
        """What was chosen, by the kind's name."""
        return {name: bool(self.cleaned_data[name]) for name in self.fields}


class LeavingCodeForm(forms.Form):
    """The code that was mailed to whoever wants to leave."""

    code = forms.CharField(
        label=_("Code"),
        help_text=_("The eight digits from our mail"),
        max_length=20,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}
        ),
    )


class InvitationForm(forms.Form):
    """A link that invites, and whether it says who does."""

    named = forms.BooleanField(
        label=_("Say that it is I who invite"),
        help_text=_("Whoever opens the link reads your display name. Otherwise: “A member”."),
        required=False,
    )


class TokenForm(forms.Form):
    """A token to be made: a name to tell it apart, what it opens, and for how long."""

    name = forms.CharField(
        label=_("Name"),
        help_text=_("To tell your tokens apart, like “my spreadsheet”."),
        max_length=60,
    )
    opens = forms.MultipleChoiceField(
        label=_("What it may do"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Please choose what the token may do.")},
    )
    lasts = forms.TypedChoiceField(
        label=_("How long it works"),
        choices=[(30, _("30 days")), (90, _("90 days")), (365, _("one year"))],
        coerce=lambda days: timedelta(days=int(days)),
        initial=90,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["opens"].choices = [  # type: ignore[attr-defined]
            (scope.name, _(scope.label)) for scope in SCOPES.values()
        ]


def _address_widget(**attrs: Any) -> forms.EmailInput:
    return forms.EmailInput(attrs={"autocomplete": "email", "autocapitalize": "off", **attrs})


class SignInForm(account.LoginForm):  # type: ignore[misc]
    """Ask for the address that a code is mailed to."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("E-mail address")
        self.fields["login"].widget = _address_widget(autofocus=True)


class SignUpForm(account.SignupForm):  # type: ignore[misc]
    """Ask for an address and nothing else."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mail address")
        self.fields["email"].help_text = _(
            "We mail you a code to enter on the next page. Nobody else is shown your address."
        )
        self.fields["email"].widget = _address_widget(autofocus=True)

    def try_save(self, request: HttpRequest) -> tuple[Person | None, HttpResponse | None]:
        """Register the person, or answer as if they were new where somebody has the address."""
        try:
            with transaction.atomic():
                return self._outcome(request)
        except IntegrityError:
            # Somebody signed up with this address after the form had looked for it.
            self.account_already_exists = True
            return self._outcome(request)

    def _outcome(self, request: HttpRequest) -> tuple[Person | None, HttpResponse | None]:
        person, response = super().try_save(request)
        return person, response


class _CodeForm(forms.Form):
    """A code of six digits, which phones and browsers fill in by themselves."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code")
        self.fields["code"].help_text = _("Six digits")
        self.fields["code"].widget = forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}
        )


class SignInCodeForm(_CodeForm, account.ConfirmLoginCodeForm):  # type: ignore[misc]
    """The code that signs somebody in."""


class AddressCodeForm(_CodeForm, account.ConfirmEmailVerificationCodeForm):  # type: ignore[misc]
    """The code that confirms an address."""


class AddAddressForm(account.AddEmailForm):  # type: ignore[misc]
    """Another address for the same person."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("Another e-mail address")
        self.fields["email"].widget = _address_widget()


class _PasskeyNameForm(forms.Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name")
        self.fields["name"].help_text = _("To tell your passkeys apart, like “my phone”.")
        self.fields["name"].max_length = 60  # type: ignore[attr-defined]


class _CredentialField(forms.JSONField):
    """What a browser says about a passkey: good for one try, and never shown again."""

    def to_python(self, value: Any) -> Any:
        with _as_browsers_say_it():
            said = super().to_python(value)
            # Half a character and a NUL can be spelt in JSON; PostgreSQL keeps neither.
            if rb"\u0000" in json.dumps(said, ensure_ascii=False).encode():
                raise ValueError
            return said

    def bound_data(self, data: Any, initial: Any) -> Any:
        return initial

    def prepare_value(self, value: Any) -> str:
        return ""


@contextmanager
def _as_browsers_say_it() -> Iterator[None]:
    """Refuse what the libraries stumble over while they read it: no browser has made it."""
    try:
        yield
    except (
        *(ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError),
        *(InvalidSignature, struct.error),
    ):
        raise get_adapter().validation_error("incorrect_code") from None


class AddPasskeyForm(_PasskeyNameForm, webauthn.AddWebAuthnForm):  # type: ignore[misc]
    """A new passkey. It always signs in by itself, so allauth's box for that is checked, unseen."""

    credential = _CredentialField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["passwordless"].widget = forms.HiddenInput()
        self.fields["passwordless"].initial = True

    def clean(self) -> dict[str, Any]:
        with _as_browsers_say_it():
            return super().clean() or {}


class UsePasskeyForm(webauthn.AuthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey after the code from the mail, while signing in."""

    credential = _CredentialField(widget=forms.HiddenInput)

    def clean_credential(self) -> Authenticator:
        with _as_browsers_say_it():
            return super().clean_credential()


class SignInWithPasskeyForm(UsePasskeyForm, webauthn.LoginWebAuthnForm):  # type: ignore[misc]
    """Sign in with a passkey alone."""


class ConfirmByPasskeyForm(UsePasskeyForm, webauthn.ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey before a change to one's account."""


class RenamePasskeyForm(_PasskeyNameForm, webauthn.EditWebAuthnForm):  # type: ignore[misc]
    """A passkey's other name."""


class _RecoveryCodeForm(forms.Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Recovery code")
        self.fields["code"].help_text = _("One of those you kept when you added your passkey.")
        self.fields["code"].widget = forms.TextInput(
            attrs={"autocomplete": "off", "inputmode": "numeric"}
        )


class RecoveryCodeForm(_RecoveryCodeForm, mfa.AuthenticateForm):  # type: ignore[misc]
    """A recovery code in place of a passkey, while signing in."""


class ConfirmByRecoveryCodeForm(_RecoveryCodeForm, mfa.ReauthenticateForm):  # type: ignore[misc]
    """A recovery code in place of a passkey, before a change to one's account."""
