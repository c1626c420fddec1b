"""Drafts and published terms, made as the site makes them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from pytest_django import DjangoCaptureOnCommitCallbacks

from governance.terms import actions
from governance.terms.models import Draft, Version
from governance.terms.rulebook import DraftContent
from members.models import Person
from tests.conftest import NOW, TEST
from tests.governance.terms.rules import content

ADOPTION: dict[str, Any] = {
    "poll": f"{settings.PUBLIC_ORIGIN}/polls/6f3c2a52-9a7e-4d61-8f0e-2f1f6f0a9b11/",
    "method": "yes_no",
    "eligible": 200,
    "cast": 61,
    "result": {"counts": {"yes": 50, "no": 8, "abstain": 3}, "outcome": "adopted"},
    "manifestSha256": "a" * 64,
    "resultSha256": "b" * 64,
}

Publish = Callable[..., Version]


@pytest.fixture
def public_root(tmp_path: Path, settings: Any) -> Path:
    """A public tree of this test's own."""
    settings.PUBLIC_ROOT = tmp_path / "public"
    return Path(settings.PUBLIC_ROOT)


@pytest.fixture
def author(make_person: Callable[..., Person]) -> Person:
    return make_person("Ada")


@pytest.fixture
def frozen(author: Person) -> Callable[..., Draft]:
    """A frozen draft of some content, ready to be published."""

    def make(written: DraftContent | None = None) -> Draft:
        draft = actions.create_draft(content=written or content(), by=author, at=NOW)
        actions.freeze_draft(draft=draft, by=TEST, at=NOW)
        return draft

    return make


@pytest.fixture
def publish(
    public_root: Path,
    frozen: Callable[..., Draft],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> Publish:
    """Publish some content, with what happens after the commit."""

    def make(
        written: DraftContent | None = None,
        *,
        at: datetime = NOW,
        adoption: dict[str, Any] | None = None,
    ) -> Version:
        with django_capture_on_commit_callbacks(execute=True):
            return actions.publish(
                draft=frozen(written), adoption=adoption or ADOPTION, by=TEST, at=at
            )

    return make
