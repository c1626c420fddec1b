"""Terms for people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from governance.record import signing
from governance.terms import page_parts, words
from governance.terms.document import LICENCE
from governance.terms.filters import VersionFilter
from governance.terms.forms import editor_for
from governance.terms.http import Link, say_outdated
from governance.terms.models import Status, Term, Version
from governance.terms.roster import COLUMNS, GROUPS, group_of
from governance.terms.rulebook import DraftContent, matrix
from governance.terms.views.addresses import FORMATS, address, links, version_or_404
from governance.terms.views.reading import in_script, reading
from governance.terms.views.use import use_of
from governance.terms.vocabulary import gettext_noop

_SHORT = {
    "must": gettext_noop("must"),
    "yes": gettext_noop("may"),
    "no": gettext_noop("no"),
    "optional": gettext_noop("open"),
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A version as its page shows it."""

    version: Version
    content: DraftContent
    rules: list[tuple[str, str]]
    glance: list[words.Glance]
    poll_path: str
    counts: list[tuple[str, int]]

    @property
    def stops(self) -> list[str]:
        """What the term forbids, in words."""
        return [sentence for kind, sentence in self.rules if kind == "prohibition"]

    @property
    def more(self) -> int:
        """How many more things it stops than a card of the roster names."""
        return max(0, len(self.stops) - 3)

    @property
    def row(self) -> list[tuple[str, str]]:
        """Its row in the table of all terms: a code for each column, and the words of it."""
        return [
            (code if code in _SHORT else "", words.say(_SHORT.get(code, code)))
            for code in matrix(self.content.rules).values()
        ]

    @property
    def opening(self) -> str:
        """The first paragraph of the plain text, without the marks of Markdown."""
        return self.content.plain.partition("\n\n")[0].strip("#*_> ")


def _sheet(version: Version) -> Sheet:
    content = version.revision.content
    counts = version.adoption["result"].get("counts", {})
    return Sheet(
        version=version,
        content=content,
        rules=[(rule.kind, words.sentence(rule)) for rule in content.rules],
        glance=words.glance(content.rules),
        poll_path=urlsplit(version.adoption["poll"]).path,
        counts=list(counts.items()) if isinstance(counts, dict) else [],
    )


@login_not_required
@require_safe
def roster(request: HttpRequest) -> HttpResponse:
    versions = Version.objects.with_status().newest().select_related("revision")
    found = VersionFilter(request.GET, queryset=versions.order_by("term_id"))
    groups = _grouped(map(_sheet, found.qs)) if found.is_valid() else []
    context = {
        "filter": found,
        "groups": groups,
        "compared": [sheet for group in groups if group.in_force for sheet in group.sheets],
        "columns": [words.say(label) for label in COLUMNS.values()],
        "empty": not Term.objects.exists(),
    }
    return render(request, "terms/roster.html", context)


@dataclass(frozen=True, slots=True)
class Group:
    """Terms that stand together on the roster; only those in force are compared in the table."""

    name: str
    heading: str
    sheets: list[Sheet]

    @property
    def in_force(self) -> bool:
        return self.name != _GONE


# Where a term stands that members no longer advise, whatever it says.
_GONE = "gone"


def _grouped(sheets: Iterable[Sheet]) -> list[Group]:
    """The sheets in the groups of the roster, in their order; groups without any are left out."""
    headings = {name: words.say(label) for name, label in GROUPS.items()}
    headings[_GONE] = _("No longer for new agreements")
    found: dict[str, list[Sheet]] = {name: [] for name in headings}
    for sheet in sheets:
        active = sheet.version.status == Status.Name.ACTIVE
        found[group_of(sheet.content.rules) if active else _GONE].append(sheet)
    return [Group(name, headings[name], inside) for name, inside in found.items() if inside]


@login_not_required
@require_safe
def term(request: HttpRequest, slug: str) -> HttpResponse:
    version = get_object_or_404(Version.objects.to_show().newest(), term=slug)
    return page_of(request, version)


@login_not_required
@require_safe
def version_page(request: HttpRequest, slug: str, version: str) -> HttpResponse:
    return page_of(request, version_or_404(slug, version))


def page_of(request: HttpRequest, version: Version) -> HttpResponse:
    signer, _key = signing.signer("terms")
    person = request.user if request.user.is_authenticated else None
    parts = page_parts.parts_of(version.term_id, person, timezone.now())
    context = {
        "parts": parts,
        "stage": next((part.stage for part in parts), "adopted"),
        "sheet": _sheet(version),
        "version": version,
        "versions": Version.objects.with_status().filter(term=version.term).newest_first(),
        "origin": request.build_absolute_uri("/").rstrip("/"),
        "use": use_of(version),
        "document_path": address(version, "json"),
        "text": reading(version, request.GET.get("lang", "")),
        "linked_data": in_script(bytes(version.document)),
        "signer": f"{signing.did()}#{signer}",
        "formats": [(suffix, kind) for kind, suffix in FORMATS.items() if suffix != "html"],
    }
    response = render(request, "terms/term.html", context)
    response.headers["Link"] = ", ".join(map(str, (*links(version), Link("license", LICENCE))))
    say_outdated(response, version.outdated_since)
    return response


@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """What an editor's form amounts to: a piece of page for htmx, a page without it."""
    piece = request.headers.get("HX-Request") == "true"
    context = {"preview": editor_for(None, request.POST).preview}
    return render(request, "terms/_preview.html" if piece else "terms/preview.html", context)
