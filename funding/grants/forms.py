"""What applicants and the panel fill in: values out, nothing is saved here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from funding.grants import application_stages, asking, file_checks, funding_json
from funding.grants.actions import Member
from funding.grants.asking import Problem
from funding.grants.models import Application, Round
from funding.grants.rubric import Criterion
from governance.terms.models import Version
from members.models import Person

_AREA = forms.Textarea(attrs={"rows": 5})
_SHORT = forms.Textarea(attrs={"rows": 3})
_AMOUNT = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
_MORE = 3


class AnswersForm(forms.Form):
    """The questions that every round asks, as they are typed: nothing is required to be kept."""

    use_required_attribute = False

    title = forms.CharField(
        label=gettext_lazy("What is your project called?"), max_length=asking.LONGEST_TITLE
    )
    summary = forms.CharField(
        label=gettext_lazy("What does it do, in two or three sentences?"),
        widget=_SHORT,
        max_length=asking.LONGEST_SUMMARY,
        help_text=gettext_lazy("Members read this on the ballot."),
    )
    who = forms.CharField(
        label=gettext_lazy("Whom does it help, and how?"),
        widget=_AREA,
        max_length=asking.LONGEST_ANSWER,
    )
    how = forms.CharField(
        label=gettext_lazy("How will you do it?"),
        widget=_AREA,
        max_length=asking.LONGEST_ANSWER,
        help_text=gettext_lazy("Without names: there is a page for who works on it."),
    )
    ask = forms.CharField(
        label=gettext_lazy("How much do you ask for?"), widget=_AMOUNT, max_length=20
    )
    done = forms.CharField(
        label=gettext_lazy("How will anybody see that it is done?"),
        widget=_SHORT,
        max_length=asking.LONGEST_ANSWER,
    )
    done_by = forms.CharField(
        label=gettext_lazy("By which day?"),
        widget=forms.DateInput(attrs={"type": "date"}),
        max_length=20,
    )
    website = forms.CharField(
        label=gettext_lazy("Website (if there is one)"), required=False, max_length=300
    )
    terms = forms.MultipleChoiceField(
        label=gettext_lazy("Which customer terms does it support or build on?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, round: Round, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.required = False
        choices = _roster()
        if choices:
            cast(forms.MultipleChoiceField, self.fields["terms"]).choices = choices
        else:
            del self.fields["terms"]
        if not round.is_small:
            del self.fields["done"], self.fields["done_by"]
        self.fields["ask"].help_text = _("In %(currency)s, from %(smallest)s to %(largest)s.") % {
            "currency": round.currency,
            "smallest": round.smallest.format(),
            "largest": round.largest.format(),
        }


class LineForm(forms.Form):
    """One line of the budget."""

    what = forms.CharField(
        label=gettext_lazy("What it is for"), required=False, max_length=asking.LONGEST_LINE
    )
    amount = forms.CharField(
        label=gettext_lazy("Amount"), required=False, widget=_AMOUNT, max_length=20
    )


class MilestoneForm(forms.Form):
    """One part of the work."""

    title = forms.CharField(
        label=gettext_lazy("Milestone"), required=False, max_length=asking.LONGEST_TITLE
    )
    criteria = forms.CharField(
        label=gettext_lazy("How anybody sees that it is reached"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=asking.LONGEST_ANSWER,
    )
    due = forms.CharField(
        label=gettext_lazy("By which day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        max_length=20,
    )
    amount = forms.CharField(
        label=gettext_lazy("Amount"), required=False, widget=_AMOUNT, max_length=20
    )


class WriteForm:
    """The whole form of an application: answers, and where the round asks for them, rows.

    ``seen`` is the number of the draft that is being changed; 0 where none was sent.
    """

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, round: Round, draft: Mapping[str, Any]
    ) -> None:
        self.draft = draft
        self.answers = AnswersForm(data, round=round, initial=dict(draft))
        self.budget: Any = None
        self.milestones: Any = None
        if not round.is_small:
            lines = forms.formset_factory(
                LineForm, extra=_MORE, max_num=asking.MOST_LINES, absolute_max=asking.MOST_LINES
            )
            milestones = forms.formset_factory(
                MilestoneForm,
                extra=_MORE,
                max_num=asking.MOST_MILESTONES,
                absolute_max=asking.MOST_MILESTONES,
            )
            self.budget = lines(data, prefix="budget", initial=draft["budget"])
            self.milestones = milestones(data, prefix="milestones", initial=draft["milestones"])
        sent = str(data.get("seen", "")) if data is not None else ""
        self.seen = int(sent) if sent.isascii() and sent.isdecimal() and len(sent) < 9 else 0

    def typed(self) -> dict[str, Any]:
        """What was typed, whatever it is: a draft keeps that."""
        data = self.answers.data
        # Rows that did not come with the rest stay as they are: nothing is lost.
        rows = {name: self.draft[name] for name in ("budget", "milestones")} | {
            name: [
                {each: form.data.get(form.add_prefix(each), "") for each in form.fields}
                for form in formset.forms
            ]
            for name, formset in (("budget", self.budget), ("milestones", self.milestones))
            if formset is not None and formset.management_form.is_valid()
        }
        getlist = getattr(data, "getlist", None)
        return asking.typed(
            {
                **{name: data.get(name, "") for name in self.answers.fields},
                "terms": getlist("terms") if getlist else [],
                **rows,
            }
        )

    def explain(self, problems: Iterable[Problem]) -> None:
        """Say beside each field what it lacks."""
        for problem in problems:
            sentence = said(problem)
            if problem.where in self.answers.fields:
                self.answers.add_error(problem.where, sentence)
            else:
                self.answers.add_error(None, f"{_place(problem.where)}: {sentence}")


def said(problem: Problem) -> str:
    """A problem as a sentence."""
    return _(problem.sentence).format(**problem.values)


def labelled(problems: Iterable[Problem]) -> list[tuple[str, str]]:
    """Each problem as the name of its place and a sentence."""
    return [(_place(problem.where), said(problem)) for problem in problems]


class TeamForm(forms.Form):
    """Who works on the project: one row each."""

    name = forms.CharField(label=gettext_lazy("Name"), required=False, max_length=60)
    email = forms.EmailField(label=gettext_lazy("E-mail address"), required=False)
    role = forms.CharField(label=gettext_lazy("What they do"), required=False, max_length=80)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if bool(given.get("name")) != bool(given.get("email")) and not self.errors:
            raise forms.ValidationError(_("Each of the team has a name and an address."))
        return given

    def member(self) -> Member | None:
        """Somebody of the team, or None where the row is empty."""
        given = self.cleaned_data
        if not given.get("name"):
            return None
        return Member(given["name"], given["email"], given.get("role", ""))


class RelatedForm(forms.Form):
    """Whom of those who look after the round the applicant or the team knows."""

    def __init__(self, *args: Any, panel: Sequence[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.panel = list(panel)
        for person in self.panel:
            self.fields[f"knows-{person.pk}"] = forms.CharField(
                label=str(person),
                required=False,
                max_length=200,
                help_text=_("For example: my cousin, or we worked together in 2025."),
            )

    def related(self) -> dict[Person, str]:
        return {
            person: self.cleaned_data[f"knows-{person.pk}"]
            for person in self.panel
            if self.cleaned_data.get(f"knows-{person.pk}")
        }


class FileForm(forms.Form):
    """A file to add: how much it is, is asked before it is read."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("PDF, PNG, JPEG or plain text, at most 10 MB."),
    )

    def clean_file(self) -> UploadedFile[Any]:
        upload: UploadedFile[Any] = self.cleaned_data["file"]
        try:
            file_checks.check_size(upload.size or 0)
        except file_checks.Unfit as unfit:
            raise forms.ValidationError(_(unfit.sentence)) from None
        return upload


class ImportForm(forms.Form):
    """A funding.json: its address, or the file."""

    url = forms.URLField(
        label=gettext_lazy("Address of the file"),
        required=False,
        max_length=300,
        assume_scheme="https",
        help_text=gettext_lazy("For example https://example.org/funding.json"),
    )
    file = forms.FileField(label=gettext_lazy("Or the file itself"), required=False)
    guid = forms.CharField(
        label=gettext_lazy("Which of its projects (its “guid”)"),
        required=False,
        max_length=100,
        help_text=gettext_lazy("Leave this empty for the first one."),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if bool(given.get("url")) == bool(given.get("file")) and not self.errors:
            raise forms.ValidationError(_("Give an address or a file."))
        upload = given.get("file")
        if upload is not None and upload.size > funding_json.LARGEST:
            raise forms.ValidationError(_("A funding.json has at most 256 kB."))
        return given


class TextForm(forms.Form):
    """A text, and nothing besides: a remark, a correction, reasons."""

    text = forms.CharField(max_length=8000, widget=_AREA)

    def __init__(self, *args: Any, label: str, help_text: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label = label
        self.fields["text"].help_text = help_text


class InterestForm(forms.Form):
    """Whether somebody has an interest in one application."""

    NONE, SOME = "none", "some"

    application = forms.UUIDField(widget=forms.HiddenInput)
    interest = forms.ChoiceField(
        label=gettext_lazy("Have you an interest in it?"),
        widget=forms.RadioSelect,
        choices=[
            (NONE, gettext_lazy("No. I know none of them well and gain nothing by it.")),
            (SOME, gettext_lazy("Yes. Somebody else looks after it.")),
        ],
        error_messages={"required": gettext_lazy("Please choose one.")},
    )
    why = forms.CharField(
        label=gettext_lazy("Which one (for the stewards alone)"), required=False, max_length=400
    )


class DecideForm(forms.Form):
    """One of the things that can be done about an application now, and why."""

    LABELS = {
        "find_eligible": gettext_lazy("The round is open to it"),
        "ask_more": gettext_lazy("Ask for something that is missing"),
        "find_ineligible": gettext_lazy("The round is not open to it"),
        "shortlist": gettext_lazy("Put it on the shortlist"),
        "decline": gettext_lazy("Leave it off the shortlist"),
    }

    what = forms.ChoiceField(
        label=gettext_lazy("What to do"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Please choose what to do.")},
    )
    reasons = forms.CharField(
        label=gettext_lazy("Why, or what is asked"),
        max_length=8000,
        widget=_AREA,
        help_text=gettext_lazy(
            "The applicant reads this. Of a project on the shortlist everybody does."
        ),
    )

    def __init__(self, *args: Any, application: Application, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        from_here = possible(application)
        cast(forms.ChoiceField, self.fields["what"]).choices = [
            (name, label) for name, label in self.LABELS.items() if name in from_here
        ]


class AnswerForm(forms.Form):
    """Whether a correction of fact is right, and what the applicant is told."""

    upheld = forms.ChoiceField(
        label=gettext_lazy("Is the correction right?"),
        widget=forms.RadioSelect,
        choices=[
            ("yes", gettext_lazy("Yes: the application goes on")),
            ("no", gettext_lazy("No: the answer stays")),
        ],
        error_messages={"required": gettext_lazy("Please choose one.")},
    )
    answer = forms.CharField(
        label=gettext_lazy("What the applicant is told"), max_length=8000, widget=_SHORT
    )


class ReviewForm(forms.Form):
    """A score for each criterion, and a comment."""

    def __init__(self, *args: Any, criteria: Sequence[Criterion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.criteria = criteria
        for criterion in criteria:
            self.fields[f"score-{criterion.name}"] = forms.TypedChoiceField(
                label=_("%(title)s (counts %(weight)s of 100)")
                % {"title": criterion.title, "weight": criterion.weight},
                help_text=criterion.guidance,
                widget=forms.RadioSelect,
                choices=[(score, str(score)) for score in range(1, 6)],
                coerce=int,
                error_messages={"required": _("Please give a score.")},
            )
        self.fields["comment"] = forms.CharField(
            label=_("What you think of it"),
            widget=_AREA,
            max_length=8000,
            help_text=_("Others on the panel read this once their own review is in."),
        )

    def scores(self) -> dict[str, int]:
        return {
            criterion.name: self.cleaned_data[f"score-{criterion.name}"]
            for criterion in self.criteria
        }


class ReviewerForm(forms.Form):
    """Somebody to review a round, by the address of their account."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail address of their account"),
        help_text=gettext_lazy("Their name is shown on the page of the round."),
    )


def possible(application: Application) -> set[str]:
    """The names of the moves of :class:`DecideForm` that lead out of where it stands."""
    return {
        name
        for name in DecideForm.LABELS
        if application.stage in application_stages.sources_of(name)
    }


_PLACES = {
    "title": gettext_lazy("The project's name"),
    "summary": gettext_lazy("What it does"),
    "who": gettext_lazy("Whom it helps"),
    "how": gettext_lazy("How you will do it"),
    "ask": gettext_lazy("What you ask for"),
    "done": gettext_lazy("How one sees that it is done"),
    "done_by": gettext_lazy("The day"),
    "website": gettext_lazy("Website"),
    "terms": gettext_lazy("Terms"),
    "budget": gettext_lazy("What the money is for"),
    "milestones": gettext_lazy("Milestones"),
}


def _place(where: str) -> str:
    name, _dash, rest = where.partition("-")
    number = rest.partition("-")[0]
    label = str(_PLACES[name])
    return f"{label} ({int(number) + 1})" if number else label


def _roster() -> list[tuple[str, str]]:
    """The terms of the roster: their slugs, and those as words."""
    newest = Version.objects.newest().order_by("term_id")
    return [(version.term_id, version.term_id.replace("-", " ").capitalize()) for version in newest]
