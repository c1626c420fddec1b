"""Fetch customer terms that members approved, and check that they did.

``Client`` fetches and checks; ``verify_term`` and ``verify_status`` check what you have already,
offline; ``compare`` says what one term allows that another does not. Whatever fails raises a
``NotVerified`` that names it.
"""

from customer_commons.cache import Cache, FileCache, Kept, MemoryCache
from customer_commons.comparison import Comparison, Difference, Relation, Vocabulary, compare
from customer_commons.fetching import Answer, Fetch, WebFetch
from customer_commons.reader import Client, Listed, Sources
from customer_commons.status import (
    Linked,
    NotInForce,
    StatusExpired,
    TermStatus,
    parts_of,
    verify_status,
)
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
    "Answer",
    "Cache",
    "Checkpoint",
    "Client",
    "Comparison",
    "Difference",
    "Fetch",
    "FileCache",
    "Inclusion",
    "Kept",
    "Keys",
    "Linked",
    "Listed",
    "MemoryCache",
    "NotInForce",
    "NotVerified",
    "Relation",
    "Sources",
    "StatusExpired",
    "TermStatus",
    "VerifiedTerm",
    "Vocabulary",
    "WebFetch",
    "compare",
    "parts_of",
    "verify_checkpoint",
    "verify_document",
    "verify_inclusion",
    "verify_status",
    "verify_term",
]
