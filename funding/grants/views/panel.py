"""Pages of those who look after rounds: interests, screening, reviews, shortlist, decision."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from http import HTTPStatus
from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from funding.grants import actions, permissions, rubric
from funding.grants import application_stages as stages
from funding.grants.forms import (
    AnswerForm,
    DecideForm,
    InterestForm,
    ReviewerForm,
    ReviewForm,
    TextForm,
    possible,
)
from funding.grants.models import (
    Application,
    Confirmation,
    Correction,
    Determination,
    Review,
    Reviewer,
    Round,
)
from funding.grants.views.pipeline import on_panel
from kernel.refusal import Refused
from members.models import Person


@dataclass(frozen=True, slots=True)
class Undeclared:
    """An application as it is shown to whoever says whether they have an interest in it."""

    application: Application
    form: InterestForm


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def interests(request: HttpRequest) -> HttpResponse:
    """Say of each application one looks after whether one has an interest in it, one by one.

    Before that nothing is shown of it but what it is called and who applies.
    """
    me, now = on_panel(request), timezone.now()
    waiting = (
        Application.objects.undeclared_by(me, now.date())
        .select_related("version", "round", "applicant")
        .prefetch_related("team")
        .order_by("round__closes_at", "pk")
    )
    sent = InterestForm(request.POST) if request.method == "POST" else None
    status = HTTPStatus.OK
    if sent is not None:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if sent.is_valid():
            given = sent.cleaned_data
            about = get_object_or_404(
                Application.objects.all().on_panel_of(me, now.date()), pk=given["application"]
            )
            try:
                actions.declare_interest(
                    application=about,
                    conflicted=given["interest"] == InterestForm.SOME,
                    why=given["why"],
                    by=me,
                    at=now,
                )
            except Refused as refusal:
                sent.add_error(None, refusal.sentence)
                status = HTTPStatus.CONFLICT
            else:
                messages.success(request, _("Noted."))
                return redirect("grant-interests")
    rows = [Undeclared(each, _interest_form(each, sent)) for each in waiting]
    return render(request, "grants/interests.html", {"rows": rows, "sent": sent}, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def panel(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The inside of one application, its history, and what can be decided about it now."""
    me, found = _open(request, pk)
    now = timezone.now()
    form = DecideForm(request.POST if request.method == "POST" else None, application=found)

    def decide() -> None:
        given = form.cleaned_data
        if given["what"] == "ask_more":
            actions.ask_more(application=found, what=given["reasons"], by=me, at=now)
        else:
            _ACTS[given["what"]](application=found, reasons=given["reasons"], by=me, at=now)

    status = HTTPStatus.OK
    if request.method == "POST":
        done = _do(form, decide)
        if done is None:
            messages.success(request, _("Done. The applicant is written to."))
            return redirect("grant-panel", pk=found.pk)
        status = done
    return _panel_page(request, found, {"form": form}, status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Score an application, once."""
    me, found = _open(request, pk)
    form = ReviewForm(
        request.POST if request.method == "POST" else None, criteria=found.round.rubric
    )

    def score() -> None:
        actions.review(
            application=found,
            scores=form.scores(),
            comment=form.cleaned_data["comment"],
            by=me,
            at=timezone.now(),
        )

    status = _do(form, score) if request.method == "POST" else HTTPStatus.OK
    if status is None:
        messages.success(request, _("Thank you. You can read what others wrote now."))
        return redirect("grant-panel", pk=found.pk)
    context = {
        "application": found,
        "asked": found.version.asked if found.version else None,
        "form": form,
    }
    return render(request, "grants/review.html", context, status=status)


@never_cache
@require_POST
def remark(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Say something to the others who look after an application."""
    me, found = _open(request, pk)
    form = TextForm(request.POST, label=_("Say something to the others"))

    def say() -> None:
        actions.remark(application=found, text=form.cleaned_data["text"], by=me, at=timezone.now())

    status = _do(form, say)
    if status is None:
        return redirect("grant-panel", pk=found.pk)
    return _panel_page(request, found, {"remark": form}, status)


@never_cache
@require_POST
def answer(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Hear a correction of fact."""
    me, found = _open(request, pk)
    form = AnswerForm(request.POST)

    def hear() -> None:
        actions.answer_correction(
            application=found,
            upheld=form.cleaned_data["upheld"] == "yes",
            answer=form.cleaned_data["answer"],
            by=me,
            at=timezone.now(),
        )

    status = _do(form, hear)
    if status is None:
        messages.success(request, _("Done. The applicant is written to."))
        return redirect("grant-panel", pk=found.pk)
    return _panel_page(request, found, {"answer": form}, status)


@never_cache
@require_POST
def confirm(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Confirm what the members' vote decided of a project."""
    me, found = _open(request, pk)
    form = Form(request.POST)

    def agree() -> None:
        actions.confirm(application=found, by=me, at=timezone.now())

    status = _do(form, agree)
    if status is None:
        return redirect("grant-panel", pk=found.pk)
    return _panel_page(request, found, {"confirm": form}, status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def reviewers(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Who reviews a round; posting names somebody, or ends it for one of them."""
    me, found = _looked_after(request, pk)
    ending = request.POST.get("end", "") if request.method == "POST" else ""
    form = ReviewerForm(request.POST if request.method == "POST" and not ending else None)
    status = HTTPStatus.OK
    if ending:
        reviewer = get_object_or_404(
            Reviewer.objects.select_related("round"),
            round=found,
            pk=int(ending) if ending.isascii() and ending.isdecimal() and len(ending) < 19 else 0,
        )
        try:
            actions.end_reviewer(reviewer=reviewer, by=me, at=timezone.now())
        except Refused as refusal:
            messages.error(request, str(refusal.sentence))
        return redirect("grant-reviewers", pk=found.pk)
    if request.method == "POST":

        def name() -> None:
            address = form.cleaned_data["email"]
            person = Person.objects.filter(email__iexact=address, is_active=True).first()
            if person is None:
                raise Refused("nobody-there", _("Nobody has this address here."))
            actions.name_reviewer(round=found, person=person, by=me, at=timezone.now())

        done = _do(form, name)
        if done is None:
            messages.success(request, _("Named. Their name is on the page of the round."))
            return redirect("grant-reviewers", pk=found.pk)
        status = done
    context = {
        "round": found,
        "form": form,
        "reviewers": found.reviewers.filter(ended_at=None)
        .select_related("person")
        .order_by("named_at", "pk"),
    }
    return render(request, "grants/reviewers.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def vote(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Let the members choose among the shortlisted."""
    me, found = _looked_after(request, pk)
    form = Form(request.POST if request.method == "POST" else None)

    def put() -> None:
        actions.put_to_vote(round=found, by=me, at=timezone.now())

    status = _do(form, put) if request.method == "POST" else HTTPStatus.OK
    if status is None:
        messages.success(request, _("Done. Everybody on the shortlist is written to."))
        return redirect(found)
    context = {
        "round": found,
        "form": form,
        "shortlist": found.applications.filter(stage=stages.SHORTLISTED)
        .select_related("version")
        .order_by("version__title", "pk"),
        "unanswered": found.applications.filter(stage__in=stages.UNANSWERED).count(),
    }
    return render(request, "grants/vote.html", context, status=status)


_ACTS = {
    "find_eligible": actions.find_eligible,
    "find_ineligible": actions.find_ineligible,
    "shortlist": actions.shortlist,
    "decline": actions.decline,
}


def _panel_page(
    request: HttpRequest, found: Application, sent: dict[str, Form], status: HTTPStatus
) -> HttpResponse:
    """The page of one application. ``sent`` is the form that was sent, by its name there.

    What was sent and is offered no more is shown as it was written: nothing is lost.
    """
    me, now = cast(Person, request.user), timezone.now()
    decides = permissions.can_decide(found, me, now)
    reviews = Review.objects.shown_to(me, found, now.date()).select_related("reviewer")
    given_scores = [review.scores for review in reviews]
    correction = Correction.objects.filter(application=found).first()
    unanswered = decides and correction is not None and correction.answered_at is None
    forms: dict[str, Form | None] = {
        "form": DecideForm(application=found) if decides and possible(found) else None,
        "remark": TextForm(label=_("Say something to the others")) if reviews else None,
        "answer": AnswerForm() if unanswered else None,
    }
    unkept = [form for name, form in sent.items() if form.is_bound and forms.get(name) is None]
    forms |= {name: form for name, form in sent.items() if forms.get(name) is not None}
    context = {
        "application": found,
        "asked": found.version.asked if found.version else None,
        "files": found.files.filter(removed_at=None).order_by("added_at"),
        "terms": found.version.terms.order_by("slug") if found.version else [],
        "findings": found.findings.select_related("by").order_by("-at", "-pk"),
        "reviews": reviews,
        "spread": rubric.spread(found.round.rubric, given_scores),
        "mean_shown": _one_place(rubric.mean(found.round.rubric, given_scores)),
        "remarks": found.remarks.select_related("by").order_by("at", "pk") if reviews else [],
        "correction": correction,
        "determination": Determination.objects.filter(application=found).first(),
        "decides": decides,
        "confirmed": Confirmation.objects.filter(determination=found.pk, person=me).exists(),
        "may_review": found.stage == stages.IN_REVIEW
        and permissions.can_review(found, me)
        and not found.reviews.filter(reviewer=me).exists(),
        "unkept": unkept[0] if unkept else None,
        **forms,
    }
    return render(request, "grants/panel.html", context, status=status)


def _interest_form(each: Application, sent: InterestForm | None) -> InterestForm:
    """The form of one row: what was sent of it, or an empty one."""
    if sent is not None and sent.data.get("application") == str(each.pk):
        return sent
    return InterestForm(initial={"application": each.pk}, auto_id=f"id_%s_{each.pk}")


def _do(form: Form, act: Callable[[], None]) -> HTTPStatus | None:
    """Do what a form that was sent asks for; None where it was done, else the page's status."""
    if not form.is_valid():
        return HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        act()
    except Refused as refusal:
        form.add_error(None, refusal.sentence)
        return HTTPStatus.CONFLICT
    return None


def _open(request: HttpRequest, pk: uuid.UUID) -> tuple[Person, Application]:
    """An application that is open to whoever asks; every other is not there."""
    me, day = cast(Person, request.user), timezone.now().date()
    readable = Application.objects.all().open_to(me, day)
    return me, get_object_or_404(readable.select_related("round", "version"), pk=pk)


def _looked_after(request: HttpRequest, pk: uuid.UUID) -> tuple[Person, Round]:
    """A round that whoever asks looks after as a whole."""
    me, found = cast(Person, request.user), get_object_or_404(Round, pk=pk)
    if not permissions.can_look_after(found, me, timezone.now()):
        raise PermissionDenied("only who looks after a round")
    return me, found


def _one_place(mean: Fraction | None) -> str:
    """A mean as people read it, rounded to one place; empty for none."""
    return "" if mean is None else number_format(Decimal(mean.numerator) / mean.denominator, 1)
