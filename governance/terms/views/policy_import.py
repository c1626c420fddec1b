"""From somebody's policy to a draft: what became of each rule, and what could not be taken."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from governance.terms import words
from governance.terms.document import Site
from governance.terms.odrl_import import Imported, Remark, from_text
from governance.terms.odrl_text import Unreadable
from governance.terms.policy_form import PolicyForm


@dataclass(frozen=True, slots=True)
class Said:
    """A remark in the reader's language."""

    what: str
    why: str
    statements: tuple[str, ...]


@require_http_methods(["GET", "HEAD", "POST"])
def policy_import(request: HttpRequest) -> HttpResponse:
    """Read a policy and show what it would be as a term. Nothing is kept."""
    form = PolicyForm(request.POST, request.FILES) if request.method == "POST" else PolicyForm()
    if not form.is_valid():
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
        return render(request, "terms/import.html", {"form": form}, status=status)
    try:
        site = Site(settings.PUBLIC_ORIGIN)
        found = from_text(form.cleaned_data["text"], namespace=site.namespace)
    except Unreadable as refused:
        form.add_error(
            "file" if request.FILES else "text", _(refused.message).format(**refused.values)
        )
        return render(
            request, "terms/import.html", {"form": form}, status=HTTPStatus.UNPROCESSABLE_ENTITY
        )
    return render(request, "terms/imported.html", {"form": form, **_shown(found)})


def _shown(found: Imported) -> dict[str, object]:
    return {
        "sentences": [words.sentence(rule) for rule in found.rules],
        "fields": [
            (f"rules-{row}-{name}", code)
            for row, rule in enumerate(found.rules)
            for name, code in rule.as_dict().items()
        ],
        "left_out": [_said(remark) for remark in found.left_out],
        "read_as": [_said(remark) for remark in found.read_as],
    }


def _said(remark: Remark) -> Said:
    values = {
        name: words.say(value) if isinstance(value, str) else value
        for name, value in remark.values.items()
    }
    return Said(words.say(remark.what), words.say(remark.why).format(**values), remark.statements)
