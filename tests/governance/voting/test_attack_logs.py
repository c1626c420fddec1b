"""What the database's write-ahead log gives away while it is kept: who cast which ballot.

The tables themselves keep no order (``test_attack``). This measures what the protocol's page says
is not protected, so that what it says stays true.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from django.db import connection

from governance.voting import actions
from governance.voting.models import Intake, IssueMark, Poll
from members.models import Person
from tests.conftest import TEST
from tests.governance.voting.attacker import hashes_in, marks_in
from tests.governance.voting.conftest import take

pytestmark = pytest.mark.django_db(transaction=True)

VOTERS = 20

# Of PostgreSQL's log: how long a page is, and what stands at its beginning (xlog_internal.h).
_PAGE, _HEADER, _FIRST_HEADER = 8192, 24, 40


@pytest.fixture
def write_ahead_log() -> Callable[[], bytes]:
    """What was written to the log since now; skips where it cannot be read."""
    if connection.vendor == "sqlite":
        name = Path(str(connection.settings_dict["NAME"]))

        def of_sqlite() -> bytes:
            return name.with_name(f"{name.name}-wal").read_bytes()

        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return of_sqlite

    begun = _place()
    if not _readable(begun[0]):
        pytest.skip("PostgreSQL's log is not readable from here")

    def of_postgresql() -> bytes:
        (first, start), (last, end) = begun, _place()
        with connection.cursor() as cursor:
            # Nothing was committed yet: this has all of it written to the files.
            cursor.execute("SELECT pg_switch_wal()")
        if first == last:
            return _without_headers(first, start, end)
        names = sorted(file.name for file in first.parent.iterdir())
        between = [first.with_name(one) for one in names if first.name < one < last.name]
        pieces = [_without_headers(first, start), *(_without_headers(one) for one in between)]
        return b"".join([*pieces, _without_headers(last, 0, end)])

    return of_postgresql


def _place() -> tuple[Path, int]:
    """The file that the log is in, and how far it has come."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('data_directory'), file_name, file_offset "
            "FROM pg_walfile_name_offset(pg_current_wal_insert_lsn())"
        )
        folder, name, offset = cursor.fetchone()
    return Path(folder, "pg_wal", name), offset


def _without_headers(file: Path, start: int = 0, end: int | None = None) -> bytes:
    """A part of the log, whole again where a page of it begins in the middle of something."""
    data = file.read_bytes()[:end]
    pages = range(start - start % _PAGE, len(data), _PAGE)
    return b"".join(
        data[max(page + (_FIRST_HEADER if page == 0 else _HEADER), start) : page + _PAGE]
        for page in pages
    )


def _readable(file: Path) -> bool:
    try:
        with file.open("rb"):
            return True
    except OSError:
        return False


def test_while_it_is_kept_the_log_joins_every_vote(
    make_open: Callable[..., Poll],
    people: Callable[[int], list[Person]],
    now: datetime,
    write_ahead_log: Callable[[], bytes],
) -> None:
    voters = people(VOTERS)
    poll = make_open()
    random.Random(5).shuffle(voters)  # noqa: S311 - the same in every run
    truth: dict[str, str] = {}
    for person in voters:
        ballot = take(poll, person, now).ballot("yes")
        receipt = actions.cast(poll_id=poll.pk, ballot=ballot, at=now)
        truth[person.pk.hex] = receipt.ballot
    marks = {
        bytes(mark.fingerprint or b"").hex(): mark.entry.person_id.hex
        for mark in IssueMark.objects.select_related("entry")
    }
    log = write_ahead_log()
    cast = [one for one in hashes_in(log) if Intake.objects.filter(hash=one).exists()]
    joined = zip((marks[one] for one in marks_in(log, marks)), cast, strict=False)
    assert sum(truth[member] == ballot for member, ballot in joined) == VOTERS

    # Committing and closing write over the tables, and not over what was logged.
    actions.commit_ballots(poll=poll, at=now, by=TEST)
    actions.close_poll(poll=poll, at=poll.closes_at, by=TEST)
    assert not IssueMark.objects.exclude(fingerprint=None).exists()
    assert set(marks_in(write_ahead_log(), marks)) == marks.keys()
