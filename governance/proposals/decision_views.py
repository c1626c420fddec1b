"""The pages of decisions: rules, stages, a vote's date, a lawyer's note, declared interests."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from http import HTTPStatus
from typing import cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from icalendar import Calendar, Event

from governance.proposals import (
    actions,
    kinds,
    nomination_stages,
    permissions,
    provisional_stages,
    stages,
)
from governance.proposals.kind_forms import InterestForm, NoteForm
from governance.proposals.models import AdoptedRule, Proposal, founding_on
from kernel.refusal import Refused
from members.models import Person


@login_not_required
@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """By which rules proposals are decided: now, from when on, before, and by which vote."""
    at = timezone.now()
    history: dict[str, list[AdoptedRule]] = defaultdict(list)
    for adopted in AdoptedRule.objects.order_by("-effective_from"):
        history[adopted.kind].append(adopted)
    shown = []
    for kind in kinds.registered():
        all_of_kind = history[kind.name]
        coming = [one for one in all_of_kind if one.effective_from > at]
        past = [one for one in all_of_kind if one.effective_from <= at]
        shown.append(
            {
                "kind": kind,
                "now": past[0] if past else None,
                "coming": list(reversed(coming)),
                "before": past[1:],
            }
        )
    context = {
        "rules": shown,
        "any": any(one["now"] or one["coming"] for one in shown),
        "founding": founding_on(at.date()),
    }
    return render(request, "proposals/rules.html", context)


@login_not_required
@require_safe
def stage_table(request: HttpRequest) -> HttpResponse:
    """The tables of stages that everything here goes by, as they are in the program."""
    context = {
        "tables": [
            (_("A proposal"), stages.STAGES.values(), stages.MOVES),
            (_("A nomination"), nomination_stages.STAGES.values(), nomination_stages.MOVES),
            (
                _("A decision of the founding"),
                provisional_stages.STAGES.values(),
                provisional_stages.MOVES,
            ),
        ]
    }
    return render(request, "proposals/stages.html", context)


@login_not_required
@require_safe
def calendar(request: HttpRequest, pk: str) -> HttpResponse:
    """When members vote on it, as a calendar file (RFC 5545)."""
    found = get_object_or_404(Proposal.objects.to_show(), pk=pk)
    window = _window(found)
    if window is None:
        raise Http404
    opens_at, closes_at = window
    event = Event()
    event.add("uid", f"{found.pk}@{settings.PUBLIC_ORIGIN.split('//')[-1].split(':')[0]}")
    event.add("summary", _("Vote: %(title)s") % {"title": found.wording.title})
    event.add("description", found.wording.summary)
    event.add("dtstart", opens_at)
    event.add("dtend", closes_at)
    event.add("dtstamp", found.since)
    event.add("url", settings.SITE_ORIGIN + found.get_absolute_url())
    file = Calendar()
    file.add("prodid", "-//Customer Commons//Votes//EN")
    file.add("version", "2.0")
    file.add_component(event)
    response = HttpResponse(file.to_ical(), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="vote.ics"'
    return response


def _window(found: Proposal) -> tuple[datetime, datetime] | None:
    """When the vote is, or will be once the text is frozen."""
    if found.poll is not None:
        return found.poll.opens_at, found.poll.closes_at
    if found.stage == stages.FINAL and found.ends_at is not None and found.rule is not None:
        return found.ends_at, found.ends_at + found.rule.rule.voting
    return None


@require_http_methods(["GET", "HEAD", "POST"])
def interests(request: HttpRequest, pk: str) -> HttpResponse:
    """Say what one would gain or lose by a proposal that one wrote or sponsors."""
    found, me = _find(pk), _me(request)
    mine = found.interests.filter(person=me).first()
    form = InterestForm(request.POST or None, initial={"text": mine.text if mine else ""})
    context = {
        "proposal": found,
        "form": form,
        "involved": permissions.can_declare(found, me),
        "declared": mine is not None,
    }
    if request.method != "POST":
        return render(request, "proposals/interests.html", context)
    form = context["form"] = InterestForm(request.POST)
    if not form.is_valid():
        return render(
            request, "proposals/interests.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY
        )
    try:
        actions.declare_interest(
            proposal=found, text=form.cleaned_data["text"], by=me, at=timezone.now()
        )
    except Refused as refusal:
        form.add_error(None, refusal.sentence)
        return render(request, "proposals/interests.html", context, status=HTTPStatus.CONFLICT)
    messages.success(request, _("You have declared your interests."))
    return redirect(found.get_absolute_url() + "#interests")


@require_http_methods(["GET", "HEAD", "POST"])
def advice(request: HttpRequest, pk: str) -> HttpResponse:
    """Enter the note of a named lawyer on a final text."""
    found, me = _find(pk), _me(request)
    form = NoteForm(request.POST if request.method == "POST" else None)
    may = permissions.can_advise(found, me, at=timezone.now())
    context = {"proposal": found, "form": form, "may": may}
    if request.method != "POST":
        return render(request, "proposals/advice.html", context)
    if not form.is_valid():
        return render(
            request, "proposals/advice.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY
        )
    try:
        actions.add_note(proposal=found, **form.cleaned_data, by=me, at=timezone.now())
    except Refused as refusal:
        form.add_error(None, refusal.sentence)
        return render(request, "proposals/advice.html", context, status=HTTPStatus.CONFLICT)
    messages.success(request, _("The note stands beside the final text."))
    return redirect(found.get_absolute_url() + "#advice")


def _find(pk: str) -> Proposal:
    return get_object_or_404(Proposal.objects.to_show(), pk=pk)


def _me(request: HttpRequest) -> Person:
    return cast(Person, request.user)
