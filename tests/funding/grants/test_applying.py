"""What applicants do: write, send, send again, take back; and what each is refused."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction

from funding.grants import actions
from funding.grants.actions import Incomplete, Member
from funding.grants.models import Application, ApplicationVersion, Round
from funding.ledger import documents
from kernel.refusal import Refused
from members.models import OutgoingMail, Person
from tests.funding.grants.conftest import OPEN, READING, Opened, Sent, end_call, write

pytestmark = pytest.mark.django_db


def code_of(act: Callable[[], Any]) -> str:
    """The code with which ``act`` is refused; empty where it is not."""
    try:
        with transaction.atomic():
            act()
    except Refused as refusal:
        return refusal.code
    return ""


def test_an_account_is_enough_and_what_was_sent_is_kept_word_for_word(
    pia: Person, sent: Sent
) -> None:
    application = sent(pia)
    assert application.stage == "submitted"
    version = application.version
    assert version is not None
    assert (version.number, version.title, version.ask_minor) == (1, "Receipts one owns", 250_000)
    assert version.asked.sha256(application=str(application.pk), number=1) == version.sha256
    [mail] = OutgoingMail.objects.filter(person=pia)
    assert application.get_absolute_url() in mail.body


def test_while_the_call_lasts_it_is_sent_again_as_another_version(pia: Person, sent: Sent) -> None:
    application = sent(pia)
    seen = write(application, title="A better title")
    actions.submit_application(application=application, seen=seen, by=pia, at=OPEN)
    assert list(application.versions.order_by("number").values_list("title", flat=True)) == [
        "Receipts one owns",
        "A better title",
    ]
    assert Application.objects.with_version().get().title == "A better title"


def test_what_was_sent_never_changes(pia: Person, sent: Sent) -> None:
    version = sent(pia).version
    assert version is not None
    changes: list[dict[str, Any]] = [
        *({"title": "Other"}, {"content": {}}, {"sha256": "0" * 64}, {"ask_minor": 1})
    ]
    for change in changes:
        with pytest.raises(IntegrityError), transaction.atomic():
            ApplicationVersion.objects.filter(pk=version.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        ApplicationVersion.objects.filter(pk=version.pk)._raw_delete("default")


def test_two_windows_lose_nothing(pia: Person, round: Round) -> None:
    application = actions.begin_application(round=round, by=pia, at=OPEN)
    seen = application.draft.number
    save: dict[str, Any] = {"application": application, "seen": seen, "by": pia, "at": OPEN}
    actions.save_draft(content={"title": "From one window"}, **save)
    second = code_of(lambda: actions.save_draft(content={"title": "From another"}, **save))
    assert second == "draft-changed-elsewhere"
    application.draft.refresh_from_db()
    assert application.draft.content["title"] == "From one window"
    # Having seen the other text, the second window saves.
    actions.save_draft(content={"title": "Both"}, **{**save, "seen": seen + 1})


def test_what_lacks_something_is_not_sent_and_says_what(pia: Person, round: Round) -> None:
    application = actions.begin_application(round=round, by=pia, at=OPEN)
    seen = write(application, ask="2501", terms=["no-such-term"])
    with pytest.raises(Incomplete) as refused, transaction.atomic():
        actions.submit_application(application=application, seen=seen, by=pia, at=OPEN)
    assert {problem.where for problem in refused.value.problems} == {
        "budget",
        "milestones",
        "terms",
    }
    assert not ApplicationVersion.objects.exists()


def test_only_who_applies_writes(
    pia: Person, rex: Person, sam: Person, sent: Sent, round: Round
) -> None:
    application = sent(pia)
    for other in (rex, sam):
        for act in (
            lambda by=other: actions.save_draft(
                application=application, content={}, seen=2, by=by, at=OPEN
            ),
            lambda by=other: actions.submit_application(
                application=application, seen=2, by=by, at=OPEN
            ),
            lambda by=other: actions.withdraw_application(application=application, by=by, at=OPEN),
            lambda by=other: actions.attach_file(
                application=application, name="a.pdf", data=b"%PDF-1", by=by, at=OPEN
            ),
            lambda by=other: actions.save_team(
                application=application, members=[], related={}, by=by, at=OPEN
            ),
        ):
            assert code_of(act) == "not-the-applicant"


def test_a_round_takes_applications_within_its_dates_and_no_others(
    pia: Person, sent: Sent, round: Round
) -> None:
    application = sent(pia)
    late = round.closes_at
    assert code_of(lambda: actions.begin_application(round=round, by=pia, at=late)) == (
        "round-takes-none"
    )
    seen = application.draft.number
    assert (
        code_of(
            lambda: actions.submit_application(application=application, seen=seen, by=pia, at=late)
        )
        == "round-takes-none"
    )
    end_call(round)
    assert code_of(lambda: write(application, at=READING)) == "stage-passed"


def test_who_reviews_applies_for_nothing_and_who_applies_reviews_nothing(
    pia: Person, rex: Person, sam: Person, sent: Sent, round: Round
) -> None:
    assert code_of(lambda: actions.begin_application(round=round, by=rex, at=OPEN)) == (
        "reviewer-applies"
    )
    sent(pia)
    assert code_of(lambda: actions.name_reviewer(round=round, person=pia, by=sam, at=OPEN)) == (
        "reviewer-applies"
    )


def test_taken_back_it_stays_taken_back(pia: Person, sent: Sent) -> None:
    application = sent(pia)
    actions.withdraw_application(application=application, by=pia, at=OPEN)
    assert code_of(
        lambda: actions.withdraw_application(application=application, by=pia, at=OPEN)
    ) == ("stage-passed")


def test_files_are_kept_encrypted_under_their_hash(
    pia: Person, round: Round, tmp_path: Path, settings: Any
) -> None:
    settings.GRANTS_DIR = tmp_path
    application = actions.begin_application(round=round, by=pia, at=OPEN)
    add: dict[str, Any] = {
        "application": application,
        "name": "../plan.exe",
        "data": b"%PDF-1 plan",
        "by": pia,
        "at": OPEN,
    }
    kept = actions.attach_file(**add)
    assert actions.attach_file(**add) == kept
    assert (kept.name, kept.type, kept.size) == ("plan.pdf", "application/pdf", 11)
    [stored] = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert b"plan" not in stored.read_bytes()
    assert documents.read(kept.sha256, folder=tmp_path) == b"%PDF-1 plan"
    actions.remove_file(attachment=kept, by=pia, at=OPEN)
    assert code_of(lambda: actions.remove_file(attachment=kept, by=pia, at=OPEN)) == "file-removed"
    assert actions.attach_file(**add) != kept


def test_a_file_that_runs_is_refused_with_its_reason(pia: Person, round: Round) -> None:
    application = actions.begin_application(round=round, by=pia, at=OPEN)
    assert (
        code_of(
            lambda: actions.attach_file(
                application=application, name="a.png", data=b"<svg/>", by=pia, at=OPEN
            )
        )
        == "file-runs"
    )


def test_a_small_round_asks_for_no_files_and_no_lines(pia: Person, opened: Opened) -> None:
    small = opened(small=True)
    application = actions.begin_application(round=small, by=pia, at=OPEN)
    assert (
        code_of(
            lambda: actions.attach_file(
                application=application, name="a.pdf", data=b"%PDF-1", by=pia, at=OPEN
            )
        )
        == "files-not-asked"
    )
    seen = write(application, budget=[], milestones=[])
    version = actions.submit_application(application=application, seen=seen, by=pia, at=OPEN)
    [milestone] = version.asked.milestones
    assert milestone.minor == version.ask_minor


def test_a_funding_json_fills_what_is_empty(pia: Person, round: Round) -> None:
    application = actions.begin_application(round=round, by=pia, at=OPEN)
    seen = write(application, title="My own title", summary="", budget=[])
    data = b"""{"projects": [{"guid": "a", "name": "Theirs", "description": "From the file."}],
      "funding": {"plans": [{"name": "Work", "amount": 2500, "currency": "EUR",
                             "frequency": "one-time", "status": "active"}]}}"""
    draft = actions.import_funding_json(
        application=application, data=data, guid="", seen=seen, by=pia, at=OPEN
    )
    assert draft.content["title"] == "My own title"
    assert draft.content["summary"] == "From the file."
    assert draft.content["budget"] == [{"what": "Work", "amount": "2500"}]
    for wrong, code in ((b"[]", "funding-json-unreadable"), (data, "funding-json-project")):
        again: dict[str, Any] = {
            "application": application,
            "data": wrong,
            "seen": draft.number,
            "by": pia,
            "at": OPEN,
        }
        assert code_of(partial(actions.import_funding_json, guid="zz", **again)) == code


def test_the_team_is_named_and_once_sent_nobody_is_taken_off(
    pia: Person, rex: Person, round: Round
) -> None:
    application = actions.begin_application(round=round, by=pia, at=OPEN)
    save: dict[str, Any] = {"application": application, "by": pia, "at": OPEN}
    tom = Member("Tom", "Tom@Example.org", "writes")
    actions.save_team(members=[tom], related={}, **save)
    actions.save_team(members=[], related={rex: "my cousin"}, **save)
    assert not application.team.exists()
    actions.save_team(members=[tom], related={rex: "my cousin"}, **save)
    actions.submit_application(application=application, seen=write(application), by=pia, at=OPEN)
    actions.save_team(members=[], related={}, **save)
    assert application.team.get().email == "tom@example.org"
    assert application.relations.get().person == rex


@pytest.mark.parametrize(
    "member", [Member("", "a@example.org"), Member("Ada", "nobody"), Member("Ada", "")]
)
def test_each_of_the_team_has_a_name_and_an_address(
    pia: Person, round: Round, member: Member
) -> None:
    application = actions.begin_application(round=round, by=pia, at=OPEN)
    act: dict[str, Any] = {
        "application": application,
        "members": [member],
        "related": {},
        "by": pia,
        "at": OPEN,
    }
    assert code_of(lambda: actions.save_team(**act)) == "team-member-unnamed"


@pytest.mark.django_db(transaction=True)
def test_of_two_saves_at_once_one_wins_and_the_other_is_told(pia: Person, round: Round) -> None:
    application = actions.begin_application(round=round, by=pia, at=OPEN)
    answers: list[str] = []
    start = threading.Barrier(4)

    def save(word: str) -> None:
        start.wait()
        try:
            actions.save_draft(
                application=application, content={"title": word}, seen=1, by=pia, at=OPEN
            )
            answers.append("saved")
        except Refused as refusal:
            answers.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=save, args=[f"window {number}"]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["draft-changed-elsewhere"] * 3 + ["saved"]


def test_what_was_asked_for_is_answered_by_its_day_or_not_at_all(
    pia: Person, sam: Person, sent: Sent, round: Round
) -> None:
    application = sent(pia)
    end_call(round)
    actions.declare_interest(application=application, conflicted=False, why="", by=sam, at=READING)
    actions.ask_more(application=application, what="Who are you?", by=sam, at=READING)
    application.refresh_from_db()
    assert application.asked_until is not None
    seen = write(application, at=READING, who="We are Pia and Tom.")
    answer: dict[str, Any] = {"application": application, "seen": seen, "by": pia}
    assert (
        code_of(partial(actions.submit_application, at=application.asked_until, **answer))
        == "answer-too-late"
    )
    assert (
        code_of(
            lambda: actions.find_ineligible(
                application=application, reasons="No answer.", by=sam, at=READING
            )
        )
        == "answer-awaited"
    )
    actions.submit_application(at=READING + timedelta(days=1), **answer)
    application.refresh_from_db()
    assert (application.stage, application.versions.count()) == ("screening", 2)


def test_the_folder_of_files_is_not_served() -> None:
    assert not Path(settings.GRANTS_DIR).is_relative_to(settings.PUBLIC_ROOT)
    assert not Path(settings.GRANTS_DIR).is_relative_to(settings.STATIC_ROOT)
