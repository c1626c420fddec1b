"""Voters and workers as processes of their own, some of which kill themselves.

``python -m tests.faults.voters DATABASE PUBLIC_ROOT KEYS_DIR``, as ``tests.faults.sequencers``.
What a voter was answered is a line in the file ``told``, synced to disk: what was promised.
"""

from __future__ import annotations

import json
import os
import uuid
from datetime import datetime
from typing import Any

from tests.faults.sequencers import die_at, serve

Kill = tuple[str, str, int] | None


def issue(*, poll: str, person: str, blinded: str, told: str, at: str, kill: Kill = None) -> None:
    """Take a ballot: the blind signature is told."""
    from governance.voting import actions, models  # Django is started by now
    from members.models import Person

    if kill:
        die_at(*kill)
    signature = actions.issue(
        poll=models.Poll.objects.get(pk=poll),
        blinded=bytes.fromhex(blinded),
        by=Person.objects.get(pk=person),
        at=datetime.fromisoformat(at),
    )
    _tell(told, signature.hex())


def cast(*, poll: str, ballots: str, told: str, at: str, kill: Kill = None) -> None:
    """Cast the ballots in a file, one a line, until one is refused: each receipt is told."""
    from governance.voting import actions
    from kernel.refusal import Refused

    if kill:
        die_at(*kill)
    with open(ballots) as lines:
        for line in lines:
            try:
                receipt = actions.cast(
                    poll_id=uuid.UUID(poll), ballot=json.loads(line), at=datetime.fromisoformat(at)
                )
            except Refused as refused:
                _tell(told, refused.code)
                continue
            _tell(told, receipt.ballot)


def commit(*, poll: str, at: str, times: int = 1, least: int = 1, kill: Kill = None) -> None:
    """Commit the ballots that wait, so many times."""
    from django.db import IntegrityError

    from governance.voting import actions, models

    if kill:
        die_at(*kill)
    for _ in range(times):
        try:
            actions.commit_ballots(**_given(models.Poll.objects.get(pk=poll), at), least=least)
        except IntegrityError:
            # It closed meanwhile: the database refuses to commit to it.
            return


def close(*, poll: str, at: str, kill: Kill = None) -> None:
    """Close the poll."""
    from governance.voting import actions, models

    if kill:
        die_at(*kill)
    actions.close_poll(**_given(models.Poll.objects.get(pk=poll), at))


def cancel(*, named: str, person: str, at: str, kill: Kill = None) -> None:
    """Confirm a fault that was named."""
    from governance.voting import actions, models
    from members.models import Person

    if kill:
        die_at(*kill)
    actions.confirm_fault(
        named=models.NamedFault.objects.get(pk=named),
        by=Person.objects.get(pk=person),
        at=datetime.fromisoformat(at),
    )


def _given(poll: Any, at: str) -> dict[str, Any]:
    from members.models import Program

    return {"poll": poll, "at": datetime.fromisoformat(at), "by": Program("test")}


def _tell(told: str, line: str) -> None:
    with open(told, "a") as file:
        file.write(line + "\n")
        file.flush()
        os.fsync(file.fileno())


if __name__ == "__main__":
    serve({"issue": issue, "cast": cast, "commit": commit, "close": close, "cancel": cancel})
