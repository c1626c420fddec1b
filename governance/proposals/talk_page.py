"""What a page shows of the talk about a proposal: a page of threads, and reasons side by side."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, Q, Window
from django.db.models.functions import RowNumber
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from governance.proposals import permissions, stages
from governance.proposals.models import (
    Amendment,
    CoAuthor,
    Comment,
    CommentQuerySet,
    Proposal,
)
from members.models import Person

THREADS_PER_PAGE = 20
REPLIES_PER_PAGE = 50
# Of each thread, the first answers stand on the proposal's page; the thread's own has them all.
FIRST_REPLIES = 3
FIRST_REASONS = 3
_MOST_HELPFUL = ("-agree", "at", "pk")
ORDERS = {
    "newest": (_("Newest"), ("-at", "-pk")),
    "supported": (_("Most supported"), ("-agree", "-at", "-pk")),
    "oldest": (_("Oldest"), ("at", "pk")),
}
SHOWN = {
    "all": _("Everything"),
    "for": _("Reasons for it"),
    "against": _("Reasons against it"),
    "question": _("Questions"),
}


@dataclass(frozen=True, slots=True)
class Thread:
    """A comment and the first answers to it."""

    comment: Comment
    replies: list[Comment] = field(default_factory=list)

    @property
    def more(self) -> int:
        """How many answers are not shown here."""
        return int(getattr(self.comment, "reply_count", 0)) - len(self.replies)


@dataclass(frozen=True, slots=True)
class Looker:
    """Whoever looks at the talk: what they may do there, and who wrote what it is about."""

    person: Person | None
    authors: frozenset[UUID]
    may_comment: bool
    may_moderate: bool
    open: bool


def looker(
    found: Proposal, person: Person | None, at: datetime, *, amendment: Amendment | None = None
) -> Looker:
    """``person`` before the talk about ``found``, or about an ``amendment`` to it."""
    co_authors = CoAuthor.objects.filter(manuscript__proposal=found)
    open_ = found.stage in stages.COMMENTS_OPEN and not found.hidden
    return Looker(
        person=person,
        authors=frozenset(
            [found.author_id, *co_authors.values_list("person_id", flat=True)]
            if amendment is None
            else [amendment.author_id]
        ),
        may_comment=bool(person and open_ and permissions.can_comment(person, at=at)),
        may_moderate=bool(person and permissions.can_moderate(found, person, at=at)),
        open=open_,
    )


def talk(
    request: HttpRequest, found: Proposal, who: Looker, *, amendment: Amendment | None = None
) -> dict[str, Any]:
    """The talk about ``found``, or about an ``amendment`` to it, as the address asks for it.

    That is by ``?order=``, ``?show=`` and ``?page=``.
    """
    order = request.GET.get("order", "")
    order = order if order in ORDERS else "newest"
    show = request.GET.get("show", "")
    show = show if show in SHOWN else "all"
    all_roots = Comment.objects.about(found, amendment).roots()
    roots = all_roots.to_show(who.person).with_replies()
    if show != "all":
        roots = roots.filter(stance=show)
    page = Paginator(roots.order_by(*ORDERS[order][1]), THREADS_PER_PAGE).get_page(
        request.GET.get("page")
    )
    reasons = _reasons(all_roots, who) if show == "all" and page.number == 1 else None
    return {
        "threads": _with_first_replies(page, who),
        "comments": page,
        "order": order,
        "orders": [(name, label) for name, (label, _columns) in ORDERS.items()],
        "show": show,
        "shown": list(SHOWN.items()),
        "reasons": reasons,
        "who": who,
    }


def replies_of(thread: Comment, who: Looker) -> CommentQuerySet:
    """All answers of a thread, in the order in which they were given."""
    shown: CommentQuerySet = Comment.objects.filter(thread=thread).to_show(who.person)
    return shown.select_related("parent__author", "author", "hidden_by").order_by("at", "pk")


def _with_first_replies(page: Page[Comment], who: Looker) -> list[Thread]:
    threads = [Thread(comment) for comment in page]
    by_thread = {thread.comment.pk: thread for thread in threads}
    place = Window(RowNumber(), partition_by=F("thread"), order_by=("at", "pk"))
    first = (
        Comment.objects.filter(thread__in=list(by_thread))
        .to_show(who.person)
        .select_related("parent__author", "author", "hidden_by")
        .annotate(place=place)
        .filter(place__lte=FIRST_REPLIES)
        .order_by("at", "pk")
    )
    for reply in first:
        if reply.thread_id:
            by_thread[reply.thread_id].replies.append(reply)
    return threads


def _reasons(all_roots: CommentQuerySet, who: Looker) -> dict[str, Any] | None:
    visible = Q(hidden_at=None) | Q(restored_at__isnull=False)
    roots = all_roots.filter(visible, stance__in=["for", "against"])
    counts: dict[str, int] = dict(
        roots.order_by().values_list("stance").annotate(count=Count("pk"))
    )
    if not counts:
        return None
    return {
        stance: {"count": counts.get(stance, 0), "first": _best(roots, stance, who)}
        for stance in ("for", "against")
    }


def _best(roots: CommentQuerySet, stance: str, who: Looker) -> Iterable[Comment]:
    best = roots.filter(stance=stance).to_show(who.person)
    return list(best.order_by(*_MOST_HELPFUL)[:FIRST_REASONS])
