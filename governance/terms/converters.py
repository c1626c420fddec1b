"""What may stand in the addresses of terms. Anything else is no address: 404 before any view."""

from __future__ import annotations

from governance.terms import versions


class SlugConverter:
    """The name of a term: small letters, digits, single hyphens ("no-stalking")."""

    regex = "[a-z0-9]+(?:-[a-z0-9]+)*"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class VersionConverter(SlugConverter):
    """Three plain numbers with dots between, none with a leading nought ("1.0.0")."""

    regex = versions.PATTERN


class SheetConverter(SlugConverter):
    """A format of the whole term, after the version and a dot: its bytes never change."""

    regex = "json|jsonld|ttl|txt|md"


class PartConverter(SlugConverter):
    """A part that the document links to, under the version: the policy, a text in a language."""

    regex = r"policy\.(?:jsonld|ttl)|(?:plain|legal)\.[a-z]{2}"


class DigestConverter(SlugConverter):
    """A SHA-256 in small hex digits."""

    regex = "[0-9a-f]{64}"
