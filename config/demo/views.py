"""The demo's own page: sign in as somebody, read the mail, let the other members act."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from config.demo import crowd, mail, movement
from config.demo.people import GUISES
from governance.proposals.models import Proposal
from governance.voting.models import Poll
from kernel.refusal import Refused
from members.models import Person


@login_not_required
@require_safe
def demo(request: HttpRequest) -> HttpResponse:
    return render(
        request,
        "demo.html",
        {
            "guises": GUISES,
            # What is a sentence so far has no text that others could sponsor.
            "ideas": [idea for idea in _newest_ideas() if idea.wording.says_what],
            "polls": Poll.objects.filter(stage="open").order_by("closes_at")[:10],
            "letters": mail.newest(15),
        },
    )


def _newest_ideas() -> Iterable[Proposal]:
    return Proposal.objects.filter(stage="idea").to_show().order_by("-opened_at")[:10]


@login_not_required
@require_safe
def company_file(request: HttpRequest, domain: str) -> HttpResponse:
    """What a company of the demo publishes at its own domain."""
    body = movement.file_of(domain)
    if body is None:
        raise Http404
    return HttpResponse(body, content_type="application/json")


@login_not_required
@require_POST
def sign_in(request: HttpRequest, guise: str) -> HttpResponse:
    addresses = {each.slug: each.email for each in GUISES}
    if guise not in addresses:
        raise Http404
    person = get_object_or_404(Person, email=addresses[guise])
    login(request, person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return redirect("my-home")


@login_not_required
@require_POST
def let_others_sponsor(request: HttpRequest, proposal: uuid.UUID) -> HttpResponse:
    found = get_object_or_404(Proposal, pk=proposal)
    try:
        count = crowd.sponsor(found, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal.sentence))
    else:
        messages.success(
            request,
            ngettext(
                "%(n)s member put their name to it.", "%(n)s members put their names to it.", count
            )
            % {"n": count},
        )
    return redirect("proposal", found.pk)


@login_not_required
@require_POST
def let_others_vote(request: HttpRequest, poll: uuid.UUID) -> HttpResponse:
    found = get_object_or_404(Poll, pk=poll, stage="open")
    crowd.vote_somehow(found, at=timezone.now())
    messages.success(request, _("The other members have voted. The result comes at the close."))
    return redirect("poll", found.pk)
