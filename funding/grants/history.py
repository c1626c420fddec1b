"""Everything that happened to one application, in the order in which it happened.

Made for one reader: what the panel says is there for whom it is open, what other reviewers wrote
once one's own review is in, and payments for those in office.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from funding.grants.models import (
    Application,
    Award,
    Correction,
    Event,
    GrantPayment,
    Milestone,
    Review,
)
from members.desk_reads import holds_office
from members.models import Person, subject_of


@dataclass(frozen=True, slots=True)
class Happening:
    """One line: when, what, by whom (empty for a program), the words, and where to read on."""

    at: datetime
    what: str
    who: str = ""
    words: str = ""
    url: str = ""


# What tells somebody who is still to review that others have done so already.
_OF_REVIEWS = ("application.reviewed", "application.discussed")
# What stands in the history with its words, and need not stand there twice.
_TOLD_WITH_WORDS = (
    *_OF_REVIEWS,
    "application.submit",
    *("application.ask-more", "application.find-eligible", "application.find-ineligible"),
    *("application.shortlist", "application.decline", "application.corrected"),
    *("application.uphold-correction", "application.correction-refused"),
)


def history(application: Application, person: Person, at: datetime) -> list[Happening]:
    """What happened to ``application``, which is open to ``person``, the latest first."""
    reviews = list(
        Review.objects.shown_to(person, application, at.date()).select_related("reviewer")
    )
    award = Award.objects.filter(application=application).first()
    milestones = list(award.milestones.in_order()) if award else []
    payments = (
        list(GrantPayment.objects.filter(milestone__in=milestones).select_related("milestone"))
        if holds_office(person, at)
        else []
    )
    found = [
        *_versions(application),
        *_findings(application),
        *_correction(application),
        *_said(application, reviews),
        *_events(application, award, milestones, payments),
    ]
    # Of two at the same time, what is written down later happened later.
    return sorted(found, key=lambda happening: happening.at)[::-1]


def _versions(application: Application) -> Iterator[Happening]:
    for version in application.versions.order_by("number"):
        words = f"{version.title}: {version.summary}" if version.title else ""
        what = _("Version %(number)d was sent") % {"number": version.number}
        yield Happening(version.sent_at, what, words=words)


def _findings(application: Application) -> Iterator[Happening]:
    for finding in application.findings.select_related("by").order_by("at", "pk"):
        what = str(finding.get_name_display()).capitalize()
        yield Happening(finding.at, what, str(finding.by), finding.reasons)


def _correction(application: Application) -> Iterator[Happening]:
    correction = (
        Correction.objects.filter(application=application).select_related("answered_by").first()
    )
    if correction is None:
        return
    yield Happening(correction.at, _("The applicant corrected a fact"), words=correction.text)
    if correction.answered_at:
        what = _("The correction was upheld") if correction.upheld else _("It was not upheld")
        yield Happening(
            correction.answered_at, what, str(correction.answered_by), correction.answer
        )


def _said(application: Application, reviews: list[Review]) -> Iterator[Happening]:
    for review in reviews:
        scores = ", ".join(
            f"{criterion.title}: {review.scores[criterion.name]}"
            for criterion in application.round.rubric
            if criterion.name in review.scores
        )
        words = f"{scores}\n{review.comment}"
        yield Happening(review.at, _("Reviewed"), str(review.reviewer), words)
    if reviews:
        for remark in application.remarks.select_related("by").order_by("at", "pk"):
            yield Happening(remark.at, _("Said to the others"), str(remark.by), remark.text)


def _events(
    application: Application,
    award: Award | None,
    milestones: list[Milestone],
    payments: list[GrantPayment],
) -> Iterator[Happening]:
    """What was done, from the events: never a name, never what somebody wrote."""
    parts = {subject_of(milestone): milestone.title for milestone in milestones}
    money = {subject_of(payment): payment for payment in payments}
    subjects = [subject_of(application), *parts, *money]
    if award:
        subjects.append(subject_of(award))
    events = Event.objects.filter(subject__in=subjects).exclude(
        Q(verb__in=_TOLD_WITH_WORDS) | Q(verb="interest.declared")
    )
    told = words_of_verbs()
    for event in events.select_related("by").order_by("at", "pk"):
        what = told.get(event.verb, event.verb)
        if event.subject in parts:
            what = f"{what}: {parts[event.subject]}"
        url = ""
        if event.subject in money:
            payment = money[event.subject]
            what = f"{what}: {payment.amount.format()}, {payment.milestone.title}"
            url = payment.get_absolute_url()
        yield Happening(event.at, what, str(event.by) if event.by else "", url=url)


def words_of_verbs() -> dict[str, str]:
    """What each event says in the history. A test holds it to the moves that there are."""
    return {
        "application.begun": _("Begun"),
        "application.team-named": _("The team was named"),
        "application.file-added": _("A file was added"),
        "application.file-removed": _("A file was removed"),
        "application.begin-screening": _("The call ended; screening began"),
        "application.answer": _("What was missing came"),
        "application.told-late": _("The applicant was told that we are late"),
        "application.asked-members": _("The applicant asked members in public"),
        "application.sponsored-by": _("A member stands behind putting it on the ballot"),
        "application.sponsor": _("Enough members put it on the shortlist"),
        "application.put-to-vote": _("It went on the ballot"),
        "application.vote-again": _("The vote was cancelled; it is on the shortlist again"),
        "application.confirmed": _("What members decided was confirmed by one"),
        "application.award": _("Members chose it"),
        "application.reserve": _("It is next in line"),
        "application.promote": _("Money came free for it"),
        "application.end-line": _("The round has no money left for it"),
        "application.not-choose": _("Members did not choose it"),
        "application.withdraw": _("Taken back by its applicant"),
        "award.committed": _("The money was set aside"),
        "award.offer": _("A text of the agreement was offered"),
        "agreement.accepted": _("One side accepted the agreement"),
        "award.agree": _("Both had accepted the agreement"),
        "award.decline": _("The award was not taken"),
        "award.close": _("The award is finished"),
        "award.terminate": _("The award was ended early"),
        "award.gave-back": _("Money was given back"),
        "termination.proposed": _("Somebody proposed to end the award"),
        "termination.withdrawn": _("The award goes on after all"),
        "evidence.shown": _("Something was shown"),
        "milestone.submit": _("The project says that it is reached"),
        "milestone.send-back": _("Sent back: something is missing"),
        "milestone.accept": _("Accepted as reached"),
        "milestone.pay": _("Paid"),
        "milestone.unpay": _("The payment was undone"),
        "milestone.drop": _("Dropped"),
        "milestone.reminded": _("The project was reminded"),
        "amendment.asked": _("The project asked for a change"),
        "amendment.supported": _("One person agreed to the change"),
        "amendment.decided": _("The change was decided"),
        "payment.prepared": _("A payment was prepared"),
        "payment.approved": _("A payment was approved by one"),
        "payment.change": _("A payment was prepared anew"),
        "payment.void": _("Approvals were voided: another account was named"),
        "payment.cancel": _("A payment was cancelled"),
        "payment.send": _("A payment was given to the bank"),
        "payment.pay": _("A statement of the bank shows a payment, and the books say so"),
        "payment.fail": _("The bank did not take a payment"),
        "payment.reversal-proposed": _("Somebody said that a payment came back"),
        "payment.reversal-withdrawn": _("It was taken back, or turned down"),
        "payment.reversed": _("A payment was undone"),
    }
