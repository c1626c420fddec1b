"""How templates show money, times and texts."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlsplit

import nh3
from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from kernel.money import Money

register = template.Library()


def _say_where_links_lead(state: StateCore) -> None:
    """Say after each link which site it leads to, unless its words do; pictures are their words.

    No link hides behind another's name, behind nothing at all, or in a picture.
    """
    for block in state.tokens:
        if block.type != "inline" or not block.children:
            continue
        shown: list[Token] = []
        leads, said = "", ""
        for token in block.children:
            if token.type == "image":
                token = Token("text", "", 0, content=token.content)
            if token.type == "link_open":
                leads, said = _place(str(token.attrGet("href") or "")), ""
            else:
                said += token.content
            if token.type == "link_close" and leads and leads not in _seen(said):
                shown.append(Token("text", "", 0, content=f" ({leads})" if _seen(said) else leads))
            if token.type == "link_close" and not leads and not _seen(said):
                shown.append(Token("text", "", 0, content="#"))
            shown.append(token)
        block.children = shown


def _place(href: str) -> str:
    """The site or address that a link leads to; nothing for a link within this site."""
    parts = urlsplit(href.replace("\\", "/"))
    return parts.path if parts.scheme == "mailto" else parts.netloc.casefold()


def _seen(text: str) -> str:
    """What a reader sees of ``text``."""
    return "".join(sign for sign in text.casefold() if unicodedata.category(sign)[0] not in "CMZ")


_markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
_markdown.core.ruler.push("links_say_where", _say_where_links_lead)
_TAGS = {
    *("p", "em", "strong", "ul", "ol", "li", "blockquote", "code", "pre", "hr", "br", "a"),
    *("h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
}


@register.filter
def money(amount: Money) -> str:
    """``Money(1250, "EUR")`` as "€12.50"."""
    return amount.format(get_language() or "en")


@register.filter
def day(when: date | datetime | None) -> SafeString | str:
    """A date as a ``<time>`` element: "20 November 2026"."""
    if when is None:
        return ""
    if isinstance(when, datetime):
        when = timezone.localtime(when).date()
    return format_html(
        '<time datetime="{}">{}</time>', when.isoformat(), date_format(when, "j F Y")
    )


@register.filter
def moment(when: datetime | None) -> SafeString | str:
    """A date and time as a ``<time>`` element: "20 November 2026, 18:00 UTC"."""
    if when is None:
        return ""
    local = timezone.localtime(when)
    return format_html(
        '<time datetime="{}">{} {}</time>',
        local.isoformat(timespec="seconds"),
        date_format(local, "j F Y, H:i"),
        local.tzname() or "",
    )


@register.filter
def markdown(text: str) -> SafeString:
    """CommonMark as clean HTML: no raw HTML, no images, no scripts; headings start at h3.

    Every link says which site it leads to.
    """
    html = _markdown.render(text)
    for level in (4, 3, 2, 1):
        html = html.replace(f"<h{level}>", f"<h{min(level + 2, 6)}>")
        html = html.replace(f"</h{level}>", f"</h{min(level + 2, 6)}>")
    clean = nh3.clean(
        html,
        tags=_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow ugc noopener",
    )
    return mark_safe(clean)  # noqa: S308 - nh3 cleaned it with the tags above


@dataclass(frozen=True, slots=True)
class Mark:
    """One of the five marks; ``state`` is "done", "here", "stopped" or "" for still to come."""

    label: object
    state: str


_MARKS = (
    ("idea", _("idea")),
    ("discussion", _("discussion")),
    ("voting", _("vote")),
    ("adopted", _("adopted")),
    ("accepted", _("accepted")),
)
# Where a stage that is not itself a mark stands on the way, and whether the way ends there.
_STANDS_AT = {
    "draft": ("idea", "here"),
    "final": ("discussion", "done"),
    "rejected": ("voting", "stopped"),
    "no_quorum": ("voting", "stopped"),
    "withdrawn": ("idea", "stopped"),
    "lapsed": ("idea", "stopped"),
}


@register.simple_tag
def pipeline_marks(stage: str) -> list[Mark]:
    """The five marks, filled as far as ``stage`` has come."""
    name, ends = _STANDS_AT.get(stage, (stage, "here"))
    names = [mark for mark, _label in _MARKS]
    reached = names.index(name) if name in names else -1
    return [
        Mark(label, "done" if place < reached else ends if place == reached else "")
        for place, (_name, label) in enumerate(_MARKS)
    ]
