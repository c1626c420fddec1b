"""The pages of proposals. Anyone reads; members write, by the same actions as the API's."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from governance.proposals import actions, kinds, permissions, stages
from governance.proposals.amendment_views import amendment_page
from governance.proposals.decision_page import decision
from governance.proposals.filters import ProposalFilter
from governance.proposals.forms import (
    CommentForm,
    HideForm,
    SupportForm,
    WordsForm,
    words_of_sketch,
)
from governance.proposals.kinds import Editor, Kind
from governance.proposals.models import (
    Amendment,
    Comment,
    Follow,
    Manuscript,
    Proposal,
    Support,
    Wording,
)
from governance.proposals.similar import like
from governance.proposals.talk_page import looker, talk
from governance.proposals.talk_views import thread_page
from governance.record.canonical import canonical_bytes
from kernel.refusal import Refused
from members.models import Person

PER_PAGE = 20
TEXTS_SHOWN = 5
_MORE_FILTERS = ("author", "term", "opened_after", "opened_before")
AMENDMENTS_SHOWN = 5
_TONES = {
    stages.VOTING: "waits",
    stages.ADOPTED: "good",
    stages.REJECTED: "no",
    stages.NO_QUORUM: "no",
    stages.LAPSED: "no",
}


@login_not_required
@require_safe
def proposal_list(request: HttpRequest) -> HttpResponse:
    """Every proposal, newest first, or those one is looking for."""
    at = timezone.now()
    everything = Proposal.objects.shown().to_show().with_sponsors(at).order_by("-opened_at", "pk")
    found = ProposalFilter(request.GET, queryset=everything)
    page = Paginator(found.qs, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "form": found.form,
        "searched": any(request.GET.values()),
        "narrowed": any(request.GET.get(name) for name in _MORE_FILTERS),
        "at": at,
    }
    return render(request, "proposals/list.html", context)


@login_not_required
@require_safe
def proposal(request: HttpRequest, pk: str) -> HttpResponse:
    """One proposal: where it stands, what it says, who stands behind it, what was said."""
    return _proposal_page(request, pk)


@login_not_required
@require_safe
def text(request: HttpRequest, pk: str, number: int) -> HttpResponse:
    """The exact words of one text, in the bytes that its hash is over."""
    wordings = Wording.objects.select_related("revision", "proposal__hidden_idea")
    wording = get_object_or_404(wordings, proposal=pk, number=number)
    if wording.proposal.hidden:
        raise Http404
    return HttpResponse(canonical_bytes(wording.as_json()), content_type="application/json")


@require_safe
def choose_kind(request: HttpRequest) -> HttpResponse:
    """What would you like to propose?"""
    context = {"kinds": kinds.proposable(), "may": _may_propose(request)}
    return render(request, "proposals/new.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest, kind: str) -> HttpResponse:
    """Write a proposal of one kind; ``?about=`` names what it begins from, such as a term."""
    the_kind = _kind_or_404(kind)
    data = request.POST if request.method == "POST" else None
    words = WordsForm(data, kind=the_kind)
    editor = the_kind.editor(data, about=request.GET.get("about", ""))
    if data is None:
        return _form_page(request, the_kind, words, editor)
    if "sketch" in data and the_kind.begins_as_sentence:
        return _open_sketch(request, the_kind, words)
    if editor.rearranged:
        return _form_page(request, the_kind, WordsForm(kind=the_kind, initial=data.dict()), editor)
    if not _both_valid(words, editor):
        return _form_page(request, the_kind, words, editor, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        opened = actions.propose(
            kind=kind,
            **words.cleaned_data,
            content=editor.content(),
            by=_me(request),
            at=timezone.now(),
        )
    except Refused as refusal:
        words.add_error(None, refusal.sentence)
        return _form_page(request, the_kind, words, editor, HTTPStatus.CONFLICT)
    messages.success(request, _("Your idea is open. Tell members about it: it needs sponsors."))
    return redirect(opened)


def _open_sketch(request: HttpRequest, kind: Kind, words: WordsForm) -> HttpResponse:
    """Open an idea with its sentence and the problem behind it; the text follows."""
    data = request.POST
    editor = kind.editor(data)
    if isinstance(editor, forms.BaseForm):
        editor.errors.clear()
    if not words.is_valid():
        return _form_page(request, kind, words, editor, HTTPStatus.UNPROCESSABLE_ENTITY)
    about = words_of_sketch(words, data)
    try:
        opened = actions.propose(
            kind=kind.name, **about, content=None, by=_me(request), at=timezone.now()
        )
    except Refused as refusal:
        words.add_error(None, refusal.sentence)
        return _form_page(request, kind, words, editor, HTTPStatus.CONFLICT)
    messages.success(request, _("Your idea is open. See who has this problem too."))
    return redirect(opened)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: str) -> HttpResponse:
    """Change the text of one's own proposal."""
    found = _find(pk)
    if found.hidden and not permissions.writes(found, _me(request)):
        raise Http404
    the_kind = kinds.get(found.kind)
    data = request.POST if request.method == "POST" else None
    words = WordsForm(data, kind=the_kind, wording=found.wording)
    editor = the_kind.editor(data, wording=found.wording)
    if data is None:
        unpublished = Manuscript.objects.to_publish(_me(request)).filter(proposal=found).first()
        return _form_page(request, the_kind, words, editor, proposal=found, unpublished=unpublished)
    if editor.rearranged:
        words = WordsForm(kind=the_kind, initial=data.dict())
        return _form_page(request, the_kind, words, editor, proposal=found)
    if not _both_valid(words, editor):
        return _form_page(
            request, the_kind, words, editor, HTTPStatus.UNPROCESSABLE_ENTITY, proposal=found
        )
    try:
        actions.revise(
            proposal=found,
            **words.cleaned_data,
            content=editor.content(),
            by=_me(request),
            at=timezone.now(),
        )
    except Refused as refusal:
        words.add_error(None, refusal.sentence)
        return _form_page(request, the_kind, words, editor, HTTPStatus.CONFLICT, proposal=found)
    messages.success(request, _("Saved. We asked those who stood behind the old text to confirm."))
    return redirect(found)


@require_POST
def support(request: HttpRequest, pk: str) -> HttpResponse:
    """Stand behind the text that was shown."""
    form = SupportForm(request.POST)
    if not form.is_valid():
        return _proposal_page(request, pk, HTTPStatus.UNPROCESSABLE_ENTITY, refused=form)
    try:
        actions.support(proposal=_find(pk), **form.cleaned_data, by=_me(request), at=timezone.now())
    except Refused as refusal:
        form.add_error(None, refusal.sentence)
        return _proposal_page(request, pk, HTTPStatus.CONFLICT, refused=form)
    messages.success(request, _("You stand behind this text."))
    return redirect("proposal", pk)


@require_POST
def withdraw_support(request: HttpRequest, pk: str) -> HttpResponse:
    """Take one's name back."""
    try:
        actions.withdraw_support(proposal=_find(pk), by=_me(request), at=timezone.now())
    except Refused as refusal:
        return _refused(request, pk, refusal)
    messages.success(request, _("Your name is no longer behind this text."))
    return redirect("proposal", pk)


@require_POST
def withdraw(request: HttpRequest, pk: str) -> HttpResponse:
    """Take one's own idea back."""
    try:
        actions.withdraw(proposal=_find(pk), by=_me(request), at=timezone.now())
    except Refused as refusal:
        return _refused(request, pk, refusal)
    messages.success(request, _("You have withdrawn this idea."))
    return redirect("proposal", pk)


@require_POST
def echo(request: HttpRequest, pk: str) -> HttpResponse:
    """Say that one has the problem too, or take that back."""
    act = actions.withdraw_echo if "back" in request.POST else actions.echo
    try:
        act(proposal=_find(pk), by=_me(request), at=timezone.now())
    except Refused as refusal:
        return _refused(request, pk, refusal)
    return redirect("proposal", pk)


@require_POST
def comment(request: HttpRequest, pk: str) -> HttpResponse:
    """Say something about a proposal, or answer a comment."""
    found = _find(pk)
    form = CommentForm(request.POST)
    form.is_valid()
    about = _about(found, form)
    if form.errors:
        return _talk_again(request, found, form, about, HTTPStatus.UNPROCESSABLE_ENTITY)
    said = {name: form.cleaned_data[name] for name in ("body", "stance")}
    try:
        posted = actions.comment(
            proposal=found, **about, **said, by=_me(request), at=timezone.now()
        )
    except Refused as refusal:
        form.add_error(None, refusal.sentence)
        return _talk_again(request, found, form, about, HTTPStatus.CONFLICT)
    if posted.thread_id:
        return redirect(posted)
    beside = posted.amendment or found
    return redirect(f"{beside.get_absolute_url()}#comment-{posted.pk}")


def _about(found: Proposal, form: CommentForm) -> dict[str, Any]:
    """The comment that a form answers and the amendment that it is about; None where none is.

    What it names and is not there is an error of the form.
    """
    parent, number = form.cleaned_data.get("parent"), form.cleaned_data.get("amendment")
    comments = Comment.objects.select_related("proposal__wording", "author", "amendment")
    about: dict[str, Any] = {
        "parent": comments.filter(pk=parent).first() if parent else None,
        "amendment": found.amendments.filter(number=number).first() if number else None,
    }
    if parent and about["parent"] is None:
        form.add_error(None, _("The comment you answer is not there."))
    if number and about["amendment"] is None:
        form.add_error(None, _("The amendment you write about is not there."))
    return about


def _talk_again(
    request: HttpRequest,
    found: Proposal,
    form: CommentForm,
    about: dict[str, Any],
    status: HTTPStatus,
) -> HttpResponse:
    """The page on which a comment was written that is refused, with the form as it was sent."""
    parent, amendment = about["parent"], about["amendment"]
    if parent is not None and parent.proposal_id == found.pk:
        return thread_page(request, parent, status, comment_form=form)
    if amendment is not None:
        return amendment_page(request, amendment, status, comment_form=form)
    return _proposal_page(request, str(found.pk), status, comment_form=form)


@require_POST
def hide_comment(request: HttpRequest, pk: str, comment: str) -> HttpResponse:
    """Hide a comment, with a reason that everybody can read."""
    found = get_object_or_404(Comment.objects.select_related("proposal"), pk=comment, proposal=pk)
    form = HideForm(request.POST, auto_id=f"%s-{found.pk}")
    if not form.is_valid():
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return _proposal_page(request, pk, status, hide_form=form, hiding=found.pk)
    try:
        actions.hide_comment(comment=found, **form.cleaned_data, by=_me(request), at=timezone.now())
    except Refused as refusal:
        form.add_error(None, refusal.sentence)
        return _proposal_page(request, pk, HTTPStatus.CONFLICT, hide_form=form, hiding=found.pk)
    messages.success(request, _("The comment is hidden, and its place says why."))
    return redirect(found)


def _proposal_page(
    request: HttpRequest, pk: str, status: HTTPStatus = HTTPStatus.OK, **forms: Any
) -> HttpResponse:
    """The page of a proposal; ``forms`` are those that were refused, as they were filled in."""
    at = timezone.now()
    found = get_object_or_404(
        Proposal.objects.to_show().with_sponsors(at).select_related("wording__revision"), pk=pk
    )
    sponsors = list(found.supports.select_related("person").order_by("at", "pk"))
    me = _me(request) if request.user.is_authenticated else None
    who = looker(found, me, at)
    context = {
        "proposal": found,
        "kind": kinds.get(found.kind),
        "sponsors_listed": sponsors,
        **talk(request, found, who),
        **_texts_of(found, at),
        **decision(found, me, at),
        "comment_form": CommentForm(),
        "hide_form": HideForm(),
        "waits_for": _waits_for(found, at),
        "tone": _TONES.get(found.stage, ""),
        "text_open": found.stage in stages.TEXT_OPEN,
        "finished": found.stage in stages.FINISHED,
        "at": at,
        **_options(request, found, sponsors, who.authors, at),
        **forms,
    }
    return render(request, "proposals/proposal.html", context, status=status)


def _options(
    request: HttpRequest,
    found: Proposal,
    sponsors: list[Support],
    authors: frozenset[UUID],
    at: datetime,
) -> dict[str, Any]:
    """What whoever looks can do here, and which of it is the next thing to do."""
    voting = found.stage == stages.VOTING
    if not request.user.is_authenticated:
        open_to_members = found.stage in stages.COMMENTS_OPEN
        return {"primary": "vote" if voting else "sign-in" if open_to_members else ""}
    me = _me(request)
    mine = next((support for support in sponsors if support.person_id == me.pk), None)
    text_open = found.stage in stages.TEXT_OPEN
    is_author = found.author_id == me.pk
    writes = me.pk in authors
    options: dict[str, Any] = {
        "mine": mine,
        "to_confirm": mine is not None and mine.text_sha256 != found.wording.sha256,
        "can_withdraw_support": mine is not None and text_open,
        "can_withdraw": is_author and found.stage == stages.IDEA,
        "can_change": text_open and writes and permissions.can_change(found, me, at=at),
        "following": Follow.objects.proposals_of(me).filter(pk=found.pk).exists(),
        "echoed": found.echoes.filter(person=me).exists(),
        "can_echo": found.stage == stages.IDEA and not is_author and not found.hidden,
        "is_steward": found.stage == stages.IDEA and permissions.is_steward(me, at=at),
        "can_amend": found.stage == stages.DISCUSSION
        and kinds.get(found.kind).amendable
        and not writes
        and permissions.can_comment(me, at=at),
    }
    ready = text_open and found.wording.says_what and not found.hidden
    if ready and not writes and (mine is None or options["to_confirm"]):
        try:
            permissions.check_can_support(found, me, at=at)
        except Refused as refusal:
            options["why_not_support"] = refusal.sentence
        else:
            options["can_support"] = True
    options["primary"] = "vote" if voting else "" if "can_support" in options else "comment"
    return options


def _texts_of(found: Proposal, at: datetime) -> dict[str, Any]:
    """The latest texts, the amendments with most sponsors, and who has the problem too."""
    amendments = found.amendments.by_sponsors(at.date()).with_talk().select_related("author")
    latest = found.wordings.filter(amendment=None).select_related("by", "credit__author")
    return {
        "wordings": latest.order_by("-number")[:TEXTS_SHOWN],
        "amendments": amendments.exclude(state="withdrawn")[:AMENDMENTS_SHOWN],
        "amendment_count": found.amendments.count(),
        "echoes": found.echoes.count(),
        "co_authors": Person.objects.filter(co_authored__manuscript__proposal=found).order_by(
            "co_authored__at"
        ),
        "adopted_amendment": _adopted_amendment(found),
    }


def _adopted_amendment(found: Proposal) -> Amendment | None:
    """The amendment that members chose, where they chose one."""
    if found.stage != stages.ADOPTED or found.poll is None or not found.poll.result:
        return None
    winners = found.poll.result.get("winners") or [""]
    return actions.amendment_of_option(found, winners[0])


def _waits_for(found: Proposal, at: datetime) -> str:
    """Why a discussion whose time is over goes on, where something is missing."""
    if found.stage != stages.DISCUSSION or found.ends_at is None or at < found.ends_at:
        return ""
    try:
        actions.check_ready_to_freeze(found, at=at)
    except Refused as refusal:
        return str(refusal.sentence)
    return ""


def _form_page(
    request: HttpRequest,
    kind: Kind,
    words: WordsForm,
    editor: Editor,
    status: HTTPStatus = HTTPStatus.OK,
    **more: Any,
) -> HttpResponse:
    like_by = "summary" if kind.own_title else "title"
    context = {
        "kind": kind,
        "words": words,
        "editor": editor,
        "may": _may_propose(request),
        # With scripts they are offered while one types; without, when the page comes again.
        "like_by": like_by,
        "similar": like(words[like_by].value() or "") if "proposal" not in more else [],
        **more,
    }
    return render(request, "proposals/form.html", context, status=status)


def _refused(request: HttpRequest, pk: str, refusal: Refused) -> HttpResponse:
    messages.error(request, str(refusal))
    return _proposal_page(request, pk, HTTPStatus.CONFLICT)


def _both_valid(words: WordsForm, editor: Editor) -> bool:
    """Both, always: whoever sends a form is told everything that is wrong with it at once."""
    first, second = words.is_valid(), editor.is_valid()
    return first and second


def _may_propose(request: HttpRequest) -> bool:
    return permissions.can_propose(_me(request), at=timezone.now())


def _find(pk: str) -> Proposal:
    return get_object_or_404(Proposal.objects.to_show(), pk=pk)


def _kind_or_404(name: str) -> Kind:
    try:
        return kinds.get(name)
    except Refused:
        raise Http404 from None


def _me(request: HttpRequest) -> Person:
    return cast(Person, request.user)
