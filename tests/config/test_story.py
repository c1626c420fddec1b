"""The demo holds what it promises: every stage, an open vote, terms in force, a balanced past."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from django.core.mail import send_mail
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from config.demo import mail, story
from governance.proposals.models import Proposal
from governance.record.models import Entry, Pending
from governance.terms.models import Status, Term, Translation, Version
from governance.terms.roster import load
from governance.voting.models import Poll
from members.models import Person, RoleGrant
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
    assert by_method == {"yes_no": 2, "schulze": 1, "approval": 1}
    _the_roster_is_on_its_way()
    assert not Pending.objects.exists()
    assert Entry.objects.count() > 30
    _the_three_are_who_they_are_said_to_be(world)
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


def _the_three_are_who_they_are_said_to_be(world: World) -> None:
    assert world.member.standing_on(timezone.now().date()) is not None
    assert not world.newcomer.standing_periods.exists()
    assert RoleGrant.objects.get().person == world.steward
    assert Person.objects.in_standing(timezone.now().date()).count() == 42


def _a_visitor_signs_in_with_one_click(client: Client) -> None:
    page = client.get("/demo/")
    assert "Sign in as Noor" in page.text
    assert "No mail yet." in page.text
    assert client.get("/demo/sign-in/member/").status_code == 405
    assert client.post("/demo/sign-in/nobody/").status_code == 404
    signed_in = client.post("/demo/sign-in/member/", follow=True)
    assert "Hello, Mia" in signed_in.text
    assert "Publish our letters to companies" in signed_in.text


def _pages_make_no_query_per_row(
    client: Client, assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(Person.objects.get(email="mia@example.org"))
    # Session and person; the term told; the count of terms, of members; what was decided, what is
    # open; the cheapest plan.
    with assert_num_queries(8):
        client.get("/")
    # Session and person; standing, roles; polls, changed texts, ideas that await; one's own.
    with assert_num_queries(8):
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
