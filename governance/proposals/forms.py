"""Turn what somebody wrote on a page into values. Nothing is saved here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from governance.proposals.kinds import Kind, ResolutionText
from governance.proposals.models import Comment, Flag, Wording
from governance.terms.forms import Editor, editor_for
from governance.terms.models import Version


class WordsForm(forms.Form):
    """What every proposal says, whatever its kind."""

    title = forms.CharField(
        label=_("Title"),
        max_length=120,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    summary = forms.CharField(
        label=_("In one sentence"),
        max_length=240,
        help_text=_("What would change. It stands in the list and on the ballot."),
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    problem = forms.CharField(
        label=_("The problem behind it"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}),
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


def words_of_sketch(words: WordsForm, data: Mapping[str, Any]) -> dict[str, str]:
    """The words of an idea that begins without its text, from a valid form.

    A term's title stands in its own editor; without one, the sentence is the title so far.
    """
    said = words.cleaned_data
    title = said.get("title") or str(data.get("term-title", "")).strip() or said["summary"]
    return {**said, "title": title[:120]}


class ResolutionEditor(forms.Form):
    """The text of a resolution."""

    rearranged = False

    text = forms.CharField(
        label=_("The text that members would adopt"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 10, "dir": "auto"}),
        help_text=_("Word for word. Markdown works."),
    )

    # Of a resolution to show again what a steward hid: the comment or the idea by its id.
    restores = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        wording: Wording | None = None,
        about: str = "",
    ) -> None:
        initial = dict(wording.content) if wording else {"restores": about}
        super().__init__(data, initial=initial)

    def content(self) -> ResolutionText:
        restores = self.cleaned_data["restores"]
        return ResolutionText(self.cleaned_data["text"], str(restores) if restores else "")


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
    """Something said about a proposal: a remark, a reason, a question, or an answer."""

    body = forms.CharField(
        label=_("Your comment"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
        help_text=_("Everybody can read it, with your display name. Markdown works."),
    )
    stance = forms.ChoiceField(
        label=_("It is"),
        choices=Comment.Stance.choices,
        initial=Comment.Stance.REMARK,
        required=False,
    )
    parent = forms.UUIDField(required=False, widget=forms.HiddenInput)
    # The number of the amendment that it is about.
    amendment = forms.IntegerField(
        min_value=1, max_value=1_000_000, required=False, widget=forms.HiddenInput
    )

    def clean_stance(self) -> str:
        stance: str = self.cleaned_data["stance"]
        return stance or Comment.Stance.REMARK


class EditCommentForm(forms.Form):
    """What a comment says instead."""

    body = forms.CharField(
        label=_("Your comment"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}),
        help_text=_("What it said before stays readable in its history. Markdown works."),
    )


class FlagForm(forms.Form):
    """Why stewards should look at something."""

    reason = forms.ChoiceField(
        label=_("What is wrong with it"), choices=Flag.Reason.choices, widget=forms.RadioSelect
    )
    words = forms.CharField(
        label=_("Anything they should know"),
        max_length=300,
        required=False,
        help_text=_("Only stewards read this, and see who sent it."),
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )


class AmendmentForm(forms.Form):
    """Why a text should be another, and over which text it was written."""

    reason = forms.CharField(
        label=_("Why, in one sentence"),
        max_length=240,
        help_text=_("It stands beside your text, and on the ballot where members choose."),
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    base = forms.IntegerField(min_value=1, max_value=1_000_000, widget=forms.HiddenInput)


class LeaveForm(forms.Form):
    """What an author says who does not take an amendment."""

    answer = forms.CharField(
        label=_("What you say to it"),
        max_length=500,
        required=False,
        help_text=_("Everybody can read it."),
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )


class InviteForm(forms.Form):
    """Whom to write with: the member of a name, or whoever has the link."""

    name = forms.CharField(
        label=_("Their name here"),
        max_length=80,
        required=False,
        help_text=_("As other members see it. Leave it empty to get a link that you can send."),
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )


class SupportForm(forms.Form):
    """Standing behind exactly the text that was shown."""

    text_sha256 = forms.RegexField(r"^[0-9a-f]{64}$", widget=forms.HiddenInput)


class HideForm(forms.Form):
    """Why a comment or an idea is hidden."""

    reason = forms.CharField(
        label=_("Reason, which everybody can read"),
        max_length=300,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )


class AskForm(forms.Form):
    """Which organisation to ask."""

    domain = forms.CharField(
        label=_("Their domain"),
        max_length=300,
        help_text=_("Where their site is, such as example.org."),
        widget=forms.TextInput(attrs={"inputmode": "url", "autocapitalize": "none"}),
    )


class OrganisationForm(AskForm):
    """Which organisation has said that it accepts terms."""
