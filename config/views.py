"""Pages that stand on every app: home, my membership, and the page for when something is wrong."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import cast

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from config import pages
from config.api.problems import MEDIA_TYPE
from funding.dues.models import Plan
from governance.proposals.models import Proposal
from governance.terms.models import Term
from governance.voting.models import Poll
from members.models import Person


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    return render(
        request,
        "home.html",
        {
            "term": pages.one_real_term(),
            "terms": Term.objects.exclude(rules_in_force=None).count(),
            "decided": pages.decided_lately(3),
            "open_polls": Poll.objects.taking_ballots(now).order_by("closes_at")[:3],
            "members": Person.objects.in_standing(now.date()).count(),
            "plan": Plan.objects.on_offer().first(),
        },
    )


@require_safe
def me(request: HttpRequest) -> HttpResponse:
    person = cast(Person, request.user)
    now = timezone.now()
    standing = person.standing_on(now.date())
    roles = list(person.role_grants.on(now.date()))
    return render(
        request,
        "me.html",
        {
            "standing": standing,
            "lasts_to": standing.until - timedelta(days=1) if standing else None,
            "roles": roles,
            "proposals": Proposal.objects.to_show().filter(author=person).order_by("-since")[:10],
        },
    )


@login_not_required
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "privacy.html")


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 once the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain", headers={"Cache-Control": "no-store"})


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _error(request, HTTPStatus.BAD_REQUEST, _("That request could not be understood."))


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    sentence = str(exception) or _("This page is not open to you.")
    return _error(request, HTTPStatus.FORBIDDEN, sentence)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _error(request, HTTPStatus.NOT_FOUND, _("There is no page at this address."))


def server_error(request: HttpRequest) -> HttpResponse:
    sentence = _("Something on our side went wrong. Nothing you sent was kept; please try again.")
    return _error(request, HTTPStatus.INTERNAL_SERVER_ERROR, sentence)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    sentence = _("This form was open for too long, or cookies are off. Go back and send it again.")
    return _error(request, HTTPStatus.FORBIDDEN, sentence)


def _error(request: HttpRequest, status: HTTPStatus, sentence: str) -> HttpResponse:
    """The sentence as a page, or as a problem document under ``/api/``."""
    if request.path.startswith("/api/"):
        body = {
            "type": "about:blank",
            "title": status.phrase.lower(),
            "status": status,
            "detail": sentence,
            "code": status.name.lower().replace("_", "-"),
        }
        return JsonResponse(body, status=status, content_type=MEDIA_TYPE)
    return render(request, "error.html", {"sentence": sentence, "status": status}, status=status)
