"""Turn input into values: signing in, addresses, passkeys, one's account and tokens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from members import names
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


class AddPasskeyForm(_PasskeyNameForm, webauthn.AddWebAuthnForm):  # type: ignore[misc]
    """A new passkey. It always signs in by itself, so allauth's box for that is checked, unseen."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["passwordless"].widget = forms.HiddenInput()
        self.fields["passwordless"].initial = True


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
