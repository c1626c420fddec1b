"""Every field that takes free text, through the page and the API, with words of every sort."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from governance.proposals import actions, stages
from governance.proposals.kind_forms import ElectionContent
from governance.proposals.models import Proposal
from members.models import Person
from tests.conftest import NOW
from tests.governance.proposals.conftest import (
    MakePerson,
    advance,
    publish_version,
    resolve,
    support,
)
from tests.governance.proposals.deciding import adopt_all_rules, propose
from tests.governance.proposals.test_amendments import amend
from tests.governance.proposals.test_every_move import undone

DAY = timedelta(days=1)
# What is sent and what of it a reader sees: with nothing that turns, hides or breaks.
# Several at once, as short as the shortest field.
WORDS = {
    "scripts": "لا تتبعني \u05e9\u05dc\u05d5\u05dd twice 👩‍👩‍👧 🏳️‍🌈 Z"
    + "\u0351\u0313" * 20
    + "algo",
    "signs nobody sees": "a\u202eb c\x00d\x07e f\ud800g h\uffffi\ufdd0j k\U000e0041l",
    "markup": "<script>alert(1)</script> {{ a.b }} {% debug %} *so*",
    "hidden links": "![](https://tracker.example/p) [](https://hidden.example)",
}
EMPTY = ["", "   \n\t", "\u200b\u2060", "\u3164", "\u202e"]
# What no answer may hold, whatever was sent.
UNSEEN = re.compile("[\u202a-\u202e\u2066-\u2069\x00\x07\ufffe\uffff\U000e0000-\U000e007f]")


@dataclass(frozen=True, slots=True)
class Door:
    """Where words are sent: a form that works, and the fields of it that take words of one's own.

    ``optional`` are those that may be left empty. ``sends`` makes the API's body from the form.
    """

    url: str
    who: Person | None
    form: dict[str, Any]
    fields: Collection[str]
    optional: Collection[str] = ()
    method: str = "post"
    sends: Callable[[dict[str, Any]], Any] | None = None

    def knock(self, **changes: Any) -> Any:
        client = Client()
        if self.who is not None:
            client.force_login(self.who)
        sent = {**self.form, **changes}
        if self.sends is None:
            # A browser sends what is no text as a mark of replacement.
            clean = {name: _encodable(value) for name, value in sent.items()}
            return client.post(self.url, clean)
        return getattr(client, self.method)(
            self.url, self.sends(sent), content_type="application/json"
        )

    @property
    def all_fields(self) -> set[str]:
        return {*self.fields, *self.optional}

    @property
    def is_api(self) -> bool:
        return self.sends is not None


def _encodable(value: Any) -> Any:
    return value.encode(errors="replace").decode() if isinstance(value, str) else value


def _as_it_is(form: dict[str, Any]) -> dict[str, Any]:
    return form


def _with_term(form: dict[str, Any]) -> dict[str, Any]:
    """The rows of the page's rules and lines of its aliases, as the API has them."""
    words = {name: form[name] for name in ("summary", "problem")}
    names = ("slug", "version", "title", "plain", "legal")
    rule = {name: form[f"rules-0-{name}"] for name in ("party", "kind", "action")}
    content: dict[str, Any] = {name: form[f"term-{name}"] for name in names}
    content |= {"rules": [rule], "aliases": [form["term-aliases"]]}
    return {"kind": "adopt_term", **words, "content": content}


def _with_status(form: dict[str, Any]) -> dict[str, Any]:
    words = {name: form[name] for name in ("summary", "problem")}
    content = {name: form[name] for name in ("version", "reason")}
    return {"kind": "withdraw_term", **words, "content": content}


def _with_content(form: dict[str, Any]) -> dict[str, Any]:
    rest = dict(form)
    return {**rest, "content": {"text": rest.pop("text")}}


@pytest.fixture
def doors(
    db: None, tmp_path: Path, ada: Person, bob: Person, cyd: Person, make_person: MakePerson
) -> list[Door]:
    """Every door, on a proposal in each stage that takes words, a comment and an amendment."""
    adopt_all_rules(tmp_path, at=NOW - DAY)
    steward = make_person("Sam", role="steward")
    idea, discussed, final = resolve(ada), resolve(ada, title="Two"), resolve(ada, title="Three")
    support(discussed, bob, cyd)
    election = support(propose("elect_stewards", ada, ElectionContent(1, 365)), bob, cyd)
    final = _final(final, bob, cyd)
    said = actions.comment(proposal=idea, body="Hm.", by=bob, at=NOW)
    amendment = amend(discussed, bob)
    flag = actions.flag(proposal=idea, comment=said, reason="spam", by=cyd, at=NOW)

    comment, amended = (idea.pk, said.pk), (discussed.pk, amendment.number)
    words = {"title": "A title", "summary": "A sentence.", "problem": "A problem.", "text": "So."}
    note = {"lawyer": "L. Law", "admitted": "Since 2001", "interests": "None.", "body": "Fine."}
    stand = {"statement": "I read.", "interests": "None."}
    amends = {"reason": "It is better.", "text": "Other words."}
    left = {"decision": "leave", "answer": "No."}
    flagged = {"reason": "spam", "words": "Twice."}
    named = {"kind": "resolution", "title": "A title"}

    version = publish_version(ada)
    about = {"summary": "A sentence.", "problem": "A problem."}
    status = {**about, "version": f"{version.term_id}/{version.version}", "reason": "It is old."}
    new_term = {
        **about,
        "term-title": "No echoes",
        "term-slug": "no-echoes",
        "term-version": "1.0.0",
        "term-plain": "Plain.",
        "term-legal": "Legal.",
        "term-aliases": "https://terms.example/echoes",
        "rules-TOTAL_FORMS": "1",
        "rules-INITIAL_FORMS": "0",
        "rules-0-party": "second",
        "rules-0-kind": "prohibition",
        "rules-0-action": "share_identifiable",
    }
    term_words = ("term-title", "term-version", "term-plain", "term-legal", *about)
    domain, email = {"domain": "shop.example"}, {"email": "bob@people.example"}

    def draft_of(form: dict[str, Any]) -> dict[str, Any]:
        return {"kind": form["kind"], "data": {"title": form["title"]}}

    def on(name: str, *args: Any, **about: Any) -> Door:
        return Door(url=reverse(name, args=args), **{"fields": tuple(about["form"]), **about})

    def api(name: str, *args: Any, **about: Any) -> Door:
        return on(name, *args, **{"sends": _as_it_is, **about})

    return [
        on("proposal-write", "resolution", who=ada, form=words),
        on("proposal-edit", idea.pk, who=ada, form=words),
        on("proposal-comment", idea.pk, who=bob, form={"body": "Hm."}),
        on("comment-edit", *comment, who=bob, form={"body": "Ho."}),
        on("comment-flag", *comment, who=ada, form=flagged, fields=(), optional=("words",)),
        on("comment-hide", *comment, who=steward, form={"reason": "Unkind."}),
        on("flag-settle", flag.pk, who=steward, form={"reason": "Unkind."}),
        on("proposal-hide", idea.pk, who=steward, form={"reason": "Spam."}),
        on("amendment-new", discussed.pk, who=cyd, form={**amends, "base": 1}, fields=amends),
        on("amendment-decide", *amended, who=ada, form=left, fields=(), optional=("answer",)),
        on("proposal-interests", final.pk, who=ada, form={"text": ""}, optional=("text",)),
        on("candidate-stand", election.pk, who=bob, form=stand),
        on("proposal-advice", final.pk, who=steward, form=note),
        on("organisations", who=None, form={"domain": "a.example"}),
        on(
            "proposal-write",
            "adopt_term",
            who=ada,
            form=new_term,
            fields=term_words,
            optional=("term-slug", "term-aliases"),
        ),
        on(
            "proposal-write",
            "withdraw_term",
            who=ada,
            form=status,
            fields=("reason", *about),
        ),
        on("term-ask", version.term_id, who=bob, form=domain),
        on("candidate-nominate", election.pk, who=ada, form=email),
        api(
            "api-proposal-list",
            who=ada,
            form={**words, "kind": "resolution"},
            fields=words,
            sends=_with_content,
        ),
        api("api-proposal", idea.pk, who=ada, form=words, sends=_with_content, method="put"),
        api(
            "api-proposal-list",
            who=ada,
            form=new_term,
            fields=(*term_words, "term-slug", "term-aliases"),
            sends=_with_term,
        ),
        api(
            "api-proposal-list",
            who=ada,
            form=status,
            fields=("reason", *about),
            sends=_with_status,
        ),
        api("api-ask-list", version.term_id, who=bob, form=domain),
        api("api-candidate-nominate", election.pk, who=ada, form=email),
        api("api-comment-list", idea.pk, who=bob, form={"body": "Hm."}),
        api("api-comment", *comment, who=bob, form={"body": "Ho."}, method="put"),
        api("api-comment-flag", *comment, who=ada, form=flagged, fields=(), optional=("words",)),
        api("api-comment-hide", *comment, who=steward, form={"reason": "No."}),
        api(
            "api-amendment-list",
            discussed.pk,
            who=cyd,
            form={**amends, "base": 1},
            fields=amends,
            sends=_with_content,
        ),
        api("api-amendment-decide", *amended, who=ada, form=left, fields=(), optional=("answer",)),
        api("api-proposal-interests", final.pk, who=ada, form={"text": ""}, optional=("text",)),
        api("api-candidates", election.pk, who=bob, form=stand),
        api("api-proposal-advice", final.pk, who=steward, form=note),
        api("api-draft-list", who=ada, form=named, fields=(), optional=("title",), sends=draft_of),
    ]


def _final(proposal: Proposal, *sponsors: Person) -> Proposal:
    return advance(proposal, stages.FINAL, sponsors=sponsors)


def test_every_sort_of_words_is_taken_and_shown_or_refused_in_words(doors: list[Door]) -> None:
    with time_machine.travel(NOW + DAY, tick=False):
        for door in doors:
            with undone():
                works = door.knock()
                assert works.status_code < 400, (
                    door.url,
                    works.content[:400],
                )
            for field in sorted(door.all_fields):
                for sort, words in WORDS.items():
                    with undone():
                        answer = door.knock(**{field: words})
                        assert answer.status_code < 500, (door.url, field, sort)
                        _is_clean(door, sort, answer)
                        if answer.status_code == 302:
                            page = Client().get(answer["Location"].partition("#")[0])
                            _is_clean(door, sort, page)


def _is_clean(door: Door, sort: str, answer: Any) -> None:
    shown = answer.content.decode()
    where = (door.url, sort)
    if door.is_api:
        assert answer.status_code in (200, 201, 204, 400, 409), where
        shown = str(answer.json()) if answer.content else ""
    else:
        assert "<script>alert" not in shown, where
        assert '<img src="https://tracker' not in shown, where
        assert not re.search(r"<a [^>]*hidden\.example[^>]*>\s*</a>", shown), where
    if answer.status_code < 400:
        assert not UNSEEN.search(shown), where


def test_what_is_empty_or_looks_so_is_refused_where_something_is_needed(doors: list[Door]) -> None:
    with time_machine.travel(NOW + DAY, tick=False):
        for door in doors:
            for field in sorted(door.all_fields):
                for nothing in EMPTY:
                    with undone():
                        answer = door.knock(**{field: nothing})
                    assert answer.status_code < 500, (door.url, field, nothing)
                    if field in door.optional:
                        continue
                    assert answer.status_code in (400, 409, 422), (door.url, field, nothing)


def test_a_hundred_thousand_characters_meet_a_clear_limit(doors: list[Door]) -> None:
    flood = "word " * 20_000
    with time_machine.travel(NOW + DAY, tick=False):
        for door in doors:
            for field in sorted(door.all_fields):
                with undone():
                    answer = door.knock(**{field: flood})
                if door.url == reverse("api-draft-list"):
                    # A draft keeps whatever somebody pasted; what is published has limits.
                    assert answer.status_code == 201
                    continue
                where = (door.url, field, answer.status_code)
                assert answer.status_code in (400, 409, 422), where
                said = answer.content.decode()
                assert re.search(r"more than|[Aa]t most|longer than|no more|such as", said), where
