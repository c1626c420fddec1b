"""“Choose my terms”: questions for a customer, and the term that says what they answered.

Nothing is kept: the answers travel in the address of each page, and no cookie is set.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from governance.terms import choices, words
from governance.terms.choices import NONE, QUESTIONS, Candidate, Page, Question, Reading
from governance.terms.models import Version
from governance.terms.views.use import use_of

# Names the page that was sent, so that an answer left out is asked for and not passed over.
SENT = "sent"


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer as the page offers it."""

    code: str
    label: str
    hint: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """One question as the page asks it."""

    name: str
    label: str
    hint: str
    many: bool
    choices: list[Choice]
    error: str


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer as it is repeated, and where it can be changed."""

    name: str
    answer: str
    change: str


@login_not_required
@require_safe
@never_cache
def choose(request: HttpRequest) -> HttpResponse:
    in_force = Version.objects.newest().filter(term__rules_in_force__isnull=False)
    versions = in_force.select_related("revision").defer("document")
    reading = choices.read({name: request.GET.getlist(name) for name in QUESTIONS})
    ranking = choices.rank(
        choices.wanted(reading.answers),
        ((version.term_id, version.revision.content.rules, version) for version in versions),
    )
    best, page = ranking.best, reading.page
    if best is None:
        return render(request, "terms/choose_empty.html")
    if page:
        return _ask(request, reading, page)
    looser = next(iter(ranking.looser), None)
    context = {
        "best": best,
        "fit": "exact" if ranking.exact else "safe" if ranking.safe else "looser",
        "differences": _differences(best),
        "looser": looser if _is_nearer(looser, best) else None,
        "looser_differences": _differences(looser) if looser else [],
        "answered": _answered(reading.answers),
        "use": use_of(best.term),
    }
    return render(request, "terms/chosen.html", context)


def _ask(request: HttpRequest, reading: Reading, page: Page) -> HttpResponse:
    asked = page.asked(reading.answers)
    names = [question.name for question in asked]
    unanswered = names if request.GET.get(SENT) == names[0] else []
    questions = [_asked(question, reading, unanswered) for question in asked]
    refused = bool(reading.unread) or any(question.error for question in questions)
    context = {
        "questions": questions,
        "heading": words.say(page.heading),
        "refused": refused,
        "elsewhere": not set(reading.unread) <= set(names),
        "sent": names[0],
        "carried": _carried(request.GET, names),
        "number": reading.pages.index(page) + 1,
        # How many pages there are is known once it is known what it is about.
        "count": len(reading.pages) if "about" in reading.answers else 0,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK
    return render(request, "terms/choose.html", context, status=status)


def _asked(question: Question, reading: Reading, unanswered: Sequence[str]) -> Asked:
    error = ""
    if question.name in reading.unread:
        error = _("That is not one of the answers. Choose from these.")
    elif question.name in unanswered and question.name not in reading.answers:
        error = _("Choose one of the answers.")
    chosen = reading.answers.get(question.name, ())
    return Asked(
        name=question.name,
        label=words.say(question.label),
        hint=words.say(question.hint),
        many=question.many,
        choices=[
            Choice(option.code, words.say(option.label), words.say(option.hint), code_in)
            for option in question.options
            for code_in in (option.code in chosen,)
        ],
        error=error,
    )


def _carried(sent: QueryDict, asked: Sequence[str]) -> list[tuple[str, str]]:
    """Answers to other pages, to be sent along with this one. Unknown ones are dropped."""
    return [
        (name, code)
        for name, question in QUESTIONS.items()
        if name not in asked
        for code in sent.getlist(name)
        if question.option(code) or (question.many and code == NONE)
    ]


def _answered(answers: Mapping[str, tuple[str, ...]]) -> list[Answered]:
    found = []
    for page in choices.PAGES:
        kept = [
            (name, code)
            for name, codes in answers.items()
            if name not in page.names
            for code in codes or (NONE,)
        ]
        for question in page.asked(answers):
            labels = [
                words.say(option.label)
                for option in question.options
                if option.code in answers[question.name]
            ]
            found.append(
                Answered(
                    name=words.say(question.short),
                    answer=", ".join(labels) or _("nothing in particular"),
                    change=f"{reverse('term-choose')}?{urlencode(kept)}",
                )
            )
    return found


def _is_nearer(looser: Candidate[Version] | None, best: Candidate[Version]) -> bool:
    """Whether a term that allows more is worth a word beside one that does not."""
    if looser is None or best.allows_more:
        return False
    return len(looser.comparison.differences) < len(best.comparison.differences)


def _differences(candidate: Candidate[Version]) -> list[str]:
    sides = f"“{candidate.term.revision.title}”", _("your choice")
    return [words.difference(found, *sides) for found in candidate.comparison.differences]
