"""Public pages: the rounds, what each asks and how it went, and the projects that are named."""

from __future__ import annotations

import json
import uuid
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from funding.grants import application_stages as stages
from funding.grants import linked_data, open_reads, permissions, recusal, round_stages, words
from funding.grants.models import Application, Determination, Finding, Fund, Round
from governance.terms.views.reading import in_script
from governance.voting import stages as poll_stages
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
    named = list(
        found.applications.public()
        .exclude(stage=stages.WITHDRAWN)
        .select_related("version", "determination", "award")
        .order_by("version__title", "pk")
    )
    context = {
        "round": found,
        **_outcome(found, named),
        "comes_next": words.comes_next(found),
        "takes": found.takes_applications(now),
        "reviewers": found.reviewers.filter(ended_at=None)
        .select_related("person")
        .order_by("named_at", "pk"),
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


def _outcome(round: Round, named: list[Application]) -> dict[str, object]:
    """The money of a round, what its vote decided of which project, and who is still undecided."""
    poll = round.poll
    decided = [one for one in named if _decided(one)]
    headings = {
        stages.AWARDED: _("Chosen by members"),
        stages.RESERVE: _("Next in line"),
        stages.NOT_CHOSEN: _("Not chosen this time"),
    }
    groups = [
        (heading, [one for one in decided if one.determination.outcome == outcome])
        for outcome, heading in headings.items()
    ]
    for _heading, projects in groups:
        projects.sort(key=lambda one: one.determination.rank or 0)
    return {
        "fund": Fund.objects.filter(pk=round.pk).first(),
        "counted": bool(poll and poll.stage == poll_stages.CLOSED),
        "outcomes": [(heading, projects) for heading, projects in groups if projects],
        "named": [one for one in named if not _decided(one)],
        "linked_data": in_script(json.dumps(_linked_round(round, decided)).encode()),
    }


def _decided(application: Application) -> bool:
    found = getattr(application, "determination", None)
    return bool(found and found.determined_at)


def _linked_round(round: Round, decided: list[Application]) -> dict[str, Any]:
    chosen = [one for one in decided if one.stage == stages.AWARDED]
    return linked_data.round(
        linked_data.Project(
            name=round.title, description=round.purpose, url=_whole(round.get_absolute_url())
        ),
        budget=round.budget,
        funded=[
            linked_data.Project(name=one.title, description="", url=_whole(one.get_absolute_url()))
            for one in chosen
        ],
        origin=settings.PUBLIC_ORIGIN,
    )


def _linked_project(application: Application) -> SafeString:
    version = application.version
    said = linked_data.project(
        linked_data.Project(
            name=application.title,
            description=version.summary if version else "",
            url=_whole(application.get_absolute_url()),
        ),
        amount=None,
        origin=settings.PUBLIC_ORIGIN,
    )
    return in_script(json.dumps(said).encode())


def _whole(path: str) -> str:
    return f"{settings.PUBLIC_ORIGIN}{path}"


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
        "award": open_reads.given().filter(application=found).first(),
        "linked_data": _linked_project(found),
        "gathering": gathering,
        "sponsors": found.sponsorships.count(),
        "sponsored_by_me": bool(me and found.sponsorships.filter(person=me).exists()),
        "may_sponsor": bool(me and gathering and permissions.can_sponsor(found, me, now)),
        "conflicted": bool(me and recusal.is_conflicted(me, found)),
    }
