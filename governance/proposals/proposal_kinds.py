"""The kinds of proposals that this app brings: adopt a term, and a plain resolution."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.proposals.forms import ResolutionEditor, term_editor
from governance.proposals.kinds import Kind, Words, register
from governance.proposals.models import Proposal
from governance.proposals.serializers import ResolutionContent, TermContent
from governance.terms import actions as terms
from governance.terms import comparison
from governance.terms.models import Draft, Revision
from governance.terms.rulebook import DraftContent
from kernel.refusal import Refused
from members.models import Author, Person


def _write_term(
    *, content: DraftContent, proposal: Proposal | None, by: Person, at: datetime
) -> Words:
    if proposal is None:
        return Words(revision=terms.create_draft(content=content, by=by, at=at).latest_revision)
    draft, _revision = _term_of(proposal)
    return Words(revision=terms.revise_draft(draft=draft, content=content, by=by, at=at))


def _title_of_term(content: DraftContent) -> str:
    return content.title


def _check_term(*, proposal: Proposal) -> None:
    """Whether the roster still has room for it: another version may have been published since."""
    _draft, revision = _term_of(proposal)
    terms.check_place(revision.content)


def _term_subjects(*, proposal: Proposal) -> Sequence[str]:
    _draft, revision = _term_of(proposal)
    return [f"term:{revision.slug}", f"rules:{comparison.identity(revision.content.rules)}"]


def _freeze_term(*, proposal: Proposal, by: Author, at: datetime) -> None:
    draft, revision = _term_of(proposal)
    terms.freeze_draft(draft=draft, by=by, at=at)
    if draft.latest_revision.sha256 != revision.sha256:
        raise Refused(
            "draft-differs",
            _("The draft was changed, but not in this proposal. Save the proposal's text again."),
        )


def _publish_term(
    *, proposal: Proposal, adoption: dict[str, Any], by: Author, at: datetime
) -> None:
    draft, _revision = _term_of(proposal)
    terms.publish(draft=draft, adoption=adoption, by=by, at=at)


def _term_of(proposal: Proposal) -> tuple[Draft, Revision]:
    if proposal.draft is None or proposal.wording.revision is None:
        raise ValueError(f"proposal {proposal.pk} is about a term and has no draft")
    return proposal.draft, proposal.wording.revision


def _write_resolution(
    *, content: str, proposal: Proposal | None, by: Person, at: datetime
) -> Words:
    text = content.strip()
    if not text:
        raise Refused("words-missing", _("Please write what members would resolve."))
    return Words(content={"text": text})


def _nothing_to_check(*, proposal: Proposal) -> None:
    """A resolution can always be voted on: it is its text."""


def _no_subject(*, proposal: Proposal) -> Sequence[str]:
    return []


def _nothing_to_do(**about: Any) -> None:
    """A resolution is its text: freezing it and carrying it out change nothing else."""


ADOPT_TERM = register(
    Kind(
        name="adopt_term",
        label=gettext_lazy("Adopt a term"),
        promise=gettext_lazy(
            "If members adopt it, the term is published for companies to accept, signed and word "
            "for word as it stands here."
        ),
        editor=term_editor,
        editor_template="proposals/kinds/_term_editor.html",
        text_template="proposals/kinds/_term_text.html",
        head_template="terms/_editor_head.html",
        scripts_template="terms/_editor_scripts.html",
        serializer=TermContent,
        write=_write_term,
        check=_check_term,
        subjects=_term_subjects,
        freeze=_freeze_term,
        effect=_publish_term,
        own_title=_title_of_term,
    )
)

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
        check=_nothing_to_check,
        subjects=_no_subject,
        freeze=_nothing_to_do,
        effect=_nothing_to_do,
    )
)
