"""The kind of proposal that this app brings: change what membership costs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from funding.dues import actions, plans
from funding.dues.forms import AmountsEditor
from funding.dues.plans import ScaleSpec
from funding.dues.serializers import AmountsContent
from governance.proposals.kinds import Kind, Words, register
from governance.proposals.models import Proposal
from kernel.refusal import Refused
from members.models import Author, Person


def _write(*, content: ScaleSpec, proposal: Proposal | None, by: Person, at: datetime) -> Words:
    _check_changes_something(content)
    return Words(content=content.as_content())


def _check(*, proposal: Proposal) -> None:
    """Whether it would still change anything: others may have been adopted since."""
    _check_changes_something(plans.read(proposal.wording.content))


def _check_changes_something(scale: ScaleSpec) -> None:
    if scale == actions.scale_in_force():
        raise Refused(
            "amounts-stand", _("These are the amounts there are now. Propose other ones.")
        )


def _subjects(*, proposal: Proposal) -> Sequence[str]:
    return ["dues:amounts"]


def _nothing(**about: Any) -> None:
    """The text is all there is to freeze."""


def _adopt(*, proposal: Proposal, adoption: dict[str, Any], by: Author, at: datetime) -> None:
    """New plans are on offer from now on; their prices at Stripe are made by a sweep."""
    actions.adopt_amounts(
        scale=plans.read(proposal.wording.content), basis=proposal.public_url, by=by, at=at
    )


DUES_AMOUNTS = register(
    Kind(
        name="dues_amounts",
        label=gettext_lazy("Change the dues"),
        promise=gettext_lazy(
            "If members adopt it, these amounts are what membership costs for whoever joins or "
            "chooses anew. Who pays something else keeps paying that until they choose."
        ),
        editor=AmountsEditor,
        editor_template="dues/kinds/_amounts_editor.html",
        text_template="dues/kinds/_amounts_text.html",
        serializer=AmountsContent,
        write=_write,
        check=_check,
        subjects=_subjects,
        freeze=_nothing,
        effect=_adopt,
    )
)
