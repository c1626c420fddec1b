"""The pages of texts: every text of a proposal, what changed between two, and amendments."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from governance.proposals import actions, amendment_stages, kinds, permissions, stages
from governance.proposals.forms import AmendmentForm, CommentForm, LeaveForm, SupportForm
from governance.proposals.merging import merge
from governance.proposals.models import Amendment, AmendmentState, Proposal, Wording
from governance.proposals.talk_page import looker, talk
from governance.proposals.text_changes import between
from governance.terms.models import Revision
from kernel.refusal import Refused
from members.models import Person

PER_PAGE = 20
NAMES_SHOWN = 60


@login_not_required
@require_safe
def texts(request: HttpRequest, pk: str) -> HttpResponse:
    """Every text there was, who wrote it, and what changed between two of them."""
    found = _proposal(pk)
    wordings = found.wordings.select_related("by", "credit__author", "amendment").order_by(
        "-number"
    )
    page = Paginator(wordings, PER_PAGE).get_page(request.GET.get("page"))
    one, other = request.GET.get("from", ""), request.GET.get("to", "")
    context: dict[str, Any] = {"proposal": found, "page": page}
    if one or other:
        old, new = _numbered(found, one), _numbered(found, other)
        context |= {"old": old, "new": new, "asked": True}
        if old and new:
            context["changes"] = between(old, new)
    return render(request, "proposals/texts.html", context)


@login_not_required
@require_safe
def amendment_list(request: HttpRequest, pk: str) -> HttpResponse:
    """All amendments to a proposal: those that wait first, each with what it would change."""
    found = _proposal(pk)
    sponsored = found.amendments.by_sponsors(timezone.now().date())
    amendments = sponsored.with_talk().select_related("author")
    state = request.GET.get("state", "")
    asked = state if state in amendment_stages.STATES else ""
    if asked:
        amendments = amendments.filter(state=asked)
    counted = found.amendments.order_by().values_list("state").annotate(count=Count("pk"))
    counts: dict[str, int] = dict(counted)
    context = {
        "asked": asked,
        "states": [
            (name, label, counts[name]) for name, label in AmendmentState.choices if name in counts
        ],
        "proposal": found,
        "page": Paginator(amendments, PER_PAGE).get_page(request.GET.get("page")),
        "needed": actions.amendment_sponsors_needed(found),
        "may_amend": _may_amend(request, found),
    }
    return render(request, "proposals/amendments.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def amend(request: HttpRequest, pk: str) -> HttpResponse:
    """Change the text in an editor, say why, and propose that as an amendment."""
    found = _proposal(pk)
    kind = kinds.get(found.kind)
    data = request.POST if request.method == "POST" else None
    replaced = _replaced(request, found)
    base = _on_the_present_text(found, replaced) if replaced else found.wording
    form = AmendmentForm(
        data,
        initial={
            "base": found.wording.number,
            "reason": replaced.reason if replaced else "",
        },
    )
    editor = kind.editor(data, wording=base)
    status = HTTPStatus.OK
    if data is not None and not editor.rearranged:
        first, second = form.is_valid(), editor.is_valid()
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if first and second:
            try:
                made = actions.amend(
                    proposal=found,
                    content=editor.content(),
                    **form.cleaned_data,
                    replaces=replaced,
                    by=_me(request),
                    at=timezone.now(),
                )
            except Refused as refusal:
                form.add_error(None, refusal.sentence)
                status = HTTPStatus.CONFLICT
            else:
                messages.success(request, _("Your amendment stands beside the text."))
                return redirect(made)
    elif editor.rearranged and data is not None:
        form = AmendmentForm(initial=data.dict())
    context = {
        "proposal": found,
        "kind": kind,
        "form": form,
        "editor": editor,
        "replaced": replaced,
        "possible": kind.amendable and found.stage == stages.DISCUSSION,
    }
    return render(request, "proposals/amend.html", context, status=status)


@login_not_required
@require_safe
def amendment(request: HttpRequest, pk: str, number: int) -> HttpResponse:
    """One amendment: what it changes, why, who stands behind it, and what the author says."""
    return amendment_page(request, _amendment(pk, number))


@require_POST
def support_amendment(request: HttpRequest, pk: str, number: int) -> HttpResponse:
    """Stand behind an amendment, or take one's name back."""
    found = _amendment(pk, number)
    about: dict[str, Any] = {"amendment": found, "by": _me(request), "at": timezone.now()}
    form = SupportForm(request.POST)
    try:
        if "back" in request.POST:
            actions.withdraw_amendment_support(**about)
        elif form.is_valid():
            actions.support_amendment(**form.cleaned_data, **about)
        else:
            return amendment_page(request, found, HTTPStatus.UNPROCESSABLE_ENTITY, refused=form)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return amendment_page(request, found, HTTPStatus.CONFLICT)
    return redirect(found)


@require_POST
def decide_amendment(request: HttpRequest, pk: str, number: int) -> HttpResponse:
    """Accept an amendment or leave it to the vote, as the author; take one's own back."""
    found = _amendment(pk, number)
    about: dict[str, Any] = {"amendment": found, "by": _me(request), "at": timezone.now()}
    accepted, leaving = SupportForm(request.POST), LeaveForm(request.POST)
    form = accepted if "accept" in request.POST else leaving
    if not form.is_valid():
        return amendment_page(request, found, HTTPStatus.UNPROCESSABLE_ENTITY, leave_form=form)
    try:
        if "accept" in request.POST:
            actions.accept_amendment(**accepted.cleaned_data, **about)
            messages.success(request, _("It is the text now. We asked the sponsors to confirm."))
            return redirect(found.proposal)
        if "withdraw" in request.POST:
            actions.withdraw_amendment(**about)
        else:
            actions.leave_to_the_vote(**leaving.cleaned_data, **about)
    except Refused as refusal:
        messages.error(request, str(refusal))
        kept = {"leave_form": leaving} if form is leaving else {}
        return amendment_page(request, found, HTTPStatus.CONFLICT, **kept)
    return redirect(found)


def amendment_page(
    request: HttpRequest, asked: Amendment, status: HTTPStatus = HTTPStatus.OK, **forms: Any
) -> HttpResponse:
    """The page of an amendment; ``forms`` are those that were refused, as they were filled in."""
    at = timezone.now()
    found = _amendment(str(asked.proposal_id), asked.number)
    me = _me(request) if request.user.is_authenticated else None
    proposal = found.proposal
    undecided = found.state in amendment_stages.UNDECIDED and proposal.stage == stages.DISCUSSION
    supports = found.supports.select_related("person").order_by("at", "pk")
    mine = me is not None and supports.filter(person=me).exists()
    who = looker(proposal, me, at, amendment=found)
    context: dict[str, Any] = {
        "proposal": proposal,
        "kind": kinds.get(proposal.kind),
        "amendment": found,
        "changes": between(found.base, found.wording),
        "outdated": undecided and found.base_id != proposal.wording_id,
        "supports": supports[:NAMES_SHOWN],
        "needed": actions.amendment_sponsors_needed(proposal),
        "undecided": undecided,
        "mine": mine,
        "is_mine": me is not None and found.author_id == me.pk,
        "decides": me is not None and undecided and permissions.can_change(proposal, me, at=at),
        "leave_form": LeaveForm(),
        "comment_form": CommentForm(initial={"amendment": found.number}),
        **talk(request, found.proposal, who, amendment=found),
    }
    if me is not None and undecided and not mine and not context["is_mine"]:
        try:
            permissions.check_can_support_amendment(found, me, at=at)
        except Refused as refusal:
            context["why_not_support"] = refusal.sentence
        else:
            context["can_support"] = True
    return render(request, "proposals/amendment.html", {**context, **forms}, status=status)


def _may_amend(request: HttpRequest, found: Proposal) -> bool:
    if not request.user.is_authenticated or found.stage != stages.DISCUSSION:
        return False
    me = _me(request)
    return (
        kinds.get(found.kind).amendable
        and permissions.can_comment(me, at=timezone.now())
        and not permissions.writes(found, me)
    )


def _replaced(request: HttpRequest, found: Proposal) -> Amendment | None:
    """The amendment of one's own that ``?replaces=`` names, where it can still be replaced."""
    number = request.GET.get("replaces", "")
    if not number.isdecimal() or len(number) > 6:
        return None
    mine = found.amendments.undecided().filter(author=_me(request), number=number)
    return mine.select_related("wording__revision", "base__revision").first()


def _on_the_present_text(found: Proposal, replaced: Amendment) -> Wording:
    """What an amendment changed, in the text as it stands now: not kept, for its author to read."""
    old, mine = replaced.base.as_json()["content"], replaced.wording.as_json()["content"]
    content = merge(old, mine, found.wording.as_json()["content"])
    if replaced.wording.revision is None:
        return Wording(content=content)
    return Wording(revision=Revision(**content))


def _numbered(found: Proposal, number: str) -> Wording | None:
    if not number.isdecimal() or len(number) > 6:
        return None
    return found.wordings.select_related("revision", "by").filter(number=number).first()


def _amendment(pk: str, number: int) -> Amendment:
    if number > 1_000_000:
        number = 0
    found = Amendment.objects.with_sponsors(timezone.now().date()).select_related(
        "proposal__wording__revision",
        "proposal__author",
        "proposal__rule",
        "proposal__hidden_idea",
        "author",
        "wording__revision",
        "base__revision",
    )
    return get_object_or_404(found, proposal=pk, number=number)


def _proposal(pk: str) -> Proposal:
    shown = Proposal.objects.shown().to_show().select_related("wording__revision")
    return get_object_or_404(shown, pk=pk)


def _me(request: HttpRequest) -> Person:
    return cast(Person, request.user)
