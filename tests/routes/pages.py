"""What every page of the site keeps to: nothing of anybody else's, and nothing inline."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import urlsplit

from django.conf import settings

# What a browser fetches, runs or sends to by itself once it is given the page.
_FETCHED = {"script", "link", "img", "iframe", "embed", "object", "source", "video", "audio", "use"}
_NOTHING_ELSE = {
    "default-src": {"'none'"},
    "base-uri": {"'none'"},
    "frame-ancestors": {"'none'"},
    "style-src": {"'self'"},
    "img-src": {"'self'", "data:"},
    "font-src": {"'self'"},
    "connect-src": {"'self'"},
    "manifest-src": {"'self'"},
}


def faults_of_page(html: str, policy: str, *, styled: bool = False) -> Iterator[str]:
    """What is wrong with a page and its Content-Security-Policy, a sentence each.

    A ``styled`` one brings a style of its own, which the policy names by its hash.
    """
    directives = {
        name: set(values)
        for name, *values in (directive.split() for directive in policy.split(";") if directive)
    }
    nonces = directives.pop("script-src", set())
    page = _Page(nonces)
    page.feed(html)
    expected = {**_NOTHING_ELSE, "style-src": page.own_styles} if styled else _NOTHING_ELSE
    for name, only in expected.items():
        if directives.get(name) != only:
            yield f"the policy's {name} is {directives.get(name)}"
    if "unsafe" in policy or not all(source.startswith("'nonce-") for source in nonces):
        yield f"the policy is loose: {policy}"
    yield from page.faults
    if page.own_styles and not styled:
        yield "a style of its own"


class _Page(HTMLParser):
    def __init__(self, nonces: set[str]) -> None:
        super().__init__()
        self.nonces = nonces
        self.faults: list[str] = []
        self.own_styles: set[str] = set()
        self._style: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "style":
            self._style = ""
        if "style" in given:
            self.faults.append(f"an inline style at <{tag}>")
        self.faults += [f"{name} at <{tag}>" for name in given if name.startswith("on")]
        if (
            tag == "script"
            and given.get("type") != "application/json"
            and f"'nonce-{given.get('nonce')}'" not in self.nonces
        ):
            self.faults.append("a script without the policy's nonce")
        for name in ("src", "href", "srcset", "action", "formaction", "data", "xlink:href"):
            url = urlsplit(given.get(name, ""))
            if url.scheme not in ("", "http", "https", "mailto", "data"):
                self.faults.append(f"a {url.scheme}: address at <{tag}>")
            fetched = tag in _FETCHED or name in ("action", "formaction")
            if fetched and url.netloc and given[name].find(settings.SITE_ORIGIN + "/") != 0:
                self.faults.append(f"<{tag}> leads to {given[name]}")

    def handle_data(self, data: str) -> None:
        if self._style is not None:
            self._style += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "style" and self._style is not None:
            digest = hashlib.sha256(self._style.encode()).digest()
            self.own_styles.add(f"'sha256-{base64.b64encode(digest).decode()}'")
            self._style = None
