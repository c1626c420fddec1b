"""Elections: members nominate each other while it is discussed, and fill seats by Scottish STV."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from governance.proposals.actions.elections import close_nominations
from governance.proposals.actions.offices import cut_terms, seat_elected
from governance.proposals.elections import candidates_needed
from governance.proposals.kind_forms import ElectionContent, ElectionEditor
from governance.proposals.kind_serializers import ElectionInput
from governance.proposals.kinds import Consequence, Kind, PollPlan, Words, register
from governance.proposals.models import Proposal
from governance.voting.rule import STV, Option
from kernel.refusal import Refused
from members.models import Author, Person, RoleGrant

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def _election(name: str, role: str, label: StrOrPromise, title: StrOrPromise) -> Kind:
    """The kind that fills the seats of one role."""

    def write(
        *, content: ElectionContent, proposal: Proposal | None, by: Person, at: datetime
    ) -> Words:
        return Words(content={"role": role, "seats": content.seats, "termDays": content.term_days})

    def own_title(content: ElectionContent) -> str:
        return str(title)

    def subjects(*, proposal: Proposal) -> Sequence[str]:
        return [f"office:{role}"]

    def effect(*, proposal: Proposal, adoption: dict[str, Any], by: Author, at: datetime) -> None:
        seat_elected(
            proposal=proposal,
            role=role,
            winners=adoption["result"]["winners"],
            term=timedelta(days=proposal.wording.content["termDays"]),
            poll=adoption["poll"],
            by=by,
            at=at,
        )

    return register(
        Kind(
            name=name,
            label=label,
            promise=gettext_lazy(
                "While it is discussed members nominate each other, or stand themselves. Then all "
                "rank them, and whoever is elected takes office at once."
            ),
            editor=ElectionEditor,
            editor_template="proposals/kinds/_fields_editor.html",
            text_template="proposals/kinds/_election_text.html",
            serializer=ElectionInput,
            content_help="{seats, termDays}",
            write=write,
            check=_check,
            subjects=subjects,
            freeze=_freeze,
            effect=effect,
            own_title=own_title,
            poll=_poll,
            method=STV,
            concerned=_candidates,
            consequences=_consequences,
            undo=_undo,
            if_it_lapses=gettext_lazy(
                "Whoever was elected becomes a caretaker at once, and stays until the next "
                "election seats somebody."
            ),
            elects=role,
        )
    )


def _check(*, proposal: Proposal) -> None:
    missing = candidates_needed(proposal.wording.content["seats"]) - (
        proposal.nominations.standing().count()
    )
    if missing > 0:
        raise Refused(
            "too-few-candidates",
            ngettext(
                "%(missing)d more member has to stand before there can be an election.",
                "%(missing)d more members have to stand before there can be an election.",
                missing,
            )
            % {"missing": missing},
        )


def _freeze(*, proposal: Proposal, by: Author, at: datetime) -> None:
    close_nominations(proposal=proposal, by=by, at=at)
    _check(proposal=proposal)


def _poll(*, proposal: Proposal) -> PollPlan:
    """Nobody's name is in it: an option is a person by a salted hash."""
    return PollPlan(
        method=STV,
        options=[
            Option(candidate.option, "", candidate.sha256)
            for candidate in proposal.nominations.standing()
        ],
        seats=proposal.wording.content["seats"],
    )


def _candidates(*, proposal: Proposal) -> Iterable[Person]:
    standing = proposal.nominations.standing().select_related("nominee")
    return [candidate.nominee for candidate in standing]


def _consequences(*, proposal: Proposal) -> Sequence[Consequence]:
    seats = proposal.seats.select_related("grant__person").order_by("grant__starts_on", "pk")
    return [
        Consequence(
            sentence=_("%(name)s took office as %(role)s.")
            % {"name": seat.grant.person, "role": seat.grant.get_role_display()},
            at=proposal.since,
            url=reverse("offices"),
            record_hash=seat.record_hash,
        )
        for seat in seats
    ]


def _undo(*, proposal: Proposal, adoption: dict[str, Any], by: Author, at: datetime) -> None:
    cut_terms(proposal=proposal, poll=adoption["poll"], by=by, at=at)


ELECT_STEWARDS = _election(
    "elect_stewards",
    RoleGrant.Role.STEWARD,
    gettext_lazy("Elect stewards"),
    gettext_lazy("Election of stewards"),
)
ELECT_SCRUTINEERS = _election(
    "elect_scrutineers",
    RoleGrant.Role.SCRUTINEER,
    gettext_lazy("Elect scrutineers"),
    gettext_lazy("Election of scrutineers"),
)
ELECT_TREASURERS = _election(
    "elect_treasurers",
    RoleGrant.Role.TREASURER,
    gettext_lazy("Elect treasurers"),
    gettext_lazy("Election of treasurers"),
)
