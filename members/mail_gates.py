"""Mail that is judged once more in the moment it is sent: a registry by kind of mail.

An app above registers, in its ``AppConfig.ready()``, a question for a kind of its own: is this mail
still wanted? Where not, it is settled like any other, so that the outbox does not tell which mails
went out.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from members.models import OutgoingMail, Person


class Gate(Protocol):
    """Whether the mail queued under ``key`` is still to be sent to ``person`` at ``at``."""

    def __call__(self, *, person: Person, key: str, at: datetime) -> bool: ...


_gates: dict[str, Gate] = {}


def register(kind: str, gate: Gate) -> None:
    """Ask ``gate`` before any mail of this ``kind`` is sent."""
    _gates[kind] = gate


def is_wanted(mail: OutgoingMail, at: datetime) -> bool:
    """Whether ``mail`` is to be sent: always, where no app asks for its kind."""
    gate = _gates.get(mail.kind)
    return gate is None or gate(person=mail.person, key=mail.key, at=at)
