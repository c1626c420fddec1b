"""Every page a person can reach: for every eye, on every screen, by keyboard, without scripts.

The pages stand here by who opens them. A page that nobody opens fails the test, as does a page that
breaks a rule; what failed is named by person, page, rule, screen and colours.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.urls import URLPattern, reverse
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from config import urls
from funding.dues import actions, mails
from funding.dues.links import LASTS, Purpose
from funding.dues.models import CheckoutIntent, Payment, Plan, Subscription
from funding.ledger import actions as ledger
from funding.ledger import sweeps
from funding.ledger.models import Entry as LedgerEntry
from funding.ledger.vouchers import Kind
from governance.proposals.models import Organisation, Proposal
from governance.record.models import Checkpoint, Entry
from governance.record.reads import published_size
from governance.terms.models import Version
from governance.voting.models import NamedFault, Poll
from kernel.money import Money
from members.mail_links import stop_url
from members.models import Person, RoleGrant
from tests.functional import (
    desk_pages,
    grants_awards_pages,
    grants_pages,
    grants_public_pages,
    proposals_pages,
)
from tests.functional.visiting import NOWHERE, Visitor
from tests.routes import stewards_work
from tests.routes.election_scene import set_elections
from tests.routes.scene import set_gift
from tests.routes.talk_scene import Talk, set_talk
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NewBrowser = Callable[..., BrowserContext]

# What answers with a file or only takes a form, and so is no page.
NO_PAGES = {
    *("healthz", "dues-webhook", "did", "api-schema", "api-root"),
    *("dues-receipt", "dues-year", "dues-old", "my-dues-resume", "my-dues-card"),
    *("dues-gift-take-back", "dues-waiver-wish"),
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
    *("proposal-feed-atom", "proposal-feed-json", "proposal-one-feed-atom"),
    *("proposal-one-feed-json", "participation-turnout", "participation-activity"),
    *("term-letter", "acceptance-schema", "proposal-follow", "term-proffer"),
    *("token-revoke", "mfa_login_webauthn", "mfa_download_recovery_codes"),
    *("term-badge", "term-badge-dark", "term-qr"),
    *("case-ask", "refund-decide"),
    *("payment-proof", "books-journal-csv", "books-journal-beancount", "books-list"),
    *("books-voucher-document", "books-voucher-approve"),
    # A sheet to print, as it was when its month was closed.
    *("books-voucher-withdraw", "books-month-report"),
    # Pieces of pages.
    *("term-preview", "proposal-similar"),
    # What is taken back or said yes to, where nothing can be filled in wrongly.
    *("draft-leave", "draft-save", "draft-answer", "nomination-decline", "candidate-step-back"),
    *("comment-react", "proposal-echo", "invite-end", "role-resign"),
    *("candidates-file", "proposal-calendar", "everything", "export-schema"),
    *desk_pages.NO_PAGES,
    *grants_pages.NO_PAGES,
    *grants_awards_pages.NO_PAGES,
    *grants_public_pages.NO_PAGES,
}


# Which pages each of them answers for.
OPENED: dict[str, set[str]] = {
    "visitor": {
        *("account_inactive", "api-reference", "decision-rules", "developers"),
        *("dues-pot", "home", "join", "money", "offices", "organisation"),
        *("organisations", "participation", "poll", "poll-list", "privacy", "proposal"),
        *("proposal-list", "proposal-stages", "record", "record-entry", "record-types"),
        *("term-list", "what-stays"),
    },
    "reader of terms": {
        *("developers-page", "record-consistency", "term", "term-compare"),
        *("term-compare-versions", "term-page", "term-version", "vocabulary"),
    },
    "chooser of terms": {"term-choose"},
    "newcomer": {
        *("account", "invite", "join", "join-cancelled", "join-wait", "me", "my-dues"),
        *("my-home", "proposal-new", "proposal-write"),
    },
    "member": {
        *("account_email", "account_logout", "invited", "leave", "leave-confirm"),
        *("mail-choices", "mail-stop", "mfa_index", "tokens"),
    },
    "payer": {
        *("attest-again", "dues-gift", "dues-link-attest", "dues-link-cancel"),
        *("dues-link-gift", "dues-link-mend", "dues-thanks", "dues-waiver"),
        *("my-dues-cancel", "my-dues-change"),
    },
    "voter": {
        *("poll-my-roll-entry", "poll-objection", "poll-receipt", "poll-verify"),
        *("proposal-comment", "proposal-support", "term-import"),
    },
    "participant": {
        *("amendment", "amendment-list", "amendment-new", "amendment-support"),
        *("candidate-nominate", "candidate-stand", "candidates", "comment"),
        *("comment-edit", "comment-flag", "comment-history", "draft", "draft-history"),
        *("draft-invite", "draft-join", "draft-list", "following", "proposal-flag"),
        *("proposal-texts", "term-ask", "term-movement"),
    },
    "author": {"amendment-decide", "proposal-edit", "proposal-interests"},
    "steward": {"comment-hide", "flag-settle", "flags", "proposal-advice", "proposal-hide"},
    "steward at cases": {
        *("case", "cases", "dead-letters", "ending", "ending-propose", "endings"),
        *("find-payer", "refund", "refunds", "statement", "statements"),
    },
    "steward with a passkey": {
        *("mfa_add_webauthn", "mfa_authenticate", "mfa_generate_recovery_codes"),
        *("mfa_reauthenticate", "mfa_reauthenticate_webauthn", "mfa_view_recovery_codes"),
        *("passkey-remove", "passkey-rename"),
    },
    "scrutineer": {"poll-fault", "poll-fault-confirm"},
    "treasurer": {
        *("books", "books-balance-sheet", "books-entry", "books-income", "books-journal"),
        *(
            "books-month",
            "books-months",
            "books-trial-balance",
            "books-voucher",
            "books-entry-undo",
        ),
        *("books-voucher-change", "books-voucher-new", "books-voucher-reject"),
        *("books-vouchers",),
    },
    "signing in": {
        *("account_confirm_login_code", "account_email_verification_sent"),
        *("account_login", "account_signup"),
    },
    **desk_pages.OPENED,
    **grants_pages.OPENED,
    **grants_awards_pages.OPENED,
    **grants_public_pages.OPENED,
    **proposals_pages.OPENED,
}


@pytest.fixture
def visit(live_server: LiveServer, new_browser: NewBrowser) -> Callable[..., Visitor]:
    """``visit("member", person)``: somebody with a browser, signed in if it is a person."""
    # Passkeys work under a name, and not under a bare address.
    site = str(live_server.url).replace("127.0.0.1", "localhost")

    def make(name: str, person: Person | None = None, **options: Any) -> Visitor:
        visitor = Visitor(name, new_browser(reduced_motion="reduce", **options).new_page(), site)
        if person:
            visitor.sign_in(person)
        return visitor

    return make


@pytest.mark.looks
@pytest.mark.parametrize("reader", sorted(OPENED))
def test_every_page_is_for_everybody(
    reader: str, world: World, visit: Callable[..., Visitor]
) -> None:
    visitor = visit(reader)
    WALKS[reader](visitor, world)
    assert not visitor.faults, "\n".join(sorted(visitor.faults))
    assert OPENED[reader] <= visitor.seen <= pages()


def test_somebody_opens_every_page() -> None:
    assert set(WALKS) == set(OPENED)
    assert set().union(*OPENED.values()) == pages()


def pages() -> set[str]:
    """The names of all addresses that are pages; of two names for one address the first."""
    names: dict[str, str] = {}
    for route in (*urls.urlpatterns, *(route for app in urls.APPS for route in app.urlpatterns)):
        if isinstance(route, URLPattern):
            names.setdefault(str(route.pattern), str(route.name))
    # Of the API's addresses one is a page.
    return set(names.values()) - NO_PAGES | {"api-reference"}


def as_a_visitor(visitor: Visitor, world: World) -> None:
    for name in (
        *("home", "join", "privacy", "term-list", "developers", "proposal-list", "decision-rules"),
        *("poll-list", "record", "record-types", "money", "api-reference", "account_inactive"),
        *("what-stays", "offices", "proposal-stages", "dues-pot"),
    ):
        visitor.go(reverse(name))
    visitor.go(reverse("term-list") + "?q=nothing+has+these+words")
    visitor.go(reverse("term-list") + "?q=stalking&kind=prohibition")
    visitor.go(reverse("proposal-list") + "?q=nothing+has+these+words")
    visitor.go(reverse("proposal-list") + "?stage=nonsense")
    visitor.go(reverse("poll-list") + "?stage=cancelled")
    visitor.go(reverse("record") + "?type=comment.hidden")
    visitor.go(reverse("participation"))
    visitor.go(reverse("organisations"))
    visitor.send("Look there", {"Their domain": "nothing of the kind"})
    told = Organisation.objects.create(
        domain="shop.example", form="well-known", submitted_at=timezone.now()
    )
    visitor.go(reverse("organisation", args=[told.domain]))
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


def looking_things_up(visitor: Visitor, world: World) -> None:
    version = world.version()
    visitor.go(reverse("record-consistency"))
    for checkpoint in Checkpoint.objects.offered(published_size())[:1]:
        visitor.go(f"{reverse('record-consistency')}?old={checkpoint.size}")
    visitor.go(reverse("record-consistency") + "?old=nonsense", status=422)
    visitor.send("Compare with what I kept", {"A checkpoint you kept": "nothing of the kind"})
    for page in ("fetch", "verify", "status", "rules", "compare", "record", "badge", "stability"):
        visitor.go(reverse("developers-page", args=[page]))
    visitor.go(reverse("vocabulary"))
    visitor.go(reverse("term", args=[version.term_id]))
    visitor.go(reverse("term-page", args=[version.term_id, version.version]))
    visitor.go(reverse("term-movement", args=[version.term_id]))
    visitor.go(reverse("participation"))
    visitor.go(reverse("organisations"))
    visitor.send("Look there", {"Their domain": "127.0.0.1"})
    visitor.go(reverse("organisations"))
    visitor.send("Look there", {"Their domain": "shop.example"})
    visitor.go(reverse("term-compare"))
    visitor.go(reverse("term-compare-versions", args=[version.term_id]))
    visitor.go(reverse("term-version", args=[version.term_id, version.version]))


def choosing_terms(visitor: Visitor, world: World) -> None:
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
    visitor.sign_in(world.newcomer)
    for name in ("my-home", "me", "my-dues", "account", "invite", "proposal-new"):
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
    visitor.sign_in(world.member)
    for name in (
        *("my-home", "me", "account", "account_email", "tokens", "mfa_index", "mail-choices"),
        *("leave", "leave-confirm", "home"),
    ):
        visitor.go(reverse(name))
    visitor.go(reverse("leave-confirm"))
    visitor.send("Close my account for good", {"Code": "12345678"})
    visitor.go(reverse("term-movement", args=[world.version().term_id]))
    visitor.send("I proffer this term")
    visitor.send("Ask them", {"Their domain": "not a domain"})
    visitor.send("Ask them", {"Their domain": "shop.example"})
    visitor.go(reverse("following"))
    visitor.go(reverse("mail-choices"))
    visitor.send("Save")
    visitor.go(stop_url(world.member.pk, "proposals").removeprefix(settings.SITE_ORIGIN))
    visitor.send("Send me no more of these")
    visitor.go(reverse("invite"))
    visitor.follow("See what they see")
    visitor.go(reverse("invited", args=[uuid.UUID(int=0)]), status=404)
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
    visitor.go(reverse("account_logout"))


def paying_dues(visitor: Visitor, world: World) -> None:
    visitor.sign_in(world.member)
    for name in (
        *("my-dues", "my-dues-cancel", "my-dues-change", "attest-again"),
        *("dues-gift", "dues-pot", "dues-waiver"),
    ):
        visitor.go(reverse(name))
    visitor.go(reverse("dues-pot"))
    visitor.send("Continue to payment")
    paid = CheckoutIntent.objects.get(person=world.member, state="paid")
    visitor.go(reverse("join-wait") + f"?checkout={paid.pk}")
    # Links in mail
    now = timezone.now()
    mine = Subscription.objects.filter(person=world.member)[0].pk
    gift = set_gift(world.member, now)
    for purpose, key in (
        (Purpose.CANCEL, mine),
        (Purpose.MEND, mine),
        (Purpose.ATTEST, world.member.pk),
        (Purpose.GIFT, gift.pk),
    ):
        visitor.go(mails.link(purpose, key, now).removeprefix(settings.SITE_ORIGIN))
    too_old = mails.link(Purpose.GIFT, gift.pk, now - LASTS[Purpose.GIFT] - timedelta(days=1))
    visitor.go(too_old.removeprefix(settings.SITE_ORIGIN), status=410)
    visitor.go(reverse("dues-thanks") + f"?paid={gift.one_off_id}")
    visitor.go(reverse("my-dues"))


def voting_and_writing(visitor: Visitor, world: World) -> None:
    visitor.sign_in(world.member)
    visitor.go(reverse("poll", args=[world.poll("open").pk]))
    closed = Poll.objects.filter(stage="closed").order_by("-closed_at")[0]
    for name in ("poll-verify", "poll-receipt", "poll-my-roll-entry"):
        visitor.go(reverse(name, args=[world.poll("open").pk]))
    for name in ("poll-verify", "poll-receipt", "poll-my-roll-entry", "poll-objection"):
        visitor.go(reverse(name, args=[closed.pk]))
    for stage in ("idea", "discussion", "final", "voting", "adopted"):
        visitor.go(world.proposal(stage).get_absolute_url())
    # A policy of somebody else, whole, in part and not at all
    visitor.go(reverse("term-import"))
    visitor.send("Read it", {"The policy": "This is no policy."})
    policy = Version.objects.newest().earliest("issued").renditions.get(name="policy.ttl")
    visitor.send("Read it", {"The policy": bytes(policy.body).decode()})
    visitor.go(reverse("term-import"))
    visitor.send("Read it", {"The policy": SOMEBODYS_POLICY})
    # Forms that are refused, and say why
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
    spoil_the_text(visitor)
    visitor.send("Sponsor this text")


def spoil_the_text(visitor: Visitor) -> None:
    """The text has changed since the page was opened."""
    fields = visitor.page.locator("[name=text_sha256]")
    fields.evaluate_all("all => all.forEach(field => field.value = '0'.repeat(64))")


def others_than(world: World) -> list[Person]:
    """Members in standing, with no office, none of whom is the member."""
    people = Person.objects.in_standing(timezone.now().date()).filter(role_grants=None)
    return list(people.exclude(pk__in=[world.member.pk, world.newcomer.pk])[:4])


def talk_with(member: Person, world: World) -> Talk:
    return set_talk(member, others_than(world), timezone.now())


def taking_part(visitor: Visitor, world: World) -> None:
    """A member who amends, answers, flags, writes with others and stands for an office."""
    visitor.sign_in(world.member)
    talk = talk_with(world.member, world)
    discussed = talk.discussed.pk

    def of(name: str, *more: object) -> str:
        return reverse(name, args=[discussed, *more])

    visitor.go(of("proposal"))
    visitor.go(of("proposal-texts"))
    visitor.go(of("proposal-texts") + "?from=1&to=9")
    visitor.go(of("amendment-list"))
    visitor.go(of("amendment", talk.own_amendment.number))
    visitor.go(of("amendment", talk.amendment.number))
    spoil_the_text(visitor)
    visitor.send("Sponsor this amendment")
    visitor.go(of("amendment-new"))
    visitor.send("Propose this amendment")
    visitor.go(reverse("amendment-new", args=[world.proposal("voting").pk]))
    visitor.go(of("comment", talk.comment.pk))
    visitor.go(of("comment-history", talk.comment.pk))
    visitor.go(of("comment-edit", talk.own_comment.pk))
    visitor.send("Save", {"Your comment": ""})
    visitor.go(of("comment-flag", talk.comment.pk))
    visitor.send("Send it to the stewards")
    visitor.go(of("proposal-flag"))
    # Writing with others
    visitor.go(reverse("draft-list"))
    visitor.go(reverse("draft", args=[talk.draft.pk]))
    visitor.send("Open this idea")
    visitor.go(reverse("draft-history", args=[talk.draft.pk]) + "?save=1")
    visitor.go(reverse("draft-invite", args=[talk.draft.pk]))
    visitor.send("Invite", {"Their name here": "Nobody of this name"})
    visitor.go(reverse("draft-invite", args=[talk.draft.pk]))
    visitor.send("Invite")
    visitor.go(reverse("draft-join", args=[talk.invited_link]))
    visitor.go(reverse("draft-join", args=["over"]), status=404)
    # Standing for an office
    now = timezone.now()
    asked, standing = set_elections(world.member, others_than(world)[:2], now)
    visitor.go(reverse("offices"))
    visitor.go(asked.get_absolute_url())
    visitor.go(reverse("candidates", args=[asked.pk]))
    visitor.send("Stand in this election")
    visitor.go(reverse("candidates", args=[asked.pk]))
    visitor.send("Ask them", {"Their e-mail address": "no address"})
    visitor.go(reverse("candidates", args=[standing.pk]))
    visitor.go(reverse("proposal-write", args=["elect_stewards"]))
    visitor.go(reverse("my-home"))
    visitor.go(reverse("following"))
    # Carrying a term on
    visitor.go(reverse("term-movement", args=[world.version().term_id]))
    visitor.send("Ask them", {"Their domain": "nothing of the kind"})


def as_an_author(visitor: Visitor, world: World) -> None:
    idea = world.proposal("idea")
    visitor.sign_in(idea.author)
    visitor.go(idea.get_absolute_url())
    visitor.go(reverse("proposal-edit", args=[idea.pk]))
    visitor.send("Save the new text", {"In one sentence": ""})
    visitor.go(reverse("proposal-interests", args=[idea.pk]))
    visitor.send("Declare it")
    # Somebody amended another text of theirs.
    talk = talk_with(world.member, world)
    visitor.sign_in(talk.discussed.author)
    amendment = reverse("amendment", args=[talk.discussed.pk, talk.amendment.number])
    visitor.go(talk.discussed.get_absolute_url())
    visitor.go(amendment)
    spoil_the_text(visitor)
    visitor.send("Take it into the text")


def as_a_steward(visitor: Visitor, world: World) -> None:
    visitor.sign_in(world.steward)
    visitor.go(reverse("my-home"))
    visitor.go(reverse("invite"))
    visitor.send("Make my link")
    visitor.go(reverse("flags"))
    talk_with(world.member, world)
    visitor.go(reverse("flags"))
    visitor.send("Hide it, and say why")
    visitor.go(reverse("me"))
    visitor.go(reverse("account"))
    visitor.go(world.proposal("discussion").get_absolute_url())
    visitor.send("Hide it, and say why")
    idea = world.proposal("idea")
    visitor.go(reverse("proposal-hide", args=[idea.pk]))
    visitor.send("Hide it, and say why")
    visitor.go(reverse("proposal-flag", args=[idea.pk]))
    visitor.go(reverse("proposal-advice", args=[world.proposal("final").pk]))
    visitor.send("Put it beside the text")


def with_a_passkey(visitor: Visitor, world: World) -> None:
    visitor.sign_in(world.steward)
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
    # And when signing in.
    visitor.page.context.clear_cookies()
    visitor.page.goto(visitor.site + reverse("account_login"))
    visitor.page.get_by_label("E-mail address").fill(world.steward.email)
    visitor.page.get_by_role("button", name="Mail me a code").click()
    visitor.send("Continue", {"Code": code_in_mail()})


def as_a_treasurer(visitor: Visitor, world: World) -> None:
    """Who keeps the books, and a steward who looks at what was put forward."""
    visitor.sign_in(world.member)
    now = timezone.now()
    sweeps.digest(now)
    RoleGrant.objects.create(
        person=world.member, role="treasurer", starts_on=now.date(), basis="test"
    )
    facts = ledger.Facts(
        kind=Kind.EXPENSE,
        description="Servers",
        on=now.date(),
        debit="hosting",
        credit="bank",
        amount=Money(7_500, settings.CURRENCY),
        document=b"%PDF-1.7 a bill",
    )
    mine = ledger.prepare_voucher(facts=facts, by=world.member, at=now)
    for name in (
        *("books", "books-trial-balance", "books-income", "books-balance-sheet"),
        *("books-journal", "books-vouchers", "books-months"),
    ):
        visitor.go(reverse(name))
    visitor.go(reverse("books-income") + "?since=nonsense", status=422)
    visitor.go(reverse("books-journal") + "?q=nothing+has+these+words")
    visitor.go(reverse("books-entry", args=[LedgerEntry.objects.earliest("posted_at").pk]))
    visitor.go(reverse("books-voucher-new", args=["opening"]))
    visitor.send("Put it forward")
    visitor.go(mine.get_absolute_url())
    visitor.go(reverse("books-voucher-change", args=[mine.pk]))
    by_hand = LedgerEntry.objects.filter(voucher__isnull=False).earliest("posted_at")
    visitor.go(reverse("books-entry", args=[by_hand.pk]))
    visitor.go(reverse("books-entry-undo", args=[by_hand.pk]))
    visitor.send("Put it forward", {"Why it is undone": "Put in twice"})
    oldest = LedgerEntry.objects.earliest("effective_on").effective_on
    visitor.go(reverse("books-month", args=[f"{oldest:%Y-%m}"]))
    visitor.sign_in(world.steward)
    visitor.go(mine.get_absolute_url())
    visitor.send("Send it back")


def looking_after_cases(visitor: Visitor, world: World) -> None:
    """The steward, beside a colleague who proposed something."""
    visitor.sign_in(world.steward)
    payment = Payment.objects.filter(person=world.member).earliest("paid_at")
    colleague = Person.objects.exclude(pk__in=[world.member.pk, world.steward.pk]).earliest("email")
    made = stewards_work.make(payment, member=world.member, colleague=colleague, now=timezone.now())
    for name in ("cases", "refunds", "endings", "dead-letters", "statements", "find-payer"):
        visitor.go(reverse(name))
    visitor.send("Show their payments", {"Their e-mail address": world.member.email})
    visitor.go(reverse("case", args=[made.case.pk]))
    visitor.send("Do this")
    visitor.go(reverse("refund", args=[payment.uuid]))
    visitor.go(reverse("ending", args=[made.ending.pk]))
    visitor.go(reverse("ending-propose", args=[world.member.pk]))
    visitor.go(reverse("statement", args=[made.statement.pk]))


def as_a_scrutineer(visitor: Visitor, world: World) -> None:
    """The steward, who is a scrutineer too; another one has named a fault."""
    visitor.sign_in(world.steward)
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


def signing_in(visitor: Visitor, world: World) -> None:
    visitor.go(reverse("account_signup"))
    visitor.send("Mail me a code", {"E-mail address": "no address"})
    visitor.send("Mail me a code", {"E-mail address": "nia@example.org"})
    visitor.page.context.clear_cookies()
    visitor.go(reverse("account_login"))
    visitor.send("Mail me a code", {"E-mail address": world.steward.email})
    visitor.send("Continue", {"Code": "000000"})
    visitor.send("Continue", {"Code": code_in_mail()})
    visitor.page.context.clear_cookies()
    visitor.go(reverse("account_signup"))
    for _ in range(20):
        Client().post(reverse("account_signup"), {"email": "no address"})
    visitor.send("Mail me a code", {"E-mail address": "no address"})
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("Too many tries")


# Who goes where.
WALKS: dict[str, Callable[[Visitor, World], None]] = {
    "visitor": as_a_visitor,
    "reader of terms": looking_things_up,
    "chooser of terms": choosing_terms,
    "newcomer": as_a_newcomer,
    "member": as_a_member,
    "payer": paying_dues,
    "voter": voting_and_writing,
    "participant": taking_part,
    "author": as_an_author,
    "steward": as_a_steward,
    "steward at cases": looking_after_cases,
    "steward with a passkey": with_a_passkey,
    "scrutineer": as_a_scrutineer,
    "treasurer": as_a_treasurer,
    "signing in": signing_in,
    **desk_pages.WALKS,
    **grants_pages.WALKS,
    **grants_awards_pages.WALKS,
    **grants_public_pages.WALKS,
    **proposals_pages.WALKS,
}


def code_in_mail() -> str:
    [code] = re.findall(r"^\d{6}$", str(mail.outbox[-1].body), re.MULTILINE)
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


@pytest.mark.looks
def test_with_the_keyboard_alone_and_without_scripts(
    world: World, visit: Callable[..., Visitor]
) -> None:
    idea, poll = world.proposal("idea"), world.poll("open")
    newcomer, member = visit("newcomer", world.newcomer), visit("member", world.member)
    for visitor, path in (
        (newcomer, reverse("home")),
        (newcomer, reverse("join")),
        (member, reverse("my-home")),
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
    expect(cards).to_have_count(Poll.objects.filter(stage="open").count())
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
