"""Polls in each stage, and people who vote in them."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import cycle
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from governance.voting import actions, blind, keys, manifest
from governance.voting.ballots import Receipt
from governance.voting.models import Poll
from governance.voting.rule import Option, PollRule, text_sha256
from governance.voting.voter import Voter
from members.models import Person
from tests.conftest import NOW, TEST
from tests.governance.voting.settled import BALLOTS, RULES, Settle
from tests.governance.voting.settled import OPTIONS as OFFERED

RULE = PollRule(method="yes_no", quorum="1/4", majority="1/2")
OPTIONS = [
    Option(id=name, label=name.capitalize(), text_sha256=text_sha256(name))
    for name in ("yes", "no", "abstain")
]


@pytest.fixture(scope="session")
def issuer_keys() -> Iterator[rsa.RSAPrivateKey]:
    """Two RSA keys in turn: making one takes longer than any test."""
    return cycle([keys.new_issuer(), keys.new_issuer()])


@pytest.fixture(autouse=True)
def _ready_made_issuers(
    monkeypatch: pytest.MonkeyPatch, issuer_keys: Iterator[rsa.RSAPrivateKey]
) -> None:
    monkeypatch.setattr(keys, "new_issuer", lambda: next(issuer_keys))


@pytest.fixture
def make_poll(db: None, now: datetime) -> Callable[..., Poll]:
    """A scheduled poll whose window begins now and lasts three days."""

    def make(**changes: Any) -> Poll:
        given: dict[str, Any] = {
            "title": "Adopt No stalking 1.0.0",
            "question_text": "Shall we publish this term?",
            "options": OPTIONS,
            "rule": RULE,
            "opens_at": now,
            "closes_at": now + timedelta(days=3),
            "roll_from": now.date() - timedelta(days=14),
            "cutoff": now.date(),
            "min_days": 0,
            "subject_url": "/proposals/",
            "by": TEST,
            "at": now - timedelta(days=14),
        }
        return actions.schedule_poll(**(given | changes))

    return make


@pytest.fixture
def people(make_person: Callable[..., Person]) -> Callable[[int], list[Person]]:
    """So many people in standing."""

    def make(number: int) -> list[Person]:
        return [make_person(f"Member {one}") for one in range(number)]

    return make


@pytest.fixture
def make_open(make_poll: Callable[..., Poll], now: datetime) -> Callable[..., Poll]:
    """An open poll; whoever is in standing by then is on its roll."""

    def make(**changes: Any) -> Poll:
        poll = make_poll(**changes)
        actions.open_poll(poll=poll, at=max(now, poll.opens_at), by=TEST)
        return poll

    return make


@pytest.fixture
def ada(make_person: Callable[..., Person]) -> Person:
    """In standing by the clock that a live server reads."""
    today = timezone.now().date()
    return make_person("Ada", since=today - timedelta(days=90), until=today + timedelta(days=90))


@pytest.fixture
def open_now(ada: Person, make_poll: Callable[..., Poll]) -> Callable[..., Poll]:
    """A poll that is open by the clock that a live server reads, with Ada on its roll."""

    def make(**changes: Any) -> Poll:
        now = timezone.now()
        poll = make_poll(
            opens_at=now,
            closes_at=now + timedelta(hours=1),
            roll_from=now.date() - timedelta(days=14),
            cutoff=now.date(),
            **changes,
        )
        actions.open_poll(poll=poll, at=now, by=TEST)
        return poll

    return make


@pytest.fixture
def ada_opens(
    live_server: LiveServer, new_browser: Callable[..., BrowserContext], ada: Person
) -> Callable[..., Page]:
    """A poll's page as Ada sees it, in a browser of its own."""
    # The site's name: browsers offer cryptography under localhost as under https.
    site = live_server.url.replace("127.0.0.1", "localhost")

    def open_page(poll: Poll, init_script: str = "", **options: object) -> Page:
        client = Client()
        client.force_login(ada)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        browser = new_browser(**options)
        browser.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site}])
        page = browser.new_page()
        if init_script:
            page.add_init_script(init_script)
        page.goto(site + reverse("poll", args=[poll.pk]))
        return page

    return open_page


@pytest.fixture
def settle(
    make_open: Callable[..., Poll], people: Callable[[int], list[Person]], now: datetime
) -> Settle:
    """A closed poll of one method: see :class:`Settle`."""

    def make(
        method: str,
        *,
        ballots: list[list[str]] | None = None,
        revote: list[str] | None = None,
        voters: int = 5,
        **changes: Any,
    ) -> Poll:
        members = people(voters)
        given: dict[str, Any] = {"rule": RULES[method], "options": OFFERED[method]}
        poll = make_open(**(given | changes))
        cast = BALLOTS[method] if ballots is None else ballots
        for number, (person, choices) in enumerate(zip(members, cast, strict=False)):
            voter = take(poll, person, now)
            versions = [choices] if number or revote is None else [choices, revote]
            for version in versions:
                actions.cast(poll_id=poll.pk, ballot=voter.ballot(*version), at=now)
        actions.close_poll(poll=poll, at=poll.closes_at, by=TEST)
        return poll

    return make


def manifest_of(poll: Poll) -> dict[str, Any]:
    """The manifest of a poll that has opened."""
    document: dict[str, Any] = poll.manifest or {}
    return document


def result_of(poll: Poll) -> dict[str, Any]:
    """The result of a poll that has closed."""
    document: dict[str, Any] = poll.result or {}
    return document


def turnout(poll: Poll) -> tuple[int, int, int]:
    """Of a closed poll: on the roll, took a ballot, cast it."""
    result = result_of(poll)
    return result["eligible"], result["issued"], result["cast"]


def take(poll: Poll, person: Person, at: datetime) -> Voter:
    """A voter with ``person``'s token in ``poll``."""
    voter = Voter(manifest_of(poll))
    voter.take(actions.issue(poll=poll, blinded=voter.blinded, by=person, at=at))
    return voter


def vote(poll: Poll, person: Person, choice: str, at: datetime) -> tuple[Voter, Receipt]:
    """Take a ballot as ``person`` and cast it."""
    voter = take(poll, person, at)
    ballot = voter.ballot(choice)
    receipt = actions.cast(poll_id=poll.pk, ballot=ballot, at=at)
    voter.check_receipt(ballot, receipt)
    return voter, receipt


class PaperPoll:
    """A poll with keys and a manifest and no database: what the pure parts are tried on."""

    def __init__(
        self,
        issuer: rsa.RSAPrivateKey,
        rule: PollRule = RULE,
        options: list[Option] = OPTIONS,
        first: str = "yes",
    ) -> None:
        self.issuer = issuer
        self.receipt_key = ec.generate_private_key(ec.SECP256R1())
        self.seed = bytes(range(32))
        self.document = manifest.build(
            poll=str(uuid.uuid4()),
            title="Adopt No stalking 1.0.0",
            question_text="Shall we publish this term?",
            options=options,
            rule=rule,
            opens_at=NOW,
            closes_at=NOW + timedelta(days=3),
            roll_from=NOW.date() - timedelta(days=14),
            cutoff=NOW.date(),
            min_days=0,
            roll_size=10,
            roll_root=bytes(32),
            issuer_spki=spki(self.issuer.public_key()),
            receipt_spki=spki(self.receipt_key.public_key()),
            seed=self.seed,
            scripts={"vote.js": "0" * 64},
        )
        self.manifest = manifest.read(self.document)
        self.written = self.cast(first)

    def sign(self, blinded: bytes) -> bytes:
        return blind.sign(blinded, self.issuer)

    def voter(self) -> Voter:
        """A voter whose token is signed."""
        voter = Voter(self.document)
        voter.take(self.sign(voter.blinded))
        return voter

    def cast(self, *choices: str) -> dict[str, Any]:
        """A new voter's ballot."""
        return self.voter().ballot(*choices)


def spki(key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


@pytest.fixture(scope="session")
def paper(issuer_keys: Iterator[rsa.RSAPrivateKey]) -> PaperPoll:
    return PaperPoll(next(issuer_keys))


@pytest.fixture(scope="session")
def other_paper(paper: PaperPoll, issuer_keys: Iterator[rsa.RSAPrivateKey]) -> PaperPoll:
    """Another poll, with other keys."""
    other = next(issuer_keys)
    if spki(other.public_key()) == spki(paper.issuer.public_key()):
        other = next(issuer_keys)
    return PaperPoll(other)
