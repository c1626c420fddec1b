"""Somebody at a screen, who holds each page they open to the rules of every page.

What failed is named by person, page, rule, screen and colours.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings
from django.test import Client
from django.urls import resolve
from playwright.sync_api import Page

from members.models import Person
from tests.browser import DESK, PHONE

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
# An address that there is not: its page has no name.
NOWHERE = "/nowhere/"

LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EVERY_RULE = {"type": "tag", "values": LEVELS}
# Between light and dark nothing differs but the colours: these are all the rules that see them.
COLOUR_RULES = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
# Between a phone and a desk nothing differs but where things are, and how large.
PLACE_RULES = {
    "type": "rule",
    "values": [*COLOUR_RULES["values"], "target-size", "scrollable-region-focusable"],
}
LOOKS: tuple[tuple[str, Any, Literal["light", "dark"], dict[str, Any]], ...] = (
    ("phone", PHONE, "light", EVERY_RULE),
    ("phone", PHONE, "dark", COLOUR_RULES),
    ("desk", DESK, "light", PLACE_RULES),
    ("desk", DESK, "dark", COLOUR_RULES),
)
# Without a preload axe puts no style of its own into the page, which our policy would forbid.
OPTIONS = {"resultTypes": ["violations"], "preload": False}

# One line for each rule that is broken: the rule, and where.
AXE = """options => axe.run(options).then(found => found.violations.map(
  rule => `${rule.id}: ${rule.nodes.map(node => node.target.join(" ")).join(", ")}`))"""

# What a page is, whatever its colours. Everything that is folded away is opened first.
SHAPE = """() => {
  document.querySelectorAll("details").forEach(folded => folded.open = true);
  const faults = [];
  const shown = what => [...document.querySelectorAll(what)].filter(one => one.checkVisibility());
  const wider = document.documentElement.scrollWidth - innerWidth;
  if (wider > 0) faults.push(`scrolls sideways by ${wider} px`);
  if (shown("h1").length !== 1) faults.push(`${shown("h1").length} headings of the first level`);
  if (!document.title.split("·")[0].trim()) faults.push("no title");
  const filled = shown("main :is(button, [role=button]):not(.secondary, .quiet, .danger)")
    .filter(button => !button.ariaHidden);
  if (filled.length > 1) faults.push(`${filled.length} filled buttons`);
  return faults;
}"""


@dataclass
class Visitor:
    """Somebody at a screen, who notes what is wrong with each page they see."""

    name: str
    page: Page
    site: str
    seen: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)

    def sign_in(self, person: Person) -> None:
        client = Client()
        client.force_login(person, backend=BACKEND)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        self.page.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": self.site}]
        )

    def go(self, path: str, status: int = 200) -> None:
        """Open a page and look at it."""
        answer = self.page.goto(self.site + path)
        if answer is None or answer.status != status:
            self.faults.append(f"{self.name} {path}: {answer and answer.status}, not {status}")
        self.look()

    def follow(self, link: str) -> None:
        """Follow a link and look at where it leads."""
        with self.page.expect_navigation():
            self.page.get_by_role("link", name=link).first.click()
        self.look()

    def send(self, button: str, fields: dict[str, str] | None = None) -> None:
        """Fill in a form, send it past the browser's own checks, look at what comes back."""
        for label, text in (fields or {}).items():
            self.page.get_by_label(label, exact=True).fill(text)
        self.page.evaluate("for (const form of document.forms) form.noValidate = true")
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=button, exact=True).first.click()
        self.look()

    def look(self) -> None:
        """Hold the open page to every rule: on a phone and on a desk, in light and in dark."""
        path = self.page.url.removeprefix(self.site)
        if path != NOWHERE:
            self.seen.add(str(resolve(urlsplit(path).path).url_name))
        self.page.evaluate(AXE_SCRIPT)
        for screen, size, scheme, rules in LOOKS:
            self.page.set_viewport_size(size)
            self.page.emulate_media(color_scheme=scheme)
            found = self.page.evaluate(SHAPE)
            found += self.page.evaluate(AXE, {**OPTIONS, "runOnly": rules})
            seen = f"({screen}, {scheme})"
            self.faults += [f"{self.name} {path}: {fault} {seen}" for fault in found]
