"""The pages of talk: one thread, what a comment said before, and looking after the tone."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from governance.proposals import actions, permissions, stages
from governance.proposals.forms import CommentForm, EditCommentForm, FlagForm, HideForm
from governance.proposals.models import Comment, Flag, Proposal
from governance.proposals.talk_page import REPLIES_PER_PAGE, Thread, looker, replies_of
from kernel.refusal import Refused
from members.models import Person

FLAGS_PER_PAGE = 30


@login_not_required
@require_safe
def thread(request: HttpRequest, pk: str, comment: str) -> HttpResponse:
    """A comment where it stands: its thread from the beginning, on the page that has it."""
    found = _comment(pk, comment)
    return thread_page(request, found)


def thread_page(
    request: HttpRequest, found: Comment, status: HTTPStatus = HTTPStatus.OK, **forms: Any
) -> HttpResponse:
    """The page of the thread that ``found`` stands in."""
    me = request.user if request.user.is_authenticated else None
    who = looker(found.proposal, me, timezone.now(), amendment=found.amendment)
    roots = Comment.objects.to_show(who.person).with_replies()
    root = roots.get(pk=found.thread_id or found.pk)
    replies = Paginator(replies_of(root, who), REPLIES_PER_PAGE)
    asked = request.GET.get("page")
    if asked is None and found.thread_id:
        before = Comment.objects.filter(thread=root, at__lt=found.at).count()
        asked = str(before // REPLIES_PER_PAGE + 1)
    page = replies.get_page(asked)
    context = {
        "proposal": found.proposal,
        "thread": Thread(root, list(page)),
        "page": page,
        "here": found,
        "who": who,
        "comment_form": CommentForm(initial={"parent": found.pk}),
        **forms,
    }
    return render(request, "proposals/thread.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def edit_comment(request: HttpRequest, pk: str, comment: str) -> HttpResponse:
    """Change what one said."""
    found = _comment(pk, comment)
    form = EditCommentForm(request.POST or None, initial={"body": found.body})
    status = HTTPStatus.OK
    if request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            try:
                actions.edit_comment(
                    comment=found, **form.cleaned_data, by=_me(request), at=timezone.now()
                )
            except Refused as refusal:
                form.add_error(None, refusal.sentence)
                status = HTTPStatus.CONFLICT
            else:
                messages.success(request, _("Changed. What it said before is in its history."))
                return redirect(found)
    elif not permissions.can_edit(found, _me(request), at=timezone.now()):
        return _refused_page(request, found, _("Only whoever wrote a comment can change it."))
    context = {"proposal": found.proposal, "comment": found, "form": form}
    return render(request, "proposals/comment_edit.html", context, status=status)


@login_not_required
@require_safe
def comment_history(request: HttpRequest, pk: str, comment: str) -> HttpResponse:
    """What a comment said before, the latest first; of a hidden one, nothing."""
    found = _comment(pk, comment)
    edits = [] if found.hidden else list(found.edits.order_by("-number"))
    context = {"proposal": found.proposal, "comment": found, "edits": edits}
    return render(request, "proposals/comment_history.html", context)


@require_POST
def react(request: HttpRequest, pk: str, comment: str) -> HttpResponse:
    """Say that a comment helps, or take that back."""
    found = _comment(pk, comment)
    act = actions.withdraw_reaction if "back" in request.POST else actions.react
    try:
        act(comment=found, by=_me(request), at=timezone.now())
    except Refused as refusal:
        return _refused_page(request, found, str(refusal))
    return redirect(found)


@require_http_methods(["GET", "HEAD", "POST"])
def flag_comment(request: HttpRequest, pk: str, comment: str) -> HttpResponse:
    """Ask the stewards to look at a comment."""
    found = _comment(pk, comment)
    return _flag(request, found.proposal, found)


@require_http_methods(["GET", "HEAD", "POST"])
def flag_idea(request: HttpRequest, pk: str) -> HttpResponse:
    """Ask the stewards to look at an idea."""
    return _flag(request, _proposal(pk), None)


@require_http_methods(["GET", "HEAD", "POST"])
def hide_idea(request: HttpRequest, pk: str) -> HttpResponse:
    """Hide an idea, with a reason that everybody can read."""
    found = _proposal(pk)
    form = HideForm(request.POST or None)
    status = HTTPStatus.OK
    if request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            try:
                actions.hide_idea(
                    proposal=found, **form.cleaned_data, by=_me(request), at=timezone.now()
                )
            except Refused as refusal:
                form.add_error(None, refusal.sentence)
                status = HTTPStatus.CONFLICT
            else:
                messages.success(request, _("The idea is hidden, and its page says why."))
                return redirect(found)
    context = {
        "proposal": found,
        "form": form,
        "may": permissions.is_steward(_me(request), at=timezone.now()),
    }
    return render(request, "proposals/hide_idea.html", context, status=status)


@require_safe
def flags(request: HttpRequest) -> HttpResponse:
    """What members asked the stewards to look at, the longest waiting first."""
    return _flags_page(request)


@require_POST
def settle(request: HttpRequest, flag: str) -> HttpResponse:
    """Decide on a flag: hide what is flagged, with a reason, or keep it."""
    found = get_object_or_404(
        Flag.objects.select_related(
            "proposal__hidden_idea", "comment__proposal", "comment__amendment"
        ),
        pk=flag,
    )
    about: dict[str, Any] = {"by": _me(request), "at": timezone.now()}
    form = HideForm(request.POST, auto_id=f"%s-{found.pk}")
    if "keep" not in request.POST and not form.is_valid():
        return _flags_page(request, HTTPStatus.UNPROCESSABLE_ENTITY, form=form, deciding=found.pk)
    try:
        if "keep" in request.POST:
            actions.keep(flag=found, **about)
        elif found.comment is not None:
            actions.hide_comment(comment=found.comment, **form.cleaned_data, **about)
        else:
            actions.hide_idea(proposal=found.proposal, **form.cleaned_data, **about)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return _flags_page(request, HTTPStatus.CONFLICT, form=form, deciding=found.pk)
    messages.success(request, _("Decided. Everybody who flagged it had the same answer."))
    return redirect("flags")


def _flags_page(
    request: HttpRequest, status: HTTPStatus = HTTPStatus.OK, **refused: Any
) -> HttpResponse:
    """What waits; ``refused`` is a form that was not taken, and of which flag it is."""
    may = permissions.is_steward(_me(request), at=timezone.now())
    waiting = Flag.objects.waiting() if may else Flag.objects.none()
    context = {
        "may": may,
        "page": Paginator(waiting, FLAGS_PER_PAGE).get_page(request.GET.get("page")),
        **refused,
    }
    if not may and status == HTTPStatus.OK:
        status = HTTPStatus.FORBIDDEN
    return render(request, "proposals/flags.html", context, status=status)


def _flag(request: HttpRequest, proposal: Proposal, comment: Comment | None) -> HttpResponse:
    form = FlagForm(request.POST or None)
    status = HTTPStatus.OK
    if request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            try:
                actions.flag(
                    proposal=proposal,
                    comment=comment,
                    **form.cleaned_data,
                    by=_me(request),
                    at=timezone.now(),
                )
            except Refused as refusal:
                form.add_error(None, refusal.sentence)
                status = HTTPStatus.CONFLICT
            else:
                messages.success(request, _("Thank you. A steward will look at it and decide."))
                return redirect(comment or proposal)
    context = {
        "proposal": proposal,
        "comment": comment,
        "form": form,
        "too_late": comment is None and proposal.stage != stages.IDEA,
    }
    return render(request, "proposals/flag.html", context, status=status)


def _refused_page(request: HttpRequest, found: Comment, sentence: str) -> HttpResponse:
    messages.error(request, sentence)
    return thread_page(request, found, HTTPStatus.CONFLICT)


def _comment(proposal: str, pk: str) -> Comment:
    found = Comment.objects.select_related(
        "proposal__wording", "proposal__hidden_idea", "author", "amendment"
    )
    return get_object_or_404(found, pk=pk, proposal=proposal)


def _proposal(pk: str) -> Proposal:
    return get_object_or_404(Proposal.objects.to_show(), pk=pk)


def _me(request: HttpRequest) -> Person:
    return cast(Person, request.user)
