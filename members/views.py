"""One's own account: name, tokens, passkeys. Signing in is allauth's, in our templates."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from http import HTTPStatus
from typing import Any, cast

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import views as webauthn
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.refusal import Refused
from members import actions, awaiting, digest
from members.forms import AccountForm, TokenForm
from members.models import Person
from members.permissions import can_invite

# What a server or a proxy tells us about where a request came from, and with what.
_VISITOR = re.compile(r"REMOTE_|ADDR|_IP$|FORWARDED_FOR|^HTTP_FORWARDED$|USER_AGENT")

# How long something counts as new on one's own page.
NEWS_FOR = timedelta(days=7)

View = Callable[..., HttpResponseBase]


def without_visitor(view: View) -> View:
    """Keep a visitor's address and browser from ``view``.

    allauth puts a form that must wait until its person has confirmed who they are into the session,
    with everything the server said about the request; sessions are rows, and no address is stored.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        request.META = {
            name: value for name, value in request.META.items() if not _VISITOR.search(name)
        }
        return view(request, *args, **kwargs)

    return wrapped


@never_cache
@require_safe
def my_home(request: HttpRequest) -> HttpResponse:
    """What awaits you, what you follow, what is new, and until when you are a member."""
    person, now = cast(Person, request.user), timezone.now()
    standing = person.standing_on(now.date())
    context = {
        "awaits": awaiting.awaiting(person, now),
        "followed": awaiting.followed(person),
        "standing": standing,
        "lasts_to": standing.until - timedelta(days=1) if standing else None,
        "news": digest.compose(person, now - NEWS_FOR, now),
        "inviting": can_invite(person, person, now),
    }
    return render(request, "members/my_home.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """What others see of you, how you sign in, and the roles you hold."""
    person = cast(Person, request.user)
    form = AccountForm(request.POST or None, person=person)
    status = HTTPStatus.OK
    if request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            actions.set_account(person=person, **form.cleaned_data, by=person, at=timezone.now())
            messages.success(request, _("Saved."))
            return redirect("account")
    context = {
        "form": form,
        "addresses": EmailAddress.objects.filter(user=person).order_by("-primary", "email"),
        "passkeys": _passkeys(person).count(),
        "grants": person.role_grants.order_by("-starts_on", "role"),
        "tokens": person.tokens.live(timezone.now()).count(),
        "today": timezone.now().date(),
    }
    return render(request, "members/account.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """Your tokens for the API, and a form for another; a new one's secret is on this page once."""
    person, now = cast(Person, request.user), timezone.now()
    form = TokenForm(request.POST or None)
    if request.method != "POST":
        return _tokens(request, form)
    if not form.is_valid():
        return _tokens(request, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    token, secret = actions.create_token(person=person, **form.cleaned_data, by=person, at=now)
    return render(request, "members/token_made.html", {"token": token, "secret": secret})


@require_POST
def revoke_token(request: HttpRequest, pk: str) -> HttpResponse:
    """End one of your tokens now."""
    person = cast(Person, request.user)
    token = get_object_or_404(person.tokens, pk=pk)
    try:
        actions.revoke_token(token=token, by=person, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
        return _tokens(request, TokenForm(), HTTPStatus.CONFLICT)
    messages.success(request, _("The token “%(name)s” has ended.") % {"name": token.name})
    return redirect("tokens")


@dataclass(frozen=True, slots=True)
class Passkey:
    """One row of the list of passkeys; ``slug`` names it in addresses."""

    name: str
    slug: str
    added_at: datetime
    used_at: datetime | None


@require_safe
def passkeys(request: HttpRequest) -> HttpResponse:
    """Your passkeys, and how many recovery codes are left for the day you have lost them."""
    person = cast(Person, request.user)
    rows = [
        Passkey(str(key), passkey_slug(key), key.created_at, key.last_used_at)
        for key in _passkeys(person)
    ]
    codes = Authenticator.objects.filter(
        user=person, type=Authenticator.Type.RECOVERY_CODES
    ).first()
    left = len(codes.wrap().get_unused_codes()) if codes else 0
    return render(request, "members/passkeys.html", {"passkeys": rows, "codes_left": left})


@require_http_methods(["GET", "HEAD", "POST"])
def rename_passkey(request: HttpRequest, passkey: str) -> HttpResponseBase:
    """Call one of your passkeys something else."""
    return without_visitor(webauthn.edit_webauthn)(request, pk=_own_passkey(request, passkey).pk)


# A DELETE would take it away, and no mail would say so.
@require_http_methods(["GET", "HEAD", "POST"])
def remove_passkey(request: HttpRequest, passkey: str) -> HttpResponseBase:
    """Forget one of your passkeys."""
    return without_visitor(webauthn.remove_webauthn)(request, pk=_own_passkey(request, passkey).pk)


def passkey_slug(authenticator: Authenticator) -> str:
    """How a passkey is named in an address: by its public identifier, hashed."""
    return hashlib.sha256(authenticator.data["credential"]["id"].encode()).hexdigest()[:20]


def _passkeys(person: Person) -> QuerySet[Authenticator]:
    keys: QuerySet[Authenticator] = Authenticator.objects.filter(
        user=person, type=Authenticator.Type.WEBAUTHN
    ).order_by("created_at", "pk")
    return keys


def _own_passkey(request: HttpRequest, slug: str) -> Authenticator:
    for authenticator in _passkeys(cast(Person, request.user)):
        if passkey_slug(authenticator) == slug:
            return authenticator
    raise Http404


def _tokens(
    request: HttpRequest, form: TokenForm, status: HTTPStatus = HTTPStatus.OK
) -> HttpResponse:
    person = cast(Person, request.user)
    live = person.tokens.live(timezone.now()).order_by("-created_at")
    return render(request, "members/tokens.html", {"form": form, "tokens": live}, status=status)
