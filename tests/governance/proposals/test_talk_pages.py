"""The pages of talk, amendments, drafts and flags, as somebody in a browser meets them."""

from __future__ import annotations

import re

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from config.templatetags.commons import markdown
from governance.proposals import actions, kinds
from governance.proposals.models import (
    Comment,
    Flag,
    Manuscript,
    Proposal,
)
from members.awaiting import awaiting
from members.leaving import parts
from members.models import Person
from tests.conftest import NOW
from tests.governance.proposals.conftest import MakePerson, fresh, resolve, revise, support
from tests.governance.proposals.long_history import write_long_history
from tests.governance.proposals.test_pages import body, signed_in

WORDS = {"title": "Open doors", "summary": "We meet in the open.", "problem": "Closed doors."}
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "![pixel](https://tracker.example/p.png)",
    "[](https://hidden.example)",
    "[\u200b](https://hidden.example)",
    "[bank.example](https://evil.example)",
    "[x](javascript:alert(1))",
    "[x](data:text/html,hi)",
    '<a href="https://evil.example" style="display:none">a</a>',
    "<svg/onload=alert(1)>",
    "[x]: https://evil.example\n[x]",
    "abc\u202e cba",
]


@pytest.fixture(autouse=True)
def _clock() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.mark.parametrize("text", HOSTILE)
def test_no_script_no_picture_and_no_hidden_link_survive(
    proposal: Proposal, bob: Person, text: str
) -> None:
    signed_in(bob).post(reverse("proposal-comment", args=[proposal.pk]), {"body": text})
    page = body(Client().get(proposal.get_absolute_url()))
    said = page[page.index('id="comments"') :]
    # As words all of it may stand there; as an element or an attribute nothing of it does.
    elements = re.findall(r"<[^>]*>", said)
    for bad in ("<script", "<img", "<svg", "onerror", "onload", "style=", "javascript:", "data:"):
        assert not [element for element in elements if bad in element]
    assert "tracker.example" not in said
    assert "\u202e" not in said
    if [element for element in elements if 'href="https://evil.example"' in element]:
        assert "(evil.example)</a>" in said
    if "hidden.example" in text:
        assert "hidden.example</a>" in said


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet="[]()<>!ahtps:/.\\e&#x\"' \n*_`\u200b\u202e", max_size=80))
def test_every_link_shows_where_it_leads(text: str) -> None:
    html = markdown(text)
    assert "<img" not in html
    assert "<script" not in html
    for piece in html.split("<a ")[1:]:
        words = piece[piece.index(">") + 1 : piece.index("</a>")]
        assert words.strip("\u200b\u202e \n")


def test_too_long_is_a_clear_limit_and_nothing_is_lost(proposal: Proposal, bob: Person) -> None:
    url = reverse("proposal-comment", args=[proposal.pk])
    answer = signed_in(bob).post(url, {"body": "x" * 100_000})
    assert answer.status_code == 422
    assert "at most 10000 characters" in body(answer)
    assert "x" * 100_000 in body(answer)
    assert signed_in(bob).post(url, {"body": "a\x00b"}).status_code == 422
    assert signed_in(bob).post(url, {"body": "\u200b\u200b"}).status_code == 409
    assert signed_in(bob).post(url, {"body": "שלום לכולם"}).status_code == 302
    assert 'dir="auto"' in body(Client().get(proposal.get_absolute_url()))


def test_a_sentence_is_enough_to_begin(rules: None, ada: Person, bob: Person) -> None:
    client = signed_in(ada)
    url = reverse("proposal-write", args=["adopt_term"])
    sent = {"summary": "No stalking.", "problem": "They follow me.", "sketch": "1"}
    assert client.post(url, sent).status_code == 302
    idea = Proposal.objects.select_related("wording").get()
    assert (idea.wording.title, idea.wording.says_what) == ("No stalking.", False)
    page = body(signed_in(bob).get(idea.get_absolute_url()))
    assert "There is no text yet" in page
    assert "I have this too" in page
    assert "Sponsor this text" not in page
    echo = reverse("proposal-echo", args=[idea.pk])
    assert signed_in(bob).post(echo).status_code == 302
    assert "1 member has this problem too." in body(client.get(idea.get_absolute_url()))
    assert signed_in(bob).post(echo, {"back": "1"}).status_code == 302
    assert idea.echoes.count() == 0


def test_what_sounds_alike_is_offered_with_and_without_scripts(
    rules: None, ada: Person, bob: Person
) -> None:
    resolve(ada, title="Plant trees by the river")
    piece = body(Client().get(reverse("proposal-similar"), {"title": "planting a tree"}))
    assert "Plant trees by the river" in piece
    again = signed_in(bob).post(
        reverse("proposal-write", args=["resolution"]), {"title": "Planting a tree"}
    )
    assert again.status_code == 422
    assert "Plant trees by the river" in body(again)


def test_a_draft_is_kept_saved_and_opened(rules: None, ada: Person, bob: Person) -> None:
    client = signed_in(ada)
    kept = client.post(reverse("draft-list"), {"kind": "resolution", "title": "Open"})
    draft = Manuscript.objects.get()
    assert kept.headers["Location"] == draft.get_absolute_url()
    saved = client.post(
        reverse("draft-save", args=[draft.pk]), {"seen": "1", "title": "Open doors"}
    )
    assert saved.json() == {"number": 2}
    late = client.post(reverse("draft-save", args=[draft.pk]), {"seen": "1", "title": "Other"})
    assert (late.status_code, late.json()["code"]) == (409, "saved-aside")
    page = client.post(draft.get_absolute_url(), {"seen": "1", "title": "From another window"})
    assert page.status_code == 409
    assert "From another window" in body(page)
    assert signed_in(bob).get(draft.get_absolute_url()).status_code == 404
    opened = client.post(
        draft.get_absolute_url(), {**WORDS, "text": "Open.", "seen": "2", "publish": "1"}
    )
    assert opened.status_code == 302
    assert Manuscript.objects.get().proposal == Proposal.objects.get()


@pytest.mark.parametrize("kind", [kind.name for kind in kinds.proposable()])
def test_the_history_of_a_draft_names_what_stood_where(rules: None, ada: Person, kind: str) -> None:
    data = {
        "summary": "Nobody follows me.",
        "title": "Open doors",
        "term-title": "No stalking",
        "rules-TOTAL_FORMS": "1",
        "rules-INITIAL_FORMS": "0",
        "rules-0-kind": "prohibition",
        "unknown": "Not a field.",
    }
    draft = actions.start_manuscript(kind=kind, data=data, by=ada, at=NOW)
    page = body(signed_in(ada).get(reverse("draft-history", args=[draft.pk]) + "?save=1"))
    assert "<h3>In one sentence</h3>" in page
    assert "Nobody follows me." in page
    assert "Not a field." not in page
    assert "TOTAL_FORMS" not in page
    if kind == "adopt_term":
        assert "<h3>Title of the term</h3>" in page
        assert "<h3>Rule 1: " in page
        assert ">prohibition<" not in page


def test_a_co_author_comes_by_link_and_is_named(rules: None, ada: Person, bob: Person) -> None:
    client = signed_in(ada)
    client.post(reverse("draft-list"), {"kind": "resolution", **WORDS, "text": "Open."})
    draft = Manuscript.objects.get()
    page = client.post(reverse("draft-invite", args=[draft.pk]), {"name": ""})
    path = page.context["link"].removeprefix("http://localhost:8000").split("testserver")[-1]
    path = path[path.index("/proposals/") :]
    joined = signed_in(bob).post(path, {"accept": "1"})
    assert joined.headers["Location"] == draft.get_absolute_url()
    assert signed_in(bob).post(path, {"accept": "1"}).status_code == 404
    number = Manuscript.objects.get().number
    sent = {**WORDS, "text": "Open.", "seen": str(number), "publish": "1"}
    assert client.post(draft.get_absolute_url(), sent).status_code == 302
    opened = Proposal.objects.get()
    assert "Written with <bdi>Bob</bdi>" in body(Client().get(opened.get_absolute_url()))


def test_stewards_alone_see_what_was_flagged(
    proposal: Proposal, ada: Person, bob: Person, make_person: MakePerson
) -> None:
    said = actions.comment(proposal=proposal, body="Buy pills.", by=bob, at=NOW)
    url = reverse("comment-flag", args=[proposal.pk, said.pk])
    assert signed_in(ada).post(url, {"reason": ""}).status_code == 422
    assert signed_in(ada).post(url, {"reason": "spam", "words": "Look."}).status_code == 302
    steward = signed_in(make_person("Eve", role="steward"))
    assert "Buy pills." in body(steward.get(reverse("flags")))
    seen = signed_in(ada).get(reverse("flags"))
    assert seen.status_code == 403
    assert "Buy pills." not in body(seen)
    settle = reverse("flag-settle", args=[Flag.objects.get().pk])
    kept = steward.post(settle, {"reason": "x" * 301})
    assert kept.status_code == 422
    assert "x" * 301 in body(kept)
    assert steward.post(settle, {"reason": ""}).status_code == 422
    assert steward.post(settle, {"reason": "It advertises."}).status_code == 302
    page = body(signed_in(ada).get(proposal.get_absolute_url()))
    assert "Buy pills." not in page
    assert "It advertises." in page
    assert "Propose to show it again" in page
    assert "Buy pills." not in body(signed_in(ada).get(said.get_absolute_url()))


def test_a_hidden_idea_shows_its_reason_and_none_of_its_words(
    proposal: Proposal, ada: Person, make_person: MakePerson
) -> None:
    steward = signed_in(make_person("Eve", role="steward"))
    url = reverse("proposal-hide", args=[proposal.pk])
    assert steward.post(url, {"reason": "It names a private address."}).status_code == 302
    for page in (proposal.get_absolute_url(), f"/api/v1/proposals/{proposal.pk}/"):
        shown = body(Client().get(page))
        assert "It names a private address." in shown
        assert "Every meeting of stewards" not in shown
        assert "Meet in the open" not in shown
    assert "Meet in the open" not in body(Client().get(reverse("proposal-list")))
    assert Client().get(reverse("proposal-text", args=[proposal.pk, 1])).status_code == 404
    assert Client().get(reverse("proposal-texts", args=[proposal.pk])).status_code == 404


def test_what_awaits_an_author(proposal: Proposal, ada: Person, bob: Person, cyd: Person) -> None:
    support(proposal, bob, cyd)
    actions.comment(proposal=proposal, body="Why?", stance="question", by=bob, at=NOW)
    actions.amend(proposal=proposal, content="Ajar.", reason="So.", base=1, by=cyd, at=NOW)
    sentences = {waiting.sentence for waiting in awaiting(ada, NOW)}
    revise(proposal, "Wide open.", by=ada, at=NOW)
    actions.support(proposal=proposal, text_sha256=fresh(proposal).wording.sha256, by=cyd, at=NOW)
    to_confirm = "Read the new text of “Meet in the open” and confirm it, or take your name back"
    assert to_confirm in {waiting.sentence for waiting in awaiting(bob, NOW)}
    assert to_confirm not in {waiting.sentence for waiting in awaiting(cyd, NOW)}
    assert "Answer a question about “Meet in the open”" in sentences
    assert "Say what you think of amendment 1 to “Meet in the open”" in sentences
    assert not {one for one in sentences if "amendment" in one} & {
        waiting.sentence for waiting in awaiting(bob, NOW)
    }


def test_what_somebody_wrote_goes_with_them_as_a_file(
    proposal: Proposal, ada: Person, bob: Person
) -> None:
    actions.comment(proposal=proposal, body="Mine.", by=bob, at=NOW)
    actions.echo(proposal=proposal, by=bob, at=NOW)
    actions.start_manuscript(kind="resolution", data={"title": "Secret"}, by=bob, at=NOW)
    (part,) = [part for part in parts() if part.name == "proposals"]
    held = part.export(bob)
    assert held["comments"][0]["body"] == "Mine."
    assert held["drafts"][0]["fields"] == {"title": "Secret"}
    assert part.export(ada)["proposals"][0]["text"]["title"] == "Meet in the open"
    part.erase(person=bob, by=bob, at=NOW)
    assert not Manuscript.objects.exists()
    assert proposal.echoes.count() == 0
    assert Comment.objects.count() == 1


def test_a_long_history_stays_quick_and_short(
    proposal: Proposal,
    ada: Person,
    bob: Person,
    cyd: Person,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    """2,000 comments, 200 amendments and 60 texts: as many queries as of a short one."""
    pages = write_long_history(proposal, author=ada, others=(bob, cyd))
    client = signed_in(cyd)
    for page in pages:
        with django_assert_max_num_queries(32):
            shown = client.get(page)
        assert shown.status_code == 200
        assert len(shown.content) < 200_000, page
    for page in ("comments/", "amendments/", "texts/"):
        with django_assert_max_num_queries(5):
            answer = Client().get(f"/api/v1/proposals/{proposal.pk}/{page}")
        assert answer.status_code == 200
