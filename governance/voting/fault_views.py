"""Pages of scrutineers: naming a fault in an open vote, and confirming what another has named."""

from __future__ import annotations

import uuid
from http import HTTPStatus
from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from governance.voting import actions, permissions
from governance.voting.forms import FaultForm
from governance.voting.models import Poll
from kernel.refusal import Refused
from members.models import Person


@require_http_methods(["GET", "HEAD", "POST"])
def name_fault(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Name a fault; another scrutineer can then cancel the vote for it."""
    poll = _open_poll(request, pk)
    person, now = cast(Person, request.user), timezone.now()
    form = FaultForm(request.POST or None)
    status = HTTPStatus.OK
    if request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            try:
                actions.name_fault(poll=poll, **form.cleaned_data, by=person, at=now)
            except Refused as refusal:
                form.add_error(None, refusal.sentence)
                status = HTTPStatus.CONFLICT
            else:
                messages.success(
                    request, _("You named a fault. Nothing happens unless another confirms it.")
                )
                return redirect("poll", pk=poll.pk)
    return render(request, "voting/name_fault.html", {"poll": poll, "form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def confirm_fault(request: HttpRequest, pk: uuid.UUID, fault: uuid.UUID) -> HttpResponse:
    """Cancel the vote for the fault that another scrutineer has named."""
    poll = _open_poll(request, pk)
    named = get_object_or_404(poll.named_faults.select_related("poll", "proposed_by"), pk=fault)
    context: dict[str, Any] = {"poll": poll, "named": named}
    if request.method != "POST":
        return render(request, "voting/confirm_fault.html", context)
    try:
        actions.confirm_fault(named=named, by=cast(Person, request.user), at=timezone.now())
    except Refused as refusal:
        context["refusal"] = refusal.sentence
        return render(request, "voting/confirm_fault.html", context, status=HTTPStatus.CONFLICT)
    messages.success(request, _("This vote is cancelled. Its ballots will never be published."))
    return redirect("poll", pk=poll.pk)


def _open_poll(request: HttpRequest, pk: uuid.UUID) -> Poll:
    """The poll, for a scrutineer whose own cause it is not; nobody else finds these pages."""
    poll = get_object_or_404(Poll.objects.exclude(manifest=None), pk=pk)
    if not permissions.can_name_fault(poll, cast(Person, request.user), at=timezone.now()):
        raise Http404
    return poll
