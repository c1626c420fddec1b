"""Public pages: the rounds, what each asks and how it went, and the projects that are named."""

from __future__ import annotations

import uuid

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from funding.grants import application_stages as stages
from funding.grants import permissions, recusal, round_stages, words
from funding.grants.models import Application, Determination, Finding, Round
from members.models import Person

ON_A_PAGE = 20


@login_not_required
@require_safe
def rounds(request: HttpRequest) -> HttpResponse:
    """Every round, those that take applications first."""
    page = Paginator(Round.objects.to_list().with_named(), ON_A_PAGE).get_page(
        request.GET.get("page")
    )
    listed = [(round, words.comes_next(round)) for round in page.object_list]
    return render(request, "grants/rounds.html", {"page": page, "rounds": listed})


@login_not_required
@require_safe
def round(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One round: the call, the criteria, the dates, who reviews, and which projects are named."""
    found = get_object_or_404(Round.objects.select_related("poll"), pk=pk)
    now = timezone.now()
    me = request.user if isinstance(request.user, Person) else None
    context = {
        "round": found,
        "comes_next": words.comes_next(found),
        "takes": found.takes_applications(now),
        "reviewers": found.reviewers.filter(ended_at=None)
        .select_related("person")
        .order_by("named_at", "pk"),
        "named": found.applications.public()
        .exclude(stage=stages.WITHDRAWN)
        .select_related("version", "determination")
        .order_by("version__title", "pk"),
        "mine": found.applications.of(me).select_related("version") if me else [],
        "looks_after": me is not None and permissions.can_look_after(found, me, now),
        "closing": found.stage == round_stages.REVIEWING,
    }
    return render(request, "grants/round.html", context)


@never_cache
@login_not_required
@require_safe
def application(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One project: to whoever applies where it stands, to everybody what was named in public."""
    found = get_object_or_404(
        Application.objects.select_related("round__poll", "version", "applicant"), pk=pk
    )
    me = request.user if isinstance(request.user, Person) else None
    if me and Application.objects.filter(pk=pk).of(me).exists():
        return render(request, "grants/mine_one.html", _to_applicant(found, me))
    if found.named_at is None or found.stage == stages.WITHDRAWN:
        raise Http404("no such project is named")
    return render(request, "grants/project.html", _to_everybody(found, me))


def _to_applicant(found: Application, me: Person) -> dict[str, object]:
    now = timezone.now()
    applies = found.applicant_id == me.pk
    declined = found.stage == stages.DECLINED and found.named_at is None
    return {
        "application": found,
        "applies": applies,
        "stands": words.stands(found),
        "steps": words.steps(found, now) if applies else [],
        "findings": found.findings.order_by("-at", "-pk"),
        "correction": getattr(found, "correction", None),
        "determination": Determination.objects.filter(application=found)
        .exclude(determined_at=None)
        .first(),
        "versions": found.versions.order_by("-number"),
        "may_ask_members": applies and declined and found.round.stage == round_stages.REVIEWING,
        "sponsors": found.sponsorships.count() if found.named_at else 0,
    }


def _to_everybody(found: Application, me: Person | None) -> dict[str, object]:
    now = timezone.now()
    gathering = found.stage == stages.DECLINED and found.round.stage == round_stages.REVIEWING
    shortlisted = found.findings.filter(name=Finding.Name.SHORTLIST).order_by("-at", "-pk")
    return {
        "application": found,
        "asked": found.version.asked if found.version else None,
        "terms": found.version.terms.order_by("slug") if found.version else [],
        "reasons": shortlisted.first() if found.stage != stages.DECLINED else None,
        "determination": Determination.objects.filter(application=found)
        .exclude(determined_at=None)
        .first(),
        "gathering": gathering,
        "sponsors": found.sponsorships.count(),
        "sponsored_by_me": bool(me and found.sponsorships.filter(person=me).exists()),
        "may_sponsor": bool(me and gathering and permissions.can_sponsor(found, me, now)),
        "conflicted": bool(me and recusal.is_conflicted(me, found)),
    }
