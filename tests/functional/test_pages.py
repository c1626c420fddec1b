"""Every page a person can reach: for every eye, on every screen, by keyboard, without scripts.

The pages stand here by who opens them. A page that nobody opens fails the test, as does a page that
breaks a rule; what failed is named by person, page, rule, screen and colours.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import URLPattern, resolve, reverse
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from config import urls
from funding.dues import actions
from funding.dues.models import CheckoutIntent, Plan
from governance.proposals.models import Proposal
from governance.record.models import Checkpoint, Entry
from governance.record.reads import published_size
from governance.terms.models import Version
from governance.voting.models import NamedFault, Poll
from members.models import Person, RoleGrant
from tests.browser import DESK, PHONE
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NewBrowser = Callable[..., BrowserContext]

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
NOWHERE = "/nowhere/"

LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EVERY_RULE = {"type": "tag", "values": LEVELS}
# Between light and dark nothing differs but the colours: these are all the rules that see them.
COLOUR_RULES = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
SCHEMES: tuple[tuple[Literal["light", "dark"], dict[str, Any]], ...] = (
    ("light", EVERY_RULE),
    ("dark", COLOUR_RULES),
)
# Without a preload axe puts no style of its own into the page, which our policy would forbid.
OPTIONS = {"resultTypes": ["violations"], "preload": False}

# What answers with a file or only takes a form, and so is no page.
NO_PAGES = {
    *("healthz", "dues-webhook", "did", "api-schema", "api-root"),
    *("record-past-checkpoint", "record-consistency-proof"),
    *("record-checkpoint", "record-tile", "record-entry-bundle", "record-proof"),
    *("record-entry-bytes", "record-schema"),
    *("term-index", "term-by-hash", "term-latest", "term-latest-json", "term-version-slash"),
    *("term-version-in", "term-feed-atom", "term-feed-json"),
    *("term-part", "term-status", "term-proof", "term-schema", "term-context"),
    *("term-context-document", "term-shapes", "vocabulary-document"),
    *("vocabulary-changes-atom", "vocabulary-changes-json"),
    *("poll-manifest", "poll-my-roll-entry-file", "poll-ballots", "poll-result", "poll-export"),
    *("proposal-text", "proposal-withdraw-support", "proposal-withdraw"),
    *("token-revoke", "mfa_login_webauthn", "mfa_download_recovery_codes"),
    *("term-badge", "term-badge-dark", "term-qr"),
    # A piece of the editor's page.
    "term-preview",
}

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
            self.seen.add(str(resolve(path.partition("?")[0]).url_name))
        self.page.evaluate(AXE_SCRIPT)
        for screen, size in (("phone", PHONE), ("desk", DESK)):
            self.page.set_viewport_size(size)  # type: ignore[arg-type] # a dictionary with two keys
            found = [f"{fault} ({screen})" for fault in self.page.evaluate(SHAPE)]
            for scheme, only in SCHEMES:
                self.page.emulate_media(color_scheme=scheme)
                broken = self.page.evaluate(AXE, {**OPTIONS, "runOnly": only})
                found += [f"{fault} ({screen}, {scheme})" for fault in broken]
            self.faults += [f"{self.name} {path}: {fault}" for fault in found]


@pytest.fixture
def visit(live_server: LiveServer, new_browser: NewBrowser) -> Callable[..., Visitor]:
    """``visit("member", person)``: somebody with a browser, signed in if it is a person."""
    # Passkeys work under a name, and not under a bare address.
    site = str(live_server.url).replace("127.0.0.1", "localhost")

    def make(name: str, person: Person | None = None, **options: Any) -> Visitor:
        browser = new_browser(reduced_motion="reduce", **options)
        if person:
            client = Client()
            client.force_login(person, backend=BACKEND)
            session = client.cookies[settings.SESSION_COOKIE_NAME].value
            browser.add_cookies(
                [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site}]
            )
        return Visitor(name, browser.new_page(), site)

    return make


def test_every_page_is_for_everybody(
    world: World, visit: Callable[..., Visitor], mailoutbox: list[EmailMessage]
) -> None:
    visitor = visit("visitor")
    newcomer = visit("newcomer", world.newcomer)
    member = visit("member", world.member)
    author = visit("author", world.proposal("idea").author)
    steward = visit("steward", world.steward)
    as_a_visitor(visitor, world)
    as_a_newcomer(newcomer, world)
    as_a_member(member, world)
    as_an_author(author, world)
    as_a_steward(steward, world)
    signing_in(visitor, world, mailoutbox)
    everybody = (visitor, newcomer, member, author, steward)
    faults = sorted(fault for each in everybody for fault in each.faults)
    assert not faults, "\n".join(faults)
    assert set().union(*(each.seen for each in everybody)) == pages()


def pages() -> set[str]:
    """The names of all addresses that are pages; of two names for one address the first."""
    names: dict[str, str] = {}
    for route in (*urls.urlpatterns, *(route for app in urls.APPS for route in app.urlpatterns)):
        if isinstance(route, URLPattern):
            names.setdefault(str(route.pattern), str(route.name))
    # Of the API's addresses one is a page.
    return set(names.values()) - NO_PAGES | {"api-reference"}


def as_a_visitor(visitor: Visitor, world: World) -> None:
    version = world.version()
    for name in (
        *("home", "join", "privacy", "term-list", "developers", "proposal-list", "decision-rules"),
        *("poll-list", "record", "record-types", "money", "api-reference", "account_inactive"),
    ):
        visitor.go(reverse(name))
    visitor.go(reverse("term-list") + "?q=nothing+has+these+words")
    visitor.go(reverse("term-list") + "?q=stalking&kind=prohibition")
    visitor.go(reverse("proposal-list") + "?q=nothing+has+these+words")
    visitor.go(reverse("proposal-list") + "?stage=nonsense")
    visitor.go(reverse("poll-list") + "?stage=cancelled")
    visitor.go(reverse("record") + "?type=comment.hidden")
    visitor.go(reverse("record-consistency"))
    for checkpoint in Checkpoint.objects.offered(published_size())[:1]:
        visitor.go(f"{reverse('record-consistency')}?old={checkpoint.size}")
    visitor.go(reverse("record-consistency") + "?old=nonsense", status=422)
    visitor.send("Compare with what I kept", {"A checkpoint you kept": "nothing of the kind"})
    for page in ("fetch", "verify", "status", "rules", "compare", "record", "badge", "stability"):
        visitor.go(reverse("developers-page", args=[page]))
    visitor.go(reverse("vocabulary"))
    choosing_terms(visitor)
    visitor.go(reverse("term", args=[version.term_id]))
    visitor.go(reverse("term-page", args=[version.term_id, version.version]))
    visitor.go(reverse("term-compare"))
    visitor.go(reverse("term-compare-versions", args=[version.term_id]))
    visitor.go(reverse("term-version", args=[version.term_id, version.version]))
    visitor.go(NOWHERE, status=404)
    for stage in Proposal.objects.values_list("stage", flat=True).distinct().order_by("stage"):
        visitor.go(world.proposal(stage).get_absolute_url())
    visitor.go(reverse("poll", args=[world.poll("open").pk]))
    for outcome in ("adopted", "rejected", "no_quorum"):
        poll = Poll.objects.filter(result__outcome=outcome).order_by("opens_at")[0]
        visitor.go(reverse("poll", args=[poll.pk]))
    for entry in (Entry.objects.earliest("index"), Entry.objects.latest("index")):
        visitor.go(reverse("record-entry", args=[entry.leaf_hash]))


SOMEBODYS_POLICY = """
@prefix odrl: <http://www.w3.org/ns/odrl/2/> .
<http://shop.example/policy> a odrl:Offer ;
  odrl:permission [ odrl:action odrl:play ; odrl:target <http://shop.example/song> ] .
"""


def choosing_terms(visitor: Visitor) -> None:
    choose = reverse("term-choose")
    visitor.go(choose)
    # Nothing was chosen: the page says so.
    visitor.page.evaluate("for (const form of document.forms) form.noValidate = true")
    visitor.send("Continue")
    visitor.page.get_by_label("Use a shop").check()
    visitor.send("Continue")
    visitor.send("Continue")
    answered = "?about=service&analyse=no&track=no&profile=no"
    visitor.go(f"{choose}{answered}&share=nobody&keep=open")
    visitor.go(f"{choose}{answered}&share=nobody&keep=open&never=none&back=yes")
    visitor.go(f"{choose}{answered}&share=anyone&keep=open&never=none&back=open")
    visitor.go(f"{choose}{answered}&share=nobody&keep=P0D&never=health&back=open")
    visitor.go(f"{choose}?about=sleep", status=422)


def as_a_newcomer(visitor: Visitor, world: World) -> None:
    for name in ("me", "my-dues", "account", "proposal-new"):
        visitor.go(reverse(name))
    visitor.go(reverse("proposal-write", args=["resolution"]))
    visitor.go(reverse("poll", args=[world.poll("open").pk]))
    visitor.go(reverse("join"))
    visitor.send("Continue to payment", {"Display name": "noor@example.org"})
    now = timezone.now()
    checkout = actions.begin_checkout(
        person=world.newcomer,
        display_name="Noor",
        attested=True,
        plan=Plan.objects.on_offer()[0],
        by=world.newcomer,
        at=now,
    )
    query = f"?checkout={checkout.pk}"
    visitor.go(reverse("join-cancelled") + query)
    # Somebody who has waited for long: this page does not soon look again by itself.
    visitor.go(reverse("join-wait") + query + "&since=1")


def as_a_member(visitor: Visitor, world: World) -> None:
    for name in (
        *("home", "me", "account", "tokens", "account_email", "mfa_index", "my-dues"),
        *("my-dues-cancel", "proposal-new", "term-list", "proposal-list", "poll-list"),
    ):
        visitor.go(reverse(name))
    visitor.go(reverse("poll", args=[world.poll("open").pk]))
    closed = Poll.objects.filter(stage="closed").order_by("-closed_at")[0]
    for name in ("poll-verify", "poll-receipt", "poll-my-roll-entry"):
        visitor.go(reverse(name, args=[world.poll("open").pk]))
    for name in ("poll-verify", "poll-receipt", "poll-my-roll-entry", "poll-objection"):
        visitor.go(reverse(name, args=[closed.pk]))
    for stage in ("idea", "discussion", "final", "voting", "adopted"):
        visitor.go(world.proposal(stage).get_absolute_url())
    paid = CheckoutIntent.objects.get(person=world.member, state="paid")
    visitor.go(reverse("join-wait") + f"?checkout={paid.pk}")
    # A policy of somebody else, whole, in part and not at all
    visitor.go(reverse("term-import"))
    visitor.send("Read it", {"The policy": "This is no policy."})
    policy = Version.objects.newest().earliest("issued").renditions.get(name="policy.ttl")
    visitor.send("Read it", {"The policy": bytes(policy.body).decode()})
    visitor.go(reverse("term-import"))
    visitor.send("Read it", {"The policy": SOMEBODYS_POLICY})
    # Forms that are refused, and say why
    visitor.go(reverse("tokens"))
    visitor.send("Make a token")
    visitor.page.get_by_label("Read what you can read").check()
    visitor.send("Make a token", {"Name": "My spreadsheet"})
    visitor.go(reverse("tokens"))
    visitor.go(reverse("account"))
    visitor.send("Save", {"Display name": "mia@example.org"})
    visitor.go(reverse("account_email"))
    visitor.send("Mail me a code", {"Another e-mail address": "no address"})
    visitor.go(reverse("proposal-write", args=["resolution"]))
    visitor.send("Open this idea")
    visitor.go(reverse("proposal-write", args=["adopt_term"]))
    visitor.send(
        "Preview", {"Title of the term": "No tracking", "In plain words": "Do not follow me."}
    )
    visitor.send("Open this idea")
    visitor.go(world.proposal("discussion").get_absolute_url())
    visitor.send("Say it")
    visitor.go(world.proposal("idea").get_absolute_url())
    # The text has changed since the page was opened.
    visitor.page.locator("[name=text_sha256]").evaluate("field => field.value = '0'.repeat(64)")
    visitor.send("Sponsor this text")
    visitor.go(reverse("account_logout"))


def as_an_author(visitor: Visitor, world: World) -> None:
    idea = world.proposal("idea")
    visitor.go(idea.get_absolute_url())
    visitor.go(reverse("proposal-edit", args=[idea.pk]))
    visitor.send("Save the new text", {"In one sentence": ""})


def as_a_steward(visitor: Visitor, world: World) -> None:
    visitor.go(reverse("me"))
    visitor.go(reverse("account"))
    visitor.go(world.proposal("discussion").get_absolute_url())
    visitor.send("Hide it, and say why")
    as_a_scrutineer(visitor, world)
    with_authenticator(visitor.page)
    visitor.go(reverse("mfa_add_webauthn"))
    visitor.send("Add a passkey", {"Name": "My phone"})
    # From here on one is asked for it.
    visitor.follow("Use a recovery code")
    visitor.send("Continue")
    visitor.go(reverse("mfa_view_recovery_codes"))
    visitor.send("Use my passkey")
    visitor.go(reverse("mfa_index"))
    visitor.follow("Rename")
    visitor.go(reverse("mfa_index"))
    visitor.follow("Remove")
    visitor.go(reverse("mfa_generate_recovery_codes"))


def as_a_scrutineer(visitor: Visitor, world: World) -> None:
    """The steward, who is a scrutineer too; another one has named a fault."""
    now, poll = timezone.now(), world.poll("open")
    for person in (world.steward, world.member):
        RoleGrant.objects.create(
            person=person, role="scrutineer", starts_on=now.date(), basis="test"
        )
    visitor.go(reverse("poll-fault", args=[poll.pk]))
    visitor.send("Name this fault")
    named = NamedFault.objects.create(
        poll=poll,
        fault="wrong-roll",
        sentence="Nobody who joined in May is on it.",
        proposed_by=world.member,
        proposed_at=now,
    )
    visitor.go(reverse("poll", args=[poll.pk]))
    visitor.go(reverse("poll-fault-confirm", args=[poll.pk, named.pk]))


def signing_in(visitor: Visitor, world: World, mailbox: list[EmailMessage]) -> None:
    visitor.go(reverse("account_signup"))
    visitor.send("Mail me a code", {"E-mail address": "no address"})
    visitor.send("Mail me a code", {"E-mail address": "nia@example.org"})
    visitor.page.context.clear_cookies()
    visitor.go(reverse("account_login"))
    visitor.send("Mail me a code", {"E-mail address": world.steward.email})
    visitor.send("Continue", {"Code": "000000"})
    visitor.send("Continue", {"Code": code_in(mailbox)})
    visitor.page.context.clear_cookies()
    visitor.go(reverse("account_signup"))
    for _ in range(20):
        Client().post(reverse("account_signup"), {"email": "no address"})
    visitor.send("Mail me a code", {"E-mail address": "no address"})
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("Too many tries")


def code_in(mailbox: list[EmailMessage]) -> str:
    [code] = re.findall(r"^\d{6}$", str(mailbox[-1].body), re.MULTILINE)
    return str(code)


def with_authenticator(page: Page) -> None:
    """Let the browser be a device that keeps passkeys and always recognises its owner."""
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True}
    sure = {"hasUserVerification": True, "isUserVerified": True}
    present = {"automaticPresenceSimulation": True}
    device.send("WebAuthn.addVirtualAuthenticator", {"options": {**options, **sure, **present}})


# What the Tab key stops at, in the order of the page: of radio buttons that go together, one.
STOPS = """() => {
  const may = "a[href], button, input, select, textarea, summary, [tabindex]";
  const one = radio => {
    const group = [...document.getElementsByName(radio.name)];
    return radio === (group.find(each => each.checked) ?? group[0]);
  };
  window.stops = [...document.querySelectorAll(may)].filter(element =>
    element.tabIndex >= 0 && !element.disabled && element.checkVisibility()
    && (element.type !== "radio" || one(element)));
  return stops.length;
}"""
# Which of them has the focus, and whether one can see that it has.
FOCUS = """() => {
  const element = document.activeElement, style = getComputedStyle(element);
  const ringed = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  return [stops.indexOf(element), ringed ? "" : element.outerHTML.slice(0, 120)];
}"""


def test_with_the_keyboard_alone_and_without_scripts(
    world: World, visit: Callable[..., Visitor]
) -> None:
    idea, poll = world.proposal("idea"), world.poll("open")
    newcomer, member = visit("newcomer", world.newcomer), visit("member", world.member)
    for visitor, path in (
        (newcomer, reverse("home")),
        (newcomer, reverse("join")),
        (member, reverse("me")),
        (member, reverse("tokens")),
        (member, reverse("proposal-list")),
        (member, idea.get_absolute_url()),
        (member, reverse("proposal-write", args=["adopt_term"])),
        (member, reverse("term", args=[world.version().term_id])),
        (member, reverse("money")),
    ):
        visitor.page.goto(visitor.site + path)
        by_keyboard(visitor.page)
    member.page.goto(member.site + reverse("poll", args=[poll.pk]))
    expect(member.page.get_by_role("button", name="Review my ballot")).to_be_visible()
    by_keyboard(member.page)
    without_scripts(visit("plain", world.member, java_script_enabled=False), world)


def by_keyboard(page: Page) -> None:
    """The Tab key comes to everything, in the order of the page, and one sees where it is."""
    count = page.evaluate(STOPS)
    order, unseen = [], []
    for _ in range(count):
        page.keyboard.press("Tab")
        place, without_ring = page.evaluate(FOCUS)
        order.append(place)
        unseen += [without_ring] if without_ring else []
    assert order == list(range(count)), page.url
    assert not unseen, page.url
    # The first stop leads past the head of the page.
    page.evaluate("stops[0].focus()")
    assert page.evaluate("document.activeElement.innerText") == "Skip to the page"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def without_scripts(plain: Visitor, world: World) -> None:
    """Everything but the ballot and the live preview works as plain pages and plain forms."""
    page = plain.page
    cards = page.locator(".cards :is(h2, h3)")

    def open_page(name: str, *args: object) -> None:
        page.goto(plain.site + reverse(name, args=args))
        expect(page.get_by_role("heading", level=1)).to_be_visible()

    open_page("term-list")
    page.get_by_label("Words in it").fill("stalking")
    page.get_by_role("button", name="Find").click()
    expect(cards).to_have_text(["No stalking"])

    idea = world.proposal("idea")
    open_page("proposal-list")
    page.get_by_label("Stage").select_option("idea")
    page.get_by_role("button", name="Search").click()
    cards.get_by_role("link", name=idea.wording.title).click()
    page.get_by_role("button", name="Sponsor this text").click()
    expect(page.get_by_role("status")).to_contain_text("You stand behind this text.")
    page.get_by_role("button", name="Take my name back").click()
    expect(page.get_by_role("status")).to_contain_text("Your name is no longer behind this text.")
    page.get_by_label("Your comment").fill("My pupils would *love* this.")
    page.get_by_role("button", name="Say it").click()
    expect(page.locator("#comments")).to_contain_text("My pupils would love this.")

    open_page("poll-list")
    page.get_by_label("Stage").select_option("open")
    page.get_by_role("button", name="Show").click()
    expect(cards).to_have_count(4)
    cards.get_by_role("link", name=world.poll("open").title).click()
    # Playwright turns scripts off too late for the parser to show what the page has for this.
    assert "Voting needs JavaScript." in page.content()
    expect(page.get_by_role("button", name="Review my ballot")).to_be_hidden()

    open_page("record")
    page.get_by_label("Kind of entry").select_option("term.published")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".entries li")).to_have_count(Version.objects.count())

    open_page("proposal-write", "resolution")
    page.get_by_label("Title").fill("Mend the garden gate")
    page.get_by_label("In one sentence").fill("The gate of the garden closes again.")
    page.get_by_label("The problem behind it").fill("It does not close.")
    page.get_by_label("The text that members would adopt").fill("The gate is mended.")
    page.get_by_role("button", name="Open this idea").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Mend the garden gate")

    open_page("account")
    page.get_by_label("Display name").fill("Mia of the Hill")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("Saved.")
    open_page("me")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in", exact=True)).to_be_visible()
