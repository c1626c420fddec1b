"""Inviting a friend: the link one makes, and the page it opens."""

from __future__ import annotations

import uuid
from http import HTTPStatus
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from kernel.refusal import Refused
from members import actions, invited
from members.forms import InvitationForm
from members.models import Invitation, Person
from members.permissions import can_invite


@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HttpRequest) -> HttpResponse:
    """Your link, how many came by it, and a form for one where there is none."""
    person = cast(Person, request.user)
    form = InvitationForm(request.POST if request.method == "POST" else None)
    status = HTTPStatus.OK
    if request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            try:
                actions.invite(person=person, **form.cleaned_data, by=person, at=timezone.now())
            except Refused as refusal:
                form.add_error(None, refusal.sentence)
                status = HTTPStatus.CONFLICT
            else:
                return redirect("invite")
    context = {
        "form": form,
        "mine": Invitation.objects.made_by(person),
        "may": can_invite(person, person, timezone.now()),
    }
    return render(request, "members/invite.html", context, status=status)


@require_POST
def revoke(request: HttpRequest) -> HttpResponse:
    """End your link: whoever opens it is told that it has ended."""
    person = cast(Person, request.user)
    try:
        actions.revoke_invitation(person=person, by=person, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Your link has ended."))
    return redirect("invite")


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def landing(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Who invited you, and to what. Looking leaves nothing behind; joining carries it along."""
    invitation = Invitation.objects.live().select_related("person").filter(pk=pk).first()
    if invitation is None:
        return render(request, "members/invitation_ended.html", status=HTTPStatus.NOT_FOUND)
    if request.method == "POST":
        invited.carry(request.session, invitation)
        return redirect("join")
    return render(request, "members/invited.html", {"name": invited.name_shown(invitation)})
