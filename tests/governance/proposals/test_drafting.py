"""Drafts: alone or together, and nothing that somebody wrote is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from governance.proposals import actions, permissions
from governance.proposals.models import CoAuthor, Manuscript, ManuscriptSave, Proposal
from kernel.refusal import Refused
from members.models import Person
from tests.conftest import NOW
from tests.governance.proposals.conftest import MakePerson, fresh, support, term

pytestmark = pytest.mark.usefixtures("rules")


def begin(by: Person, text: str = "We meet") -> Manuscript:
    return actions.start_manuscript(kind="resolution", data={"text": text}, by=by, at=NOW)


def save(draft: Manuscript, by: Person, text: str, seen: int, after: int = 1) -> actions.Saved:
    at = NOW + timedelta(minutes=after)
    return actions.save_manuscript(manuscript=draft, data={"text": text}, seen=seen, by=by, at=at)


def join(draft: Manuscript, host: Person, guest: Person) -> None:
    invitation, _secret = actions.invite(manuscript=draft, name=guest.display_name, by=host, at=NOW)
    actions.answer_invitation(invitation=invitation, accept=True, by=guest, at=NOW)


def test_two_windows_and_neither_loses_a_word(ada: Person) -> None:
    draft = begin(ada)
    assert save(draft, ada, "First window", seen=1) == actions.Saved(2, aside=False)
    aside = save(draft, ada, "Second window", seen=1)
    assert aside.aside
    draft.refresh_from_db()
    assert draft.data == {"text": "First window"}
    over = save(draft, ada, "Second window", seen=2)
    assert not over.aside
    texts = [row.data["text"] for row in draft.saves.order_by("number")]
    assert "First window" in texts
    assert texts[-1] == "Second window"


def test_one_sitting_is_one_row_and_another_person_another(ada: Person, bob: Person) -> None:
    draft = begin(ada)
    save(draft, ada, "We meet in", seen=1)
    save(draft, ada, "We meet in the", seen=2)
    assert draft.saves.count() == 1
    join(draft, ada, bob)
    save(draft, bob, "We meet in the open", seen=3)
    save(draft, bob, "We meet in the open.", seen=4, after=30)
    assert [row.by for row in draft.saves.order_by("number")] == [ada, bob, bob]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.integers(0, 1), st.booleans(), st.integers(0, 12)), min_size=1, max_size=12
    )
)
def test_whatever_two_people_do_at_once_the_last_words_of_each_stay(
    ada: Person, bob: Person, steps: list[tuple[int, bool, int]]
) -> None:
    draft = begin(ada)
    CoAuthor.objects.create(manuscript=draft, person=bob, at=NOW)
    people, seen, last = (ada, bob), [1, 1], ["", ""]
    for place, (who, reloads, minutes) in enumerate(steps):
        if reloads:
            seen[who] = Manuscript.objects.get(pk=draft.pk).number
        last[who] = f"words {place}"
        saved = save(draft, people[who], last[who], seen[who], after=minutes)
        if not saved.aside:
            seen[who] = saved.number
    kept = [row.data["text"] for row in ManuscriptSave.objects.filter(manuscript=draft)]
    assert all(text in kept for text in last if text)


def test_a_draft_is_read_by_those_who_write_it(ada: Person, bob: Person, cyd: Person) -> None:
    draft = begin(ada)
    join(draft, ada, bob)
    for stranger in (cyd,):
        with pytest.raises(Refused, match="Only those who write"):
            save(draft, stranger, "Mine.", seen=1)
    assert list(Manuscript.objects.of(bob)) == [draft]
    assert not Manuscript.objects.of(cyd).exists()


def test_a_link_works_once_and_ends(ada: Person, bob: Person, cyd: Person) -> None:
    draft = begin(ada)
    invitation, secret = actions.invite(manuscript=draft, by=ada, at=NOW)
    assert secret not in invitation.token_sha256
    found = actions.invitation_of(secret, NOW)
    assert found == invitation
    assert actions.invitation_of(secret, NOW + timedelta(days=14)) is None
    assert actions.invitation_of(secret + "x", NOW) is None
    actions.answer_invitation(invitation=invitation, accept=True, by=bob, at=NOW)
    with pytest.raises(Refused, match="over"):
        actions.answer_invitation(invitation=invitation, accept=True, by=cyd, at=NOW)
    assert permissions.can_write(draft, bob)


def test_names_that_fit_nobody_or_several(
    ada: Person, bob: Person, make_person: MakePerson
) -> None:
    draft = begin(ada)
    with pytest.raises(Refused) as refused:
        actions.invite(manuscript=draft, name="Nobody", by=ada, at=NOW)
    assert refused.value.code == "nobody-of-that-name"
    Person.objects.filter(pk=make_person("Rob").pk).update(display_name="bob")
    with pytest.raises(Refused) as refused:
        actions.invite(manuscript=draft, name="Bob", by=ada, at=NOW)
    assert refused.value.code == "several-of-that-name"


def test_published_its_authors_are_authors_and_not_sponsors(
    ada: Person, bob: Person, cyd: Person
) -> None:
    draft = begin(ada)
    join(draft, ada, bob)
    words = {"title": "Open doors", "summary": "We meet in the open.", "problem": "Closed doors."}
    with pytest.raises(Refused, match="began"):
        actions.publish_manuscript(manuscript=draft, **words, content="Open.", by=bob, at=NOW)
    opened = actions.publish_manuscript(manuscript=draft, **words, content="Open.", by=ada, at=NOW)
    with pytest.raises(Refused) as refused:
        actions.support(proposal=opened, text_sha256=opened.wording.sha256, by=bob, at=NOW)
    assert refused.value.code == "own-proposal"
    actions.revise(proposal=opened, **words, content="Wide open.", by=bob, at=NOW)
    assert fresh(opened).wording.by == bob
    with pytest.raises(Refused, match="has become"):
        actions.discard_manuscript(manuscript=draft, by=ada, at=NOW)
    second = fresh(opened)
    actions.support(proposal=second, text_sha256=second.wording.sha256, by=cyd, at=NOW)
    with pytest.raises(Refused, match="sponsors"):
        actions.invite(manuscript=draft, name="Cyd", by=ada, at=NOW)


def test_an_idea_begins_with_its_sentence(ada: Person, bob: Person, cyd: Person) -> None:
    idea = actions.propose(
        kind="adopt_term",
        title="Leave my letters alone",
        summary="Nobody reads my letters.",
        problem="They do.",
        content=None,
        by=ada,
        at=NOW,
    )
    assert not idea.wording.says_what
    for person in (bob, cyd):
        actions.echo(proposal=idea, by=person, at=NOW)
    with pytest.raises(Refused, match="already"):
        actions.echo(proposal=idea, by=bob, at=NOW)
    with pytest.raises(Refused, match="this problem already"):
        actions.echo(proposal=idea, by=ada, at=NOW)
    assert idea.echoes.count() == 2
    with pytest.raises(Refused) as refused:
        actions.support(proposal=idea, text_sha256=idea.wording.sha256, by=bob, at=NOW)
    assert refused.value.code == "no-text-yet"
    written = actions.revise(
        proposal=idea,
        summary=idea.wording.summary,
        problem=idea.wording.problem,
        content=term(),
        by=ada,
        at=NOW,
    )
    assert written.revision
    now = Proposal.objects.get(pk=idea.pk)
    assert now.draft == written.revision.draft
    assert support(now, bob, cyd).stage == "discussion"
    with pytest.raises(Refused, match="more than an idea"):
        actions.echo(proposal=now, by=ada if now.author != ada else bob, at=NOW)
