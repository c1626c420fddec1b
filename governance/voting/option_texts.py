"""The exact texts that a poll froze, as the ballot page hands them to the browser to compare.

The manifest holds their hashes alone. Most texts stand in the poll itself; an app that set a poll
up over a document of its own registers, when Django starts, a function that finds the document.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from governance.voting.models import Poll
from governance.voting.rule import text_sha256

Find = Callable[[Poll], Mapping[str, str]]

_finders: list[Find] = []


def register(find: Find) -> None:
    """Ask ``find`` for the texts of a poll's options too, by option. Again changes nothing."""
    if find not in _finders:
        _finders.append(find)


def frozen_texts(poll: Poll) -> dict[str, Any]:
    """``{"title", "question", "options": {id: text}}``: what the manifest's hashes are over.

    A person whose words were erased is not among the options: nothing can be compared there. Where
    no text has the hash, the nearest is given: whoever compares it finds that it does not fit.
    """
    found = {option: text for find in _finders for option, text in find(poll).items()}
    texts = {}
    for option in poll.options:
        given = (found.get(option["id"]), option.get("text"), option["label"], option["id"])
        near = [text for text in given if text]
        if option["id"] in found or option["label"]:
            fits = (text for text in near if text_sha256(text) == option["textSha256"])
            texts[option["id"]] = next(fits, near[0])
    return {"title": poll.title, "question": poll.question_text, "options": texts}
