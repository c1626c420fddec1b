"""The editor of a term: its words and its rules, from pick-lists. Nothing is saved here.

A page that lets somebody write a term makes an editor, puts it into a form of its own, and asks it
for what was written::

    def proposal_new(request):
        editor = editor_for(None, request.POST or None)
        if request.method == "POST" and not editor.rearranged and editor.is_valid():
            create_draft(content=editor.content(), by=request.user, at=now)
        return render(request, "…", {"editor": editor})

and in the template, once for the whole page and inside the page's own form::

    {% block head %}{% include "terms/_editor_head.html" %}{% endblock %}
    {% block scripts %}{% include "terms/_editor_scripts.html" %}{% endblock %}
    <form method="post">{% csrf_token %}
      {% include "terms/_editor.html" %}
      <button>Save</button>
    </form>

Adding a rule, taking one out, and the preview are buttons that post the whole form to where it goes
anyway. The editor then is ``rearranged``: show the page again (200), and neither check nor save;
the page's other fields are best shown from ``initial``, so that nobody is told of errors yet.
With scripts the preview keeps up while one writes. Problems stand beside the row and field they
are about, and together in ``editor.summary``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.conf import settings
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.terms import actions, document, words
from governance.terms.rulebook import (
    LONGEST,
    MOST_RULES,
    DraftContent,
    Problem,
    Rule,
    days,
    problems_with,
    problems_with_rules,
)
from governance.terms.vocabulary import POINTS, RETENTIONS, Vocabulary
from kernel.refusal import Refused

PREFIX = "term"
RULES = "rules"


class DraftForm(forms.Form):
    """What a term is called, and its two texts."""

    title = forms.CharField(
        label=gettext_lazy("Title of the term"),
        max_length=LONGEST["title"],
        widget=forms.TextInput(attrs={"dir": "auto"}),
        help_text=gettext_lazy("Short, as one would say it: “No stalking”."),
    )
    slug = forms.CharField(
        label=gettext_lazy("Short name"),
        max_length=60,
        required=False,
        help_text=gettext_lazy(
            "The end of its address: “no-stalking”. Leave it empty and it is made from the title. "
            "A new version of a term keeps the term's short name."
        ),
    )
    version = forms.CharField(
        label=gettext_lazy("Version"),
        max_length=20,
        initial="1.0.0",
        help_text=gettext_lazy("1.0.0 for a new term; a higher number for a new version of one."),
    )
    plain = forms.CharField(
        label=gettext_lazy("In plain words"),
        max_length=LONGEST["plain"],
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}),
        help_text=gettext_lazy("What you ask of a company, so that anybody understands it."),
    )
    legal = forms.CharField(
        label=gettext_lazy("Legal text"),
        max_length=LONGEST["legal"],
        widget=forms.Textarea(attrs={"rows": 12, "dir": "auto"}),
        help_text=gettext_lazy("The wording that counts when there is a dispute."),
    )
    aliases = forms.CharField(
        label=gettext_lazy("Known elsewhere as"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "ltr"}),
        help_text=gettext_lazy(
            "Addresses (https://…) that others use for the same term, one to a line."
        ),
    )


def _choices(words_: Vocabulary, empty: Any) -> list[tuple[str, Any]]:
    return [("", empty), *((code, gettext_lazy(word.label)) for code, word in words_.items())]


_OFFERED: list[tuple[str, Any]] = [
    ("", gettext_lazy("no time named")),
    *((code, gettext_lazy(label)) for code, label in RETENTIONS.items()),
]


class RuleForm(forms.Form):
    """One rule, a pick-list for each point. Whether the points go together the rulebook says."""

    party = forms.ChoiceField(
        label=gettext_lazy("Who"),
        required=False,
        choices=_choices(POINTS["party"], gettext_lazy("Choose")),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("may, may not or must"),
        required=False,
        choices=_choices(POINTS["kind"], gettext_lazy("Choose")),
    )
    action = forms.ChoiceField(
        label=gettext_lazy("do what"),
        required=False,
        choices=_choices(POINTS["action"], gettext_lazy("Choose")),
    )
    data = forms.ChoiceField(  # type: ignore[assignment] # a field takes the attribute's place
        label=gettext_lazy("with which data"),
        required=False,
        choices=_choices(POINTS["data"], gettext_lazy("any data about you")),
    )
    purpose = forms.ChoiceField(
        label=gettext_lazy("for what"),
        required=False,
        choices=_choices(POINTS["purpose"], gettext_lazy("any purpose")),
    )
    recipient = forms.ChoiceField(
        label=gettext_lazy("shared with whom"),
        required=False,
        choices=_choices(POINTS["recipient"], gettext_lazy("anyone")),
    )
    retention = forms.ChoiceField(
        label=gettext_lazy("kept how long"),
        required=False,
        choices=_OFFERED,
    )
    storage = forms.ChoiceField(
        label=gettext_lazy("kept where"),
        required=False,
        choices=_choices(POINTS["storage"], gettext_lazy("no place named")),
    )

    first = ("party", "kind", "action")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        retention = cast(forms.ChoiceField, self.fields["retention"])
        retention.choices = [*_OFFERED, *_other_days(str(self["retention"].value() or ""))]

    @property
    def main_fields(self) -> list[forms.BoundField]:
        """What every rule says."""
        return [self[name] for name in self.first]

    @property
    def further_fields(self) -> list[forms.BoundField]:
        """What a rule may be narrowed by."""
        return [self[name] for name in self.fields if name not in self.first]

    @property
    def narrowed(self) -> bool:
        return any(field.value() or field.errors for field in self.further_fields)


def _other_days(retention: str) -> list[tuple[str, str]]:
    """The choice for a number of days that a rule has although it is not offered."""
    try:
        number = days(retention)
    except ValueError:
        return []
    if retention in RETENTIONS:
        return []
    return [(retention, _("{number} days").format(number=number))]


RuleFormSet = forms.formset_factory(
    RuleForm, extra=0, max_num=MOST_RULES, absolute_max=MOST_RULES + 10
)


@dataclass(frozen=True, slots=True)
class Preview:
    """What a page shows of content that is still being written."""

    content: DraftContent
    problems: list[str]
    sentences: list[str]
    glance: list[words.Glance]
    json: str


@dataclass(frozen=True, slots=True)
class Fault:
    """One line of the error summary: the id of the field it is about, and what to say."""

    id: str
    text: str


class Editor:
    """The forms of one term: unbound on some content or none, or bound to what was sent.

    ``rearranged``: somebody pressed *add*, *take out* or *preview*; nothing is to be checked yet.
    """

    form: DraftForm
    rules: forms.BaseFormSet[RuleForm]

    def __init__(
        self, content: DraftContent | None = None, data: Mapping[str, Any] | None = None
    ) -> None:
        self._content = content
        self.rearranged = data is not None and any(
            name in data for name in ("add_rule", "remove_rule", "preview")
        )
        # Where the reader goes on, in a page that has been loaded again.
        self.focus = ""
        if data is None:
            self._unbound(_initial(content), _rows_of(content))
        elif self.rearranged:
            rows = _rows_sent(data)
            self.focus = "preview"
            taken = str(data.get("remove_rule", ""))
            if taken.isdecimal() and int(taken) < len(rows):
                del rows[int(taken)]
                self.focus = "add"
            if "add_rule" in data:
                rows.append({})
                self.focus = "row"
            sent = {name: data.get(f"{PREFIX}-{name}", "") for name in DraftForm.base_fields}
            self._unbound(sent, rows)
            if self.focus == "row":
                self.rules.forms[-1].fields["party"].widget.attrs["autofocus"] = True
        else:
            self.form = DraftForm(data, prefix=PREFIX)
            self.rules = RuleFormSet(data, prefix=RULES)

    def _unbound(self, initial: dict[str, Any], rows: list[dict[str, str]]) -> None:
        self.form = DraftForm(prefix=PREFIX, initial=initial)
        self.rules = RuleFormSet(prefix=RULES, initial=rows[:MOST_RULES] or [{}])

    def is_valid(self) -> bool:
        """Whether this could be published; if not, the forms say why, field by field."""
        if not self.form.is_bound:
            return False
        sound = [self.form.is_valid(), self.rules.is_valid()]
        content = content_from(self.form, self.rules)
        if not all(sound):
            return False
        problems = problems_with(content)
        for problem in problems:
            self._show(problem)
        if problems:
            return False
        try:
            actions.check_place(content)
        except Refused as refusal:
            if refusal.code == "version-not-newer":
                self.form.add_error("version", str(refusal.sentence))
            else:
                self._show_above_rules(str(refusal.sentence))
            return False
        return True

    def content(self) -> DraftContent:
        """What was written. Only after :meth:`is_valid`."""
        return content_from(self.form, self.rules)

    @property
    def preview(self) -> Preview | None:
        """What the page would show; None where nothing has been written."""
        if self.form.is_bound:
            self.form.full_clean()
            self.rules.full_clean()
            return preview_of(content_from(self.form, self.rules))
        if self.rearranged:
            return preview_of(_content(self.form.initial, [form.initial for form in self.rules]))
        return preview_of(self._content) if self._content else None

    @property
    def summary(self) -> list[Fault]:
        """Every error with the id of its field, for the summary at the top of a page."""
        if not self.form.is_bound:
            return []
        faults = [
            *(Fault(f"{RULES}-rows", str(error)) for error in self.rules.non_form_errors()),
            *_faults(self.form, ""),
        ]
        for number, form in enumerate(self.rules, start=1):
            faults += _faults(form, _("Rule {number}").format(number=number) + ", ")
        return faults

    def _show(self, problem: Problem) -> None:
        where, _dot, rest = problem.field.partition(".")
        text = words.problem(problem)
        if where != "rules":
            self.form.add_error(where, text)
        elif not rest:
            self._show_above_rules(text)
        else:
            row, _dot, name = rest.partition(".")
            forms_ = [form for form in self.rules if _is_filled(form.cleaned_data)]
            forms_[int(row)].add_error(name or None, text)

    def _show_above_rules(self, text: str) -> None:
        self.rules.non_form_errors().append(text)


def editor_for(
    content: DraftContent | None = None, data: Mapping[str, Any] | None = None
) -> Editor:
    """An editor of ``data`` (``request.POST``) if any was sent, of ``content``, or an empty one."""
    return Editor(content, data)


def content_from(form: DraftForm, rules: Iterable[forms.Form]) -> DraftContent:
    """What the two forms say, as far as it can be read. Rows nobody filled in are left out."""
    return _content(form.cleaned_data, [row.cleaned_data for row in rules])


def preview_of(content: DraftContent) -> Preview:
    """What a page shows of ``content``, whether or not it could be published."""
    fit = [rule for rule in content.rules if not problems_with_rules([rule])]
    whole = len(fit) == len(content.rules)
    return Preview(
        content=content,
        problems=[words.problem(problem) for problem in problems_with(content)],
        sentences=[words.sentence(rule) for rule in fit],
        glance=words.glance(fit),
        json=json.dumps(
            document.unsigned(content, site=document.Site(settings.PUBLIC_ORIGIN)),
            indent=2,
            ensure_ascii=False,
        )
        if whole
        else "",
    )


def _content(texts: Mapping[str, Any], rows: Iterable[Mapping[str, Any]]) -> DraftContent:
    def text(name: str) -> str:
        return str(texts.get(name) or "").replace("\r\n", "\n").strip()

    title = " ".join(text("title").split())
    return DraftContent(
        slug=text("slug") or slugify(title)[:60].strip("-"),
        version=text("version"),
        title=title,
        plain=text("plain"),
        legal=text("legal"),
        rules=tuple(
            Rule(**{name: str(row.get(name) or "") for name in RuleForm.base_fields})
            for row in rows
            if _is_filled(row)
        ),
        aliases=tuple(text("aliases").split()),
    )


def _is_filled(row: Mapping[str, Any]) -> bool:
    return any(row.get(name) for name in RuleForm.base_fields)


def _initial(content: DraftContent | None) -> dict[str, Any]:
    if content is None:
        return {}
    return {
        "title": content.title,
        "slug": content.slug,
        "version": content.version,
        "plain": content.plain,
        "legal": content.legal,
        "aliases": "\n".join(content.aliases),
    }


def _rows_of(content: DraftContent | None) -> list[dict[str, str]]:
    return [rule.as_dict() for rule in content.rules] if content else []


def _rows_sent(data: Mapping[str, Any]) -> list[dict[str, str]]:
    total = str(data.get(f"{RULES}-TOTAL_FORMS", ""))
    rows = min(int(total), MOST_RULES) if total.isdecimal() else 0
    return [
        {name: str(data.get(f"{RULES}-{row}-{name}", "")) for name in RuleForm.base_fields}
        for row in range(rows)
    ]


def _faults(form: forms.Form, before: str) -> Iterable[Fault]:
    first = next(iter(form)).id_for_label
    for error in form.non_field_errors():
        yield Fault(first, f"{before.removesuffix(', ')}: {error}" if before else str(error))
    for field in form:
        for error in field.errors:
            yield Fault(field.id_for_label, f"{before}{field.label}: {error}")
