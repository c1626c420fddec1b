"""The words of a version in the language that a reader chose, and which words count."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from governance.terms import languages
from governance.terms.document import AUTHORITATIVE
from governance.terms.models import Translation, Version

# Within a script element only these could end it, or begin a comment.
_IN_SCRIPT = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


@dataclass(frozen=True, slots=True)
class Language:
    """A language the texts can be read in: its two letters, what its speakers call it."""

    code: str
    own_name: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A version's words in one language. ``missing`` names one that was asked for in vain."""

    code: str
    direction: str
    title: str
    plain: str
    legal: str
    others: list[Language]
    missing: str = ""

    @property
    def translated(self) -> bool:
        return self.code != AUTHORITATIVE

    @property
    def name(self) -> str:
        """What the language is called in the reader's own."""
        return languages.name(self.code, get_language() or "en")

    @property
    def original(self) -> str:
        """What the language whose words count is called in the reader's own."""
        return languages.name(AUTHORITATIVE, get_language() or "en")


def reading(version: Version, asked: str) -> Reading:
    """The words in the language ``asked``, or where there are none in it, those that count."""
    translations = Translation.objects.filter(version=version).order_by("language")
    there = [
        Language(AUTHORITATIVE, languages.own_name(AUTHORITATIVE)),
        *(Language(one.language, one.own_name) for one in translations),
    ]
    if asked in {language.code for language in there[1:]}:
        found = translations.select_related("plain", "legal").get(language=asked)
        return Reading(
            code=asked,
            direction=found.direction,
            title=found.title,
            plain=bytes(found.plain.body).decode(),
            legal=bytes(found.legal.body).decode(),
            others=there,
        )
    unknown = asked == AUTHORITATIVE or asked not in languages.codes()
    return Reading(
        code=AUTHORITATIVE,
        direction=languages.direction(AUTHORITATIVE),
        title=version.revision.title,
        plain=version.revision.plain,
        legal=version.revision.legal,
        others=there,
        missing="" if unknown else languages.name(asked, get_language() or "en"),
    )


def in_script(json: bytes) -> SafeString:
    """JSON as it may stand in a script element: the same value, and nothing that ends the element.

    Only texts of JSON can hold these signs, and there an escape means the same.
    """
    return mark_safe(json.decode().translate(_IN_SCRIPT))  # noqa: S308 - what could end it is escaped
