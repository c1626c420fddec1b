"""Leaving: everything about you in one file, closing your account, and what stays."""

from __future__ import annotations

from http import HTTPStatus
from typing import cast

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.refusal import Refused
from members import actions, export, leaving
from members.forms import LeavingCodeForm
from members.models import Person, RoleGrant


@never_cache
@require_safe
def everything(request: HttpRequest) -> HttpResponse:
    """Everything we hold about you, as one file."""
    return JsonResponse(
        export.everything(cast(Person, request.user), timezone.now()),
        json_dumps_params={"indent": 2, "ensure_ascii": False},
        headers={"Content-Disposition": 'attachment; filename="customer-commons-me.json"'},
    )


@login_not_required
@require_safe
def export_schema(request: HttpRequest) -> HttpResponse:
    """The JSON Schema of that file."""
    return JsonResponse(
        export.schema(),
        json_dumps_params={"indent": 2, "ensure_ascii": False},
        content_type="application/schema+json",
        headers={"Access-Control-Allow-Origin": "*"},
    )


@login_not_required
@require_safe
def what_stays(request: HttpRequest) -> HttpResponse:
    """What goes and what stays when somebody leaves, and why: for everybody to read."""
    return render(request, "members/what_stays.html", {"parts": leaving.parts()})


@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest) -> HttpResponse:
    """What leaving means, what is open before, and a button that mails a code."""
    person, now = cast(Person, request.user), timezone.now()
    status = HTTPStatus.OK
    if request.method == "POST":
        try:
            actions.send_leaving_code(person=person, by=person, at=now)
        except Refused as refusal:
            if refusal.code == "code-just-sent":
                messages.error(request, str(refusal))
                return redirect("leave-confirm")
            status = HTTPStatus.CONFLICT
        else:
            return redirect("leave-confirm")
    context = {
        "duties": leaving.duties(person, now),
        "grants": person.role_grants.on(now.date()).order_by("starts_on", "role"),
    }
    return render(request, "members/leave.html", context, status=status)


# Whoever has a passkey shows it first: a mailbox alone closes no account that it cannot open.
@never_cache
@reauthentication_required(app="allauth.mfa")  # type: ignore[untyped-decorator]
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """The code from the mail, and the button that closes your account for good."""
    person = cast(Person, request.user)
    form = LeavingCodeForm(request.POST or None)
    status = HTTPStatus.OK
    if request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            try:
                actions.leave(person=person, **form.cleaned_data, by=person, at=timezone.now())
            except Refused as refusal:
                form.add_error(None, refusal.sentence)
                status = HTTPStatus.CONFLICT
            else:
                logout(request)
                messages.success(
                    request, _("Your account is closed. Thank you for having been with us.")
                )
                return redirect("what-stays")
    return render(request, "members/leave_confirm.html", {"form": form}, status=status)


@require_POST
def resign(request: HttpRequest, role: str) -> HttpResponse:
    """Give a role back, today."""
    if role not in RoleGrant.Role.values:
        raise Http404
    person = cast(Person, request.user)
    try:
        actions.resign_role(person=person, role=role, by=person, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("account")
    messages.success(request, _("You have given this role back."))
    return redirect("account")
