"""What the pages say to a person: where an application stands, and what is asked of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from funding.grants import application_stages as stages
from funding.grants import round_stages
from funding.grants.models import Application, Round


@dataclass(frozen=True, slots=True)
class Step:
    """One thing somebody can do: what it is called, where, and whether it is the next thing."""

    label: str
    url: str
    first: bool = False


def stands(application: Application) -> str:
    """Where an application stands and what comes next, in one or two sentences to its applicant."""
    hear_by = moment(application.round.hear_by)
    sentences = {
        stages.DRAFT: _("You have not sent it. The call closes on {closes}.").format(
            closes=moment(application.round.closes_at)
        ),
        stages.SUBMITTED: _(
            "We have it. Until {closes} you can change it and send it again. You hear by {hear_by}."
        ).format(closes=moment(application.round.closes_at), hear_by=hear_by),
        stages.SCREENING: _(
            "The call is over, and we check whether the round is open to your project. You hear "
            "by {hear_by} whether it goes to the vote."
        ).format(hear_by=hear_by),
        stages.ASKED_MORE: _("Something is missing. Please answer by {until}.").format(
            until=moment(application.asked_until)
        ),
        stages.INELIGIBLE: _("This round is not open to your project. Nobody else is told."),
        stages.IN_REVIEW: _("Reviewers are reading it. You hear by {hear_by}.").format(
            hear_by=hear_by
        ),
        stages.DECLINED: _(
            "It was not put on the shortlist. Members can read about it, and enough of them can "
            "put it on the ballot."
        )
        if application.named_at
        else _("It was not put on the shortlist. Nobody else is told, and it is not named."),
        stages.SHORTLISTED: _("It is on the shortlist and goes to the members' vote."),
        stages.BALLOTED: _("It is on the ballot."),
        stages.AWARDED: _("Members chose it."),
        stages.RESERVE: _("It is next in line, should money of this round come free."),
        stages.NOT_CHOSEN: _("Members did not choose it this time."),
        stages.WITHDRAWN: _("You took it back."),
    }
    return sentences[application.stage]


def steps(application: Application, now: datetime) -> list[Step]:
    """What its applicant can do now, what comes next first."""
    round, found = application.round, list[Step]()

    def step(label: str, name: str, *, first: bool = False) -> None:
        found.append(Step(label, reverse(name, args=[application.pk]), first))

    writing = application.stage == stages.ASKED_MORE or (
        application.stage in stages.EDITABLE and round.takes_applications(now)
    )
    if writing:
        step(_("Go on writing"), "grant-write", first=True)
        step(_("Check it and send it"), "grant-preview")
        step(_("Who works on it, and whom you know"), "grant-team")
        if not round.is_small:
            step(_("Files"), "grant-files")
        step(_("Fill it from a funding.json"), "grant-import")
    heard = application.stage in stages.sources_of("uphold_correction")
    if heard and round.stage == round_stages.REVIEWING and not hasattr(application, "correction"):
        step(_("Correct a fact"), "grant-correct")
    if application.stage in stages.sources_of("withdraw"):
        step(_("Take it back"), "grant-withdraw")
    return found


def comes_next(round: Round) -> str:
    """Where a round stands and what comes next, to everybody."""
    sentences = {
        round_stages.ANNOUNCED: _(
            "Members adopted this round. It takes applications from {opens}."
        ),
        round_stages.OPEN: _("Applications are taken until {closes}."),
        round_stages.REVIEWING: _(
            "Applications are being read. Each applicant hears by {hear_by} whether their project "
            "goes to the members' vote."
        ),
        round_stages.VOTING: _("Members are choosing which projects get money."),
        round_stages.DECIDING: _(
            "The vote is counted. For each project two people without a conflict confirm what it "
            "decided."
        ),
        round_stages.DECIDED: _("This round is decided."),
    }
    return sentences[round.stage].format(
        opens=moment(round.opens_at),
        closes=moment(round.closes_at),
        hear_by=moment(round.hear_by),
    )


def moment(at: datetime | None) -> str:
    """A moment as a sentence says it."""
    return _("{at} UTC").format(at=date_format(at, "j F Y, H:i")) if at else ""
