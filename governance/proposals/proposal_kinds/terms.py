"""Kinds about terms: adopt one, a new version of one, advise against a version, take one back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.proposals.forms import term_editor
from governance.proposals.kind_forms import DeprecateEditor, StatusContent, WithdrawEditor
from governance.proposals.kind_serializers import StatusInput
from governance.proposals.kinds import Consequence, Kind, MakeEditor, Words, register
from governance.proposals.models import Proposal
from governance.proposals.serializers import TermContent
from governance.terms import actions as terms
from governance.terms import comparison
from governance.terms import stages as version_stages
from governance.terms.models import Draft, Revision, Status, Version
from governance.terms.rulebook import DraftContent
from governance.terms.tidy_text import says_something, tidy_line
from kernel.refusal import Refused
from members.models import Author, Person

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_LAPSES = gettext_lazy(
    "The version is withdrawn. It stays readable, and a version that it replaced does not come "
    "back by itself: members can adopt that again."
)


def _write_term(
    *, content: DraftContent, proposal: Proposal | None, by: Person, at: datetime
) -> Words:
    if proposal is None or proposal.draft is None:
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


def _write_new_version(
    *, content: DraftContent, proposal: Proposal | None, by: Person, at: datetime
) -> Words:
    if not Version.objects.filter(latest_of=content.slug).exists():
        raise Refused(
            "no-such-term",
            _("There is no term of this name yet. Propose to adopt a term instead."),
        )
    return _write_term(content=content, proposal=proposal, by=by, at=at)


def _published(proposal: Proposal) -> Version | None:
    return Version.objects.filter(revision__wordings__proposal=proposal).first()


def _term_consequences(*, proposal: Proposal) -> Sequence[Consequence]:
    version = _published(proposal)
    if version is None:
        return []
    return [
        Consequence(
            sentence=_("%(slug)s %(version)s was published.")
            % {"slug": version.term_id, "version": version.version},
            at=version.issued,
            url=reverse("term-version", args=[version.term_id, version.version]),
            record_hash=version.record_hash,
        )
    ]


def _take_back(*, proposal: Proposal, adoption: dict[str, Any], by: Author, at: datetime) -> None:
    """A version that members did not ratify is withdrawn, unless it is already."""
    version = _published(proposal)
    if version is None or _status_of(version) == version_stages.WITHDRAWN:
        return
    terms.withdraw(
        version=version,
        reason=_("It was adopted during the founding, and members did not ratify it."),
        by=by,
        at=at,
    )


def _status_of(version: Version) -> str:
    return Status.objects.filter(version=version).latest("pk").status


def _named_version(name: str) -> Version:
    """The version called "slug/1.0.0". Raises ``Refused`` ("no-such-version")."""
    slug, _slash, number = name.partition("/")
    found = Version.objects.filter(term=slug, version=number).select_related("revision").first()
    if found is None:
        raise Refused("no-such-version", _("No such version was published."))
    return found


def _status_kind(
    name: str,
    *,
    to: str,
    label: StrOrPromise,
    promise: StrOrPromise,
    title: StrOrPromise,
    editor: MakeEditor,
    done: StrOrPromise,
    if_it_lapses: StrOrPromise,
) -> Kind:
    """The kind that moves a published version to the status ``to``."""

    def check_move(content: Mapping[str, Any]) -> Version:
        version = _named_version(content["version"])
        if not version_stages.allows(_status_of(version), to):
            raise Refused(
                "status-cannot-change", _("This version cannot go there from where it stands now.")
            )
        if content["successor"]:
            successor = _named_version(content["successor"])
            if successor == version or _status_of(successor) != version_stages.ACTIVE:
                raise Refused(
                    "successor-not-in-force",
                    _("What people should use instead has to be another version, and in force."),
                )
        return version

    def write(
        *, content: StatusContent, proposal: Proposal | None, by: Person, at: datetime
    ) -> Words:
        words = {
            "version": content.version,
            "reason": tidy_line(content.reason),
            "successor": content.successor,
        }
        if not says_something(words["reason"]):
            raise Refused(
                "reason-missing", _("Give the reason in words: it is shown to everybody.")
            )
        check_move(words)
        return Words(content=words)

    def check(*, proposal: Proposal) -> None:
        check_move(proposal.wording.content)

    def own_title(content: StatusContent) -> str:
        return str(title) % {"version": content.version.replace("/", " ")}

    def subjects(*, proposal: Proposal) -> Sequence[str]:
        return [f"term:{proposal.wording.content['version'].partition('/')[0]}"]

    def effect(*, proposal: Proposal, adoption: dict[str, Any], by: Author, at: datetime) -> None:
        content = proposal.wording.content
        version = _named_version(content["version"])
        if to == version_stages.WITHDRAWN:
            terms.withdraw(version=version, reason=content["reason"], by=by, at=at)
            return
        successor = _named_version(content["successor"]) if content["successor"] else None
        terms.deprecate(
            version=version, reason=content["reason"], successor=successor, by=by, at=at
        )

    def consequences(*, proposal: Proposal) -> Sequence[Consequence]:
        version = _named_version(proposal.wording.content["version"])
        moved = Status.objects.filter(version=version, status=to).first()
        if moved is None:
            return []
        return [
            Consequence(
                sentence=str(done) % {"slug": version.term_id, "version": version.version},
                at=moved.at,
                url=reverse("term-version", args=[version.term_id, version.version]),
                record_hash=moved.record_hash,
            )
        ]

    return register(
        Kind(
            name=name,
            label=label,
            promise=promise,
            editor=editor,
            editor_template="proposals/kinds/_fields_editor.html",
            text_template="proposals/kinds/_status_text.html",
            serializer=StatusInput,
            content_help="{version: slug/number, reason, successor}",
            write=write,
            check=check,
            subjects=subjects,
            freeze=_nothing_to_freeze,
            effect=effect,
            own_title=own_title,
            consequences=consequences,
            if_it_lapses=if_it_lapses,
        )
    )


def _nothing_to_freeze(*, proposal: Proposal, by: Author, at: datetime) -> None:
    """What would be done to which version stands in the text, and the hash is over it."""


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
        begins_as_sentence=True,
        amendable=True,
        content_help="the whole term",
        consequences=_term_consequences,
        undo=_take_back,
        if_it_lapses=_LAPSES,
    )
)

NEW_VERSION = register(
    Kind(
        name="new_version",
        label=gettext_lazy("New version of a term"),
        promise=gettext_lazy(
            "If members adopt it, it takes the place of the version in force, which stays readable "
            "for those who agreed to it."
        ),
        editor=term_editor,
        editor_template="proposals/kinds/_term_editor.html",
        text_template="proposals/kinds/_new_version_text.html",
        head_template="terms/_editor_head.html",
        scripts_template="terms/_editor_scripts.html",
        serializer=TermContent,
        content_help="the whole term, with a higher number",
        write=_write_new_version,
        check=_check_term,
        subjects=_term_subjects,
        freeze=_freeze_term,
        effect=_publish_term,
        own_title=_title_of_term,
        amendable=True,
        consequences=_term_consequences,
        undo=_take_back,
        if_it_lapses=_LAPSES,
    )
)

DEPRECATE_TERM = _status_kind(
    "deprecate_term",
    to=version_stages.DEPRECATED,
    label=gettext_lazy("Advise against a term"),
    promise=gettext_lazy(
        "If members adopt it, the version is marked as no longer advised, with the reason. "
        "Agreements that name it stay good."
    ),
    title=gettext_lazy("Advise against %(version)s"),
    editor=DeprecateEditor,
    done=gettext_lazy("%(slug)s %(version)s is no longer advised."),
    if_it_lapses=gettext_lazy(
        "It stays as it is: no status leads back. Members can adopt the term again, as a new "
        "version."
    ),
)

WITHDRAW_TERM = _status_kind(
    "withdraw_term",
    to=version_stages.WITHDRAWN,
    label=gettext_lazy("Take a term back"),
    promise=gettext_lazy(
        "If members adopt it, the version is withdrawn, with the reason. Its words stay readable "
        "for ever."
    ),
    title=gettext_lazy("Take back %(version)s"),
    editor=WithdrawEditor,
    done=gettext_lazy("%(slug)s %(version)s was withdrawn."),
    if_it_lapses=gettext_lazy(
        "It stays withdrawn: no status leads back. Members can adopt the term again, as a new "
        "version."
    ),
)
