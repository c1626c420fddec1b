"""The pages of movement: who proffers a term, who is asked to accept it, and who does."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_list_or_404, get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from governance.proposals import acceptance_file, acceptance_ways, actions
from governance.proposals.domain_names import NoDomain, normalised
from governance.proposals.filters import OrganisationFilter
from governance.proposals.forms import AskForm, OrganisationForm
from governance.proposals.models import Acceptance, Ask, Organisation
from governance.proposals.movement_page import in_force, letter, movement_of
from governance.proposals.submission_throttle import allows
from governance.proposals.well_known import WELL_KNOWN
from governance.terms.document import Site
from governance.terms.http import A_DAY, for_programs, published_json
from governance.terms.models import Term, Version
from kernel.refusal import Refused
from members.models import Person

PER_PAGE = 50


@login_not_required
@require_safe
def term_movement(request: HttpRequest, slug: str) -> HttpResponse:
    """How far a term has come since it was adopted, and what one can do for it."""
    return _movement_page(request, slug)


@require_POST
def proffer(request: HttpRequest, slug: str) -> HttpResponse:
    """Declare that one proffers a term, or take that back."""
    act = actions.withdraw_proffer if "back" in request.POST else actions.proffer
    try:
        act(term=_term(slug), by=_me(request), at=timezone.now())
    except Refused as refusal:
        return _refused(request, slug, refusal)
    return redirect("term-movement", slug)


@require_POST
def ask(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask an organisation to accept a term, or take that back."""
    form = AskForm(request.POST)
    if not form.is_valid():
        return _movement_page(request, slug, HTTPStatus.UNPROCESSABLE_ENTITY, form=form)
    act = actions.withdraw_ask if "back" in request.POST else actions.ask
    try:
        act(term=_term(slug), **form.cleaned_data, by=_me(request), at=timezone.now())
    except Refused as refusal:
        form.add_error(None, refusal.sentence)
        return _movement_page(request, slug, HTTPStatus.CONFLICT, form=form)
    if "back" not in request.POST:
        messages.success(request, _("Counted. Now send them the letter: it says what to do."))
    return redirect("term-movement", slug)


@login_not_required
@require_safe
def term_letter(request: HttpRequest, slug: str, domain: str) -> HttpResponse:
    """The letter to an organisation, to download and sign."""
    try:
        kept = normalised(domain)
    except NoDomain:
        raise Http404 from None
    version, at = _version(slug), timezone.now()
    if not in_force(version):
        raise Http404
    asked = Ask.objects.filter(term=slug, domain=kept).by_domain(at.date(), at_least=1)
    asking = sum(row["asking"] for row in asked)
    text = letter(version, kept, asking, at)
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{slug}-{kept}.txt"'
    return response


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def organisations(request: HttpRequest) -> HttpResponse:
    """Which organisations accept which terms; and a form for one that we do not know yet."""
    form = OrganisationForm(request.POST or None)
    if request.method != "POST":
        return _organisations_page(request, form)
    if not form.is_valid():
        return _organisations_page(request, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    if not allows(request):
        form.add_error(None, _("You told us of many just now. Please go on in an hour."))
        return _organisations_page(request, form, HTTPStatus.TOO_MANY_REQUESTS)
    try:
        told = actions.submit_organisation(
            **form.cleaned_data,
            form=WELL_KNOWN.name,
            by=_me(request) if request.user.is_authenticated else None,
            at=timezone.now(),
        )
    except Refused as refusal:
        form.add_error(None, refusal.sentence)
        return _organisations_page(request, form, HTTPStatus.CONFLICT)
    messages.success(request, _("Thank you. We look there now; this page says what we find."))
    return redirect(told)


@login_not_required
@require_safe
def organisation(request: HttpRequest, domain: str) -> HttpResponse:
    """What one organisation accepts in which way, since when, and how our last looks went."""
    found = get_list_or_404(Organisation.objects.order_by("submitted_at", "pk"), domain=domain)
    shown = Acceptance.objects.filter(organisation__in=found).to_show()
    now = [one for one in shown if one.until is None]
    ways = [(acceptance_ways.get(each.form), each) for each in found]
    context = {
        "domain": found[0].shown,
        "name": now[0].organisation.name if now else "",
        "looks": [(way, way.where(domain), each) for way, each in ways],
        "looked": any(each.looked_at for each in found),
        "said": [way.said for way, each in ways if each.pk in {one.organisation_id for one in now}],
        "now": now,
        "before": [one for one in reversed(shown) if one.until is not None],
        "form": OrganisationForm(initial={"domain": domain}),
    }
    return render(request, "proposals/movement/organisation.html", context)


@for_programs
def file_schema(request: HttpRequest) -> HttpResponseBase:
    """The JSON Schema of the file that organisations publish."""
    described = acceptance_file.document_schema(settings.PUBLIC_ORIGIN)
    return published_json(request, described, caching=A_DAY, media_type="application/schema+json")


def _movement_page(
    request: HttpRequest,
    slug: str,
    status: HTTPStatus = HTTPStatus.OK,
    *,
    form: AskForm | None = None,
    refused: Refused | None = None,
) -> HttpResponse:
    version = _version(slug)
    me = _me(request) if request.user.is_authenticated else None
    movement = movement_of(slug, me, timezone.now())
    accepting = Acceptance.objects.current().filter(version__term=slug).to_show()
    page = Paginator(accepting, PER_PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "version": version,
        "in_force": in_force(version),
        "movement": movement,
        "stage": "accepted" if movement["accepting"] else "adopted",
        "page": page,
        "form": form or AskForm(),
        "refused": refused,
    }
    return render(request, "proposals/movement/term.html", context, status=status)


def _organisations_page(
    request: HttpRequest, form: OrganisationForm, status: HTTPStatus = HTTPStatus.OK
) -> HttpResponse:
    everything = Organisation.objects.accepting().order_by("domain", "pk")
    found = OrganisationFilter(request.GET, queryset=everything)
    page = Paginator(found.qs, PER_PAGE).get_page(request.GET.get("page"))
    current = Acceptance.objects.current().filter(organisation__in=[one.pk for one in page])
    accepted: dict[Any, list[Acceptance]] = {}
    for one in current.to_show():
        accepted.setdefault(one.organisation_id, []).append(one)
    newest = Version.objects.with_status().newest().select_related("revision").defer("document")
    terms = {
        Site(settings.PUBLIC_ORIGIN).term(one.term_id, one.version): one.sha256
        for one in newest.order_by("term_id")
        if in_force(one)
    }
    context = {
        "page": page,
        "rows": [(one, accepted.get(one.pk, [])) for one in page],
        "filter": found,
        "form": form,
        "searched": any(request.GET.values()),
        "example": acceptance_file.example("Example Ltd", dict(list(terms.items())[:2])),
        "largest": acceptance_file.LARGEST // 1024,
    }
    return render(request, "proposals/movement/organisations.html", context, status=status)


def _refused(request: HttpRequest, slug: str, refusal: Refused) -> HttpResponse:
    return _movement_page(request, slug, HTTPStatus.CONFLICT, refused=refusal)


def _version(slug: str) -> Version:
    newest = Version.objects.with_status().newest().select_related("revision", "term")
    return get_object_or_404(newest.defer("document"), term=slug)


def _term(slug: str) -> Term:
    return get_object_or_404(Term, pk=slug)


def _me(request: HttpRequest) -> Person:
    return cast(Person, request.user)
