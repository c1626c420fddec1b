"""Writing alone or together before anybody else reads it: nothing that was written is lost."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from governance.proposals import kinds, rates, stages
from governance.proposals.actions.limits import check_rate
from governance.proposals.actions.words import propose, revise
from governance.proposals.models import (
    CoAuthor,
    CoAuthorInvitation,
    Event,
    Manuscript,
    ManuscriptSave,
    Proposal,
)
from governance.proposals.permissions import (
    can_write,
    check_can_change,
    check_can_propose,
    check_can_write,
)
from kernel.refusal import Refused
from members.models import Person, subject_of

# What one person saves within this time is one row of the history.
ONE_SITTING = timedelta(minutes=10)
INVITATION_LASTS = timedelta(days=14)
LONGEST = 400_000
MOST_CO_AUTHORS = 12


@transaction.atomic
def start_manuscript(
    *, kind: str, data: dict[str, str], proposal: Proposal | None = None, by: Person, at: datetime
) -> Manuscript:
    """Begin a draft nobody else can read, of something new or of a proposal's next text.

    A proposal has one draft; where it is there already, it is answered as it stands. Raises
    ``Refused``: "not-in-standing", "unknown-kind", "not-the-author", "text-frozen", "too-long".
    """
    if proposal is not None:
        check_can_change(proposal, by, at=at)
        if proposal.stage not in stages.TEXT_OPEN:
            raise Refused("text-frozen", _("The text of this proposal is settled."))
        kind = proposal.kind
    else:
        check_can_propose(by, at=at)
        kinds.get(kind)
    _check_length(data)
    found = Manuscript.objects.filter(proposal=proposal).first() if proposal else None
    if found is not None:
        return found
    try:
        with transaction.atomic():
            begun = Manuscript.objects.create(
                kind=kind,
                author=proposal.author if proposal else by,
                proposal=proposal,
                saved_by=by,
                saved_at=at,
            )
    except IntegrityError:
        return Manuscript.objects.get(proposal=proposal)
    Event.record("draft.begun", subject=subject_of(begun), by=by, at=at)
    save_manuscript(manuscript=begun, data=data, seen=0, by=by, at=at)
    return begun


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a save: its number, and whether it was kept aside for somebody was faster."""

    number: int
    aside: bool


@transaction.atomic
def save_manuscript(
    *, manuscript: Manuscript, data: dict[str, str], seen: int, by: Person, at: datetime
) -> Saved:
    """Save what stands in the form; ``seen`` is the save that was the latest when it was opened.

    Where somebody saved in between, or the same person in another window, this is kept aside in
    the history, and the draft stays as they left it. Raises ``Refused``: "not-yours",
    "draft-gone", "too-long".
    """
    held = Manuscript.objects.select_for_update().get(pk=manuscript.pk)
    check_can_write(held, by)
    if held.discarded_at is not None:
        raise Refused("draft-gone", _("This draft was put away. Start another."))
    _check_length(data)
    if data == held.data and held.number:
        return Saved(held.number, aside=False)
    aside = seen != held.number
    latest = held.saves.order_by("-number").first()
    number = max(held.number, latest.number if latest else 0) + 1
    row = {"number": number, "at": at, "data": data}
    if latest is not None and _same_sitting(latest, held, aside, by, at):
        ManuscriptSave.objects.filter(pk=latest.pk).update(**row)
    else:
        ManuscriptSave.objects.create(manuscript=held, by=by, began_at=at, aside=aside, **row)
    if not aside:
        _update(manuscript, data=data, number=number, saved_by=by, saved_at=at)
    return Saved(number, aside)


@transaction.atomic
def publish_manuscript(
    *,
    manuscript: Manuscript,
    title: str = "",
    summary: str,
    problem: str,
    content: Any,
    by: Person,
    at: datetime,
) -> Proposal:
    """Open the idea that a draft has become, or give its proposal this next text.

    Raises ``Refused`` as ``propose`` and ``revise``, "not-yours", "draft-gone", and "author-opens"
    to a co-author of what is not open yet.
    """
    held = Manuscript.objects.select_for_update().get(pk=manuscript.pk)
    check_can_write(held, by)
    if held.discarded_at is not None:
        raise Refused("draft-gone", _("This draft was put away. Start another."))
    words: dict[str, Any] = {
        "title": title,
        "summary": summary,
        "problem": problem,
        "content": content,
    }
    if held.proposal is None:
        if held.author_id != by.pk:
            raise Refused("author-opens", _("Whoever began the draft opens the idea."))
        proposal = propose(kind=held.kind, **words, by=by, at=at)
    else:
        proposal = held.proposal
        revise(proposal=proposal, **words, by=by, at=at)
    _update(manuscript, proposal=proposal, published_number=held.number)
    return proposal


@transaction.atomic
def discard_manuscript(*, manuscript: Manuscript, by: Person, at: datetime) -> None:
    """Put a draft away that was never published. Raises ``Refused``: "not-yours", "published"."""
    held = Manuscript.objects.select_for_update().get(pk=manuscript.pk)
    if held.author_id != by.pk:
        raise Refused("not-yours", _("Only whoever began a draft can put it away."))
    if held.proposal_id is not None:
        raise Refused("published", _("This draft has become a proposal."))
    _update(manuscript, discarded_at=at)
    Event.record("draft.discarded", subject=subject_of(held), by=by, at=at)


@transaction.atomic
def invite(
    *, manuscript: Manuscript, name: str = "", by: Person, at: datetime
) -> tuple[CoAuthorInvitation, str]:
    """Offer to write together, to whoever has the link, or to the one member of this name.

    Answers the invitation and the secret of its link, which is kept nowhere. Raises ``Refused``:
    "not-yours", "nobody-of-that-name", "several-of-that-name", "writes-already", "too-many",
    "enough-authors".
    """
    check_can_write(manuscript, by)
    invited = CoAuthorInvitation.objects.filter(by=by, at__gt=at - rates.longest("invitation"))
    check_rate("invitation", invited.values_list("at", flat=True), at=at)
    if manuscript.co_authors.count() >= MOST_CO_AUTHORS:
        raise Refused("enough-authors", _("More people than this cannot write one text."))
    person = _named(name, manuscript, at) if name.strip() else None
    secret = secrets.token_urlsafe(24)
    invitation = CoAuthorInvitation.objects.create(
        manuscript=manuscript,
        by=by,
        person=person,
        token_sha256=hashlib.sha256(secret.encode()).hexdigest(),
        at=at,
        ends_at=at + INVITATION_LASTS,
    )
    Event.record("draft.invited", subject=subject_of(manuscript), by=by, at=at)
    return invitation, secret


def invitation_of(secret: str, at: datetime) -> CoAuthorInvitation | None:
    """The open invitation that a link with this secret is, or None."""
    digest = hashlib.sha256(secret.encode(errors="replace")).hexdigest()
    found = CoAuthorInvitation.objects.open(at).filter(token_sha256=digest)
    return found.select_related("manuscript__proposal__wording", "by").first()


@transaction.atomic
def answer_invitation(
    *, invitation: CoAuthorInvitation, accept: bool, by: Person, at: datetime
) -> Manuscript:
    """Say yes or no to writing together. A link is used up by the first who answers.

    Raises ``Refused``: "not-in-standing", "invitation-over", "not-for-you", "writes-already",
    "sponsors-it".
    """
    if invitation.person_id not in (None, by.pk):
        raise Refused("not-for-you", _("This invitation is for somebody else."))
    manuscript = invitation.manuscript
    if accept:
        check_can_propose(by, at=at)
        _check_can_join(manuscript, by)
    answered = CoAuthorInvitation.objects.open(at).filter(pk=invitation.pk)
    if not answered.update(answered_at=at, answered_by=by, accepted=accept):
        raise Refused("invitation-over", _("This invitation is over, or was answered already."))
    if accept:
        try:
            with transaction.atomic():
                CoAuthor.objects.create(manuscript=manuscript, person=by, at=at)
        except IntegrityError:
            raise _writes_already() from None
        Event.record("draft.joined", subject=subject_of(manuscript), by=by, at=at)
    return manuscript


@transaction.atomic
def leave_manuscript(*, manuscript: Manuscript, by: Person, at: datetime) -> None:
    """Stop writing with others. What one wrote stays. Raises ``Refused`` ("not-yours")."""
    deleted, _by_model = CoAuthor.objects.filter(manuscript=manuscript, person=by).delete()
    if not deleted:
        raise Refused("not-yours", _("You are not a co-author of this draft."))
    Event.record("draft.left", subject=subject_of(manuscript), by=by, at=at)


def _same_sitting(
    latest: ManuscriptSave, held: Manuscript, aside: bool, by: Person, at: datetime
) -> bool:
    return (
        latest.by_id == by.pk
        and latest.aside == aside
        and at - latest.began_at < ONE_SITTING
        and latest.number > held.published_number
    )


def _update(manuscript: Manuscript, **changes: Any) -> None:
    Manuscript.objects.filter(pk=manuscript.pk).update(**changes)
    for name, value in changes.items():
        setattr(manuscript, name, value)


def _named(name: str, manuscript: Manuscript, at: datetime) -> Person:
    people = Person.objects.in_standing(at.date()).filter(display_name__iexact=name.strip())
    found: list[Person] = list(people[:2])
    if not found:
        raise Refused(
            "nobody-of-that-name",
            _("No member goes by this name. Send them the link of an invitation instead."),
        )
    if len(found) > 1:
        raise Refused(
            "several-of-that-name",
            _("Several members go by this name. Send a link to the one you mean instead."),
        )
    _check_can_join(manuscript, found[0])
    return found[0]


def _check_can_join(manuscript: Manuscript, person: Person) -> None:
    if can_write(manuscript, person):
        raise _writes_already()
    proposal = manuscript.proposal
    if proposal is not None and proposal.supports.filter(person=person).exists():
        raise Refused(
            "sponsors-it",
            _("Whoever sponsors a proposal cannot write it too. Take the support back first."),
        )


def _writes_already() -> Refused:
    return Refused("writes-already", _("They write this draft already."))


def _check_length(data: dict[str, str]) -> None:
    if len(json.dumps(data)) > LONGEST:
        raise Refused("too-long", _("That is longer than any text may be. Please shorten it."))
