"""The guide for developers. Its snippets are run, as they stand, by a test."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from governance.terms import citation
from governance.terms.document import Site
from governance.terms.vocabulary_changes import VERSION

SNIPPETS = Path(__file__).parent.parent / "snippets"

# The pages after the first, in the order of reading.
PAGES = {
    "fetch": gettext_lazy("Fetch"),
    "verify": gettext_lazy("Verify"),
    "status": gettext_lazy("Status and versions"),
    "rules": gettext_lazy("Rules and vocabulary"),
    "compare": gettext_lazy("Compare and choose"),
    "record": gettext_lazy("Record proofs"),
    "badge": gettext_lazy("Badge and markup"),
    "stability": gettext_lazy("Stability"),
}
_LANGUAGES = {
    ".sh": "curl",
    ".stdlib.py": "Python",
    ".client.py": gettext_lazy("Python client"),
    ".mjs": "JavaScript",
}
# What the examples are about; a test holds it to be a term of the demonstration.
EXAMPLE = ("no-stalking", "1.0.0")


@dataclass(frozen=True, slots=True)
class Snippet:
    """One way to do what a page tells: a language's name, and the file as it stands."""

    language: str
    code: str


def snippets_of(page: str) -> list[Snippet]:
    """What there is to run on a page, in the order of :data:`_LANGUAGES`."""
    found = []
    for end, language in _LANGUAGES.items():
        if (path := SNIPPETS / f"{page}{end}").exists():
            code = path.read_text("utf-8").rstrip("\n")
            shell_alone = end == ".sh" and "curl" not in code
            found.append(Snippet(_("Command line") if shell_alone else str(language), code))
    return found


@login_not_required
@require_safe
def developers(request: HttpRequest) -> HttpResponse:
    return _page(request, "start")


@login_not_required
@require_safe
def page(request: HttpRequest, page: str) -> HttpResponse:
    if page not in PAGES:
        raise Http404("the guide has no such page")
    return _page(request, page)


def _page(request: HttpRequest, name: str) -> HttpResponse:
    site = Site(settings.PUBLIC_ORIGIN)
    names = ["start", *PAGES]
    place = names.index(name)
    slug, version = EXAMPLE
    context = {
        "name": name,
        "contents": [(other, str(_title(other)), _address(other)) for other in names],
        "next": [(_title(other), _address(other)) for other in names[place + 1 : place + 2]],
        "origin": request.build_absolute_uri("/").rstrip("/"),
        "public_origin": settings.PUBLIC_ORIGIN,
        "snippets": snippets_of(name),
        "offline": (SNIPPETS / "offline.sh").read_text("utf-8").rstrip(),
        "slug": slug,
        "version": version,
        "vocabulary_version": VERSION,
        "markup": {
            "html": citation.html(
                site=site,
                slug=slug,
                version=version,
                title="No stalking",
                alt=_("{title}: a term of Customer Commons").format(title="No stalking"),
            ),
            "link_element": citation.link_element(site, slug, version),
            "link_header": citation.link_header(site, slug, version),
        },
    }
    return render(request, f"terms/developers/{name}.html", context)


def _title(name: str) -> str:
    return str(PAGES[name]) if name in PAGES else _("Start")


def _address(name: str) -> str:
    return reverse("developers-page", args=[name]) if name in PAGES else reverse("developers")
