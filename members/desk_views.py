"""Pages of the one desk: what waits, who has it in hand, who is away, and how the sweeps run."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.refusal import Refused
from members import actions, desk, desk_reads
from members.csv_lines import line
from members.desk_filters import DeskFilter
from members.desk_forms import AwayForm, HandOverForm, KeyForm
from members.desk_sources import sweeps
from members.models import Away, Person, RoleGrant

ON_A_PAGE = 25
COLUMNS = ("kind", "what", "address", "since", "due", "overdue", "in the hand of")


@never_cache
@require_safe
def the_desk(request: HttpRequest) -> HttpResponse:
    """What waits for whoever holds an office, what is due first on top."""
    me, now = officer(request), timezone.now()
    office = desk_reads.colleagues(now)
    everything = desk_reads.rows(me, now, office)
    found = DeskFilter(request.GET)
    wish = found.wish
    labels = desk.kinds()
    page = Paginator([row for row in everything if wish.fits(row)], ON_A_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "page": page,
        "rows": [(row, labels[row.item.kind]) for row in page],
        "form": found.form,
        "searched": any(request.GET.get(name) for name in found.base_filters),
        "overdue": sum(row.overdue for row in everything),
        "mine": sum(row.mine for row in everything),
        "count": len(everything),
        "away": Away.objects.on(now.date())
        .filter(person__in=office.people)
        .select_related("person", "stand_in")
        .order_by("last_on", "pk"),
        "places": desk.places(me, now),
        "asked": request.GET.urlencode(),
    }
    return render(request, "members/desk.html", context)


@never_cache
@require_safe
def desk_csv(request: HttpRequest) -> HttpResponse:
    """The same list, narrowed in the same way, to take away."""
    me, now = officer(request), timezone.now()
    wish = DeskFilter(request.GET).wish
    labels = desk.kinds()
    lines = [line(COLUMNS)]
    for row in desk_reads.rows(me, now):
        if wish.fits(row):
            item = row.item
            address = request.build_absolute_uri(item.url)
            due = item.due.isoformat(timespec="seconds") if item.due else ""
            since = item.since.isoformat(timespec="seconds")
            overdue = _("yes") if row.overdue else _("no")
            cells = (labels[item.kind], item.what, address, since, due, overdue, row.holder_name)
            lines.append(line([str(cell) for cell in cells]))
    headers = {"Content-Disposition": 'attachment; filename="desk.csv"'}
    return HttpResponse("".join(lines), content_type="text/csv; charset=utf-8", headers=headers)


@require_POST
def claim(request: HttpRequest) -> HttpResponse:
    """Take something in hand."""
    return _and_back(
        request,
        lambda me, key, now: actions.claim_item(key=key, by=me, at=now),
        _("It is in your hand now. Your colleagues see that."),
    )


@require_POST
def release(request: HttpRequest) -> HttpResponse:
    """Let go of something."""
    return _and_back(
        request,
        lambda me, key, now: actions.release_item(key=key, by=me, at=now),
        _("It is free again."),
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request: HttpRequest) -> HttpResponse:
    """Choose the colleague who takes something over."""
    me, now = officer(request), timezone.now()
    posted = request.method == "POST"
    office = desk_reads.colleagues(now)
    there = [each for each in office.besides(me) if each.pk not in office.away]
    key = str((request.POST if posted else request.GET).get("key", ""))
    row = desk_reads.row_of(key, me, now, office)
    if row is None:
        raise Http404("nothing of this name is on the desk of whoever asks")
    form = HandOverForm(
        request.POST if posted else None, colleagues=there, initial={"key": row.item.key}
    )
    status = HTTPStatus.OK
    if posted:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            try:
                actions.hand_over(key=row.item.key, to=form.chosen(), by=me, at=now)
            except Refused as refusal:
                form.add_error(None, refusal.sentence)
                status = HTTPStatus.CONFLICT
            else:
                messages.success(request, _("Handed over. It stands on their desk as theirs."))
                return redirect("desk")
    context = {"row": row, "form": form, "colleagues": there}
    return render(request, "members/desk_hand_over.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def away(request: HttpRequest) -> HttpResponse:
    """Who is away and when; posting says that one is away oneself."""
    me, now = officer(request), timezone.now()
    office = desk_reads.colleagues(now)
    form = AwayForm(
        request.POST if request.method == "POST" else None, colleagues=office.besides(me)
    )
    status = HTTPStatus.OK
    if request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            try:
                actions.go_away(**form.values(), by=me, at=now)
            except Refused as refusal:
                form.add_error(None, refusal.sentence)
                status = HTTPStatus.CONFLICT
            else:
                messages.success(request, _("Noted. Your colleagues see it on their desk."))
                return redirect("desk-away")
    known = Away.objects.not_over(now.date()).select_related("person", "stand_in")
    context = {"form": form, "aways": known.filter(person__in=office.people), "me": me}
    return render(request, "members/desk_away.html", context, status=status)


@require_POST
def back(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Take back that one is away."""
    me = officer(request)
    try:
        actions.come_back(away=pk, by=me, at=timezone.now())
    except Refused as refusal:
        raise Http404 from refusal
    messages.success(request, _("Taken back. You are there."))
    return redirect("desk-away")


@never_cache
@require_safe
def sweeps_page(request: HttpRequest) -> HttpResponse:
    """How what runs by itself does: when each sweep last came to its end, and which fail."""
    me, now = officer(request), timezone.now()
    if not me.holds(RoleGrant.Role.STEWARD, now.date()):
        raise PermissionDenied("only stewards")
    return render(request, "members/desk_sweeps.html", {"sweeps": sweeps(now)})


def officer(request: HttpRequest) -> Person:
    """Who is signed in, if they hold an office."""
    me = cast(Person, request.user)
    if not desk_reads.holds_office(me, timezone.now()):
        raise PermissionDenied(_("The desk is for those who hold an office."))
    return me


def _and_back(
    request: HttpRequest, act: Callable[[Person, str, datetime], Any], done: str
) -> HttpResponse:
    """Do it, and go back to the desk as it was narrowed; a refusal is said there."""
    me = officer(request)
    form = KeyForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Please choose something on your desk."))
    else:
        try:
            act(me, form.cleaned_data["key"], timezone.now())
        except Refused as refusal:
            messages.error(request, str(refusal.sentence))
        else:
            messages.success(request, done)
    asked = QueryDict(str(request.POST.get("asked", ""))[:300]).urlencode()
    return redirect(f"{reverse('desk')}?{asked}" if asked else reverse("desk"))
