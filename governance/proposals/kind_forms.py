"""The forms of kinds that decide about rules, offices and published versions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from governance.proposals import kinds
from governance.proposals.decision_rules import (
    BadRule,
    DecisionRule,
    as_table,
    format_duration,
    format_fraction,
    parse_duration,
    parse_fraction,
    read_rule,
)
from governance.proposals.models import AdoptedRule, Seat, Wording
from governance.proposals.templatetags.proposals import share, span
from governance.terms import stages as version_stages
from governance.terms.models import Version

MOST_SEATS = 15
SHORTEST_TERM, LONGEST_TERM = 30, 1100

_UNITS = {"day": "days", "hour": "hours", "minute": "minutes", "second": "seconds"}
_PART = re.compile(r"(\d{1,6}) ?(day|hour|minute|second)s?", re.ASCII)


@dataclass(frozen=True, slots=True)
class ElectionContent:
    """How many are elected, and for how long."""

    seats: int
    term_days: int


@dataclass(frozen=True, slots=True)
class StatusContent:
    """Which version, named "slug/1.0.0", for which reason, and what to use instead."""

    version: str
    reason: str
    successor: str = ""


class SpanField(forms.CharField):
    """How long, as people say it ("14 days", "1 day, 12 hours") or as ISO 8601 ("P14D")."""

    def clean(self, value: Any) -> str:
        text = str(super().clean(value)).strip()
        parts = [part.strip() for part in text.split(",")]
        found = [_PART.fullmatch(part) for part in parts]
        if all(found):
            length = timedelta()
            for match in found:
                if match is not None:
                    length += timedelta(**{_UNITS[match[2]]: int(match[1])})
            return format_duration(length)
        try:
            return format_duration(parse_duration(text))
        except ValueError:
            raise forms.ValidationError(
                _now("Say how long, such as “14 days” or “1 day, 12 hours”.")
            ) from None


class ShareField(forms.CharField):
    """A share, as people say it ("10 %") or as a fraction ("1/10")."""

    def clean(self, value: Any) -> str:
        text = str(super().clean(value)).strip()
        if not text:
            return ""
        percent = re.fullmatch(r"(\d{1,3}) ?%", text, re.ASCII)
        try:
            if percent:
                exact = Fraction(int(percent[1]), 100)
                return format_fraction(parse_fraction(format_fraction(exact)))
            return format_fraction(parse_fraction(text))
        except ValueError:
            raise forms.ValidationError(
                _now("Write a share such as “10 %” or “2/3”, above nothing and at most the whole.")
            ) from None


class _OneForm(forms.Form):
    """An editor that is one form: nothing in it is rearranged."""

    rearranged = False


class RuleEditor(_OneForm):
    """What the rule of a kind would be; it begins from the one adopted last."""

    kind = forms.ChoiceField(label=_("The rule for"))
    sponsors = forms.IntegerField(label=_("Sponsors"), min_value=1, max_value=3660)
    petition = ShareField(
        label=_("Share of members who must sign before there is a discussion"),
        max_length=9,
        required=False,
        help_text=_("Empty: the number of sponsors is enough."),
    )
    idea_lapses_after = SpanField(label=_("Time to find them"), max_length=60)
    sponsor_min_days = forms.IntegerField(
        label=_("Days a sponsor has been a member"), min_value=0, max_value=3660
    )
    discussion = SpanField(label=_("Discussion"), max_length=60)
    final = SpanField(label=_("The final text stands for"), max_length=60)
    voting = SpanField(label=_("The vote is open for"), max_length=60)
    min_days = forms.IntegerField(
        label=_("Days a voter has been a member"), min_value=0, max_value=3660
    )
    quorum = ShareField(
        label=_("Share of all who can vote that is in favour"),
        max_length=9,
        help_text=_("In an election: the share that votes."),
    )
    majority = ShareField(
        label=_("Share of those who vote yes or no"),
        max_length=9,
        help_text=_("“1/2” means more than half. An election has no majority."),
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        wording: Wording | None = None,
        about: str = "",
    ) -> None:
        super().__init__(data, initial=_initial_rule(wording, about))
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - as declared above
        field.choices = [(kind.name, kind.label) for kind in kinds.registered()]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        table = {name: value for name, value in cleaned.items() if name != "kind" and value != ""}
        if self.errors:
            return cleaned
        try:
            cleaned["rule"] = read_rule(cleaned["kind"], table)
        except BadRule as error:
            for name, problem in error.problems.items():
                self.add_error(name, problem)
        return cleaned

    def content(self) -> DecisionRule:
        rule: DecisionRule = self.cleaned_data["rule"]
        return rule


class ElectionEditor(_OneForm):
    """How many seats, and for how long."""

    seats = forms.IntegerField(
        label=_("How many are elected"), min_value=1, max_value=MOST_SEATS, initial=3
    )
    term_days = forms.IntegerField(
        label=_("For how many days"),
        min_value=SHORTEST_TERM,
        max_value=LONGEST_TERM,
        initial=365,
        help_text=_("After that they stay as caretakers until somebody is elected."),
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        wording: Wording | None = None,
        about: str = "",
    ) -> None:
        content = wording.content if wording else {}
        initial = {"seats": content["seats"], "term_days": content["termDays"]} if content else {}
        super().__init__(data, initial=initial)

    def content(self) -> ElectionContent:
        return ElectionContent(self.cleaned_data["seats"], self.cleaned_data["term_days"])


class RecallEditor(_OneForm):
    """Whose office would end."""

    seat = forms.ChoiceField(label=_("Whose office would end"))

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        wording: Wording | None = None,
        about: str = "",
    ) -> None:
        content = wording.content if wording else {}
        super().__init__(data, initial={"seat": content.get("seat", about)})
        field = self.fields["seat"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - as declared above
        held = Seat.objects.to_show().held(timezone.now().date()).order_by("grant__starts_on", "pk")
        field.choices = [
            (
                str(seat.pk),
                _now("%(name)s, %(role)s")
                % {"name": seat.grant.person, "role": seat.grant.get_role_display()},
            )
            for seat in held
        ]

    def content(self) -> str:
        seat: str = self.cleaned_data["seat"]
        return seat


class _StatusEditor(_OneForm):
    """A published version, and the public reason."""

    # From which statuses this kind can lead.
    sources: tuple[str, ...] = ()

    version = forms.ChoiceField(label=_("Which version"))
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        help_text=_("It is shown wherever the version is."),
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        wording: Wording | None = None,
        about: str = "",
    ) -> None:
        initial = dict(wording.content) if wording and wording.content else {"version": about}
        super().__init__(data, initial=initial)
        self._offer("version", self.sources)

    def _offer(self, name: str, sources: tuple[str, ...], *, none: str = "") -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - as declared above
        found = Version.objects.with_status().newest_first().select_related("revision")
        offered = [
            (f"{version.term_id}/{version.version}", f"{version.revision.title} {version.version}")
            for version in found
            if version.status in sources
        ]
        field.choices = [("", none), *offered] if none else offered

    def content(self) -> StatusContent:
        return StatusContent(self.cleaned_data["version"], self.cleaned_data["reason"])


class DeprecateEditor(_StatusEditor):
    """Which version members would advise against, and what to use instead."""

    sources = (version_stages.ACTIVE,)

    successor = forms.ChoiceField(label=_("Use instead"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer("successor", self.sources, none=_now("nothing in particular"))

    def content(self) -> StatusContent:
        cleaned = self.cleaned_data
        return StatusContent(cleaned["version"], cleaned["reason"], cleaned["successor"])


class WithdrawEditor(_StatusEditor):
    """Which version members would take back."""

    sources = (version_stages.ACTIVE, version_stages.SUPERSEDED, version_stages.DEPRECATED)


class NothingEditor(_OneForm):
    """The editor of what nobody writes: the program does."""

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        wording: Wording | None = None,
        about: str = "",
    ) -> None:
        super().__init__(data)

    def content(self) -> None:
        return None


class NominateForm(forms.Form):
    """Whom to ask to stand, by the address that only you and they know."""

    email = forms.EmailField(
        label=_("Their e-mail address"),
        max_length=254,
        help_text=_("If a member who can stand has it, we ask them. We do not tell you which."),
    )


class StandForm(forms.Form):
    """What a candidate says. Both texts stand on the ballot."""

    statement = forms.CharField(
        label=_("Why members should elect you"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 8, "dir": "auto"}),
        help_text=_("Everybody can read it, beside your display name."),
    )
    interests = forms.CharField(
        label=_("Your interests"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        help_text=_("Who pays you, what you own or sit on. “None” is an answer."),
    )


class InterestForm(forms.Form):
    """What an author or sponsor stands to gain or lose."""

    text = forms.CharField(
        label=_("What you would gain or lose if members adopt this"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        help_text=_("Everybody can read it. Leave it empty to say: nothing."),
    )


class NoteForm(forms.Form):
    """A lawyer's note on the final text."""

    lawyer = forms.CharField(
        label=_("The lawyer's name"),
        max_length=120,
        help_text=_("They have agreed that it is published with the note."),
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    admitted = forms.CharField(
        label=_("Where and since when they practise"),
        max_length=200,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    interests = forms.CharField(
        label=_("Who pays them for it, and what else they declare"),
        max_length=500,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    body = forms.CharField(
        label=_("The note"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 10, "dir": "auto"}),
        help_text=_("Word for word. Markdown works. It stays as it is once it is entered."),
    )


def _initial_rule(wording: Wording | None, about: str) -> dict[str, Any]:
    """What stands in the form: the rule of a text, or the one adopted last for a kind."""
    if wording is not None and wording.content:
        table = dict(wording.content["rule"])
        name = wording.content["kind"]
    else:
        newest = AdoptedRule.objects.filter(kind=about.replace("\x00", ""))
        latest = newest.order_by("-effective_from").first()
        if latest is None:
            return {}
        table, name = as_table(latest.rule), latest.kind
    for span_name in ("idea_lapses_after", "discussion", "final", "voting"):
        table[span_name] = span(parse_duration(table[span_name]))
    for share_name in ("quorum", "majority", "petition"):
        if table.get(share_name):
            table[share_name] = share(parse_fraction(table[share_name]))
    return {"kind": name, **table}
