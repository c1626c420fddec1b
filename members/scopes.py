"""What a personal token may open. Pure: names in, an answer out.

A token holds a list of scope names. It opens no more than they say, whatever its person may do; a
person who is signed in with a browser needs none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scope:
    """One thing a token may do: its name in the API, and what it means to a person."""

    name: str
    label: str


def gettext_noop(text: str) -> str:
    """Mark ``text`` for translators; whoever shows it translates it."""
    return text


SCOPES: dict[str, Scope] = {
    scope.name: scope
    for scope in (
        Scope("read", gettext_noop("Read what you can read: your membership and your roles")),
        Scope("account:read", gettext_noop("Fetch everything we hold about you")),
        Scope(
            "account:write",
            gettext_noop("Choose your mail, invite, give roles back, and close your account"),
        ),
        Scope("terms:write", gettext_noop("Write and change your drafts of terms")),
        Scope(
            "proposals:write",
            gettext_noop("Propose, support, comment and withdraw in your name"),
        ),
        Scope("books:write", gettext_noop("Approve and reject what is put forward for the books")),
        Scope("dues:write", gettext_noop("Change, stop and resume what you pay")),
        Scope("cases:settle", gettext_noop("As a steward, look after cases and return payments")),
        Scope(
            "desk:work",
            gettext_noop("See the desk of your office, take things in hand and hand them over"),
        ),
        Scope(
            "grants:apply",
            gettext_noop("Apply for grants, and look after what you were given"),
        ),
        Scope(
            "grants:judge",
            gettext_noop("Look after applications and awards: review, choose, agree, end"),
        ),
        Scope(
            "grants:pay",
            gettext_noop("Prepare, approve and send payments to projects"),
        ),
        Scope("polls:vote", gettext_noop("Take a ballot in your name")),
        Scope(
            "polls:scrutinize",
            gettext_noop("As a scrutineer, cancel an open vote together with another"),
        ),
    )
}


def unknown(names: Iterable[str]) -> list[str]:
    """The names that are no scope of ours, in order."""
    return [name for name in names if name not in SCOPES]


def opens(held: Iterable[str], wanted: str) -> bool:
    """Whether a token that holds ``held`` opens ``wanted``. No scope includes another."""
    return wanted in SCOPES and wanted in set(held)
