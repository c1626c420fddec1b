"""A small cooperative with a past: the demo's story, told to the test database.

A plugin that ``tests/conftest.py`` names.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from config.demo.checkout import Till
from config.demo.story import Story
from funding.stripe_sandbox.server import Sandbox
from governance.proposals.models import Proposal
from governance.terms.models import Version
from governance.voting.models import Poll
from members.models import Person
from tests.funding.grants.awards_acting import PAYING_ACCOUNT
from tests.snapshot import Snapshot
from tests.triggers import declared_triggers


@dataclass(frozen=True, slots=True)
class World:
    """Who and what there is; everything else can be found from the database."""

    newcomer: Person
    member: Person
    steward: Person

    def proposal(self, stage: str) -> Proposal:
        return Proposal.objects.to_show().filter(stage=stage).order_by("opened_at")[0]

    def poll(self, stage: str) -> Poll:
        return Poll.objects.filter(stage=stage).order_by("opens_at")[0]

    def version(self) -> Version:
        return Version.objects.get(term_id="no-stalking")


@dataclass(frozen=True, slots=True)
class Told:
    """The story as it was told once in this process, and what the sandbox remembers of it."""

    snapshot: Snapshot
    sandbox: Path


@pytest.fixture(scope="session")
def _told() -> list[Told]:
    """Empty until the first test that needs the story has told it."""
    return []


@pytest.fixture
def world(
    transactional_db: None,
    settings: Any,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    _told: list[Told],
) -> Iterator[World]:
    """The demo's story with 40 members around the four, and its sandbox until the test ends."""
    if not _told:
        _told.append(_tell(settings, tmp_path_factory.mktemp("told")))
    [told] = _told
    # The keys of the world are not those that every other test shares.
    settings.KEYS_DIR = tmp_path / "keys-of-the-world"
    told.snapshot.put_back(folders=_folders(settings), triggers=declared_triggers())
    store = shutil.copy(told.sandbox, tmp_path / "sandbox.sqlite3")
    with Sandbox(api_key=settings.STRIPE_API_KEY, store=store) as stripe:
        settings.STRIPE_API_BASE = stripe.url
        yield World(
            newcomer=Person.objects.get(email="noor@example.org"),
            member=Person.objects.get(email="mia@example.org"),
            steward=Person.objects.get(email="sam@example.org"),
        )


def _folders(settings: Any) -> list[Path]:
    return [Path(settings.PUBLIC_ROOT), Path(settings.KEYS_DIR)]


def _tell(settings: Any, scratch: Path) -> Told:
    store = scratch / "sandbox.sqlite3"
    with Sandbox(api_key=settings.STRIPE_API_KEY, store=store) as stripe:
        settings.STRIPE_API_BASE = stripe.url
        settings.PAYING_ACCOUNT = PAYING_ACCOUNT
        Story(now=timezone.now(), size=40, till=Till(), say=lambda text: None).tell()
    return Told(Snapshot.take(folders=_folders(settings), into=scratch), store)
