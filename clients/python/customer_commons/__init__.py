"""Fetch customer terms that members approved, and check that they did.

``Client`` fetches and checks; ``verify_term`` checks what you have already, offline. Whatever fails
raises a ``NotVerified`` that names it.
"""

from customer_commons.reader import Client
from customer_commons.verifier import (
    Checkpoint,
    Inclusion,
    Keys,
    NotVerified,
    VerifiedTerm,
    verify_checkpoint,
    verify_document,
    verify_inclusion,
    verify_term,
)

__all__ = [
    "Checkpoint",
    "Client",
    "Inclusion",
    "Keys",
    "NotVerified",
    "VerifiedTerm",
    "verify_checkpoint",
    "verify_document",
    "verify_inclusion",
    "verify_term",
]
