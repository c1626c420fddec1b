"""Following a proposal, noting who is mentioned, and telling of votes."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from governance.proposals import stages
from governance.proposals.mentions import mentioned
from governance.proposals.models import Comment, Event, Follow, Mention, Proposal, VoteNews
from kernel import sweeps
from kernel.refusal import Refused
from members.actions import queue_mail
from members.models import Author, Person, PersonQuerySet, subject_of

# The kinds of mail about what one follows.
MENTIONS = "mentions"
VOTE_OPENED = "vote-opened"
VOTE_RESULT = "vote-result"
# Mails queued in one transaction.
AT_ONCE = 200


@transaction.atomic
def follow(*, proposal: Proposal, by: Person, at: datetime) -> None:
    """Be told of a proposal. Raises ``Refused`` ("already-following")."""
    if Follow.objects.proposals_of(by).filter(pk=proposal.pk).exists():
        raise Refused("already-following", _("You follow this proposal."))
    _choose(proposal, by, True, at)


@transaction.atomic
def unfollow(*, proposal: Proposal, by: Person, at: datetime) -> None:
    """Be told of it no more, whatever one does there. Raises ``Refused`` ("not-following")."""
    if not Follow.objects.proposals_of(by).filter(pk=proposal.pk).exists():
        raise Refused("not-following", _("You do not follow this proposal."))
    _choose(proposal, by, False, at)


def _choose(proposal: Proposal, by: Person, on: bool, at: datetime) -> None:
    Follow.objects.update_or_create(proposal=proposal, person=by, defaults={"on": on, "at": at})


def note_mentions(*, comment: Comment, by: Person, at: datetime) -> int:
    """Tell those in the talk whom a comment names with "@"; in the caller's transaction. How many.

    Whoever was told of this comment before is not told again. Of two people with one name both are.
    """
    if "@" not in comment.body:
        return 0
    there = Follow.objects.taking_part(comment.proposal).exclude(pk=by.pk).exclude(display_name="")
    people = list(there)
    names = mentioned(comment.body, [person.display_name for person in people])
    told = 0
    for person in people:
        if person.display_name not in names:
            continue
        try:
            with transaction.atomic():
                Mention.objects.create(comment=comment, person=person, at=at)
        except IntegrityError:
            continue
        told += 1
        with translation.override(person.locale):
            _mail_mention(comment, person, by, at)
    return told


def _mail_mention(comment: Comment, person: Person, by: Person, at: datetime) -> None:
    words = {
        "name": by,
        "title": comment.proposal.wording.title,
        "url": f"{settings.SITE_ORIGIN}{comment.get_absolute_url()}",
    }
    queue_mail(
        person=person,
        kind=MENTIONS,
        key=f"{MENTIONS}:{comment.pk}:{person.pk}",
        subject=_("%(name)s mentions you: %(title)s") % words,
        body=_("%(name)s mentions you in the talk about “%(title)s”:\n%(url)s\n") % words,
        at=at,
    )


@transaction.atomic
def announce(*, proposal: Proposal, what: str, at: datetime) -> bool:
    """Note that the vote on ``proposal`` is to be told of; whether nobody had noted it yet."""
    _news, made = VoteNews.objects.get_or_create(
        poll=proposal.poll, what=what, defaults={"proposal": proposal, "at": at}
    )
    return made


@transaction.atomic
def tell_of_vote(*, news: VoteNews, by: Author, at: datetime) -> int:
    """Queue the next mails of a claimed piece of news: how many. The last batch settles it.

    Raises ``ClaimLost``.
    """
    kind = VOTE_OPENED if news.what == VoteNews.What.OPENED else VOTE_RESULT
    after = _to_tell(news, kind)
    if news.told_to is not None:
        after = after.filter(pk__gt=news.told_to)
    people = list(after.order_by("pk")[:AT_ONCE])
    mail = _mail_opened if news.what == VoteNews.What.OPENED else _mail_result
    for person in people:
        with translation.override(person.locale):
            mail(news, person, at)
    over = len(people) < AT_ONCE
    sweeps.settle(
        news,
        attempts=0,
        told_to=people[-1].pk if people else news.told_to,
        told_at=at if over else None,
    )
    if over:
        subject = subject_of(news.proposal)
        Event.record(f"vote.told-{news.what}", subject=subject, by=by, at=at)
    return len(people)


def _to_tell(news: VoteNews, kind: str) -> PersonQuerySet:
    """Who is told: of a vote that opened those on its roll, of a result those who follow it."""
    wanting: PersonQuerySet = Person.objects.wanting(kind).filter(is_active=True)
    if news.what == VoteNews.What.OPENED:
        return wanting.filter(pk__in=news.poll.roll.values("person"))
    # Its author is told of that in any case.
    followers = Follow.objects.followers_of(news.proposal)
    return wanting.filter(pk__in=followers.values("pk")).exclude(pk=news.proposal.author_id)


def _mail_opened(news: VoteNews, person: Person, at: datetime) -> None:
    words = {
        "title": news.poll.title,
        "until": date_format(news.poll.closes_at, "j F Y, H:i"),
        "url": f"{settings.SITE_ORIGIN}{reverse('poll', args=[news.poll_id])}",
    }
    queue_mail(
        person=person,
        kind=VOTE_OPENED,
        key=f"{VOTE_OPENED}:{news.poll_id}:{person.pk}",
        subject=_("You can vote: %(title)s") % words,
        body=_("The vote on “%(title)s” is open until %(until)s UTC.\n\nVote here:\n%(url)s\n")
        % words,
        at=at,
    )


def _mail_result(news: VoteNews, person: Person, at: datetime) -> None:
    outcomes = {
        stages.ADOPTED: _("The members adopted it."),
        stages.REJECTED: _("The members did not adopt it."),
        stages.NO_QUORUM: _("Too few members voted for a decision."),
    }
    words = {
        "title": news.proposal.wording.title,
        "outcome": outcomes[news.proposal.stage],
        "url": f"{settings.SITE_ORIGIN}{news.proposal.get_absolute_url()}",
    }
    queue_mail(
        person=person,
        kind=VOTE_RESULT,
        key=f"{VOTE_RESULT}:{news.poll_id}:{person.pk}",
        subject=_("The vote is over: %(title)s") % words,
        body=_(
            "The vote on “%(title)s” has closed. %(outcome)s\n\n"
            "The numbers, and what happens now:\n%(url)s\n"
        )
        % words,
        at=at,
    )
