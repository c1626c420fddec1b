"""Turn what somebody wrote on a page into values. Nothing is saved here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from governance.proposals.kinds import Kind
from governance.proposals.models import Wording
from governance.terms.forms import Editor, editor_for
from governance.terms.models import Version


class WordsForm(forms.Form):
    """What every proposal says, whatever its kind."""

    title = forms.CharField(label=_("Title"), max_length=120)
    summary = forms.CharField(
        label=_("In one sentence"),
        max_length=240,
        help_text=_("What would change. It stands in the list and on the ballot."),
    )
    problem = forms.CharField(
        label=_("The problem behind it"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("What goes wrong today, and for whom. Markdown works."),
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        kind: Kind,
        wording: Wording | None = None,
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        if wording is not None and initial is None:
            initial = {name: getattr(wording, name) for name in self.base_fields}
        super().__init__(data, initial=dict(initial or {}))
        if kind.own_title:
            del self.fields["title"]


class ResolutionEditor(forms.Form):
    """The text of a resolution."""

    rearranged = False

    text = forms.CharField(
        label=_("The text that members would adopt"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_("Word for word. Markdown works."),
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        wording: Wording | None = None,
        about: str = "",
    ) -> None:
        super().__init__(data, initial={"text": wording.content["text"]} if wording else None)

    def content(self) -> str:
        text: str = self.cleaned_data["text"]
        return text


def term_editor(
    data: Mapping[str, Any] | None = None, *, wording: Wording | None = None, about: str = ""
) -> Editor:
    """The editor of a term; ``about`` is the slug of a term of which a new version is written."""
    if wording is not None and wording.revision is not None:
        return editor_for(wording.revision.content, data)
    # PostgreSQL takes no NUL, not even in a question.
    known = Version.objects.filter(latest_of=about.replace("\x00", ""))
    latest = known.select_related("revision").first()
    if latest is None:
        return editor_for(None, data)
    version = str(latest.number.next("minor"))
    return editor_for(replace(latest.revision.content, version=version), data)


class CommentForm(forms.Form):
    """Something said about a proposal."""

    body = forms.CharField(
        label=_("Your comment"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Everybody can read it, with your display name. Markdown works."),
    )


class SupportForm(forms.Form):
    """Standing behind exactly the text that was shown."""

    text_sha256 = forms.RegexField(r"^[0-9a-f]{64}$", widget=forms.HiddenInput)


class HideForm(forms.Form):
    """Why a comment is hidden."""

    reason = forms.CharField(
        label=_("Reason, which everybody can read"),
        max_length=300,
    )
