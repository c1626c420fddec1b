"""Composing the exact words of a proposal, and the words by which it is found."""

from __future__ import annotations

import hashlib
import uuid
from datetime import datetime
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _

from governance.proposals.kinds import Words
from governance.proposals.models import Proposal, SearchWord, Wording
from governance.proposals.search_words import weighed
from governance.record.canonical import canonical_bytes
from governance.terms.tidy_text import says_something, tidy, tidy_line
from kernel.refusal import Refused
from members.models import Person


def compose(
    *,
    title: str,
    summary: str,
    problem: str,
    words: Words,
    number: int,
    by: Person,
    at: datetime,
    **more: Any,
) -> Wording:
    """A wording of these words, not yet kept. Raises ``Refused`` ("words-missing")."""
    title, summary, problem = tidy_line(title), tidy_line(summary), tidy(problem)
    if not all(says_something(text) for text in (title, summary, problem)):
        raise Refused(
            "words-missing",
            _("A proposal needs a title, one sentence that sums it up, and the problem behind it."),
        )
    wording = Wording(
        id=uuid.uuid4(),
        number=number,
        title=title,
        summary=summary,
        problem=problem,
        content=words.content,
        revision=words.revision,
        by=by,
        at=at,
        **more,
    )
    wording.sha256 = hashlib.sha256(canonical_bytes(wording.as_json())).hexdigest()
    return wording


def next_number(held: Proposal) -> int:
    """The number of the next wording of a proposal whose row is held."""
    latest = held.wordings.aggregate(latest=Max("number"))["latest"]
    return int(latest or 0) + 1


def index(proposal: Proposal, wording: Wording) -> None:
    """Let ``proposal`` be found by what it says now, and no longer by what it said before."""
    content = wording.as_json()["content"]
    said = [text for text in content.values() if isinstance(text, str)]
    weights = weighed(wording.title, wording.summary, wording.problem, *said)
    SearchWord.objects.filter(proposal=proposal).delete()
    SearchWord.objects.bulk_create(
        SearchWord(proposal=proposal, stem=stem, weight=weight) for stem, weight in weights.items()
    )
