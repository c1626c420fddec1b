"""What dues bring to the desk: cases, refunds and endings to decide, what was not applied."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from funding.dues import case_kinds, refund_stages
from funding.dues.models import Case, Ending, InboxObject, Refund
from funding.dues.steward_permissions import can_import, can_see_cases
from members.desk import Item, Place, Source
from members.models import Person


def for_stewards(person: Person, at: datetime) -> Iterable[Item]:
    """Nothing that concerns the steward; nothing that they proposed and another has to decide."""
    if not can_see_cases(person, at=at):
        return
    for case in Case.objects.seen_by(person).open():
        yield Item(
            key=f"case:{case.pk}",
            what=f"{case.title}: {case.seen}",
            url=reverse("case", args=[case.pk]),
            since=case.opened_at,
        )
    refunds = Refund.objects.filter(state=refund_stages.PROPOSED).exclude(proposed_by=person)
    for refund in refunds.exclude(payment__person=person):
        yield Item(
            key=f"refund:{refund.pk}",
            what=_("Approve that %(amount)s is returned, or turn it down")
            % {"amount": refund.amount.format()},
            url=reverse("refunds"),
            since=refund.proposed_at,
        )
    endings = Ending.objects.filter(state=Ending.PROPOSED).exclude(proposed_by=person)
    for pk, since in endings.exclude(person=person).values_list("pk", "proposed_at"):
        yield Item(
            key=f"ending:{pk}",
            what=_("Say whether a membership ends"),
            url=reverse("ending", args=[pk]),
            since=since,
        )
    yield from _dead_letters()


def _dead_letters() -> Iterable[Item]:
    """What was given up and has no case, seen or unseen: usually a case stands for it."""
    cases = Case.objects.filter(kind=case_kinds.DEAD_LETTER, closed_at=None)
    dead = InboxObject.objects.dead().exclude(stripe_id__in=cases.values("stripe_id"))
    for stripe_id, kind, since in dead.values_list("stripe_id", "kind", "given_up_at"):
        if since is not None:
            yield Item(
                key=f"dead-letter:{stripe_id}"[:120],
                what=_("See what of Stripe could not be applied: a %(kind)s") % {"kind": kind},
                url=reverse("dead-letters"),
                since=since,
            )


def places(person: Person, at: datetime) -> Iterable[Place]:
    if can_see_cases(person, at=at):
        about = _("what a program saw about payments, refunds, and memberships that end")
        yield Place(_("Cases"), about, reverse("cases"))
    if can_import(person, at=at):
        about = _("its statements, and what explains each line")
        yield Place(_("Bank"), about, reverse("statements"))


SOURCE = Source(
    "dues",
    {
        "case": gettext_lazy("case"),
        "refund": gettext_lazy("refund"),
        "ending": gettext_lazy("end of a membership"),
        "dead-letter": gettext_lazy("not applied"),
    },
    for_stewards,
)
