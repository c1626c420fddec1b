"""Who may do what at which address of awards and payments: part of the walk's table."""

from __future__ import annotations

from collections.abc import Callable

from tests.routes.doors import (
    EVERYBODY,
    OWNER,
    STEWARDS,
    Doors,
    Parameters,
    form,
    nothing,
    reads,
)
from tests.routes.scene import Role, Scene

# Whose award it is, and who looks after it.
INSIDE = frozenset({Role.MEMBER, Role.STEWARD})
_ACCOUNT = {"name": "Mia", "iban": "DE89370400440532013000", "town": "Bonn", "country": "DE"}


def _of(name: str) -> Callable[[Scene], Parameters]:
    """The address of something of the scene's awards, by its name there."""
    return lambda scene: {"pk": getattr(scene.awards, name).pk}


def _token(scene: Scene) -> Parameters:
    return {"token": scene.awards.token}


AWARDS: dict[str, Doors] = {
    # For everybody
    "grant-awards": reads(EVERYBODY),
    "grant-award": reads(EVERYBODY, _of("award")),
    # Whose award it is, and who looks after it
    "grant-agreement": form(
        INSIDE, lambda s: {"do": "accept", "sha256": s.awards.sha256}, _of("offered")
    ),
    # Each of them does something else there: what is the other's is refused.
    "grant-milestone": form(
        INSIDE,
        lambda s: {"do": "show", "url": "https://example.org/", "note": "More."},
        _of("shown"),
        answers=(302, 409),
    ),
    "grant-evidence": reads(INSIDE, _of("evidence")),
    "grant-account": form(OWNER, lambda s: _ACCOUNT),
    # A link in a mail needs no signing in.
    "grant-account-confirm": form(EVERYBODY, nothing, _token, answers=(200,)),
    # Who prepares, approves and sends payments
    "grant-payments": form(STEWARDS, lambda s: {"execute_on": "2099-01-01"}, answers=(422,)),
    "grant-payment-new": form(STEWARDS, nothing, _of("reached")),
    "grant-payment": form(STEWARDS, lambda s: {"do": "cancel"}, _of("payment")),
    "grant-bank-file-page": reads(STEWARDS, _of("file")),
    "grant-bank-file": reads(STEWARDS, _of("file")),
    # What ends an award, or undoes a payment
    "grant-fund": form(STEWARDS, nothing, lambda s: {"pk": s.awards.award.fund_id}),
    "grant-award-end": form(
        STEWARDS, lambda s: {"do": "propose", "reason": "It stopped."}, _of("award")
    ),
    "grant-award-returns": form(
        STEWARDS, lambda s: {"line": str(s.awards.award.pk)}, _of("award"), answers=(422,)
    ),
    "grant-award-payee": form(
        STEWARDS, lambda s: {"do": "check", "lists": "eu", "found": "no"}, _of("award")
    ),
    "grant-payment-reversal": form(
        STEWARDS, lambda s: {"do": "confirm"}, _of("payment"), answers=(409,)
    ),
}

# What a route reads from its query string.
ASKED_OF_AWARDS: dict[str, tuple[str, ...]] = {"grant-awards": ("page",)}
