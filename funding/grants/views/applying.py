"""Pages of applicants: beginning, writing, checking, sending, and where an application stands."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, cast

from django.contrib import messages
from django.forms import BaseFormSet, Form, formset_factory
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from funding.grants import actions, file_checks, words
from funding.grants.actions import Incomplete, Member
from funding.grants.forms import (
    FileForm,
    ImportForm,
    RelatedForm,
    TeamForm,
    TextForm,
    WriteForm,
    labelled,
)
from funding.grants.models import Application, Attachment, Round
from funding.ledger import documents
from kernel.refusal import Refused
from members.models import Person

_MORE_TEAM = 3


@require_POST
def apply(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Begin an application to a round."""
    round = get_object_or_404(Round, pk=pk)
    try:
        begun = actions.begin_application(round=round, by=_me(request), at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal.sentence))
        return redirect(round)
    return redirect("grant-write", pk=begun.pk)


@never_cache
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """One's applications, and where each of them stands."""
    found = Application.objects.of(_me(request)).with_version().order_by("-begun_at", "pk")
    return render(
        request,
        "grants/mine.html",
        {"applications": [(each, words.stands(each)) for each in found]},
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Write an application: it is kept as it is, whole or not."""
    found = _own(request, pk)
    if request.method != "POST":
        form = WriteForm(round=found.round, draft=found.draft.content)
        return _write_page(request, found, form)
    form = WriteForm(request.POST, round=found.round, draft=found.draft.content)
    try:
        actions.save_draft(
            application=found,
            content=form.typed(),
            seen=form.seen,
            by=_me(request),
            at=timezone.now(),
        )
    except Refused as refusal:
        form.answers.add_error(None, refusal.sentence)
        found.draft.refresh_from_db()
        elsewhere = refusal.code == "draft-changed-elsewhere"
        return _write_page(request, found, form, HTTPStatus.CONFLICT, elsewhere=elsewhere)
    if "check" in request.POST:
        return redirect("grant-preview", pk=found.pk)
    messages.success(request, _("Kept. Nobody but you and your team can read it."))
    return redirect("grant-write", pk=found.pk)


@require_POST
def save(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Keep what stands in the form while somebody writes; answers the draft's number as JSON."""
    found = _own(request, pk)
    form = WriteForm(request.POST, round=found.round, draft=found.draft.content)
    try:
        draft = actions.save_draft(
            application=found,
            content=form.typed(),
            seen=form.seen,
            by=_me(request),
            at=timezone.now(),
        )
    except Refused as refusal:
        said = {"code": refusal.code, "sentence": str(refusal.sentence)}
        return JsonResponse(said, status=HTTPStatus.CONFLICT)
    return JsonResponse({"number": draft.number})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def preview(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Check one's answers, and send them."""
    found = _own(request, pk)
    refusal: Refused | None = None
    if request.method == "POST":
        seen = request.POST.get("seen", "")
        try:
            actions.submit_application(
                application=found,
                seen=int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 9 else 0,
                by=_me(request),
                at=timezone.now(),
            )
        except Refused as problem:
            refusal = problem
        else:
            messages.success(request, _("Sent. We have written to you that we have it."))
            return redirect(found)
    asked, problems = actions.parse_draft(found)
    if isinstance(refusal, Incomplete):
        problems = refusal.problems
    context = {
        "application": found,
        "draft": found.draft.content,
        "asked": asked,
        "problems": labelled(problems),
        "refusal": refusal,
        "team": found.team.order_by("pk"),
        "files": found.files.filter(removed_at=None).order_by("added_at"),
    }
    status = HTTPStatus.CONFLICT if refusal else HTTPStatus.OK
    return render(request, "grants/preview.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def team(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Name who works on it, and whom of those that look after the round one knows."""
    found, now = _own(request, pk), timezone.now()
    rows: type[BaseFormSet[TeamForm]] = formset_factory(
        TeamForm, extra=_MORE_TEAM, max_num=12, absolute_max=20
    )
    named = list(found.team.order_by("pk").values("name", "email", "role"))
    known = {f"knows-{relation.person_id}": relation.what for relation in found.relations.all()}
    sent = request.POST if request.method == "POST" else None
    members = rows(sent, prefix="team", initial=named)
    panel = [person for person in actions.panel_of(found.round, now) if person != _me(request)]
    related = RelatedForm(sent, panel=panel, initial=known)
    status = HTTPStatus.OK
    if sent is not None:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if members.is_valid() and related.is_valid():
            given: list[Member] = [
                member for row in members.forms if (member := row.member()) is not None
            ]
            try:
                actions.save_team(
                    application=found,
                    members=given,
                    related=related.related(),
                    by=_me(request),
                    at=now,
                )
            except Refused as refusal:
                related.add_error(None, refusal.sentence)
                status = HTTPStatus.CONFLICT
            else:
                messages.success(request, _("Kept."))
                return redirect(found)
    context = {"application": found, "members": members, "related": related}
    return render(request, "grants/team.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def files(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The files of an application; posting adds one."""
    found = _own(request, pk)
    sent = request.method == "POST"
    form = FileForm(request.POST if sent else None, request.FILES if sent else None)

    def add() -> None:
        upload = form.cleaned_data["file"]
        actions.attach_file(
            application=found,
            name=upload.name or "",
            data=upload.read(),
            by=_me(request),
            at=timezone.now(),
        )

    status = _do(request, form, add) if sent else HTTPStatus.OK
    if status is None:
        return redirect("grant-files", pk=found.pk)
    kept = found.files.filter(removed_at=None).order_by("added_at")
    context = {"application": found, "form": form, "files": kept}
    return render(request, "grants/files.html", context, status=status)


@never_cache
@require_safe
def file(request: HttpRequest, pk: uuid.UUID, file: uuid.UUID) -> HttpResponse:
    """One file, which nothing in the browser may run: for whoever may read the application."""
    visible = Application.objects.visible_to(_me(request), timezone.now().date())
    application = get_object_or_404(visible, pk=pk)
    found = get_object_or_404(application.files.filter(removed_at=None), pk=file)
    try:
        data = documents.read(found.sha256, folder=actions.files_folder())
    except documents.DocumentMissing:
        raise Http404("the file is not there") from None
    response = HttpResponse(data, content_type=found.type)
    ending = file_checks.ENDINGS[found.type]
    response["Content-Disposition"] = f'attachment; filename="{found.sha256[:12]}.{ending}"'
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_POST
def remove_file(request: HttpRequest, pk: uuid.UUID, file: uuid.UUID) -> HttpResponse:
    """Take a file off."""
    found = _own(request, pk)
    attachment = get_object_or_404(
        Attachment.objects.select_related("application"), pk=file, application=found
    )
    try:
        actions.remove_file(attachment=attachment, by=_me(request), at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal.sentence))
    return redirect("grant-files", pk=found.pk)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def fill(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Fill what is empty from a funding.json."""
    found = _own(request, pk)
    sent = request.method == "POST"
    form = ImportForm(request.POST if sent else None, request.FILES if sent else None)

    def take() -> None:
        given = form.cleaned_data
        data = given["file"].read() if given["file"] else actions.fetch_funding_json(given["url"])
        actions.import_funding_json(
            application=found,
            data=data,
            guid=given["guid"],
            seen=found.draft.number,
            by=_me(request),
            at=timezone.now(),
        )

    status = _do(request, form, take) if sent else HTTPStatus.OK
    if status is None:
        messages.success(request, _("Filled in. What you had typed is as it was."))
        return redirect("grant-write", pk=found.pk)
    context = {"application": found, "form": form}
    return render(request, "grants/import.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Take an application back."""
    found = _own(request, pk)
    form = Form(request.POST if request.method == "POST" else None)

    def take_back() -> None:
        actions.withdraw_application(application=found, by=_me(request), at=timezone.now())

    status = _do(request, form, take_back) if request.method == "POST" else HTTPStatus.OK
    if status is None:
        messages.success(request, _("You took it back."))
        return redirect(found)
    return render(
        request, "grants/withdraw.html", {"application": found, "form": form}, status=status
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Correct a fact in the reasons one was given, once."""
    found = _own(request, pk)
    form = TextForm(
        request.POST if request.method == "POST" else None,
        label=_("Which fact is wrong, and what is right?"),
        help_text=_("This is heard once, by somebody else than who gave the reasons."),
    )

    def say() -> None:
        actions.correct_fact(
            application=found, text=form.cleaned_data["text"], by=_me(request), at=timezone.now()
        )

    status = _do(request, form, say) if request.method == "POST" else HTTPStatus.OK
    if status is None:
        messages.success(request, _("Thank you. Somebody else looks at it, and you hear."))
        return redirect(found)
    context = {
        "application": found,
        "form": form,
        "reasons": found.findings.order_by("-at", "-pk").first(),
    }
    return render(request, "grants/correct.html", context, status=status)


@require_POST
def ask_members(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Name one's project in public, and ask members to put it on the ballot."""
    found = _own(request, pk)
    try:
        actions.ask_members(application=found, by=_me(request), at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal.sentence))
    return redirect(found)


@require_POST
def sponsor(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Stand behind putting a project on the ballot."""
    found = get_object_or_404(Application.objects.public().select_related("round"), pk=pk)
    try:
        actions.sponsor(application=found, by=_me(request), at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal.sentence))
    else:
        messages.success(request, _("You stand behind this project."))
    return redirect(found)


def _do(request: HttpRequest, form: Form, act: Callable[[], None]) -> HTTPStatus | None:
    """Do what a form that was sent asks for; None where it was done, else the page's status."""
    if not form.is_valid():
        return HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        act()
    except Refused as refusal:
        form.add_error(None, refusal.sentence)
        return HTTPStatus.CONFLICT
    return None


def _write_page(
    request: HttpRequest,
    found: Application,
    form: WriteForm,
    status: HTTPStatus = HTTPStatus.OK,
    *,
    elsewhere: bool = False,
) -> HttpResponse:
    context: dict[str, Any] = {
        "application": found,
        "round": found.round,
        "form": form,
        "elsewhere": found.draft.content if elsewhere else None,
    }
    return render(request, "grants/write.html", context, status=status)


def _own(request: HttpRequest, pk: uuid.UUID) -> Application:
    """An application of one's own; everybody else's is not there."""
    mine = Application.objects.filter(applicant=_me(request))
    return get_object_or_404(mine.select_related("round", "draft", "version"), pk=pk)


def _me(request: HttpRequest) -> Person:
    return cast(Person, request.user)
