"""A proposal that has been talked about for long: 2,000 comments, 200 amendments, 60 texts."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse

from governance.proposals.models import Amendment, Comment, Proposal, Wording
from members.models import Person
from tests.conftest import NOW
from tests.governance.proposals.conftest import fresh, support

STANCES = ("remark", "for", "against", "question")
# What people paste and write: an address without a blank, another direction, a list, code.
BODIES = (
    "Comment {}.",
    "https://example.org/" + "a" * 300 + "{}",
    "لا أحد يقرأ كل هذا {}",
    "- one\n- two {}\n\n```\n" + "x" * 200 + "\n```",
)


def write_long_history(
    proposal: Proposal, *, author: Person, others: tuple[Person, Person]
) -> list[str]:
    """Write it, beside what ``proposal`` is; answers the addresses at which it is read."""
    bob, cyd = others
    support(proposal, bob, cyd)
    base = fresh(proposal).wording
    texts = Wording.objects.bulk_create(
        Wording(
            proposal=proposal,
            number=number,
            title=base.title,
            summary=base.summary,
            problem=base.problem,
            content={"text": f"Text {number}."},
            sha256=f"{number:064x}",
            at=NOW,
            by=author,
        )
        for number in range(2, 262)
    )
    amendments = Amendment.objects.bulk_create(
        Amendment(
            proposal=proposal,
            number=number + 1,
            author=cyd,
            base=base,
            wording=wording,
            reason=f"Reason {number}.",
            at=NOW,
        )
        for number, wording in enumerate(texts[60:])
    )
    roots = Comment.objects.bulk_create(
        Comment(
            proposal=proposal,
            # Every fourth is about an amendment, and most of these about one.
            amendment=amendments[149] if number % 4 == 3 else None,
            author=bob,
            body=BODIES[number // 4 % 4].format(number),
            stance=STANCES[number % 4],
            at=NOW + timedelta(seconds=number),
        )
        for number in range(500)
    )
    threads = [roots[0 if number < 1200 else number % 500] for number in range(1500)]
    Comment.objects.bulk_create(
        Comment(
            proposal=proposal,
            amendment=thread.amendment,
            author=cyd,
            body=BODIES[number % 4].format(number),
            thread=thread,
            parent=thread,
            at=NOW + timedelta(seconds=number),
        )
        for number, thread in enumerate(threads)
    )
    here = proposal.get_absolute_url()
    return [
        here,
        f"{here}?order=supported&show=for&page=3",
        f"{here}?order=oldest",
        reverse("comment", args=[proposal.pk, roots[0].pk]) + "?page=20",
        reverse("amendment-list", args=[proposal.pk]) + "?page=4",
        reverse("amendment", args=[proposal.pk, 150]),
        reverse("amendment", args=[proposal.pk, 150]) + "?order=oldest&page=2",
        reverse("proposal-texts", args=[proposal.pk]) + "?page=2&from=3&to=40",
    ]
