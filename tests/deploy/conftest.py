"""A public tree with something of every kind in it, made by the site's own actions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from governance.record import sweeps
from governance.voting import actions, keys
from governance.voting.models import Poll
from members.models import Person
from tests.conftest import NOW, TEST
from tests.governance.terms.conftest import Publish, author, frozen, public_root, publish
from tests.governance.voting.conftest import make_open, make_poll, vote

__all__ = ["author", "frozen", "make_open", "make_poll", "public_root", "publish"]


@pytest.fixture(scope="session")
def issuer() -> rsa.RSAPrivateKey:
    """One RSA key for all: making one takes longer than any test."""
    return keys.new_issuer()


@pytest.fixture
def closed_poll(
    make_open: Callable[..., Poll],
    make_person: Callable[..., Person],
    issuer: rsa.RSAPrivateKey,
    monkeypatch: pytest.MonkeyPatch,
) -> Poll:
    """A poll of three members, two of whom voted."""
    monkeypatch.setattr(keys, "new_issuer", lambda: issuer)
    people = [make_person(f"Member {number}") for number in range(3)]
    poll = make_open()
    vote(poll, people[0], "yes", NOW)
    vote(poll, people[1], "no", NOW)
    actions.close_poll(poll=poll, at=poll.closes_at, by=TEST)
    return poll


@pytest.fixture
def tree(public_root: Path, publish: Publish, closed_poll: Poll, settings: Any) -> Path:
    """The public root with a term, a closed poll, and a record that grew in two steps."""
    settings.VAR_DIR = public_root.parent / "var"
    sweeps.sequence(NOW)
    publish()
    sweeps.sequence(NOW + timedelta(seconds=2))
    return public_root
