"""The demo holds what it promises: every stage, an open vote, terms in force, a balanced past."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.mail import send_mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from config.demo import mail, money, movement, planned, story, talk
from funding.dues.models import (
    Case,
    Dispute,
    Gift,
    InboxObject,
    OneOff,
    Payment,
    Payout,
    Plan,
    Refund,
    Subscription,
    Waiver,
)
from funding.grants.actions import funds as fund_actions
from funding.grants.models import Fund, GrantPayment, Interest, Round, Verdict
from funding.ledger.models import Digest, Month, Seal, Voucher
from governance.proposals import acceptance_file
from governance.proposals.models import Ask, Flag, Manuscript, Organisation, Proffer, Proposal
from governance.record.models import Entry, Pending
from governance.terms.models import Status, Term, Translation, Version
from governance.terms.roster import load
from governance.voting.models import Poll
from members import desk
from members.awaiting import awaiting
from members.models import Invitation, Leaving, Person, RoleGrant, StandingPeriod
from tests.world import World


@pytest.mark.django_db
@pytest.mark.urls("tests.config.demo_urls")
def test_the_story_holds_every_stage_and_its_page_goes_on_with_it(
    world: World,
    settings: Settings,
    tmp_path: Path,
    client: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    stages = set(Proposal.objects.values_list("stage", flat=True))
    assert stages == {
        *("idea", "discussion", "final", "voting"),
        *("adopted", "rejected", "no_quorum", "withdrawn", "lapsed"),
    }
    by_method = Counter(Poll.objects.filter(stage="open").values_list("method", flat=True))
    # Of the two that rank, one is advice and the other a text against its amendment.
    assert by_method == {"yes_no": 2, "schulze": 2, "approval": 1}
    _the_roster_is_on_its_way()
    assert not Pending.objects.exists()
    assert Entry.objects.count() > 30
    _each_is_who_they_are_said_to_be(world)
    _money_went_every_way()
    _the_books_are_kept()
    _members_decide_about_their_own_house()
    _much_is_said_about_one_text()
    _money_was_given_away()
    _terms_are_on_the_move(client)
    _something_awaits_each(world)
    settings.DEMO = True
    settings.VAR_DIR = tmp_path
    _a_visitor_signs_in_with_one_click(client)
    _pages_make_no_query_per_row(client, django_assert_num_queries)
    _the_others_sponsor_and_vote(client, world)


def _the_roster_is_on_its_way() -> None:
    """Every agreement is adopted or proposed, in whichever stage; terms grow old in every way."""
    slugs = {term.slug for term in load(Path(story.__file__).parent / "roster.toml")}
    proposed = Proposal.objects.filter(kind="adopt_term")
    stages = dict(proposed.values_list("wording__revision__slug", "stage"))
    assert slugs <= set(stages)
    in_force = set(Term.objects.exclude(rules_in_force=None).values_list("slug", flat=True))
    assert in_force == {slug for slug in slugs if stages[slug] == "adopted"}
    assert len(in_force) == 7
    found = {
        (version.term_id, version.version): version.status
        for version in Version.objects.with_status()
        if version.status != "active"
    }
    assert found == {
        ("data-for-public-good", "0.9.0"): "superseded",
        ("stay-on-your-own-site", "1.0.0"): "deprecated",
    }
    advised_against = Status.objects.get(status="deprecated")
    assert advised_against.successor == Version.objects.get(term="no-stalking")
    assert "No stalking" in advised_against.reason
    assert [
        (translation.version.term_id, translation.language)
        for translation in Translation.objects.select_related("version")
    ] == [("no-stalking", "de")]


def _each_is_who_they_are_said_to_be(world: World) -> None:
    today = timezone.now().date()
    assert world.member.standing_on(today) is not None
    assert not world.newcomer.standing_periods.exists()
    scrutineer, other, steward, treasurer = RoleGrant.objects.order_by("role", "pk")
    assert {one.person.display_name for one in (scrutineer, other)} == {"Paula", "Karim"}
    assert (steward.role, steward.person) == ("steward", world.steward)
    assert (treasurer.role, treasurer.person.email) == ("treasurer", "tova@example.org")
    assert treasurer.basis.startswith("poll:")
    # The crowd, the three guises, and seven of those whom the story of money names.
    assert Person.objects.in_standing(today).count() == 40 + 3 + 7
    assert Leaving.objects.get().finished_at is not None
    assert not Person.objects.filter(display_name=talk.LEAVING).exists()
    assert Invitation.objects.get().person == world.member


def _money_went_every_way() -> None:
    """Nothing is left in the inbox, and each way money goes has been gone."""
    assert not InboxObject.objects.waiting().exists()
    intervals = Subscription.objects.values_list("plan__interval", flat=True)
    assert set(intervals) == {"month", "year"}
    assert Subscription.objects.get(status="past_due").person.display_name == "Tom"
    assert StandingPeriod.objects.get(kind="grace").person.display_name == "Tom"
    assert Payment.objects.filter(person__display_name="Ruth").count() == 3
    assert Waiver.objects.get().person.display_name == money.WAIVED
    assert sorted(Gift.objects.values_list("state", "email")) == [
        ("accepted", "wim@example.org"),
        ("offered", "noor@example.org"),
    ]
    assert OneOff.objects.filter(purpose="pot", state="paid").count() == 2
    assert Refund.objects.get().state == "returned"
    assert set(Dispute.objects.values_list("status", flat=True)) == {"won", "needs_response"}
    assert set(Payout.objects.values_list("status", flat=True)) == {"paid"}
    assert set(Case.objects.open().values_list("kind", flat=True)) == {"dispute", "one-card"}


def _the_books_are_kept() -> None:
    states = Counter(Voucher.objects.values_list("state", flat=True))
    assert states == {"posted": 3, "prepared": 1}
    assert b"<!doctype html>" in bytes(Month.objects.get().report).lower()
    assert Entry.objects.filter(type="books.digest").exists()
    yesterday = timezone.now().date() - timedelta(days=1)
    told = Digest.objects.latest("day").last_position
    untold = Seal.objects.filter(position__gt=told, entry__posted_at__date__lte=yesterday)
    assert not untold.exists()


def _members_decide_about_their_own_house() -> None:
    adopted = set(Proposal.objects.filter(stage="adopted").values_list("kind", flat=True))
    assert {"change_rule", "dues_amounts", "elect_treasurers", "resolution"} <= adopted
    assert {"elect_scrutineers", "open_round"} <= adopted
    lowest = Plan.objects.on_offer().get(level="concession", interval="month")
    assert (lowest.minor, bool(lowest.stripe_price_id)) == (100, True)
    election = Proposal.objects.get(kind="elect_stewards")
    assert election.stage == "discussion"
    assert Counter(election.nominations.values_list("stage", flat=True)) == {
        "standing": 2,
        "asked": 1,
    }


def _money_was_given_away() -> None:
    """One round from its call to what is paid, with everything that can happen in it."""
    first, second = Round.objects.order_by("adopted_at")
    assert (first.stage, second.stage) == ("decided", "open")
    stages = dict(first.applications.values_list("applicant__display_name", "stage"))
    assert stages == {
        "Elif": "awarded",
        "Goran": "awarded",
        "Nele": "reserve",
        "Noah": "ineligible",
    }
    assert second.applications.get().stage == "submitted"
    verdicts = Verdict.objects.filter(milestone__award__application__applicant__display_name="Elif")
    assert list(verdicts.order_by("at").values_list("accepted", flat=True)) == [False, True]
    assert sorted(GrantPayment.objects.values_list("stage", flat=True)) == ["paid", "requested"]
    fund = Fund.objects.get(round=first)
    assert fund.holdings.is_sound
    assert (fund.committed_minor, fund.paid_minor) == (110_000, 27_000)
    assert fund_actions.prove_funds(by=story.DEMO, at=timezone.now()) == ()
    assert Interest.objects.get(conflicted=True).person.display_name == "Karim"


def _much_is_said_about_one_text() -> None:
    talked = Proposal.objects.get(wording__title=planned.TALKED)
    assert set(talked.comments.values_list("stance", flat=True)) >= {"for", "against", "question"}
    assert talked.comments.filter(amendment=None).exclude(parent=None).count() == 3
    assert talked.comments.filter(amendment__state="open").count() == 2
    assert talked.wording.credit is not None
    assert list(talked.amendments.order_by("number").values_list("state", flat=True)) == [
        "accepted",
        "open",
    ]
    amended = Proposal.objects.get(wording__title=planned.AMENDED)
    assert amended.amendments.get().state == "option"
    assert amended.poll is not None
    assert amended.poll.stage == "open"
    assert Flag.objects.filter(settled_at=None).count() == 1
    idea = Proposal.objects.get(wording__title=talk.IDEA)
    assert not idea.wording.says_what
    assert idea.echoes.count() == 6
    assert Manuscript.objects.filter(co_authors__isnull=False).count() == 1


def _terms_are_on_the_move(client: Client) -> None:
    """Members proffer and ask; what each company publishes is there to be read by the worker."""
    for slug, count in movement.PROFFERS.items():
        assert Proffer.objects.filter(term=slug).count() == count
    assert Ask.objects.count() == sum(movement.ASKS.values())
    waiting = Organisation.objects.filter(looked_at=None)
    assert set(waiting.values_list("domain", flat=True)) == set(movement.COMPANIES)
    for domain, company in movement.COMPANIES.items():
        file = client.get(reverse("demo-company-file", args=[domain]))
        statement = acceptance_file.read(file.content)
        assert statement.name == company.name
        hashes = {one.sha256 for one in statement.accepts}
        ours = Version.objects.filter(sha256__in=hashes)
        assert ours.count() == (len(company.terms) if company.careful else 0)
    assert client.get(reverse("demo-company-file", args=["gym.example"])).status_code == 404


def _something_awaits_each(world: World) -> None:
    now = timezone.now()
    mine = " ".join(waiting.sentence for waiting in awaiting(world.member, now))
    for part in ("Vote on", "Answer a question", "amendment 2", "whether you stand", "Elif asks"):
        assert part in mine
    assert all(item.since <= now for item in desk.gather(world.steward, now))
    assert "on your desk" in " ".join(one.sentence for one in awaiting(world.steward, now))


def _a_visitor_signs_in_with_one_click(client: Client) -> None:
    page = client.get("/demo/")
    assert "Sign in as Noor" in page.text
    assert "No mail yet." in page.text
    assert client.get("/demo/sign-in/member/").status_code == 405
    assert client.post("/demo/sign-in/nobody/").status_code == 404
    signed_in = client.post("/demo/sign-in/member/", follow=True)
    assert "Hello, <bdi>Mia</bdi>" in signed_in.text
    assert "Publish our letters to companies" in signed_in.text


def _pages_make_no_query_per_row(
    client: Client, assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(Person.objects.get(email="mia@example.org"))
    # Session and person; the term told; the count of terms, of members; what was decided, what is
    # open; the cheapest plan.
    with assert_num_queries(8):
        client.get("/")
    # Session and person; standing, roles; one's own proposals.
    with assert_num_queries(5):
        client.get("/me/")


def _the_others_sponsor_and_vote(client: Client, world: World) -> None:
    idea = world.proposal("idea")
    page = client.post(f"/demo/sponsor/{idea.pk}/", follow=True)
    assert "put their names to it" in page.text
    idea.refresh_from_db()
    assert idea.stage == "discussion"
    for method in ("yes_no", "schulze", "approval"):
        poll = Poll.objects.filter(stage="open", method=method).earliest("closes_at")
        assert client.post(f"/demo/vote/{poll.pk}/", follow=True).status_code == 200
        left = poll.roll.filter(issue_mark=None)
        assert world.member.pk in left.values_list("person", flat=True)
        assert left.count() < poll.roll.count()


@pytest.mark.django_db
def test_mail_is_kept_in_a_folder_and_read_back_newest_first(
    settings: Settings, tmp_path: Path
) -> None:
    settings.VAR_DIR = tmp_path
    settings.EMAIL_BACKEND = "config.demo.mail.FolderBackend"
    assert mail.newest(5) == []
    send_mail("First", "Eins", "us@example.org", ["ada@example.org"])
    send_mail("Second", "Zwei – ü", "us@example.org", ["bo@example.org"])
    second, first = mail.newest(5)
    assert (second.subject, second.to, second.body.strip()) == (
        "Second",
        "bo@example.org",
        "Zwei – ü",
    )
    assert first.subject == "First"
    assert len(mail.newest(1)) == 1
