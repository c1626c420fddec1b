"""What awards and payments bring to the desk, from the agreement to the bank's statement."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Exists, Max, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from funding.grants import award_stages, milestone_stages, payee_details, payment_stages
from funding.grants.models import (
    Acceptance,
    Amendment,
    Application,
    Approval,
    Award,
    GrantPayment,
    GrantPaymentQuerySet,
    Milestone,
    PayeeAccount,
    Reversal,
    Termination,
)
from members.desk import Item, Source
from members.models import Person, RoleGrant

# How long a payment may be at the bank before somebody looks where it is.
AT_THE_BANK = timedelta(days=5)
_TITLE = "application__version__title"


def of_awards(person: Person, at: datetime) -> Iterable[Item]:
    """What ``person`` can do now about awards and payments; nothing of what concerns them."""
    day = at.date()
    held = set(RoleGrant.objects.on(day).filter(person=person).values_list("role", flat=True))
    if not held:
        return
    decides = set(Application.objects.all().decided_by(person, day).values_list("pk", flat=True))
    if decides:
        yield from _agreements(decides)
        yield from _milestones(decides, day)
        yield from _second_people(person, decides)
        yield from _to_approve(person, decides)
    if held & {RoleGrant.Role.STEWARD, RoleGrant.Role.TREASURER}:
        conflicting = Application.objects.all().conflicting(person)
        kept_from = set(conflicting.values_list("pk", flat=True))
        yield from _to_prepare(kept_from, at)
        yield from _to_send(person, kept_from)
        yield from _at_the_bank(kept_from, at)


def _agreements(decides: set[UUID]) -> Iterable[Item]:
    """Agreements to write, and those that Customer Commons has not accepted yet."""
    waiting = (
        Award.objects.filter(stage__in=[award_stages.COMMITTED, award_stages.OFFERED])
        .not_accepted_by(Acceptance.Side.COMMONS)
        .values("pk", "application", "stage", _TITLE, "committed_at", "written_at")
    )
    for row in waiting:
        if row["application"] not in decides:
            continue
        about = {"title": row[_TITLE]}
        url = reverse("grant-agreement", args=[row["pk"]])
        if row["stage"] == award_stages.COMMITTED:
            what = _("Write the agreement with “%(title)s”") % about
            yield Item(f"agreement:{row['pk']}", what, url, row["committed_at"])
        else:
            what = _("Accept the agreement with “%(title)s” for us") % about
            yield Item(f"acceptance:{row['pk']}", what, url, row["written_at"])


def _milestones(decides: set[UUID], day: date) -> Iterable[Item]:
    """What was shown and has to be looked at, and what should have been shown by now."""
    agreed = Milestone.objects.filter(award__stage=award_stages.AGREED)
    fields = ("pk", "award__application", f"award__{_TITLE}", "title", "due_on")
    shown = agreed.filter(stage=milestone_stages.SUBMITTED)
    for row in shown.annotate(shown_at=Max("evidence__at")).values(*fields, "shown_at"):
        if row["award__application"] in decides:
            yield Item(
                key=f"evidence:{row['pk']}",
                what=_("Look at what “%(title)s” shows for “%(part)s”") % _named(row),
                url=reverse("grant-milestone", args=[row["pk"]]),
                since=row["shown_at"],
            )
    late = agreed.filter(stage__in=milestone_stages.OPEN, due_on__lt=day)
    for row in late.values(*fields):
        if row["award__application"] in decides:
            due = datetime.combine(row["due_on"] + timedelta(days=1), time.min, UTC)
            yield Item(
                key=f"milestone-late:{row['pk']}",
                what=_("“%(title)s” is late with “%(part)s”") % _named(row),
                url=reverse("grant-milestone", args=[row["pk"]]),
                since=due,
                due=due,
            )


def _second_people(person: Person, decides: set[UUID]) -> Iterable[Item]:
    """What takes two people, and the other has done their part or nobody has."""
    inside = f"milestone__award__{_TITLE}"
    asked = Amendment.objects.filter(
        decided_at=None,
        milestone__stage__in=milestone_stages.AMENDABLE,
        milestone__award__stage=award_stages.AGREED,
    ).exclude(first_by=person)
    for row in asked.values("pk", "milestone", "milestone__award__application", inside, "asked_at"):
        if row["milestone__award__application"] in decides:
            yield Item(
                key=f"amendment:{row['pk']}",
                what=_("Say whether a milestone of “%(title)s” is changed")
                % {"title": row[inside]},
                url=reverse("grant-milestone", args=[row["milestone"]]),
                since=row["asked_at"],
            )
    ends = Termination.objects.filter(withdrawn_at=None, confirmed_at=None).exclude(
        proposed_by=person
    )
    for row in ends.values("pk", "award", "award__application", f"award__{_TITLE}", "proposed_at"):
        if row["award__application"] in decides:
            yield Item(
                key=f"termination:{row['award']}",
                what=_("Say whether the award of “%(title)s” is ended")
                % {"title": row[f"award__{_TITLE}"]},
                url=reverse("grant-award-end", args=[row["award"]]),
                since=row["proposed_at"],
            )
    inside = f"payment__milestone__award__{_TITLE}"
    application = "payment__milestone__award__application"
    back = Reversal.objects.filter(confirmed_at=None).exclude(proposed_by=person)
    for row in back.values("pk", application, inside, "proposed_at"):
        if row[application] in decides:
            yield Item(
                key=f"reversal:{row['pk']}",
                what=_("Say whether a payment to “%(title)s” came back") % {"title": row[inside]},
                url=reverse("grant-payment-reversal", args=[row["pk"]]),
                since=row["proposed_at"],
            )


def _to_approve(person: Person, decides: set[UUID]) -> Iterable[Item]:
    """Payments that somebody else prepared and that they have not approved."""
    waiting = GrantPayment.objects.filter(stage=payment_stages.REQUESTED)
    for payment in _unapproved_by(person, waiting.exclude(prepared_by=person)).to_show():
        if payment.milestone.award.application_id in decides:
            yield _payment(payment, "approve", _("Approve %(amount)s for “%(title)s”"))


def _to_send(person: Person, kept_from: set[UUID]) -> Iterable[Item]:
    """Payments that two people approved, neither of them ``person``."""
    approved = GrantPayment.objects.filter(stage=payment_stages.APPROVED)
    for payment in _unapproved_by(person, approved).to_show():
        if payment.milestone.award.application_id not in kept_from:
            yield _payment(payment, "send", _("Send %(amount)s to “%(title)s”"))


def _to_prepare(kept_from: set[UUID], at: datetime) -> Iterable[Item]:
    """Milestones that are reached, where the account can be paid to."""
    account = PayeeAccount.objects.current().filter(
        person=OuterRef("award__application__applicant"),
        confirmed_at__lte=at - payee_details.COOLING_OFF,
    )
    reached = (
        Milestone.objects.filter(
            Exists(account),
            stage=milestone_stages.ACCEPTED,
            minor__gt=0,
            award__stage=award_stages.AGREED,
        )
        .exclude(payments__stage__in=payment_stages.LIVE)
        .select_related("award__application__version")
        .prefetch_related("verdicts")
    )
    for milestone in reached:
        said = [verdict.at for verdict in milestone.verdicts.all()]
        if milestone.award.application_id not in kept_from:
            yield Item(
                key=f"prepare:{milestone.pk}",
                what=_("Prepare the payment of %(amount)s to “%(title)s”")
                % {"amount": milestone.amount.format(), "title": milestone.award.title},
                url=reverse("grant-payment-new", args=[milestone.pk]),
                since=max(said, default=milestone.award.agreed_at or at),
            )


def _at_the_bank(kept_from: set[UUID], at: datetime) -> Iterable[Item]:
    """Payments that were sent some days ago and that no statement shows."""
    sent = GrantPayment.objects.filter(
        stage=payment_stages.SENT, sent_at__lte=at - AT_THE_BANK
    ).to_show()
    for payment in sent:
        if payment.milestone.award.application_id not in kept_from and payment.sent_at:
            yield Item(
                key=f"at-the-bank:{payment.pk}",
                what=_("No statement shows the %(amount)s to “%(title)s”")
                % {"amount": payment.amount.format(), "title": payment.milestone.award.title},
                url=payment.get_absolute_url(),
                since=payment.sent_at,
                due=payment.sent_at + AT_THE_BANK,
            )


def _unapproved_by(person: Person, payments: GrantPaymentQuerySet) -> GrantPaymentQuerySet:
    mine = Approval.objects.filter(
        payment=OuterRef("pk"), fingerprint=OuterRef("fingerprint"), by=person
    )
    return payments.filter(~Exists(mine))


def _payment(payment: GrantPayment, kind: str, words: str) -> Item:
    about = {"amount": payment.amount.format(), "title": payment.milestone.award.title}
    return Item(
        f"{kind}:{payment.pk}", words % about, payment.get_absolute_url(), payment.prepared_at
    )


def _named(row: dict[str, str]) -> dict[str, str]:
    return {"title": row[f"award__{_TITLE}"], "part": row["title"]}


SOURCE = Source(
    "awards",
    {
        "agreement": gettext_lazy("agreement to write"),
        "acceptance": gettext_lazy("agreement to accept"),
        "evidence": gettext_lazy("evidence to review"),
        "milestone-late": gettext_lazy("overdue milestone"),
        "amendment": gettext_lazy("milestone to change"),
        "termination": gettext_lazy("award to end"),
        "prepare": gettext_lazy("payment to prepare"),
        "approve": gettext_lazy("payment to approve"),
        "send": gettext_lazy("payment to send"),
        "at-the-bank": gettext_lazy("overdue at the bank"),
        "reversal": gettext_lazy("payment that came back"),
    },
    of_awards,
)
