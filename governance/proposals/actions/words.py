"""Proposing, changing the words, standing behind them, and taking either back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from governance.proposals import kinds, rates, stages
from governance.proposals.actions import moves
from governance.proposals.actions.limits import check_rate
from governance.proposals.actions.texts import compose, index, next_number
from governance.proposals.models import (
    Amendment,
    Echo,
    Event,
    Manuscript,
    Proposal,
    Step,
    Support,
    Wording,
)
from governance.proposals.permissions import (
    check_can_change,
    check_can_echo,
    check_can_propose,
    check_can_support,
    check_can_withdraw,
)
from kernel.refusal import Refused
from members.actions import queue_mail
from members.models import Person, Program, subject_of

# Who moves a proposal on when the last sponsor it needed has come.
_RULE = Program("rule:proposals")


@transaction.atomic
def propose(
    *,
    kind: str,
    title: str = "",
    summary: str,
    problem: str,
    content: Any,
    by: Person,
    at: datetime,
) -> Proposal:
    """Put an idea before the members. ``content`` is what the kind's ``write`` takes.

    For a term that is a ``governance.terms.rulebook.DraftContent``, for a resolution its text; None
    where the idea begins with a sentence and the problem behind it, and its text follows. ``title``
    may be left empty where the content has its own, as a term does; ``summary`` is one sentence,
    ``problem`` the problem behind it (Markdown). Raises ``Refused``: "not-in-standing",
    "unknown-kind", "no-rule", "too-many", "text-missing", "words-missing", and what the kind
    refuses.
    """
    check_can_propose(by, at=at)
    the_kind = kinds.get(kind)
    adopted = moves.rule_in_force(kind, at)
    opened = Proposal.objects.filter(author=by, opened_at__gt=at - rates.longest("idea"))
    check_rate("idea", opened.values_list("opened_at", flat=True), at=at)
    if content is None and not the_kind.begins_as_sentence:
        raise Refused("text-missing", _("This kind of proposal begins with its whole text."))
    words = _write(the_kind, content, proposal=None, by=by, at=at)
    title = title or _own_title(the_kind, content)
    wording = compose(
        title=title, summary=summary, problem=problem, words=words, number=1, by=by, at=at
    )
    proposal = Proposal.objects.create(
        kind=kind,
        author=by,
        stage=stages.IDEA,
        wording_id=wording.pk,
        draft=words.revision.draft if words.revision else None,
        sponsors_needed=moves.signatures_at_opening(adopted, at),
        opened_at=at,
        since=at,
        # The date on which it lapses is told when it begins, and stays.
        ends_at=at + adopted.rule.idea_lapses_after,
    )
    wording.proposal = proposal
    wording.save(force_insert=True)
    proposal.wording = wording
    index(proposal, wording)
    Step.objects.create(proposal=proposal, stage=stages.IDEA, at=at)
    Event.record("proposal.idea", subject=subject_of(proposal), by=by, at=at)
    return proposal


@transaction.atomic
def revise(
    *,
    proposal: Proposal,
    title: str = "",
    summary: str,
    problem: str,
    content: Any,
    by: Person,
    at: datetime,
) -> Wording:
    """Change the words, while they may change. Those who stood behind the old ones are asked again.

    ``content`` None leaves an idea that has no text yet without one. Raises ``Refused``:
    "not-the-author", "not-in-standing", "text-frozen", "text-unchanged", "text-missing",
    "words-missing", and what the kind refuses.
    """
    check_can_change(proposal, by, at=at)
    held = moves.hold(proposal)
    kind = kinds.get(held.kind)
    if content is None and held.wording.says_what:
        raise Refused("text-missing", _("This proposal has a text: it can change, and not go."))
    if held.stage not in stages.TEXT_OPEN:
        raise _text_frozen()
    words = _write(kind, content, proposal=held, by=by, at=at)
    title = title or _own_title(kind, content)
    new = put(held, title=title, summary=summary, problem=problem, words=words, by=by, at=at)
    # What stands in its draft has been published by that, in whatever way it was sent.
    Manuscript.objects.filter(proposal=held).update(published_number=F("number"))
    return new


def put(
    held: Proposal,
    *,
    title: str,
    summary: str,
    problem: str,
    words: kinds.Words,
    by: Person,
    at: datetime,
    credit: Amendment | None = None,
) -> Wording:
    """Make these the words of a proposal that is held and open to change; tell who is concerned.

    ``credit`` is the amendment they come from. Raises ``Refused``: "text-frozen", "words-missing",
    "text-unchanged".
    """
    if held.stage not in stages.TEXT_OPEN:
        raise _text_frozen()
    old = held.wording
    wording = compose(
        title=title,
        summary=summary,
        problem=problem,
        words=words,
        number=next_number(held),
        by=by,
        at=at,
        credit=credit,
    )
    if wording.sha256 == old.sha256:
        raise Refused("text-unchanged", _("This is the text as it already stands."))
    wording.proposal = held
    wording.save(force_insert=True)
    changes: dict[str, Any] = {"wording": wording}
    if held.draft_id is None and words.revision:
        changes["draft"] = words.revision.draft
    Proposal.objects.filter(pk=held.pk).update(**changes)
    index(held, wording)
    Event.record("proposal.revised", subject=subject_of(held), by=by, at=at, number=wording.number)
    # Whoever was asked after an earlier change and has not answered is not asked again.
    for support in held.supports.filter(text_sha256=old.sha256).select_related("person"):
        _ask_to_confirm(support.person, wording, at=at)
    return wording


@transaction.atomic
def echo(*, proposal: Proposal, by: Person, at: datetime) -> Echo:
    """Say "I have this too": the problem, whatever will be done about it. Counted, one each.

    Raises ``Refused``: "own-proposal", "not-in-standing", "past-idea", "idea-hidden",
    "already-echoed".
    """
    check_can_echo(proposal, by, at=at)
    held = moves.hold(proposal)
    if held.stage != stages.IDEA:
        raise Refused(
            "past-idea", _("This is more than an idea by now. Tell what you think of it below.")
        )
    check_not_hidden(held)
    try:
        with transaction.atomic():
            echoed = Echo.objects.create(proposal=held, person=by, at=at)
    except IntegrityError:
        raise Refused("already-echoed", _("You have said so already.")) from None
    Event.record("proposal.echoed", subject=subject_of(held), by=by, at=at)
    return echoed


@transaction.atomic
def withdraw_echo(*, proposal: Proposal, by: Person, at: datetime) -> None:
    """Take back that one has the problem too. Raises ``Refused`` ("not-echoed")."""
    deleted, _by_model = Echo.objects.filter(proposal=proposal, person=by).delete()
    if not deleted:
        raise Refused("not-echoed", _("You have not said that you have this problem."))
    Event.record("proposal.echo-withdrawn", subject=subject_of(proposal), by=by, at=at)


@transaction.atomic
def support(*, proposal: Proposal, text_sha256: str, by: Person, at: datetime) -> Support:
    """Put ``by``'s name behind exactly this text, or confirm it after a change.

    With the last sponsor that its rule asks for, discussion begins. Raises ``Refused``:
    "own-proposal", "not-in-standing", "too-new-to-sponsor", "text-frozen", "idea-hidden",
    "no-text-yet" for an idea that is a sentence so far, "text-changed" for a hash that is not the
    present text's, "already-supported".
    """
    held = moves.hold(proposal)
    check_can_support(held, by, at=at)
    if held.stage not in stages.TEXT_OPEN:
        raise _text_frozen()
    check_not_hidden(held)
    if not held.wording.says_what:
        raise Refused(
            "no-text-yet",
            _("There is no text to stand behind yet. You can say that you have this problem too."),
        )
    if text_sha256 != held.wording.sha256:
        raise Refused(
            "text-changed",
            _("The text has changed since you opened this page. Please read it again."),
        )
    mine = Support.objects.filter(proposal=held, person=by)
    if not mine.exclude(text_sha256=text_sha256).update(text_sha256=text_sha256, at=at):
        try:
            with transaction.atomic():
                Support.objects.create(proposal=held, person=by, text_sha256=text_sha256, at=at)
        except IntegrityError:
            raise Refused("already-supported", _("You already stand behind this text.")) from None
    Event.record("proposal.supported", subject=subject_of(held), by=by, at=at)
    if held.stage == stages.IDEA:
        enough = moves.sponsors_needed(held, moves.rule_in_force(held.kind, at))
        if held.supports.confirmed(at.date()).count() >= enough:
            moves.begin_discussion(proposal=held, by=_RULE, at=at)
    return mine.get()


@transaction.atomic
def withdraw_support(*, proposal: Proposal, by: Person, at: datetime) -> None:
    """Take one's name back, while the text may change.

    Raises ``Refused``: "text-frozen", "not-supported".
    """
    held = moves.hold(proposal)
    if held.stage not in stages.TEXT_OPEN:
        raise _text_frozen()
    deleted, _by_model = Support.objects.filter(proposal=held, person=by).delete()
    if not deleted:
        raise Refused("not-supported", _("You do not stand behind this proposal."))
    Event.record("proposal.support-withdrawn", subject=subject_of(held), by=by, at=at)


@transaction.atomic
def withdraw(*, proposal: Proposal, by: Person, at: datetime) -> Proposal:
    """Take an idea back.

    Raises ``Refused``: "not-the-author", "not-yours-alone", "stage-passed".
    """
    check_can_withdraw(proposal, by)
    held = moves.hold(proposal)
    if held.stage in (stages.DISCUSSION, stages.FINAL, stages.VOTING):
        raise Refused(
            "not-yours-alone",
            _(
                "Others have put their names behind this proposal, so it is no longer yours "
                "alone to withdraw. Sponsors can withdraw their support while it is discussed."
            ),
        )
    return moves.enter(moves.hold_for("withdraw", held), "withdraw", by=by, at=at, ends_at=None)


def _own_title(kind: kinds.Kind, content: Any) -> str:
    return kind.own_title(content) if kind.own_title and content is not None else ""


def _write(
    kind: kinds.Kind, content: Any, *, proposal: Proposal | None, by: Person, at: datetime
) -> kinds.Words:
    if content is None:
        return kinds.Words()
    return kind.write(content=content, proposal=proposal, by=by, at=at)


def check_not_hidden(proposal: Proposal) -> None:
    """Raises ``Refused`` ("idea-hidden") where a steward hid the idea."""
    if proposal.hidden:
        raise Refused("idea-hidden", _("A steward hid this idea. Its page says why."))


def _ask_to_confirm(person: Person, wording: Wording, *, at: datetime) -> None:
    words = {
        "title": wording.title,
        "url": settings.SITE_ORIGIN + wording.proposal.get_absolute_url(),
    }
    queue_mail(
        person=person,
        kind="proposals",
        key=f"wording:{wording.pk}:{person.pk}",
        subject=_("A text you stand behind has changed: %(title)s") % words,
        body=_(
            "The author changed “%(title)s”, which you sponsor. Your name counts for the text you "
            "read, so please read the new one and confirm it if you still stand behind it:\n"
            "%(url)s\n"
        )
        % words,
        at=at,
    )


def _text_frozen() -> Refused:
    return Refused(
        "text-frozen",
        _("The text of this proposal is settled: neither it nor its sponsors change any more."),
    )
