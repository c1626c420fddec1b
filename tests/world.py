"""A small cooperative with a past: the demo's story, told to the test database.

A plugin that ``tests/conftest.py`` names.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
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


@pytest.fixture
def world(transactional_db: None, settings: Any) -> Iterator[World]:
    """The demo's story with 40 members around the three, and its sandbox until the test ends."""
    with Sandbox(api_key=settings.STRIPE_API_KEY) as stripe:
        settings.STRIPE_API_BASE = stripe.url
        Story(now=timezone.now(), size=40, till=Till(), say=lambda text: None).tell()
        yield World(
            newcomer=Person.objects.get(email="noor@example.org"),
            member=Person.objects.get(email="mia@example.org"),
            steward=Person.objects.get(email="sam@example.org"),
        )
