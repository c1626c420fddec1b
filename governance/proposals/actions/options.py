"""What becomes of amendments when discussion ends: options of the vote, or nothing."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from governance.proposals import amendment_stages as states
from governance.proposals import kinds
from governance.proposals.models import Amendment, Event, Proposal
from governance.voting.rule import Option
from kernel.refusal import Refused
from members.models import Author, subject_of

logger = logging.getLogger(__name__)
# A ballot of more texts than this is nobody's choice any more: those with most sponsors stand.
MOST = 8


def settle_amendments(*, proposal: Proposal, by: Author, at: datetime) -> list[Amendment]:
    """Freeze the amendments with enough sponsors as options of the vote, and close all others.

    As many sponsors are enough as the proposal needed itself. ``proposal`` is held.
    """
    undecided = (
        proposal.amendments.undecided()
        .by_sponsors(at.date())
        .select_related("wording__revision__draft")
    )
    needed = amendment_sponsors_needed(proposal)
    options: list[Amendment] = []
    for amendment in undecided:
        chosen = (
            amendment.sponsors >= needed
            and amendment.wording.sha256 != proposal.wording.sha256
            and len(options) < MOST
            and _frozen(proposal, amendment, by, at)
        )
        state = states.OPTION if chosen else states.CLOSED
        Amendment.objects.filter(pk=amendment.pk).update(state=state, settled_at=at)
        Event.record(f"amendment.{state}", subject=subject_of(amendment), by=by, at=at)
        if chosen:
            options.append(amendment)
    return options


def amendment_sponsors_needed(proposal: Proposal) -> int:
    """How many sponsors bring an amendment to the vote: as many as its proposal needed."""
    return proposal.rule.sponsors if proposal.rule else 1


def competing_options(proposal: Proposal) -> list[Option]:
    """The amendments that stand on the ballot beside the proposal's own text, in their order."""
    return [
        Option(
            option_id(amendment),
            _("Amendment %(number)d: %(reason)s")
            % {"number": amendment.number, "reason": amendment.reason},
            amendment.wording.sha256,
        )
        for amendment in Amendment.objects.filter(proposal=proposal).options()
    ]


def amendment_of_option(proposal: Proposal, option: str) -> Amendment | None:
    """The amendment that stands on the ballot under this id; None for any other option."""
    options = Amendment.objects.filter(proposal=proposal).options()
    found = (amendment for amendment in options if option_id(amendment) == option)
    return next(found, None)


def option_id(amendment: Amendment) -> str:
    """What a ballot calls it."""
    return f"amendment-{amendment.number}"


def _frozen(proposal: Proposal, amendment: Amendment, by: Author, at: datetime) -> bool:
    """Freeze what the kind keeps of the amended text; False where it cannot be voted on."""
    amended = as_amended(proposal, amendment)
    kind = kinds.get(proposal.kind)
    try:
        with transaction.atomic():
            kind.check(proposal=amended)
            kind.freeze(proposal=amended, by=by, at=at)
    except Refused as refusal:
        logger.info("amendment %s cannot be voted on: %s", amendment.pk, refusal.code)
        return False
    return True


def as_amended(proposal: Proposal, amendment: Amendment) -> Proposal:
    """``proposal`` as it would be with the words of ``amendment``: not to be saved."""
    amended = Proposal.objects.select_related("author", "rule", "poll").get(pk=proposal.pk)
    amended.wording = amendment.wording
    if amendment.wording.revision is not None:
        amended.draft = amendment.wording.revision.draft
    return amended
