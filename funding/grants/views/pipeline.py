"""Pages of a round for who looks after it: board, table, CSV; and an application's history."""

from __future__ import annotations

import uuid
from typing import cast

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from funding.grants import permissions, pipeline
from funding.grants.history import history as history_of
from funding.grants.models import Application, Reviewer, Round
from funding.grants.pipeline_forms import PipelineForm
from members.csv_lines import line
from members.models import Person, RoleGrant

ON_A_PAGE = 50
COLUMNS = ("project", "stage", "asks for", "currency", "score", "reviews", "waits for you", "late")


@never_cache
@require_safe
def rounds(request: HttpRequest) -> HttpResponse:
    """The rounds that somebody looks after, as a whole or in part."""
    me, now = on_panel(request), timezone.now()
    context = {
        "undeclared": Application.objects.undeclared_by(me, now.date()).count(),
        "page": Paginator(
            pipeline.rounds_of(me, now).order_by("-closes_at", "pk").distinct(), ON_A_PAGE
        ).get_page(request.GET.get("page")),
    }
    return render(request, "grants/desk.html", context)


@never_cache
@require_safe
def board(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One round as a board: a column for each stage."""
    me, found = _round(request, pk)
    now = timezone.now()
    cards = pipeline.cards(found, me, now)
    context = {
        "round": found,
        "columns": pipeline.columns(cards),
        "count": len(cards),
        "whole": permissions.can_look_after(found, me, now),
    }
    return render(request, "grants/board.html", context)


@never_cache
@require_safe
def table(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The same as a table: in the order and with the stages, the score and the hands asked for."""
    me, found = _round(request, pk)
    form = PipelineForm(request.GET)
    cards = pipeline.narrowed(pipeline.cards(found, me, timezone.now()), form.asked())
    context = {
        "round": found,
        "form": form,
        "page": Paginator(cards, ON_A_PAGE).get_page(request.GET.get("page")),
        "asked": request.GET.urlencode(),
    }
    return render(request, "grants/table.html", context)


@never_cache
@require_safe
def table_csv(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The same table to take away."""
    me, found = _round(request, pk)
    asked = PipelineForm(request.GET).asked()
    lines = [line(COLUMNS)]
    for card in pipeline.narrowed(pipeline.cards(found, me, timezone.now()), asked):
        lines.append(
            line(
                (
                    *(card.title, str(card.stands), card.ask.major, card.ask.currency),
                    "" if card.score_shown is None else card.score_shown,
                    "" if card.reviews is None else card.reviews,
                    str(_("yes") if card.mine else _("no")),
                    str(_("yes") if card.overdue else _("no")),
                )
            )
        )
    headers = {"Content-Disposition": 'attachment; filename="round.csv"'}
    return HttpResponse("".join(lines), content_type="text/csv; charset=utf-8", headers=headers)


@never_cache
@require_safe
def history(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Everything that happened to one application, as far as it is for whoever asks."""
    me, now = cast(Person, request.user), timezone.now()
    readable = Application.objects.all().open_to(me, now.date())
    found = get_object_or_404(readable.select_related("round", "version"), pk=pk)
    context = {"application": found, "happenings": history_of(found, me, now)}
    return render(request, "grants/history.html", context)


def on_panel(request: HttpRequest) -> Person:
    """Somebody who looks after any round: a steward, a scrutineer, a reviewer."""
    me, day = cast(Person, request.user), timezone.now().date()
    offices = [RoleGrant.Role.STEWARD, RoleGrant.Role.SCRUTINEER]
    holds = RoleGrant.objects.on(day).filter(person=me, role__in=offices).exists()
    if not holds and not Reviewer.objects.filter(person=me, ended_at=None).exists():
        raise PermissionDenied("only who looks after a round")
    return me


def _round(request: HttpRequest, pk: uuid.UUID) -> tuple[Person, Round]:
    """A round in which whoever asks looks after something; every other is not there."""
    me = on_panel(request)
    found = pipeline.rounds_of(me, timezone.now()).filter(pk=pk).first()
    if found is None:
        raise Http404("no round that whoever asks looks after")
    return me, found
