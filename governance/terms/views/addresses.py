"""Where a version and its formats are, and what is linked to it."""

from __future__ import annotations

from django.conf import settings
from django.shortcuts import get_object_or_404
from django.urls import reverse

from governance.terms.document import JSON, JSON_LD, Site
from governance.terms.http import Link
from governance.terms.models import Version

# What the bare address of a version answers in, the first where a reader has no preference.
FORMATS = {
    JSON: "json",
    JSON_LD: "jsonld",
    "text/turtle": "ttl",
    "text/html": "html",
    "text/markdown": "md",
    "text/plain": "txt",
}


def version_or_404(slug: str, version: str) -> Version:
    return get_object_or_404(Version.objects.to_show(), term=slug, version=version)


def address(version: Version, suffix: str) -> str:
    here = reverse("term-version", args=[version.term_id, version.version])
    return f"{here}.{suffix}" if suffix else here


def identifier(slug: str, version: str) -> str:
    return Site(settings.PUBLIC_ORIGIN).term(slug, version)


def status_address(version: Version) -> str:
    return reverse("term-status", args=[version.term_id, version.version])


def links(version: Version) -> list[Link]:
    """What is linked to a version that was asked ``to_show``."""
    found = [
        Link("canonical", identifier(version.term_id, version.version)),
        *(Link("alternate", address(version, end), kind) for kind, end in FORMATS.items()),
        Link("describedby", reverse("term-schema"), "application/schema+json"),
        Link("status", status_address(version), JSON),
        Link("latest-version", reverse("term-latest", args=[version.term_id])),
    ]
    if version.replaces:
        found.append(Link("predecessor-version", address(version.replaces, "")))
    if version.successor:
        found.append(Link("successor-version", reverse("term-version", args=version.successor)))
    return found
