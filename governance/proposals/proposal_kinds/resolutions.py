"""A plain resolution: members say something together and hold to it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.proposals.actions.moderation import check_can_be_restored, restore
from governance.proposals.forms import ResolutionEditor
from governance.proposals.kinds import Kind, ResolutionText, Words, register
from governance.proposals.models import Proposal
from governance.proposals.serializers import ResolutionContent
from governance.terms.tidy_text import says_something, tidy
from kernel.refusal import Refused
from members.models import Author, Person


def _write_resolution(
    *, content: str | ResolutionText, proposal: Proposal | None, by: Person, at: datetime
) -> Words:
    if isinstance(content, str):
        content = ResolutionText(content)
    if not says_something(content.text):
        raise Refused("words-missing", _("Please write what members would resolve."))
    words = {"text": tidy(content.text)}
    if content.restores:
        check_can_be_restored(content.restores)
        words["restores"] = content.restores
    return Words(content=words)


def _carry_out_resolution(
    *, proposal: Proposal, adoption: dict[str, Any], by: Author, at: datetime
) -> None:
    """A resolution is its text; one that shows again what a steward hid does that too."""
    restores = proposal.wording.content.get("restores")
    if restores:
        restore(what=restores, resolution=proposal, by=by, at=at)


def _nothing_to_check(*, proposal: Proposal) -> None:
    """A resolution can always be voted on: it is its text."""


def _no_subject(*, proposal: Proposal) -> Sequence[str]:
    return []


def _nothing_to_do(**about: Any) -> None:
    """A resolution is its text: freezing it and carrying it out change nothing else."""


RESOLUTION = register(
    Kind(
        name="resolution",
        label=gettext_lazy("Resolution"),
        promise=gettext_lazy(
            "If members adopt it, it is what we say and hold to, and stands in the public record."
        ),
        editor=ResolutionEditor,
        editor_template="proposals/kinds/_resolution_editor.html",
        text_template="proposals/kinds/_resolution_text.html",
        serializer=ResolutionContent,
        write=_write_resolution,
        begins_as_sentence=True,
        amendable=True,
        check=_nothing_to_check,
        subjects=_no_subject,
        freeze=_nothing_to_do,
        effect=_carry_out_resolution,
        content_help="{text}",
        if_it_lapses=gettext_lazy(
            "From then on it is not what we say any more. What it showed again stays shown."
        ),
    )
)
