"""How a term is shown to a company: a link, a picture of it, and what programs read."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from governance.terms import badge, citation, qr
from governance.terms.badge import DARK, LIGHT
from governance.terms.document import Site
from governance.terms.http import A_DAY, MINUTES, for_programs, published
from governance.terms.models import Status, Version
from governance.terms.views.addresses import identifier, version_or_404

SVG = "image/svg+xml"

# These pictures are the same for every reader, so they speak the language of the documents.
_NOTES = {
    Status.Name.SUPERSEDED: "replaced",
    Status.Name.DEPRECATED: "no longer advised",
    Status.Name.WITHDRAWN: "withdrawn",
}


@dataclass(frozen=True, slots=True)
class Use:
    """What to take away of a version: everything begins with the public origin."""

    version: Version
    link: str
    html: str
    link_element: str
    link_header: str


def use_of(version: Version) -> Use:
    slug, number, title = version.term_id, version.version, version.revision.title
    site = Site(settings.PUBLIC_ORIGIN)
    alt = _("{title}: a term of Customer Commons").format(title=title)
    return Use(
        version=version,
        link=identifier(slug, number),
        html=citation.html(site=site, slug=slug, version=number, title=title, alt=alt),
        link_element=citation.link_element(site, slug, number),
        link_header=citation.link_header(site, slug, number),
    )


@for_programs
def badge_svg(
    request: HttpRequest, slug: str, version: str, *, dark: bool = False
) -> HttpResponseBase:
    """The badge. It says so where the term is not in force, so it is kept for minutes only."""
    found = version_or_404(slug, version)
    note = _NOTES.get(Status.Name(found.status), "")
    title = found.revision.title
    name = f"{title}, version {version}: a term of Customer Commons"
    picture = badge.svg(
        title=title,
        name=f"{name} ({note})" if note else name,
        note=note,
        scheme=DARK if dark else LIGHT,
    )
    return published(request, picture, media_type=SVG, caching=MINUTES)


@for_programs
def qr_svg(request: HttpRequest, slug: str, version: str) -> HttpResponseBase:
    """The address of the version as a QR code, which depends on nothing else."""
    found = version_or_404(slug, version)
    name = f"QR code that leads to {found.revision.title}, version {version}"
    picture = qr.svg(identifier(slug, version), name=name)
    return published(request, picture, media_type=SVG, caching=A_DAY)
