"""The pages of drafts: writing alone or with others, before anybody else reads it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from governance.proposals import actions, kinds, permissions
from governance.proposals.forms import InviteForm, WordsForm, words_of_sketch
from governance.proposals.kinds import Editor, Kind
from governance.proposals.models import CoAuthorInvitation, Manuscript, Proposal
from governance.proposals.similar import like
from kernel.refusal import Refused
from members.models import Person

PER_PAGE = 20
# What a form sends besides what somebody wrote.
_NOT_WRITTEN = {
    "csrfmiddlewaretoken",
    "seen",
    "keep",
    "publish",
    "sketch",
    "over",
    "kind",
    "proposal",
}


@login_not_required
@require_safe
def similar(request: HttpRequest) -> HttpResponse:
    """Proposals that sound like what somebody types: a piece of a page."""
    typed = request.GET.get("q") or request.GET.get("title") or request.GET.get("summary") or ""
    typed = typed.replace("\x00", "")[:300]
    return render(request, "proposals/_similar.html", {"similar": like(typed)})


@require_http_methods(["GET", "HEAD", "POST"])
def drafts(request: HttpRequest) -> HttpResponse:
    """One's drafts; posting begins one with what stands in a form."""
    me = _me(request)
    if request.method == "POST":
        return _begin(request, me)
    context = {
        "page": Paginator(
            Manuscript.objects.of(me).select_related("author", "saved_by", "proposal__wording"),
            PER_PAGE,
        ).get_page(request.GET.get("page")),
        "invitations": CoAuthorInvitation.objects.open(timezone.now())
        .filter(person=me)
        .select_related("by", "manuscript"),
    }
    return render(request, "proposals/drafts.html", context)


def _begin(request: HttpRequest, me: Person) -> HttpResponse:
    about = request.POST.get("proposal", "")
    proposal = _proposal_named(about) if about else None
    try:
        begun = actions.start_manuscript(
            kind=request.POST.get("kind", ""),
            data=written(request),
            proposal=proposal,
            by=me,
            at=timezone.now(),
        )
    except Refused as refusal:
        if _wants_json(request):
            answer = {"code": refusal.code, "sentence": str(refusal)}
            return JsonResponse(answer, status=HTTPStatus.CONFLICT)
        messages.error(request, str(refusal))
        return render(request, "proposals/drafts.html", status=HTTPStatus.CONFLICT)
    if _wants_json(request):
        return JsonResponse({"url": begun.get_absolute_url(), "number": begun.number})
    messages.success(request, _("Kept. Only you can read it, and whom you invite."))
    return redirect(begun)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def draft(request: HttpRequest, pk: str) -> HttpResponse:
    """Go on with a draft: save it, or publish it."""
    found = _mine(request, pk)
    kind = kinds.get(found.kind)
    if request.method != "POST":
        words, editor = _as_saved(kind, found)
        return _draft_page(request, found, kind, words, editor)
    saved = _save(request, found)
    if isinstance(saved, Refused):
        words, editor = _as_sent(request, kind)
        words.add_error(None, saved.sentence)
        return _draft_page(request, found, kind, words, editor, HTTPStatus.CONFLICT)
    if saved.aside:
        words, editor = _as_sent(request, kind)
        found = _mine(request, pk)
        return _draft_page(
            request, found, kind, words, editor, HTTPStatus.CONFLICT, kept_aside=saved.number
        )
    sketch = "sketch" in request.POST and kind.begins_as_sentence
    if "publish" not in request.POST and not sketch:
        words, editor = _as_sent(request, kind)
        if not editor.rearranged:
            messages.success(request, _("Saved."))
            return redirect(found)
        return _draft_page(request, _mine(request, pk), kind, words, editor)
    return _publish(request, found, kind, sketch=sketch and found.proposal is None)


def _publish(request: HttpRequest, found: Manuscript, kind: Kind, *, sketch: bool) -> HttpResponse:
    words = WordsForm(request.POST, kind=kind)
    editor = kind.editor(request.POST)
    first, second = words.is_valid(), sketch or editor.is_valid()
    if sketch:
        _unjudged(editor)
    if not (first and second):
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return _draft_page(request, found, kind, words, editor, status)
    said = words_of_sketch(words, request.POST) if sketch else words.cleaned_data
    try:
        proposal = actions.publish_manuscript(
            manuscript=found,
            **said,
            content=None if sketch else editor.content(),
            by=_me(request),
            at=timezone.now(),
        )
    except Refused as refusal:
        words.add_error(None, refusal.sentence)
        return _draft_page(request, found, kind, words, editor, HTTPStatus.CONFLICT)
    messages.success(request, _("It is open for everybody to read. It needs sponsors now."))
    return redirect(proposal)


@require_POST
def save(request: HttpRequest, pk: str) -> JsonResponse:
    """Save what stands in the form while somebody writes; answers its number."""
    found = _mine(request, pk)
    saved = _save(request, found)
    if isinstance(saved, Refused):
        answer = {"code": saved.code, "sentence": str(saved)}
        return JsonResponse(answer, status=HTTPStatus.CONFLICT)
    if saved.aside:
        found.refresh_from_db()
        sentence = _(
            "%(name)s saved this draft in another window in the meantime. What you write here is "
            "kept in the history. Load the page again to see theirs."
        ) % {"name": found.saved_by}
        answer = {"code": "saved-aside", "sentence": sentence}
        return JsonResponse(answer, status=HTTPStatus.CONFLICT)
    return JsonResponse({"number": saved.number})


@require_safe
def history(request: HttpRequest, pk: str) -> HttpResponse:
    """Every save there was, who wrote it, and what it said."""
    found = _mine(request, pk)
    saves = found.saves.select_related("by").order_by("-number")
    number = request.GET.get("save", "")
    shown = None
    if number.isdecimal() and len(number) < 8:
        shown = saves.filter(number=number).first()
    context = {
        "manuscript": found,
        "page": Paginator(saves.defer("data"), PER_PAGE).get_page(request.GET.get("page")),
        "shown": shown,
        "said": _said(kinds.get(found.kind), shown.data) if shown else [],
    }
    return render(request, "proposals/draft_history.html", context)


def _said(kind: Kind, data: dict[str, str]) -> list[tuple[str, str]]:
    """What stands in a save, under the labels of the form's fields."""
    editor = kind.editor(data)
    parts = [editor] if isinstance(editor, forms.BaseForm) else [editor.form, *editor.rules]  # type: ignore[attr-defined] # what a term's editor is made of
    said = []
    for place, part in enumerate([WordsForm(data, kind=kind), *parts]):
        for field in part.visible_fields():
            text = data.get(field.html_name, "")
            if not text:
                continue
            choices = dict(getattr(field.field, "choices", ()))
            label = str(field.label)
            if place > 1:
                label = _("Rule %(number)d: %(label)s") % {"number": place - 1, "label": label}
            said.append((label, str(choices.get(text, text))))
    return said


@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HttpRequest, pk: str) -> HttpResponse:
    """Ask somebody to write with you."""
    found = _mine(request, pk)
    form = InviteForm(request.POST or None)
    context: dict[str, Any] = {"manuscript": found, "form": form}
    status = HTTPStatus.OK
    if request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            try:
                invitation, secret = actions.invite(
                    manuscript=found, **form.cleaned_data, by=_me(request), at=timezone.now()
                )
            except Refused as refusal:
                form.add_error(None, refusal.sentence)
                status = HTTPStatus.CONFLICT
            else:
                status = HTTPStatus.OK
                path = reverse("draft-join", args=[secret])
                context |= {"invitation": invitation, "link": settings.SITE_ORIGIN + path}
    context["co_authors"] = found.co_authors.select_related("person").order_by("at")
    return render(request, "proposals/invite.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, secret: str) -> HttpResponse:
    """Answer an invitation to write together."""
    found = actions.invitation_of(secret, timezone.now())
    if found is None:
        return render(request, "proposals/join.html", status=HTTPStatus.NOT_FOUND)
    return _answer(request, found)


@require_POST
def answer(request: HttpRequest, invitation: str) -> HttpResponse:
    """Answer an invitation that names you."""
    open_ = CoAuthorInvitation.objects.open(timezone.now()).select_related("manuscript", "by")
    return _answer(request, get_object_or_404(open_, pk=invitation, person=_me(request)))


@require_POST
def leave(request: HttpRequest, pk: str) -> HttpResponse:
    """Stop writing with others, or put one's own draft away."""
    found, me, at = _mine(request, pk), _me(request), timezone.now()
    try:
        if found.author_id == me.pk:
            actions.discard_manuscript(manuscript=found, by=me, at=at)
        else:
            actions.leave_manuscript(manuscript=found, by=me, at=at)
    except Refused as refusal:
        messages.error(request, str(refusal))
        words, editor = _as_saved(kinds.get(found.kind), found)
        status = HTTPStatus.CONFLICT
        return _draft_page(request, found, kinds.get(found.kind), words, editor, status)
    return redirect("draft-list")


def written(request: HttpRequest) -> dict[str, str]:
    """What stands in the fields of a form, by their names. No text has a NUL in it."""
    sent = request.POST.dict().items()
    fields = {name.replace("\x00", ""): text.replace("\x00", "") for name, text in sent}
    return {name: text for name, text in fields.items() if name not in _NOT_WRITTEN}


def _answer(request: HttpRequest, found: CoAuthorInvitation) -> HttpResponse:
    if request.method != "POST":
        return render(request, "proposals/join.html", {"invitation": found})
    accept = "accept" in request.POST
    try:
        manuscript = actions.answer_invitation(
            invitation=found, accept=accept, by=_me(request), at=timezone.now()
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
        context = {"invitation": found}
        return render(request, "proposals/join.html", context, status=HTTPStatus.CONFLICT)
    return redirect(manuscript) if accept else redirect("draft-list")


def _save(request: HttpRequest, found: Manuscript) -> actions.Saved | Refused:
    seen = request.POST.get("seen", "")
    number = int(seen) if seen.isdecimal() and len(seen) < 9 else 0
    if "over" in request.POST:
        number = found.number
    try:
        return actions.save_manuscript(
            manuscript=found,
            data=written(request),
            seen=number,
            by=_me(request),
            at=timezone.now(),
        )
    except Refused as refusal:
        return refusal


def _as_saved(kind: Kind, found: Manuscript) -> tuple[WordsForm, Editor]:
    return WordsForm(kind=kind, initial=found.data), _unjudged(kind.editor(found.data))


def _as_sent(request: HttpRequest, kind: Kind) -> tuple[WordsForm, Editor]:
    editor = _unjudged(kind.editor(request.POST))
    return WordsForm(kind=kind, initial=request.POST.dict()), editor


def _unjudged(editor: Editor) -> Editor:
    """Of what is not finished nobody is told what is missing."""
    if isinstance(editor, forms.BaseForm):
        editor.errors.clear()
    return editor


def _draft_page(
    request: HttpRequest,
    found: Manuscript,
    kind: Kind,
    words: WordsForm,
    editor: Editor,
    status: HTTPStatus = HTTPStatus.OK,
    **more: Any,
) -> HttpResponse:
    context = {
        "manuscript": found,
        "proposal": found.proposal,
        "kind": kind,
        "words": words,
        "editor": editor,
        "may": permissions.can_propose(_me(request), at=timezone.now()),
        "is_author": found.author_id == _me(request).pk,
        "co_authors": found.co_authors.select_related("person").order_by("at"),
        **more,
    }
    return render(request, "proposals/draft.html", context, status=status)


def _mine(request: HttpRequest, pk: str) -> Manuscript:
    """A draft of one's own: others, signed in or not, do not find it."""
    shown = Manuscript.objects.select_related("author", "saved_by", "proposal__wording")
    found = get_object_or_404(shown, pk=pk)
    if not permissions.can_write(found, _me(request)):
        raise Http404
    return found


def _proposal_named(pk: str) -> Proposal:
    try:
        return Proposal.objects.to_show().get(pk=pk)
    except (Proposal.DoesNotExist, ValueError, forms.ValidationError):
        raise Http404 from None


def _wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


def _me(request: HttpRequest) -> Person:
    return cast(Person, request.user)
