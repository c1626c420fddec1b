"""The texts that the ballot page hands out are the ones that the manifest's hashes are over."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from governance.voting import option_texts
from governance.voting.models import Poll
from governance.voting.option_texts import frozen_texts
from governance.voting.rule import Option, text_sha256
from tests.governance.voting.conftest import manifest_of
from tests.governance.voting.test_methods import RULES
from tests.world import World

pytestmark = pytest.mark.django_db

OTHER = "0" * 64


def fits(poll: Poll) -> dict[str, bool]:
    """Each text that is given, and whether the manifest has its hash."""
    manifest, texts = manifest_of(poll), frozen_texts(poll)
    hashes = {one["id"]: one["textSha256"] for one in manifest["options"]}
    return {
        "title": text_sha256(texts["title"]) == manifest["titleSha256"],
        "question": text_sha256(texts["question"]) == manifest["textSha256"],
        **{one: text_sha256(text) == hashes[one] for one, text in texts["options"].items()},
    }


def test_a_text_stands_in_the_poll_or_with_whoever_set_it_up(
    make_open: Callable[..., Poll], monkeypatch: pytest.MonkeyPatch
) -> None:
    poll = make_open(
        rule=RULES["approval"],
        options=[
            Option("whole", "Whole", text_sha256("A text."), text="A text."),
            Option("label", "By its label", text_sha256("By its label")),
            Option("id", "By its id", text_sha256("id")),
            Option("document", "A document", text_sha256("{}")),
            Option("unknown", "Unknown", OTHER, text="Not this."),
            Option("erased", "", OTHER),
        ],
    )
    monkeypatch.setattr(option_texts, "_finders", [lambda poll: {"document": "{}"}])
    assert fits(poll) == {
        **dict.fromkeys(("title", "question", "whole", "label", "id", "document"), True),
        # What does not fit is given as it is, for the browser to say so.
        "unknown": False,
    }


def test_the_texts_of_every_vote_in_the_story_fit(world: World) -> None:
    """The vote on a proposal is about the canonical JSON of its words."""
    polls = Poll.objects.exclude(manifest=None)
    assert polls.filter(proposal__isnull=False).exists()
    for poll in polls:
        assert all(fits(poll).values()), (poll.title, fits(poll))
        assert fits(poll).keys() == {"title", "question", *(one["id"] for one in poll.options)}
