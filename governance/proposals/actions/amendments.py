"""Putting another text beside a proposal's own, standing behind it, and what the author says."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from governance.proposals import amendment_stages as states
from governance.proposals import kinds, rates, stages
from governance.proposals.actions import moves, words
from governance.proposals.actions.limits import check_rate
from governance.proposals.actions.texts import compose, next_number
from governance.proposals.models import Amendment, AmendmentSupport, Event, Proposal, Wording
from governance.proposals.permissions import (
    check_can_change,
    check_can_comment,
    check_can_support_amendment,
    writes,
)
from governance.terms.tidy_text import says_something, tidy_line
from kernel.refusal import Refused
from members.actions import queue_mail
from members.models import Person, subject_of


@transaction.atomic
def amend(
    *,
    proposal: Proposal,
    content: Any,
    reason: str,
    base: int,
    replaces: Amendment | None = None,
    by: Person,
    at: datetime,
) -> Amendment:
    """Propose another text, ``content`` as the kind's ``write`` takes it, and why in one sentence.

    ``base`` is the number of the text it was written over. ``replaces`` is an amendment of one's
    own that this takes the place of; whoever stood behind that is asked again. Raises ``Refused``:
    "not-in-standing", "own-proposal", "not-in-discussion", "not-amendable", "too-many",
    "reason-missing", "nothing-amended", "no-such-text", "not-yours", "amendment-settled", and what
    the kind refuses.
    """
    check_can_comment(by, at=at)
    held = moves.hold(proposal)
    if writes(held, by):
        raise Refused("own-proposal", _("This is your proposal: change its text itself."))
    if held.stage != stages.DISCUSSION:
        raise Refused(
            "not-in-discussion", _("A text can be amended while it is discussed, and not now.")
        )
    kind = kinds.get(held.kind)
    if not kind.amendable:
        raise Refused("not-amendable", _("This kind of proposal has no text to amend."))
    made = Amendment.objects.filter(author=by, at__gt=at - rates.longest("amendment"))
    check_rate("amendment", made.values_list("at", flat=True), at=at)
    if not says_something(reason):
        raise Refused("reason-missing", _("Please say in one sentence why."))
    over = held.wordings.filter(number=base).first()
    if over is None:
        raise Refused("no-such-text", _("There is no such text of this proposal."))
    if replaces is not None:
        _put_aside(replaces, by, at)
    wording = _amended(held, kind, content, by, at)
    latest = held.amendments.aggregate(latest=Max("number"))["latest"]
    amendment = Amendment.objects.create(
        proposal=held,
        number=int(latest or 0) + 1,
        author=by,
        base=over,
        wording=wording,
        reason=tidy_line(reason),
        at=at,
        replaces=replaces,
    )
    Event.record("amendment.proposed", subject=subject_of(amendment), by=by, at=at)
    if replaces is not None:
        for support in replaces.supports.select_related("person"):
            _ask_again(support.person, amendment, at)
    return amendment


@transaction.atomic
def support_amendment(
    *, amendment: Amendment, text_sha256: str, by: Person, at: datetime
) -> AmendmentSupport:
    """Stand behind an amendment's text. With enough sponsors it comes to the vote.

    Raises ``Refused``: "own-amendment", "not-in-standing", "too-new-to-sponsor",
    "amendment-settled", "text-changed", "already-supported".
    """
    held = _hold(amendment)
    check_can_support_amendment(held, by, at=at)
    _check_undecided(held)
    if text_sha256 != held.wording.sha256:
        raise Refused("text-changed", _("This is not the amendment's text. Please read it again."))
    try:
        with transaction.atomic():
            support = AmendmentSupport.objects.create(amendment=held, person=by, at=at)
    except IntegrityError:
        raise Refused("already-supported", _("You already stand behind this text.")) from None
    Event.record("amendment.supported", subject=subject_of(held), by=by, at=at)
    return support


@transaction.atomic
def withdraw_amendment_support(*, amendment: Amendment, by: Person, at: datetime) -> None:
    """Take one's name back. Raises ``Refused``: "amendment-settled", "not-supported"."""
    held = _hold(amendment)
    _check_undecided(held)
    deleted, _by_model = AmendmentSupport.objects.filter(amendment=held, person=by).delete()
    if not deleted:
        raise Refused("not-supported", _("You do not stand behind this amendment."))
    Event.record("amendment.support-withdrawn", subject=subject_of(held), by=by, at=at)


@transaction.atomic
def accept_amendment(
    *, amendment: Amendment, text_sha256: str, by: Person, at: datetime
) -> Wording:
    """Make an amendment's words the proposal's, with credit; its sponsors are asked to confirm.

    ``text_sha256`` is of the amendment's text. An amendment written over an older text cannot be
    accepted: it would take back what changed since. Raises ``Refused``: "not-the-author",
    "not-in-standing", "amendment-settled", "amendment-outdated", "text-changed", "text-frozen", and
    what the kind refuses.
    """
    held = _hold(amendment)
    check_can_change(held.proposal, by, at=at)
    proposal = moves.hold(held.proposal)
    _check_undecided(held)
    if text_sha256 != held.wording.sha256:
        raise Refused("text-changed", _("This is not the amendment's text. Please read it again."))
    if held.base_id != proposal.wording_id:
        raise Refused(
            "amendment-outdated",
            _(
                "The text has changed since this amendment was written, and accepting it would "
                "take that back. Ask its author to put it on the new text."
            ),
        )
    kind = kinds.get(proposal.kind)
    taken = words.put(
        proposal,
        title=held.wording.title,
        summary=proposal.wording.summary,
        problem=proposal.wording.problem,
        words=kind.write(content=content_of(kind, held.wording), proposal=proposal, by=by, at=at),
        by=by,
        at=at,
        credit=held,
    )
    _settle(held, states.ACCEPTED, by, at)
    _tell(
        held,
        _("Your amendment is part of the text: %(title)s"),
        _(
            "The author of “%(title)s” took your amendment into the text, and the history of the "
            "text names you:\n%(url)s\n"
        ),
        at,
    )
    return taken


@transaction.atomic
def leave_to_the_vote(
    *, amendment: Amendment, answer: str = "", by: Person, at: datetime
) -> Amendment:
    """Say that one does not take an amendment into the text: with enough sponsors members choose.

    Raises ``Refused``: "not-the-author", "not-in-standing", "amendment-settled".
    """
    held = _hold(amendment)
    check_can_change(held.proposal, by, at=at)
    if held.state != states.OPEN:
        raise _settled()
    held.answer = tidy_line(answer)
    _settle(held, states.LEFT, by, at)
    _tell(
        held,
        _("Your amendment is left to the vote: %(title)s"),
        _(
            "The author of “%(title)s” leaves your amendment to the vote. With as many sponsors as "
            "the proposal needed it stands on the ballot beside the author's text:\n%(url)s\n"
        ),
        at,
    )
    return held


@transaction.atomic
def withdraw_amendment(*, amendment: Amendment, by: Person, at: datetime) -> Amendment:
    """Take one's own amendment back. Raises ``Refused``: "not-yours", "amendment-settled"."""
    held = _hold(amendment)
    _put_aside(held, by, at)
    return held


def content_of(kind: kinds.Kind, wording: Wording) -> Any:
    """What the kind's ``write`` takes to write ``wording`` again."""
    if wording.revision is not None:
        return wording.revision.content
    reading = kind.serializer(data=wording.content)
    reading.is_valid(raise_exception=True)
    return reading.content()  # type: ignore[attr-defined] # what a kind's serializer has


def _amended(held: Proposal, kind: kinds.Kind, content: Any, by: Person, at: datetime) -> Wording:
    """The whole text as the amendment would have it, a wording of its own."""
    written = kind.write(content=content, proposal=None, by=by, at=at)
    title = kind.own_title(content) if kind.own_title else held.wording.title
    wording = compose(
        title=title,
        summary=held.wording.summary,
        problem=held.wording.problem,
        words=written,
        number=next_number(held),
        by=by,
        at=at,
    )
    if wording.sha256 == held.wording.sha256:
        raise Refused("nothing-amended", _("This is the text as it stands: nothing is changed."))
    wording.proposal = held
    wording.save(force_insert=True)
    return wording


def _hold(amendment: Amendment) -> Amendment:
    return (
        Amendment.objects.select_for_update(of=("self",))
        .select_related("proposal__rule", "proposal__wording", "wording__revision", "author")
        .get(pk=amendment.pk)
    )


def _put_aside(amendment: Amendment, by: Person, at: datetime) -> None:
    if amendment.author_id != by.pk:
        raise Refused("not-yours", _("Only whoever proposed an amendment can take it back."))
    _settle(amendment, states.WITHDRAWN, by, at)


def _settle(amendment: Amendment, state: str, by: Person, at: datetime) -> None:
    found = Amendment.objects.filter(pk=amendment.pk, state__in=states.sources(state))
    open_ = found.filter(proposal__stage=stages.DISCUSSION)
    if not open_.update(state=state, settled_at=at, answer=amendment.answer):
        raise _settled()
    amendment.state, amendment.settled_at = state, at
    Event.record(f"amendment.{state}", subject=subject_of(amendment), by=by, at=at)


def _check_undecided(amendment: Amendment) -> None:
    undecided = amendment.state in states.UNDECIDED
    if not undecided or amendment.proposal.stage != stages.DISCUSSION:
        raise _settled()


def _settled() -> Refused:
    return Refused("amendment-settled", _("It is settled what becomes of this amendment."))


def _tell(amendment: Amendment, subject: str, body: str, at: datetime) -> None:
    about = _about(amendment)
    queue_mail(
        person=amendment.author,
        kind="proposals",
        key=f"amendment:{amendment.pk}:{amendment.state}",
        subject=subject % about,
        body=body % about,
        at=at,
    )


def _ask_again(person: Person, amendment: Amendment, at: datetime) -> None:
    about = _about(amendment)
    queue_mail(
        person=person,
        kind="proposals",
        key=f"amendment:{amendment.pk}:{person.pk}",
        subject=_("An amendment you stand behind has a new text: %(title)s") % about,
        body=_(
            "Another text took the place of an amendment to “%(title)s” that you sponsor. Your "
            "name counts for the text you read, so please read the new one and sponsor it if you "
            "still agree:\n%(url)s\n"
        )
        % about,
        at=at,
    )


def _about(amendment: Amendment) -> dict[str, str]:
    return {
        "title": amendment.proposal.wording.title,
        "url": settings.SITE_ORIGIN + amendment.get_absolute_url(),
    }
